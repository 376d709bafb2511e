"""What every kind of exhibit answers: its table and how the columns are made, the lines around it, its sentence, and what a chart draws."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from nbeval.dictionary.enums import Measure, Status, Symbol
from nbeval.dictionary.models import Indicator, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import (
    Block, Field, Table, count_cell, difference_cell, grid, interval_cell, interval_words, level_cell, p_cell, verdict_cell, whys,
)
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import STROKES
from nbeval.report.context import Context
from nbeval.report.draft import Draft, Units, by_domain
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State

#: what levels are compared with: nothing; those of linked people say with which wave they are linked
OF_LEVELS = (Contrast.NONE, Contrast.PAIRS)
#: how many unconfirmed measures a note names; the account of limits names all
#: the section of full tables
_ANNEX = "annex"
_MOST_NAMED = 6
#: published figures, and who did not answer: nobody's weight is in them
_NEVER_WEIGHTED = (Quantity.BENCHMARK, Quantity.POPULATION_SHARE, Quantity.ITEM_NONRESPONSE, Quantity.COUNT, Quantity.EVENTS_PER_VARIABLE)
#: a later figure, an earlier one, their difference, and how they are written
Subtraction = tuple[Result | None, Result | None, Result | None, NumberFormat]
#: gives the result that the subject of a row has in a column
Finder = Callable[[Any], Result | None]


@dataclass(frozen=True)
class Toned(Field):
    """A column of a table that a grid draws too: how its cells are toned there, and shortened."""

    tone: Callable[[Any], str]
    short: Callable[[Any], str] = lambda subject: ""


class Kind(Draft, ABC):
    """One kind of exhibit, as ``exhibits.csv`` names it in the column ``kind``.

    A kind is one class: what it does not say itself is as here, which is right for a table of indicators of a survey. Its rows are the
    subjects of its blocks; its table and its chart share them. Numbers come from results, never from what is printed of them.
    """

    id: ClassVar[str] = ""                      # what ``exhibits.csv`` calls it
    marks: ClassVar[tuple[str, ...]] = ()       # how its marks can be read, by names in ``charts.data.MARKS``: the charts of such suit it
    needs_two_waves: ClassVar[bool] = False     # it means nothing before there are two waves
    of_change: ClassVar[bool] = False           # it shows change, so that its section says what to mind about change
    sets_levels_beside_change: ClassVar[bool] = False       # those of both waves, or what stands in the report beside such a table
    shows_single_authorities: ClassVar[bool] = False        # whatever the report is on
    shows_comparison: ClassVar[bool] = False    # it shows the comparison authorities beside those of the programme
    of_last_wave: ClassVar[bool] = False        # it shows the last wave alone
    beside_published: ClassVar[bool] = False    # it sets published figures beside those of the survey
    of_words: ClassVar[bool] = False            # its rows are words, and it shows no result
    sums_up: ClassVar[bool] = False             # its own sentence sums up all its tests, and is the title of its slide
    says_weights: ClassVar[bool] = False        # it says of each figure itself whether that is weighted
    compares_with: ClassVar[tuple[Contrast, ...]] = (Contrast.COMPARATOR,)      # what its differences are from
    #: keys of words: for its base, where that is no number who answered; for its unit, empty where it has none, None where its indicators
    #: say it; the same in a report on one authority, where they differ; for its source and its waves, empty where it names none
    base_words: ClassVar[str] = ""
    unit_words: ClassVar[str | None] = None
    base_of_one: ClassVar[str] = ""
    unit_of_one: ClassVar[str] = ""
    source_words: ClassVar[str] = "source"
    linked_words: ClassVar[str] = "note_linked"     # of levels of people who are linked

    @abstractmethod
    def columns(self) -> Iterable[Field]:
        """The columns of the table; there may be nothing to show in them."""

    def blocks(self) -> Iterable[Block]:
        """The subjects of the rows, under their headings: indicators by domain, which no report in plain words names."""
        if self.context.plain:
            return (Block("", self.in_rows),)
        return (Block(heading, members) for heading, members in by_domain(self.in_rows, self.context))

    @property
    def ends(self) -> tuple[Wave, Wave]:
        """The first wave of the report and the last."""
        return self.context.first, self.context.wave

    def head_of(self, wave: Wave) -> str:
        """The head over what is of one wave; empty where the report has no other."""
        return wave.label if self.context.shows_change else ""

    def level(self, one: Indicator, wave: str = "", authority: str | None = None, *, group: str = "", level: str = "",
              quantity: Quantity | None = None, other: str = "") -> Result | None:
        """The level of an indicator: at the last wave and in the authority of the report, unless another one is named. Beside a change of
        linked people it is that of those who answered at the ``other`` wave too: the first, or for the first the last."""
        if not self.is_of_pairs(one):
            return super().level(one, wave, authority, group=group, level=level, quantity=quantity)
        wave, ends = wave or self.context.wave.id, [end.id for end in self.ends]
        return self.find(
            quantity or self.context.quantity(one), indicator=one.indicator, wave=wave, group=group, level=level, contrast=Contrast.PAIRS,
            authority=self.context.authority if authority is None else authority, reference=other or ends[wave == ends[0]])

    def is_of_pairs(self, one: Indicator) -> bool:
        """Whether the levels of an indicator are those of the people who answered at both waves; what only one wave asked has no others."""
        if not (self.sets_levels_beside_change and self.context.linked):
            return False
        return self.of_change or bool(self.results.where(indicator=one.indicator, contrast=Contrast.PAIRS))

    def has_row(self, one: Indicator) -> bool:
        """Whether an indicator has a row, where rows are indicators."""
        return True

    def indicator_of(self, subject: Any) -> Indicator:
        """The indicator that the subject of a row is about."""
        return subject

    @cached_property
    def in_rows(self) -> tuple[Indicator, ...]:
        """The indicators that have a row."""
        return tuple(filter(self.has_row, self.indicators))

    @cached_property
    def units(self) -> Units:
        """The units of the indicators that have a row."""
        return Units.of(self.in_rows, self.context)

    @property
    def percents(self) -> NumberFormat:
        """How percentages are written that are not levels of an indicator."""
        return NumberFormat(percent=True)

    @cached_property
    def column(self) -> Columns:
        """Makes the columns."""
        return Columns(self)

    @cached_property
    def table(self) -> Table:
        """The columns and rows; without rows where the report has nothing to show in it."""
        if not self.context.waves or (self.needs_two_waves and not self.context.shows_change):
            return Table()
        made = grid(self._with_adjusted_p(tuple(self.columns())), self.blocks())
        has_results = any(cell.result for row in made.rows if not row.heading for cell in row.cells)
        return made if has_results or self.of_words else Table(made.columns)

    def _with_adjusted_p(self, fields: tuple[Field, ...]) -> Iterator[Field]:
        """The columns, and in the annex, or where a plain p-value is printed, before what tests say the p-value adjusted in their family."""
        subjects = [subject for block in self.blocks() for subject in block.subjects]
        full = self.spec.section == _ANNEX or any(field.cell(subject).field == "p_value" for field in fields for subject in subjects[:1])
        for field in fields:
            rows = (field.cell(subject).of for subject in subjects) if full and field.column.key == "verdict" else ()
            if any(row is not None and self.context.state(row, "p_adjusted") is State.SHOWN for row in rows):
                yield Field(Column("p_adjusted", self.say("p_adjusted"), numeric=True),
                            lambda subject, field=field: p_cell(field.cell(subject).of, self.context, "p_adjusted"))
            yield field

    @cached_property
    def shown(self) -> tuple[Result, ...]:
        """The results behind the cells of the table, each once, in the order of the cells."""
        keys = dict.fromkeys(cell.result for row in self.table.rows for cell in row.cells if cell.result)
        return tuple(self.context.results.by_key[key] for key in keys)

    # --- the chart -------------------------------------------------------------------------------

    def chart_data(self) -> ChartData:
        """What a chart of the exhibit draws, from the results behind its table; the first line of a block has its heading."""
        marks, place = [], 0
        for block in self.blocks():
            heading = block.heading
            for line in (line for subject in block.subjects for line in self.lines(subject)):
                marks += [replace(mark, line=place, heading=heading) for mark in line]
                place, heading = place + 1, ""
        return self.chart_of(marks, **self.axis())

    def lines(self, subject: Any) -> Iterable[list[Mark]]:
        """The marks of each line of a chart that one row makes; their place and heading are given to them."""
        return ()

    def axis(self) -> dict[str, object]:
        """What the scale counts: fields of ``ChartData``."""
        percent = self.units.percent
        return {"unit": self.say("axis_percent" if percent else "axis_score"), "percent": percent}

    @property
    def difference_axis(self) -> dict[str, object]:
        """A scale of differences, with a line at none."""
        return {"unit": self.say("axis_points" if self.units.percent else "axis_difference"), "percent": False, "reference": 0.0}

    def chart_of(self, marks: Iterable[Mark], *, words: dict[str, str] | None = None, **about: object) -> ChartData:
        """The data of a chart with the words of the report and the banner over invented data."""
        keys = {"withheld": "withheld_short", "answered": "n", "empty": "chart_empty", "of_ten": "of_ten", "few_of_ten": "x_in_ten_few",
                "most_of_ten": "x_in_ten_most", **{f"stroke_{name}": f"stroke_{name}" for name in STROKES}}
        limits = {"limit_95": self.say("funnel_limit", level="95%"), "limit_99_8": self.say("funnel_limit", level="99.8%")}
        return ChartData.of(list(marks), banner=self.say("invented") if self.context.cohort.invented else "",
                            words={**{name: self.say(key) for name, key in keys.items()}, **limits, **(words or {})}, **about)

    def grid_chart(self, **about: object) -> ChartData:
        """A mark for each cell of the toned columns of the table; the first line of a block has its heading."""
        toned, marks, line = [one for one in self.columns() if isinstance(one, Toned)], [], 0
        for block in self.blocks():
            for place, subject in enumerate(block.subjects):
                marks += [Mark.of_cell(one.cell(subject), line=line, label=subject.label, series=one.column.label, tone=one.tone(subject),
                                       heading="" if place else block.heading, short=one.short(subject)) for one in toned]
                line += 1
        return self.chart_of(marks, **about)

    def mark(self, row: Result | None, form: NumberFormat, series: str, *, label: str, signed: bool = False,
             interval: NumberFormat | None = None, **about: object) -> Mark:
        """The mark of a result: its number as printed and its interval; ``signed`` is for differences, ``about`` further fields."""
        context, fields = self.context, {"line": 0, "label": label, "series": series, **about}
        if context.state(row) is not State.SHOWN:
            return Mark(text=context.symbol_of(row), **fields)
        value, low, high = (float(number) for number in (row.estimate, row.conf_low, row.conf_high))
        is_low = not signed and form.is_low(value)
        return Mark(value=value, text=context.symbol(Symbol.LOW) if is_low else form.difference(value) if signed else form.full(value),
                    low=low, high=high, interval=interval_words(row, context, interval or form, signed=signed), **fields)

    def with_verdict(self, line: list[Mark], row: Result | None) -> list[Mark]:
        """The marks of a line with what the test of it says."""
        if row is None or not row.verdict:
            return line
        words = self.context.words
        short = words.get(f"short_{row.verdict}", words.get(row.verdict, row.verdict))
        tested = {"verdict": row.verdict, "verdict_text": self.context.verdict_words(row), "short": short}
        return [replace(mark, **tested) for mark in line]

    @property
    def own_series(self) -> str:
        """Whose numbers the report is on: the authority's, or the cohort's."""
        return self.context.authority_name(self.context.authority) if self.context.authority else self.context.cohort.label

    def series_of(self, wave: Wave) -> str:
        """Whose numbers those of a wave are: the wave's, or where there is one wave those of the place of the report."""
        return wave.label if self.context.shows_change else self.own_series

    # --- the lines around the table --------------------------------------------------------------

    def unit(self) -> str:
        """The unit that the figures share, or that each cell shows its own."""
        words = self.context.authority and self.unit_of_one or self.unit_words
        if words is not None:
            return self.say(words) if words else ""
        measures = {one.measure for one in self.context.dictionary.indicators_named(self.spec.indicators)}
        if len(measures) > 1:
            return self.say("unit_mixed")
        return self.say("unit_percent" if measures == {Measure.PERCENT} else "unit_mean")

    def base(self) -> str:
        """Who the figures are of, with the smallest and the largest number who answered."""
        context = self.context
        if words := context.authority and self.base_of_one or self.base_words:
            return self.say(words)
        used = [row for row in self.shown if row.contrast in OF_LEVELS and context.state(row) is not State.NOT_ESTIMABLE]
        if not used:
            return ""
        known = sorted({float(row.n_valid) for row in used if context.state(row, "n_valid") is State.SHOWN})
        if not known:
            return self.say("base_withheld")
        if len(known) == 1:
            return self.say("base_one", n=numeral(known[0]))
        return self.say("base_range", smallest=numeral(known[0]), largest=numeral(known[-1]))

    def source(self) -> str:
        """The source, and where its words ask for them the waves and when each was in the field."""
        context = self.context
        if not self.source_words:
            return ""
        shown = context.waves[-1:] if self.of_last_wave else context.waves
        waves = (context.wave_line(wave) if self.source_words == "source" else wave.label for wave in shown)
        return self.say(self.source_words, source=self.source_label(), waves="; ".join(waves))

    def source_label(self) -> str:
        """The name of the source."""
        return self.context.source_label(self.spec.source_id)

    def sentence(self) -> str:
        """The sentence that the exhibit makes from its own results; empty where it makes none."""
        return ""

    # --- notes -----------------------------------------------------------------------------------

    def notes(self) -> tuple[str, ...]:
        """Every note, each once, in a fixed order."""
        notes = (self.spec.notes, *self._unconfirmed(), *self._several_answers(), *self._smallest_meaningful(), *self.own_notes(),
                 *self._reasons(), *self._comparability(), *self._rounding(), *self._weights())
        return tuple(dict.fromkeys(note for note in notes if note))

    def own_notes(self) -> Iterator[str]:
        """The notes that only this kind has."""
        return iter(())

    def doubtful(self) -> Iterable[str]:
        """The labels of what the exhibit rests on that could not be confirmed."""
        return filter(None, map(self._doubted, self.indicators))

    def says_why_itself(self, row: Result) -> bool:
        """Whether the table itself says in words what to mind about a result."""
        return False

    def subtractions(self) -> Iterable[Subtraction]:
        """The levels in which a reader may subtract, each with the difference beside them."""
        return ()

    def _unconfirmed(self) -> Iterator[str]:
        """One line on all that could not be confirmed."""
        labels = dict.fromkeys(self.doubtful())
        if labels:
            key = "note_unconfirmed" if len(labels) <= _MOST_NAMED else "note_unconfirmed_many"
            yield self.say(key, labels="; ".join(labels), count=len(labels))

    def _smallest_meaningful(self) -> Iterator[str]:
        """The smallest change that is declared meaningful, where the table says of a change how its interval lies to it."""
        measures = {self.context.measure_of(row) for row in self.judged if row.size}
        if measures:
            sizes = (self.context.smallest_meaningful(one) for one in Measure if one in measures)
            yield self.say("note_smallest_meaningful", sizes="; ".join(sizes))

    @cached_property
    def judged(self) -> tuple[Result, ...]:
        """The results of which the table prints what the test says."""
        cells = (cell for row in self.table.rows for cell in row.cells)
        return tuple(cell.of for cell in cells if cell.field == "verdict" and cell.of is not None and cell.of.verdict)

    def _several_answers(self) -> Iterator[str]:
        """That percentages may add to more than the whole, where people could choose several answers."""
        used = [one.instrument for one in self.context.cohort.sources if one.id == self.spec.source_id]
        for instrument in map(self.context.dictionary.instrument, used):
            if instrument.is_survey and any(one.item and instrument.item(one.item).part_of for one in self.indicators):
                yield self.say("note_multi")

    def _reasons(self) -> Iterator[str]:
        """Why there is no figure, and what to mind about those there are: each reason once, and of one measure in one place the first
        reason why there is none, as what is worked out of a figure that is not there is not there for the same reason."""
        context, labels, said = self.context, {}, set()
        for row in self.shown:
            if row.reason and row.indicator and not self.says_why_itself(row):
                absent = context.state(row) is State.NOT_ESTIMABLE
                place = (row.indicator, row.authority, row.group, row.level)
                if absent and place in said:
                    continue
                said |= {place} if absent else set()
                key = "note_not_estimable" if absent else "note_warning"
                for why in whys(row, context):
                    labels.setdefault((key, why), {})[context.indicator_label(row.indicator)] = None
        every = {context.indicator_label(row.indicator) for row in self.shown if row.indicator}
        for (key, why), names in labels.items():
            whole = key == "note_warning" and every == set(names) and len(every) > 1
            yield self.say("note_warning_all" if whole else key, label="; ".join(names), why=why)

    def _comparability(self) -> Iterator[str]:
        """What is declared of questions that were not put alike at the waves that are compared: each note once, with all that it is of."""
        yield from comparability_lines(self.shown, self.context)

    def _rounding(self) -> Iterator[str]:
        """Why a reader who subtracts would find another number: differences before rounding, or of fewer people."""
        if any(map(self.is_of_pairs, self.indicators)):
            yield self.say(self.linked_words)
            return
        for later, earlier, difference, form in self.subtractions():
            shown = [form.rounded(row.estimate) for row in (later, earlier, difference) if self._has_number(row, form)]
            if len(shown) == 3 and shown[0] - shown[1] != shown[2]:
                yield self.say("note_rounded")
                return

    def _weights(self) -> Iterator[str]:
        """That figures are weighted, or that they are not where the report's others are."""
        context = self.context
        weighted = any(row.weighted for row in self.shown)
        if self.says_weights or not (weighted or context.main_weighted):
            return
        if weighted:
            yield self.say("note_weighted" if context.raked else "note_weighted_given")
        plain = {row.quantity for row in self.shown if row.indicator and not row.weighted and row.quantity not in _NEVER_WEIGHTED
                 and row.source not in context.dictionary.disclosure.not_of_answers}
        if plain:
            yield self.say("note_partly_weighted" if weighted else "note_not_weighted")

    def _doubted(self, one: Indicator) -> str:
        """The label of an indicator or of its scale, where the rule could not be confirmed."""
        if one.status is Status.UNCONFIRMED:
            return self.context.label(one)
        scale = self.context.dictionary.scale(one.scale) if one.scale else None
        return scale.label if scale is not None and scale.status is Status.UNCONFIRMED else ""

    def _has_number(self, row: Result | None, form: NumberFormat) -> bool:
        """Whether a cell of a result shows a number and not a symbol."""
        return self.context.state(row) is State.SHOWN and (row.contrast not in OF_LEVELS or not form.is_low(row.estimate))


