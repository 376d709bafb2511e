"""What an analyst hands to a report, read as aggregates of people and refused where it is none: tables, and fitted models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Quantity
from nbeval.dictionary.models import Disclosure
from nbeval.errors import DisclosureError, ParameterError

Frame = pd.DataFrame | pd.Series

#: the unit of a column of shares from 0 to 1, which are shown as percentages
SHARE = "share"
#: what a column of numbers may be
UNITS = (Quantity.PERCENT, SHARE, Quantity.MEAN, Quantity.MEDIAN, Quantity.SD, Quantity.DIFFERENCE, Quantity.CHANGE, Quantity.COUNT)
#: columns of a tidy frame that belong to its estimate
OF_ESTIMATE = (
    "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "p_adjusted", "verdict", "n_reference", "n_missing",
    "n_effective", "row_percent", "unit", "method", "warning", "suppression",
)
#: a table for readers has fewer rows; more are people
MOST_ROWS = 500
_ESTIMATE, _COUNTS, _BASE = "estimate", ("n", "count"), "base"


@dataclass(frozen=True)
class Protection:
    """Disclosure control of tables: what to withhold of a cross-classification and of a table of groups (``disclosure.one_table``)."""

    counts: Callable[..., np.ndarray]
    numbers: Callable[..., pd.DataFrame]


@dataclass(frozen=True, eq=False, repr=False)
class Aggregates:
    """A tidy table of groups of people.

    ``keys`` name a row, ``values`` are the columns of numbers and what each is of, ``count`` is the number of people in the row, or, where
    there are values and no ``base``, that the values rest on. ``withheld`` has the columns of ``frame`` that are numbers.
    """

    frame: pd.DataFrame
    keys: tuple[str, ...]
    values: Mapping[str, Quantity]
    count: str
    base: str = ""
    withheld: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        """The size alone."""
        return f"<Aggregates: {len(self.frame)} rows, {len(self.values)} columns of numbers>"


def read_aggregates(table: Frame, units: Mapping[str, str], n: str, groups: Sequence[str]) -> Aggregates:
    """Read a tidy frame, a cross-tabulation of counts, or counts as ``groupby(...).size()`` gives them, as aggregates of people.

    ``units`` says what a column of numbers is, ``n`` the column with the number of people, ``groups`` which whole numbers name a row.
    """
    frame, index = _tidy(table, n)
    _refuse_persons(frame)
    count = _count_column(frame, n)
    base = _BASE if _BASE in frame and _BASE != count else ""
    values = _values(frame, units, {count, base, *index, *groups})
    beside = {count, base, *values, *OF_ESTIMATE}
    keys = tuple(name for name in frame if name not in beside)
    for name in values:
        if units.get(name) == SHARE:
            frame[name] = 100 * frame[name].astype(float)
    _refuse_doubles(frame, keys)
    _refuse_hidden_shares(frame, values, count)
    _refuse_totals(frame, keys, count)
    return Aggregates(_with_empty_cells(frame, keys, count) if not values and not base else frame, keys, values, count, base)


def protected(own: Aggregates, policy: Disclosure, protection: Protection) -> Aggregates:
    """The same table without the numbers that could give somebody away; the table given is not altered."""
    numbers = [name for name in (own.count, own.base, *own.values, *OF_ESTIMATE) if name and name in own.frame]
    numbers = [name for name in numbers if pd.api.types.is_numeric_dtype(own.frame[name])]
    withheld = pd.DataFrame(False, index=own.frame.index, columns=numbers)
    if own.base or not own.values:          # the count is of the people in the cell itself, and not the base of a value
        withheld.loc[protection.counts(own.frame, own.keys, own.count, policy), :] = True
    else:
        percentages = [name for name, quantity in own.values.items() if quantity is Quantity.PERCENT]
        found = protection.numbers(own.frame, own.keys, own.count, policy, percentages=percentages, answer=_answer(own, percentages))
        if "n_reference" in own.frame:
            found["numbers"] |= own.frame["n_reference"].lt(max(policy.threshold, policy.threshold_percent_base)).to_numpy()
        for name in numbers:
            same = name if name in found else (_ESTIMATE if name in OF_ESTIMATE and _ESTIMATE in found else "numbers")
            withheld[name] = found[same].to_numpy() | found["numbers"].to_numpy()
        withheld[own.count] = found[own.count].to_numpy()
        rows = withheld[[*own.values]].any(axis=1)      # a number of the row could give back another
        withheld.loc[rows, [name for name in numbers if name != own.count]] = True
    frame = own.frame.assign(**own.frame[numbers].astype(float).mask(withheld))
    return replace(own, frame=frame, withheld=withheld)


def _tidy(table: Frame, n: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table with one row per group and plain columns, and the names that were its index."""
    if isinstance(table, pd.Series):
        table = table.to_frame(str(table.name) if table.name in _COUNTS else n or "n")
    if not isinstance(table, pd.DataFrame):
        raise ParameterError("an analyst's table is a frame of pandas.", found=type(table).__name__,
                             allowed="DataFrame, or a Series of counts",
                             do="hand over what levels, crosstab, groupby(...).size() or pandas.crosstab gives.")
    _refuse_persons(table)
    named = isinstance(table.index, pd.MultiIndex) or table.index.name is not None or not pd.api.types.is_integer_dtype(table.index)
    if named and not ({n, *_COUNTS} - {""}) & set(table.columns) and _are_counts(table):
        table = _long(table)
    elif named:
        table = table.rename_axis(index=_index_names(table))
    index = tuple(table.index.names) if named else ()
    frame = table.reset_index() if named else table.reset_index(drop=True)
    frame.columns = [str(name) for name in frame.columns]
    return frame.copy(), tuple(name for name in map(str, index) if name in frame)


