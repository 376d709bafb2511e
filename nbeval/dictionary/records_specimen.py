"""The records of specimen.toml: what invented answers are drawn from.

The file is optional. It says how many invented people answer in each invented authority, which share of
them gives each answer, how answers hang together, what changes between the waves, and how untidy the
exports are. Items that it does not name are answered evenly and hang together with nothing.
"""

from __future__ import annotations

from pydantic import Field

from nbeval.dictionary.record import Record


class Size(Record):
    """How many people answer in an authority."""

    authority: str
    wave: str = ""                      # empty: at every wave
    count: int = Field(ge=1)


class SpecimenItem(Record):
    """How an item is answered by those who are asked and answer."""

    item: str
    shares: dict[str, float]            # code or lowest-highest -> share; a range is shared evenly; they add up to 1
    loading: float = Field(default=0.0, gt=-1, lt=1)   # correlation with well-being; below 0: higher codes are worse
    alone: bool = False                 # an option that nobody chooses together with another
    source: str


class Shift(Record):
    """Those who gave certain answers have a higher or lower well-being."""

    item: str
    codes: tuple[str, ...]
    size: float                         # in standard deviations of well-being
    source: str


class Change(Record):
    """A change that is built in: at ``wave``, the share of ``codes`` is so many percentage points larger."""

    item: str
    wave: str
    codes: tuple[str, ...]
    points: float
    source: str


class Mess(Record):
    """How untidy the exports are: shares of forms or of cells, and numbers of extra forms per file."""

    skipped: float = Field(default=0.02, ge=0, le=1)         # cells left empty
    missing_answer: float = Field(default=0.015, ge=0, le=1) # cells with each answer that counts as missing
    other_spelling: float = Field(default=0.03, ge=0, le=1)  # cells with another declared spelling of the label
    stray_spaces: float = Field(default=0.02, ge=0, le=1)    # cells with spaces around the label
    free_text: float = Field(default=0.35, ge=0, le=1)       # free-text cells that hold something
    partial: float = Field(default=0.05, ge=0, le=1)         # forms that end early
    duplicate: float = Field(default=0.02, ge=0, le=1)       # forms sent twice
    late: float = Field(default=0.01, ge=0, le=1)            # forms sent after the fieldwork
    tests: int = Field(default=2, ge=0)                      # test forms per file
    empty: int = Field(default=1, ge=0)                      # forms without any answer per file


class VersionStyle(Record):
    """How the exports of one version are written."""

    version: str
    byte_order_mark: bool = False
    time_format: str = "%Y-%m-%d %H:%M:%S"
    labelled_ends: bool = False         # numbers are written in their other spelling, where they have one


class Specimen(Record):
    """specimen.toml: what the invented answers of invented cohorts are drawn from."""

    about: str = ""
    seed: int
    people: int = Field(default=150, ge=1)          # who answer in an authority at a wave, where `sizes` says nothing
    authority_sd: float = Field(default=0.1, ge=0)  # of the authorities' mean well-being, in its standard deviations
    sizes: tuple[Size, ...] = ()
    items: tuple[SpecimenItem, ...] = ()
    shifts: tuple[Shift, ...] = ()
    changes: tuple[Change, ...] = ()
    mess: Mess = Mess()
    versions: tuple[VersionStyle, ...] = ()
    texts: tuple[str, ...] = ()                     # what free-text cells hold
    names: tuple[str, ...] = ()                     # invented names for identifying columns
    source: str
