"""Estimates from any survey: a DataFrame with one row per respondent in, a tidy frame with one row per estimate out.

Nothing of a cohort, a dictionary or a folder is needed. The numbers come from the same functions as those of a report. What
a column holds decides what is estimated:

- ``True`` and ``False``, or 0 and 1 with ``unit="percent"``: a percentage;
- an ordered or unordered categorical, or text: a distribution, one row per ``level``, in percent;
- numbers: a mean.

Missing answers are counted in ``n_missing``. Whoever has no value in a grouping column is in no row; ``.attrs["no_group"]``
says how many. Every level of a categorical grouping column has its row, with a ``warning`` where nobody answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import MissingReason
from nbeval.errors import ParameterError
from nbeval.estimate import families, sampling
from nbeval.estimate import reliability as scales
from nbeval.estimate.comparisons import compare_means, compare_percentages, pair
from nbeval.estimate.contingency import cramers_v, independence
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.levels import mean_levels, percentages
from nbeval.estimate.matched import paired_mean, paired_percentage
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import tally
from nbeval.estimate.proportions import clopper_pearson
from nbeval.estimate.sampling import DomainMeans, SurveyDesign, domain_differences, domain_means, survey_design
from nbeval.estimate.weighted import weighted_differences, weighted_levels
from nbeval.frames import Method, Reason

#: the columns of an estimate, in their order; those that do not apply are left out
COLUMNS = (
    "estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "p_adjusted", "verdict", "size",
    "n", "n_reference", "n_missing", "n_effective", "unit", "method", "warning",
)
#: how the waves of a survey were sampled
SEPARATE, MATCHED = "repeated_cross_sections", "matched"
INTERVALS = ("wilson", "clopper_pearson")
#: errors of clustered answers: those of a sample of a survey, or those for few clusters
LINEARISED, CR2 = "linearised", "cr2"
_ALL = "_all"


def levels(
    df: pd.DataFrame, y: str, by: str | Sequence[str] | None = None, *, weights: str | None = None, strata: str | None = None,
    clusters: str | None = None, unit: str | None = None, conf_level: float = 0.95, method: str = "",
) -> pd.DataFrame:
    """Estimate the level of a column: a percentage, a distribution or a mean, with its interval.

    Parameters
    ----------
    df : one row per respondent
    y : str
        The column of answers.
    by : str or list of str, optional
        Grouping columns.
    weights, strata, clusters : str, optional
        Columns that say how respondents were sampled. With any of them errors are linearised and means have a t interval; without a
        weight a respondent is not in the sample, and a weight of zero keeps its cluster in the design.
    unit : str, optional
        ``"percent"``: a column of 0 and 1 is a percentage.
    conf_level : float
    method : str
        The interval of percentages: ``"wilson"`` (where nothing is given) or ``"clopper_pearson"`` (exact); of a sample
        ``"korn_graubard"`` (where nothing is given), ``"logit"`` or ``"beta"``; shares of 0 and 1 have Korn and Graubard's.

    Returns
    -------
    one row per group (and per level of a distribution)
        The grouping columns, ``level`` for a distribution, ``estimate``, ``std_error`` and ``df`` where there are any,
        ``conf_low``, ``conf_high``, ``conf_level``, ``n`` (valid answers), ``n_missing``, ``unit``, ``method``, and
        ``warning``, which says why there is no number or no interval.

    Raises
    ------
    ParameterError
        A column does not exist, or is not what it is said to be.

    Notes
    -----
    Wilson (1927); Clopper and Pearson (1934); Korn and Graubard, Survey Methodology 1998;24:193-201.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"wave": ["first"] * 4 + ["last"] * 4, "lonely": [1, 0, 0, None, 1, 1, 1, 0]})
    >>> found = levels(df, "lonely", by="wave", unit="percent")
    >>> found[["wave", "estimate", "conf_low", "conf_high", "n", "n_missing"]].round(1)
        wave  estimate  conf_low  conf_high  n  n_missing
    0  first      33.3       6.1       79.2  3          1
    1   last      75.0      30.1       95.4  4          0

    A sample of schools, with weights:

    >>> df = pd.DataFrame({"happy": [1, 0, 1, 1, 0, 1, 0, 1], "w": [1.0, 2, 1, 2, 1, 1, 2, 2], "school": list("aabbccdd")})
    >>> levels(df, "happy", unit="percent", weights="w", clusters="school", method="logit")[["estimate", "conf_low", "conf_high", "df"]].round(1)
       estimate  conf_low  conf_high   df
    0      58.3      17.4       90.3  3.0
    """
    answers, axes = _answers(df, y, unit), _axes(df, by)
    design = _design(df, weights, strata, clusters)
    method = method or (INTERVALS[0] if design is None else sampling.KORN_GRAUBARD)
    _one_of(method, INTERVALS if design is None else sampling.SHARE_INTERVALS, "interval")
    if design is not None:
        found = weighted_levels(_domains(answers, axes, design), conf_level, method)
    elif answers.is_mean:
        found, _ = mean_levels(_counted(answers, axes), conf_level)
    else:
        counts = _counted(answers, axes)
        found = percentages(counts, conf_level)
        if method == "clopper_pearson":
            exact = clopper_pearson(counts["numerator"], counts["n_valid"], conf_level)
            found = found.assign(conf_low=100 * exact.conf_low, conf_high=100 * exact.conf_high, method=Method.CLOPPER_PEARSON)
    return _tidy(found.assign(unit=answers.unit), axes, answers)


def crosstab(
    df: pd.DataFrame, row: str, column: str, *, weights: str | None = None, strata: str | None = None, clusters: str | None = None,
    conf_level: float = 0.95, method: str = sampling.KORN_GRAUBARD,
) -> pd.DataFrame:
    """Cross one column with another: counts, and the make-up of every level of ``column``.

    Parameters
    ----------
    df : one row per respondent
    row, column : str
        Columns with categories, or few values.
    weights, strata, clusters : str, optional
        As in ``levels``. Weights are for the percentages; counts stay counts of people.
    conf_level : float
    method : str
        The interval of percentages of a sample, as in ``levels``.

    Returns
    -------
    one row per cell
        ``row`` and ``column`` by their own names; ``n``, the respondents in the cell; ``base``, those of this level of ``column``
        with both answers; ``estimate``, the cell in percent of the base, with its interval (Wilson's, or that of ``method``
        for a sample); ``row_percent``, in percent of the row. The sum of ``n`` is the number of respondents
        with both answers. ``.attrs["association"]`` holds chi-squared, its df and p, and Cramér's V; of a sample Rao and Scott's F in place
        of chi-squared, with ``df_denominator``.

    Notes
    -----
    Rao and Scott, Ann Stat 1984;12:46-60 (second-order correction).

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"safe": ["no", "yes", "yes", "yes"], "wave": ["first", "first", "last", "last"]})
    >>> crosstab(df, "safe", "wave")[["safe", "wave", "n", "base", "estimate"]]
      safe   wave  n  base  estimate
    0   no  first  1     2      50.0
    1  yes  first  1     2      50.0
    2   no   last  0     2       0.0
    3  yes   last  2     2     100.0
    """
    if row == column:
        raise ParameterError("a cross-tabulation needs two columns.", found=f"{row!r} twice", do="name another column.")
    _one_of(method, sampling.SHARE_INTERVALS, "interval")
    answers, axes = _answers(df, row, None, distribution=True), _axes(df, column)
    counts, design = _counted(answers, axes), _design(df, weights, strata, clusters)
    found = percentages(counts, conf_level) if design is None else weighted_levels(_domains(answers, axes, design), conf_level, method)
    n = counts["numerator"].to_numpy()
    share = n if design is None else _weighted_cells(design.weights, answers, axes)
    across = pd.Series(share).groupby(counts["level"].cat.codes.to_numpy()).transform("sum").to_numpy()
    table = _tidy(found.assign(unit="percent"), axes, answers).rename(columns={"n": "base", "level": row})
    table.insert(2, "n", n.astype(int))
    of_row = np.divide(100 * share, across, out=np.full(len(share), np.nan), where=across > 0)
    table.insert(table.columns.get_loc("conf_level") + 1, "row_percent", of_row)
    order = [row, column, "n", "base", *[name for name in table if name not in (row, column, "n", "base", "n_missing")]]
    table, shares = table[order], share.reshape(-1, len(answers.levels))
    codes = np.nan_to_num(answers.value, nan=-1).astype(int)
    test = independence(shares) if design is None else sampling.rao_scott(design, _domain_of(axes), codes)
    of_sample = {} if design is None else {"df_denominator": test.df_denominator}
    table.attrs = {"association": {
        "statistic": test.statistic, "df": test.df, **of_sample, "p_value": test.p_value,
        "cramers_v": cramers_v(shares, conf_level).estimate, "warning": test.warning}}
    return table


def change(
    df: pd.DataFrame, y: str, wave: str = "wave", by: str | Sequence[str] | None = None, *, weights: str | None = None,
    strata: str | None = None, clusters: str | None = None, errors: str = LINEARISED, design: str = SEPARATE,
    person: str | None = None, unit: str | None = None, conf_level: float = 0.95, smallest_meaningful: float | None = None,
) -> pd.DataFrame:
    """Estimate the change of a column from the first wave to each later one.

    Parameters
    ----------
    df : one row per respondent and wave
    y : str
        The column of answers.
    wave : str
        The column of waves, in the order of its categories, else sorted.
    by : str or list of str, optional
        Grouping columns.
    weights, strata, clusters : str, optional
        As in ``levels``; for matched waves clusters alone, with ``errors="cr2"``.
    errors : str
        How ``clusters`` enter the error: ``"linearised"``, as a sample of many clusters; or ``"cr2"``, for few of them (authorities), where
        the answer is to hold beyond those that took part: bias-reduced errors with Satterthwaite's degrees of freedom.
    design : str
        ``"repeated_cross_sections"`` (two samples) or ``"matched"`` (the same people, by ``person``).
    person : str, optional
        The column that names a person at every wave. People who occur twice at a wave, or at one wave only, are left out.
    unit, conf_level
        As in ``levels``.
    smallest_meaningful : float, optional
        The smallest change that matters, without sign and in the unit of the estimate, decided before the data.

    Returns
    -------
    one row per group x later wave (and per level of a distribution)
        ``estimate`` is the later wave minus the first (``reference``), in percentage points or in the unit of the answers. Two
        samples: Newcombe's interval with chi-squared or Boschloo's test, or Welch's interval and test. The same people:
        Newcombe's interval for pairs with McNemar's test, or the paired t. ``verdict`` is what the test and the interval allow to be
        said: rose or fell, may have risen or may have fallen (the interval leaves out 0 and the test does not decide), no clear
        change, or cannot tell. With ``smallest_meaningful``, ``size`` says how the whole interval lies to it, never the estimate: at
        least the smallest meaningful change, smaller than it, or uncertain. Rows are not adjusted for being several.

    Notes
    -----
    CR2: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672-683. With fewer than about four degrees of freedom an interval says little.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"wave": [1] * 40 + [2] * 40, "safe": [True] * 10 + [False] * 30 + [True] * 24 + [False] * 16})
    >>> change(df, "safe")[["wave", "reference", "estimate", "conf_low", "conf_high", "verdict"]].round(1)
       wave  reference  estimate  conf_low  conf_high verdict
    0     2          1      35.0      13.4       52.4    rose
    >>> change(df, "safe", smallest_meaningful=10)[["estimate", "conf_low", "size"]].round(1)
       estimate  conf_low                                     size
    0      35.0      13.4  at least the smallest meaningful change
    >>> df["authority"] = ["a", "b", "c", "d", "e"] * 16
    >>> change(df, "safe", clusters="authority", errors="cr2")[["estimate", "conf_low", "conf_high", "df"]].round(1)
       estimate  conf_low  conf_high   df
    0      35.0      28.1       41.9  4.0
    """
    _one_of(design, (SEPARATE, MATCHED), "design")
    _refuse_no_size(smallest_meaningful)
    answers, axes = _answers(df, y, unit), _axes(df, by)
    waves = _axes(df, wave)[wave]
    if len(waves.cat.categories) < 2:
        raise ParameterError(f"column {wave!r} has one wave only.", allowed="two or more", do="put the waves below one another.")
    sampled, few = _sampled(df, weights, strata, clusters, errors)
    if design == MATCHED:
        if person is None or sampled is not None:
            raise ParameterError("matched waves need the column of persons, and take no weights.",
                                 do='give person=, without weights; clusters= with errors="cr2" alone.')
        found = _matched(answers, axes, waves, _column(df, person), few, conf_level)
    else:
        codes = waves.cat.codes.to_numpy()
        found = pd.concat([
            _compared(answers, axes, codes == later, codes == 0, sampled, few, conf_level).assign(code=later)
            for later in range(1, len(waves.cat.categories))
        ], ignore_index=True)
    named = waves.cat.categories
    found = found.assign(**{wave: named.take(found["code"]), "reference": named[0]})
    return _tidy(_judged(found, "p_value", conf_level, smallest_meaningful, change=True), axes, answers, also=(wave, "reference"))


#: what becomes of a person's answer, and which way it went
MOVES = {"moved up": 1, "stayed": 0, "moved down": -1}


def transitions(
    df: pd.DataFrame, y: str, wave: str = "wave", by: str | Sequence[str] | None = None, *, person: str, conf_level: float = 0.95,
) -> pd.DataFrame:
    """Count the same people by which way their answer went from the first wave to each later one: up, down, or neither.

    Parameters
    ----------
    df : one row per respondent and wave
    y : str
        The column of answers: yes or no, numbers, or ordered categories.
    wave, by : str
        As in ``change``; groups are those of the first wave.
    person : str
        The column that names a person at every wave. People who occur twice at a wave, or at one wave only, are left out.
    conf_level : float
        As in ``levels``.

    Returns
    -------
    one row per group x later wave x move
        ``move`` is "moved up", "stayed" or "moved down"; ``estimate`` is in percent of the ``n`` people who answered both times, with
        Wilson's interval. A yes after a no is a move up.

    Raises
    ------
    ParameterError
        There is one wave only, or the answers have no order.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"id": [*range(20)] * 2, "wave": [1] * 20 + [2] * 20,
    ...                    "safe": [True] * 8 + [False] * 12 + [True] * 6 + [False] * 2 + [True] * 7 + [False] * 5})
    >>> transitions(df, "safe", person="id")[["wave", "reference", "move", "estimate", "n"]].round(1)
       wave  reference        move  estimate   n
    0     2          1    moved up      35.0  20
    1     2          1      stayed      55.0  20
    2     2          1  moved down      10.0  20
    """
    answers, axes, waves = _answers(df, y, None), _axes(df, by), _axes(df, wave)[wave]
    if answers.levels is not None and not answers.ordered:
        raise ParameterError(f"the answers of column {y!r} have no order.", allowed="yes or no, numbers, or ordered categories",
                             do="make it an ordered categorical, as label() does.")
    if len(waves.cat.categories) < 2:
        raise ParameterError(f"column {wave!r} has one wave only.", allowed="two or more", do="put the waves below one another.")
    groups, named, rows = _groups(answers, axes), waves.cat.categories, []
    for later, linked in _pairs(waves, _column(df, person), axes):
        way = np.sign(np.round(answers.value[linked["row_now"]] - answers.value[linked["row"]], 10))
        for k, group in enumerate(groups.to_dict("records")):
            inside = way[linked["at"].eq(k).to_numpy()]
            both = float(np.isfinite(inside).sum())
            rows += [group | {"code": later, "move": move, "numerator": float((inside == sign).sum()), "n_valid": both,
                              "n_missing": len(inside) - both} for move, sign in MOVES.items()]
    found = percentages(pd.DataFrame(rows), conf_level)
    found = found.assign(unit="percent", **{wave: named.take(found["code"]), "reference": named[0]},
                         **{name: pd.Categorical(found[name], dtype=groups[name].dtype) for name in groups})
    return _tidy(found, axes, _Answers(y, answers.value, "percent"), also=(wave, "reference", "move"))


def compare_groups(
    df: pd.DataFrame, y: str, by: str, *, reference: object = None, rest: bool = False, weights: str | None = None,
    strata: str | None = None, clusters: str | None = None, errors: str = LINEARISED, unit: str | None = None, conf_level: float = 0.95,
    adjust: str = "bh", smallest_meaningful: float | None = None,
) -> pd.DataFrame:
    """Compare the levels of a group with one of them, or each with all others.

    Parameters
    ----------
    df : one row per respondent
    y, by : str
        The column of answers, and the grouping column.
    reference : optional
        The level that the others are compared with; the first where it is not given.
    rest : bool
        Compare each level with all others together instead.
    weights, strata, clusters, errors, unit, conf_level
        As in ``levels`` and ``change``.
    adjust : str
        How the p-values are adjusted for being several: ``"bh"`` (Benjamini and Hochberg) or ``"holm"``.
    smallest_meaningful : float, optional
        As in ``change``: the smallest difference that matters.

    Returns
    -------
    one row per compared level (and per level of a distribution)
        ``estimate`` is the level of ``by`` minus ``reference``, with intervals and tests as from ``change`` for two samples.
        ``p_adjusted`` is over all rows, and ``verdict`` follows it and the interval: higher or lower, may be higher or may be lower
        (the interval leaves out 0 and the adjusted test does not decide), no clear difference, or cannot tell. With
        ``smallest_meaningful``, ``size`` says how the whole interval lies to it.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"area": ["a"] * 30 + ["b"] * 30 + ["c"] * 30, "score": [5, 6, 7] * 10 + [2, 3, 4] * 10 + [5, 6, 8] * 10})
    >>> compare_groups(df, "score", "area")[["area", "reference", "estimate", "p_adjusted", "verdict"]].round(2)
      area reference  estimate  p_adjusted              verdict
    0    b         a     -3.00        0.00                lower
    1    c         a      0.33        0.23  no clear difference
    """
    _one_of(adjust, families.ADJUSTMENTS, "adjustment")
    _refuse_no_size(smallest_meaningful)
    answers, groups, none = _answers(df, y, unit), _axes(df, by)[by], _axes(df, None)
    names, codes = groups.cat.categories, groups.cat.codes.to_numpy()
    if reference is not None and (rest or reference not in names):
        raise ParameterError(
            f"{by!r} has no level that is the reference given, or rest=True has none.", allowed=", ".join(map(str, names)),
            do="choose one of these, or leave one of the two out.",
        )
    if len(names) < 2:
        raise ParameterError(f"column {by!r} has fewer than two levels.", allowed="two or more", do="name another grouping column.")
    first, (sampled, few) = 0 if reference is None else names.get_loc(reference), _sampled(df, weights, strata, clusters, errors)
    found = pd.concat([
        _compared(answers, none, codes == k, (codes >= 0) & (codes != k) if rest else codes == first, sampled, few, conf_level).assign(code=k)
        for k in range(len(names)) if rest or k != first
    ], ignore_index=True)
    found = found.assign(**{
        by: names.take(found["code"]), "reference": "rest" if rest else names[first],
        "p_adjusted": families.adjust(found["p_value"], method=adjust),
    })
    return _tidy(_judged(found, "p_adjusted", conf_level, smallest_meaningful, change=False), none, answers, also=(by, "reference"))


def reliability(items: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Study how well the items of a scale hang together, among those who answered every one.

    Parameters
    ----------
    items : one row per respondent, one column per item
        All pointing the same way. Ordered categoricals count 1, 2, ... in their order.
    conf_level : float

    Returns
    -------
    one row for Cronbach's alpha (``quantity`` is ``alpha``, with Feldt's interval), and
    one row per item for its correlation with the sum of the others (``item_rest``)
        ``n`` answered every item, ``n_missing`` did not; ``warning`` says why there is no number, and names an item that
        runs against the scale.

    Notes
    -----
    Feldt, Woodruff and Salih, Appl Psychol Meas 1987;11:93-103.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 5], "c": [1, 3, 3, 4, None]})
    >>> reliability(items)[["quantity", "item", "estimate", "n", "n_missing"]].round(3)
        quantity item  estimate  n  n_missing
    0      alpha          0.947  4          1
    1  item_rest    a     0.981  4          1
    2  item_rest    b     0.849  4          1
    3  item_rest    c     0.851  4          1
    """
    values = pd.DataFrame({name: _answers(items, name, None).scores for name in items})
    n = len(scales.complete_answers(values))
    found = [{"quantity": "alpha", "item": ""} | vars(scales.alpha(values, conf_level=conf_level))]
    for name, one in scales.item_rest(values).items():
        found.append({"quantity": "item_rest", "item": name} | vars(one) | ({"warning": Reason.AGAINST_SCALE} if one.estimate < 0 else {}))
    table = pd.DataFrame(found).assign(n=n, n_missing=len(values) - n)
    return table[["quantity", "item", "estimate", "conf_low", "conf_high", "conf_level", "n", "n_missing", "method", "warning"]]