def _long(table: pd.DataFrame) -> pd.DataFrame:
    """A cross-tabulation of counts with one row per cell, all that names the cell in the index."""
    names = [str(name) if name is not None else f"column_{place}" for place, name in enumerate(table.columns.names, start=1)]
    long = table.rename_axis(index=_index_names(table), columns=names).melt(ignore_index=False, value_name="n").fillna({"n": 0})
    return long.set_index(names, append=True)


def _index_names(table: pd.DataFrame) -> list[str]:
    """The names of the index; a level without a name is called by its place."""
    names = table.index.names
    unnamed = ["group"] if len(names) == 1 else [f"group_{place}" for place in range(1, len(names) + 1)]
    return [str(name) if name is not None else other for name, other in zip(names, unnamed, strict=True)]


def _are_counts(table: pd.DataFrame) -> bool:
    """Whether every column holds whole numbers from 0 on."""
    if not len(table.columns) or not all(_is_number(column) for _, column in table.items()):
        return False
    values = table.to_numpy(float, na_value=0.0)
    return bool((values == np.round(values)).all() and (values >= 0).all())


def _refuse_persons(frame: pd.DataFrame) -> None:
    """Refuse what has more rows than a table for readers."""
    if len(frame) > MOST_ROWS:
        raise DisclosureError(
            "the rows of the table look like persons.", found=f"{len(frame):,} rows", allowed=f"up to {MOST_ROWS} groups",
            do="hand over numbers of groups, with how many people each rests on, such as levels or groupby(...).size() gives.")


def _count_column(frame: pd.DataFrame, n: str) -> str:
    """The column with the number of people of every row: whole, and never missing."""
    name = n or next((one for one in _COUNTS if one in frame), "")
    if name not in frame:
        raise DisclosureError(
            "the table does not say how many people its numbers rest on.", found=f"{len(frame.columns)} columns, none of them '{n or 'n'}'",
            allowed="a column with the number of people of each row",
            do='add the counts, and name their column with n="..." if it is not n.')
    counts = frame[name] if pd.api.types.is_numeric_dtype(frame[name]) else pd.Series(np.nan, frame.index)
    missing = int(counts.isna().sum())
    if missing or (counts < 0).any() or (counts != np.round(counts)).any():
        raise DisclosureError(
            f"the column '{name}' does not count people in every row.", found=f"{missing} of {len(frame)} rows without a number" if missing
            else "numbers that are not whole, or below 0", allowed="whole numbers from 0 on",
            do="hand over the table with all its counts, and before anything in it is withheld: the report does that.")
    if len(frame) > 1 and counts.max() <= 1:
        raise DisclosureError("the rows of the table look like persons.", found=f"{len(frame)} rows that count one person or none",
                              allowed="groups of people", do="count people by group first.")
    return name


def _values(frame: pd.DataFrame, units: Mapping[str, str], known: set[str]) -> dict[str, Quantity]:
    """The columns of numbers with what they are of; what is not said and does not say itself is refused."""
    strange = sorted(set(units) - set(frame)) + sorted(f"{name}: {unit}" for name, unit in units.items() if unit not in UNITS)
    if strange:
        raise ParameterError("units names what the table or nbeval has not.", found=", ".join(strange), allowed=", ".join(UNITS),
                             do='say units={"column": "percent"}, with a column of the table.')
    found: dict[str, Quantity] = {}
    for name, column in frame.items():
        if name in known or name in OF_ESTIMATE or (name not in units and not _is_number(column)):
            continue
        unit = units.get(name) or (_of_estimate(frame) if name == _ESTIMATE else "")
        if not unit:
            raise ParameterError(
                f"what the numbers of the column '{name}' are has to be said.", found=f"'{name}' without a unit", allowed=", ".join(UNITS),
                do=f'say units={{"{name}": "percent"}} (or what it is), or groups=["{name}"] if it names the row.')
        found[str(name)] = Quantity.PERCENT if unit == SHARE else Quantity(unit)
    return found


