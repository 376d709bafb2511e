"""Delivery: visits and events that were planned and held, who was there, and on which days."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid
from nbeval.report.charts.data import ChartData, Period
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import (
    DELIVERY, EPOCH, INVOLVEMENT, KIND, GridColumn, OfSource, area_field, areas_of, blocks_of, chosen_by, count_of, count_words, day_cell, day_words,
    grid_chart, number_cell, total,
)
from nbeval.report.results import State

#: levels of the group of results on delivery
PLANNED, HELD, PEOPLE, STAFF = "planned", "held", "people", "staff"


class Delivered(OfSource):
    """Rows are visits under their phases; planned, held, how, and who was there."""

    id = "delivered"
    unit_words, base_words = "unit_delivered", "base_delivered"

    def table(self, draft: Draft) -> Table:
        fields = [
            Field(Column(f"{group}_{level}", label, numeric=True),
                  lambda area, group=group, level=level: number_cell(count_of(draft, group, level, area=area.area), draft.context))
            for group, level, label in self._columns(draft)
        ]
        areas = areas_of(draft)
        last = (Block(draft.say("in_all"), (total(draft.say("all_visits")),)),) if areas else ()
        return grid([area_field(draft, "visit"), *fields], (*blocks_of(draft, areas), *last))

    def sentence(self, draft: Draft) -> str:
        """How many visits were held of those planned, and how many people were there."""
        held, planned, people = (count_of(draft, DELIVERY, level) for level in (HELD, PLANNED, PEOPLE))
        texts = {name: count_words(row, draft.context) for name, row in (("held", held), ("planned", planned), ("people", people))}
        if draft.context.state(people) is not State.SHOWN:
            return draft.say("said_delivered", held=texts["held"], planned=texts["planned"])
        return draft.say("said_delivered_people", **texts, names=draft.context.dictionary.programme.people.many)

    def _columns(self, draft: Draft) -> list[tuple[str, str, str]]:
        """The group, the level and the head of each column of counts."""
        part = draft.say("consultants")
        levels = {level: (DELIVERY, level, draft.say(f"delivery_{level}")) for level in (PLANNED, HELD, PEOPLE, STAFF)}
        return [
            levels[PLANNED], levels[HELD], *((KIND, one.code, one.label) for one in chosen_by(draft, FieldRole.KIND)),
            levels[PEOPLE], levels[STAFF],
            *((INVOLVEMENT, one.code, f"{part}: {one.label.lower()}") for one in chosen_by(draft, FieldRole.INVOLVEMENT) if one.counts),
        ]


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

    def table(self, draft: Draft) -> Table:
        fields = [Field(Column(f"{days.level}_{days.authority}", days.label), lambda area, days=days: self._cell(area, days, draft))
                  for days in self._columns(draft)]
        return grid([area_field(draft, "visit"), *fields], blocks_of(draft, areas_of(draft)))

    def chart_data(self, draft: Draft) -> ChartData:
        context, own = draft.context, bool(draft.context.authority)
        columns = (GridColumn(days.label, lambda area, days=days: self._cell(area, days, draft), lambda area, days=days: days.level)
                   for days in self._columns(draft))
        return grid_chart(
            columns, blocks_of(draft, areas_of(draft)), context, unit=draft.say("timeline_axis_own" if own else "timeline_axis"),
            legend={level: draft.say(f"timeline_{level}") for level in (PLANNED, HELD)} if own else {}, periods=self._periods(draft),
            words={f"month_{number}": name for number, name in enumerate(context.words.months_short, start=1)})

    def _columns(self, draft: Draft) -> list[Days]:
        """The columns of days."""
        context = draft.context
        if context.authority:
            return [Days(context.authority, level, draft.say(f"day_{level}")) for level in (PLANNED, HELD)]
        return [Days(authority, HELD, context.authority_name(authority)) for authority in context.cohort.authorities]

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
