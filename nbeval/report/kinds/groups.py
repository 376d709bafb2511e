"""Groups and authorities: the levels in each, the differences between them, the change in each, and what goes with an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import nan

from nbeval.dictionary.models import Indicator
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field
from nbeval.report.charts.data import Mark
from nbeval.report.kinds.kind import Kind, Subtraction, itself
from nbeval.report.numerals import ONE_DIGIT, TWO_DIGITS, NumberFormat
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


class OfPlaces(Kind):
    """A kind whose rows are groups or authorities."""

    def level_at(self, one: Indicator, place: Place, wave: str = "") -> Result | None:
        """The level of an indicator in one place."""
        return self.level(one, wave, place.authority, group=place.group, level=place.level)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups the exhibit names, or else all that the cohort is broken down by."""
        return tuple(group for group in self.spec.groups or self.context.cohort.groups if group in self.context.dictionary.groups)

    def group_blocks(self, authority: str = "") -> Iterator[Block]:
        """One block per group; its rows are the levels of the group."""
        for group in self.groups:
            levels = self.context.dictionary.groups[group]
            yield Block(self.context.group_label(group), tuple(Place(one.level_label, authority, group, one.level) for one in levels))

    @property
    def places(self) -> tuple[Place, ...]:
        """The authorities of the cohort by name, then all of them."""
        context = self.context
        named = sorted((Place(context.authority_name(name), name) for name in context.cohort.authorities), key=lambda place: place.label)
        return (*named, Place(context.authority_name("")))


class LevelsByGroup(OfPlaces):
    """Rows are everybody and then each level of each group; columns are the exhibit's indicators: level, and number who answered. Where
    people are linked, a report of two waves has the levels of those who answered at both, in the group and the authority that they were of
    at the first."""

    id = "levels_by_group"
    of_last_wave = sets_levels_beside_change = True

    def columns(self, word: str = "level") -> Iterator[Field]:
        yield self.column.label(word)
        for one in self.indicators:
            find, form = partial(self.level_at, one), self.context.format(one)
            head = self.say("estimate" if form.percent else "mean")
            yield self.column.level(one.indicator, find, form, "%" if form.percent else "", head=head, group=one.short)
            yield self.column.count(f"{one.indicator}_n", find, head=self.say("n_short"), group=one.short)

    def blocks(self) -> Iterable[Block]:
        own = self.context.authority
        return (Block("", (Place(self.context.authority_name(own), own),)), *self.group_blocks(own))


class LevelsByAuthority(LevelsByGroup):
    """Rows are authorities and the whole cohort; columns are the exhibit's indicators: level, and number who answered."""

    id = "levels_by_authority"
    marks = ("places", "lines")
    shows_single_authorities = True

    def columns(self, word: str = "authority") -> Iterator[Field]:
        return super().columns(word)

    def blocks(self) -> Iterable[Block]:
        return (Block("", self.places),)

    def lines(self, place: Place) -> Iterator[list[Mark]]:
        """The level of each indicator in one authority, with the number who answered."""
        context, rows = self.context, [(one, self.level_at(one, place)) for one in self.indicators]
        yield [self.mark(row, context.format(one), one.short, label=place.label,
                         n=float(row.n_valid) if context.state(row, "n_valid") is State.SHOWN else nan) for one, row in rows]


class Range(Kind):
    """Rows are indicators: the lowest and the highest authority, unnamed, and the whole cohort.

    A report on one authority has its own level as the last column.
    """

    id = "range"
    marks = ("lines",)
    of_last_wave = True

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", context.label)
        for key in ("lowest", "highest"):
            yield make.level(key, lambda one, key=key: self.level(one, authority="", quantity=Quantity(key)))
        yield make.level("all", lambda one: self.level(one, authority=""))
        if context.authority:
            yield make.level("own", self.level, head=self.own_series)

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        """All authorities with the lowest and the highest as the ends of their line; an authority of its own has its level alone."""
        context, form, label = self.context, self.units.form(one), self.context.label(one)
        rows = [self.level(one, authority="", quantity=quantity) for quantity in (Quantity.LOWEST, Quantity.HIGHEST)]
        low, high = (float(row.estimate) if context.state(row) is State.SHOWN else nan for row in rows)
        known = low == low and high == high and not form.is_low(low) and not form.is_low(high)
        everybody = self.mark(self.level(one, authority=""), form, self.say("all"), label=label)
        interval = self.say("to", low=form.level(low), high=form.level(high)) if known else ""
        line = [replace(everybody, low=low, high=high, interval=interval)]
        if context.authority:
            own = self.mark(self.level(one), form, self.own_series, label=label)
            line.append(replace(own, low=nan, high=nan, interval=""))
        yield line

    def axis(self) -> dict[str, object]:
        return {"unit": self.say("axis_range"), "percent": self.units.percent}


