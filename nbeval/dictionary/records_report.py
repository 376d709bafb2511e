"""The records of exhibits.csv, disclosure.toml, glossary.csv and sources.csv."""

from __future__ import annotations

from nbeval.dictionary.record import Record


class ExhibitRow(Record):
    """exhibits.csv: a table or figure of a report, and the results it shows."""

    exhibit: str
    reports: tuple[str, ...]            # report kinds it belongs to
    section: str                        # the notebook section that calls for it
    order: int
    title: str                          # may use {cohort}, {authority}, {wave}, {people}
    kind: str                           # a form that present knows: levels, change, distribution, ...
    chart: str = ""                     # a chart that present knows; empty: a table only
    source_id: str = "survey"
    quantities: tuple[str, ...]
    # ids, or domain:<id>, family:<id>, distribution:<id>, headline; empty: people are counted
    indicators: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    notes: str = ""
    sentence: str = ""                  # a sentence above the exhibit; fields of the results in braces


class EvidenceRule(Record):
    """programme.toml: when what nobody tested counts as pointing towards an outcome of the theory of change."""

    smallest_share: float               # of a theme's actions that were done, or of the places that told of it
    source: str


class StandingRule(Record):
    """programme.toml: which tests make a measure a strength or a priority of one place."""

    against: tuple[str, ...]            # rest (all other places), comparator (respondents elsewhere), wave (the first one)
    gap: float                          # steps of a scale: bodies of raters that are further apart are to be talked about
    source: str


class Disclosure(Record):
    threshold: int                      # smallest count that may be published
    threshold_internal: int
    threshold_percent_base: int         # smallest base of a percentage
    protect_complement: bool            # 0 % and 100 % disclose too
    protected_groups: tuple[str, ...] = ()
    rounding: str                       # half_up
    percent_decimals: int = 0
    protection_interval: int            # narrowest interval an intruder may derive
    symbols: dict[str, str]             # withheld, not_available, not_applicable, low
    symbol_meanings: dict[str, str]
    priority: tuple[str, ...] = ()      # what is kept longest, most important first
    # sources that are not answers of people: only the counts of people on their rows are protected
    not_of_answers: tuple[str, ...] = ()
    source: str


class Term(Record):
    term: str
    meaning: str
    not_called: str = ""
    source: str = ""


class Citation(Record):
    """sources.csv: where a fact was read."""

    source: str
    title: str
    publisher: str = ""
    published: str = ""
    url: str = ""
    note: str = ""
