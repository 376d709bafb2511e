"""What pages share: templates, the lines under an exhibit, and how tables and pictures fit a printed page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import ceil

from jinja2 import Environment, PackageLoader, StrictUndefined

from nbeval.exhibit import Column, Exhibit, Figure
from nbeval.words import Words

LARGE = 9.5                     # points of print where a table has all the width it wants
SMALLER = (8.5, 7.5, 7.0)       # where it has not, the largest in which nothing is cut
ROOM = 1000.0       # characters between the margins of an upright page, times the size of the print in points
LONGEST = 34        # characters; a longer text is broken into lines
SHORT = 16          # characters; a shorter text is not broken, such as a date
WIDEST, TALLEST = 162.0, 185.0      # millimetres that a picture can take of an upright page

_FRAME = re.compile(r'width="[\d.]+(?:pt|mm)" height="[\d.]+(?:pt|mm)" viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LINE = re.compile(r'<text [^>]*\by="([\d.]+)"')
_HEADING = re.compile(r'<text style="font-weight: 700;[^>]*\by="([\d.]+)"')
TOLERATED = 1.25        # times the height of a page; a picture up to there is made smaller instead
REACH = 0.12            # how far from the even cut a better one is looked for, as a share of the height
REACH_HEADING = 0.25    # the same of the place above a heading, which is better than any other
RISE = 12.0             # how far a heading and the room above it reach over its line, in units of the picture


@cache
def environment() -> Environment:
    """The templates, made ready once per process."""
    return Environment(loader=PackageLoader("nbeval.publish"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def template_text(name: str) -> str:
    """A file of the templates' folder: a stylesheet or a script."""
    return (files("nbeval.publish") / "templates" / name).read_text(encoding="utf-8")


def below_exhibit(exhibit: Exhibit, wording: Words) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    yield from unit_and_base(exhibit, wording)
    if exhibit.source:
        yield wording["source_below"].format(text=exhibit.source)
    if exhibit.legend:
        meanings = "; ".join(wording.say("symbol", symbol=symbol, meaning=meaning) for symbol, meaning in exhibit.legend)
        yield wording["symbols_below"].format(text=meanings)
    for note in exhibit.notes:
        yield wording["note_below"].format(text=note)


def unit_and_base(exhibit: Exhibit, wording: Words) -> Iterator[str]:
    """What the numbers of an exhibit are, and who they are about."""
    for line, text in (("unit_below", exhibit.unit), ("base_below", exhibit.base)):
        if text:
            yield wording[line].format(text=text)


def column_name(column: Column, *, grouped: bool = False) -> str:
    """The header of a column: its label with its unit; ``grouped``: after its spanning header."""
    label = (": ".join(filter(None, (column.group, column.label))) or column.key) if grouped else column.label
    return f"{label} ({column.unit})" if column.unit else label


def alternative_text(figure: Figure) -> str:
    """What a figure shows, for those who cannot see it."""
    return f"{figure.alt} {figure.description}".strip()


def extent(figure: Figure) -> tuple[float, float]:
    """The width and height of a picture in millimetres, where it is made to fit an upright page."""
    scale = min(1.0, WIDEST / figure.width_mm, TALLEST / figure.height_mm)
    return figure.width_mm * scale, figure.height_mm * scale


def size(exhibit: Exhibit, room: float = ROOM) -> float:
    """The size of a table's print, in points."""
    places = range(len(exhibit.columns))
    if sum(_preferred(exhibit, place) for place in places) <= room / LARGE:
        return LARGE
    least = sum(_least(exhibit, place) for place in places)
    return next((one for one in SMALLER if least <= room / one), SMALLER[-1])


def shares(exhibit: Exhibit, room: float = ROOM) -> tuple[float, ...]:
    """The share of the table's width that each column gets; together 1."""
    places = range(len(exhibit.columns))
    least, preferred = [_least(exhibit, place) for place in places], [_preferred(exhibit, place) for place in places]
    available = max(room / size(exhibit, room), sum(least))
    if sum(preferred) > available:     # each gives way in proportion to what it has to give
        kept = (available - sum(least)) / (sum(preferred) - sum(least))
        preferred = [low + kept * (high - low) for low, high in zip(least, preferred, strict=True)]
    return tuple(width / sum(preferred) for width in preferred)


