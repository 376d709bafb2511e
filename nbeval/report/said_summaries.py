"""The sentence above an exhibit that sums up: the make-up of samples, changes, themes, the evidence on outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell
from nbeval.report.context import Context
from nbeval.report.forms.evidence import pointing
from nbeval.report.forms.source_parts import instrument_of
from nbeval.report.forms.strands import strands_of
from nbeval.report.forms.themes import AUTHORITIES, SPEAKER
from nbeval.report.kind_ids import Kind
from nbeval.report.kinds_sources import SourceTable
from nbeval.report.numerals import numeral
from nbeval.report.draft import results_of

Cells = dict[str, Cell]


def _evidence(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """Of how many outcomes tests point which way."""
    strands = strands_of(results_of(spec, context), spec, context)
    outcomes = context.dictionary.programme.outcomes
    ways = [pointing(tuple(one for one in strands if outcome.id in one.outcomes)) for outcome in outcomes]
    towards, away, mixed = (ways.count(way) for way in ("better", "worse", "mixed"))
    return context.say("said_evidence", total=len(outcomes), towards=towards, away=away, mixed=mixed,
                       silent=len(outcomes) - towards - away - mixed)


def _themes(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """Which themes came up most often at the last wave, among those whom the first column of that wave counts."""
    columns = [key for key in lines[0] if key.startswith(f"{context.wave.id}_")]
    shown = [line for line in lines if columns and line[columns[0]].value]
    if not shown:
        return ""
    most = max(line[columns[0]].value for line in shown)
    rows = [context.results.by_key[line[columns[0]].result] for line in shown if line[columns[0]].value == most]
    who = {one.code: one.label for one in instrument_of(spec, context).chosen(SPEAKER)} | {AUTHORITIES: context.dictionary.programme.area.many}
    labels = "; ".join(context.say("quoted", words=context.indicator_label(row.indicator)) for row in rows)
    source = next(one.label for one in context.cohort.sources if one.id == spec.source_id)
    return context.say("said_themes" if len(rows) == 1 else "said_themes_several", source=source, labels=labels, count=numeral(most),
                       total=numeral(rows[0].n_eligible), who=who[rows[0].level].lower())


SUMMED_UP: Mapping[str, Callable[[ExhibitRow, list[Cells], Context], str]] = MappingProxyType({
    Kind.EVIDENCE: _evidence, SourceTable.THEMES: _themes,
})
