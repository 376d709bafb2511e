"""From a declared exhibit to the results it shows."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.report.context import Context
from nbeval.report.results import Results

#: before a measure of official tables, where an exhibit names one
MEASURE = "measure:"


def indicators_of(spec: ExhibitRow, context: Context) -> tuple[Indicator, ...]:
    """Return the indicators an exhibit names, one by one or by list, each once and in declared order."""
    return context.dictionary.indicators_named(spec.indicators)


def results_of(spec: ExhibitRow, context: Context) -> Results:
    """Return the results an exhibit may draw on: those of its source and its indicators.

    Rows that belong to no indicator (participation, composition, scales named by the exhibit) stay in.
    """
    names = (one.indicator for one in indicators_of(spec, context))
    areas = (area.area for one in context.dictionary.evidence for area in one.named(spec.indicators))
    measures = (name.removeprefix(MEASURE) for name in spec.indicators if name.startswith(MEASURE))
    return context.results.keep((*names, *areas, *measures, *spec.indicators, ""), spec.source_id)


def by_domain(indicators: tuple[Indicator, ...], context: Context) -> tuple[tuple[str, tuple[Indicator, ...]], ...]:
    """Part indicators into domains, in the programme's order; one domain alone needs no heading."""
    labels = {domain.id: domain.label for domain in context.dictionary.programme.domains}
    domains = dict.fromkeys(one.domain for one in indicators)
    ordered = sorted(domains, key=lambda name: list(labels).index(name) if name in labels else len(labels))
    if len(ordered) == 1:
        return (("", indicators),)
    return tuple(
        (labels.get(name, name), tuple(one for one in indicators if one.domain == name)) for name in ordered
    )


def available(indicators: tuple[Indicator, ...], rows: Results) -> tuple[Indicator, ...]:
    """Keep the indicators that have a row at all: what a cohort did not collect makes no row of a table."""
    return tuple(one for one in indicators if one.indicator in rows.by_indicator)