def lines(exhibit: Exhibit, notes: int = 0) -> int:
    """About how many lines a table takes with the lines below it; ``notes`` counts the characters there."""
    per_line = ROOM / size(exhibit)
    characters = [max(4.0, share * per_line) for share in shares(exhibit)]
    rows = (
        max((ceil(len(cell.text) / width) for cell, width in zip(row.cells, characters, strict=False)), default=1)
        for row in exhibit.rows
    )
    return sum(rows) + ceil(notes / per_line)


def _least(exhibit: Exhibit, place: int) -> float:
    """The characters a column cannot do without: its numbers, short texts and longest word, each on one line."""
    column = exhibit.columns[place]
    cells = _cells(exhibit, place)
    whole = [text for text in cells if column.numeric or len(text) <= SHORT]
    words = [word for text in cells for word in text.split()]
    heads = [len(word) * 1.15 for word in column_name(exhibit.columns[place]).split()]      # in bold
    long = max(map(len, cells), default=0) / 3
    return max(*(len(text) * 1.1 for text in whole), *map(len, words), *heads, min(long, LONGEST / 2), 1.0) + 2.0


def _preferred(exhibit: Exhibit, place: int) -> float:
    """The characters a column would take: its cells on one line where they are not long, its header on two."""
    longest = max(map(len, _cells(exhibit, place)), default=1)
    return max(min(LONGEST, longest) + 2.0, min(len(column_name(exhibit.columns[place])) / 2, 14.0) + 2.0, _least(exhibit, place))


def _cells(exhibit: Exhibit, place: int) -> list[str]:
    """The texts of a column, without the headings of blocks."""
    return [row.cells[place].text for row in exhibit.rows if not row.heading]


def slices(figure: Figure) -> list[Figure]:
    """The picture in as many parts as it needs pages, from the top; itself where it needs one or cannot be cut."""
    frame = _FRAME.search(figure.svg)
    if figure.height_mm <= TOLERATED * TALLEST or frame is None:
        return [figure]
    width, height = map(float, frame.groups())
    per_mm = height / figure.height_mm
    edges = [0.0, *_cuts(figure.svg, height, ceil(figure.height_mm / TALLEST), TALLEST * per_mm), height]
    return [
        replace(figure, height_mm=(bottom - top) / per_mm, svg=_FRAME.sub(
            f'width="{figure.width_mm:.3f}mm" height="{(bottom - top) / per_mm:.3f}mm" viewBox="0 {top:g} {width:g} {bottom - top:g}"',
            figure.svg, count=1))
        for top, bottom in pairwise(edges)
    ]


def _cuts(svg: str, height: float, parts: int, page: float) -> list[float]:
    """Where to cut: above a heading near to each even cut where both sides fit their pages, else between lines of text."""
    headings = sorted({float(line) - RISE for line in _HEADING.findall(svg)})
    cuts = []
    for number in range(1, parts):
        even, above = height * number / parts, cuts[-1] if cuts else 0.0
        near = [place for place in headings if abs(place - even) <= REACH_HEADING * height
                and above < place <= above + page and height - place <= page * (parts - number)]
        cuts.append(min(near, key=lambda place: abs(place - even)) if near else _between_lines(svg, even, REACH * height))
    return cuts


def _between_lines(svg: str, even: float, reach: float) -> float:
    """The broadest gap between lines of text near to an even cut."""
    lines = sorted({float(line) for line in _LINE.findall(svg)})
    near = [(low, high) for low, high in pairwise(lines) if abs((low + high) / 2 - even) <= reach]
    low, high = max(near, key=lambda gap: gap[1] - gap[0], default=(even, even))
    return (2 * low + high) / 3         # a line of text stands on its place and reaches upward
