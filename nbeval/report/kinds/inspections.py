"""Judgements of inspectors: the last grade before the first wave, the last by a later one, and the direction between them."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole, Quantity
from nbeval.dictionary.models import Area, Wave
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, Table, cell_of, grid, words_cell
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import KIND, STATUS, OfSource, area_field, areas_of, chosen_by, day_words
from nbeval.report.results import Result

#: the group of the days of judgements, and its level
JUDGED, HELD = "judged", "held"


@dataclass(frozen=True)
class Line:
    """What one line of the table is on."""

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
    """Rows are authorities under each area, or the areas of one; the last judgement at each wave, and the direction."""

    id = "judgements"
    unit_words, base_words = "unit_judgements", "base_judgements"
    shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        context = draft.context
        fields = [area_field(draft, "source_area" if context.authority else "authority")]
        fields += [field for wave in context.waves for field in self._fields(wave, draft)]
        if context.shows_change:
            fields.append(Field(Column("direction", context.say("direction")), lambda line: self._direction(line, draft)))
        if context.authority:
            return grid(fields, (Block("", tuple(Line(area.label, area, context.authority) for area in areas_of(draft))),))
        return grid(fields, (Block(area.label, self._lines(area, draft)) for area in areas_of(draft)))

    def sentence(self, draft: Draft) -> str:
        """How many authorities had a grade that is aimed at, on the first area; nothing in a report on one of them."""
        context = draft.context
        if context.authority:
            return ""
        area, aims = areas_of(draft)[0], [one for one in chosen_by(draft, FieldRole.STATUS) if one.counts]

        def reached(wave: Wave) -> tuple[int, int]:
            given = [last.grade.level for line in self._lines(area, draft) if (last := self._last(line, wave, draft))]
            return sum(grade in {aim.code for aim in aims} for grade in given), len(given)

        (before, total_before), (count, total) = reached(context.first), reached(context.wave)
        words = {"label": area.label, "grades": f" {draft.say('or')} ".join(aim.label.lower() for aim in aims), "count": count, "total": total}
        if not context.shows_change or not total:
            return draft.say("said_judged" if total else "said_judged_none", **words)
        if not total_before:
            return draft.say("said_judged_first", **words)
        return draft.say("said_judged_since", **words, before=before, total_before=total_before)

    def _lines(self, area: Area, draft: Draft) -> tuple[Line, ...]:
        """The authorities under one area."""
        return tuple(Line(draft.context.authority_name(one), area, one) for one in draft.context.cohort.authorities)

    def _fields(self, wave: Wave, draft: Draft) -> tuple[Field, Field]:
        """The columns of one wave: the grade, and the day with the framework."""
        group = draft.say("judged_before" if wave is draft.context.first else "judged_by", wave=wave.label)
        return (Field(Column(f"{wave.id}_grade", draft.say("grade"), group=group), lambda line: self._grade(self._last(line, wave, draft), draft)),
                Field(Column(f"{wave.id}_day", draft.say("judged_on"), group=group), lambda line: self._day(self._last(line, wave, draft), draft)))

    def _last(self, line: Line, wave: Wave, draft: Draft) -> Judgement | None:
        """The last judgement of an authority at a wave; None where there is none."""
        about = {"source": draft.spec.source_id, "indicator": line.area.area, "wave": wave.id, "authority": line.authority}
        chosen = {row.group: row for row in draft.results.where(**about, quantity=Quantity.COUNT) if row.estimate == 1}
        days = draft.results.where(**about, quantity=Quantity.DAY, group=JUDGED, level=HELD)
        return Judgement(chosen[STATUS], chosen[KIND], days[0]) if days else None

    def _grade(self, last: Judgement | None, draft: Draft) -> Cell:
        """The grade in words."""
        if last is None:
            return words_cell(draft.say("judged_never"))
        grades = {one.code: one.label for one in chosen_by(draft, FieldRole.STATUS)}
        return words_cell(grades[last.grade.level], last.grade, "estimate")

    def _day(self, last: Judgement | None, draft: Draft) -> Cell:
        """The day, and the framework the judgement was made under."""
        if last is None:
            return words_cell(draft.say("judged_never"))
        frameworks, day = {one.code: one.label for one in chosen_by(draft, FieldRole.KIND)}, float(last.day.estimate)
        text = draft.say("judged_day", day=day_words(day, draft.context), framework=frameworks[last.framework.level])
        return cell_of(last.day, "estimate", text, day)

    def _direction(self, line: Line, draft: Draft) -> Cell:
        """Which way the grade went from before the first wave to the last; grades are declared with the best first."""
        before, after = (self._last(line, wave, draft) for wave in (draft.context.first, draft.context.wave))
        if before is None or after is None:
            return words_cell(draft.say("judged_first" if after else "judged_never"))
        if before.day.estimate == after.day.estimate:
            return words_cell(draft.say("judged_not_again"))
        order = [one.code for one in chosen_by(draft, FieldRole.STATUS)]
        step = order.index(before.grade.level) - order.index(after.grade.level)
        direction = draft.say("judged_better" if step > 0 else "judged_worse" if step < 0 else "judged_same")
        if before.framework.level == after.framework.level:
            return words_cell(direction)
        return words_cell(draft.say("judged_other_framework", direction=direction))
