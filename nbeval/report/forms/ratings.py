"""Tables of ratings: level, gap between bodies of raters, movement, agreement."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.models import Area, Choice, ExhibitRow
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, difference_cell, grid, interval_cell, level_cell, symbol_cell
from nbeval.report.context import Context
from nbeval.report.columns import interval_label
from nbeval.report.forms.source_parts import (
    RATERS, Table, area_field, areas_of, bodies_of, gap_of, level_of, number_cell, rating_cell,
)
from nbeval.report.numerals import RATING, NumberFormat
from nbeval.report.results import Result, Results, State, key_of

#: a difference of less than half a step of the scale is called alike
ALIKE = 0.5
_NOBODY = Choice(choices=RATERS, code="", label="", source="")


def ratings(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas; the rating of each body of raters at the wave of the report, as number and word."""
    areas = areas_of(spec, rows, context)
    fields = [area_field(context)]
    for body in bodies_of(spec, context) or (_NOBODY,):
        fields.append(Field(
            Column(f"level_{body.code}", body.label or context.say("rating")),
            lambda area, body=body: rating_cell(
                level_of(rows, spec, context, area.area, wave=context.wave.id, raters=body.code, authority=context.authority),
                spec, context),
        ))
    return grid(fields, (Block("", areas),))


def gaps(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas; both bodies of raters, the difference, and in words who rates higher."""
    bodies = bodies_of(spec, context)
    if len(bodies) < 2:
        return (), ()
    first, other = bodies[:2]
    columns, body = ratings(rows, spec, context)

    def gap(area: Area) -> Result | None:
        return gap_of(rows, spec, area.area, wave=context.wave.id, first=first.code, other=other.code, authority=context.authority)

    fields = [
        Field(Column("gap", context.say("difference"), context.say("steps_short"), numeric=True),
              lambda area: difference_cell(gap(area), context, RATING)),
        Field(Column("says", context.say("who_higher")), lambda area: higher_cell(gap(area), first, other, context)),
    ]
    more, beside = grid(fields, (Block("", areas_of(spec, rows, context)),))
    joined = tuple(type(row)((*row.cells, *extra.cells)) for row, extra in zip(body, beside, strict=True))
    return (*columns, *more), joined


def higher_cell(row: Result | None, first: Choice, other: Choice, context: Context) -> Cell:
    """Who rates higher: by the test where there is one, else by size."""
    if context.state(row) is not State.SHOWN:
        return symbol_cell(row, context, "estimate")
    return Cell(context.say(_direction(row), first=first.label, other=other.label), None, key_of(row), "estimate")


def _direction(row: Result) -> str:
    """The key of the words for a gap."""
    if row.verdict:
        known = {Verdict.HIGHER.value: "gap_first", Verdict.LOWER.value: "gap_other"}
        return known.get(row.verdict, "gap_unclear")
    if abs(row.estimate) < ALIKE:
        return "gap_alike"
    return "gap_first" if row.estimate > 0 else "gap_other"


def gaps_by_place(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas, columns authorities; the difference between the first two bodies of raters."""
    bodies = bodies_of(spec, context)
    if len(bodies) < 2:
        return (), ()

    def cell(area: Area, authority: str) -> Cell:
        row = gap_of(rows, spec, area.area, wave=context.wave.id, first=bodies[0].code, other=bodies[1].code, authority=authority)
        return difference_cell(row, context, RATING)

    fields = [area_field(context)]
    fields += [
        Field(Column(f"gap_{authority}", context.authority_name(authority), numeric=True),
              lambda area, authority=authority: cell(area, authority))
        for authority in context.cohort.authorities
    ]
    fields.append(Field(Column("gap_all", context.say("all"), numeric=True), lambda area: cell(area, "")))
    return grid(fields, (Block("", areas_of(spec, rows, context)),))


@dataclass(frozen=True)
class _Rated:
    """An area as one body of raters sees it."""

    area: Area
    raters: str

    @property
    def label(self) -> str:
        """The label of the area."""
        return self.area.label


def movement(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas under each body of raters; the first wave, the last, the change, and what the test says."""
    areas = areas_of(spec, rows, context)

    def moved(one: _Rated) -> Result | None:
        return rows.find(
            spec.source_id, Quantity.CHANGE, indicator=one.area.area, wave=context.wave.id, authority=context.authority,
            group=RATERS if one.raters else "", level=one.raters, contrast=Contrast.WAVE, reference=context.first.id)

    fields = [area_field(context)]
    for wave in (context.first, context.wave):
        fields.append(Field(Column(f"{wave.id}_level", wave.label), lambda one, wave=wave: rating_cell(
            level_of(rows, spec, context, one.area.area, wave=wave.id, raters=one.raters, authority=context.authority), spec, context)))
    fields.append(Field(Column("change", context.say("change"), context.say("steps_short"), numeric=True),
                        lambda one: difference_cell(moved(one), context, RATING)))
    if not context.authority:
        fields.append(Field(Column("verdict", context.say("verdict")), lambda one: _verdict(moved(one), context)))
    bodies = bodies_of(spec, context) or (_NOBODY,)
    return grid(fields, [Block(body.label, tuple(_Rated(area, body.code) for area in areas)) for body in bodies])


def _verdict(row: Result | None, context: Context) -> Cell:
    """What the test says, or that there was none."""
    if row is None or not row.verdict:
        return symbol_cell(row, context, "p_value") if row is None or row.suppression else Cell(
            context.say("not_tested"), None, key_of(row), "verdict")
    return Cell(context.words.get(row.verdict, row.verdict), None, key_of(row), "verdict")


def agreement(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are waves; weighted kappa of the first two bodies of raters, its interval, and the pairs it stands on."""
    bodies = bodies_of(spec, context)
    if len(bodies) < 2 or context.authority:
        return (), ()
    form = NumberFormat(2)

    def row(wave: object) -> Result | None:
        return rows.find(spec.source_id, Quantity.KAPPA, wave=wave.id, group=RATERS, level=bodies[1].code,
                         contrast=Contrast.LEVEL, reference=bodies[0].code)

    fields = [
        Field(Column("label", context.say("wave_column"), header=True), lambda wave: Cell(wave.label)),
        Field(Column("kappa", context.say("kappa"), numeric=True), lambda wave: level_cell(row(wave), context, form)),
        Field(Column("kappa_interval", interval_label(context), numeric=True), lambda wave: interval_cell(row(wave), context, form)),
        Field(Column("pairs", context.say("pairs"), numeric=True), lambda wave: _pairs(row(wave), context)),
    ]
    return grid(fields, (Block("", tuple(wave for wave in context.waves if row(wave) is not None)),))


def _pairs(row: Result | None, context: Context) -> Cell:
    """How many pairs of ratings there are: a count of points, not of people."""
    if row is None or context.state(row, "n_eligible") is not State.SHOWN:
        return symbol_cell(row, context, "n_eligible")
    return number_cell(row._replace(estimate=row.n_eligible), context)
