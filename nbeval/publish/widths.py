"""How wide the columns of a printed table are, and how many lines it takes, from the texts in it."""

from __future__ import annotations

from math import ceil

from nbeval.exhibit import Exhibit

LONGEST = 34        # characters; a longer text is broken into lines
PER_LINE = 105      # characters of small print between the margins


def shares(exhibit: Exhibit) -> tuple[float, ...]:
    """The share of the table's width that each column gets; together 1."""
    needs = [_need(exhibit, place) for place in range(len(exhibit.columns))]
    return tuple(need / sum(needs) for need in needs)


def lines(exhibit: Exhibit, notes: int = 0) -> int:
    """About how many lines a table takes with what stands below it; ``notes`` counts the characters there."""
    characters = [max(4.0, share * PER_LINE) for share in shares(exhibit)]
    rows = (
        max((ceil(len(cell.text) / width) for cell, width in zip(row.cells, characters, strict=False)), default=1)
        for row in exhibit.rows
    )
    return sum(rows) + ceil(notes / PER_LINE)


def _need(exhibit: Exhibit, place: int) -> float:
    """The characters a column needs: its cells on one line where they are short, its longest word at least."""
    column = exhibit.columns[place]
    cells = [row.cells[place].text for row in exhibit.rows if not row.heading]
    head = f"{column.label} ({column.unit})" if column.unit else column.label
    words = [word for text in (head, *cells) for word in text.split()] or [""]
    widest = min(LONGEST, max((len(text) for text in cells), default=1))
    if column.numeric:      # an interval that breaks into lines cannot be read
        widest *= 1.4
    return max(widest, max(map(len, words)), min(len(head) / 2, 14.0)) + 2.0
