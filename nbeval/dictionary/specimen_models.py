"""The records of specimen.toml and specimen_evidence.toml: what invented data are drawn from.

Both files are optional. The first says how many invented people answer in each invented authority, which share of
them gives each answer, how answers are correlated, what changes between the waves, and how untidy the exports are;
items that it does not name are answered evenly and independently. The second says the same of ratings, actions, visits,
interviews and quotes.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from nbeval.dictionary.record import (
    ANY, AnySourceId, AnyWaveId, AreaId, AtLeastOne, AuthorityId, Cited, Count, ItemId, Record, Ref, Share, Unique,
)


class Size(Record):
    """How many people answer in an authority."""

    authority: AuthorityId
    wave: AnyWaveId = ""                      # empty: at every wave
    count: AtLeastOne


class SpecimenItem(Record):
    """How an item is answered by those who are asked and answer."""

    once = (Unique("this item", "item", lambda one: one.item),)

    item: ItemId
    shares: dict[str, float]            # code or lowest-highest -> share; a range is shared evenly; they add up to 1
    loading: float = Field(default=0.0, gt=-1, lt=1)   # correlation with well-being; below 0: higher codes are worse
    alone: bool = False                 # an option that nobody chooses together with another
    source: Cited


class Shift(Record):
    """Those who gave certain answers have a higher or lower well-being."""

    item: ItemId
    codes: tuple[str, ...]
    size: float                         # in standard deviations of well-being
    source: Cited


class Change(Record):
    """A change that is built in: at ``wave``, the share of ``codes`` is so many percentage points larger."""

    item: ItemId
    wave: AnyWaveId
    codes: tuple[str, ...]
    points: float
    source: Cited


class Mess(Record):
    """How untidy the exports are: shares of forms or of cells, and numbers of extra forms per file."""

    skipped: Share = 0.02         # cells left empty
    missing_answer: Share = 0.015 # cells with each answer that counts as missing
    other_spelling: Share = 0.03  # cells with another declared spelling of the label
    stray_spaces: Share = 0.02    # cells with spaces around the label
    free_text: Share = 0.35       # free-text cells that hold something
    partial: Share = 0.05         # forms that end early
    duplicate: Share = 0.02       # forms sent twice
    late: Share = 0.01            # forms sent after the fieldwork
    tests: Count = 2                      # test forms per file
    empty: Count = 1                      # forms without any answer per file


class VersionStyle(Record):
    """How the exports of one version are written."""

    version: Annotated[str, Ref("export version", ANY)]
    byte_order_mark: bool = False
    time_format: str = "%Y-%m-%d %H:%M:%S"
    labelled_ends: bool = False         # numbers are written in their other spelling, where they have one


class Specimen(Record):
    """specimen.toml: what the invented answers of invented cohorts are drawn from."""

    about: str = ""
    seed: int
    people: AtLeastOne = 150          # who answer in an authority at a wave, where `sizes` says nothing
    authority_sd: float = Field(default=0.1, ge=0)  # of the authorities' mean well-being, in its standard deviations
    sizes: tuple[Size, ...] = ()
    items: tuple[SpecimenItem, ...] = ()
    shifts: tuple[Shift, ...] = ()
    changes: tuple[Change, ...] = ()
    mess: Mess = Mess()
    versions: tuple[VersionStyle, ...] = ()
    texts: tuple[str, ...] = ()                     # what free-text cells hold
    names: tuple[str, ...] = ()                     # invented names for identifying columns
    source: Cited


class RatingLevel(Record):
    """How a body of raters rates: its mean, and how far it moves from one wave to the next."""

    raters: str
    mean: float
    moves: float = 0.0


class AreaShift(Record):
    """An area that is rated higher or lower than the others, by one body of raters or by all."""

    area: AreaId
    size: float
    raters: str = ""


class Panel(Record):
    """How many people gave the ratings of one body of raters in an authority."""

    raters: str
    authority: AuthorityId = ""                 # empty: in all others
    wave: AnyWaveId = ""                      # empty: at every wave
    people: AtLeastOne


class PlanSize(Record):
    """How many actions an authority has, and how likely each choice is."""

    actions: AtLeastOne = 10
    indicators: Annotated[tuple[str, ...], Ref("indicator")] = ()    # those that actions may address
    addressed: Count = 2
    done: tuple[float, ...] = ()        # share of actions that are done, review by review
    texts: tuple[str, ...] = ()         # what free-text cells hold
    owners: tuple[str, ...] = ()


class VisitPlan(Record):
    """When visits were planned and how they went."""

    area: AreaId
    month: str                          # 2020-03: planned in this month
    delay: int = 0                      # days that it came later, about
    online: Share = 0.0    # share held online
    missed: Share = 0.0    # share not held
    people: int = 0                     # young people present, about; 0: none are expected


class EntryShare(Record):
    """How many authorities meet a condition at each wave, and how cornerstones are rated."""

    area: AreaId
    shares: tuple[float, ...] = ()      # of those that meet it, wave by wave
    mean: float = 0.0
    moves: float = 0.0


class ThemeShare(Record):
    """How many documents speak of a theme, wave by wave."""

    area: AreaId
    staff: tuple[float, ...] = ()       # of those in which people who work there speak
    people: tuple[float, ...] = ()      # of those in which the people it is for speak


class Coding(Record):
    """The documents of one source and who codes them."""

    coded: AnySourceId                          # id of the source
    documents: dict[str, int]           # by speaker: how many in each authority
    coders: tuple[str, ...]
    second: Share = 1.0    # share of documents that every coder reads; the first reads all
    missed: Share = 0.0    # how often a coder overlooks a theme
    texts: tuple[str, ...] = ()


class InventedQuote(Record):
    """One quote of the specimen's file."""

    wave: AnyWaveId
    speaker: str
    area: AreaId
    text: str
    consent: bool = True
    release: bool = True
    attributes: dict[str, str] = {}     # level by group
    decision: str = ""
    signed: str = ""
    overruled: tuple[str, ...] = ()     # kinds of finding of the screen


class InventedInspections(Record):
    """One round of inspections: which areas were judged, of how many authorities, and how."""

    framework: str
    first: date
    last: date
    areas: Annotated[tuple[str, ...], Ref("area")]
    share: Share = 1.0     # of authorities that were inspected
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
    names: tuple[str, ...] = ()         # that no quote may contain
    source: Cited
