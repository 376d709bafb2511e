"""Items of evidence on the outcomes of a theory of change: what each source found, which way it points, and how strongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nbeval.dictionary.enums import Direction, SourceKind
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Indicator, Source
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.context import Context
from nbeval.report.draft import Draft, named
from nbeval.report.kinds.of_source import RATERS, STATUS, aim_of
from nbeval.report.kinds.themes import AUTHORITIES, SPEAKER, SPOKEN_OF
from nbeval.report.numerals import RATING, NumberFormat, numeral
from nbeval.report.results import Result, State

_UP = frozenset({Verdict.ROSE, Verdict.ROSE_SMALL})
_DOWN = frozenset({Verdict.FELL, Verdict.FELL_SMALL})
_SMALL = frozenset({Verdict.ROSE_SMALL, Verdict.FELL_SMALL})


class Points(StrEnum):
    """Which way an item points, seen from the outcome it is about; in the order of a chart's columns."""

    BETTER = "better"
    UNTESTED = "untested"              # enough was done or said, and nobody tested it
    UNCLEAR = "unclear"                # the test found no clear change, or too little was done or said
    WORSE = "worse"
    OTHER = "other"                    # it changed, and neither way is the better one
    UNKNOWN = "unknown"                # the test cannot tell, or the figure is withheld
    NO_WAY = "no_way"                  # what is wished for points no way


class Strength(StrEnum):
    """How strong the evidence is for the way that an item points."""

    STRONG = "strong"                  # a test, and a change that is large enough to matter
    MODERATE = "moderate"              # a test, and a smaller change
    WEAK = "weak"                      # what was done or said; nobody tested it
    NONE = "none"                      # it points no way