def _of_estimate(frame: pd.DataFrame) -> str:
    """What the estimate of a frame of nbeval is, by its own columns; empty where they do not say."""
    if "unit" not in frame:
        return ""
    if "n_reference" in frame:
        return Quantity.DIFFERENCE
    return Quantity.PERCENT if frame["unit"].eq("percent").all() else Quantity.MEAN


def _is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers that are no categories."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _refuse_doubles(frame: pd.DataFrame, keys: tuple[str, ...]) -> None:
    """Refuse rows that cannot be told apart."""
    doubles = int(frame.duplicated(list(keys)).sum()) if keys else max(len(frame) - 1, 0)
    if doubles:
        raise ParameterError(
            "rows of the table have the same names.", found=f"{doubles} rows too many", allowed="one row for each combination of "
            + (", ".join(keys) or "the columns that name a row"), do="keep the columns that tell the rows apart, or sum the counts first.")


def _refuse_hidden_shares(frame: pd.DataFrame, values: Mapping[str, Quantity], count: str) -> None:
    """Refuse a mean of noughts and ones that is not called a share, and counts of more people than there are."""
    people = frame[count].to_numpy(float)
    for name, quantity in values.items():
        value = frame[name].to_numpy(float, na_value=np.nan)
        known = np.isfinite(value)
        if quantity is Quantity.MEAN and known.any() and ((value[known] >= 0) & (value[known] <= 1)).all() \
                and np.allclose(value[known] * people[known], np.round(value[known] * people[known]), atol=1e-6):
            raise ParameterError(f"the means of the column '{name}' are shares of people.", found="numbers from 0 to 1 that count people",
                                 allowed=SHARE, do=f'say units={{"{name}": "{SHARE}"}}; it is shown in percent and protected as a count.')
        if quantity is Quantity.PERCENT and ((value[known] < 0) | (value[known] > 100.0001)).any():
            raise ParameterError(f"the column '{name}' is no percentage.", found="numbers outside 0 to 100", allowed="0 to 100",
                                 do="say what it is with units.")
        if quantity is Quantity.COUNT:
            raise ParameterError(f"the table has a second column of counts, '{name}'.", found=f"{count} and {name}",
                                 allowed="one column of counts",
                                 do=f'say with n="{name}" which it is, or give the one as a percentage of the other.')


def _refuse_totals(frame: pd.DataFrame, keys: tuple[str, ...], count: str) -> None:
    """Refuse a row that is the sum of the others: what is withheld of them could be worked out from it."""
    for key in keys:
        others = [name for name in keys if name != key]
        groups = [part for _, part in frame.groupby(others, observed=True, sort=False)] if others else [frame]
        for level in frame[key].drop_duplicates():
            parts = [(part.loc[part[key].eq(level), count].sum(), part.loc[part[key].ne(level), count].to_numpy()) for part in groups]
            parts = [(whole, rest) for whole, rest in parts if whole and len(rest) > 1]
            named = str(level).casefold() in ("all", "total")
            if parts and all(whole == rest.sum() for whole, rest in parts) and (named or len(parts) > 2):
                raise ParameterError(
                    f"the column '{key}' has a row that is the sum of the others.", found="totals among the groups",
                    allowed="the groups alone",
                    do="leave the totals out (margins=False): what is withheld of a group could be worked out from them.")


def _with_empty_cells(frame: pd.DataFrame, keys: tuple[str, ...], count: str) -> pd.DataFrame:
    """A table of counts with the cells in which there is nobody: that they are missing would say so."""
    levels = [pd.unique(frame[key]) for key in keys]
    size = int(np.prod([len(one) for one in levels])) if levels else 0
    if len(keys) < 2 or size == len(frame) or size > MOST_ROWS:
        return frame
    grid = pd.MultiIndex.from_product(levels, names=list(keys))
    return frame.set_index(list(keys))[[count]].reindex(grid, fill_value=0).reset_index()


