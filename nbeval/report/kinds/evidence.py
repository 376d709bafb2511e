"""What tests say together: of every outcome of the theory of change, beside other evidence, and of every measure of one authority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from nbeval.dictionary.enums import Direction, Match, SourceKind
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Indicator, Outcome, Source
from nbeval.exhibit import Cell, Column
from nbeval.frames import UNTESTED, Contrast, Quantity, Size, Verdict
from nbeval.report.cells import Block, Field, cell_of, difference_cell, not_applicable, symbol_cell, verdict_cell, words_cell
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.draft import named
from nbeval.report.kinds.interviews import AUTHORITIES, SPEAKER, SPOKEN_OF
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.of_source import RATERS, STATUS, aim_of
from nbeval.report.numerals import RATING, NumberFormat, numeral
from nbeval.report.results import Result, State

_POSSIBLE = frozenset({Verdict.MAY_HAVE_RISEN, Verdict.MAY_HAVE_FALLEN})
_UP, _DOWN = frozenset({Verdict.ROSE}), frozenset({Verdict.FELL})
#: benchmarks that are of respondents with their own number
_RESPONDENTS = "comparator"
#: the verdicts of clear differences; all others are no finding
_HIGH, _LOW = frozenset({Verdict.HIGHER, Verdict.ROSE}), frozenset({Verdict.LOWER, Verdict.FELL})


class Points(StrEnum):
    """Which way an item points, seen from the outcome it is about; in the order of a chart's columns."""

    BETTER = "better"
    UNTESTED = "untested"              # enough was done or said, and nobody tested it
    MAYBE_BETTER = "maybe_better"      # the interval leaves out 0, and the adjusted test does not decide
    MAYBE_WORSE = "maybe_worse"
    UNCLEAR = "unclear"                # the test found no clear change, or too little was done or said
    WORSE = "worse"
    OTHER = "other"                    # it changed, and neither way is the better one
    UNKNOWN = "unknown"                # the test cannot tell
    WITHHELD = "withheld"              # the figure is withheld
    NOT_ASKED = "not_asked"            # the question was not asked at both waves
    NO_WAY = "no_way"                  # what is wished for points no way


class Strength(StrEnum):
    """How strong the evidence is for the way that an item points."""

    STRONG = "strong"                  # a test, and an interval beyond the smallest meaningful change, where one is declared
    MODERATE = "moderate"              # a test, and an interval that reaches below it
    WEAK = "weak"                      # the interval leaves out 0, and the adjusted test does not decide
    UNTESTED = "untested"              # what was done or said: counted, and never tested
    NONE = "none"                      # it points no way


