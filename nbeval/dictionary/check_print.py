"""Checks of printed figures: what they are of, how precise they are, what they stand beside."""

from __future__ import annotations

from nbeval.dictionary.contents import Contents
from nbeval.dictionary.enums import Quantity, SourceKind
from nbeval.dictionary.files import Place
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.models import FIGURES, PrintedFigure

PRINTED = (Quantity.PERCENT, Quantity.MEAN, Quantity.COUNT, Quantity.LOWEST, Quantity.HIGHEST)
_SHARES = (Quantity.PERCENT, Quantity.LOWEST, Quantity.HIGHEST)


def check_figures(contents: Contents, known: Known) -> None:
    """Figures are of surveys, waves, places and indicators that exist, and are as precise as they say."""
    rows = contents.rows(FIGURES)
    known.ids["printed figure"] = {one.figure: one for one, _ in rows}
    unique(known.faults, rows, lambda one: one.figure, "this figure", "figure")
    ours = [row for row in rows if row.record.cohort and row.record.indicator]
    unique(known.faults, ours, lambda one: (one.cohort, one.wave, one.authority, one.group, one.level, one.indicator, one.quantity),
           "a figure of this indicator, wave and place", "figure")
    for figure, place in rows:
        _check_place(figure, place, known)
        _check_value(figure, place, known)
        known.refer_all(place, "beside", "printed figure", figure.beside)
        if figure.indicator:
            known.refer(place, "indicator", "indicator", figure.indicator)
    for benchmark, place in contents.rows("benchmarks.csv"):
        if benchmark.figure:
            known.refer(place, "figure", "printed figure", benchmark.figure)


def check_printed_sources(contents: Contents, known: Known) -> None:
    """A cohort is made of answers or of printed figures, not of both."""
    for cohort, place in contents.cohorts:
        printed = [source.kind is SourceKind.PUBLISHED for source in cohort.sources]
        if any(printed) and not all(printed):
            known.faults.add(place, "sources", "mixes printed figures with other sources",
                             "declare a cohort of its own for the printed figures")
        if any(printed) and any(source.files for source in cohort.sources):
            known.faults.add(place, "sources", "names files for printed figures", f"put the figures into {FIGURES}")


def _check_place(figure: PrintedFigure, place: Place, known: Known) -> None:
    """What a figure of a survey is of."""
    if not figure.cohort:
        if figure.wave or figure.authority or figure.group:
            known.faults.add(place, "cohort", "is empty, though wave, authority or group is not", "name the cohort, or leave them empty")
        return
    if not known.refer(place, "cohort", "cohort", figure.cohort):
        return
    cohort = known.ids["cohort"][figure.cohort]
    for name, value, allowed in (("wave", figure.wave, [wave.id for wave in cohort.waves]),
                                 ("authority", figure.authority, ["", *cohort.authorities])):
        if value not in allowed:
            known.faults.unknown(place, name, f"{name} of the cohort", value, allowed)
    if figure.group and known.refer(place, "group", "group", figure.group) and figure.level not in known.levels[figure.group]:
        known.faults.unknown(place, "level", f"level of '{figure.group}'", figure.level, known.levels[figure.group])


def _check_value(figure: PrintedFigure, place: Place, known: Known) -> None:
    """The figure itself: there, within its range, with the decimals it says."""
    if figure.quantity not in PRINTED:
        known.faults.unknown(place, "quantity", "quantity in print", figure.quantity, PRINTED)
    if (figure.value is None) == (figure.symbol is None):
        known.faults.add(place, "value", "exactly one of value and symbol is needed", "fill in one of the two")
    for name in ("n", "n_rounded_to", "authorities"):
        if getattr(figure, name) is not None and getattr(figure, name) < 1:
            known.faults.add(place, name, "is less than 1", "leave it empty where it is not known")
    if figure.value is None:
        return
    if abs(figure.printed.value - figure.value) > 1e-9:
        known.faults.add(place, "decimals", f"are fewer than those of {figure.value}", "count the digits after the point")
    if figure.quantity in _SHARES and not 0 <= figure.value <= 100:
        known.faults.add(place, "value", "is no percentage", "write a number from 0 to 100")
