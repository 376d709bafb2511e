"""The records of groups.csv, scales/<id>.toml, indicators.csv and benchmarks.csv."""

from __future__ import annotations

from nbeval.dictionary.kinds import Direction, Match, Measure, ScaleRule, Status
from nbeval.dictionary.record import Record


class GroupLevel(Record):
    """groups.csv: one level of a grouping of respondents."""

    group: str
    label: str
    item: str
    level: str
    level_label: str
    codes: tuple[str, ...]              # single codes, or lowest-highest
    protected: bool = False
    status: Status = Status.CONFIRMED
    source: str


class ScaleItem(Record):
    item: str
    reverse: bool = False
    counts_when: tuple[str, ...] = ()   # for the rule `count`


class Conversion(Record):
    raw: float
    score: float


class Scale(Record):
    id: str
    label: str
    items: tuple[ScaleItem, ...]
    rule: ScaleRule
    minimum_answered: int
    lowest: float
    highest: float
    conversion: tuple[Conversion, ...] = ()
    domain: str = ""
    citation: str
    licence: str
    status: Status
    note: str = ""


class Indicator(Record):
    """indicators.csv: a reported measure = an item or scale plus a coding plus a codebook version."""

    indicator: str
    label: str
    short: str                          # for axes and tight tables
    says: str                           # completes "of those who answered ...": "had low life satisfaction"
    plain: str = ""                     # for readers who want plain words, as the person would say it
    domain: str
    item: str = ""
    scale: str = ""
    measure: Measure
    codes: tuple[str, ...] = ()         # single codes, or lowest-highest
    unit: str
    decimals: int = 0
    better: Direction
    family: str = ""                    # tests read together
    distribution: str = ""              # indicators of one distribution add up to its base
    headline: bool = False
    outcomes: tuple[str, ...] = ()      # theory-of-change outcomes it speaks to
    status: Status
    note: str = ""
    source: str


class Benchmark(Record):
    """benchmarks.csv: a published value of another body of people."""

    benchmark: str
    indicator: str
    kind: str                           # population (a value) or comparator (a body with its own n)
    label: str
    population: str
    ages: str
    year: str
    value: float
    unit: str
    n: int | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    decimals: int = 0
    geography: str = ""
    figure: str = ""                    # of published/figures.csv: it gives what is left empty here
    match: Match
    status: Status
    note: str = ""
    source: str