class ChangeByAuthority(OfPlaces):
    """One block per indicator; rows are authorities and the whole cohort: each wave, the change, and what its test says."""

    id = "change_by_authority"
    marks = ("pairs", "lines")
    needs_two_waves = of_change = sets_levels_beside_change = shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        make = self.column
        yield make.label("authority", lambda subject: subject[1].label)
        for wave in self.context.waves:
            yield make.level(f"{wave.id}_estimate", lambda subject, wave=wave: self.level_at(*subject, wave.id), head=wave.label)
        yield from make.change("change", "change", self._change)
        yield make.verdict(self._change)

    def blocks(self) -> Iterator[Block]:
        return (Block(one.label, tuple((one, place) for place in self.places)) for one in self.indicators)

    def indicator_of(self, subject: tuple[Indicator, Place]) -> Indicator:
        return subject[0]

    def lines(self, subject: tuple[Indicator, Place]) -> Iterator[list[Mark]]:
        context, (one, place) = self.context, subject
        line = [self.mark(self.level_at(one, place, wave.id), context.format(one), wave.label, label=place.label) for wave in context.waves]
        yield self.with_verdict(line, self._change(subject))

    def subtractions(self) -> Iterator[Subtraction]:
        context = self.context
        for subject in (subject for block in self.blocks() for subject in block.subjects):
            ends = context.first_of(subject[0].indicator), context.wave
            before, after = (self.level_at(*subject, wave.id) for wave in ends)
            yield after, before, self._change(subject), context.format(subject[0])

    def _change(self, subject: tuple[Indicator, Place]) -> Result | None:
        """The change of an indicator in one authority."""
        return self.change(subject[0], subject[1].authority)


class ChangeShrunken(OfPlaces):
    """One block per indicator; rows are authorities: the change as it is, the change drawn towards the mean of all, and the mean without
    the authority; the last row is the mean of all."""

    id = "change_shrunken"
    marks = ("lines",)
    needs_two_waves = of_change = shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        make = self.column
        yield make.label("authority", lambda subject: subject[1].label)
        yield from make.change("change", "change_raw", self._raw)
        yield from make.change("change_shrunken", "change_shrunken", self._shrunken)
        yield make.difference("change_left_out", partial(self._of, Quantity.CHANGE_LEFT_OUT))

    def blocks(self) -> Iterator[Block]:
        return (Block(one.label, tuple((one, place) for place in self.places)) for one in self.indicators)

    def indicator_of(self, subject: tuple[Indicator, Place]) -> Indicator:
        return subject[0]

    def lines(self, subject: tuple[Indicator, Place]) -> Iterator[list[Mark]]:
        form = self.context.format(subject[0])
        yield [self.mark(find(subject), form, self.say(word), label=subject[1].label, signed=True)
               for word, find in (("change_raw", self._raw), ("change_shrunken", self._shrunken))]

    def axis(self) -> dict[str, object]:
        return self.difference_axis

    def own_notes(self) -> Iterator[str]:
        yield self.say("note_shrunken")

    def _raw(self, subject: tuple[Indicator, Place]) -> Result | None:
        """The change as it is."""
        return self._of(Quantity.CHANGE, subject)

    def _shrunken(self, subject: tuple[Indicator, Place]) -> Result | None:
        """The change drawn towards the mean; of all authorities, the mean."""
        return self._of(Quantity.CHANGE_SHRUNKEN if subject[1].authority else Quantity.CHANGE_POOLED, subject)

    def _of(self, quantity: Quantity, subject: tuple[Indicator, Place]) -> Result | None:
        return self.change(subject[0], subject[1].authority, quantity)


@dataclass(frozen=True)
class Against:
    """A difference and the two levels it is between; the others of a cohort together have no level of their own."""

    indicator: Indicator
    label: str
    difference: Result
    level: Result | None
    reference: Result | None


