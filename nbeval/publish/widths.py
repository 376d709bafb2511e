"""How wide the columns of a printed table are, how small its print and how many its lines; how large a picture is."""

from __future__ import annotations

from math import ceil

from nbeval.exhibit import Exhibit, Figure

LARGE = 9.5                     # points of print where a table has all the width it wants
SMALLER = (8.5, 7.5, 7.0)       # where it has not, the largest in which nothing is cut
ROOM = 1000.0       # characters between the margins of an upright page, times the size of the print in points
LONGEST = 34        # characters; a longer text is broken into lines
SHORT = 16          # characters; a shorter text is not broken, such as a date
WIDEST, TALLEST = 162.0, 185.0      # millimetres that a picture can take of an upright page


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
    there = max(room / size(exhibit, room), sum(least))
    if sum(preferred) > there:     # each gives way in proportion to what it has to give
        given = (there - sum(least)) / (sum(preferred) - sum(least))
        preferred = [low + given * (high - low) for low, high in zip(least, preferred, strict=True)]
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
    heads = [len(word) * 1.15 for word in _head(exhibit, place).split()]      # in bold
    long = max(map(len, cells), default=0) / 3
    return max(*(len(text) * 1.1 for text in whole), *map(len, words), *heads, min(long, LONGEST / 2), 1.0) + 2.0


def _preferred(exhibit: Exhibit, place: int) -> float:
    """The characters a column would take: its cells on one line where they are not long, its header on two."""
    longest = max(map(len, _cells(exhibit, place)), default=1)
    return max(min(LONGEST, longest) + 2.0, min(len(_head(exhibit, place)) / 2, 14.0) + 2.0, _least(exhibit, place))


def _cells(exhibit: Exhibit, place: int) -> list[str]:
    """The texts of a column, without the headings of blocks."""
    return [row.cells[place].text for row in exhibit.rows if not row.heading]


def _head(exhibit: Exhibit, place: int) -> str:
    """The header of a column."""
    column = exhibit.columns[place]
    return f"{column.label} ({column.unit})" if column.unit else column.label
