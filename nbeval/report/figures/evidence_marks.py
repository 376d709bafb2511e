"""What the evidence matrix shows: for each outcome, how many of its measures went which way."""

from __future__ import annotations

from nbeval.exhibit import Column, Row
from nbeval.report.context import Context
from nbeval.report.figures.marks import Line, Mark, Picture
from nbeval.report.forms.strands import Reading

#: the readings in the order of the columns
ORDER = (Reading.BETTER, Reading.UNTESTED, Reading.UNCLEAR, Reading.WORSE, Reading.OTHER, Reading.UNKNOWN)


def evidence_picture(columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Picture:
    """Count the readings under each heading of an evidence table.

    Returns
    -------
    Picture
        One line per outcome, one mark per reading that occurs anywhere; the word on the measures together is the verdict.
    """
    place = next(number for number, column in enumerate(columns) if column.key == "reading")
    words = {reading: context.say(f"reading_{reading}") for reading in ORDER}
    blocks: list[tuple[str, list[str]]] = []
    for row in rows:
        if row.heading:
            blocks.append((row.cells[0].text, []))
        else:
            blocks[-1][1].append(row.cells[place].text)
    found = {text for _, texts in blocks for text in texts}
    series = tuple(words[reading] for reading in ORDER if words[reading] in found)
    lines = tuple(_line(heading, texts, series, context) for heading, texts in blocks)
    return Picture(lines, series, unit=context.say("axis_evidence"), percent=False, filled=(words[Reading.BETTER], words[Reading.WORSE]),
                   banner=context.say("invented") if context.cohort.invented else "")


def _line(heading: str, texts: list[str], series: tuple[str, ...], context: Context) -> Line:
    """One outcome: its label, its counts, and what they say together."""
    label, together = _parted(heading, context)
    marks = tuple(Mark(name, float(texts.count(name)), str(texts.count(name))) for name in series)
    return Line(label, marks, verdict=together)


def _parted(heading: str, context: Context) -> tuple[str, str]:
    """A heading's outcome and the words on its measures."""
    for outcome in context.dictionary.programme.outcomes:
        between = context.say("labelled", label=outcome.label, about="")
        if heading.startswith(between):
            return outcome.label, heading.removeprefix(between).strip()
    return heading, ""
