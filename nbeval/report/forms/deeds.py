"""Tables of actions, visits and conditions: what was planned, how far it came, what was delivered."""

from __future__ import annotations

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area, Choice, ExhibitRow, Indicator, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, count_cell, difference_cell, grid, interval_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import interval_label, label_field
from nbeval.report.forms.source_parts import (
    DELIVERY, INVOLVEMENT, KIND, STATUS, Table, area_field, areas_of, blocks_of, choices_of, count_of, day_cell,
    instrument_of, number_cell,
)
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results, key_of
from nbeval.report.draft import available, indicators_of

_POINTS = NumberFormat(1, True)
_TOTAL = Area(area="", label="", status="confirmed", source="")


def planned(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas; the number of actions, and how many are of each kind."""
    fields = [area_field(context), _total_field(rows, spec, context, KIND, "")]
    fields += _choice_fields(rows, spec, context, KIND, choices_of(spec, context, FieldRole.KIND), "")
    return grid(fields, (Block("", _with_total(areas_of(spec, rows, context), context)),))


def progress(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are areas, under each review; the number of actions, and how many are at each status.

    In plain words it is the last review alone, and what is aimed at.
    """
    instrument = instrument_of(spec, context)
    if instrument is None:
        return (), ()
    choices, reviews = choices_of(spec, context, FieldRole.STATUS), instrument.chosen("review")
    if context.plain:
        choices, reviews = tuple(one for one in choices if one.counts), reviews[-1:]
    columns, body = (), ()
    for review in reviews:
        fields = [area_field(context), _total_field(rows, spec, context, STATUS, review.code),
                  *_choice_fields(rows, spec, context, STATUS, choices, review.code)]
        columns, part = grid(fields, (Block(review.label if len(reviews) > 1 else "", _with_total(areas_of(spec, rows, context), context)),))
        body += part
    return columns, body


def _with_total(areas: tuple[Area, ...], context: Context) -> tuple[Area, ...]:
    """The areas and a last line for all of them."""
    return (*areas, _TOTAL.model_copy(update={"label": context.say("all_areas")})) if areas else ()


def _total_field(rows: Results, spec: ExhibitRow, context: Context, group: str, wave: str) -> Field:
    """The column of all actions: the base of any choice."""
    def cell(area: Area) -> Cell:
        found = rows.where(source=spec.source_id, quantity=Quantity.COUNT, indicator=area.area, wave=wave,
                           authority=context.authority, group=group)
        return count_cell(found[0], context, "n_eligible") if found else Cell("0")
    return Field(Column("actions", context.say("actions"), numeric=True), cell)


def _choice_fields(rows: Results, spec: ExhibitRow, context: Context, group: str, choices: tuple[Choice, ...], wave: str) -> list[Field]:
    """One column of counts for each choice."""
    def cell(area: Area, code: str) -> Cell:
        found = count_of(rows, spec, group, code, area=area.area, wave=wave, authority=context.authority)
        return number_cell(found, context) if found is not None else Cell("0")
    return [
        Field(Column(f"{group}_{one.code}", one.label, numeric=True), lambda area, code=one.code: cell(area, code))
        for one in choices
    ]


def involved(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are levels of involvement in declared order; the number of actions at each, of all actions."""
    def row(level: Choice) -> Result | None:
        return count_of(rows, spec, INVOLVEMENT, level.code, authority=context.authority)

    fields = [
        Field(Column("label", context.say("involvement"), header=True), lambda level: Cell(level.label)),
        Field(Column("actions", context.say("actions"), numeric=True), lambda level: number_cell(row(level), context)),
        Field(Column("of_all", context.say("of_all_actions"), numeric=True), lambda level: count_cell(row(level), context, "n_eligible")),
    ]
    return grid(fields, (Block("", choices_of(spec, context, FieldRole.INVOLVEMENT)),))


def conditions(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are conditions; at each wave of the report how many authorities stand at each choice, or where one stands."""
    areas = areas_of(spec, rows, context)
    fields = [area_field(context, "condition")]
    for wave in context.waves:
        fields += _stand(rows, spec, context, wave) if context.authority else _met(rows, spec, context, wave, areas)
    return grid(fields, (Block("", areas),))


def _met(rows: Results, spec: ExhibitRow, context: Context, wave: Wave, areas: tuple[Area, ...]) -> list[Field]:
    """The columns of one wave: how many authorities stand at each choice."""
    instrument = instrument_of(spec, context)
    sets = {row.group for area in areas for row in rows.where(source=spec.source_id, indicator=area.area, quantity=Quantity.COUNT)}
    return [
        Field(Column(f"{wave.id}_{one.code}", one.label, numeric=True, group=wave.label if context.shows_change else ""),
              lambda area, one=one: number_cell(count_of(rows, spec, one.choices, one.code, area=area.area, wave=wave.id), context))
        for name in sorted(sets) for one in instrument.chosen(name)
    ]


def _stand(rows: Results, spec: ExhibitRow, context: Context, wave: Wave) -> list[Field]:
    """The column of one wave in a report on one authority: where it stands, in words."""
    instrument = instrument_of(spec, context)

    def cell(area: Area) -> Cell:
        found = [row for row in rows.where(source=spec.source_id, indicator=area.area, quantity=Quantity.COUNT, wave=wave.id,
                                           authority=context.authority) if row.estimate == 1]
        if not found:
            symbol = context.symbol("not_available")
            return Cell(symbol, symbol=symbol)
        return Cell(instrument.choice(found[0].group, found[0].level).label, None, key_of(found[0]), "estimate")
    return [Field(Column(f"{wave.id}_stands", wave.label), cell)]


def applications(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are what became of applications; how many, of all."""
    areas = areas_of(spec, rows, context)
    found = [row for area in areas for row in rows.where(source=spec.source_id, indicator=area.area, quantity=Quantity.COUNT, authority="")]
    instrument = instrument_of(spec, context)
    fields = [
        Field(Column("label", context.say("decision"), header=True), lambda row: Cell(instrument.choice(row.group, row.level).label)),
        Field(Column("applicants", context.say("applicants"), numeric=True), lambda row: number_cell(row, context)),
        Field(Column("of_all", context.say("of_all_applicants"), numeric=True), lambda row: count_cell(row, context, "n_eligible")),
    ]
    order = {one.code: place for place, one in enumerate(instrument.choices)} if instrument else {}
    return grid(fields, (Block("", tuple(sorted(found, key=lambda row: order[row.level]))),))


def delivered(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are visits under their phases; planned, held, how, and who was there."""
    def cell(area: Area, group: str, level: str) -> Cell:
        row = count_of(rows, spec, group, level, area=area.area, authority=context.authority)
        return number_cell(row, context) if row is not None else Cell("0")

    levels = [(DELIVERY, name, context.say(f"delivery_{name}")) for name in ("planned", "held")]
    levels += [(KIND, one.code, one.label) for one in choices_of(spec, context, FieldRole.KIND)]
    levels += [(DELIVERY, name, context.say(f"delivery_{name}")) for name in ("people", "staff")]
    part = context.say("consultants")
    levels += [(INVOLVEMENT, one.code, f"{part}: {one.label.lower()}") for one in choices_of(spec, context, FieldRole.INVOLVEMENT) if one.counts]
    fields = [area_field(context, "visit")] + [
        Field(Column(f"{group}_{level}", label, numeric=True), lambda area, group=group, level=level: cell(area, group, level))
        for group, level, label in levels
    ]
    areas = areas_of(spec, rows, context)
    total = (Block(context.say("in_all"), (_TOTAL.model_copy(update={"label": context.say("all_visits")}),)),) if areas else ()
    return grid(fields, (*blocks_of(spec, areas, context), *total))


def calendar(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are visits under their phases; the day each was held in every authority, or planned and held in one."""
    def cell(area: Area, authority: str, level: str) -> Cell:
        row = rows.find(spec.source_id, Quantity.DAY, indicator=area.area, authority=authority, group=DELIVERY, level=level)
        return day_cell(row, context, absent="not_held" if level == "held" else "not_planned")

    columns = [(context.authority, level, context.say(f"day_{level}")) for level in ("planned", "held")] if context.authority \
        else [(authority, "held", context.authority_name(authority)) for authority in context.cohort.authorities]
    fields = [area_field(context, "visit")] + [
        Field(Column(f"{level}_{authority}", label), lambda area, authority=authority, level=level: cell(area, authority, level))
        for authority, level, label in columns
    ]
    return grid(fields, blocks_of(spec, areas_of(spec, rows, context), context))


def addressed(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are the addressed indicators, the rest, and their difference; mean change, interval, verdict."""
    def of(quantity: Quantity, level: str, contrast: Contrast, reference: str) -> Result | None:
        return rows.find(spec.source_id, quantity, wave=context.wave.id, group="addressed", level=level, contrast=contrast, reference=reference)

    lines = (
        (context.say("change_addressed"), of(Quantity.CHANGE, "addressed", Contrast.WAVE, context.first.id)),
        (context.say("change_rest"), of(Quantity.CHANGE, "rest", Contrast.WAVE, context.first.id)),
        (context.say("difference"), of(Quantity.DIFFERENCE, "addressed", Contrast.LEVEL, "rest")),
    )
    fields = [
        Field(Column("label", context.say("indicators_label"), header=True), lambda line: Cell(line[0])),
        Field(Column("estimate", context.say("change_for_better"), context.say("points_short"), numeric=True),
              lambda line: difference_cell(line[1], context, _POINTS)),
        Field(Column("interval", interval_label(context), context.say("points_short"), numeric=True),
              lambda line: interval_cell(line[1], context, _POINTS, signed=True)),
        Field(Column("verdict", context.say("verdict")), lambda line: verdict_cell(line[1], context)),
    ]
    return grid(fields, (Block("", tuple(line for line in lines if line[1] is not None)),))


def addressed_by(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators that action plans address; how many plans (or actions), and the change in the survey."""
    def count(one: Indicator) -> Result | None:
        return count_of(rows, spec, "addressed", "addressed", area=one.indicator, authority=context.authority)

    def change(one: Indicator) -> Result | None:
        found = context.results.where(quantity=Quantity.CHANGE, indicator=one.indicator, wave=context.wave.id, group="",
                                      authority=context.authority, contrast=Contrast.WAVE)
        return found[0] if found else None

    word = "actions" if context.authority else "plans"
    fields = [
        label_field(context, "indicator", lambda one: one.label),
        Field(Column("plans", context.say(word), numeric=True), lambda one: number_cell(count(one), context)),
    ]
    if context.shows_change:
        fields += [
            Field(Column("change", context.say("change"), context.say("points_short"), numeric=True),
                  lambda one: difference_cell(change(one), context, context.format(one))),
            Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(change(one), context)),
        ]
    known = [one for one in available(indicators_of(spec, context), rows) if count(one) is not None]
    return grid(fields, (Block("", tuple(known)),))

