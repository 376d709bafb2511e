"""The strands of evidence on an outcome: what each source found that speaks to it, which way it points and how strongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nbeval.dictionary.enums import Direction, FieldRole, SourceKind
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import Area, ExhibitRow, Indicator, Source
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.context import Context
from nbeval.report.forms.source_parts import RATERS, STATUS
from nbeval.report.forms.themes import AUTHORITIES, SPEAKER, TOLD
from nbeval.report.columns import change_row
from nbeval.report.numerals import RATING, NumberFormat, numeral
from nbeval.report.results import Result, Results, State
from nbeval.report.draft import available, indicators_of, named

_UP = frozenset({Verdict.ROSE, Verdict.ROSE_SMALL})
_DOWN = frozenset({Verdict.FELL, Verdict.FELL_SMALL})
_SMALL = frozenset({Verdict.ROSE_SMALL, Verdict.FELL_SMALL})


class Reading(StrEnum):
    """Which way a strand points, seen from the outcome it speaks to."""

    BETTER = "better"
    UNTESTED = "untested"              # enough was done or told, and nobody tested it
    WORSE = "worse"
    UNCLEAR = "unclear"                # the test found no clear change, or too little was done or told
    UNKNOWN = "unknown"                # it cannot be told, or the figure is withheld
    OTHER = "other"                    # it changed, and neither way is the better one
    SILENT = "silent"                  # what is wished for points no way


class Strength(StrEnum):
    """How much stands behind the way that a strand points."""

    STRONG = "strong"                  # a test, and a change that is large enough to matter
    MODERATE = "moderate"              # a test, and a smaller change
    WEAK = "weak"                      # what was done or told; nobody tested it
    NONE = "none"                      # it points no way


@dataclass(frozen=True)
class Strand:
    """One piece of evidence; ``form`` is how its change is written, None where it is a count."""

    outcomes: tuple[str, ...]
    source: str
    label: str
    reading: Reading
    strength: Strength
    result: Result | None = None
    form: NumberFormat | None = None
    unit: str = ""
    found: str = ""


def strands_of(rows: Results, spec: ExhibitRow, context: Context) -> tuple[Strand, ...]:
    """Return the strands that an exhibit names: indicators of its own source, and the areas of ``source:<id>``.

    Parameters
    ----------
    rows
        The results of the exhibit's own source.
    spec
        The exhibit as declared.
    context
        The report; results of the other sources are taken from it.
    """
    label = next((one.label for one in context.cohort.sources if one.id == spec.source_id), spec.source_id)
    measured = tuple(_measured(one, change_row(rows, spec, context, one, context.authority), label, context)
                     for one in available(indicators_of(spec, context), rows) if one.outcomes)
    return (*measured, *(strand for source in sources_of(spec, context) for strand in _of_source(source, context)))


def sources_of(spec: ExhibitRow, context: Context) -> tuple[Source, ...]:
    """The further sources that an exhibit names and the cohort has."""
    return tuple(one for one in context.cohort.sources if one.id in named(spec, "source") and one.id != spec.source_id)


def reading(indicator: Indicator, result: Result | None) -> Reading:
    """Turn the word that a test allows into better or worse, by the direction that the dictionary declares."""
    verdict = result.verdict if result is not None else ""
    if indicator.better is Direction.NEITHER and verdict in _UP | _DOWN:
        return Reading.OTHER
    return _tested(verdict, rising=indicator.better is Direction.HIGHER)


def _tested(verdict: str, *, rising: bool) -> Reading:
    """Which way a tested change points; ``rising`` says which way is the better one."""
    if verdict == Verdict.NO_CLEAR_CHANGE:
        return Reading.UNCLEAR
    if verdict not in _UP | _DOWN:
        return Reading.UNKNOWN
    return Reading.BETTER if (verdict in _UP) == rising else Reading.WORSE


def _strength(pointing: Reading, result: Result | None) -> Strength:
    """How strong a tested change is."""
    if pointing not in (Reading.BETTER, Reading.WORSE):
        return Strength.NONE
    return Strength.MODERATE if result.verdict in _SMALL else Strength.STRONG


def _measured(one: Indicator, row: Result | None, source: str, context: Context) -> Strand:
    """A measure of those who answered."""
    pointing, form = reading(one, row), context.format(one)
    return Strand(one.outcomes, source, context.label(one), pointing, _strength(pointing, row), row, form,
                  unit=context.say("points_short") if form.percent else "")


def _of_source(source: Source, context: Context) -> Iterator[Strand]:
    """The strands of a source that is no survey: of each of its areas that speaks to an outcome."""
    instrument = context.dictionary.instrument(source.instrument)
    read = _READ.get(instrument.record.kind) if isinstance(instrument, LoadedEvidence) else None
    for area in instrument.areas if read else ():
        if area.outcomes:
            yield from read(area, source, instrument, context)


def _rated(area: Area, source: Source, instrument: LoadedEvidence, context: Context) -> Iterator[Strand]:
    """An area as each body of raters sees it: whether ratings moved over the places."""
    for body in instrument.chosen(RATERS):
        row = context.results.find(
            source.id, Quantity.CHANGE, indicator=area.area, wave=context.wave.id, authority=context.authority,
            group=RATERS, level=body.code, contrast=Contrast.WAVE, reference=context.first.id)
        if row is not None:
            pointing = _tested(row.verdict, rising=True)
            yield Strand(area.outcomes, source.label, context.say("strand_rated", raters=body.label.lower(), area=area.label), pointing,
                         _strength(pointing, row), row, RATING, unit=context.say("steps_short"))


def _acted(area: Area, source: Source, instrument: LoadedEvidence, context: Context) -> Iterator[Strand]:
    """A theme of action plans: how many of its actions had come to what is aimed at, at the last review."""
    aim = next((one for one in instrument.chosen_by(FieldRole.STATUS) if one.counts), None)
    reviews = instrument.chosen("review")
    if aim is not None and reviews:
        row = context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=reviews[-1].code,
                                   authority=context.authority, group=STATUS, level=aim.code)
        yield from _counted(area, source, row, context, "strand_acted", state=aim.label.lower())


def _told(area: Area, source: Source, instrument: LoadedEvidence, context: Context) -> Iterator[Strand]:
    """A theme: how many places told of it; where only the people themselves spoke, how many wished for it."""
    def of(level: str) -> Result | None:
        return context.results.find(source.id, Quantity.COUNT, indicator=area.area, wave=context.wave.id, group=TOLD, level=level)

    if (row := of(AUTHORITIES)) is not None:
        yield from _counted(area, source, row, context, "strand_told")
        return
    for speaker in instrument.chosen(SPEAKER):
        row = of(speaker.code)
        if row is not None and context.state(row) is State.SHOWN:
            found = context.say("strand_wished", count=numeral(row.estimate), total=numeral(row.n_eligible))
            yield Strand(area.outcomes, source.label, area.label, Reading.SILENT, Strength.NONE, row, found=found)


def _counted(area: Area, source: Source, row: Result | None, context: Context, words: str, **fields: str) -> Iterator[Strand]:
    """What was done or told, which points the outcome's way from the declared share on."""
    rule = context.dictionary.programme.evidence
    if row is None or rule is None or not row.n_eligible > 0:
        return
    if context.state(row) is not State.SHOWN:
        yield Strand(area.outcomes, source.label, area.label, Reading.UNKNOWN, Strength.NONE, row)
        return
    reached = row.estimate / row.n_eligible >= rule.smallest_share
    yield Strand(
        area.outcomes, source.label, area.label, Reading.UNTESTED if reached else Reading.UNCLEAR,
        Strength.WEAK if reached else Strength.NONE, row,
        found=context.say(words, count=numeral(row.estimate), total=numeral(row.n_eligible), **fields))


_READ: Mapping[str, Callable[..., Iterator[Strand]]] = MappingProxyType({
    SourceKind.SELF_ASSESSMENT: _rated, SourceKind.ACTION_PLAN: _acted, SourceKind.INTERVIEWS: _told,
})
