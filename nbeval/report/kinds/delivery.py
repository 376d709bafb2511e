"""The programme as it was run: who entered it, on which conditions, and which visits and events were held, when and with whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole, Symbol
from nbeval.dictionary.models import Area
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, words_cell
from nbeval.report.charts.data import EPOCH, ChartData, Period
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.marks import Toned, grid_chart
from nbeval.report.kinds.of_source import (
    DELIVERY, INVOLVEMENT, KIND, OfSource, areas_of, blocks_of, chosen, count_of, count_words, day_cell, day_words, instrument_of,
    number_field, total,
)
from nbeval.report.results import Result, State

#: levels of the group of results on delivery
PLANNED, HELD, PEOPLE, STAFF = "planned", "held", "people", "staff"


class Delivered(OfSource):
    """Rows are visits under their phases; planned, held, how, and who was there."""

    id = "delivered"
    unit_words, base_words = "unit_delivered", "base_delivered"

    def columns(self, draft: Draft) -> Iterator[Field]:
        yield Columns(draft).label("visit")
        levels = {level: (DELIVERY, level, draft.say(f"delivery_{level}")) for level in (PLANNED, HELD, PEOPLE, STAFF)}
        counts = [
            levels[PLANNED], levels[HELD], *((KIND, one.code, one.label) for one in chosen(draft, FieldRole.KIND)), levels[PEOPLE], levels[STAFF],
            *((INVOLVEMENT, one.code, f"{draft.say('consultants')}: {one.label.lower()}") for one in chosen(draft, FieldRole.INVOLVEMENT) if one.counts),
        ]
        for group, level, label in counts:
            yield number_field(f"{group}_{level}", label, lambda area, group=group, level=level: count_of(draft, group, level, area=area.area), draft.context)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        areas = areas_of(draft)
        return (*blocks_of(draft, areas), Block(draft.say("in_all"), (total(draft.say("all_visits")),) if areas else ()))

    def sentence(self, draft: Draft) -> str:
        """How many visits were held of those planned, and how many people were there."""
        rows = {level: count_of(draft, DELIVERY, level) for level in (HELD, PLANNED, PEOPLE)}
        texts = {level: count_words(row, draft.context) for level, row in rows.items()}
        with_people = draft.context.state(rows[PEOPLE]) is State.SHOWN
        return draft.say("said_delivered_people" if with_people else "said_delivered", **texts, names=draft.context.dictionary.programme.people.many)


@dataclass(frozen=True)
class Days:
    """A column of days: those on which visits were planned or held in one authority."""

    authority: str
    level: str
    label: str


class Calendar(OfSource):
    """Rows are visits under their phases; the day each was held in every authority, or planned and held in one."""

    id = "calendar"
    marks = ("days",)
    unit_words, base_words = "unit_calendar", "base_calendar"
    shows_single_authorities = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        context = draft.context
        own = [Days(context.authority, level, draft.say(f"day_{level}")) for level in (PLANNED, HELD)]
        each = [Days(authority, HELD, context.authority_name(authority)) for authority in context.cohort.authorities]
        yield Columns(draft).label("visit")
        for days in own if context.authority else each:
            yield Toned(Column(f"{days.level}_{days.authority}", days.label), lambda area, days=days: self._cell(area, days, draft),
                        lambda area, days=days: days.level)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return blocks_of(draft, areas_of(draft))

    def chart_data(self, draft: Draft) -> ChartData:
        context, own = draft.context, bool(draft.context.authority)
        return grid_chart(
            self.columns(draft), self.blocks(draft), context, unit=draft.say("timeline_axis_own" if own else "timeline_axis"),
            legend={level: draft.say(f"timeline_{level}") for level in (PLANNED, HELD)} if own else {}, periods=self._periods(draft),
            words={f"month_{number}": name for number, name in enumerate(context.words.months_short, start=1)})

    def _cell(self, area: Area, days: Days, draft: Draft) -> Cell:
        """The day of a visit."""
        row = draft.find(Quantity.DAY, indicator=area.area, authority=days.authority, group=DELIVERY, level=days.level)
        return day_cell(row, draft.context, absent="not_held" if days.level == HELD else "not_planned")

    def _periods(self, draft: Draft) -> tuple[Period, ...]:
        """The times to which the notes on the cohort speak."""
        dated = ((note, *(float((day - EPOCH).days) for day in (note.starts, note.ends)))
                 for note in draft.context.cohort.notes if note.starts and note.ends)
        return tuple(Period(note.label or note.id, start, end, day_words(start, draft.context), day_words(end, draft.context))
                     for note, start, end in dated)


class Conditions(OfSource):
    """Rows are conditions; at each wave how many authorities meet each choice, or what one authority meets."""

    id = "conditions"
    unit_words, base_words = "unit_conditions", "base_conditions"
    unit_of_one, base_of_one = "unit_conditions_one", "base_conditions_one"
    source_words = "source_waves"

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        found = [row for area in areas_of(draft) for row in self._counts(area, draft)]
        choices = [one for name in sorted({row.group for row in found}) for one in chosen(draft, name)]
        yield make.label("condition")
        for wave in context.waves:
            if context.authority:
                yield Field(Column(f"{wave.id}_stands", wave.label), lambda area, wave=wave: self._met(area, wave.id, draft))
                continue
            for one in choices:
                yield make.count(f"{wave.id}_{one.code}", one.label, lambda area, one=one, wave=wave: count_of(
                    draft, one.choices, one.code, area=area.area, wave=wave.id, authority=""), "estimate", wave.label if context.shows_change else "")

    def _counts(self, area: Area, draft: Draft, **key: str) -> tuple[Result, ...]:
        """The counts of a condition."""
        return draft.results.where(source=draft.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, **key)

    def _met(self, area: Area, wave: str, draft: Draft) -> Cell:
        """What the authority of the report meets, in words."""
        met = next((row for row in self._counts(area, draft, wave=wave, authority=draft.context.authority) if row.estimate == 1), None)
        if met is None:
            symbol = draft.context.symbol(Symbol.NOT_AVAILABLE)
            return Cell(symbol, symbol=symbol)
        return words_cell(instrument_of(draft).choice(met.group, met.level).label, met, "estimate")


class Applications(OfSource):
    """Rows are what became of applications; how many, of all."""

    id = "applications"
    unit_words, base_words = "unit_applications", "base_applications"

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)
        return [make.label("decision", lambda row: instrument_of(draft).choice(row.group, row.level).label),
                make.count("applicants", draft.say("applicants"), lambda row: row, "estimate"),
                make.count("of_all", draft.say("of_all_applicants"), lambda row: row, "n_eligible")]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", self._decisions(draft)),)

    def sentence(self, draft: Draft) -> str:
        """How many applied and what became of them."""
        row, context = self._decisions(draft)[0], draft.context
        label = instrument_of(draft).choice(row.group, row.level).label.lower()
        return draft.say("said_applications", total=count_words(row, context, "n_eligible"), count=count_words(row, context), label=label)

    def _decisions(self, draft: Draft) -> tuple[Result, ...]:
        """The results, in the order of the choices."""
        instrument = instrument_of(draft)
        order = {one.code: place for place, one in enumerate(instrument.choices)} if instrument else {}
        found = (row for area in areas_of(draft) for row in draft.results.where(
            source=draft.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, authority=""))
        return tuple(sorted(found, key=lambda row: order[row.level]))