class Tests(StrEnum):
    """Which way the tests on an outcome point together."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    OTHER = "other"                    # something changed, and neither way is the better one
    POSSIBLE = "possible"              # no test decides, and an interval leaves out 0
    UNCLEAR = "unclear"
    NONE = "untested"


@dataclass(frozen=True)
class EvidenceItem:
    """One item; ``form`` is how its change is written, None where it is a count and ``found`` says of what."""

    outcomes: tuple[str, ...]
    source: str
    label: str
    points: Points
    strength: Strength
    result: Result | None = None
    form: NumberFormat | None = None
    unit: str = ""
    found: str = ""

    @property
    def is_tested(self) -> bool:
        """Whether it is a change that was tested, and no count."""
        return self.form is not None


_MAYBE = frozenset({Points.MAYBE_BETTER, Points.MAYBE_WORSE})
#: the words for how what was done and said compares with the way in which tests point
_BESIDE_TESTS = MappingProxyType({
    Tests.BETTER: "untested_agrees", Tests.WORSE: "untested_against", Tests.UNCLEAR: "untested_alone", Tests.NONE: "untested_alone",
    Tests.OTHER: "untested_alone", Tests.POSSIBLE: "untested_alone",
})
#: how strong evidence is, the strongest first
_BY_STRENGTH = (Strength.STRONG, Strength.MODERATE, Strength.WEAK)
#: what no test speaks of
_SILENT = frozenset({Points.UNKNOWN, Points.WITHHELD, Points.NOT_ASKED})
#: what a chart counts: wishes are not counted, and what was not asked is no evidence
_DRAWN = tuple(one for one in Points if one not in (Points.NO_WAY, Points.NOT_ASKED))


def pointing(indicator: Indicator, result: Result | None) -> Points:
    """Say which way a change points, by its verdict and by the better direction that the dictionary declares."""
    verdict = result.verdict if result is not None else Verdict.NONE
    if indicator.better is Direction.NEITHER and verdict in _UP | _DOWN | _POSSIBLE:
        return Points.OTHER if verdict.is_clear else Points.UNCLEAR
    return _tested(verdict, rising=indicator.better is Direction.HIGHER)


def together(points: Iterable[Points]) -> Tests:
    """Say which way tests point together."""
    found = set(points)
    if Points.BETTER in found:
        return Tests.MIXED if Points.WORSE in found else Tests.BETTER
    if Points.WORSE in found:
        return Tests.WORSE
    if Points.OTHER in found:
        return Tests.OTHER
    return Tests.POSSIBLE if found & _MAYBE else Tests.UNCLEAR if found - _SILENT else Tests.NONE


def tests_of(items: Iterable[EvidenceItem]) -> Tests:
    """Which way the tests among items point together."""
    return together(item.points for item in items if item.is_tested)


def _tested(verdict: Verdict, *, rising: bool) -> Points:
    """Which way a tested change points; ``rising`` says which way is the better one."""
    if verdict is Verdict.NO_CLEAR_CHANGE:
        return Points.UNCLEAR
    if verdict in _POSSIBLE:
        return Points.MAYBE_BETTER if verdict.is_up == rising else Points.MAYBE_WORSE
    if verdict not in _UP | _DOWN:
        return Points.UNKNOWN
    return Points.BETTER if (verdict in _UP) == rising else Points.WORSE


def _strength(points: Points, result: Result | None) -> Strength:
    """How strong the evidence of a tested change is."""
    if points in _MAYBE:
        return Strength.WEAK
    if points not in (Points.BETTER, Points.WORSE):
        return Strength.NONE
    return Strength.MODERATE if result.size in (Size.SMALLER, Size.UNCERTAIN) else Strength.STRONG


class Evidence(Kind):
    """Rows are outcomes and below each its items of evidence: where from, what was found, which way it points, how strongly."""

    id = "evidence"
    marks = ("counts",)
    needs_two_waves = of_change = sums_up = True
    unit_words, base_words = "unit_evidence", "base_evidence"

    def columns(self) -> Iterable[Field]:
        def field(key: str, word: str, cell: Callable[[EvidenceItem], Cell], *, numeric: bool = False) -> Field:
            return Field(Column(key, self.say(word), numeric=numeric), lambda item: cell(item) if item else not_applicable(self.context))

        return [
            self.column.label("outcome_measure", lambda item: item.label if item else self.say("evidence_no_measure")),
            field("source", "item_source", lambda item: words_cell(item.source)), field("change", "change", self._change, numeric=True),
            field("found", "item_found", self._found),
            field("reading", "item_points", lambda item: words_cell(self.say(f"points_{item.points}"))),
            field("strength", "item_strength", lambda item: words_cell(self.say(f"strength_{item.strength}"))),
        ]

    def blocks(self) -> Iterable[Block]:
        return [Block(self.say("labelled", label=outcome.label, about=self._summary(own)), own or (None,))
                for outcome, own in self.by_outcome]

    @cached_property
    def by_outcome(self) -> list[tuple[Outcome, tuple[EvidenceItem, ...]]]:
        """Every outcome of the programme with its items: indicators of the exhibit's source, and areas of the further sources it names. A
        question speaks once, by its headline measure or the first that is declared, however many ways its answers are counted."""
        speaking: dict[str, Indicator] = {}
        for one in sorted((one for one in self.indicators if one.outcomes), key=lambda one: not one.headline):
            speaking.setdefault(one.scale or one.item, one)
        items = [self._measured(one) for one in self.indicators if speaking.get(one.scale or one.item) is one]
        items += [item for source in self._further_sources for item in self._of_source(source)]
        return [(outcome, tuple(item for item in items if outcome.id in item.outcomes))
                for outcome in self.context.dictionary.programme.outcomes]

    def source_label(self) -> str:
        return "; ".join((super().source_label(), *(one.label for one in self._further_sources)))

    def sentence(self) -> str:
        """Of how many outcomes tests point which way."""
        ways = Counter(tests_of(own) for _, own in self.by_outcome)
        return self.say("said_evidence", total=ways.total(), towards=ways[Tests.BETTER], away=ways[Tests.WORSE], mixed=ways[Tests.MIXED],
                        silent=sum(ways[one] for one in (Tests.OTHER, Tests.POSSIBLE, Tests.UNCLEAR, Tests.NONE)))

    def chart_data(self) -> ChartData:
        """How many items of each outcome point which way, and what they say together."""
        counted = [(outcome, Counter(item.points for item in own), self._summary(own)) for outcome, own in self.by_outcome]
        occurring = [one for one in _DRAWN if any(counts[one] for _, counts, _ in counted)]
        marks = (Mark(line, outcome.label, self.say(f"points_{one}"), float(counts[one]), str(counts[one]), tone=str(one),
                      verdict_text=said)
                 for line, (outcome, counts, said) in enumerate(counted) for one in occurring)
        return self.chart_of(marks, unit=self.say("axis_evidence"), percent=False)

    def _change(self, item: EvidenceItem) -> Cell:
        """The change of what was measured, with its unit, as units differ from line to line."""
        if not item.is_tested:
            return not_applicable(self.context)
        cell = difference_cell(item.result, self.context, item.form)
        if self.context.state(item.result) is not State.SHOWN or not item.unit:
            return cell
        words = self.say("with_unit", number=item.form.difference(float(item.result.estimate)), unit=item.unit)
        return cell_of(item.result, "estimate", words, float(item.result.estimate))

    def _found(self, item: EvidenceItem) -> Cell:
        """The word that a test allows, or what was counted."""
        if item.points is Points.NOT_ASKED:
            return words_cell(self.say("verdict_not_asked"), item.result, "verdict")
        if item.is_tested:
            return verdict_cell(item.result, self.context)
        return words_cell(item.found, item.result, "estimate") if item.found else symbol_cell(item.result, self.context, "estimate")

    def _summary(self, items: tuple[EvidenceItem, ...]) -> str:
        """What items say together: the strongest evidence each way by its interval, and whether what was done and said agrees with it.

        Items are no votes: many weak ones do not make a strong one, and what nobody tested stays apart from tests.
        """
        if not items:
            return self.say("evidence_none")
        way, said_of = tests_of(items), {}
        for name, ways in (("better", (Points.BETTER, Points.MAYBE_BETTER)), ("worse", (Points.WORSE, Points.MAYBE_WORSE))):
            of = sorted((item for item in items if item.points in ways), key=lambda item: _BY_STRENGTH.index(item.strength))
            said_of[name] = self.say("evidence_most", strength=self.say(f"strength_{of[0].strength}"), label=of[0].label) if of else ""
        maybe = (self.say(f"evidence_perhaps_{name}", evidence=words) for name, words in said_of.items() if words)
        said = self.say(f"tests_{way}", **said_of, perhaps="; ".join(maybe))
        if way is Tests.MIXED or all(item.points is not Points.UNTESTED for item in items):
            return said
        return self.say("evidence_both", tests=said, untested=self.say(_BESIDE_TESTS[way]))

    # --- the items -------------------------------------------------------------------------------

    @property
    def _further_sources(self) -> tuple[Source, ...]:
        """The further sources that the exhibit names, as ``source:<id>``, and the cohort has."""
        return tuple(one for one in self.context.cohort.sources if one.id in named(self.spec, "source") and one.id != self.spec.source_id)

    def _measured(self, one: Indicator) -> EvidenceItem:
        """A measure of those who answered."""
        row, form = self.change(one), self.context.format(one)
        points = pointing(one, row)
        if points is Points.UNKNOWN:
            points = self._silent(one, row)
        return EvidenceItem(one.outcomes, super().source_label(), self.context.label(one), points, _strength(points, row), row, form,
                            unit=self.say("points_short") if form.percent else "")

    def _silent(self, one: Indicator, row: Result | None) -> Points:
        """Why a change of a measure points no way: withheld, not asked, or nobody can tell."""
        if row is not None and self.context.state(row) is State.WITHHELD:
            return Points.WITHHELD
        unasked = self.context.not_asked_at(one, self.spec.source_id, self.context.authority)
        return Points.NOT_ASKED if unasked and (row is None or row.is_not_asked) else Points.UNKNOWN

    def _of_source(self, source: Source) -> Iterator[EvidenceItem]:
        """The items of a source that is no survey: of each of its areas that is about an outcome."""
        instrument = self.context.dictionary.instrument(source.instrument)
        readers = {SourceKind.SELF_ASSESSMENT: self._rated, SourceKind.ACTION_PLAN: self._acted, SourceKind.INTERVIEWS: self._spoken_of}
        read = readers.get(instrument.record.kind)
        for area in instrument.areas if read else ():
            if area.outcomes:
                yield from read(area, source, instrument)

    def _rated(self, area: Area, source: Source, instrument: LoadedInstrument) -> Iterator[EvidenceItem]:
        """An area as each body of raters sees it: whether ratings moved over the authorities."""
        context = self.context
        for body in instrument.chosen(RATERS):
            row = context.results.find(
                source.id, Quantity.CHANGE, indicator=area.area, wave=context.wave.id, authority=context.authority,
                group=RATERS, level=body.code, contrast=Contrast.WAVE, reference=context.first.id)
            if row is not None:
                points = _tested(row.verdict, rising=True)
                points = self._unseen(row) if points is Points.UNKNOWN else points
                yield EvidenceItem(area.outcomes, source.label, self.say("item_rated", raters=body.label.lower(), area=area.label), points,
                                   _strength(points, row), row, RATING, unit=self.say("steps_short"))

    def _acted(self, area: Area, source: Source, instrument: LoadedInstrument) -> Iterator[EvidenceItem]:
        """A theme of action plans: how many of its actions had come to what is aimed at, at the last review."""
        aim, reviews = aim_of(instrument), instrument.chosen("review")
        if aim is not None and reviews:
            row = self.context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=reviews[-1].code,
                                            authority=self.context.authority, group=STATUS, level=aim.code)
            yield from self._counted(area, source, row, "item_acted", state=aim.label.lower())

    def _spoken_of(self, area: Area, source: Source, instrument: LoadedInstrument) -> Iterator[EvidenceItem]:
        """A theme: how many authorities spoke of it; where only the people themselves spoke, how many wished for it."""
        context = self.context

        def of(level: str) -> Result | None:
            return context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=context.wave.id, group=SPOKEN_OF, level=level)

        if (row := of(AUTHORITIES)) is not None:
            yield from self._counted(area, source, row, "item_spoken_of")
            return
        for speaker in instrument.chosen(SPEAKER):
            row = of(speaker.code)
            if row is not None and context.state(row) is State.SHOWN:
                found = self.say("item_wished", count=numeral(row.estimate), total=numeral(row.n_eligible))
                yield EvidenceItem(area.outcomes, source.label, area.label, Points.NO_WAY, Strength.NONE, row, found=found)

    def _unseen(self, row: Result) -> Points:
        """Why a count is not shown."""
        return Points.WITHHELD if self.context.state(row) is State.WITHHELD else Points.UNKNOWN

    def _counted(self, area: Area, source: Source, row: Result | None, words: str, **fields: str) -> Iterator[EvidenceItem]:
        """What was done or said, which points the outcome's way from the declared share on."""
        rule = self.context.dictionary.programme.evidence
        if row is None or rule is None or not row.n_eligible > 0:
            return
        if self.context.state(row) is not State.SHOWN:
            yield EvidenceItem(area.outcomes, source.label, area.label, self._unseen(row), Strength.NONE, row)
            return
        reached = row.estimate / row.n_eligible >= rule.smallest_share
        yield EvidenceItem(
            area.outcomes, source.label, area.label, Points.UNTESTED if reached else Points.UNCLEAR,
            Strength.UNTESTED if reached else Strength.NONE, row,
            found=self.say(words, count=numeral(row.estimate), total=numeral(row.n_eligible), **fields))