# --- answers and groups --------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class _Answers:
    """A column of answers as numbers: shares (0 and 1), numbers, or positions among ``levels``; NaN where missing."""

    name: str
    value: np.ndarray
    unit: str
    levels: pd.Index | None = None
    ordered: bool = False

    @property
    def is_mean(self) -> bool:
        """Whether the answers are numbers of their own."""
        return self.unit == ""

    @property
    def factor(self) -> int:
        """What turns the means of the values into the unit: shares are printed in percent."""
        return 1 if self.is_mean else 100

    @property
    def points(self) -> str:
        """The unit of a difference."""
        return "" if self.is_mean else "percentage points"

    @property
    def scores(self) -> np.ndarray:
        """Numbers for a scale: positions count from 1."""
        return self.value if self.levels is None else self.value + 1

    @property
    def parts(self) -> list[np.ndarray]:
        """What is averaged: the answers, or for a distribution whether each level was answered."""
        if self.levels is None:
            return [self.value]
        return [np.where(np.isnan(self.value), np.nan, self.value == k) for k in range(len(self.levels))]


def _one_of(given: str, allowed: Iterable[str], what: str) -> None:
    """Refuse what is not one of a few."""
    if given not in allowed:
        raise ParameterError(f"there is no {what} {given!r}.", allowed=", ".join(allowed), do="choose one of these, or leave it out.")


