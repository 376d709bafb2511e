"""Groups and authorities: the levels in each, the differences between them, the change in each, and what goes with an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import nan

from nbeval.dictionary.models import Indicator
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field
from nbeval.report.charts.data import UNCLEAR, Mark
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.kind import Kind, Subtraction
from nbeval.report.kinds.marks import Line, difference_axis, mark, with_verdict
from nbeval.report.numerals import TWO_DIGITS, NumberFormat
from nbeval.report.results import Result, State

#: differences from which on only those beyond chance are drawn, so that a page can hold the chart
_MOST_DRAWN = 24


@dataclass(frozen=True)
class Place:
    """Whose results a row shows: a level of a group, an authority, or everybody."""

    label: str
    authority: str = ""
    group: str = ""
    level: str = ""


def level_at(one: Indicator, place: Place, draft: Draft, wave: str = "") -> Result | None:
    """The level of an indicator in one place."""
    return draft.level(one, wave, place.authority, group=place.group, level=place.level)


def groups_of(draft: Draft) -> tuple[str, ...]:
    """The groups an exhibit names, or else all that the cohort is broken down by."""
    return tuple(group for group in draft.spec.groups or draft.context.cohort.groups if group in draft.context.dictionary.groups)


def group_blocks(draft: Draft, authority: str) -> Iterator[Block]:
    """One block per group; its rows are the levels of the group."""
    for group in groups_of(draft):
        levels = draft.context.dictionary.groups[group]
        yield Block(draft.context.group_label(group), tuple(Place(one.level_label, authority, group, one.level) for one in levels))


def places(context: Context) -> tuple[Place, ...]:
    """The authorities of the cohort by name, then all of them."""
    named = sorted((Place(context.authority_name(name), name) for name in context.cohort.authorities), key=lambda place: place.label)
    return (*named, Place(context.authority_name("")))


class LevelsByGroup(Kind):
    """Rows are everybody and then each level of each group; columns are the exhibit's indicators: level, and number who answered."""

    id = "levels_by_group"
    of_last_wave = True

    def columns(self, draft: Draft, word: str = "level") -> Iterator[Field]:
        make = Columns(draft)
        yield make.label(word)
        for one in draft.indicators:
            def find(place: Place, one: Indicator = one) -> Result | None:
                return level_at(one, place, draft)

            form = draft.context.format(one)
            yield make.level(one.indicator, draft.say("estimate" if form.percent else "mean"), find, form, "%" if form.percent else "", one.short)
            yield make.count(f"{one.indicator}_n", draft.say("n_short"), find, group=one.short)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        own = draft.context.authority
        return (Block("", (Place(draft.context.authority_name(own), own),)), *group_blocks(draft, own))


class LevelsByAuthority(LevelsByGroup):
    """Rows are authorities and the whole cohort; columns are the exhibit's indicators: level, and number who answered."""

    id = "levels_by_authority"
    marks = ("places", "lines")
    shows_single_authorities = True

    def columns(self, draft: Draft, word: str = "authority") -> Iterator[Field]:
        return super().columns(draft, word)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", places(draft.context)),)

    def lines(self, place: Place, draft: Draft) -> Iterator[Line]:
        """The level of each indicator in one authority, with the number who answered."""
        context = draft.context

        def at_place(one: Indicator) -> Mark:
            row = level_at(one, place, draft)
            n = float(row.n_valid) if context.state(row, "n_valid") is State.SHOWN else nan
            return mark(row, context, context.format(one), one.short, label=place.label, n=n)

        yield [at_place(one) for one in draft.indicators]


