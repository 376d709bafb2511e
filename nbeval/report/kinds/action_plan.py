"""Action plans: what was planned, how far it came, and how far people were involved in it."""

from __future__ import annotations

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area, Choice
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import (
    INVOLVEMENT, KIND, STATUS, OfSource, aim_of, area_field, areas_of, chosen, chosen_by, count_of, count_words, instrument_of, number_cell,
    of_all_cell, total,
)
from nbeval.report.results import Result, State


class Planned(OfSource):
    """Rows are areas; the number of actions, and how many are of each kind."""

    id = "planned"
    unit_words, base_words = "unit_planned", "base_planned"

    def table(self, draft: Draft) -> Table:
        return grid([area_field(draft), *action_fields(KIND, chosen_by(draft, FieldRole.KIND), "", draft)], (Block("", with_total(draft)),))


class Progress(OfSource):
    """Rows are areas, under each review; the number of actions, and how many are at each status.

    In plain words it is the last review alone, and what is aimed at.
    """

    id = "progress"
    unit_words, base_words = "unit_progress", "base_progress"

    def table(self, draft: Draft) -> Table:
        choices, reviews = chosen_by(draft, FieldRole.STATUS), chosen(draft, "review")
        if draft.context.plain:
            choices, reviews = tuple(one for one in choices if one.counts), reviews[-1:]
        parts = [
            grid([area_field(draft), *action_fields(STATUS, choices, review.code, draft)],
                 (Block(review.label if len(reviews) > 1 else "", with_total(draft)),))
            for review in reviews
        ]
        return Table(parts[-1].columns, tuple(row for part in parts for row in part.rows)) if parts else Table()

    def sentence(self, draft: Draft) -> str:
        """How many actions had come to what is aimed at, at the last review."""
        aim, reviews = aim_of(instrument_of(draft)), chosen(draft, "review")
        if aim is None or not reviews:
            return ""
        review = reviews[-1]
        return draft.say(
            "said_progress", review=review.label, label=aim.label.lower(),
            done=count_words(count_of(draft, STATUS, aim.code, wave=review.code), draft.context),
            total=count_words(any_count(total(""), STATUS, review.code, draft), draft.context, "n_eligible"))


class Involved(OfSource):
    """Rows are levels of involvement in declared order; the number of actions at each, of all actions."""

    id = "involved"
    unit_words, base_words = "unit_involved", "base_involved"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        return grid([
            area_field(draft, "involvement"),
            Field(Column("actions", context.say("actions"), numeric=True),
                  lambda level: number_cell(count_of(draft, INVOLVEMENT, level.code), context, counted=False)),
            Field(Column("of_all", context.say("of_all_actions"), numeric=True),
                  lambda level: of_all_cell(count_of(draft, INVOLVEMENT, level.code), context)),
        ], (Block("", chosen_by(draft, FieldRole.INVOLVEMENT)),))

    def sentence(self, draft: Draft) -> str:
        """How many actions reached the highest level."""
        highest = chosen_by(draft, FieldRole.INVOLVEMENT)[-1]
        row = count_of(draft, INVOLVEMENT, highest.code)
        if draft.context.state(row) is not State.SHOWN:
            return ""
        return draft.say("said_involved", count=count_words(row, draft.context), total=count_words(row, draft.context, "n_eligible"),
                         label=highest.label)


def with_total(draft: Draft) -> tuple[Area, ...]:
    """The areas and a last line for all of them."""
    areas = areas_of(draft)
    return (*areas, total(draft.say("all_areas"))) if areas else ()


def action_fields(group: str, choices: tuple[Choice, ...], review: str, draft: Draft) -> list[Field]:
    """The columns of all actions and of the actions of each choice."""
    def cell(area: Area, code: str) -> Cell:
        return number_cell(count_of(draft, group, code, area=area.area, wave=review), draft.context)

    return [
        Field(Column("actions", draft.say("actions"), numeric=True), lambda area: actions_cell(area, group, review, draft)),
        *(Field(Column(f"{group}_{one.code}", one.label, numeric=True), lambda area, code=one.code: cell(area, code)) for one in choices),
    ]


def actions_cell(area: Area, group: str, review: str, draft: Draft) -> Cell:
    """All actions of an area: of how many the count of any choice is."""
    row = any_count(area, group, review, draft)
    return of_all_cell(row, draft.context) if row is not None else Cell("0")


def any_count(area: Area, group: str, review: str, draft: Draft) -> Result | None:
    """The count of any choice of an area: all of them are of the same actions."""
    return draft.results.first(source=draft.spec.source_id, quantity=Quantity.COUNT, indicator=area.area, wave=review,
                               authority=draft.context.authority, group=group)
