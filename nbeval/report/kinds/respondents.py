"""The people and their answers: how many took part, who they were, whom they represent, who did not answer, how well scales measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.models import Indicator, Wave
from nbeval.exhibit import Cell
from nbeval.frames import MISSING_COLUMNS, OUTSIDE_COLUMNS, Contrast, Quantity
from nbeval.report.cells import PERCENT, Block, Field, not_applicable, symbol_cell, words_cell
from nbeval.report.kinds.groups import OfPlaces, Place
from nbeval.report.kinds.kind import Kind, itself
from nbeval.report.numerals import TWO_DIGITS, numeral
from nbeval.report.results import Result, State


class Participation(OfPlaces):
    """Rows are authorities and the whole cohort: at each wave the forms, who could answer, and the response rate."""

    id = "participation"
    unit_words, base_words = "", "base_participation"
    shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("authority")
        for wave in context.waves:
            group = self.head_of(wave)
            forms, rate = (lambda place, wave=wave, quantity=quantity: self.find(quantity, wave=wave.id, authority=place.authority)
                           for quantity in (Quantity.COUNT, Quantity.RESPONSE_RATE))
            yield make.count(f"{wave.id}_forms", forms, "estimate", head=self.say("forms"), group=group)
            if not context.plain:
                yield make.count(f"{wave.id}_eligible", rate, "n_eligible", head=self.say("eligible"), group=group)
                yield make.level(f"{wave.id}_rate", rate, PERCENT, "%", head=self.say("response_rate"), group=group)

    def blocks(self) -> Iterable[Block]:
        own, shown = self.context.authority, self.places
        if own:
            shown = tuple(place for place in shown if place.authority in (own, ""))
        return (Block("", shown[-1:] if self.context.plain else shown),)


class Composition(OfPlaces):
    """Rows are levels of groups: at each wave their share, beside the share of the population where that is declared."""

    id = "composition"
    unit_words, base_words = "", "base_composition"

    def columns(self) -> Iterator[Field]:
        make, shares = self.column, [("share", "share", Quantity.PERCENT)]
        if self.results.where(quantity=Quantity.POPULATION_SHARE):
            shares.append(("population", "population_share", Quantity.POPULATION_SHARE))
        yield make.label("level")
        for wave in self.context.waves:
            for key, word, quantity in shares:
                def find(place: Place, wave: Wave = wave, quantity: Quantity = quantity) -> Result | None:
                    return self.find(quantity, wave=wave.id, group=place.group, level=place.level)

                yield make.level(f"{wave.id}_{key}", find, PERCENT, "%", head=self.say(word), group=self.head_of(wave))

    def blocks(self) -> Iterable[Block]:
        return self.group_blocks()

    def doubtful(self) -> Iterable[str]:
        return ()


class CompositionTest(OfPlaces):
    """Rows are characteristics, under what the make-up is compared with: size of the difference, p, and what the test says."""

    id = "composition_test"
    unit_words, base_words = "", "base_composition_test"
    sums_up = True

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            make.label("characteristic", lambda row: self.context.group_label(row.group)), make.count("n", itself),
            make.level("size", itself, TWO_DIGITS, head=self.say("composition_size")), make.p_value("p", itself),
            make.words("says", "composition_reading", self._says),
        ]

    def blocks(self) -> Iterator[Block]:
        """The tests against the population, and where there are two waves between them."""
        context, labels = self.context, {wave.id: wave.label for wave in self.context.cohort.waves}
        for contrast in (Contrast.POPULATION, Contrast.WAVE) if context.shows_change else (Contrast.POPULATION,):
            for wave in context.waves:
                found = tuple(row for group in self.groups for row in self.results.where(
                    source=self.spec.source_id, quantity=Quantity.COMPOSITION_TEST, group=group, wave=wave.id, authority="",
                    contrast=contrast))
                if found:
                    reference = labels.get(found[0].reference, "")
                    yield Block(self.say(f"composition_against_{contrast}", wave=wave.label, reference=reference), found)

    def sentence(self) -> str:
        """On which characteristics the make-up differs by more than chance."""
        context = self.context
        tested = [row for block in self.blocks() for row in block.subjects if context.state(row, "p_value") is State.SHOWN]
        named = [context.group_label(row.group) for row in tested if self._differs(row)]
        if not named:
            return self.say("said_composition_test_none", total=len(tested)) if tested else ""
        return self.say("said_composition_test", count=len(named), total=len(tested), named="; ".join(dict.fromkeys(named)))

    def doubtful(self) -> Iterable[str]:
        return ()

    def _says(self, row: Result) -> Cell:
        """What the test of the make-up allows us to say."""
        context = self.context
        if context.state(row, "p_value") is not State.SHOWN:
            return symbol_cell(row, context, "p_value")
        return words_cell(context.say("samples_differ" if self._differs(row) else "samples_alike"), row, "p_value")

    def _differs(self, row: Result) -> bool:
        """Whether a make-up differs by more than chance, at the level of the programme's intervals."""
        return row.p_value < 1 - self.context.conf_level


