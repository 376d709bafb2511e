"""Codes of answers: reading them from any column, recoding them, and placing them in published bands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nbeval.dictionary.codes import CodeMatcher, matcher
from nbeval.dictionary.files import suggestion
from nbeval.errors import ParameterError

_BANDS = Path(__file__).with_name("bands.toml")
#: no value was given for answers that are not recoded
_REFUSE = object()


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column of a frame, or the error that names the nearest one there is."""
    if name not in frame.columns:
        known = [str(one) for one in frame.columns]
        raise ParameterError(f"there is no column '{name}'.", found=f"{len(known)} columns", where="the frame", do=suggestion(str(name), known))
    column = frame[name]
    if isinstance(column, pd.DataFrame):
        raise ParameterError(f"there are {column.shape[1]} columns '{name}'.", where="the frame", do="give every column a name of its own.")
    return column


def codes_of(column: pd.Series, *, lowest: float | None = None) -> np.ndarray:
    """The answers of a column (numbers, or categories) as numbers; missing ones as NaN. Categories have the codes that ``label`` and
    ``clean`` note in ``.attrs["codes"]``; without any, ordered ones count up from ``lowest``."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        declared = {text: code for code, text in column.attrs.get("codes", {}).get(column.name, {}).items()}
        categories = column.cat.categories
        if all(one in declared for one in categories):
            numbers = np.array([declared[one] for one in categories], dtype=float)
        elif pd.api.types.is_numeric_dtype(categories):
            numbers = categories.to_numpy(dtype=float)
        elif column.cat.ordered and lowest is not None:
            numbers = lowest + np.arange(len(categories), dtype=float)
        else:
            raise _no_numbers(column)
        return np.append(numbers, np.nan)[column.cat.codes.to_numpy()]
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise _no_numbers(column)
    return column.to_numpy(dtype=float, na_value=np.nan)


def placed(codes: np.ndarray, levels: Sequence[CodeMatcher]) -> np.ndarray:
    """The position of the level that each code belongs to; -1 where it belongs to none or is missing."""
    found = np.full(len(codes), -1)
    for position, level in enumerate(levels):
        found[level.contains(codes)] = position
    return found


def recode(answers: pd.Series, mapping: Mapping[Any, Any], other: Any = _REFUSE) -> pd.Series:
    """Give answers new values.

    Parameters
    ----------
    answers : one answer per respondent: numbers, text or categories
    mapping : from an answer to its new value; a pair of numbers, such as ``(16, 17)``, is a range with both ends
    other : the new value of every other answer; without it each answer must be in ``mapping``

    Returns
    -------
    pandas.Series
        One value per respondent, with the same index and name: float where the new values are numbers, else ordered categories in
        the order of ``mapping``. A missing answer stays missing; it never becomes ``other``.

    Raises
    ------
    ParameterError
        Answers are not in ``mapping`` and ``other`` was not given (the message counts them), or ``mapping`` names a category that
        does not exist.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> nbeval.recode(pd.Series(["often", "never", None, "sometimes"], name="lonely"), {"often": 1}, other=0).tolist()
    [1.0, 0.0, nan, 0.0]
    >>> nbeval.recode(pd.Series([16, 21, 24], name="age"), {(16, 17): "16-17", (18, 25): "18-25"}).tolist()
    ['16-17', '18-25', '18-25']
    """
    _refuse_strange_categories(answers, mapping)
    plain = answers.astype(object).to_numpy()
    given = pd.notna(answers).to_numpy()
    values = np.full(len(answers), None, dtype=object)
    known = np.zeros(len(answers), dtype=bool)
    for answer, value in mapping.items():
        fits = _among(answers, plain, answer) & given & ~known
        values[fits] = value
        known |= fits
    rest = given & ~known
    if rest.any() and other is _REFUSE:
        raise ParameterError(
            f"{int(rest.sum())} of {int(given.sum())} answers of '{answers.name}' have no new value.", found=f"{len(mapping)} answers are recoded",
            where="recode", do="name every answer in the mapping, or say with other= what becomes of the rest.")
    values[rest] = other if rest.any() else None
    new = list(dict.fromkeys([*mapping.values(), *([] if other is _REFUSE else [other])]))
    return _typed(values, new, answers)


def band(scores: pd.Series, bands: str | Mapping[str, Any]) -> pd.Series:
    """Place scores in bands.

    Parameters
    ----------
    scores : one score per respondent
    bands : the id of published bands (``nbeval.scoring.recoding.published_bands()`` lists them, such as ``"ons_life_satisfaction"``),
        or a mapping from the label of each band to its codes, such as ``{"low": "0-4", "high": "5-10"}``

    Returns
    -------
    pandas.Series
        One band per respondent, with the same index and name: ordered categories from the first band to the last; missing where there
        is no score. In ``.attrs``: ``bands`` and ``source``.

    Raises
    ------
    ParameterError
        There are no such bands, or scores belong to none; the message counts them.

    Notes
    -----
    The bands of the four personal well-being questions are those of the Office for National Statistics: life satisfaction, worthwhile
    and happy 0-4, 5-6, 7-8, 9-10; anxious 0-1, 2-3, 4-5, 6-10.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> nbeval.band(pd.Series([3, 7, None, 10], name="life_sat"), "ons_life_satisfaction").tolist()
    ['Low', 'High', nan, 'Very high']
    """
    source = ""
    if isinstance(bands, str):
        known = published_bands()
        if bands not in known:
            raise ParameterError(f"there are no bands '{bands}'.", allowed=", ".join(known), where="band", do=suggestion(bands, known))
        bands, source = known[bands]["bands"], known[bands]["source"]
    levels = [matcher(_parts(codes)) for codes in bands.values()]
    codes = codes_of(scores)
    found = placed(codes, levels)
    outside = int((np.isfinite(codes) & (found < 0)).sum())
    if outside:
        raise ParameterError(
            f"{outside} of {int(np.isfinite(codes).sum())} scores of '{scores.name}' are in no band.", allowed="; ".join(
                f"{label}: {', '.join(_parts(codes))}" for label, codes in bands.items()), where="band",
            do="give bands for all scores, or set those scores to missing.")
    banded = pd.Series(pd.Categorical.from_codes(found, categories=list(bands), ordered=True), index=scores.index, name=scores.name)
    banded.attrs = {"bands": {label: ", ".join(_parts(codes)) for label, codes in bands.items()}, "source": source}
    return banded


@cache
def published_bands() -> Mapping[str, Mapping[str, Any]]:
    """The published bands by id: ``label``, ``source`` and ``bands``."""
    return tomllib.loads(_BANDS.read_text(encoding="utf-8"))


def _parts(codes: Any) -> tuple[str, ...]:
    """The codes of a band as a dictionary writes them."""
    if isinstance(codes, str):
        return tuple(part.strip() for part in codes.split(";"))
    if isinstance(codes, tuple) and len(codes) == 2 and not any(isinstance(one, str) for one in codes):
        return (f"{codes[0]}-{codes[1]}",)
    return tuple(str(one) for one in codes) if isinstance(codes, Sequence) else (str(codes),)


def _among(answers: pd.Series, plain: np.ndarray, answer: Any) -> np.ndarray:
    """Where an answer is the one named, or within the range named."""
    if isinstance(answer, tuple) and len(answer) == 2 and not any(isinstance(one, str) for one in answer):
        codes = codes_of(answers)
        return (codes >= answer[0]) & (codes <= answer[1])
    return np.array([one is answer or one == answer for one in plain], dtype=bool)


def _typed(values: np.ndarray, new: list[Any], answers: pd.Series) -> pd.Series:
    """The new values as numbers where all of them are, else as ordered categories."""
    if all(value is None or isinstance(value, (int, float, np.number)) for value in new):
        return pd.Series(pd.to_numeric(pd.Series(values, dtype=object)).to_numpy(dtype=float), index=answers.index, name=answers.name)
    levels = [value for value in new if value is not None and value == value]
    return pd.Series(pd.Categorical(values, categories=levels, ordered=True), index=answers.index, name=answers.name)


def _refuse_strange_categories(answers: pd.Series, mapping: Mapping[Any, Any]) -> None:
    """Refuse a new value for a category that does not exist: a misspelling would lose its answers."""
    if not isinstance(answers.dtype, pd.CategoricalDtype):
        return
    known = list(answers.cat.categories)
    strange = [str(answer) for answer in mapping if not isinstance(answer, tuple) and answer not in known]
    if strange:
        raise ParameterError(
            f"{len(strange)} answers to recode are no categories of '{answers.name}'.", found=", ".join(strange),
            allowed=", ".join(map(str, known)), where="recode", do=suggestion(strange[0], [str(one) for one in known]))


def _no_numbers(column: pd.Series) -> ParameterError:
    """The error about answers that have no codes."""
    return ParameterError(
        f"the answers of '{column.name}' are not numbers, and no codes are declared for them.",
        found=f"{int(column.notna().sum())} answers of type {column.dtype}", allowed="numbers, or ordered categories with codes",
        where="the frame", do="give them codes with nbeval.label(frame, {column: [labels in order]}), or turn them into numbers.")
