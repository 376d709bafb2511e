"""From a declared exhibit to the results it may show: the exhibit in the making."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Domain, ExhibitRow, Indicator
from nbeval.frames import Contrast, Quantity
from nbeval.report.context import Context
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results


@dataclass(frozen=True)
class Units:
    """Whether the indicators of a table share a unit, and how each one's numbers are then written."""

    context: Context
    measures: frozenset[Measure]

    @classmethod
    def of(cls, indicators: Iterable[Indicator], context: Context) -> Units:
        """Find the units of these indicators."""
        return cls(context, frozenset(one.measure for one in indicators))

    @property
    def mixed(self) -> bool:
        """Whether percentages and means stand in one table."""
        return len(self.measures) > 1

    @property
    def heading(self) -> str:
        """The unit in the head of a column; empty where each cell says its own."""
        return "%" if self.percent else ""

    @property
    def percent(self) -> bool:
        """Whether all are percentages."""
        return self.measures == {Measure.PERCENT}

    def form(self, indicator: Indicator) -> NumberFormat:
        """How this indicator's numbers are written in this table."""
        return self.context.format(indicator, mixed=self.mixed)


@dataclass(frozen=True, eq=False)
class Draft:
    """An exhibit in the making: what was declared, the report it is for, and the results it may show; its kind makes the rest of it."""

    spec: ExhibitRow
    context: Context

    @cached_property
    def results(self) -> Results:
        """The results the exhibit may show: those of its source and its indicators."""
        spec, context = self.spec, self.context
        names = (one.indicator for one in context.dictionary.indicators_named(spec.indicators))
        areas = (area.area for one in context.dictionary.evidence for area in one.named(spec.indicators))
        # rows that belong to no indicator (participation, composition, scales named by the exhibit) stay in
        return context.results.keep((*names, *areas, *named(spec, "measure"), *spec.indicators, ""), spec.source_id)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators it names that have any result, in declared order."""
        return available(self.context.dictionary.indicators_named(self.spec.indicators), self.results)

    def say(self, sentence: str, **fields: object) -> str:
        """Fill a sentence of the words of the report."""
        return self.context.say(sentence, **fields)

    def find(self, quantity: Quantity | str, **key: str) -> Result | None:
        """One result of its source by the further parts of its key, or None."""
        return self.results.find(self.spec.source_id, quantity, **key)

    def level(self, one: Indicator, wave: str = "", authority: str | None = None, *, group: str = "", level: str = "",
              quantity: Quantity | None = None) -> Result | None:
        """The level of an indicator: at the last wave and in the authority of the report, unless another one is named."""
        return self.find(
            quantity or self.context.quantity(one), indicator=one.indicator, wave=wave or self.context.wave.id,
            authority=self.context.authority if authority is None else authority, group=group, level=level,
        )

    def is_of_pairs(self, one: Indicator) -> bool:
        """Whether the levels of an indicator are those of people who answered at both waves: kinds say so."""
        return False

    def change(self, one: Indicator, authority: str | None = None, quantity: Quantity | str = Quantity.CHANGE,
               between: tuple[str, str] | None = None) -> Result | None:
        """The change of an indicator from the first wave that asked it to the last, or ``between`` a later and an earlier one; or another
        quantity of that change."""
        wave, reference = between or (self.context.wave.id, self.context.first_of(one.indicator).id)
        return self.find(
            quantity, indicator=one.indicator, wave=wave, contrast=Contrast.WAVE, reference=reference,
            authority=self.context.authority if authority is None else authority,
        )


def named(spec: ExhibitRow, what: str) -> tuple[str, ...]:
    """The ids that an exhibit names as ``what:<id>``."""
    parts = (name.partition(":") for name in spec.indicators)
    return tuple(name for lead, colon, name in parts if colon and lead == what)


def by_domain(indicators: tuple[Indicator, ...], context: Context) -> tuple[tuple[str, tuple[Indicator, ...]], ...]:
    """Part indicators into domains, in the programme's order; one domain alone needs no heading."""
    domains = context.dictionary.programme.domains
    parted = [(domain.label, tuple(one for one in indicators if one.domain == domain.id)) for domain in domains]
    found = tuple((label, members) for label, members in parted if members)
    return found if len(found) != 1 else (("", indicators),)


def available(indicators: tuple[Indicator, ...], rows: Results) -> tuple[Indicator, ...]:
    """Keep the indicators that have a row at all: what a cohort did not collect makes no row of a table."""
    return tuple(one for one in indicators if one.indicator in rows.by_indicator)


def domain_of(spec: ExhibitRow, context: Context) -> Domain | None:
    """The domain of more than half of an exhibit's indicators, or None."""
    counted = Counter(one.domain for one in context.dictionary.indicators_named(spec.indicators))
    return next((domain for domain in context.dictionary.programme.domains if counted[domain.id] * 2 > counted.total()), None)
