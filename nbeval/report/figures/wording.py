"""The words that stand for a picture, composed from the numbers it draws."""

from __future__ import annotations

from nbeval.report.context import Context
from nbeval.report.figures.marks import Line, Picture


def alt_text(picture: Picture, context: Context) -> str:
    """What a picture shows, in a sentence or two.

    Returns
    -------
    str
        How many lines there are, the highest and the lowest of the leading series, and how many are
        withheld. Empty where there is nothing at all in the picture.
    """
    if not picture.lines:
        return context.say("alt_none") if picture.remark else ""
    lines = [line for line in picture.lines if not line.beneath]
    shown = [line for line in lines if line.marks and line.marks[-1 if len(picture.series) > 1 else 0].shown]
    parts = [context.say("alt_line" if len(lines) == 1 else "alt_lines", count=len(lines), series=", ".join(picture.series))]
    if shown and not any(line.verdict for line in lines):
        parts.append(_ends(shown, context))
    verdicts = dict.fromkeys(line.verdict for line in lines if line.verdict)
    for verdict in verdicts:
        named = [_name(line) for line in lines if line.verdict == verdict]
        listed = "; ".join(named) if len(named) <= 4 else context.say("alt_count", count=len(named))
        parts.append(context.say("alt_verdict", verdict=verdict, named=listed))
    hidden = sum(1 for line in lines if not any(mark.shown for mark in line.marks))
    if hidden:
        parts.append(context.say("alt_withheld", count=hidden))
    return " ".join(parts)


def _ends(lines: list[Line], context: Context) -> str:
    """The highest and the lowest line."""
    place = -1 if len(lines[0].marks) > 1 and lines[0].marks[-1].shown else 0
    ordered = sorted(lines, key=lambda line: (line.marks[place].value is None, line.marks[place].value or 0.0))
    low, high = ordered[0], ordered[-1]
    if low is high:
        return context.say("alt_one", label=_name(low), value=low.marks[place].text)
    several = len({mark.series for line in lines for mark in line.marks}) > 1
    return context.say(
        "alt_ends_of" if several else "alt_ends", series=high.marks[place].series, high=_name(high),
        high_value=high.marks[place].text, low=_name(low), low_value=low.marks[place].text,
    )


def _name(line: Line) -> str:
    """The label of a line, on one line."""
    return " ".join(line.label.split())


def description(picture: Picture, context: Context) -> str:
    """The long description: a line of text per line of the picture, with every number and its interval."""
    said = []
    heading = ""
    for line in picture.lines:
        heading = line.heading or heading
        numbers = "; ".join(_number(mark, picture, context) for mark in line.marks)
        label = f"{heading}, {_name(line)}" if heading else _name(line)
        key = "describe_verdict" if line.verdict else "describe_line"
        said.append(context.say(key, label=label, numbers=numbers, verdict=line.verdict))
    return "\n".join(line for line in (picture.remark, *said) if line)


def _number(mark: object, picture: Picture, context: Context) -> str:
    """One number in words."""
    text = mark.text if mark.shown else f"{mark.text} {context.say('no_number')}"
    key = "describe_interval" if mark.interval else "describe_number"
    if len(picture.series) == 1:
        key += "_alone"
    return context.say(key, series=mark.series, value=text, interval=mark.interval)