def _answer(own: Aggregates, percentages: list[str]) -> str:
    """The key whose values are the answers to one question: over it the percentages of a group add up to 100."""
    if len(percentages) != 1:
        return ""
    for key in sorted(own.keys, key=lambda name: name != "level"):
        others = [name for name in own.keys if name != key]
        parts = own.frame.groupby(others, observed=True, sort=False) if others else own.frame.groupby(np.zeros(len(own.frame)))
        sums, bases, rows = parts[percentages[0]].sum(min_count=1), parts[own.count].nunique(), parts.size()
        if key == "level" or ((sums.dropna() - 100).abs().le(1.5).all() and bases.eq(1).all() and rows.gt(1).all()):
            return key
    return ""


def named_value(value: Any) -> str:
    """The text of a key."""
    return "" if pd.isna(value) else str(value)


# --- models ----------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Fit:
    """``terms`` are name, estimate, ends of the interval and p; odds ratios where ``quantity`` says so."""

    terms: tuple[tuple[str, float, float, float, float], ...]
    quantity: Quantity
    n: int
    method: str
    outcome: str

    def __repr__(self) -> str:
        """The size alone."""
        return f"<Fit: {len(self.terms)} terms>"


def read_fit(fit: Any, policy: Disclosure, conf_level: float) -> Fit:
    """Read what ``fit()`` of a model of statsmodels with one outcome returned: odds ratios of a logistic model, coefficients of any other.

    Refused where fewer people than the threshold are behind it, behind an outcome, or behind a level of a factor with or without the
    outcome; or where it has as many terms as there are kinds of people, and one kind has too few: its coefficients are then a table
    of small cells.
    """
    model = getattr(fit, "model", None)
    needed = [*(hasattr(fit, name) for name in ("params", "conf_int", "pvalues", "nobs")), hasattr(model, "exog"), hasattr(model, "endog")]
    if not all(needed) or np.ndim(fit.params) != 1 or len(fit.params) != np.shape(model.exog)[1]:
        raise ParameterError("the model is not one that a report can show.", found=type(fit).__name__,
                             allowed="the results of a model of statsmodels with one outcome and one coefficient for each term",
                             do="fit it with statsmodels.formula.api (ols, logit, glm) and hand over what fit() returns; "
                                "show others with report.table.")
    _refuse_few(np.asarray(model.endog, float), np.asarray(model.exog, float), policy)
    logistic = _is_logistic(model)
    estimates, ends = np.asarray(fit.params, float), np.asarray(fit.conf_int(alpha=1 - conf_level), float)
    if logistic:
        with np.errstate(over="ignore"):
            estimates, ends = np.exp(estimates), np.exp(ends)
    terms = zip(model.exog_names, estimates, ends[:, 0], ends[:, 1], np.asarray(fit.pvalues, float), strict=True)
    return Fit(tuple((str(name), *map(float, numbers)) for name, *numbers in terms),
               Quantity.ODDS_RATIO if logistic else Quantity.DIFFERENCE, int(fit.nobs), type(model).__name__, str(model.endog_names))


def _is_logistic(model: Any) -> bool:
    """Whether the coefficients are log odds."""
    family = getattr(model, "family", None)
    link = type(getattr(family, "link", None)).__name__.casefold()
    return type(model).__name__ == "Logit" or (type(family).__name__ == "Binomial" and link == "logit")


def _refuse_few(outcome: np.ndarray, design: np.ndarray, policy: Disclosure) -> None:
    """Refuse a model behind which, or behind a part of which, are too few people."""
    people, columns = design.shape
    if people < max(policy.threshold, policy.threshold_percent_base) or people - columns < policy.threshold:
        raise _too_few("people for the model", policy)
    happened = outcome == 1 if outcome.ndim == 1 and np.isin(outcome, (0, 1)).all() else None
    parts = [happened, ~happened] if happened is not None else []
    if any(part.sum() < policy.threshold for part in parts):
        raise _too_few("people with the outcome or without it", policy)
    kinds, of = np.unique(design, axis=0, return_inverse=True)
    groups = [design[:, place] == value for place in range(columns) if _is_indicator(design[:, place]) for value in (0, 1)]
    if len(kinds) <= columns:
        groups += [of.ravel() == kind for kind in range(len(kinds))]
    for group in groups:
        counts = [group.sum(), *((group & part).sum() for part in parts)]
        if min(counts) < policy.threshold:
            raise _too_few("people at a level of a factor" + (", with the outcome or without it" if parts else ""), policy)


def _is_indicator(column: np.ndarray) -> bool:
    """Whether a column of the design says of each person whether something holds."""
    return bool(np.isin(column, (0, 1)).all() and column.min() != column.max())


def _too_few(what: str, policy: Disclosure) -> DisclosureError:
    """The refusal of a model, without the number."""
    return DisclosureError(f"there are too few {what}.", found=f"fewer than {policy.threshold}", allowed=f"{policy.threshold} or more",
                           do="join levels, leave the term out, or fit the model on more people.")