class Nonresponse(Kind):
    """Rows are indicators at each wave: those outside the base of the question, those asked, and of these the answers and the missing ones
    by the reasons that occur, which add up to those asked."""

    id = "nonresponse"
    unit_words, base_words = "", "base_nonresponse"

    def columns(self) -> Iterable[Field]:
        make = self.column
        asked = [self._answers(subject) for block in self.blocks() for subject in block.subjects]
        occurring = [name for name in MISSING_COLUMNS if any(self._occurs(one, name) for one in asked)]
        outside = [name for name in occurring if name in OUTSIDE_COLUMNS]
        return [make.label("indicator", lambda subject: subject[0].label), *(make.count(name, self._answers, name) for name in outside),
                make.count("asked", self._answers, "n_eligible"), make.count("valid", self._answers),
                *(make.count(name, self._answers, name) for name in occurring if name not in OUTSIDE_COLUMNS)]

    def blocks(self) -> Iterable[Block]:
        return [Block(self.head_of(wave), tuple((one, wave) for one in self.indicators)) for wave in self.context.waves]

    def _answers(self, subject: tuple[Indicator, Wave]) -> Result | None:
        """The level of an indicator at a wave."""
        return self.level(subject[0], subject[1].id)

    def _occurs(self, row: Result | None, name: str) -> bool:
        """Whether a reason for missing answers is there, or withheld, in a row."""
        state = self.context.state(row, name)
        return state is State.WITHHELD or (state is State.SHOWN and getattr(row, name) > 0)


class Attrition(Kind):
    """Rows are indicators at the first wave: how those who did not answer again differed then from those who did."""

    id = "attrition"
    base_words = "base_attrition"
    needs_two_waves = of_change = True
    compares_with = (Contrast.STAYED,)

    def has_row(self, one: Indicator) -> bool:
        return self._lost(one) is not None

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("indicator", self.context.label), *make.change("difference", "lost_minus_stayed", self._lost),
                make.count("lost", self._lost), make.count("stayed", self._lost, "n_reference"), make.verdict(self._lost)]

    def _lost(self, one: Indicator) -> Result | None:
        """The difference of those who did not answer again from those who did."""
        return self.find(Quantity.DIFFERENCE, indicator=one.indicator, wave=self.context.first.id, contrast=Contrast.STAYED,
                         reference=self.context.wave.id)


class Weighting(Kind):
    """Rows are indicators with a weighted figure: beside it the unweighted one, and the effective number of answers."""

    id = "weighting"
    says_weights = True

    def has_row(self, one: Indicator) -> bool:
        return self._weighted(one) is not None

    def columns(self) -> Iterator[Field]:
        yield self.column.label("indicator")
        for key, find in (("unweighted", self._unweighted), ("weighted", self._weighted)):
            yield from self.column.estimate(find, key=f"{key}_", group=self.say(key))[:2]
        yield self.column.count("effective", self._weighted, "n_effective", head=self.say("effective_n"))

    def own_notes(self) -> Iterator[str]:
        """How near the weights come to the known make-up, where they were trimmed."""
        rule = self.context.cohort.weighting
        for wave in self.context.waves if rule is not None and (rule.trim_upper or rule.trim_lower) else ():
            row = self.find(Quantity.MARGIN_GAP, wave=wave.id)
            if self.context.state(row) is State.SHOWN:
                gap = numeral(row.estimate, 1)
                yield self.say("note_margins_met" if float(gap) == 0 else "note_margin_gap", wave=wave.label, gap=gap)

    def _weighted(self, one: Indicator) -> Result | None:
        """The weighted figure."""
        return self.results.weighted(self.level(one))

    def _unweighted(self, one: Indicator) -> Result | None:
        """The figure in which each answer counts once."""
        return self.results.unweighted(self.level(one))


@dataclass(frozen=True)
class Measured:
    """A row of the table of reliability: a scale, or one of its items."""

    scale: str
    label: str
    item: str = ""


class Reliability(Kind):
    """Rows are scales with their alpha at each wave, and below each its items with their item-rest correlation."""

    id = "reliability"
    unit_words = ""

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("scale")
        for wave in context.waves:
            def row(one: Measured, wave: Wave = wave) -> Result | None:
                known = self._found(Quantity.ITEM_REST if one.item else Quantity.ALPHA, indicator=one.scale, wave=wave.id)
                return next((row for row in known if one.item in ("", row.level, row.reference)), None)

            group = self.head_of(wave)
            interval = make.interval(f"{wave.id}_interval", row, TWO_DIGITS, group=group)
            yield make.level(f"{wave.id}_value", row, TWO_DIGITS, head=self.say("estimate"), group=group)
            yield Field(interval.column, lambda one, interval=interval: not_applicable(context) if one.item else interval.cell(one))
            yield make.count(f"{wave.id}_n", row, head=self.say("n"), group=group)

    def blocks(self) -> Iterator[Block]:
        """The scale itself, then its items."""
        context = self.context
        for name in dict.fromkeys(row.indicator for row in self._found(Quantity.ALPHA)):
            items = dict.fromkeys(row.level or row.reference for row in self._found(Quantity.ITEM_REST, indicator=name))
            yield Block(context.indicator_label(name), (Measured(name, self.say("alpha")), *(
                Measured(name, context.item_label(self.spec.source_id, item), item) for item in items)))

    def _found(self, quantity: Quantity, **key: str) -> tuple[Result, ...]:
        """The results of a quantity in the place of the report."""
        return self.results.where(source=self.spec.source_id, quantity=quantity, authority=self.context.authority, **key)
