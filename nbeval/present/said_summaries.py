"""The sentence above an exhibit that sums up tests: the make-up of samples, changes, the evidence on outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.records import ExhibitRow
from nbeval.exhibit import Cell
from nbeval.present.context import Context
from nbeval.present.forms.evidence import pointing
from nbeval.present.forms.strands import Reading, reading, strands_of
from nbeval.present.kinds import Kind
from nbeval.present.sections import domain_of
from nbeval.present.select import indicators_of, results_of

Cells = dict[str, Cell]


def _composition_tests(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """On which characteristics the make-up differs by more than chance."""
    tested = [line for line in lines if not line["says"].symbol]
    named = [line["label"].text for line in tested if line["says"].text == context.say("samples_differ")]
    if not named:
        return context.say("said_composition_test_none", total=len(tested)) if tested else ""
    return context.say("said_composition_test", count=len(named), total=len(tested), named="; ".join(dict.fromkeys(named)))


def _evidence(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """Of how many outcomes tests point which way."""
    strands = strands_of(results_of(spec, context), spec, context)
    outcomes = context.dictionary.programme.outcomes
    ways = [pointing(tuple(one for one in strands if outcome.id in one.outcomes)) for outcome in outcomes]
    towards, away, mixed = (ways.count(way) for way in ("better", "worse", "mixed"))
    return context.say("said_evidence", total=len(outcomes), towards=towards, away=away, mixed=mixed,
                       silent=len(outcomes) - towards - away - mixed)


def _changes(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """Of how many measures tests say that they got better or worse; of nothing where no measure has a better direction."""
    known = {one.indicator: one for one in indicators_of(spec, context)}
    rows = [context.results.by_key[line["verdict"].result] for line in lines if line["verdict"].result]
    ways = [reading(known[row.indicator], row) for row in rows]
    better, worse = ways.count(Reading.BETTER), ways.count(Reading.WORSE)
    way = "mixed" if better and worse else "better" if better else "worse" if worse else "unclear"
    domain = domain_of(spec, context)
    said = context.say(f"said_changes_{way}", better=better, worse=worse, all=len(lines))
    return context.say("labelled", label=domain.label, about=said) if domain else context.say("said_changes_whole", said=said)


SUMMED_UP: Mapping[str, Callable[[ExhibitRow, list[Cells], Context], str]] = MappingProxyType({
    Kind.COMPOSITION_TEST: _composition_tests, Kind.EVIDENCE: _evidence, Kind.CHANGE: _changes,
})
