"""What came in from one source, for the checks to look at and for the tables to be made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from nbeval.cleaning.coding import Coded
from nbeval.cleaning.columns import Mapping
from nbeval.cleaning.missing import Contradiction
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Cohort


@dataclass(frozen=True, eq=False)
class Intake:
    """One source of one cohort after reading, setting aside and coding."""

    cohort: Cohort
    dictionary: Dictionary
    source: str
    instrument: LoadedInstrument
    forms: pd.DataFrame          # one row per form read; ``aside`` says why it is not kept
    kept: pd.DataFrame           # one row per form kept, in the order of ``coded``
    texts: pd.DataFrame          # one row per form kept: typed answers, never shown
    coded: Coded
    mapping: Mapping
    accounting: pd.DataFrame
    corrected: int = 0
    contradictions: list[Contradiction] = field(default_factory=list)
