"""The lines around an exhibit of ratings, plans, visits or conditions."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow
from nbeval.report.context import Context
from nbeval.report.kinds_sources import SourceTable

_OF_WAVES = frozenset({
    SourceTable.RATINGS, SourceTable.GAPS, SourceTable.GAPS_BY_PLACE, SourceTable.MOVEMENT, SourceTable.AGREEMENT,
    SourceTable.CONDITIONS, SourceTable.ADDRESSED,
})
_AT_ONE_WAVE = frozenset({SourceTable.RATINGS, SourceTable.GAPS, SourceTable.GAPS_BY_PLACE})


def is_of_source(spec: ExhibitRow) -> bool:
    """Whether an exhibit is made from a source that is no survey."""
    return spec.kind in set(SourceTable)


def unit_of_source(spec: ExhibitRow, context: Context) -> str:
    """What the figures of such an exhibit are."""
    own = f"unit_{spec.kind}_one"
    return context.say(own if context.authority and own in context.words else f"unit_{spec.kind}")


def base_of_source(spec: ExhibitRow, context: Context) -> str:
    """What such an exhibit stands on."""
    areas = context.dictionary.programme.area.many
    own = f"base_{spec.kind}_one"
    return context.say(own if context.authority and own in context.words else f"base_{spec.kind}", areas_capital=areas[:1].upper() + areas[1:])


def source_of_source(spec: ExhibitRow, context: Context) -> str:
    """The source of such an exhibit, and its waves where it has any."""
    label = next((one.label for one in context.cohort.sources if one.id == spec.source_id), spec.source_id)
    if spec.kind not in _OF_WAVES:
        return context.say("source_plain", source=label)
    waves = context.waves[-1:] if spec.kind in _AT_ONE_WAVE else context.waves
    return context.say("source_waves", source=label, waves="; ".join(wave.label for wave in waves))
