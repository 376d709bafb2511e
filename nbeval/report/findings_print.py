"""What printed figures settle between waves, in words, by whether it holds whatever was rounded away."""

from __future__ import annotations

from nbeval.frames import Decision, Quantity
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.kinds.printed import Pair, as_printed, changes_of, p_text
from nbeval.report.numerals import numeral
from nbeval.report.results import key_of

_HEADINGS = {Decision.YES: "print_found_yes", Decision.NO: "print_found_no", Decision.OPEN: "print_found_open"}


def printed_findings(context: Context, source: str) -> Text:
    """Say of every two waves that were compared what the printed figures settle.

    Parameters
    ----------
    context
        The report.
    source
        The source of the printed figures.

    Returns
    -------
    Text
        One point per comparison, under a heading by decision.
    """
    pairs = [pair for pair in changes_of(context, source) if pair.row.verdict in tuple(Decision)]
    if not pairs:
        return Text((paragraph(context.say("print_none")),))
    parts, keys = [], []
    for decision, heading in _HEADINGS.items():
        chosen = [pair for pair in pairs if pair.row.verdict is decision]
        if chosen:
            parts += [Paragraphs("heading", ((context.say(heading),),)), bullets([_sentence(pair, context) for pair in chosen])]
            keys += [key for pair in chosen for key in _keys(pair, context)]
    return Text(tuple(parts), tuple(dict.fromkeys(keys)))


def _sentence(pair: Pair, context: Context) -> str:
    """What one comparison settles."""
    labels = {wave.id: wave.label for wave in context.cohort.waves}
    ends = {name: _end(pair, quantity, context) for name, quantity in (
        ("p_smallest", Quantity.P_SMALLEST), ("p_largest", Quantity.P_LARGEST))}
    return context.say(
        "print_finding", label=context.indicator_label(pair.figure.indicator),
        before=as_printed(pair.other).full(pair.other.value), after=as_printed(pair.figure).full(pair.figure.value),
        wave_before=labels[pair.other.wave], wave_after=labels[pair.figure.wave],
        conf_low=numeral(pair.row.conf_low, 1, signed=True), conf_high=numeral(pair.row.conf_high, 1, signed=True),
        **{name: p_text(row.estimate, context) for name, row in ends.items()},
    )


def _keys(pair: Pair, context: Context) -> list[str]:
    """The keys of the results that a sentence states."""
    return [key_of(pair.row), *(key_of(_end(pair, quantity, context)) for quantity in (Quantity.P_SMALLEST, Quantity.P_LARGEST))]


def _end(pair: Pair, quantity: Quantity, context: Context):
    """The smallest or the largest p of a comparison."""
    row = pair.row
    return context.results.find(row.source, quantity, indicator=row.indicator, wave=row.wave, authority=row.authority,
                                group=row.group, level=row.level, contrast=row.contrast, reference=row.reference)
