"""What a sentence is about: an indicator in a place at a wave, and the results that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from nbeval.dictionary.enums import Match
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import Area, Benchmark, ExhibitRow, Indicator
from nbeval.errors import ParameterError
from nbeval.frames import Contrast, Quantity
from nbeval.report.context import Context
from nbeval.report.results import Result, Results
from nbeval.report.draft import available, indicators_of, results_of


@dataclass(frozen=True, eq=False)
class Subject:
    """The results of one indicator, or of one area of another source, or of the people, in one place at one wave."""

    context: Context
    source: str
    indicator: Indicator | None = None
    wave: str = ""
    authority: str = ""
    group: str = ""
    level: str = ""
    quantity: str = ""
    reference: str = ""
    area: Area | None = None            # of a source that is no survey

    @property
    def name(self) -> str:
        """The id of the indicator or the area, empty where there is neither."""
        if self.area is not None:
            return self.area.area
        return self.indicator.indicator if self.indicator else ""

    @property
    def label(self) -> str:
        """What it is about, in words; empty where people are counted."""
        if self.area is not None:
            return self.area.label
        return self.context.label(self.indicator) if self.indicator else ""

    def find(self, quantity: Quantity | str, *, wave: str | None = None, contrast: Contrast = Contrast.NONE,
             reference: str = "") -> Result | None:
        """Return a result of this subject."""
        return self.context.results.find(
            self.source, quantity, indicator=self.name, wave=self.wave if wave is None else wave,
            authority=self.authority, group=self.group, level=self.level, contrast=contrast, reference=reference,
        )

    @cached_property
    def main(self) -> Result | None:
        """The result that ``{estimate}`` means: of the declared quantity, else the level."""
        if self.quantity in ("", *_LEVELS):
            return self.at(self.wave)
        matching = self.context.results.where(
            source=self.source, quantity=self.quantity, indicator=self.name, wave=self.wave,
            authority=self.authority, group=self.group, level=self.level,
        )
        chosen = [row for row in matching if self.reference in ("", row.reference)]
        return chosen[0] if chosen else None

    def at(self, wave: str) -> Result | None:
        """The level at a wave."""
        if self.indicator is not None:
            return self.find(self.context.quantity(self.indicator), wave=wave)
        return self.find(self.quantity or Quantity.RESPONSE_RATE, wave=wave)

    @property
    def change(self) -> Result | None:
        """The change from the first wave to this one."""
        return self.find(Quantity.CHANGE, contrast=Contrast.WAVE, reference=self.context.first.id)

    @cached_property
    def benchmark(self) -> Benchmark | None:
        """The published figure it stands beside: the one asked for, else the first that can be compared, else the first."""
        known = [one for one in self.context.dictionary.benchmarks if one.indicator == self.name]
        asked = [one for one in known if one.benchmark == self.reference]
        comparable = [one for one in known if one.match is not Match.DIFFERS]
        return (asked or comparable or known or [None])[0]

    @property
    def published(self) -> Result | None:
        """The published figure, as a result."""
        if self.benchmark is None:
            return None
        found = self.context.results.where(
            quantity=Quantity.BENCHMARK, indicator=self.name, reference=self.benchmark.benchmark)
        return found[0] if found else None

    @property
    def difference(self) -> Result | None:
        """The difference from the published figure."""
        if self.benchmark is None:
            return None
        return self.find(Quantity.DIFFERENCE, contrast=Contrast.COMPARATOR, reference=self.benchmark.benchmark)


_LEVELS = (Quantity.PERCENT.value, Quantity.MEAN.value)


def lead(spec: ExhibitRow, context: Context) -> Subject:
    """The subject of an exhibit's sentence: its first headline indicator, else its first indicator."""
    return leads(spec, context)[0]


def leads(spec: ExhibitRow, context: Context) -> tuple[Subject, ...]:
    """What an exhibit's sentence can be about, in order: headline indicators before the others.

    The result meant is of the first quantity that the exhibit declares.
    """
    rows = results_of(spec, context)
    known = sorted(available(indicators_of(spec, context), rows), key=lambda one: not one.headline)
    quantity = spec.quantities[0] if spec.quantities else ""
    subjects = tuple(Subject(context, spec.source_id, one, context.wave.id, context.authority, quantity=quantity)
                     for one in known or [None])
    if subjects[0].main is not None or not spec.quantities:
        return subjects
    return (_first_of(rows, spec, context, quantity) or subjects[0], *subjects[1:])


def _first_of(rows: Results, spec: ExhibitRow, context: Context, quantity: str) -> Subject | None:
    """The subject of the first result of a quantity, where no plain level of that kind exists."""
    for row in rows.where(source=spec.source_id, quantity=quantity, authority=context.authority):
        if row.wave == context.wave.id:
            known = {one.indicator: one for one in context.dictionary.indicators}
            return Subject(context, row.source, known.get(row.indicator), row.wave, row.authority, row.group,
                           row.level, quantity, row.reference)
    return None


_SELECTABLE = ("source", "indicator", "area", "wave", "authority", "group", "level", "quantity", "reference")


def chosen_subject(context: Context, spec: ExhibitRow | None, select: Mapping[str, str]) -> Subject:
    """The subject of a sentence: that of an exhibit, changed by what is selected.

    Raises
    ------
    ParameterError
        Where something is selected by a word that does not exist, or nothing says what is meant.
    """
    unknown = sorted(set(select) - set(_SELECTABLE))
    if unknown or (spec is None and not {"indicator", "area", "quantity"} & set(select)):
        raise ParameterError(
            "a sentence does not say which result it is about.", found=", ".join(unknown) or "no selection",
            allowed=", ".join(("of", *_SELECTABLE)), do="name an exhibit with of=, or select an indicator.",
        )
    changes: dict[str, object] = dict(select)
    if "indicator" in select:
        changes["indicator"] = context.dictionary.indicator(select["indicator"])
    start = lead(spec, context) if spec is not None else Subject(
        context, context.cohort.sources[0].id, None, context.wave.id, context.authority)
    if "area" in select:
        changes["area"] = _area(select["area"], str(changes.get("source", start.source)), context)
    return replace(start, **changes)


def _area(area: str, source: str, context: Context) -> Area:
    """An area of a source by its id."""
    for used in context.cohort.sources:
        instrument = context.dictionary.instrument(used.instrument) if used.id == source else None
        if isinstance(instrument, LoadedEvidence):
            return instrument.area(area)
    raise ParameterError(
        f"the source {source!r} has no areas.", found=area, do="name an exhibit of the source with of=, or the source with source=.")