def _column(df: pd.DataFrame, name: str) -> pd.Series:
    """A column that must be there, once."""
    if name not in df or isinstance(df[name], pd.DataFrame):
        raise ParameterError(
            f"there is no column {name!r}, or there are several." if len(df.columns) else "the table has no columns.",
            allowed=", ".join(map(str, df.columns[:20])), do="name one of the columns.",
        )
    return df[name]


def _answers(df: pd.DataFrame, name: str, unit: str | None, *, distribution: bool = False) -> _Answers:
    """What a column holds."""
    column = _column(df, name)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    numeric = pd.api.types.is_numeric_dtype(column) or kind in ("boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty")
    if unit is not None:
        _one_of(unit, ("percent",), "unit")
    if distribution or isinstance(column.dtype, pd.CategoricalDtype) or not numeric:
        given = _categorical(column)
        value = np.where(given.codes < 0, np.nan, given.codes.astype(float))
        return _Answers(name, value, "percent", given.categories, given.ordered)
    value = pd.to_numeric(column).to_numpy(float, na_value=np.nan)
    value = np.where(np.isfinite(value), value, np.nan)
    if unit is None and kind != "boolean":
        return _Answers(name, value, "")
    other = int((~np.isnan(value) & (value != 0) & (value != 1)).sum())
    if other:
        raise ParameterError(
            f"column {name!r} cannot be a percentage: it holds other numbers than 0 and 1.", found=f"{other} other answers",
            allowed="0, 1 and missing", do="recode it first, or leave the unit out for a mean.",
        )
    return _Answers(name, value, "percent")


