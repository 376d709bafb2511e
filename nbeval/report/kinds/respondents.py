"""The people and their answers: how many took part, who they were, whom they represent, who did not answer, how well scales measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.models import Indicator, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import MISSING_COLUMNS, Contrast, Quantity
from nbeval.report.cells import PERCENT, Block, Field, interval_cell, not_applicable, symbol_cell, words_cell
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.groups import Place, group_blocks, groups_of, places
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import TWO_DIGITS
from nbeval.report.results import Result, State


class Participation(Kind):
    """Rows are authorities and the whole cohort: at each wave the forms, who could answer, and the response rate."""

    id = "participation"
    unit_words, base_words = "", "base_participation"
    shows_single_authorities = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("authority")
        for wave in context.waves:
            group = wave.label if context.shows_change else ""

            def forms(place: Place, wave: Wave = wave) -> Result | None:
                return draft.find(Quantity.COUNT, wave=wave.id, authority=place.authority)

            def rate(place: Place, wave: Wave = wave) -> Result | None:
                return draft.find(Quantity.RESPONSE_RATE, wave=wave.id, authority=place.authority)

            yield make.count(f"{wave.id}_forms", draft.say("forms"), forms, "estimate", group)
            if not context.plain:
                yield make.count(f"{wave.id}_eligible", draft.say("eligible"), rate, "n_eligible", group)
                yield make.level(f"{wave.id}_rate", draft.say("response_rate"), rate, PERCENT, "%", group)

    def blocks(self, draft: Draft) -> Iterable[Block]:
        own, shown = draft.context.authority, places(draft.context)
        if own:
            shown = tuple(place for place in shown if place.authority in (own, ""))
        return (Block("", shown[-1:] if draft.context.plain else shown),)


class Composition(Kind):
    """Rows are levels of groups: at each wave their share, beside the share of the population where that is declared."""

    id = "composition"
    unit_words, base_words = "", "base_composition"

    def columns(self, draft: Draft) -> Iterator[Field]:
        make, shares = Columns(draft), [("share", "share", Quantity.PERCENT)]
        if draft.results.where(quantity=Quantity.POPULATION_SHARE):
            shares.append(("population", "population_share", Quantity.POPULATION_SHARE))
        yield make.label("level")
        for wave in draft.context.waves:
            for key, word, quantity in shares:
                yield make.level(
                    f"{wave.id}_{key}", draft.say(word),
                    lambda place, wave=wave, quantity=quantity: draft.find(quantity, wave=wave.id, group=place.group, level=place.level),
                    PERCENT, "%", wave.label if draft.context.shows_change else "")

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return group_blocks(draft, "")

    def doubtful(self, draft: Draft) -> Iterable[str]:
        return ()


class CompositionTest(Kind):
    """Rows are characteristics, under what the make-up is compared with: size of the difference, p, and what the test says."""

    id = "composition_test"
    unit_words, base_words = "", "base_composition_test"
    sums_up = True

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)
        return [
            make.label("characteristic", lambda row: draft.context.group_label(row.group)), make.count("n", draft.say("n"), lambda row: row),
            make.level("size", draft.say("composition_size"), lambda row: row, TWO_DIGITS), make.p_value("p", lambda row: row),
            Field(Column("says", draft.say("composition_reading")), lambda row: self._says(row, draft.context)),
        ]

    def blocks(self, draft: Draft) -> Iterator[Block]:
        """The tests against the population, and where there are two waves between them."""
        context, labels = draft.context, {wave.id: wave.label for wave in draft.context.cohort.waves}
        for contrast in (Contrast.POPULATION, Contrast.WAVE) if context.shows_change else (Contrast.POPULATION,):
            for wave in context.waves:
                found = tuple(row for group in groups_of(draft) for row in draft.results.where(
                    source=draft.spec.source_id, quantity=Quantity.COMPOSITION_TEST, group=group, wave=wave.id, authority="", contrast=contrast))
                if found:
                    yield Block(draft.say(f"composition_against_{contrast}", wave=wave.label, reference=labels.get(found[0].reference, "")), found)

    def sentence(self, draft: Draft) -> str:
        """On which characteristics the make-up differs by more than chance."""
        context = draft.context
        tested = [row for block in self.blocks(draft) for row in block.subjects if context.state(row, "p_value") is State.SHOWN]
        named = [context.group_label(row.group) for row in tested if self._differs(row, context)]
        if not named:
            return draft.say("said_composition_test_none", total=len(tested)) if tested else ""
        return draft.say("said_composition_test", count=len(named), total=len(tested), named="; ".join(dict.fromkeys(named)))

    def doubtful(self, draft: Draft) -> Iterable[str]:
        return ()

    def _says(self, row: Result, context: Context) -> Cell:
        """What the test of the make-up allows us to say."""
        if context.state(row, "p_value") is not State.SHOWN:
            return symbol_cell(row, context, "p_value")
        return words_cell(context.say("samples_differ" if self._differs(row, context) else "samples_alike"), row, "p_value")

    def _differs(self, row: Result, context: Context) -> bool:
        """Whether a make-up differs by more than chance, at the level of the programme's intervals."""
        return row.p_value < 1 - context.conf_level


