"""The tables that leave this stage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import REASONS
from nbeval.cleaning.intake import Intake
from nbeval.dictionary.enums import Design, Role
from nbeval.dictionary.models import Cohort


def make_answers(intakes: list[Intake], cohort: Cohort) -> pd.DataFrame:
    """Lay out the answers in the form of ``frames.ANSWERS``.

    Parameters
    ----------
    intakes : list of Intake
        Every source of the cohort, respondents numbered across them.
    cohort : Cohort
        Its waves and authorities give the order of categories.

    Returns
    -------
    pandas.DataFrame
        One row per respondent x closed item; a code, or the reason why there is none.
    """
    items = list(dict.fromkeys(item.item for intake in intakes for item in intake.coded.items))
    parts = {"respondent": [], "wave": [], "authority": [], "item": [], "code": [], "missing": []}
    for intake in intakes:
        width, height = len(intake.coded.items), len(intake.kept)
        for name in ("respondent", "wave", "authority"):
            parts[name].append(np.repeat(intake.kept[name].to_numpy(), width))
        places = np.array([items.index(item.item) for item in intake.coded.items])
        parts["item"].append(np.tile(places, height))
        parts["code"].append(intake.coded.codes.ravel())
        parts["missing"].append(intake.coded.reasons.ravel().astype(int) - 1)
    joined = {name: np.concatenate(pieces) for name, pieces in parts.items()}
    return pd.DataFrame({
        "respondent": joined["respondent"].astype(int),
        "wave": _category(joined["wave"], [wave.id for wave in cohort.waves]),
        "authority": _category(joined["authority"], cohort.authorities),
        "item": pd.Categorical.from_codes(joined["item"], items),
        "code": joined["code"].astype(float),
        "missing": pd.Categorical.from_codes(joined["missing"], [reason.value for reason in REASONS]),
    })


def make_respondents(intakes: list[Intake], cohort: Cohort) -> pd.DataFrame:
    """List who answered, in the form of ``frames.RESPONDENTS``.

    Parameters
    ----------
    intakes : list of Intake
        Every source of the cohort, respondents numbered across them.
    cohort : Cohort
        Its waves and authorities give the order of categories.

    Returns
    -------
    pandas.DataFrame
        One row per form kept; ``person`` is filled only where the design links waves.
    """
    kept = pd.concat([intake.kept for intake in intakes], ignore_index=True)
    linked = cohort.design is Design.MATCHED
    return pd.DataFrame({
        "respondent": kept["respondent"].astype(int),
        "source": _category(kept["source"], [intake.source for intake in intakes]),
        "wave": _category(kept["wave"], [wave.id for wave in cohort.waves]),
        "authority": _category(kept["authority"], cohort.authorities),
        "person": (kept[Role.PERSON].fillna("") if linked else pd.Series("", kept.index)).astype(str),
    })


def _category(values, declared) -> pd.Categorical:
    """The values as a category, in declared order; the empty text is a level where it occurs."""
    levels = [*declared, *([""] if "" not in declared and (np.asarray(values, dtype=object) == "").any() else [])]
    return pd.Categorical(values, categories=levels)
