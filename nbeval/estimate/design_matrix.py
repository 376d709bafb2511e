"""Declared variables turned into the columns of a model, once for many outcomes.

``prepare`` reads the variables; ``design`` makes the columns for the respondents one outcome has, without
levels nobody has and without columns that others already determine. Columns are named as R names them:
variable, then level (``wavefinal``); the reference is the first level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbeval.errors import ParameterError

Matrix = NDArray[np.float64]
#: of a column's length that must remain after the columns before it have explained what they can
INDEPENDENT = 1e-6


@dataclass(frozen=True, eq=False)
class Predictors:
    """The variables of a model, coded for every respondent.

    ``terms`` are tuples of variables (two or more: an interaction); ``codes`` holds the level of each factor
    as a number, -1 where missing; ``complete`` is true where no variable is missing.
    """

    terms: tuple[tuple[str, ...], ...]
    codes: dict[str, NDArray[np.int64]]
    levels: dict[str, tuple[str, ...]]
    numbers: dict[str, Matrix]
    complete: NDArray[np.bool_]

    @property
    def variables(self) -> tuple[str, ...]:
        return (*self.codes, *self.numbers)


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a model for some respondents.

    ``rows`` are their positions in the prepared table, ``term_of`` the term each column belongs to,
    ``present`` the levels somebody has, ``aliased`` the columns left out because others determine them.
    """

    predictors: Predictors
    rows: NDArray[np.int64]
    present: dict[str, tuple[int, ...]]
    matrix: Matrix
    columns: tuple[str, ...]
    term_of: tuple[str, ...]
    aliased: tuple[str, ...]

    def levels(self, variable: str) -> tuple[str, ...]:
        """Levels of a factor that somebody has, the reference first."""
        return tuple(self.predictors.levels[variable][code] for code in self.present[variable])

    def at(self, variable: str, level: str) -> Matrix:
        """The same columns with ``variable`` set to ``level`` for everybody.

        Parameters
        ----------
        variable : str
            A factor of the model.
        level : str
            One of ``levels(variable)``.

        Returns
        -------
        numpy.ndarray
        """
        return self._switched({variable: level}, self.columns)

    def reaches(self, variable: str, level: str) -> bool:
        """Whether the model says what follows if everybody had ``level``.

        Parameters
        ----------
        variable, level : str
            As in ``at``.

        Returns
        -------
        bool
            False where a column was left out because others determine it among the respondents, and they
            would not any more: the prediction would rest on which of them was left out.
        """
        if not self.aliased:
            return True
        link = np.linalg.lstsq(self.matrix, self._switched({}, self.aliased), rcond=None)[0]
        return np.allclose(self.at(variable, level) @ link, self._switched({variable: level}, self.aliased), atol=1e-8)

    def _switched(self, levels: dict[str, str], columns: tuple[str, ...]) -> Matrix:
        """Some columns with some variables set to one level for everybody."""
        codes = {name: values[self.rows] for name, values in self.predictors.codes.items()}
        for variable, level in levels.items():
            codes[variable] = np.full(len(self.rows), self.predictors.levels[variable].index(level))
        matrix, names, _ = _columns(self.predictors, codes, self.rows, self.present)
        return matrix[:, [names.index(name) for name in columns]]

    def columns_of(self, term: str) -> NDArray[np.bool_]:
        """Which columns belong to ``term`` ("wave", or "wave:disability")."""
        return np.array([of == term for of in self.term_of])

    def columns_with(self, variable: str) -> NDArray[np.bool_]:
        """Which columns change with ``variable``, in its own term or in an interaction."""
        return np.array([variable in of.split(":") for of in self.term_of])


