"""The records of sources that are no survey: what authorities rate, plan, are visited for and promise.

Their instruments lie in ``instruments/<id>/`` like those of surveys, with tables of their own:
``areas.csv``, ``points.csv``, ``choices.csv``, ``bands.csv`` and ``fields.csv``.
"""

from __future__ import annotations

from datetime import date

from nbeval.dictionary.kinds import FieldRole, Status
from nbeval.dictionary.record import Record


class Area(Record):
    """areas.csv: what a source speaks of: an area of a service, a theme, a visit, a prerequisite."""

    area: str
    label: str
    part: str = ""                      # areas of one part belong together: a phase, a kind of condition
    about: str = ""
    outcomes: tuple[str, ...] = ()      # theory-of-change outcomes it speaks to
    status: Status
    source: str


class Point(Record):
    """points.csv: one statement or question that is rated; its area is the mean of its points."""

    point: str
    area: str
    label: str
    status: Status
    source: str


class Choice(Record):
    """choices.csv: one entry that a field may hold."""

    choices: str                        # the set it belongs to: rating, rater, status, ...
    code: str                           # a whole number where the set is a scale
    label: str
    also: str = ""                      # other spellings, parted by " | "
    counts: bool = False                # done, held, met: what is aimed at
    people: bool = False                # those who rate are the people the programme is for
    since: date | None = None           # the days between which it was in use: a framework of inspection
    until: date | None = None
    status: Status = Status.CONFIRMED
    source: str


class Band(Record):
    """bands.csv: a word for the means from ``lowest`` upward, up to the next band."""

    band: str
    label: str
    colour: str                         # red, amber or green; never shown without the label
    lowest: float
    status: Status = Status.CONFIRMED
    source: str


class SourceField(Record):
    """fields.csv: a column of an export, or a line of its cover sheet."""

    version: str
    header: str                         # one that ends with "*" stands for every header that begins so
    role: FieldRole
    choices: str = ""                   # the set of choices its entries are of
    occasion: str = ""                  # the wave, the review or the raters it is of, where it is of one
    area: str = ""                      # the area it is of, where no column says it
    parted_by: str = ""                 # what parts several codes in one cell; `line` for a line break
    required: bool = True
    status: Status = Status.CONFIRMED   # of layouts that are not ours: whether the tool is known to write this header
    source: str = ""
