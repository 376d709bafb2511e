"""The programme as it was run: who entered it, on which conditions, and which visits and events were held, when and with whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole, Symbol
from nbeval.dictionary.models import Area
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, cell_of, symbol_cell, words_cell
from nbeval.report.charts.data import EPOCH, ChartData, Period
from nbeval.report.kinds.kind import Toned, itself
from nbeval.report.kinds.of_source import DELIVERY, INVOLVEMENT, KIND, OfSource, total
from nbeval.report.results import Result, State

#: levels of the group of results on delivery
PLANNED, HELD, PEOPLE, STAFF = "planned", "held", "people", "staff"


class Delivered(OfSource):
    """Rows are visits under their phases; planned, held, how, and who was there."""

    id = "delivered"
    unit_words, base_words = "unit_delivered", "base_delivered"

    def columns(self) -> Iterator[Field]:
        yield self.column.label("visit")
        levels = {level: (DELIVERY, level, self.say(f"delivery_{level}")) for level in (PLANNED, HELD, PEOPLE, STAFF)}
        kinds, involved = (self.chosen(role) for role in (FieldRole.KIND, FieldRole.INVOLVEMENT))
        counts = [levels[PLANNED], levels[HELD], *((KIND, one.code, one.label) for one in kinds), levels[PEOPLE], levels[STAFF],
                  *((INVOLVEMENT, one.code, f"{self.say('consultants')}: {one.label.lower()}") for one in involved if one.counts)]
        for group, level, label in counts:
            yield self.whole_field(f"{group}_{level}", label, lambda area, group=group, level=level: self.counted(
                group, level, area=area.area))

    def blocks(self) -> Iterable[Block]:
        return (*self.by_part(), Block(self.say("in_all"), (total(self.say("all_visits")),) if self.areas else ()))

    def sentence(self) -> str:
        """How many visits were held of those planned, and how many people were there."""
        rows = {level: self.counted(DELIVERY, level) for level in (HELD, PLANNED, PEOPLE)}
        texts = {level: self.count_words(row) for level, row in rows.items()}
        words = "said_delivered_people" if self.context.state(rows[PEOPLE]) is State.SHOWN else "said_delivered"
        return self.say(words, **texts, names=self.context.dictionary.programme.people.many)


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

    def columns(self) -> Iterator[Field]:
        context = self.context
        own = [Days(context.authority, level, self.say(f"day_{level}")) for level in (PLANNED, HELD)]
        each = [Days(authority, HELD, context.authority_name(authority)) for authority in context.cohort.authorities]
        yield self.column.label("visit")
        for days in own if context.authority else each:
            yield Toned(Column(f"{days.level}_{days.authority}", days.label), lambda area, days=days: self._cell(area, days),
                        lambda area, days=days: days.level)

    def blocks(self) -> Iterable[Block]:
        return self.by_part()

    def chart_data(self) -> ChartData:
        own = bool(self.context.authority)
        return self.grid_chart(
            unit=self.say("timeline_axis_own" if own else "timeline_axis"), periods=self._periods(),
            legend={level: self.say(f"timeline_{level}") for level in (PLANNED, HELD)} if own else {},
            words={f"month_{number}": name for number, name in enumerate(self.context.words.months_short, start=1)})

    def _cell(self, area: Area, days: Days) -> Cell:
        """The day of a visit in words, or the word for none."""
        row = self.find(Quantity.DAY, indicator=area.area, authority=days.authority, group=DELIVERY, level=days.level)
        if row is None:
            return words_cell(self.say("not_held" if days.level == HELD else "not_planned"))
        if self.context.state(row) is not State.SHOWN:
            return symbol_cell(row, self.context, "estimate")
        return cell_of(row, "estimate", self.day_words(float(row.estimate)), float(row.estimate))

    def _periods(self) -> tuple[Period, ...]:
        """The times to which the notes on the cohort speak."""
        dated = ((note, *(float((day - EPOCH).days) for day in (note.starts, note.ends)))
                 for note in self.context.cohort.notes if note.starts and note.ends)
        return tuple(Period(note.label or note.id, start, end, self.day_words(start), self.day_words(end))
                     for note, start, end in dated)


class Conditions(OfSource):
    """Rows are conditions; at each wave how many authorities meet each choice, or what one authority meets."""

    id = "conditions"
    unit_words, base_words = "unit_conditions", "base_conditions"
    unit_of_one, base_of_one = "unit_conditions_one", "base_conditions_one"
    source_words = "source_waves"

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        found = [row for area in self.areas for row in self._counts(area)]
        choices = [one for name in sorted({row.group for row in found}) for one in self.chosen(name)]
        yield make.label("condition")
        for wave in context.waves:
            if context.authority:
                yield Field(Column(f"{wave.id}_stands", wave.label), lambda area, wave=wave: self._met(area, wave.id))
                continue
            for one in choices:
                yield make.count(f"{wave.id}_{one.code}", lambda area, one=one, wave=wave: self.counted(
                    one.choices, one.code, area=area.area, wave=wave.id, authority=""), "estimate",
                    head=one.label, group=self.head_of(wave))

    def _counts(self, area: Area, **key: str) -> tuple[Result, ...]:
        """The counts of a condition."""
        return self.results.where(source=self.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, **key)

    def _met(self, area: Area, wave: str) -> Cell:
        """What the authority of the report meets, in words."""
        met = next((row for row in self._counts(area, wave=wave, authority=self.context.authority) if row.estimate == 1), None)
        if met is None:
            symbol = self.context.symbol(Symbol.NOT_AVAILABLE)
            return Cell(symbol, symbol=symbol)
        return words_cell(self.instrument.choice(met.group, met.level).label, met, "estimate")


class Applications(OfSource):
    """Rows are what became of applications; how many, of all."""

    id = "applications"
    unit_words, base_words = "unit_applications", "base_applications"

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("decision", lambda row: self.instrument.choice(row.group, row.level).label),
                make.count("applicants", itself, "estimate"),
                make.count("of_all", itself, "n_eligible", head=self.say("of_all_applicants"))]

    def blocks(self) -> Iterable[Block]:
        return (Block("", self._decisions()),)

    def sentence(self) -> str:
        """How many applied and what became of them."""
        row = self._decisions()[0]
        label = self.instrument.choice(row.group, row.level).label.lower()
        return self.say("said_applications", total=self.count_words(row, "n_eligible"), count=self.count_words(row), label=label)

    def _decisions(self) -> tuple[Result, ...]:
        """The results, in the order of the choices."""
        instrument = self.instrument
        order = {one.code: place for place, one in enumerate(instrument.choices)} if instrument else {}
        found = (row for area in self.areas for row in self.results.where(
            source=self.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, authority=""))
        return tuple(sorted(found, key=lambda row: order[row.level]))
