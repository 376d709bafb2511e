"""What kinds of exhibit made from a source that is no survey share: its areas and choices, and cells of counts and days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property

from nbeval.dictionary.enums import FieldRole, Status
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Choice
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, count_cell, number_words
from nbeval.report.charts.data import EPOCH
from nbeval.report.kinds.kind import Finder, Kind
from nbeval.report.results import Result

#: what results of these sources name as their group; the first four are also sets of choices
RATERS, STATUS, INVOLVEMENT, KIND, DELIVERY = "raters", "status", "involvement", "kind", "delivery"


class OfSource(Kind):
    """A kind made from a source that is no survey: rows are its areas, and the source may have no waves."""

    source_words = "source_plain"

    def blocks(self) -> Iterable[Block]:
        return (Block("", self.areas),)

    @cached_property
    def instrument(self) -> LoadedInstrument | None:
        """The instrument behind the exhibit; None where the cohort has no such source."""
        used = next((one for one in self.context.cohort.sources if one.id == self.spec.source_id), None)
        loaded = self.context.dictionary.instrument(used.instrument) if used else None
        return loaded if loaded is not None and not loaded.is_survey else None

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The areas that the exhibit names and that have any result."""
        named = self.instrument.named(self.spec.indicators) if self.instrument else ()
        return tuple(area for area in named if area.area in self.results.by_indicator)

    def by_part(self, areas: tuple[Area, ...] | None = None) -> tuple[Block, ...]:
        """The areas, or some of them, in one block per part, headed by the label that the choices ``part`` give it."""
        areas = self.areas if areas is None else areas
        labels, parts = {one.code: one.label for one in self.chosen("part")}, dict.fromkeys(area.part for area in areas)
        if len(parts) < 2:
            return (Block("", areas),)
        return tuple(Block(labels.get(part, part), tuple(area for area in areas if area.part == part)) for part in parts)

    @property
    def aim(self) -> Choice | None:
        """The status that is aimed at: done, held, met."""
        return aim_of(self.instrument) if self.instrument else None

    def chosen(self, choices: str | FieldRole) -> tuple[Choice, ...]:
        """The choices of a set, or of a role, of the instrument behind the exhibit."""
        if self.instrument is None:
            return ()
        return self.instrument.chosen_by(choices) if isinstance(choices, FieldRole) else self.instrument.chosen(choices)

    def counted(self, group: str, level: str, *, area: str = "", wave: str = "", authority: str | None = None) -> Result | None:
        """How many there are of a choice: in the authority of the report, unless another is named."""
        return self.find(Quantity.COUNT, indicator=area, wave=wave, group=group, level=level,
                         authority=self.context.authority if authority is None else authority)

    def whole_field(self, key: str, head: str, find: Finder, field: str = "estimate") -> Field:
        """The column of a count of what was counted in full: without a result it is 0."""
        return Field(Column(key, head, numeric=True),
                     lambda one: Cell("0") if (row := find(one)) is None else count_cell(row, self.context, field))

    def count_words(self, row: Result | None, field: str = "estimate") -> str:
        """A count in a sentence; without a result it is 0."""
        return "0" if row is None else number_words(row, self.context, field=field)

    def day_words(self, days: float) -> str:
        """A day as a narrow column has it: ``12 May 2020``."""
        return self.context.day(EPOCH + timedelta(days=int(days)), short=True)


def aim_of(instrument: LoadedInstrument) -> Choice | None:
    """The status that is aimed at: done, held, met."""
    return next((one for one in instrument.chosen_by(FieldRole.STATUS) if one.counts), None)


def total(label: str) -> Area:
    """The line of all areas together: the results of no area."""
    return Area(area="", label=label, status=Status.CONFIRMED, source="")
