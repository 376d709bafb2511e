"""What kinds of exhibit made from a source that is no survey share: its areas and choices, and cells of counts, ratings and days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from nbeval.dictionary.enums import FieldRole, Status
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Band, Choice
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, cell_of, count_cell, number_words, symbol_cell, words_cell
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.drawn import chart_of
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import RATING
from nbeval.report.results import Result, State

#: what results of these sources name as their group; the first four are also sets of choices
RATERS, STATUS, INVOLVEMENT, KIND, DELIVERY = "raters", "status", "involvement", "kind", "delivery"
EPOCH = date(1970, 1, 1)


class OfSource(Kind):
    """A kind made from a source that is no survey: its lines are words of their own, and its source may have no waves."""

    #: the keys of the words for its unit and its base in a report on one authority, where they differ
    unit_of_one: ClassVar[str] = ""
    base_of_one: ClassVar[str] = ""
    #: the waves of the report are named with the source
    names_waves: ClassVar[bool] = False

    def unit(self, draft: Draft) -> str:
        return draft.say(self.unit_of_one) if draft.context.authority and self.unit_of_one else super().unit(draft)

    def base(self, draft: Draft) -> str:
        return draft.say(self.base_of_one) if draft.context.authority and self.base_of_one else super().base(draft)

    def source(self, draft: Draft) -> str:
        context = draft.context
        if not self.names_waves:
            return draft.say("source_plain", source=self.source_label(draft))
        shown = context.waves[-1:] if self.of_last_wave else context.waves
        return draft.say("source_waves", source=self.source_label(draft), waves="; ".join(wave.label for wave in shown))


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


def chosen(draft: Draft, choices: str) -> tuple[Choice, ...]:
    """The choices of a set of the instrument behind an exhibit."""
    instrument = instrument_of(draft)
    return instrument.chosen(choices) if instrument else ()


def chosen_by(draft: Draft, role: FieldRole) -> tuple[Choice, ...]:
    """The choices of a role of the instrument behind an exhibit."""
    instrument = instrument_of(draft)
    return instrument.chosen_by(role) if instrument else ()


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


# --- results ---------------------------------------------------------------------------------------


def count_of(draft: Draft, group: str, level: str, *, area: str = "", wave: str = "", authority: str | None = None) -> Result | None:
    """How many there are of a choice: in the authority of the report, unless another is named."""
    return draft.find(Quantity.COUNT, indicator=area, wave=wave, group=group, level=level,
                      authority=draft.context.authority if authority is None else authority)


def gap_of(draft: Draft, area: Area, first: Choice, other: Choice, authority: str | None = None) -> Result | None:
    """One body of raters minus another, at the last wave."""
    return draft.find(Quantity.DIFFERENCE, indicator=area.area, wave=draft.context.wave.id, group=RATERS, level=other.code,
                      contrast=Contrast.LEVEL, reference=first.code, authority=draft.context.authority if authority is None else authority)


# --- cells and columns -----------------------------------------------------------------------------


def area_field(draft: Draft, word: str = "source_area") -> Field:
    """The column of areas, or of what else has a label."""
    return Field(Column("label", draft.say(word), header=True), lambda one: Cell(one.label))


def number_cell(row: Result | None, context: Context, *, counted: bool = True) -> Cell:
    """A count of actions, visits or people; without a result it is 0 where all of them were ``counted``, else not available."""
    return Cell("0") if row is None and counted else count_cell(row, context, "estimate")


def count_words(row: Result | None, context: Context, field: str = "estimate") -> str:
    """A count in a sentence; without a result it is 0."""
    return "0" if row is None else number_words(row, context, field=field)


def of_all_cell(row: Result | None, context: Context) -> Cell:
    """Of how many a count is."""
    return count_cell(row, context, "n_eligible")


def band_of(row: Result | None, draft: Draft) -> Band | None:
    """The band that a mean rating falls in; None where there is none to show."""
    return instrument_of(draft).band(float(row.estimate)) if draft.context.state(row) is State.SHOWN else None


def rating_cell(row: Result | None, draft: Draft) -> Cell:
    """A mean rating with the colour and the word of its band, both in words."""
    if draft.context.state(row) is not State.SHOWN:
        return symbol_cell(row, draft.context, "estimate")
    band, number = band_of(row, draft), RATING.level(float(row.estimate))
    text = draft.say("rating_band", number=number, band=band.label.lower(), colour=draft.say(f"colour_{band.colour}")) if band else number
    return cell_of(row, "estimate", text, float(row.estimate))


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


# --- grids -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GridColumn:
    """A column of a chart that is a grid: its head, the cell of a row, and how the cell is toned and shortened."""

    label: str
    cell: Callable[[Any], Cell]
    tone: Callable[[Any], str]
    short: Callable[[Any], str] = lambda subject: ""


def grid_chart(columns: Iterable[GridColumn], blocks: Iterable[Block], context: Context, **about: object) -> ChartData:
    """A mark for each cell; the first line of a block has its heading."""
    marks, columns, line = [], tuple(columns), 0
    for block in blocks:
        for place, subject in enumerate(block.subjects):
            for column in columns:
                marks.append(Mark.of_cell(column.cell(subject), line=line, label=subject.label, series=column.label,
                                          heading="" if place else block.heading, tone=column.tone(subject), short=column.short(subject)))
            line += 1
    return chart_of(marks, context, **about)