class Differences(OfPlaces):
    """Rows are levels against the reference level of their group, under a heading for each indicator and group."""

    id = "differences"
    marks = ("lines",)
    of_last_wave = True
    compares_with = (Contrast.LEVEL, Contrast.REST)

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            make.label("level"), make.level("estimate", lambda pair: pair.level), make.level("reference", lambda pair: pair.reference),
            *make.change("difference", "difference", lambda pair: pair.difference), make.verdict(lambda pair: pair.difference),
        ]

    def blocks(self) -> Iterator[Block]:
        context = self.context
        for one in self.indicators:
            found = self.results.where(
                source=self.spec.source_id, quantity=Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
                authority=context.authority)
            yield Block(one.label, tuple(self._from_rest(one, row) for row in found if row.contrast == Contrast.REST))
            for group in self.groups:
                yield Block(
                    self.say("by_group", label=one.label, group=context.group_label(group)),
                    tuple(self._between_levels(one, row) for row in found if row.group == group and row.contrast == Contrast.LEVEL))

    def indicator_of(self, pair: Against) -> Indicator:
        return pair.indicator

    def lines(self, pair: Against) -> Iterator[list[Mark]]:
        form = self.context.format(pair.indicator)
        if not self._draws_clear_alone or Verdict(pair.difference.verdict).is_clear:
            drawn = self.mark(pair.difference, form, self.say("difference"), label=pair.label, signed=True)
            yield self.with_verdict([drawn], pair.difference)

    def axis(self) -> dict[str, object]:
        return {**self.difference_axis, "remark": self.say("remark_clear") if self._draws_clear_alone else ""}

    def subtractions(self) -> Iterator[Subtraction]:
        return ((pair.level, pair.reference, pair.difference, self.context.format(pair.indicator))
                for block in self.blocks() for pair in block.subjects)

    @cached_property
    def _draws_clear_alone(self) -> bool:
        """Whether there are too many differences to draw those too that may be chance."""
        return sum(len(block.subjects) for block in self.blocks()) > _MOST_DRAWN

    def _between_levels(self, one: Indicator, row: Result) -> Against:
        """A level against the reference level of its group."""
        level, reference = (Place(self.context.level_label(row.group, name), row.authority, row.group, name)
                            for name in (row.level, row.reference))
        label = self.say("against", level=level.label, reference=reference.label)
        return Against(one, label, row, self.level_at(one, level), self.level_at(one, reference))

    def _from_rest(self, one: Indicator, row: Result) -> Against:
        """An authority against all the others of its cohort."""
        label = self.say("against_rest", level=self.context.authority_name(row.authority))
        return Against(one, label, row, self.level_at(one, Place("", row.authority)), None)


class Drivers(Kind):
    """Rows are levels of factors against their reference level: odds ratio, interval, marginal effect, number who answered, and the events
    for each coefficient of the model."""

    id = "drivers"
    marks = ("lines",)
    unit_words = ""
    of_last_wave = True

    def columns(self) -> Iterable[Field]:
        make = self.column

        def marginal(row: Result) -> Result | None:
            return self.find(Quantity.MARGINAL_EFFECT, indicator=row.indicator, wave=row.wave, authority=row.authority, group=row.group,
                             level=row.level, contrast=row.contrast, reference=row.reference)

        def events(row: Result) -> Result | None:
            return self.find(Quantity.EVENTS_PER_VARIABLE, indicator=row.indicator, wave=row.wave, authority=row.authority)

        return [
            make.label("factor", self._label),
            make.level("odds_ratio", itself, TWO_DIGITS), make.interval("interval", itself, TWO_DIGITS),
            make.difference("marginal", marginal, NumberFormat(percent=True), self.say("points_short"), head=self.say("marginal_effect")),
            make.count("n", itself), make.level("events_per_variable", events, ONE_DIGIT),
        ]

    def own_notes(self) -> Iterator[str]:
        if len(self.context.cohort.programme_authorities) > 1:
            yield self.say("note_within_areas")

    def blocks(self) -> Iterator[Block]:
        found = self.results.where(source=self.spec.source_id, quantity=Quantity.ODDS_RATIO, wave=self.context.wave.id,
                                    authority=self.context.authority)
        for name in dict.fromkeys(row.indicator for row in found):
            yield Block(self.context.indicator_label(name), tuple(row for row in found if row.indicator == name))

    def lines(self, row: Result) -> Iterator[list[Mark]]:
        yield [self.mark(row, TWO_DIGITS, self.say("odds_ratio"), label=self._label(row))]

    def axis(self) -> dict[str, object]:
        return {"unit": self.say("axis_ratio"), "percent": False, "reference": 1.0, "log": True}

    def _label(self, row: Result) -> str:
        """A level of a factor and the level it is compared with."""
        context = self.context
        return self.say("factor_level", factor=context.group_label(row.group), level=context.level_label(row.group, row.level),
                        reference=context.level_label(row.group, row.reference))
