"""Action plans: what was planned, how far it came, how far people were involved, and what of the survey it addressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area, Choice, Indicator
from nbeval.exhibit import Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, difference_cell
from nbeval.report.kinds.of_source import INVOLVEMENT, KIND, STATUS, OfSource, total
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, State

#: the group of results on what plans address, and its two levels
ADDRESSED, REST = "addressed", "rest"
_POINTS = NumberFormat(1, True)


class Planned(OfSource):
    """Rows are areas; the number of actions, and how many are of each kind."""

    id = "planned"
    unit_words, base_words = "unit_planned", "base_planned"
    #: the group of results that the columns are of
    group: ClassVar[str] = KIND

    def columns(self) -> Iterator[Field]:
        yield self.column.label("source_area", lambda subject: subject[0].label)
        yield self.whole_field("actions", self.say("actions"), lambda subject: self._any(*subject), "n_eligible")
        for one in self.choices:
            yield self.whole_field(f"{self.group}_{one.code}", one.label, lambda subject, one=one: self.counted(
                self.group, one.code, area=subject[0].area, wave=subject[1]))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of which actions are counted."""
        return self.chosen(FieldRole.KIND)

    def blocks(self) -> Iterable[Block]:
        return (self._areas(""),)

    def _areas(self, review: str, heading: str = "") -> Block:
        """The areas and a last line for all of them, at one review."""
        return Block(heading, tuple((area, review) for area in (*self.areas, total(self.say("all_areas")))) if self.areas else ())

    def _any(self, area: Area, review: str) -> Result | None:
        """The count of any choice of an area: all of them are of the same actions."""
        return self.results.first(source=self.spec.source_id, quantity=Quantity.COUNT, indicator=area.area, wave=review,
                                  authority=self.context.authority, group=self.group)


class Progress(Planned):
    """Rows are areas, under each review; the number of actions, and how many are at each status.

    In plain words it is the last review alone, and what is aimed at.
    """

    id = "progress"
    unit_words, base_words = "unit_progress", "base_progress"
    group = STATUS

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(one for one in self.chosen(FieldRole.STATUS) if one.counts or not self.context.plain)

    def blocks(self) -> Iterable[Block]:
        reviews = self.chosen("review")[-1 if self.context.plain else 0:]
        return [self._areas(review.code, review.label if len(reviews) > 1 else "") for review in reviews]

    def sentence(self) -> str:
        """How many actions had come to what is aimed at, at the last review."""
        aim, reviews = self.aim, self.chosen("review")
        if aim is None or not reviews:
            return ""
        review = reviews[-1]
        return self.say(
            "said_progress", review=review.label, label=aim.label.lower(),
            done=self.count_words(self.counted(STATUS, aim.code, wave=review.code)),
            total=self.count_words(self._any(total(""), review.code), "n_eligible"))


class Involved(OfSource):
    """Rows are levels of involvement in declared order; the number of actions at each, of all actions."""

    id = "involved"
    unit_words, base_words = "unit_involved", "base_involved"

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("involvement"), make.count("actions", self._count, "estimate"),
                make.count("of_all", self._count, "n_eligible", head=self.say("of_all_actions"))]

    def blocks(self) -> Iterable[Block]:
        return (Block("", self.chosen(FieldRole.INVOLVEMENT)),)

    def sentence(self) -> str:
        """How many actions reached the highest level."""
        highest = self.chosen(FieldRole.INVOLVEMENT)[-1]
        row = self._count(highest)
        if self.context.state(row) is not State.SHOWN:
            return ""
        return self.say("said_involved", count=self.count_words(row), total=self.count_words(row, "n_eligible"), label=highest.label)

    def _count(self, level: Choice) -> Result | None:
        """How many actions are at a level."""
        return self.counted(INVOLVEMENT, level.code)


class Addressed(OfSource):
    """Rows are the addressed indicators, the rest, and their difference; mean change, interval, and what the test says."""

    id = "addressed"
    unit_words, base_words = "unit_addressed", "base_addressed"
    source_words = "source_waves"
    needs_two_waves = True

    def columns(self) -> Iterable[Field]:
        make, points = self.column, self.say("points_short")

        def row(subject: tuple[str, Result]) -> Result:
            return subject[1]

        return [make.label("indicators_label", lambda subject: subject[0]),
                make.difference("estimate", row, _POINTS, points, head=self.say("change_for_better")),
                make.interval("interval", row, _POINTS, points, signed=True), make.verdict(row)]

    def blocks(self) -> Iterable[Block]:
        """The two means and the difference between them."""
        about = {"wave": self.context.wave.id, "group": ADDRESSED}
        change = {**about, "contrast": Contrast.WAVE, "reference": self.context.first.id}
        lines = (
            (self.say("change_addressed"), self.find(Quantity.CHANGE, level=ADDRESSED, **change)),
            (self.say("change_rest"), self.find(Quantity.CHANGE, level=REST, **change)),
            (self.say("difference"), self.find(Quantity.DIFFERENCE, level=ADDRESSED, contrast=Contrast.LEVEL, reference=REST, **about)),
        )
        return (Block("", tuple(line for line in lines if line[1] is not None)),)


class AddressedBy(OfSource):
    """Rows are indicators that action plans address; how many plans (in one authority: actions), and the change in the survey."""

    id = "addressed_by"
    unit_words, base_words = "unit_addressed_by", "base_addressed_by"

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator")
        yield make.count("plans", self._count, "estimate", head=self.say("actions" if context.authority else "plans"))
        if context.shows_change:
            yield Field(Column("change", self.say("change"), self.say("points_short"), numeric=True),
                        lambda one: difference_cell(self._change(one), context, context.format(one)))
            yield make.verdict(self._change)

    def blocks(self) -> Iterable[Block]:
        return (Block("", self.in_rows),)

    def has_row(self, one: Indicator) -> bool:
        return self._count(one) is not None

    def _count(self, one: Indicator) -> Result | None:
        """How many plans or actions address an indicator."""
        return self.counted(ADDRESSED, ADDRESSED, area=one.indicator)

    def _change(self, one: Indicator) -> Result | None:
        """Its change in the survey, which is another source."""
        return self.context.results.first(quantity=Quantity.CHANGE, indicator=one.indicator, wave=self.context.wave.id, group="",
                                          authority=self.context.authority, contrast=Contrast.WAVE,
                                          reference=self.context.first_of(one.indicator).id)
