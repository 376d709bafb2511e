"""What every kind of exhibit answers: its table, the lines around it, the sentence above it, and what a chart of it draws."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from nbeval.dictionary.enums import Measure, Status
from nbeval.dictionary.models import Indicator
from nbeval.frames import Contrast
from nbeval.report.cells import Block, Field, Table, grid, why_not
from nbeval.report.charts.data import ChartData
from nbeval.report.draft import Draft, Units
from nbeval.report.kinds.columns import domain_blocks
from nbeval.report.kinds.marks import Line, chart_of
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State

#: how many unconfirmed measures a note names; the account of limits names all
_MOST_NAMED = 6
#: a later figure, an earlier one, their difference, and how they are written
Subtraction = tuple[Result | None, Result | None, Result | None, NumberFormat]


class Kind(ABC):
    """One kind of exhibit, as ``exhibits.csv`` names it in the column ``kind``.

    A kind is one class: what it does not say itself is as here, which is right for a table of indicators of a survey. Its rows are the
    subjects of its blocks; its table and its chart share them. Numbers come from results, never from what is printed of them.
    """

    #: what ``exhibits.csv`` calls it
    id: ClassVar[str] = ""
    #: how the marks it makes for a chart can be read, by names in ``charts.data.MARKS``; every chart that draws such marks suits it
    marks: ClassVar[tuple[str, ...]] = ()
    #: it means nothing before there are two waves
    needs_two_waves: ClassVar[bool] = False
    #: it shows change, so that its section says what to mind about change
    of_change: ClassVar[bool] = False
    #: it sets the levels of both waves beside the change
    sets_levels_beside_change: ClassVar[bool] = False
    #: it shows numbers of single authorities, whatever the report is on
    shows_single_authorities: ClassVar[bool] = False
    #: it shows the last wave alone
    of_last_wave: ClassVar[bool] = False
    #: it sets published figures beside those of the survey
    beside_published: ClassVar[bool] = False
    #: its rows are words, and it shows no result
    of_words: ClassVar[bool] = False
    #: its own sentence sums up all its tests, and is the title of its slide
    sums_up: ClassVar[bool] = False
    #: what its differences are from
    compares_with: ClassVar[tuple[Contrast, ...]] = (Contrast.COMPARATOR,)
    #: the key of the words for its base, where that is no number who answered
    base_words: ClassVar[str] = ""
    #: the key of the words for its unit, empty where it has none; None where its indicators say it
    unit_words: ClassVar[str | None] = None
    #: the same in a report on one authority, where they differ
    base_of_one: ClassVar[str] = ""
    unit_of_one: ClassVar[str] = ""
    #: the key of the words for its source and its waves; empty where it names none
    source_words: ClassVar[str] = "source"
    #: it says of each figure itself whether that is weighted
    says_weights: ClassVar[bool] = False

    def table(self, draft: Draft) -> Table:
        """The columns and rows of the exhibit."""
        return grid(self.columns(draft), self.blocks(draft))

    @abstractmethod
    def columns(self, draft: Draft) -> Iterable[Field]:
        """The columns of the table; there may be nothing to show in them."""

    def blocks(self, draft: Draft) -> Iterable[Block]:
        """The subjects of the rows, under their headings."""
        return domain_blocks(self.indicators(draft), draft.context)

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        """The indicators that have a row, where rows are indicators."""
        return draft.indicators

    # --- the chart -------------------------------------------------------------------------------

    def chart_data(self, draft: Draft) -> ChartData:
        """What a chart of the exhibit draws, from the results behind its table; the first line of a block has its heading."""
        marks, place = [], 0
        for block in self.drawn_blocks(draft):
            heading = block.heading
            for line in (line for subject in block.subjects for line in self.lines(subject, draft)):
                marks += [replace(mark, line=place, heading=heading) for mark in line]
                place, heading = place + 1, ""
        return chart_of(marks, draft.context, **self.axis(draft))

    def drawn_blocks(self, draft: Draft) -> Iterable[Block]:
        """The rows that are drawn: all of them, unless they are too many for a page."""
        return self.blocks(draft)

    def lines(self, subject: Any, draft: Draft) -> Iterable[Line]:
        """The lines of a chart that one row makes; their place and heading are given to them."""
        return ()

    def axis(self, draft: Draft) -> dict[str, object]:
        """What the scale counts: fields of ``ChartData``."""
        percent = Units.of(self.indicators(draft), draft.context).percent
        return {"unit": draft.say("axis_percent" if percent else "axis_score"), "percent": percent}

    # --- the lines around the table --------------------------------------------------------------

    def unit(self, draft: Draft) -> str:
        """The unit that the figures share, or that each cell shows its own."""
        words = draft.context.authority and self.unit_of_one or self.unit_words
        if words is not None:
            return draft.say(words) if words else ""
        measures = {one.measure for one in draft.context.dictionary.indicators_named(draft.spec.indicators)}
        if len(measures) > 1:
            return draft.say("unit_mixed")
        return draft.say("unit_percent" if measures == {Measure.PERCENT} else "unit_mean")

    def base(self, draft: Draft) -> str:
        """Who the figures are of, with the smallest and the largest number who answered."""
        context = draft.context
        if words := context.authority and self.base_of_one or self.base_words:
            return draft.say(words)
        used = [row for row in draft.shown if row.contrast == Contrast.NONE and context.state(row) is not State.NOT_ESTIMABLE]
        if not used:
            return ""
        known = sorted({float(row.n_valid) for row in used if context.state(row, "n_valid") is State.SHOWN})
        if not known:
            return draft.say("base_withheld")
        if len(known) == 1:
            return draft.say("base_one", n=numeral(known[0]))
        return draft.say("base_range", smallest=numeral(known[0]), largest=numeral(known[-1]))

    def source(self, draft: Draft) -> str:
        """The source, and where its words ask for them the waves and when each was in the field."""
        context = draft.context
        if not self.source_words:
            return ""
        shown = context.waves[-1:] if self.of_last_wave else context.waves
        waves = (context.wave_line(wave) if self.source_words == "source" else wave.label for wave in shown)
        return draft.say(self.source_words, source=self.source_label(draft), waves="; ".join(waves))

    def source_label(self, draft: Draft) -> str:
        """The name of the source."""
        return draft.context.source_label(draft.spec.source_id)

    def sentence(self, draft: Draft) -> str:
        """The sentence that the exhibit makes from its own results; empty where it makes none."""
        return ""

    # --- notes -----------------------------------------------------------------------------------

    def notes(self, draft: Draft) -> tuple[str, ...]:
        """Every note, each once, in a fixed order."""
        notes = (
            draft.spec.notes, *self._unconfirmed(draft), *self._several_answers(draft), *self.own_notes(draft), *self._reasons(draft),
            *self._rounding(draft), *self._weights(draft),
        )
        return tuple(dict.fromkeys(note for note in notes if note))

    def own_notes(self, draft: Draft) -> Iterator[str]:
        """The notes that only this kind has."""
        return iter(())

    def doubtful(self, draft: Draft) -> Iterable[str]:
        """The labels of what the exhibit rests on that could not be confirmed."""
        return (label for one in draft.indicators if (label := _doubted(one, draft)))

    def says_why_itself(self, row: Result, draft: Draft) -> bool:
        """Whether the table itself says in words what to mind about a result."""
        return False

    def subtractions(self, draft: Draft) -> Iterable[Subtraction]:
        """The levels in which a reader may subtract, each with the difference beside them."""
        return ()

    def _unconfirmed(self, draft: Draft) -> Iterator[str]:
        """One line on all that could not be confirmed; the account of limits has the details."""
        labels = dict.fromkeys(self.doubtful(draft))
        if labels:
            key = "note_unconfirmed" if len(labels) <= _MOST_NAMED else "note_unconfirmed_many"
            yield draft.say(key, labels="; ".join(labels), count=len(labels), limits=draft.say("limits_heading"))

    def _several_answers(self, draft: Draft) -> Iterator[str]:
        """That percentages may add to more than the whole, where people could choose several answers."""
        used = [one.instrument for one in draft.context.cohort.sources if one.id == draft.spec.source_id]
        for instrument in map(draft.context.dictionary.instrument, used):
            if instrument.is_survey and any(
                    one.item and instrument.item(one.item).part_of for one in draft.indicators):
                yield draft.say("note_multi")

    def _reasons(self, draft: Draft) -> Iterator[str]:
        """Why there is no figure, and what to mind about those there are: each reason once."""
        context, labels = draft.context, {}
        for row in draft.shown:
            if row.reason and row.indicator and not self.says_why_itself(row, draft):
                key = "note_not_estimable" if context.state(row) is State.NOT_ESTIMABLE else "note_warning"
                labels.setdefault((key, why_not(row, context)), {})[context.indicator_label(row.indicator)] = None
        every = {context.indicator_label(row.indicator) for row in draft.shown if row.indicator}
        for (key, why), names in labels.items():
            whole = key == "note_warning" and every == set(names) and len(every) > 1
            yield draft.say("note_warning_all" if whole else key, label="; ".join(names), why=why)

    def _rounding(self, draft: Draft) -> Iterator[str]:
        """Why a reader who subtracts would find another number: differences before rounding, or of fewer people."""
        if self.sets_levels_beside_change and draft.context.linked:
            yield draft.say("note_linked")
            return
        for later, earlier, difference, form in self.subtractions(draft):
            shown = [form.rounded(row.estimate) for row in (later, earlier, difference) if _has_number(row, draft, form)]
            if len(shown) == 3 and shown[0] - shown[1] != shown[2]:
                yield draft.say("note_rounded")
                return

    def _weights(self, draft: Draft) -> Iterator[str]:
        """That figures are weighted."""
        if not self.says_weights and any(row.weighted for row in draft.shown):
            yield draft.say("note_weighted")


def _doubted(one: Indicator, draft: Draft) -> str:
    """The label of an indicator or of its scale, where the rule could not be confirmed."""
    if one.status is Status.UNCONFIRMED:
        return draft.context.label(one)
    scale = draft.context.dictionary.scale(one.scale) if one.scale else None
    return scale.label if scale is not None and scale.status is Status.UNCONFIRMED else ""


def _has_number(row: Result | None, draft: Draft, form: NumberFormat) -> bool:
    """Whether a cell of a result shows a number and not a symbol."""
    return draft.context.state(row) is State.SHOWN and (row.contrast != Contrast.NONE or not form.is_low(row.estimate))

