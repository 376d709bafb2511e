"""Invented answers of any size for the benchmarks: drawn from one seed, with gaps, in the shape that cleaning gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Direction, Measure, MissingReason, Status
from nbeval.dictionary.models import Cohort, Eligible, Indicator
from nbeval.frames import Measured

WAVES = ("first", "last")
REASONS = [reason.value for reason in MissingReason]
#: answers from 0 to 10 of ten items, three codings of each: thirty indicators
ITEMS, CODINGS = 10, ("0-4", "5-6", "9-10")


def indicators() -> tuple[Indicator, ...]:
    """Thirty indicators of ten items."""
    return tuple(
        Indicator(indicator=f"item{k}_{coding}", label="", short="", says="", domain="", item=f"item{k}", measure=Measure.PERCENT,
                  codes=(coding,), unit="percent", better=Direction.LOWER, status=Status.CONFIRMED, source="invented")
        for k in range(ITEMS) for coding in CODINGS
    )


def answers(people: int, authorities: int = 30, seed: int = 1) -> pd.DataFrame:
    """One row per respondent x item, in the shape of ``frames.ANSWERS``."""
    draw = np.random.default_rng(seed)
    names = [f"place{k:03d}" for k in range(authorities)]
    code = draw.integers(0, 11, people * ITEMS).astype(float)
    gone = draw.random(people * ITEMS) < 0.03
    code[gone] = np.nan
    wave, place = draw.integers(0, 2, people), draw.integers(0, authorities, people)
    return pd.DataFrame({
        "respondent": np.tile(np.arange(people), ITEMS),
        "wave": pd.Categorical.from_codes(np.tile(wave, ITEMS), list(WAVES)),
        "authority": pd.Categorical.from_codes(np.tile(place, ITEMS), names),
        "item": pd.Categorical.from_codes(np.repeat(np.arange(ITEMS), people), [f"item{k}" for k in range(ITEMS)]),
        "code": code,
        "missing": pd.Categorical.from_codes(np.where(gone, REASONS.index("not_answered"), -1), REASONS),
    })


def enlarged(measured: Measured, cohort: Cohort, authorities: int, people: int, seed: int = 2) -> tuple[Measured, Cohort]:
    """A cohort of more authorities: respondents of ``measured`` drawn with replacement, ``people`` to an authority and wave."""
    draw = np.random.default_rng(seed)
    names = tuple(f"place{k:03d}" for k in range(authorities))
    waves = [wave.id for wave in cohort.waves]
    pools = {wave: measured.respondents.index[measured.respondents["wave"].eq(wave)].to_numpy() for wave in waves}
    picked = np.concatenate([draw.choice(pools[wave], authorities * people) for wave in waves])
    place = np.tile(np.repeat(np.arange(authorities), people), len(waves))
    respondents = measured.respondents.loc[picked].reset_index(drop=True)
    old = respondents["respondent"].to_numpy()
    respondents = respondents.assign(respondent=np.arange(len(picked)), authority=pd.Categorical.from_codes(place, list(names)))
    at = measured.values.groupby("respondent").indices
    rows = [at[one] for one in old]
    length = np.array([len(one) for one in rows])
    values = measured.values.take(np.concatenate(rows)).reset_index(drop=True)
    values = values.assign(respondent=np.repeat(np.arange(len(picked)), length),
                           authority=pd.Categorical.from_codes(np.repeat(place, length), list(names)))
    weighting = cohort.weighting and cohort.weighting.model_copy(update={"margins": ("authority",)})
    eligible = tuple(Eligible(authority=name, wave=wave, count=3 * people, source="invented") for name in names for wave in waves)
    keyed = measured.keyed.iloc[:0]
    return Measured(values, respondents, keyed), cohort.model_copy(update={"authorities": names, "eligible": eligible, "weighting": weighting})


def specimen(dictionary: Dictionary, folder) -> tuple[Measured, Cohort]:
    """The values of the invented cohort that comes with the project."""
    from nbeval.cleaning import clean_survey
    from nbeval.scoring import measure
    from nbeval.specimen import write_specimen

    cohort = next(one for one in dictionary.cohorts if one.invented)
    write_specimen(cohort, dictionary, folder)
    return measure(clean_survey(cohort, dictionary, folder), cohort, dictionary), cohort