def comparability_lines(rows: Iterable[Result], context: Context) -> Iterator[str]:
    """What is declared of questions that were not put alike at the waves that results compare: each note once, with all that it is of."""
    labels: dict[str, dict[str, None]] = {}
    for row in rows:
        for note in context.comparability_notes(row):
            labels.setdefault(note, {})[context.indicator_label(row.indicator)] = None
    for note, names in labels.items():
        yield context.say("note_comparability", label="; ".join(names), note=note)


class Columns:
    """Makes the columns of a table of one kind. A column without a ``head`` has the words of its key.

    Numbers without a ``form`` are written as those of the indicator that the subject of the row is about, with the ``unit`` of these.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind, self._context, self._say = kind, kind.context, kind.say
        self.points = kind.say("points_short") if kind.units.percent else ""

    def label(self, word: str, text: Callable[[Any], str] = lambda subject: subject.label) -> Field:
        """The column of row headers."""
        return Field(Column("label", self._say(word), header=True), lambda subject: Cell(text(subject)))

    def words(self, key: str, word: str, cell: Callable[[Any], Cell]) -> Field:
        """The column of words."""
        return Field(Column(key, self._say(word)), cell)

    def level(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "", group: str = "") -> Field:
        """The column of a percentage, a mean or another number without a sign."""
        unit = unit or ("" if form else self._kind.units.heading)
        return Field(Column(key, head or self._say(key), unit, numeric=True, group=group),
                     lambda one: level_cell(find(one), self._context, form or self._form(one)))

    def difference(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "") -> Field:
        """The column of a difference, with its sign."""
        unit = unit or ("" if form else self.points)
        return Field(Column(key, head or self._say(key), unit, numeric=True),
                     lambda one: difference_cell(find(one), self._context, form or self._form(one)))

    def interval(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "", group: str = "",
                 signed: bool = False) -> Field:
        """The column of an interval: of a level, or where it is ``signed`` of a difference."""
        unit = unit or ("" if form else self.points if signed else self._kind.units.heading)
        head = head or self._say("interval", level=self._context.interval_level)
        return Field(Column(key, head, unit, numeric=True, group=group),
                     lambda one: interval_cell(find(one), self._context, form or self._form(one), signed=signed))

    def count(self, key: str, find: Finder, field: str = "n_valid", *, head: str = "", unit: str = "", group: str = "") -> Field:
        """The column of a number of people, or with ``estimate`` as its field of what was counted."""
        return Field(Column(key, head or self._say(key), unit, numeric=True, group=group),
                     lambda one: count_cell(find(one), self._context, field))

    def estimate(self, find: Finder, *, key: str = "", group: str = "") -> tuple[Field, Field, Field]:
        """The columns of a level: estimate, interval, number who answered."""
        return (self.level(f"{key}estimate", find, head=self._say("estimate"), group=group),
                self.interval(f"{key}interval", find, group=group),
                self.count(f"{key}n", find, head=self._say("n"), group=group))

    def change(self, key: str, word: str, find: Finder) -> tuple[Field, Field]:
        """The columns of a difference: its size with its sign, and its interval."""
        return self.difference(key, find, head=self._say(word)), self.interval(f"{key}_interval", find, signed=True)

    def p_value(self, key: str, find: Finder) -> Field:
        """The column of a p-value."""
        return Field(Column(key, self._say("p_value"), numeric=True), lambda one: p_cell(find(one), self._context))

    def verdict(self, find: Finder) -> Field:
        """The column of the word that a test allows."""
        return self.words("verdict", "verdict", lambda one: verdict_cell(find(one), self._context))

    def _form(self, subject: Any) -> NumberFormat:
        """How the numbers of the subject of a row are written."""
        return self._kind.units.form(self._kind.indicator_of(subject))


def itself(subject: Any) -> Any:
    """The subject of a row, where it is the result or the figure itself."""
    return subject
