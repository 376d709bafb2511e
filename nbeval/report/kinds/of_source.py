"""What kinds of exhibit made from a source that is no survey share: its areas and choices, and cells of counts, ratings and days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from nbeval.dictionary.enums import FieldRole, Status
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Choice
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, cell_of, count_cell, number_words, symbol_cell, words_cell
from nbeval.report.charts.data import EPOCH
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Finder
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Result, State

#: what results of these sources name as their group; the first four are also sets of choices
RATERS, STATUS, INVOLVEMENT, KIND, DELIVERY = "raters", "status", "involvement", "kind", "delivery"


class OfSource(Kind):
    """A kind made from a source that is no survey: rows are its areas, and the source may have no waves."""

    source_words = "source_plain"

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", areas_of(draft)),)


def instrument_of(draft: Draft) -> LoadedInstrument | None:
    """The instrument behind an exhibit; None where the cohort has no such source."""
    used = next((one for one in draft.context.cohort.sources if one.id == draft.spec.source_id), None)
    loaded = draft.context.dictionary.instrument(used.instrument) if used else None
    return loaded if loaded is not None and not loaded.is_survey else None


def areas_of(draft: Draft) -> tuple[Area, ...]:
    """The areas that an exhibit names and that have any result."""
    instrument = instrument_of(draft)
    named = instrument.named(draft.spec.indicators) if instrument else ()
    return tuple(area for area in named if area.area in draft.results.by_indicator)


def total(label: str) -> Area:
    """The line of all areas together: the results of no area."""
    return Area(area="", label=label, status=Status.CONFIRMED, source="")


def chosen(draft: Draft, choices: str | FieldRole) -> tuple[Choice, ...]:
    """The choices of a set, or of a role, of the instrument behind an exhibit."""
    instrument = instrument_of(draft)
    if instrument is None:
        return ()
    return instrument.chosen_by(choices) if isinstance(choices, FieldRole) else instrument.chosen(choices)


def aim_of(instrument: LoadedInstrument | None) -> Choice | None:
    """The status that is aimed at: done, held, met."""
    return next((one for one in instrument.chosen_by(FieldRole.STATUS) if one.counts), None) if instrument else None


def blocks_of(draft: Draft, areas: tuple[Area, ...]) -> tuple[Block, ...]:
    """One block per part of the areas, headed by the label that the choices ``part`` give it."""
    labels = {one.code: one.label for one in chosen(draft, "part")}
    parts = dict.fromkeys(area.part for area in areas)
    if len(parts) < 2:
        return (Block("", areas),)
    return tuple(Block(labels.get(part, part), tuple(area for area in areas if area.part == part)) for part in parts)


def count_of(draft: Draft, group: str, level: str, *, area: str = "", wave: str = "", authority: str | None = None) -> Result | None:
    """How many there are of a choice: in the authority of the report, unless another is named."""
    return draft.find(Quantity.COUNT, indicator=area, wave=wave, group=group, level=level,
                      authority=draft.context.authority if authority is None else authority)


def gap_of(draft: Draft, area: Area, first: Choice, other: Choice, authority: str | None = None) -> Result | None:
    """One body of raters minus another, at the last wave."""
    return draft.find(Quantity.DIFFERENCE, indicator=area.area, wave=draft.context.wave.id, group=RATERS, level=other.code,
                      contrast=Contrast.LEVEL, reference=first.code, authority=draft.context.authority if authority is None else authority)


def number_field(key: str, head: str, find: Finder, context: Context, *, counted: bool = True, unit: str = "", group: str = "") -> Field:
    """The column of a count of actions, visits or people; without a result it is 0 where all of them were ``counted``, else not available."""
    return Field(Column(key, head, unit, numeric=True, group=group),
                 lambda one: Cell("0") if (row := find(one)) is None and counted else count_cell(row, context, "estimate"))


def count_words(row: Result | None, context: Context, field: str = "estimate") -> str:
    """A count in a sentence; without a result it is 0."""
    return "0" if row is None else number_words(row, context, field=field)


def day_cell(row: Result | None, context: Context, *, absent: str) -> Cell:
    """A day in words, or the word for none."""
    if row is None:
        return words_cell(context.say(absent))
    if context.state(row) is not State.SHOWN:
        return symbol_cell(row, context, "estimate")
    return cell_of(row, "estimate", day_words(float(row.estimate), context), float(row.estimate))


def day_words(days: float, context: Context) -> str:
    """A day as a narrow column has it: ``12 May 2020``."""
    return context.day(EPOCH + timedelta(days=int(days)), short=True)