class Nonresponse(Kind):
    """Rows are indicators at each wave: forms, answers, and the missing ones by the reasons that occur."""

    id = "nonresponse"
    unit_words, base_words = "", "base_nonresponse"

    def columns(self, draft: Draft) -> Iterable[Field]:
        context, make = draft.context, Columns(draft)

        def row(subject: tuple[Indicator, Wave]) -> Result | None:
            return draft.level(subject[0], subject[1].id)

        asked = [row(subject) for block in self.blocks(draft) for subject in block.subjects]
        occurring = [name for name in MISSING_COLUMNS if any(self._occurs(one, name, context) for one in asked)]
        return [
            make.label("indicator", lambda subject: subject[0].label), make.count("asked", draft.say("asked"), row, "n_eligible"),
            make.count("valid", draft.say("valid"), row), *(make.count(name, draft.say(name), row, name) for name in occurring),
        ]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return [Block(wave.label if draft.context.shows_change else "", tuple((one, wave) for one in draft.indicators)) for wave in draft.context.waves]

    def _occurs(self, row: Result | None, name: str, context: Context) -> bool:
        """Whether a reason for missing answers is there, or withheld, in a row."""
        state = context.state(row, name)
        return state is State.WITHHELD or (state is State.SHOWN and getattr(row, name) > 0)


class Attrition(Kind):
    """Rows are indicators at the first wave: how those who did not answer again differed then from those who did."""

    id = "attrition"
    base_words = "base_attrition"
    needs_two_waves = of_change = True
    compares_with = (Contrast.STAYED,)

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        return tuple(one for one in draft.indicators if self._lost(one, draft) is not None)

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft, self.indicators(draft))

        def row(one: Indicator) -> Result | None:
            return self._lost(one, draft)

        return [make.label("indicator", draft.context.label), *make.change("difference", "lost_minus_stayed", row), make.count("lost", draft.say("lost"), row),
                make.count("stayed", draft.say("stayed"), row, "n_reference"), make.verdict(row)]

    def _lost(self, one: Indicator, draft: Draft) -> Result | None:
        """The difference of those who did not answer again from those who did."""
        return draft.find(Quantity.DIFFERENCE, indicator=one.indicator, wave=draft.context.first.id, contrast=Contrast.STAYED,
                          reference=draft.context.wave.id)


class Weighting(Kind):
    """Rows are indicators with a weighted figure: beside it the unweighted one, and the effective number of answers."""

    id = "weighting"
    says_weights = True

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        return tuple(one for one in draft.indicators if draft.results.weighted(draft.level(one)) is not None)

    def columns(self, draft: Draft) -> Iterator[Field]:
        make = Columns(draft, self.indicators(draft))

        def weighted(one: Indicator) -> Result | None:
            return draft.results.weighted(draft.level(one))

        yield make.label("indicator")
        for key, find in (("unweighted", draft.level), ("weighted", weighted)):
            yield from make.estimate(find, key=f"{key}_", group=draft.say(key))[:2]
        yield make.count("effective", draft.say("effective_n"), weighted, "n_effective")


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

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("scale")
        for wave in context.waves:
            group = wave.label if context.shows_change else ""

            def row(one: Measured, wave: Wave = wave) -> Result | None:
                known = self._found(draft, Quantity.ITEM_REST if one.item else Quantity.ALPHA, indicator=one.scale, wave=wave.id)
                return next((row for row in known if one.item in ("", row.level, row.reference)), None)

            interval = make.interval(f"{wave.id}_interval", row, TWO_DIGITS, group=group)
            yield make.level(f"{wave.id}_value", draft.say("estimate"), row, TWO_DIGITS, group=group)
            yield Field(interval.column, lambda one, row=row: not_applicable(context) if one.item else interval_cell(row(one), context, TWO_DIGITS))
            yield make.count(f"{wave.id}_n", draft.say("n"), row, group=group)

    def blocks(self, draft: Draft) -> Iterator[Block]:
        """The scale itself, then its items."""
        context = draft.context
        for name in dict.fromkeys(row.indicator for row in self._found(draft, Quantity.ALPHA)):
            items = dict.fromkeys(row.level or row.reference for row in self._found(draft, Quantity.ITEM_REST, indicator=name))
            yield Block(context.indicator_label(name), (Measured(name, draft.say("alpha")), *(
                Measured(name, context.item_label(draft.spec.source_id, item), item) for item in items)))

    def _found(self, draft: Draft, quantity: Quantity, **key: str) -> tuple[Result, ...]:
        """The results of a quantity in the place of the report."""
        return draft.results.where(source=draft.spec.source_id, quantity=quantity, authority=draft.context.authority, **key)