def prepare(table: pd.DataFrame, terms: Sequence[str]) -> Predictors:
    """Code the variables of a model.

    Parameters
    ----------
    table : one row per respondent
        A categorical column is a factor with its categories in declared order, any other a number.
    terms : sequence of str
        Columns of ``table``; "a:b" is the interaction of two that stand by themselves too.

    Returns
    -------
    Predictors

    Raises
    ------
    ParameterError
        A term is not a column, or an interaction is asked for without its parts.
    """
    split = tuple(tuple(term.split(":")) for term in terms)
    _refuse(table, split)
    variables = list(dict.fromkeys(name for term in split for name in term))
    factors = [name for name in variables if isinstance(table[name].dtype, pd.CategoricalDtype)]
    codes = {name: table[name].cat.codes.to_numpy(np.int64) for name in factors}
    levels = {name: tuple(map(str, table[name].cat.categories)) for name in factors}
    numbers = {name: table[name].to_numpy(float, na_value=np.nan) for name in variables if name not in factors}
    complete = np.ones(len(table), bool)
    for values in codes.values():
        complete &= values >= 0
    for values in numbers.values():
        complete &= np.isfinite(values)
    return Predictors(split, codes, levels, numbers, complete)


def design(predictors: Predictors, rows: NDArray[np.bool_]) -> Design:
    """Make the columns for some respondents.

    Parameters
    ----------
    predictors : Predictors
    rows : numpy.ndarray of bool
        Who has the outcome; respondents with a missing variable are left out besides.

    Returns
    -------
    Design
    """
    kept = np.flatnonzero(rows & predictors.complete)
    codes = {name: values[kept] for name, values in predictors.codes.items()}
    present = {name: tuple(int(code) for code in np.unique(values)) for name, values in codes.items()}
    matrix, names, terms = _columns(predictors, codes, kept, present)
    independent = _independent(matrix)
    return Design(
        predictors, kept, present, matrix[:, independent],
        tuple(name for name, keep in zip(names, independent) if keep),
        tuple(term for term, keep in zip(terms, independent) if keep),
        tuple(name for name, keep in zip(names, independent) if not keep),
    )


def _refuse(table: pd.DataFrame, terms: tuple[tuple[str, ...], ...]) -> None:
    """Stop at variables that are not there and at interactions without their parts."""
    unknown = sorted({name for term in terms for name in term if name not in table.columns})
    if unknown:
        raise ParameterError(
            "a model names variables that the table does not have.", found=", ".join(unknown),
            allowed=", ".join(map(str, table.columns)), do="name a declared group or covariate.",
        )
    alone = {term[0] for term in terms if len(term) == 1}
    parts = sorted({name for term in terms if len(term) > 1 for name in term} - alone)
    if parts:
        raise ParameterError(
            "an interaction stands without its parts.", found=", ".join(parts),
            do="name each variable of an interaction as a term of its own too.",
        )


def _columns(
    predictors: Predictors, codes: dict[str, NDArray[np.int64]], rows: NDArray[np.int64], present: dict[str, tuple[int, ...]],
) -> tuple[Matrix, list[str], list[str]]:
    """All columns with their names and terms; the intercept first."""
    def of(variable: str) -> list[tuple[str, Matrix]]:
        if variable in predictors.numbers:
            return [(variable, predictors.numbers[variable][rows])]
        levels = predictors.levels[variable]
        return [(f"{variable}{levels[code]}", (codes[variable] == code).astype(float)) for code in present[variable][1:]]

    names, terms, columns = ["(Intercept)"], ["(Intercept)"], [np.ones(len(rows))]
    for term in predictors.terms:
        # the first variable of an interaction changes fastest, as in R
        for parts in product(*(of(variable) for variable in reversed(term))):
            names.append(":".join(name for name, _ in reversed(parts)))
            terms.append(":".join(term))
            columns.append(np.prod([values for _, values in parts], axis=0))
    return np.column_stack(columns), names, terms


def _independent(matrix: Matrix) -> NDArray[np.bool_]:
    """Which columns are not determined by those before them."""
    keep = np.ones(matrix.shape[1], bool)
    while True:
        lengths = np.linalg.norm(matrix[:, keep], axis=0)
        triangle = np.abs(np.diag(np.linalg.qr(matrix[:, keep], mode="r")))
        triangle = np.pad(triangle, (0, keep.sum() - len(triangle)))
        low = np.flatnonzero(triangle <= INDEPENDENT * np.where(lengths > 0, lengths, np.inf))
        if len(low) == 0:
            return keep
        # one at a time: after a dependent column the remainder of the triangle is arbitrary
        keep[np.flatnonzero(keep)[low[0]]] = False