def _categorical(column: pd.Series) -> pd.Categorical:
    """A column as a categorical: its own categories, else its values sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.array
    return pd.Categorical(column, categories=sorted(column.dropna().unique(), key=lambda value: (str(type(value)), value)))


def _axes(df: pd.DataFrame, by: str | Sequence[str] | None) -> dict[str, pd.Series]:
    """The grouping columns as categoricals; without any, one group of everybody."""
    if by is None or (not isinstance(by, str) and not len(by)):
        return {_ALL: pd.Series(pd.Categorical.from_codes(np.zeros(len(df), int), categories=["all"]))}
    return {name: pd.Series(_categorical(_column(df, name))) for name in ([by] if isinstance(by, str) else by)}


def _design(df: pd.DataFrame, weights: str | None, strata: str | None, clusters: str | None) -> SurveyDesign | None:
    """How respondents were sampled, where anything is said of it."""
    if weights is strata is clusters is None:
        return None
    given = {"strata": strata, "clusters": clusters}
    weight = np.ones(len(df)) if weights is None else _answers(df, weights, None).value
    return survey_design(weight, **{name: _column(df, column) for name, column in given.items() if column is not None})


def _sampled(
    df: pd.DataFrame, weights: str | None, strata: str | None, clusters: str | None, errors: str,
) -> tuple[SurveyDesign | None, pd.Series | None]:
    """How respondents were sampled, or the few clusters that they are in; None for both where nothing is said."""
    if errors not in (LINEARISED, CR2) or errors == CR2 and (clusters is None or weights is not None or strata is not None):
        raise ParameterError(
            f"errors of kind {errors!r} cannot be given here.", allowed=f"{LINEARISED}; {CR2} with clusters, and without weights and strata",
            do="choose one of these, and name the column of clusters.")
    return (None, _column(df, clusters)) if errors == CR2 else (_design(df, weights, strata, clusters), None)


# --- counts and domains --------------------------------------------------------------------------------

def _counted(answers: _Answers, axes: dict[str, pd.Series], kept: np.ndarray | None = None) -> pd.DataFrame:
    """Counts of every group (and level): the axes, ``n_valid``, ``n_missing``, ``numerator``, ``squares``."""
    value = answers.value if kept is None else answers.value[kept]
    axes = axes if kept is None else {name: axis[kept].reset_index(drop=True) for name, axis in axes.items()}
    why = pd.Categorical.from_codes(np.where(np.isnan(value), 0, -1), categories=[MissingReason.NOT_ANSWERED.value])
    whole = tally(pd.DataFrame({"value": value, "missing": why}), axes)
    whole = whole.assign(n_missing=whole["n_eligible"] - whole["n_valid"])[[*axes, "n_valid", "n_missing", "numerator", "squares"]]
    if answers.levels is None:
        return whole
    codes = np.nan_to_num(value, nan=-1).astype(int)
    level = pd.Series(pd.Categorical.from_codes(codes, categories=answers.levels, ordered=answers.ordered))
    cells = tally(pd.DataFrame({"value": value, "missing": why}), axes | {"level": level})
    bases = whole.loc[np.repeat(whole.index, len(answers.levels)), ["n_valid", "n_missing"]].reset_index(drop=True)
    return cells[[*axes, "level"]].assign(**bases, numerator=cells["n_valid"], squares=np.nan)


def _domain_of(axes: dict[str, pd.Series]) -> np.ndarray:
    """The number of every respondent's group, in the order of the counts; -1 in none."""
    codes = [axis.cat.codes.to_numpy().astype(np.int64) for axis in axes.values()]
    at = np.ravel_multi_index([np.maximum(code, 0) for code in codes], [max(1, len(axis.cat.categories)) for axis in axes.values()])
    return np.where(np.min(codes, axis=0) >= 0, at, -1)