class Range(Kind):
    """Rows are indicators: the lowest and the highest authority, unnamed, and the whole cohort.

    A report on one authority has its own level as the last column.
    """

    id = "range"
    marks = ("lines",)
    of_last_wave = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("indicator", context.label)
        for key in ("lowest", "highest"):
            yield make.level(key, draft.say(key), lambda one, key=key: draft.level(one, authority="", quantity=Quantity(key)))
        yield make.level("all", draft.say("all"), lambda one: draft.level(one, authority=""))
        if context.authority:
            yield make.level("own", context.authority_name(context.authority), draft.level)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        """All authorities with the lowest and the highest as the ends of their line; an authority of its own has its level alone."""
        context, form, label = draft.context, draft.units.form(one), draft.context.label(one)
        rows = [draft.level(one, authority="", quantity=quantity) for quantity in (Quantity.LOWEST, Quantity.HIGHEST)]
        low, high = (float(row.estimate) if context.state(row) is State.SHOWN else nan for row in rows)
        known = low == low and high == high and not form.is_low(low) and not form.is_low(high)
        everybody = mark(draft.level(one, authority=""), context, form, draft.say("all"), label=label)
        line = [replace(everybody, low=low, high=high, interval=draft.say("to", low=form.level(low), high=form.level(high)) if known else "")]
        if context.authority:
            own = mark(draft.level(one), context, form, context.authority_name(context.authority), label=label)
            line.append(replace(own, low=nan, high=nan, interval=""))
        yield line

    def axis(self, draft: Draft) -> dict[str, object]:
        return {"unit": draft.say("axis_range"), "percent": draft.units.percent}


class ChangeByAuthority(Kind):
    """One block per indicator; rows are authorities and the whole cohort: both waves, the change, and what its test says."""

    id = "change_by_authority"
    marks = ("pairs", "lines")
    needs_two_waves = of_change = sets_levels_beside_change = shows_single_authorities = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        make = Columns(draft, of=lambda subject: subject[0])
        yield make.label("authority", lambda subject: subject[1].label)
        for wave in (draft.context.first, draft.context.wave):
            yield make.level(f"{wave.id}_estimate", wave.label, lambda subject, wave=wave: level_at(*subject, draft, wave.id))
        yield from make.change("change", "change", lambda subject: self._change(subject, draft))
        yield make.verdict(lambda subject: self._change(subject, draft))

    def blocks(self, draft: Draft) -> Iterator[Block]:
        return (Block(one.label, tuple((one, place) for place in places(draft.context))) for one in draft.indicators)

    def lines(self, subject: tuple[Indicator, Place], draft: Draft) -> Iterator[Line]:
        context, (one, place) = draft.context, subject
        yield with_verdict([
            mark(level_at(one, place, draft, wave.id), context, context.format(one), wave.label, label=place.label)
            for wave in (context.first, context.wave)
        ], self._change(subject, draft), context)

    def subtractions(self, draft: Draft) -> Iterator[Subtraction]:
        context = draft.context
        for subject in (subject for block in self.blocks(draft) for subject in block.subjects):
            before, after = (level_at(*subject, draft, wave.id) for wave in (context.first, context.wave))
            yield after, before, self._change(subject, draft), context.format(subject[0])

    def _change(self, subject: tuple[Indicator, Place], draft: Draft) -> Result | None:
        """The change of an indicator in one authority."""
        return draft.change(subject[0], subject[1].authority)


@dataclass(frozen=True)
class Against:
    """A difference and the two levels it is between; the others of a cohort together have no level of their own."""

    indicator: Indicator
    label: str
    difference: Result
    level: Result | None
    reference: Result | None


