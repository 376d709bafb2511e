"""Judgements of inspectors as a table: the last grade before the first wave, the last by a later one, and the direction."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.enums import FieldRole, Quantity
from nbeval.dictionary.models import Area, ExhibitRow, Wave
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, grid
from nbeval.report.context import Context
from nbeval.report.forms.source_parts import KIND, STATUS, Table, areas_of, day_text, instrument_of
from nbeval.report.results import Result, Results, key_of

#: the group of the days of judgements, and its level
JUDGED, HELD = "judged", "held"


@dataclass(frozen=True)
class _Line:
    """What one line of the table is on."""

    label: str
    area: Area
    authority: str


@dataclass(frozen=True)
class _Judgement:
    """The last judgement at a wave: its grade, its framework, its day."""

    grade: Result
    framework: Result
    day: Result


def judgements(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are authorities under each area, or the areas of one; the last judgement at each wave, and the direction."""
    areas = areas_of(spec, rows, context)
    word = "source_area" if context.authority else "authority"
    fields = [Field(Column("label", context.say(word), header=True), lambda line: Cell(line.label))]
    for wave in context.waves:
        fields += _at(rows, spec, context, wave)
    if context.shows_change:
        fields.append(Field(Column("direction", context.say("direction")), lambda line: _direction(rows, spec, context, line)))
    if context.authority:
        return grid(fields, (Block("", tuple(_Line(area.label, area, context.authority) for area in areas)),))
    return grid(fields, (
        Block(area.label, tuple(_Line(context.authority_name(one), area, one) for one in context.cohort.authorities)) for area in areas))


def _at(rows: Results, spec: ExhibitRow, context: Context, wave: Wave) -> tuple[Field, Field]:
    """The columns of one wave: the grade, and the day with the framework."""
    group = context.say("judged_before" if wave is context.first else "judged_by", wave=wave.label)
    return (
        Field(Column(f"{wave.id}_grade", context.say("grade"), group=group),
              lambda line: _grade_cell(_last(rows, spec, line, wave), spec, context)),
        Field(Column(f"{wave.id}_day", context.say("judged_on"), group=group),
              lambda line: _day_cell(_last(rows, spec, line, wave), spec, context)),
    )


def _last(rows: Results, spec: ExhibitRow, line: _Line, wave: Wave) -> _Judgement | None:
    """The last judgement of an authority at a wave; None where there is none."""
    about = {"source": spec.source_id, "indicator": line.area.area, "wave": wave.id, "authority": line.authority}
    chosen = {row.group: row for row in rows.where(**about, quantity=Quantity.COUNT) if row.estimate == 1}
    days = rows.where(**about, quantity=Quantity.DAY, group=JUDGED, level=HELD)
    return _Judgement(chosen[STATUS], chosen[KIND], days[0]) if days else None


def _grade_cell(last: _Judgement | None, spec: ExhibitRow, context: Context) -> Cell:
    """The grade in words."""
    if last is None:
        return Cell(context.say("judged_never"))
    grades = {one.code: one.label for one in instrument_of(spec, context).chosen_by(FieldRole.STATUS)}
    return Cell(grades[last.grade.level], None, key_of(last.grade), "estimate")


def _day_cell(last: _Judgement | None, spec: ExhibitRow, context: Context) -> Cell:
    """The day, and the framework the judgement was made under."""
    if last is None:
        return Cell(context.say("judged_never"))
    frameworks = {one.code: one.label for one in instrument_of(spec, context).chosen_by(FieldRole.KIND)}
    day = float(last.day.estimate)
    text = context.say("judged_day", day=day_text(day, context), framework=frameworks[last.framework.level])
    return Cell(text, day, key_of(last.day), "estimate")


def _direction(rows: Results, spec: ExhibitRow, context: Context, line: _Line) -> Cell:
    """Which way the grade went from before the first wave to the last; grades are declared with the best first."""
    before, after = (_last(rows, spec, line, wave) for wave in (context.first, context.wave))
    if before is None or after is None:
        return Cell(context.say("judged_first" if after else "judged_never"))
    if before.day.estimate == after.day.estimate:
        return Cell(context.say("judged_not_again"))
    order = [one.code for one in instrument_of(spec, context).chosen_by(FieldRole.STATUS)]
    step = order.index(before.grade.level) - order.index(after.grade.level)
    direction = context.say("judged_better" if step > 0 else "judged_worse" if step < 0 else "judged_same")
    if before.framework.level == after.framework.level:
        return Cell(direction)
    return Cell(context.say("judged_other_framework", direction=direction))
