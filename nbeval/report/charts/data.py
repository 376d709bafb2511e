"""What a chart draws and nothing else: one row per mark, with the number and how it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import groupby, starmap
from math import nan
from types import MappingProxyType

import pandas as pd

from nbeval.exhibit import Cell
from nbeval.frames import UNTESTED, Verdict

#: from which days are counted
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Mark:
    """One number of a chart, and the line it is on. The fields of a line are the same on all its marks.

    ``value`` is missing where the number is withheld or not available; ``text`` then is the symbol.
    """

    line: int                           # place of the line, from the top
    label: str                          # of the line
    series: str                         # whose number it is: a wave, an authority, a band, a column of a grid
    value: float = nan
    text: str = ""                      # the number as printed, or the symbol
    low: float = nan
    high: float = nan
    interval: str = ""                  # as printed
    n: float = nan                      # how many answered
    published: bool = False             # a number in print, not of this data
    tone: str = ""                      # what the mark says beyond its number: a key of ``ChartData.legend``
    heading: str = ""                   # of the block that the line opens; empty where it opens none
    beneath: bool = False               # the line belongs to the one above it
    verdict: Verdict = Verdict.NONE     # of the line
    verdict_text: str = ""              # as printed
    short: str = ""                     # the verdict, or the number, in so few words that a chart can hold them

    @classmethod
    def of_cell(cls, cell: Cell, **about: object) -> Mark:
        """The mark of a cell of a table, with the number and the words of the cell."""
        return cls(value=nan if cell.value is None else cell.value, text=cell.text, **about)

    @property
    def is_shown(self) -> bool:
        """Whether there is a number to draw."""
        return self.value == self.value

    @property
    def stroke(self) -> str:
        """How a line with the verdict is drawn: ``clear``, ``possible``, ``unclear``, or ``untested`` where nobody can tell."""
        verdict = Verdict(self.verdict)
        return "clear" if verdict.is_clear else "possible" if verdict.is_possible else "untested" if verdict in UNTESTED else "unclear"

    @property
    def says_a_way(self) -> bool:
        """Whether the verdict says, clearly or perhaps, which way."""
        return self.stroke in ("clear", "possible")


@dataclass(frozen=True)
class Period:
    """A stretch of days that a timeline marks; days are counted from ``EPOCH``."""

    label: str
    start: float
    end: float
    start_text: str
    end_text: str


#: how marks can be arranged: a kind of exhibit says which it makes, a chart which it draws
MARKS: Mapping[str, str] = MappingProxyType({
    "lines": "numbers with their intervals, on lines one under the other",
    "pairs": "two numbers on each line, at the first wave and at the last, with the verdict of their change",
    "shares": "a percentage on each line",
    "places": "a number on each line with how many answered; the last line is all places together",
    "bands": "the shares of the bands of a distribution, a line for each band",
    "cells": "a grid of cells with their tones",
    "counts": "a grid of counts, with words at the end of each line",
    "days": "days on a line for each visit",
})
COLUMNS = tuple(one.name for one in fields(Mark))
_TYPES = {"line": int, "published": bool, "beneath": bool, **dict.fromkeys(("value", "low", "high", "n"), float)}


@dataclass(frozen=True, eq=False)
class ChartData:
    """All that a chart draws: one row per mark in ``marks``, in the order in which they are drawn, and the words that it writes itself.

    ``words`` are ``withheld``, ``answered``, ``empty``, ``limit_95``, ``limit_99_8``, ``of_ten`` (with a field ``number``), ``few_of_ten``,
    ``most_of_ten``, ``stroke_clear``, ``stroke_possible``, ``stroke_unclear``, ``stroke_untested``, ``first`` and ``other`` (who is compared in a grid), ``month_1`` to ``month_12``
    (in few letters, for a timeline).
    """

    marks: pd.DataFrame
    unit: str = ""                      # what the axis counts
    percent: bool = True                # a scale of percentages from 0
    reference: float | None = None      # where the line is that means no difference
    log: bool = False
    banner: str = ""                    # written over invented data
    remark: str = ""                    # what a reader must know about the choice of lines
    words: Mapping[str, str] = field(default_factory=dict)
    legend: Mapping[str, str] = field(default_factory=dict)     # the tones and their words, in order
    periods: tuple[Period, ...] = ()

    @classmethod
    def of(cls, marks: Iterable[Mark], **about: object) -> ChartData:
        """Make the data of a chart from its marks."""
        return cls(pd.DataFrame([vars(mark) for mark in marks], columns=list(COLUMNS)).astype(_TYPES), **about)

    @property
    def series(self) -> tuple[str, ...]:
        """The series in the order in which they first occur."""
        return tuple(dict.fromkeys(self.marks["series"]))

    @property
    def lines(self) -> list[list[Mark]]:
        """The marks of each line, line after line."""
        ordered = self.marks.sort_values("line", kind="stable")[list(COLUMNS)]
        return [list(marks) for _, marks in groupby(starmap(Mark, ordered.itertuples(index=False, name=None)), lambda mark: mark.line)]

    @property
    def blocks(self) -> list[list[list[Mark]]]:
        """The lines of each block: from one heading to the next."""
        found: list[list[list[Mark]]] = []
        for line in self.lines:
            if line[0].heading or not found:
                found.append([])
            found[-1].append(line)
        return found
