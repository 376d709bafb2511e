"""The codebook's parts on what is measured: groups, scales, indicators, benchmarks."""

from __future__ import annotations

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.lookup import Dictionary
from nbeval.dictionary.markup import marked, paragraph, section, sources, table, text
from nbeval.dictionary.models import Indicator, Scale

MATCHES = {"same": "same", "close": "close", "differs": "differs: shown, never tested"}


def groups_part(dictionary: Dictionary) -> str:
    """The levels of each group and the codes that make them.

    Parameters
    ----------
    dictionary : Dictionary
        Whose groups.

    Returns
    -------
    str
        Markup.
    """
    return table("Groups and their levels", ("Group", "Level", "Item", "Codes", "Protected", "Source"), [
        (text(level.label), marked(level.level_label, level.status), text(level.item), text("; ".join(level.codes)),
         "yes" if level.protected else "no", _sources(dictionary, level.source))
        for levels in dictionary.groups.values() for level in levels])


def scales_part(dictionary: Dictionary) -> str:
    """Each scale with its items, rule and citation.

    Parameters
    ----------
    dictionary : Dictionary
        Whose scales.

    Returns
    -------
    str
        Markup.
    """
    return "\n".join(
        section(f"scale-{text(one.id)}", one.label, 3, *_scale(dictionary, one)) for one in dictionary.scales
    )


def _scale(dictionary: Dictionary, scale: Scale) -> list[str]:
    """The content of one scale's part."""
    rule = scale.rule.value.replace("_", " ")
    return [
        paragraph(marked(f"Rule: {rule}; from {scale.lowest:g} to {scale.highest:g}; at least {scale.minimum_answered} "
                         f"of {len(scale.items)} items answered.", scale.status)),
        paragraph(text(scale.note)),
        paragraph(f"Citation: {_sources(dictionary, scale.citation)}. Licence: {text(scale.licence.rstrip('.'))}."),
        table(f"Items of {scale.label}", ("Item", "Direction", "Counts when"), [
            (text(part.item), "reversed" if part.reverse else "as asked", text("; ".join(part.counts_when)))
            for part in scale.items]),
        table(f"Conversion of {scale.label}", ("Raw total", "Score"), [
            (f"{step.raw:g}", f"{step.score:g}") for step in scale.conversion]),
    ]


def indicators_part(dictionary: Dictionary) -> str:
    """Each indicator with its coding, by domain.

    Parameters
    ----------
    dictionary : Dictionary
        Whose indicators.

    Returns
    -------
    str
        Markup.
    """
    parts = []
    for domain in dictionary.programme.domains:
        rows = [_indicator(dictionary, one) for one in dictionary.indicators if one.domain == domain.id]
        headers = ("Indicator", "Identifier", "Of", "Coding", "Better", "Family", "Note", "Source")
        about = paragraph(marked(domain.about, domain.status))
        indicators = table(f"Indicators: {domain.label}", headers, rows)
        parts.append(section(f"domain-{text(domain.id)}", domain.label, 3, about, indicators))
    return "\n".join(parts)


_CODING = {
    Measure.PERCENT: "share of valid answers with code {codes}", Measure.MEAN: "mean",
    Measure.ORDERED: "answers in the order of their codes",
}


def _indicator(dictionary: Dictionary, one: Indicator) -> tuple[str, ...]:
    """One indicator as a row."""
    coding = _CODING[one.measure].format(codes="; ".join(one.codes))
    return (marked(one.label, one.status), f"<code>{text(one.indicator)}</code>",
            f"item {text(one.item)}" if one.item else f"scale {text(one.scale)}", text(coding), text(one.better.value),
            text(one.family), text(one.note), _sources(dictionary, one.source))


def benchmarks_part(dictionary: Dictionary) -> str:
    """Each benchmark with its population, year, value and how well it matches.

    Parameters
    ----------
    dictionary : Dictionary
        Whose benchmarks.

    Returns
    -------
    str
        Markup.
    """
    headers = ("Benchmark", "Indicator", "Value", "n", "Population", "Ages", "Year", "Match", "Note", "Source")
    return table("Published values of other bodies of people", headers, [
        (marked(one.label, one.status), text(one.indicator), f"{one.value:.{one.decimals}f} {text(one.unit)}",
         "not published" if one.n is None else str(one.n), text(one.population), text(one.ages), text(one.year),
         text(MATCHES[one.match.value]), text(one.note), _sources(dictionary, one.source))
        for one in dictionary.benchmarks])


def _sources(dictionary: Dictionary, keys: str) -> str:
    """Source keys as links."""
    return sources(keys, (one.source for one in dictionary.sources))
