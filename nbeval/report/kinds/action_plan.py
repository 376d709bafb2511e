"""Action plans: what was planned, how far it came, how far people were involved, and what of the survey it addressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area, Choice, Indicator
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, count_cell, difference_cell
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.of_source import (
    INVOLVEMENT, KIND, STATUS, OfSource, aim_of, areas_of, chosen, count_of, count_words, instrument_of, number_field, total,
)
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, State

#: the group of results on what plans address, and its two levels
ADDRESSED, REST = "addressed", "rest"
_POINTS = NumberFormat(1, True)


class Planned(OfSource):
    """Rows are areas; the number of actions, and how many are of each kind."""

    id = "planned"
    unit_words, base_words = "unit_planned", "base_planned"

    def columns(self, draft: Draft) -> Iterator[Field]:
        yield Columns(draft).label("source_area")
        yield from action_fields(KIND, chosen(draft, FieldRole.KIND), lambda area: (area, ""), draft)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", with_total(draft)),)


class Progress(OfSource):
    """Rows are areas, under each review; the number of actions, and how many are at each status.

    In plain words it is the last review alone, and what is aimed at.
    """

    id = "progress"
    unit_words, base_words = "unit_progress", "base_progress"

    def columns(self, draft: Draft) -> Iterator[Field]:
        choices = tuple(one for one in chosen(draft, FieldRole.STATUS) if one.counts or not draft.context.plain)
        yield Columns(draft).label("source_area", lambda subject: subject[0].label)
        yield from action_fields(STATUS, choices, lambda subject: subject, draft)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        reviews = chosen(draft, "review")[-1 if draft.context.plain else 0:]
        return (Block(review.label if len(reviews) > 1 else "", tuple((area, review.code) for area in with_total(draft))) for review in reviews)

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

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)

        def count(level: Choice) -> Result | None:
            return count_of(draft, INVOLVEMENT, level.code)

        return [make.label("involvement"), make.count("actions", draft.say("actions"), count, "estimate"),
                make.count("of_all", draft.say("of_all_actions"), count, "n_eligible")]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", chosen(draft, FieldRole.INVOLVEMENT)),)

    def sentence(self, draft: Draft) -> str:
        """How many actions reached the highest level."""
        highest = chosen(draft, FieldRole.INVOLVEMENT)[-1]
        row = count_of(draft, INVOLVEMENT, highest.code)
        if draft.context.state(row) is not State.SHOWN:
            return ""
        return draft.say("said_involved", count=count_words(row, draft.context), total=count_words(row, draft.context, "n_eligible"),
                         label=highest.label)


def with_total(draft: Draft) -> tuple[Area, ...]:
    """The areas and a last line for all of them."""
    areas = areas_of(draft)
    return (*areas, total(draft.say("all_areas"))) if areas else ()


def action_fields(group: str, choices: tuple[Choice, ...], of: Callable[..., tuple[Area, str]], draft: Draft) -> Iterator[Field]:
    """The columns of all actions and of the actions of each choice; ``of`` gives the area of a row and its review."""
    def every(area: Area, review: str) -> Cell:
        row = any_count(area, group, review, draft)
        return count_cell(row, draft.context, "n_eligible") if row is not None else Cell("0")

    yield Field(Column("actions", draft.say("actions"), numeric=True), lambda subject: every(*of(subject)))
    for one in choices:
        def count(subject: object, one: Choice = one) -> Result | None:
            area, review = of(subject)
            return count_of(draft, group, one.code, area=area.area, wave=review)

        yield number_field(f"{group}_{one.code}", one.label, count, draft.context)


def any_count(area: Area, group: str, review: str, draft: Draft) -> Result | None:
    """The count of any choice of an area: all of them are of the same actions."""
    return draft.results.first(source=draft.spec.source_id, quantity=Quantity.COUNT, indicator=area.area, wave=review,
                               authority=draft.context.authority, group=group)


class Addressed(OfSource):
    """Rows are the addressed indicators, the rest, and their difference; mean change, interval, and what the test says."""

    id = "addressed"
    unit_words, base_words = "unit_addressed", "base_addressed"
    source_words = "source_waves"
    needs_two_waves = True

    def columns(self, draft: Draft) -> Iterable[Field]:
        make, points = Columns(draft), draft.say("points_short")

        def row(subject: tuple[str, Result]) -> Result:
            return subject[1]

        return [make.label("indicators_label", lambda subject: subject[0]),
                make.difference("estimate", draft.say("change_for_better"), row, _POINTS, points),
                make.interval("interval", row, _POINTS, points, signed=True), make.verdict(row)]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        """The two means and the difference between them."""
        about = {"wave": draft.context.wave.id, "group": ADDRESSED}
        change = {**about, "contrast": Contrast.WAVE, "reference": draft.context.first.id}
        lines = (
            (draft.say("change_addressed"), draft.find(Quantity.CHANGE, level=ADDRESSED, **change)),
            (draft.say("change_rest"), draft.find(Quantity.CHANGE, level=REST, **change)),
            (draft.say("difference"), draft.find(Quantity.DIFFERENCE, level=ADDRESSED, contrast=Contrast.LEVEL, reference=REST, **about)),
        )
        return (Block("", tuple(line for line in lines if line[1] is not None)),)


class AddressedBy(OfSource):
    """Rows are indicators that action plans address; how many plans (in one authority: actions), and the change in the survey."""

    id = "addressed_by"
    unit_words, base_words = "unit_addressed_by", "base_addressed_by"

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)

        def change(one: Indicator) -> Result | None:
            """Its change in the survey, which is another source."""
            return context.results.first(quantity=Quantity.CHANGE, indicator=one.indicator, wave=context.wave.id, group="",
                                         authority=context.authority, contrast=Contrast.WAVE)

        yield make.label("indicator")
        yield make.count("plans", draft.say("actions" if context.authority else "plans"), lambda one: self._count(one, draft), "estimate")
        if context.shows_change:
            points = draft.say("points_short")
            yield Field(Column("change", draft.say("change"), points, numeric=True), lambda one: difference_cell(change(one), context, context.format(one)))
            yield make.verdict(change)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", tuple(one for one in draft.indicators if self._count(one, draft) is not None)),)

    def _count(self, one: Indicator, draft: Draft) -> Result | None:
        """How many plans or actions address an indicator."""
        return count_of(draft, ADDRESSED, ADDRESSED, area=one.indicator)
