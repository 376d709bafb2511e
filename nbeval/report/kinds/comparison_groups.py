"""The programme's authorities beside those that did not take part: levels of both at each wave, and the difference of their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from nbeval.dictionary.models import Indicator, Wave
from nbeval.exhibit import Cell
from nbeval.frames import COMPARISON_SIDE, ROLE, Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, verdict_cell, words_cell
from nbeval.report.charts.data import Mark
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import numeral
from nbeval.report.results import Result, State

#: what the test of a difference of changes allows us to say
_SAID = MappingProxyType({
    Verdict.HIGHER: "did_more", Verdict.LOWER: "did_less", Verdict.MAY_BE_HIGHER: "did_may_more", Verdict.MAY_BE_LOWER: "did_may_less",
    Verdict.NO_CLEAR_DIFFERENCE: "did_unclear", Verdict.CANNOT_TELL: "did_unknown"})


class BesideComparison(Kind):
    """A kind that shows both sides: of the whole cohort, whatever the report is on."""

    shows_comparison = needs_two_waves = of_change = sets_levels_beside_change = True
    compares_with = (Contrast.COMPARISON,)

    def has_row(self, one: Indicator) -> bool:
        return bool(self.context.cohort.comparison_authorities) and self.differences(one) != ()

    def differences(self, one: Indicator) -> tuple[Result, ...]:
        """The differences of an indicator's changes, those of waves before the programme among them, in the order of time."""
        kept = (Quantity.DIFFERENCE_IN_DIFFERENCES, Quantity.EVENT_STUDY)
        rows = self.results.where(indicator=one.indicator, source=self.spec.source_id, contrast=Contrast.COMPARISON)
        order = [wave.id for wave in self.context.waves]
        return tuple(sorted((row for row in rows if row.quantity in kept and row.wave in order), key=lambda row: order.index(row.wave)))

    def side(self, one: Indicator, wave: Wave, comparison: bool) -> Result | None:
        """The level of one side at a wave."""
        place = {"group": ROLE, "level": COMPARISON_SIDE} if comparison else {}
        return self.level(one, wave.id, "", **place)

    def side_words(self, comparison: bool) -> str:
        """What a side is called."""
        return self.say("side_comparison" if comparison else "side_programme")

    def own_notes(self) -> Iterator[str]:
        context = self.context
        names = "; ".join(sorted(map(context.authority_name, context.cohort.comparison_authorities)))
        yield self.say("note_comparison", names=names)


class ComparisonLevels(BesideComparison):
    """One block per indicator; rows are the two sides: their level at each wave, and how many answered."""

    id = "comparison_levels"
    marks = ("pairs", "lines")

    def columns(self) -> Iterator[Field]:
        make = self.column
        yield make.label("side", lambda subject: self.side_words(subject[1]))
        for wave in self.context.waves:
            def find(subject: tuple[Indicator, bool], wave: Wave = wave) -> Result | None:
                return self.side(subject[0], wave, subject[1])

            yield make.level(f"{wave.id}_estimate", find, head=self.say("estimate"), group=wave.label)
            yield make.interval(f"{wave.id}_interval", find, group=wave.label)
            yield make.count(f"{wave.id}_n", find, head=self.say("n_short"), group=wave.label)

    def blocks(self) -> Iterable[Block]:
        return [Block(self.context.label(one), ((one, False), (one, True))) for one in self.in_rows]

    def indicator_of(self, subject: tuple[Indicator, bool]) -> Indicator:
        return subject[0]

    def lines(self, subject: tuple[Indicator, bool]) -> Iterator[list[Mark]]:
        one, comparison = subject
        yield [self.mark(self.side(one, wave, comparison), self.context.format(one), wave.label, label=self.side_words(comparison))
               for wave in self.context.waves]


