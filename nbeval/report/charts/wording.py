"""The words that stand for a chart, composed from what it draws."""

from __future__ import annotations

from collections.abc import Callable

from nbeval.report.charts.data import ChartData, Mark

#: fills a sentence of the report's words
Say = Callable[..., str]


def alt_text(data: ChartData, say: Say) -> str:
    """What a chart shows: how many lines, the highest and lowest of the last series or what the tests say, and how many are withheld."""
    lines = [line for line in data.lines if not line[0].beneath]
    if not lines:
        return say("alt_none") if data.remark else data.words.get("empty", "")
    shown = [line for line in lines if line[-1 if len(data.series) > 1 else 0].is_shown]
    parts = [say("alt_line" if len(lines) == 1 else "alt_lines", count=len(lines), series=", ".join(data.series))]
    verdicts = list(dict.fromkeys(line[0].verdict_text for line in lines if line[0].verdict_text))
    if shown and not verdicts:
        parts.append(_ends(shown, say))
    for verdict in verdicts:
        named = [_name(line[0]) for line in lines if line[0].verdict_text == verdict]
        parts.append(say("alt_verdict", verdict=verdict, named="; ".join(named) if len(named) <= 4 else say("alt_count", count=len(named))))
    if withheld := sum(not any(mark.is_shown for mark in line) for line in lines):
        parts.append(say("alt_withheld", count=withheld))
    return " ".join(parts)


def _ends(lines: list[list[Mark]], say: Say) -> str:
    """The highest and the lowest line."""
    place = -1 if lines[0][-1].is_shown else 0
    marks = [line[place] for line in lines if line[place].is_shown]
    low, high = min(marks, key=lambda mark: mark.value), max(reversed(marks), key=lambda mark: mark.value)
    if low is high:
        return say("alt_one", label=_name(low), value=low.text)
    several = len({mark.series for line in lines for mark in line}) > 1
    return say("alt_ends_of" if several else "alt_ends", series=high.series, high=_name(high), high_value=high.text,
               low=_name(low), low_value=low.text)


def _name(mark: Mark) -> str:
    """The label of a line, on one line."""
    return " ".join(mark.label.split())


def description(data: ChartData, say: Say) -> str:
    """The long description: a line of text for each line of the chart, with every number and its interval."""
    said, heading = [data.remark], ""
    for line in data.lines:
        one, heading = line[0], line[0].heading or heading
        said.append(say(
            "describe_verdict" if one.verdict_text else "describe_line", label=f"{heading}, {_name(one)}" if heading else _name(one),
            numbers="; ".join(_number(mark, say, alone=len(data.series) == 1) for mark in line), verdict=one.verdict_text))
    return "\n".join(line for line in said if line) or data.words.get("empty", "")


def _number(mark: Mark, say: Say, *, alone: bool) -> str:
    """One number in words."""
    text = mark.text if mark.is_shown else f"{mark.text} {say('no_number')}"
    interval = "describe_interval_alone" if alone else "describe_interval"
    return say(interval if mark.interval else "describe_number_alone" if alone else "describe_number", series=mark.series, value=text, interval=mark.interval)


def alt_of_grid(data: ChartData, say: Say) -> str:
    """How many cells of a grid have each tone."""
    tones = data.marks["tone"].tolist()
    if not tones:
        return data.words.get("empty", "")
    if "first" in data.legend:
        return say("heat_alt", rows=len(data.lines), columns=len(data.series), first=data.words["first"], other=data.words["other"],
                   high=tones.count("first"), low=tones.count("other"), alike=tones.count("alike"), hidden=tones.count(""))
    counts = "; ".join(say("heat_bands_count", count=tones.count(tone), word=words) for tone, words in data.legend.items())
    return say("heat_bands_alt", rows=len(data.lines), counts=counts)


def alt_of_days(data: ChartData, say: Say) -> str:
    """How many visits were held between which days, and which times are marked."""
    held = [mark for line in data.lines for mark in line if mark.tone == "held" and mark.is_shown]
    said = [say("timeline_alt", count=len(held), start=min(held, key=lambda mark: mark.value).text, end=max(held, key=lambda mark: mark.value).text)
            ] if held else [data.words.get("empty", "")]
    said += [say("timeline_period", label=one.label, start=one.start_text, end=one.end_text) for one in data.periods]
    return " ".join(line for line in said if line)


def cells(data: ChartData, say: Say) -> str:
    """A line of text for each row of a grid, with every cell under the name of its column."""
    return "\n".join(
        say("heat_row", label=line[0].label, cells="; ".join(say("heat_cell", place=mark.series, value=mark.text) for mark in line))
        for line in data.lines) or data.words.get("empty", "")
