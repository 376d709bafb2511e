"""The disclosed results of one cohort, found by what they are of."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import pandas as pd

from nbeval.frames import RESULTS, Contrast, Decision, Method, Quantity, Reason, Size, Verdict, reasons_of, result_key

#: the columns of a result that are numbers
NUMBERS = tuple(name for name, column in RESULTS.columns.items() if str(column.dtype) == "float64")
_VERDICTS = {str(one): one for one in (*Verdict, *Decision)}
_SIZES = {str(one): one for one in Size}
_METHODS = {str(one): one for one in Method}


@dataclass(frozen=True)
class UsedMethod:
    """One method of a result: the member of ``Method``, or its text where it is none, and the groups that it names."""

    name: Method | str
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> UsedMethod:
        """Find the member that a text in the column ``method`` names."""
        lead, _, groups = text.partition(" for ")
        if lead == Method.STANDARDISED:
            return cls(Method.STANDARDISED, tuple(groups.split(", ")))
        return cls(_METHODS.get(text, text))


class Result(namedtuple("_Row", tuple(RESULTS.columns))):
    """One row of results, its columns as attributes.

    Stored texts become members here and nowhere else: verdict and size when the row is made, methods and reason when they are asked for.
    """

    __slots__ = ()

    @classmethod
    def of(cls, values: Iterable[object]) -> Result:
        """Make a row of its values in the order of ``RESULTS``."""
        row = cls(*values)
        return row._replace(verdict=_VERDICTS.get(row.verdict, row.verdict), size=_SIZES.get(row.size, row.size), weighted=bool(row.weighted))

    @property
    def methods(self) -> tuple[UsedMethod, ...]:
        """The methods that the number was worked out by; none where it is of no method."""
        parts = (part.strip() for part in self.method.split(";"))
        return tuple(UsedMethod.of(part) for part in parts if part and part != Method.NONE)

    @property
    def reason(self) -> Reason | str:
        """Why there is no number, or what to mind about it; a text that is no member of ``Reason`` as it is."""
        return self.reasons[0][0]

    @property
    def reasons(self) -> tuple[tuple[Reason | str, dict[str, str]], ...]:
        """Every reason of it, with what fills its fields."""
        return reasons_of(self.warning)

    @property
    def is_not_asked(self) -> bool:
        """Whether it has no number because the question was not asked."""
        return isinstance(self.reason, Reason) and self.reason.is_of_asking

    @property
    def reason_fields(self) -> dict[str, str]:
        """What fills the fields of the reason, where it has any."""
        return self.reasons[0][1]


_PARTS = ("source", "indicator", "quantity", "wave", "authority", "group", "level", "contrast", "reference")


class State(StrEnum):
    """What a reader gets of a result."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    NOT_ESTIMABLE = "not estimable"
    ABSENT = "absent"


def is_missing(value: float) -> bool:
    """Whether a field of a result has no number."""
    return bool(pd.isna(value))


def key_of(row: Result) -> str:
    """The key of a row as one line, as ``results.csv`` and every cell carry it."""
    return result_key(row._asdict())


def _parts(row: Result) -> tuple[str, ...]:
    """What a row is of, whether weighted or not."""
    return tuple(getattr(row, part) for part in _PARTS)


class Results:
    """Rows of results with an index by key, in the order of the table. Of a weighted figure and the unweighted one of the same key the
    main one is in the index, and so in every table, chart and sentence: the weighted one where ``main_weighted`` says so, or where it has
    no other beside it."""

    def __init__(self, rows: Iterable[Result], *, main_weighted: bool = False) -> None:
        rows = tuple(rows)
        self._of_weight = {weighted: {_parts(row): row for row in rows if row.weighted is weighted} for weighted in (False, True)}
        first, second = (self._of_weight[weighted] for weighted in (main_weighted, not main_weighted))
        self._index = {key: first.get(key, second.get(key)) for key in dict.fromkeys(map(_parts, rows))}

    @classmethod
    def of(cls, table: pd.DataFrame, *, main_weighted: bool = False) -> Results:
        """Make the index of a table of results."""
        ordered = table[list(RESULTS.columns)]
        return cls((Result.of(values) for values in ordered.itertuples(index=False, name=None)), main_weighted=main_weighted)

    @property
    def rows(self) -> tuple[Result, ...]:
        """The main rows, in the order of the table."""
        return tuple(self._index.values())

    @cached_property
    def by_key(self) -> dict[str, Result]:
        """Every row, weighted or not, by the key that cells and ``results.csv`` carry."""
        return {key_of(row): row for rows in self._of_weight.values() for row in rows.values()}

    def weighted(self, row: Result | None) -> Result | None:
        """Return the weighted counterpart of a row, or None where there is none."""
        return self._of_weight[True].get(_parts(row)) if row is not None else None

    def unweighted(self, row: Result | None) -> Result | None:
        """Return the unweighted counterpart of a row, or None where there is none."""
        return self._of_weight[False].get(_parts(row)) if row is not None else None

    @cached_property
    def by_indicator(self) -> dict[str, dict[tuple[str, ...], Result]]:
        """The rows of each indicator."""
        parted: dict[str, dict[tuple[str, ...], Result]] = {}
        for key, row in self._index.items():
            parted.setdefault(row.indicator, {})[key] = row
        return parted

    def find(
        self, source: str, quantity: Quantity | str, *, indicator: str = "", wave: str = "", authority: str = "",
        group: str = "", level: str = "", contrast: Contrast | str = Contrast.NONE, reference: str = "",
    ) -> Result | None:
        """Return the one row with this key, or None where there is none."""
        key = (source, indicator, str(quantity), wave, authority, group, level, str(contrast), reference)
        return self._index.get(key)

    def where(self, **equal: str) -> tuple[Result, ...]:
        """The rows whose columns equal what is given, in the order of the table."""
        among = self.by_indicator.get(equal["indicator"], {}) if "indicator" in equal else self._index
        return tuple(row for row in among.values() if all(getattr(row, part) == value for part, value in equal.items()))

    def first(self, **equal: str) -> Result | None:
        """Return the first row whose columns equal what is given, or None."""
        return next(iter(self.where(**equal)), None)

    def keep(self, indicators: Iterable[str], source: str) -> Results:
        """Return the results of these indicators from this source alone."""
        kept = Results(())
        for name in dict.fromkeys(indicators):
            rows = self.by_indicator.get(name, {})
            kept._index.update((key, row) for key, row in rows.items() if row.source == source)
        kept._of_weight = self._of_weight
        return kept
