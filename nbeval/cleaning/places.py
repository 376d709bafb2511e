"""Which authority a form is of, where a column of the export says it."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.models import Cohort
from nbeval.errors import UnknownCodeError


def name_authorities(forms: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.Series:
    """Bring the authority of every form to its id.

    Parameters
    ----------
    forms : DataFrame
        One row per form; ``authority`` holds an id, a name or an official code, and is missing where
        neither the file's name nor a column says it.
    cohort : Cohort
        Its authorities are the ones a form may be of.
    dictionary : Dictionary
        Names and official codes.

    Returns
    -------
    pandas.Series
        One row per form: the authority's id, or the empty text where the cohort has none.

    Raises
    ------
    UnknownCodeError
        A form is of an authority that is not in the cohort.
    """
    known = _spellings(cohort, dictionary)
    given = forms["authority"].fillna("")
    ids = given.map({text: known.get(normalise(text)) for text in given.unique()})
    strange = ids.isna()
    if strange.any():
        raise UnknownCodeError(
            f"{strange.sum()} of {len(forms)} forms of cohort '{cohort.id}' are of no authority of the cohort.",
            found=f"{given[strange].nunique()} different entries (text withheld)",
            allowed="id, name or official code of: " + (", ".join(cohort.authorities) or "no authority is declared"),
            where="; ".join(sorted(set(forms["file"][strange]))[:4]),
            do="add the authority to the cohort's file, or put its name in authorities.csv as the export has it.",
            rows=forms.loc[strange, ["file", "row"]],
        )
    return ids.astype(str)


def _spellings(cohort: Cohort, dictionary: Dictionary) -> dict[str, str]:
    """Every way in which an export may write an authority of the cohort."""
    known = {} if cohort.authorities else {"": ""}
    for authority in cohort.authorities:
        known[normalise(authority)] = known[normalise(dictionary.authority(authority).name)] = authority
    for code in dictionary.codes:
        if code.authority in cohort.authorities:
            known[normalise(code.code)] = code.authority
    return known
