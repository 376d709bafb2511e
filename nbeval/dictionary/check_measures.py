"""Checks of what is measured: scales, groups, indicators, distributions, benchmarks."""

from __future__ import annotations

from collections import defaultdict

from nbeval.dictionary.contents import Contents
from nbeval.dictionary.enums import ItemKind, Measure, ScaleRule
from nbeval.dictionary.files import Place, Placed
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.models import Indicator, Item, Scale, ScaleItem

BENCHMARK_KINDS = ("population", "comparator")


def check_scales(contents: Contents, known: Known) -> None:
    """Scales combine items that exist, by a rule they have the parts for."""
    for scale, place in contents.scales:
        if scale.domain:
            known.refer(place, "domain", "domain", scale.domain)
        if not 1 <= scale.minimum_answered <= len(scale.items):
            known.faults.add(place, "minimum_answered", f"is {scale.minimum_answered} of {len(scale.items)} items",
                             "write a number from 1 to the number of items")
        if scale.lowest >= scale.highest:
            known.faults.add(place, "lowest", "is not below highest", "put the two ends in order")
        for number, part in enumerate(scale.items, 1):
            _check_scale_item(scale, part, place.inside(f"items, entry {number}"), known)
        if len({part.item for part in scale.items}) < len(scale.items):
            known.faults.add(place, "items", "an item stands twice", "name each item once")
        _check_conversion(scale, place, known)


def _check_scale_item(scale: Scale, part: ScaleItem, place: Place, known: Known) -> None:
    """An item of a scale has codes that the rule can use."""
    if not known.refer(place, "item", "item", part.item):
        return
    allowed = known.valid_codes(known.ids["item"][part.item])
    counts = scale.rule is ScaleRule.COUNT
    if counts and not part.counts_when:
        known.faults.add(place, "counts_when", "is empty for the rule count", "write the codes that count")
    elif part.counts_when and not counts:
        known.faults.add(place, "counts_when", f"is filled in for the rule {scale.rule}", "leave it out")
    known.codes_listed(place, "counts_when", part.counts_when, allowed)
    if not allowed:
        known.faults.add(place, "item", f"'{part.item}' has no numbers to score", "use an item with codes")


def _check_conversion(scale: Scale, place: Place, known: Known) -> None:
    """A conversion table goes upwards and stays within the scale."""
    raw = [step.raw for step in scale.conversion]
    if raw != sorted(set(raw)):
        known.faults.add(place, "conversion", "is not in the order of raw totals, each once", "put its rows in order")
    if any(not scale.lowest <= step.score <= scale.highest for step in scale.conversion):
        known.faults.add(place, "conversion", "has a score outside lowest to highest", "check the published table")


def check_groups(contents: Contents, known: Known) -> None:
    """Levels of a group are answers to one item, and no answer is in two of them."""
    rows = contents.rows("groups.csv")
    unique(known.faults, rows, lambda one: (one.group, one.level), "this level", "level")
    items: dict[str, str] = {}
    taken: dict[str, set[int]] = defaultdict(set)
    for level, place in rows:
        if items.setdefault(level.group, level.item) != level.item:
            known.faults.add(place, "item", f"differs from the other levels of '{level.group}'", "use one item")
        if not known.refer(place, "item", "item", level.item):
            continue
        codes = known.codes_listed(place, "codes", level.codes, known.valid_codes(known.ids["item"][level.item]))
        if codes & taken[level.group]:
            known.faults.add(place, "codes", f"overlap with another level of '{level.group}'",
                             "let each code stand in one level")
        taken[level.group] |= codes


