"""Checks of the programme's reports, of exhibits and of the rules of disclosure."""

from __future__ import annotations

from collections import defaultdict

from nbeval.dictionary.check_evidence import check_areas_named
from nbeval.dictionary.contents import Contents
from nbeval.dictionary.enums import Measure, Quantity
from nbeval.dictionary.files import Place
from nbeval.dictionary.known import Known
from nbeval.dictionary.lookup import OF_AREAS, OF_OFFICIAL

WAVES = ("first", "last", "")
ROUNDINGS = ("half_up",)
HEADLINE = "headline"
COLLECTIVE = ("domain", "family", "distribution")
#: what the tests behind strengths and priorities can compare with
AGAINST = ("rest", "comparator", "wave")


def check_programme(contents: Contents, known: Known) -> None:
    """Reports are of the first wave, the last or all; disclosure protects groups that exist."""
    for programme, place in contents.programme:
        for number, report in enumerate(programme.reports, 1):
            if report.wave not in WAVES:
                known.faults.unknown(place.inside(f"reports, entry {number}"), "wave", "wave of a report", report.wave,
                                     WAVES)
        for measure in programme.smallest_meaningful_change:
            if measure not in tuple(Measure):
                known.faults.unknown(place, "smallest_meaningful_change", "measure", measure, tuple(Measure))
        for name in programme.standing.against if programme.standing else ():
            if name not in AGAINST:
                known.faults.unknown(place.inside("standing"), "against", "comparison", name, AGAINST)
        if programme.evidence and not 0 < programme.evidence.smallest_share <= 1:
            known.faults.add(place.inside("evidence"), "smallest_share", "is not between 0 and 1", "write 0.5 for half")
        if not 0.5 < programme.conf_level < 1:
            known.faults.add(place, "conf_level", "is not between 0.5 and 1", "write 0.95 for 95 %")
    for disclosure, place in contents.disclosure:
        known.refer_all(place, "protected_groups", "group", disclosure.protected_groups)
        known.refer_all(place, "not_of_answers", "kind of source", disclosure.not_of_answers)
        if disclosure.rounding not in ROUNDINGS:
            known.faults.unknown(place, "rounding", "rule", disclosure.rounding, ROUNDINGS)
        for name in ("threshold", "threshold_internal", "threshold_percent_base"):
            if getattr(disclosure, name) < 1:
                known.faults.add(place, name, "is less than 1", "write the smallest count that may be shown")
        unexplained = sorted(set(disclosure.symbols) ^ set(disclosure.symbol_meanings))
        if unexplained:
            known.faults.add(place, "symbol_meanings", f"do not match the symbols: {', '.join(unexplained)}",
                             "give every symbol one meaning")


def check_exhibits(contents: Contents, known: Known) -> None:
    """Exhibits belong to reports that exist and show quantities, indicators and groups that exist."""
    quantities = [quantity.value for quantity in Quantity]
    places: dict[tuple[str, str, int], str] = defaultdict(str)
    for exhibit, place in contents.rows("exhibits.csv"):
        known.refer_all(place, "reports", "report kind", exhibit.reports)
        known.refer_all(place, "groups", "group", exhibit.groups)
        known.refer(place, "source_id", "kind of source", exhibit.source_id)
        for quantity in exhibit.quantities:
            if quantity not in quantities:
                known.faults.unknown(place, "quantities", "quantity", quantity, quantities)
        for name in exhibit.indicators:
            _check_indicator(name, place, contents, known)
        for report in exhibit.reports:
            spot = (report, exhibit.section, exhibit.order)
            if places[spot]:
                known.faults.add(place, "order", f"'{places[spot]}' has the same place in report '{report}', section "
                                 f"'{exhibit.section}'", "give each exhibit of a section its own number")
            places[spot] = exhibit.exhibit


def _check_indicator(name: str, place: Place, contents: Contents, known: Known) -> None:
    """An indicator of an exhibit, by its id or by what it has in common with others."""
    rows = [indicator for indicator, _ in contents.rows("indicators.csv")]
    if "indicator" in known.lost:
        return
    attribute, colon, wanted = name.partition(":")
    if colon and attribute in OF_AREAS:
        check_areas_named(attribute, wanted, place, contents, known)
    elif colon and attribute == OF_OFFICIAL:
        measures = {one.measure for one, _ in contents.rows("official/measures.csv")}
        if wanted not in measures and wanted not in known.broken:
            known.faults.unknown(place, "indicators", "measure of official tables", wanted, measures)
    elif colon and attribute in COLLECTIVE:
        values = {getattr(indicator, attribute) for indicator in rows}
        if wanted not in values and wanted not in known.broken:
            known.faults.unknown(place, "indicators", attribute, wanted, values)
    elif colon:
        known.faults.unknown(place, "indicators", "way of naming indicators", attribute, (*COLLECTIVE, *OF_AREAS))
    elif name == HEADLINE:
        if not any(indicator.headline for indicator in rows):
            known.faults.add(place, "indicators", "no indicator is marked headline", "mark some in indicators.csv")
    else:
        known.refer(place, "indicators", "indicator", name)