class Differences(Kind):
    """Rows are levels against the reference level of their group, under a heading for each indicator and group."""

    id = "differences"
    marks = ("lines",)
    of_last_wave = True
    compares_with = (Contrast.LEVEL, Contrast.REST)

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft, of=lambda pair: pair.indicator)
        return [
            make.label("level"), make.level("estimate", draft.say("estimate"), lambda pair: pair.level),
            make.level("reference", draft.say("reference"), lambda pair: pair.reference),
            *make.change("difference", "difference", lambda pair: pair.difference), make.verdict(lambda pair: pair.difference),
        ]

    def blocks(self, draft: Draft) -> Iterator[Block]:
        context = draft.context
        for one in draft.indicators:
            found = draft.results.where(
                source=draft.spec.source_id, quantity=Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
                authority=context.authority)
            yield Block(one.label, tuple(self._from_rest(one, row, draft) for row in found if row.contrast == Contrast.REST))
            for group in groups_of(draft):
                yield Block(
                    draft.say("by_group", label=one.label, group=context.group_label(group)),
                    tuple(self._between_levels(one, row, draft) for row in found if row.group == group and row.contrast == Contrast.LEVEL))

    def drawn_blocks(self, draft: Draft) -> Iterable[Block]:
        blocks = tuple(self.blocks(draft))
        if not self._draws_clear_alone(blocks):
            return blocks
        return (Block(block.heading, tuple(pair for pair in block.subjects if pair.difference.verdict not in UNCLEAR))
                for block in blocks)

    def lines(self, pair: Against, draft: Draft) -> Iterator[Line]:
        context = draft.context
        yield with_verdict(
            [mark(pair.difference, context, context.format(pair.indicator), draft.say("difference"), label=pair.label, signed=True)],
            pair.difference, context)

    def axis(self, draft: Draft) -> dict[str, object]:
        remark = draft.say("remark_clear") if self._draws_clear_alone(self.blocks(draft)) else ""
        return {**difference_axis(draft.units), "remark": remark}

    def subtractions(self, draft: Draft) -> Iterator[Subtraction]:
        return ((pair.level, pair.reference, pair.difference, draft.context.format(pair.indicator))
                for block in self.blocks(draft) for pair in block.subjects)

    def _draws_clear_alone(self, blocks: Iterable[Block]) -> bool:
        """Whether there are too many differences to draw those too that may be chance."""
        return sum(len(block.subjects) for block in blocks) > _MOST_DRAWN

    def _between_levels(self, one: Indicator, row: Result, draft: Draft) -> Against:
        """A level against the reference level of its group."""
        level, reference = (Place(draft.context.level_label(row.group, name), row.authority, row.group, name) for name in (row.level, row.reference))
        label = draft.say("against", level=level.label, reference=reference.label)
        return Against(one, label, row, level_at(one, level, draft), level_at(one, reference, draft))

    def _from_rest(self, one: Indicator, row: Result, draft: Draft) -> Against:
        """An authority against all the others of its cohort."""
        label = draft.say("against_rest", level=draft.context.authority_name(row.authority))
        return Against(one, label, row, level_at(one, Place("", row.authority), draft), None)


class Drivers(Kind):
    """Rows are levels of factors against their reference level: odds ratio, interval, marginal effect, number who answered."""

    id = "drivers"
    marks = ("lines",)
    unit_words = ""
    of_last_wave = True

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)

        def marginal(row: Result) -> Result | None:
            return draft.find(Quantity.MARGINAL_EFFECT, indicator=row.indicator, wave=row.wave, authority=row.authority, group=row.group,
                              level=row.level, contrast=row.contrast, reference=row.reference)

        return [
            make.label("factor", lambda row: self._label(row, draft)),
            make.level("odds_ratio", draft.say("odds_ratio"), lambda row: row, TWO_DIGITS), make.interval("interval", lambda row: row, TWO_DIGITS),
            make.difference("marginal", draft.say("marginal_effect"), marginal, NumberFormat(percent=True), draft.say("points_short")),
            make.count("n", draft.say("n"), lambda row: row),
        ]

    def blocks(self, draft: Draft) -> Iterator[Block]:
        found = draft.results.where(source=draft.spec.source_id, quantity=Quantity.ODDS_RATIO, wave=draft.context.wave.id,
                                    authority=draft.context.authority)
        for name in dict.fromkeys(row.indicator for row in found):
            yield Block(draft.context.indicator_label(name), tuple(row for row in found if row.indicator == name))

    def lines(self, row: Result, draft: Draft) -> Iterator[Line]:
        yield [mark(row, draft.context, TWO_DIGITS, draft.say("odds_ratio"), label=self._label(row, draft))]

    def axis(self, draft: Draft) -> dict[str, object]:
        return {"unit": draft.say("axis_ratio"), "percent": False, "reference": 1.0, "log": True}

    def _label(self, row: Result, draft: Draft) -> str:
        """A level of a factor and the level it is compared with."""
        context = draft.context
        return draft.say("factor_level", factor=context.group_label(row.group), level=context.level_label(row.group, row.level),
                         reference=context.level_label(row.group, row.reference))