def check_indicators(contents: Contents, known: Known) -> None:
    """Indicators code an item or a scale that exists, with codes that it has."""
    distributions: dict[str, list[Placed]] = defaultdict(list)
    for indicator, place in contents.rows("indicators.csv"):
        known.refer(place, "domain", "domain", indicator.domain)
        known.refer_all(place, "outcomes", "outcome", indicator.outcomes)
        if indicator.decimals < 0:
            known.faults.add(place, "decimals", "is less than 0", "write 0 for whole numbers")
        if bool(indicator.item) == bool(indicator.scale):
            known.faults.add(place, "item", "exactly one of item and scale is needed", "fill in one of the two")
            continue
        _check_coding(indicator, place, known)
        if indicator.distribution:
            distributions[indicator.distribution].append(Placed(indicator, place))
    for name, placed in distributions.items():
        _check_distribution(name, placed, known)


def _check_coding(indicator: Indicator, place: Place, known: Known) -> None:
    """A percentage has codes of its item or scale; a mean and an ordered answer have none."""
    kind = "item" if indicator.item else "scale"
    if indicator.measure is Measure.PERCENT and not indicator.codes:
        known.faults.add(place, "codes", "is empty for the measure percent", "write the codes that count")
    if indicator.measure is not Measure.PERCENT and indicator.codes:
        known.faults.add(place, "codes", f"is filled in for the measure {indicator.measure.value}", "leave it empty")
    if not known.refer(place, kind, kind, indicator.item or indicator.scale):
        return
    if indicator.item and known.ids["item"][indicator.item].kind is ItemKind.TEXT:
        known.faults.add(place, "item", "is free text, which is never reported", "use an item with codes")
    else:
        known.codes_listed(place, "codes", indicator.codes, _range_of(indicator, known))


def _range_of(indicator: Indicator, known: Known) -> set[int]:
    """The whole numbers that the item or scale of an indicator can take."""
    if indicator.item:
        item: Item = known.ids["item"][indicator.item]
        return known.valid_codes(item)
    scale: Scale = known.ids["scale"][indicator.scale]
    return set(range(int(scale.lowest), int(scale.highest) + 1))


def _check_distribution(name: str, placed: list[Placed], known: Known) -> None:
    """The indicators of a distribution share out the range of one item or scale: no gap, no overlap."""
    first = placed[0].record
    taken: set[int] = set()
    for indicator, place in placed:
        if (indicator.item, indicator.scale, indicator.measure) != (first.item, first.scale, Measure.PERCENT):
            known.faults.add(place, "distribution", f"'{name}' mixes items or measures", "use percentages of one item")
            return
        kind, wanted = ("item", indicator.item) if indicator.item else ("scale", indicator.scale)
        if wanted not in known.ids[kind]:
            return
        codes = known.codes_listed(place, "codes", indicator.codes, _range_of(indicator, known))
        if codes & taken:
            known.faults.add(place, "codes", f"overlap with another indicator of distribution '{name}'",
                             "let each code stand in one band")
        taken |= codes
    left = _range_of(first, known) - taken
    if left:
        known.faults.add(placed[-1].place, "codes", f"distribution '{name}' leaves out code "
                         f"{', '.join(str(code) for code in sorted(left))}", "give every code a band")


def check_benchmarks(contents: Contents, known: Known) -> None:
    """Benchmarks are of indicators that exist; their intervals hold their values."""
    rows = contents.rows("benchmarks.csv")
    unique(known.faults, rows, lambda one: (one.benchmark, one.indicator), "this benchmark", "benchmark")
    for one, place in rows:
        known.refer(place, "indicator", "indicator", one.indicator)
        if one.kind not in BENCHMARK_KINDS:
            known.faults.unknown(place, "kind", "kind of benchmark", one.kind, BENCHMARK_KINDS)
        low, high = one.conf_low, one.conf_high
        if (low is None) != (high is None):
            known.faults.add(place, "conf_low", "one end of the interval is missing", "give both ends or none")
        elif low is not None and not low <= one.value <= high:
            known.faults.add(place, "value", "lies outside its interval", "check the published figures")
        if one.n is not None and one.n < 1:
            known.faults.add(place, "n", "is not a number of people", "leave it empty where it is not known")