def _domains(answers: _Answers, axes: dict[str, pd.Series], design: SurveyDesign) -> pd.DataFrame:
    """Weighted means of every group (and level), as ``weighted_levels`` takes them."""
    counts, at = _counted(answers, axes, np.isfinite(design.weights)), _domain_of(axes)
    size = len(counts) // len(answers.parts)
    found = _stacked([domain_means(design, part, at, domains=size) for part in answers.parts])
    return counts.drop(columns=["numerator", "squares"]).assign(**found, percent=not answers.is_mean)


def _stacked(found: list[DomainMeans]) -> dict[str, np.ndarray]:
    """Means of the domains, for each part of the answers, as columns: the parts of a domain below one another."""
    return {name: np.stack([getattr(one, key) for one in found], axis=1).ravel() for name, key in (
        ("mean", "estimate"), ("error", "std_error"), ("n_valid", "n"), ("df", "df"), ("effect", "design_effect"))}


def _weighted_cells(weights: np.ndarray, answers: _Answers, axes: dict[str, pd.Series]) -> np.ndarray:
    """The sum of weights in every cell of a cross-tabulation."""
    weight, at, width = np.nan_to_num(weights), _domain_of(axes), len(answers.levels)
    inside = (at >= 0) & ~np.isnan(answers.value)
    size = int(np.prod([len(axis.cat.categories) for axis in axes.values()])) * width
    return np.bincount(at[inside] * width + answers.value[inside].astype(int), weight[inside], size)


