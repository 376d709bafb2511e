"""What public bodies published on authorities: official figures over the years, and judgements of inspectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole, Quantity
from nbeval.dictionary.models import Area, Wave
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import PERCENT, Block, Field, cell_of, level_cell, words_cell
from nbeval.report.draft import named
from nbeval.report.kinds.of_source import KIND, STATUS, OfSource
from nbeval.report.numerals import TWO_DIGITS
from nbeval.report.results import Result

#: the group of official figures by year
YEAR = "year"
#: the group of the days of judgements, and its level
JUDGED, HELD = "judged", "held"


class Official(OfSource):
    """Rows are measures; columns are authorities at the last year before the survey closed, or the years of one authority."""

    id = "official"
    unit_words, base_words = "unit_official", "base_official"
    shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        own, years = self.context.authority, self._years()
        yield self.column.label("official_measure")
        for authority, year in [(own, year)
                                for year in years] if own else [(one, years[-1]) for one in self.context.cohort.authorities if years]:
            label = self.say("official_year", year=year)
            column = Column(f"{authority}_{year}", label if own else self.context.authority_name(authority), numeric=True,
                            group="" if own else label)
            yield Field(column, lambda one, authority=authority, year=year: self._cell(one.measure, authority, year))

    def blocks(self) -> Iterable[Block]:
        asked = named(self.spec, "measure")
        return (Block("", tuple(one for one in self.context.dictionary.official.measures
                                if one.measure in asked and one.measure in self.results.by_indicator and self._years())),)

    def _years(self) -> list[str]:
        """The years that had ended when the last wave was over; all where its days are not known."""
        last = self.context.wave.fieldwork_end if self.context.wave else None
        known = {row.level for row in self.results.rows if row.group == YEAR}
        return sorted(year for year in known if last is None or int(year) < last.year + (last.month > 3))

    def _cell(self, measure: str, authority: str, year: str) -> Cell:
        """One published figure, a mean or a percentage."""
        percent, mean = (self.find(quantity, indicator=measure, authority=authority, group=YEAR, level=year)
                         for quantity in (Quantity.PERCENT, Quantity.MEAN))
        return level_cell(percent, self.context, PERCENT) if mean is None else level_cell(mean, self.context, TWO_DIGITS)


@dataclass(frozen=True)
class Judged:
    """What one line of the table of judgements is on."""

    label: str
    area: Area
    authority: str


@dataclass(frozen=True)
class Judgement:
    """The last judgement at a wave: its grade, its framework, its day."""

    grade: Result
    framework: Result
    day: Result


class Judgements(OfSource):
    """Rows are authorities under each area, or the areas of one; the last judgement at each wave, and the direction between them."""

    id = "judgements"
    unit_words, base_words = "unit_judgements", "base_judgements"
    shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        context = self.context
        grades, frameworks = ({one.code: one.label for one in self.chosen(role)} for role in (FieldRole.STATUS, FieldRole.KIND))
        never = words_cell(self.say("judged_never"))

        def grade(last: Judgement | None) -> Cell:
            return words_cell(grades[last.grade.level], last.grade, "estimate") if last else never

        def day(last: Judgement | None) -> Cell:
            if last is None:
                return never
            text = self.say("judged_day", day=self.day_words(float(last.day.estimate)), framework=frameworks[last.framework.level])
            return cell_of(last.day, "estimate", text, float(last.day.estimate))

        yield self.column.label("source_area" if context.authority else "authority")
        for wave in context.waves:
            group = self.say("judged_before" if wave is context.first else "judged_by", wave=wave.label)
            for key, word, cell in (("grade", "grade", grade), ("day", "judged_on", day)):
                yield Field(Column(f"{wave.id}_{key}", self.say(word), group=group),
                            lambda line, wave=wave, cell=cell: cell(self._last(line, wave)))
        if context.shows_change:
            yield self.column.words("direction", "direction", lambda line: words_cell(self._direction(line)))

    def blocks(self) -> Iterable[Block]:
        context, areas = self.context, self.areas
        if context.authority:
            return (Block("", tuple(Judged(area.label, area, context.authority) for area in areas)),)
        return [Block(area.label, tuple(Judged(context.authority_name(one), area, one) for one in context.cohort.authorities))
                for area in areas]

    def sentence(self) -> str:
        """How many authorities had a grade that is aimed at, on the first area; nothing in a report on one of them."""
        context = self.context
        if context.authority:
            return ""
        first, aims = self.blocks()[0], [one for one in self.chosen(FieldRole.STATUS) if one.counts]

        def reached(wave: Wave) -> tuple[int, int]:
            given = [last.grade.level for line in first.subjects if (last := self._last(line, wave))]
            return sum(grade in {aim.code for aim in aims} for grade in given), len(given)

        (before, total_before), (count, total) = reached(context.first), reached(context.wave)
        grades = f" {self.say('or')} ".join(aim.label.lower() for aim in aims)
        words = {"label": first.heading, "grades": grades, "count": count, "total": total}
        if not context.shows_change or not total:
            return self.say("said_judged" if total else "said_judged_none", **words)
        if not total_before:
            return self.say("said_judged_first", **words)
        return self.say("said_judged_since", **words, before=before, total_before=total_before)

    def _last(self, line: Judged, wave: Wave) -> Judgement | None:
        """The last judgement of an authority at a wave; None where there is none."""
        about = {"source": self.spec.source_id, "indicator": line.area.area, "wave": wave.id, "authority": line.authority}
        given = {row.group: row for row in self.results.where(**about, quantity=Quantity.COUNT) if row.estimate == 1}
        days = self.results.where(**about, quantity=Quantity.DAY, group=JUDGED, level=HELD)
        return Judgement(given[STATUS], given[KIND], days[0]) if days else None

    def _direction(self, line: Judged) -> str:
        """Which way the grade went from before the first wave to the last; grades are declared with the best first."""
        before, after = (self._last(line, wave) for wave in (self.context.first, self.context.wave))
        if before is None or after is None:
            return self.say("judged_first" if after else "judged_never")
        if before.day.estimate == after.day.estimate:
            return self.say("judged_not_again")
        order = [one.code for one in self.chosen(FieldRole.STATUS)]
        step = order.index(before.grade.level) - order.index(after.grade.level)
        direction = self.say("judged_better" if step > 0 else "judged_worse" if step < 0 else "judged_same")
        return direction if before.framework.level == after.framework.level else self.say("judged_other_framework", direction=direction)
