"""The records of specimen_evidence.toml: what invented ratings, actions, visits and conditions are drawn from."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from nbeval.dictionary.record import Record


class RatingLevel(Record):
    """How a body of raters rates: its mean, and how far it moves from one wave to the next."""

    raters: str
    mean: float
    moves: float = 0.0


class AreaShift(Record):
    """An area that is rated higher or lower than the others, by one body of raters or by all."""

    area: str
    size: float
    raters: str = ""


class Panel(Record):
    """How many people stand behind the ratings of one body of raters in an authority."""

    raters: str
    authority: str = ""                 # empty: in all others
    wave: str = ""                      # empty: at every wave
    people: int = Field(ge=1)


class PlanSize(Record):
    """How many actions an authority has, and how likely each choice is."""

    actions: int = Field(default=10, ge=1)
    indicators: tuple[str, ...] = ()    # those that actions may address
    addressed: int = Field(default=2, ge=0)
    done: tuple[float, ...] = ()        # share of actions that are done, review by review
    texts: tuple[str, ...] = ()         # what free-text cells hold
    owners: tuple[str, ...] = ()


class VisitPlan(Record):
    """When visits were planned and how they went."""

    area: str
    month: str                          # 2020-03: planned in this month
    delay: int = 0                      # days that it came later, about
    online: float = Field(default=0.0, ge=0, le=1)    # share held online
    missed: float = Field(default=0.0, ge=0, le=1)    # share not held
    people: int = 0                     # young people present, about; 0: none are expected


class EntryShare(Record):
    """How many authorities meet a condition at each wave, and how cornerstones are rated."""

    area: str
    shares: tuple[float, ...] = ()      # of those that meet it, wave by wave
    mean: float = 0.0
    moves: float = 0.0


class ThemeShare(Record):
    """How many documents tell of a theme, wave by wave."""

    area: str
    staff: tuple[float, ...] = ()       # of those in which people who work there speak
    people: tuple[float, ...] = ()      # of those in which the people it is for speak


class Coding(Record):
    """The documents of one source and who codes them."""

    coded: str                          # id of the source
    documents: dict[str, int]           # by speaker: how many in each authority
    coders: tuple[str, ...]
    second: float = Field(default=1.0, ge=0, le=1)    # share of documents that every coder reads; the first reads all
    missed: float = Field(default=0.0, ge=0, le=1)    # how often a coder overlooks a theme
    texts: tuple[str, ...] = ()


class InventedQuote(Record):
    """One quote of the specimen's file."""

    wave: str
    speaker: str
    area: str
    text: str
    consent: bool = True
    release: bool = True
    attributes: dict[str, str] = {}     # level by group
    decision: str = ""
    signed: str = ""


class InventedInspections(Record):
    """One round of inspections: which areas were judged, of how many authorities, and how."""

    framework: str
    first: date
    last: date
    areas: tuple[str, ...]
    share: float = Field(default=1.0, ge=0, le=1)     # of authorities that were inspected
    grades: tuple[float, ...]           # shares of the grades, the best first


class SpecimenEvidence(Record):
    """specimen_evidence.toml: what is invented besides answers of people."""

    about: str = ""
    seed: int
    ratings: tuple[RatingLevel, ...] = ()
    shifts: tuple[AreaShift, ...] = ()
    panels: tuple[Panel, ...] = ()
    plan: PlanSize = PlanSize()
    visits: tuple[VisitPlan, ...] = ()
    entry: tuple[EntryShare, ...] = ()
    applicants: int = 0
    themes: tuple[ThemeShare, ...] = ()
    coding: tuple[Coding, ...] = ()
    quotes: tuple[InventedQuote, ...] = ()
    inspections: tuple[InventedInspections, ...] = ()
    names: tuple[str, ...] = ()         # that no quote may hold
    source: str