# --- comparisons ---------------------------------------------------------------------------------------

def _compared(
    answers: _Answers, axes: dict[str, pd.Series], now: np.ndarray, then: np.ndarray, design: SurveyDesign | None,
    few: pd.Series | None, conf_level: float,
) -> pd.DataFrame:
    """Two samples compared in every group (and level)."""
    on = [*axes, "level"] if answers.levels is not None else [*axes]
    sides = now if design is None else now & np.isfinite(design.weights), then if design is None else then & np.isfinite(design.weights)
    pairs = pair(*(_counted(answers, axes, side) for side in sides), on)
    at, size = np.where(now | then, _domain_of(axes), -1), len(pairs) // len(answers.parts)
    if few is not None:
        found = [clustered_mean(part[at == k], few[at == k], now[at == k], conf_level) for k in range(size) for part in answers.parts]
        return pd.concat([pairs, pd.DataFrame([outcome_columns(one, factor=answers.factor) for one in found])], axis=1).assign(unit=answers.points)
    if design is not None:
        found = _stacked([domain_differences(design, part, now, at, domains=size) for part in answers.parts])
        found = pairs.assign(**found | {"n_valid": pairs["n_valid"]}, percent=not answers.is_mean)
        return weighted_differences(found, conf_level).assign(unit=answers.points)
    if answers.is_mean:
        return compare_means(pairs, conf_level)[0].assign(unit=answers.points)
    return compare_percentages(pairs, conf_level)