class Tests(StrEnum):
    """Which way the tests on an outcome point together."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
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


def evidence_items(draft: Draft) -> tuple[EvidenceItem, ...]:
    """Return the items that an exhibit names: indicators of its own source, and the areas of ``source:<id>``."""
    context = draft.context
    measured = (_measured(one, draft.change(one), context.source_label(draft.spec.source_id), context) for one in draft.indicators if one.outcomes)
    return (*measured, *(item for source in further_sources(draft) for item in _of_source(source, context)))


def further_sources(draft: Draft) -> tuple[Source, ...]:
    """The further sources that an exhibit names and the cohort has."""
    return tuple(one for one in draft.context.cohort.sources if one.id in named(draft.spec, "source") and one.id != draft.spec.source_id)


def pointing(indicator: Indicator, result: Result | None) -> Points:
    """Say which way a change points, by its verdict and by the better direction that the dictionary declares."""
    verdict = _verdict(result)
    if indicator.better is Direction.NEITHER and verdict in _UP | _DOWN:
        return Points.OTHER
    return _tested(verdict, rising=indicator.better is Direction.HIGHER)


def together(points: Iterable[Points]) -> Tests:
    """Say which way tests point together."""
    found = set(points)
    if Points.BETTER in found:
        return Tests.MIXED if Points.WORSE in found else Tests.BETTER
    return Tests.WORSE if Points.WORSE in found else Tests.UNCLEAR if found else Tests.NONE


def _verdict(result: Result | None) -> Verdict:
    """What the test of a result says."""
    return result.verdict if result is not None else Verdict.NONE


def _tested(verdict: Verdict, *, rising: bool) -> Points:
    """Which way a tested change points; ``rising`` says which way is the better one."""
    if verdict is Verdict.NO_CLEAR_CHANGE:
        return Points.UNCLEAR
    if verdict not in _UP | _DOWN:
        return Points.UNKNOWN
    return Points.BETTER if (verdict in _UP) == rising else Points.WORSE


def _strength(points: Points, result: Result | None) -> Strength:
    """How strong the evidence of a tested change is."""
    if points not in (Points.BETTER, Points.WORSE):
        return Strength.NONE
    return Strength.MODERATE if _verdict(result) in _SMALL else Strength.STRONG


def _measured(one: Indicator, row: Result | None, source: str, context: Context) -> EvidenceItem:
    """A measure of those who answered."""
    points, form = pointing(one, row), context.format(one)
    return EvidenceItem(one.outcomes, source, context.label(one), points, _strength(points, row), row, form,
                        unit=context.say("points_short") if form.percent else "")


def _of_source(source: Source, context: Context) -> Iterator[EvidenceItem]:
    """The items of a source that is no survey: of each of its areas that is about an outcome."""
    instrument = context.dictionary.instrument(source.instrument)
    read = _READ.get(instrument.record.kind)
    for area in instrument.areas if read else ():
        if area.outcomes:
            yield from read(area, source, instrument, context)


def _rated(area: Area, source: Source, instrument: LoadedInstrument, context: Context) -> Iterator[EvidenceItem]:
    """An area as each body of raters sees it: whether ratings moved over the authorities."""
    for body in instrument.chosen(RATERS):
        row = context.results.find(
            source.id, Quantity.CHANGE, indicator=area.area, wave=context.wave.id, authority=context.authority,
            group=RATERS, level=body.code, contrast=Contrast.WAVE, reference=context.first.id)
        if row is not None:
            points = _tested(_verdict(row), rising=True)
            yield EvidenceItem(area.outcomes, source.label, context.say("item_rated", raters=body.label.lower(), area=area.label), points,
                               _strength(points, row), row, RATING, unit=context.say("steps_short"))


def _acted(area: Area, source: Source, instrument: LoadedInstrument, context: Context) -> Iterator[EvidenceItem]:
    """A theme of action plans: how many of its actions had come to what is aimed at, at the last review."""
    aim, reviews = aim_of(instrument), instrument.chosen("review")
    if aim is not None and reviews:
        row = context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=reviews[-1].code,
                                   authority=context.authority, group=STATUS, level=aim.code)
        yield from _counted(area, source, row, context, "item_acted", state=aim.label.lower())


def _spoken_of(area: Area, source: Source, instrument: LoadedInstrument, context: Context) -> Iterator[EvidenceItem]:
    """A theme: how many authorities spoke of it; where only the people themselves spoke, how many wished for it."""
    def of(level: str) -> Result | None:
        return context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=context.wave.id, group=SPOKEN_OF, level=level)

    if (row := of(AUTHORITIES)) is not None:
        yield from _counted(area, source, row, context, "item_spoken_of")
        return
    for speaker in instrument.chosen(SPEAKER):
        row = of(speaker.code)
        if row is not None and context.state(row) is State.SHOWN:
            found = context.say("item_wished", count=numeral(row.estimate), total=numeral(row.n_eligible))
            yield EvidenceItem(area.outcomes, source.label, area.label, Points.NO_WAY, Strength.NONE, row, found=found)


def _counted(area: Area, source: Source, row: Result | None, context: Context, words: str, **fields: str) -> Iterator[EvidenceItem]:
    """What was done or said, which points the outcome's way from the declared share on."""
    rule = context.dictionary.programme.evidence
    if row is None or rule is None or not row.n_eligible > 0:
        return
    if context.state(row) is not State.SHOWN:
        yield EvidenceItem(area.outcomes, source.label, area.label, Points.UNKNOWN, Strength.NONE, row)
        return
    reached = row.estimate / row.n_eligible >= rule.smallest_share
    yield EvidenceItem(
        area.outcomes, source.label, area.label, Points.UNTESTED if reached else Points.UNCLEAR,
        Strength.WEAK if reached else Strength.NONE, row,
        found=context.say(words, count=numeral(row.estimate), total=numeral(row.n_eligible), **fields))


_READ: Mapping[SourceKind, Callable[..., Iterator[EvidenceItem]]] = MappingProxyType({
    SourceKind.SELF_ASSESSMENT: _rated, SourceKind.ACTION_PLAN: _acted, SourceKind.INTERVIEWS: _spoken_of,
})