class DifferenceInDifferences(BesideComparison):
    """Rows are indicators, one for each wave but the one that changes are counted from: both sides' levels at the two waves, the
    difference of their changes with its interval, and what its test says."""

    id = "difference_in_differences"
    marks = ("lines",)
    sums_up = True

    def columns(self) -> Iterator[Field]:
        make = self.column
        yield make.label("indicator", self._label)
        for comparison in (False, True):
            group = self.side_words(comparison)
            for key, head in (("then", "wave_from"), ("now", "wave_to")):
                yield make.level(f"{'comparison' if comparison else 'programme'}_{key}", lambda row, comparison=comparison, key=key: self._side_of(
                    row, key, comparison), head=self.say(head), group=group)
        yield from make.change("difference", "difference_of_changes", lambda row: row)
        yield make.difference("alike", self._alike, head=self.say("difference_alike"))
        yield make.words("verdict", "verdict", self._verdict)

    def blocks(self) -> Iterable[Block]:
        return (Block("", tuple(row for one in self.in_rows for row in self.differences(one))),)

    def indicator_of(self, subject: Result) -> Indicator:
        return self.context.dictionary.indicator(subject.indicator)

    def lines(self, row: Result) -> Iterator[list[Mark]]:
        line = [self.mark(row, self.context.format(self.indicator_of(row)), self.say("difference_of_changes"), label=self._label(row), signed=True)]
        words = self._said(row)
        yield [Mark(**{**vars(mark), "verdict": row.verdict, "verdict_text": words, "short": words}) for mark in line] if words else line

    def axis(self) -> dict[str, object]:
        return self.difference_axis

    def base(self) -> str:
        known = [row for block in self.blocks() for row in block.subjects if self.context.state(row) is State.SHOWN]
        counts = [sorted({getattr(row, name) for row in known}) for name in ("numerator", "numerator_reference")]
        if not known:
            return self.say("base_withheld")
        ours, others = (numeral(found[0]) if len(found) == 1 else self.say("to", low=numeral(found[0]), high=numeral(found[-1])) for found in counts)
        return self.say("base_comparison", ours=ours, others=others)

    def sentence(self) -> str:
        """Of the first difference that can be said: both changes, their difference, and what the test allows."""
        for one in sorted(self.in_rows, key=lambda one: not one.headline):
            for row in self.differences(one):
                ends = [self._side_of(row, key, comparison) for comparison in (False, True) for key in ("then", "now")]
                if row.quantity == Quantity.EVENT_STUDY or any(self.context.state(end) is not State.SHOWN for end in (*ends, row)):
                    continue
                form = self.context.format(one)
                levels = dict(zip(("before", "after", "before_beside", "after_beside"), (form.full(end.estimate) for end in ends), strict=True))
                clear = self.context.state(row, "conf_low") is State.SHOWN
                interval = self.say("to", low=form.difference(row.conf_low), high=form.difference(row.conf_high)) if clear else ""
                return self.say("said_comparison" if clear else "said_comparison_alone", label=self.context.label(one), **levels,
                                difference=form.difference(row.estimate), interval=interval, verdict=self._said(row))
        return ""

    def own_notes(self) -> Iterator[str]:
        yield self.say("note_quasi_experimental")
        before = list(dict.fromkeys(wave.label for one in self.in_rows for row in self.differences(one) for wave in self.context.waves
                                    if row.quantity == Quantity.EVENT_STUDY and row.wave == wave.id))
        yield self.say("note_parallel_shown", waves="; ".join(before)) if before else self.say("note_parallel_untested")
        yield from super().own_notes()

    def _label(self, row: Result) -> str:
        """The indicator, and the waves where there are several."""
        labels = {wave.id: wave.label for wave in self.context.waves}
        name = self.context.label(self.indicator_of(row))
        if len(labels) < 3:
            return name
        return self.say("labelled", label=name, about=self.say("from_to", earlier=labels[row.reference], later=labels[row.wave]))

    def _side_of(self, row: Result, key: str, comparison: bool) -> Result | None:
        """The level of one side at the wave of a difference (``now``), or at the wave that it is counted from."""
        wave, other = (row.wave, row.reference) if key == "now" else (row.reference, row.wave)
        place = {"group": ROLE, "level": COMPARISON_SIDE} if comparison else {}
        return self.level(self.indicator_of(row), wave, "", other=other, **place)

    def _alike(self, row: Result) -> Result | None:
        """The same with each authority counted alike."""
        return self.find(Quantity.DID_OF_AUTHORITIES, indicator=row.indicator, wave=row.wave, contrast=Contrast.COMPARISON, reference=row.reference)

    def _verdict(self, row: Result) -> Cell:
        """What the test allows us to say, or the symbol."""
        return words_cell(self._said(row), row, "verdict") if self._said(row) else verdict_cell(row, self.context)

    def _said(self, row: Result) -> str:
        """The words of a verdict."""
        return self.say(_SAID[row.verdict]) if row.verdict in _SAID else ""