#: the columns of counts that are no keys
_COUNTS = ["n_valid", "n_missing", "numerator", "squares"]


def _groups(answers: _Answers, axes: dict[str, pd.Series]) -> pd.DataFrame:
    """The groups, in the order of their numbers."""
    return _counted(_Answers(answers.name, answers.value, "percent"), axes).drop(columns=_COUNTS)


def _pairs(waves: pd.Series, person: pd.Series, axes: dict[str, pd.Series]) -> Iterator[tuple[int, pd.DataFrame]]:
    """The number of each later wave, and the people who answered at it and at the first: their rows then and now, and their group then."""
    forms = pd.DataFrame({
        "person": person.to_numpy(), "wave": waves.cat.codes.to_numpy(), "row": np.arange(len(person)), "at": _domain_of(axes),
    })
    forms = forms[forms["person"].notna() & ~forms.duplicated(["person", "wave"], keep=False)]
    first = forms[forms["wave"].eq(0)]
    for later in range(1, len(waves.cat.categories)):
        now = forms.loc[forms["wave"].eq(later), ["person", "row"]]
        yield later, first.merge(now, on="person", suffixes=("", "_now"), validate="one_to_one")


def _matched(
    answers: _Answers, axes: dict[str, pd.Series], waves: pd.Series, person: pd.Series, few: pd.Series | None, conf_level: float,
) -> pd.DataFrame:
    """The same people at the first and at each later wave, grouped as they were at the first."""
    groups, rows = _counted(answers, axes).drop(columns=_COUNTS), []
    for later, linked in _pairs(waves, person, axes):
        for k in range(len(groups)):
            inside, part = linked["at"].eq(k // len(answers.parts)), answers.parts[k % len(answers.parts)]
            then, now = part[linked.loc[inside, "row"]], part[linked.loc[inside, "row_now"]]
            both = ~np.isnan(then) & ~np.isnan(now)
            if few is not None:
                of_pairs = clustered_mean(now - then, few.iloc[linked.loc[inside, "row"]], conf_level=conf_level)
                found = outcome_columns(of_pairs, factor=answers.factor)
            else:
                found = (paired_mean if answers.is_mean else paired_percentage)(now[both], then[both], conf_level)
            rows.append(groups.iloc[k].to_dict() | {"unit": answers.points} | found | {
                "code": later, "n_valid": both.sum(), "n_reference": both.sum(), "n_missing": (~both).sum()})
    table = pd.DataFrame(rows)
    return table.assign(**{name: pd.Categorical(table[name], dtype=groups[name].dtype) for name in groups})


def _judged(found: pd.DataFrame, p_value: str, conf_level: float, smallest: float | None, *, change: bool) -> pd.DataFrame:
    """Differences with their verdicts and, where it is said from when on one matters, how their intervals lie to that."""
    interval = [found[name] for name in ("estimate", "conf_low", "conf_high")]
    judged = found.assign(verdict=families.verdicts(*interval, found[p_value], change=change, alpha=1 - conf_level))
    return judged if smallest is None else judged.assign(size=families.sizes(*interval, smallest))


def _refuse_no_size(smallest: float | None) -> None:
    """Refuse a smallest meaningful change that is none."""
    if smallest is not None and not 0 < smallest < np.inf:
        raise ParameterError("the smallest meaningful change is no size.", found=f"smallest_meaningful={smallest!r}", allowed="a number above 0",
                             do="give it without sign, in the unit of the estimate: 5 is 5 percentage points; or leave it out.")


def _tidy(found: pd.DataFrame, axes: dict[str, pd.Series], answers: _Answers, also: Sequence[str] = ()) -> pd.DataFrame:
    """The grouping columns, what ``also`` names, and the columns of an estimate that apply."""
    table = found.rename(columns={"n_valid": "n"}).reset_index(drop=True)
    counts = {name: table[name].astype(int) for name in ("n", "n_reference", "n_missing") if name in table}
    place = [name for name in (*axes, *also, *(["level"] if answers.levels is not None else [])) if name != _ALL]
    table = table.assign(**counts)[[*place, *(name for name in COLUMNS if name in table)]]
    table.attrs = {"no_group": int((_domain_of(axes) < 0).sum())}
    return table
