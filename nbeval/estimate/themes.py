"""Themes of interviews and open answers: how many authorities and speakers mentioned each, and whether coders agree."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.estimate.delivery import by_source
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.rows import outcome_columns, stacked
from nbeval.estimate.tables import kappa
from nbeval.frames import Quantity

#: groups of rows: who mentioned a theme, and how far coders agree on it
SPOKEN_OF, AGREEMENT = "told", "agreement"
#: level of ``SPOKEN_OF``: authorities, of which people who work there spoke
AUTHORITIES = "authorities"
#: the set of choices that names who speaks
SPEAKER = "speaker"
POOLED = "no interval: more than two coders, whose pairs are taken together"
METHOD = "count of documents in which any coder found the theme"
PAIRS = "agreement of two coders on whether a document has the theme"


def theme_results(codes: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count who mentioned each theme, and give the agreement of coders.

    One row per theme x wave x kind of speaker, one per theme x wave for authorities (those of whose own people somebody did), one
    for coders; ``n_eligible`` is how many documents (or authorities) there were. A count of the people that the programme is for is its
    own ``n_valid``, so that it is protected. A document has a theme where any coder found it; kappa is over the documents that two coders
    read, and a coder who found nothing in a document has read it only if an export says so.
    """
    parts = []
    for instrument, rows in by_source(codes, cohort, dictionary):
        for _, wave in rows.groupby("wave", sort=False):
            parts += [_mentions(wave, instrument), _agreement(wave, instrument, dictionary.programme.conf_level)]
    return stacked(parts, cohort=cohort.id)


def _mentions(rows: pd.DataFrame, instrument: LoadedInstrument) -> pd.DataFrame:
    """Counts of one wave: by kind of speaker, and of authorities."""
    made = []
    for speaker in instrument.chosen(SPEAKER):
        heard = rows[rows["speaker"].eq(speaker.code)]
        made += _counts(heard, "document", speaker.code, instrument, people=speaker.people)
    staff = [one.code for one in instrument.chosen(SPEAKER) if not one.people]
    made += _counts(rows[rows["speaker"].isin(staff)], "authority", AUTHORITIES, instrument, people=False)
    return pd.DataFrame(made).assign(
        source=rows["source"].iloc[0], wave=rows["wave"].iloc[0], group=SPOKEN_OF, quantity=Quantity.COUNT.value, unit="count", method=METHOD)


def _counts(rows: pd.DataFrame, unit: str, level: str, instrument: LoadedInstrument, *, people: bool) -> list[dict]:
    """How many documents or authorities have each theme."""
    everyone = rows.loc[rows[unit].ne(""), unit].nunique()
    if not everyone:
        return []
    found = {area.area: float(rows.loc[rows["area"].eq(area.area) & rows[unit].ne(""), unit].nunique()) for area in instrument.areas}
    return [
        {"indicator": area, "level": level, "estimate": count, "n_eligible": float(everyone), "n_valid": count if people else np.nan}
        for area, count in found.items()
    ]


def _agreement(rows: pd.DataFrame, instrument: LoadedInstrument, level: float) -> pd.DataFrame:
    """Kappa of each theme over the documents that two coders read, at one wave."""
    pairs = [pair for document in _readers(rows) for pair in combinations(document, 2)]
    coders = {coder for (_, one), (_, other) in pairs for coder in (one, other)}
    given = set(rows[["document", "coder", "area"]].itertuples(index=False, name=None))
    made = []
    for area in instrument.areas if pairs else ():
        table = np.zeros((2, 2))
        for one, other in pairs:
            table[int((*one, area.area) in given), int((*other, area.area) in given)] += 1
        found = kappa(table, level)
        columns = outcome_columns(_pooled(found) if len(coders) > 2 else found)
        made.append({**columns, "indicator": area.area, "n_eligible": float(len({document for (document, _), _ in pairs})),
                     "method": PAIRS})
    return pd.DataFrame(made).assign(source=rows["source"].iloc[0], wave=rows["wave"].iloc[0], group=AGREEMENT,
                                     quantity=Quantity.KAPPA.value, unit="kappa")


def _readers(rows: pd.DataFrame) -> list[list[tuple[int, int]]]:
    """The coders of each document, each as document and coder, in order."""
    once = rows[["document", "coder"]].drop_duplicates().sort_values(["document", "coder"])
    return [list(part.itertuples(index=False, name=None)) for _, part in once.groupby("document")]


def _pooled(found: Outcome) -> Outcome:
    """Kappa of several pairs taken together: its interval would hold for one pair only."""
    return found if np.isnan(found.estimate) else Outcome(found.estimate, warning=POOLED)