class Standing(StrEnum):
    """What tests say of a measure in one authority, in the order of the table."""

    STRENGTH = "strength"
    PRIORITY = "priority"
    MIXED = "mixed"                     # one test finds it better, another worse
    NO_DIFFERENCE = "no_difference"     # tested, and no clear difference
    NOT_SHOWN = "not_shown"             # its tests are withheld
    NOT_ASKED = "not_asked"             # the question was not asked here
    NOT_TESTED = "not_tested"           # nobody answered, too few did, or nothing was there to compare with


@dataclass(frozen=True)
class Assessed:
    """One measure in one authority: its level, its tests by what they compare with, and what they say together."""

    indicator: Indicator
    level: Result | None
    tests: Mapping[Contrast, Result | None]
    standing: Standing


class StrengthsAndPriorities(Kind):
    """Rows are measures under what they are here (strength, priority, neither); the level and the verdict of each test."""

    id = "standing"
    compares_with = (Contrast.COMPARATOR, Contrast.REST)

    def columns(self) -> Iterator[Field]:
        context = self.context
        yield self.column.label("indicator", lambda one: context.label(one.indicator))
        yield self.column.level("estimate", lambda one: one.level)
        for contrast in self._contrasts:
            words = self.say(f"standing_against_{contrast}", wave=context.first.label)
            yield Field(Column(f"against_{contrast}", words), lambda one, contrast=contrast: verdict_cell(one.tests[contrast], context)
                        if one.tests[contrast] is not None else not_applicable(context))

    def blocks(self) -> Iterable[Block]:
        return (Block(self.say(f"standing_{kind}"), tuple(one for one in self.assessed if one.standing is kind)) for kind in Standing)

    def has_row(self, one: Indicator) -> bool:
        """Whether it has a better direction; none in a report on the whole cohort, nor where the dictionary declares no rule."""
        return bool(self.context.authority and self.context.dictionary.programme.standing) and one.better is not Direction.NEITHER

    def indicator_of(self, one: Assessed) -> Indicator:
        return one.indicator

    @cached_property
    def assessed(self) -> tuple[Assessed, ...]:
        """What tests say of every measure."""
        return tuple(map(self._assessed, self.in_rows))

    @property
    def _contrasts(self) -> tuple[Contrast, ...]:
        """What the declared tests compare with, as far as the report has the waves for it."""
        rule = self.context.dictionary.programme.standing
        declared = (Contrast(name) for name in (rule.against if rule else ()))
        return tuple(one for one in declared if one is not Contrast.WAVE or self.context.shows_change)

    def _assessed(self, one: Indicator) -> Assessed:
        """A measure with its tests, and what they say together."""
        tests = {contrast: self._test(one, contrast) for contrast in self._contrasts}
        found = {is_better(one, row) for row in tests.values()}
        if found & {True, False}:
            standing = Standing.MIXED if {True, False} <= found else Standing.STRENGTH if True in found else Standing.PRIORITY
        else:
            standing = self._without_finding(self.level(one), [row for row in tests.values() if row is not None])
        return Assessed(one, self.level(one), tests, standing)

    def _without_finding(self, level: Result | None, tests: list[Result]) -> Standing:
        """Why no test of a measure found a difference: tested without one, withheld, not asked, or not to be tested."""
        if any(row.verdict not in UNTESTED and self.context.state(row) is State.SHOWN for row in tests):
            return Standing.NO_DIFFERENCE
        if any(row is not None and self.context.state(row) is State.WITHHELD for row in (level, *tests)):
            return Standing.NOT_SHOWN
        return Standing.NOT_ASKED if level is not None and level.is_not_asked else Standing.NOT_TESTED

    def _test(self, one: Indicator, contrast: Contrast) -> Result | None:
        """The change since the first wave, or the difference from all other authorities or the first respondents whose definition fits."""
        if contrast is Contrast.WAVE:
            return self.change(one)
        fitting = (known.benchmark for known in self.context.dictionary.benchmarks
                   if known.indicator == one.indicator and known.kind == _RESPONDENTS and known.match is not Match.DIFFERS)
        reference = "" if contrast is Contrast.REST else next(fitting, None)
        return None if reference is None else self.find(
            Quantity.DIFFERENCE, indicator=one.indicator, wave=self.context.wave.id, authority=self.context.authority,
            contrast=contrast, reference=reference)


def is_better(indicator: Indicator, row: Result | None) -> bool | None:
    """Whether a test finds a measure better than what it compares with; None where it finds no clear difference, or one too small to matter."""
    verdict = row.verdict if row is not None and row.size is not Size.SMALLER else Verdict.NONE
    if verdict not in _HIGH | _LOW:
        return None
    return (verdict in _HIGH) == (indicator.better is Direction.HIGHER)
