"""A small invented programme and its disclosed results: the smallest that has every form and chart."""

from __future__ import annotations

from math import hypot, nan, sqrt
from pathlib import Path

import pandas as pd

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.models import (
    Authority, Benchmark, Citation, Cohort, Disclosure, ExhibitRow, GroupLevel, Indicator, Instrument, Item,
    Programme, Term,
)
from nbeval.frames import MISSING_COLUMNS, RESULTS, DisclosedResults, check

HOSTILE = "<b>A & B</b> \"=1+1\" *x* $y$ {z}"
NUMBERS = [name for name, column in RESULTS.columns.items() if str(column.dtype) == "float64"]


def indicator(name: str, label: str, **other: object) -> Indicator:
    """An indicator of the invented programme."""
    fields = {"short": label, "says": f"said {name}", "domain": "one", "item": "q_" + name, "measure": "percent",
              "codes": ("1",), "unit": "percent", "better": "higher", "status": "confirmed", "source": "S1"}
    return Indicator(indicator=name, label=label, **{**fields, **other})


INDICATORS = (
    indicator("calm", "Feels calm", headline=True, outcomes=("peace",), status="unconfirmed", note="Our own cut.", family="first"),
    indicator("angry", HOSTILE, headline=True, better="lower", outcomes=("peace",), family="first"),
    indicator("rare", "Has a boat", headline=True, outcomes=("sea",), domain="two", family="first"),
    indicator("score", "Score of the day", outcomes=("peace",), measure="mean", unit="points", decimals=1, domain="two", codes=()),
    indicator("low", "Low", distribution="bands", item="q_band"),
    indicator("high", "High", distribution="bands", item="q_band"),
    indicator("tea", "Drinks tea", item="q_tea"),
)

_EXHIBITS = (
    ("levels", "levels", "dots", ("calm", "angry", "rare")), ("bare", "levels", "", ("calm", "score")),
    ("beside", "comparison", "dots", ("calm", "angry")), ("bands", "distribution", "stacked", ("distribution:bands",)),
    ("groups", "levels_by_group", "", ("calm", "angry")), ("places", "levels_by_authority", "", ("calm", "angry")),
    ("funnel", "levels_by_authority", "funnel", ("calm",)), ("range", "range", "dots", ("calm", "angry")),
    ("gaps", "differences", "dots", ("calm",)), ("change", "change", "dumbbell", ("headline",)),
    ("adjusted", "change_adjusted", "dots", ("calm",)), ("local", "change_by_authority", "dumbbell", ("calm",)),
    ("part", "participation", "", ()), ("who", "composition", "", ()), ("gone", "nonresponse", "", ("calm", "angry")),
    ("odds", "drivers", "dots", ("calm",)), ("drawn", "change_shrunken", "dots", ("calm",)), ("alpha", "reliability", "", ("score",)), ("ten", "levels", "icons", ("calm", "rare")),
    ("tea", "levels", "", ("tea",)), ("pooled", "change_pooled", "", ("calm", "score")), ("twice", "overlap", "", ("calm",)),
    ("departed", "plan_deviations", "", ()), ("gaps_filled", "change_missing", "", ("calm", "angry", "score", "rare")),
    ("beside_weighted", "weighting", "", ("calm", "angry")), ("matrix", "evidence", "matrix", ("calm", "angry", "rare", "score")),
    ("alike", "composition_test", "", ()), ("lost", "attrition", "", ("calm", "score")), ("stands", "standing", "", ("calm", "angry", "rare", "tea")),
    ("nothing", "levels", "dots", ("absent",)), ("least", "smallest_change", "", ("calm",)),
)


def exhibit(name: str, kind: str, chart: str, names: tuple[str, ...], order: int) -> ExhibitRow:
    """A declared exhibit."""
    quantities = {"change": ("change", "percent"), "participation": ("response_rate",), "drivers": ("odds_ratio",)}
    return ExhibitRow(
        exhibit=name, reports=("start", "end") if name == "tea" else ("start", "end", "place"), section="main" if name != "tea" else "annex", order=order,
        title=f"About {name} of {{cohort}}", kind=kind, chart=chart, quantities=quantities.get(kind, ("percent",)),
        indicators=names,
    )


def _item(name: str, **other: object) -> Item:
    """A question of the invented survey."""
    return Item(item=name, label=name.removeprefix("q_").title(), kind="option" if "part_of" in other else "choice",
                response_set="" if "part_of" in other else "yes_no", status="confirmed", source="S1", **other)


def dictionary() -> Dictionary:
    """The invented programme."""
    programme = Programme(
        id="p", name="Programme <P>", owner="Owner", about="", people={"one": "person", "many": "people"},
        area={"one": "place", "many": "places"}, source="S1",
        domains=({"id": "one", "label": "Domain one", "about": "All of one."}, {"id": "two", "label": "Domain two"}),
        evidence={"smallest_share": 0.5, "source": "S1"},
        smallest_meaningful_change={"percent": 5.0},
        standing={"against": ("rest", "comparator", "wave"), "gap": 1.0, "source": "S1"},
        outcomes=({"id": "peace", "label": "More peace"}, {"id": "sea", "label": "Out at sea"}, {"id": "gold", "label": "Gold"}),
        reports=(
            {"id": "start", "notebook": "n", "title": "{programme} at the start, {cohort}", "wave": "first"},
            {"id": "end", "notebook": "n", "title": "{programme} at the end, {cohort}", "wave": "last"},
            {"id": "place", "notebook": "n", "title": "{authority}, {cohort}", "wave": "last", "per_authority": True},
        ),
    )
    cohort = Cohort(
        id="c", label="Cohort C", invented=True, starts="2020", authorities=("north", "south", "west"), groups=("age",),
        waves=({"id": "before", "label": "Before", "fieldwork_start": "2020-01-02", "fieldwork_end": "2020-02-03"},
               {"id": "after", "label": "After", "status": "unconfirmed", "note": "Days not known."}),
        sources=({"id": "survey", "instrument": "form", "label": "The survey"},), source="S1",
        notes=({"id": "storm", "text": "There was a storm before.", "waves": ("before",)},),
        disagreements=({"about": "How many places", "readings": ("three", "four"), "source": "S1"},),
    )
    form = Instrument(id="form", label="Form", kind="survey", licence="open", may_show_wording=True, source="S1")
    items = tuple(_item(f"q_{one}") for one in ("calm", "angry", "rare", "score", "band")) + (_item("q_tea", part_of="drinks"),)
    every = (*INDICATORS, indicator("absent", "Never collected"))
    return Dictionary(
        programme=programme, cohorts=(cohort,), codes=(), scales=(), indicators=every, folder=Path(), digest="",
        authorities=tuple(Authority(authority=name, name=f"{name.title()} place", source="S1") for name in cohort.authorities),
        instruments=(LoadedInstrument(form, (), items, ()),),
        groups={"age": tuple(GroupLevel(group="age", label="Age", item="q_age", level=level, level_label=f"{level} ones",
                                        codes=("1",), source="S1") for level in ("young", "old"))},
        benchmarks=(
            Benchmark(benchmark="nation", indicator="calm", kind="population", label="The nation", population="all", ages="18+",
                      year="2019", value=40.5, decimals=1, unit="percent", match="close", status="unconfirmed", source="S1"),
            Benchmark(benchmark="other", indicator="angry", kind="population", label="Others", population="all", ages="18+",
                      year="2018", value=12, unit="percent", match="differs", status="confirmed", source="S1"),
        ),
        exhibits=tuple(exhibit(*spec, order) for order, spec in enumerate(_EXHIBITS)),
        disclosure=Disclosure(
            threshold=10, threshold_internal=5, threshold_percent_base=10, protect_complement=True, rounding="half_up",
            protection_interval=5, source="S1",
            symbols={"withheld": "[c]", "not_available": "[x]", "not_applicable": "[z]", "low": "[low]"},
            symbol_meanings={"withheld": "withheld", "not_available": "not available", "not_applicable": "does not apply",
                             "low": "rounds to zero"},
        ),
        glossary=(Term(term="wave", meaning="an occasion"), Term(term="Base", meaning="those asked")),
        sources=(Citation(source="S1", title="A source"),),
    )


def row(**fields: object) -> dict[str, object]:
    """One row of results; what is not given is missing or empty."""
    blank = {name: nan if name in NUMBERS else "" for name in RESULTS.columns}
    return {**blank, "cohort": "c", "source": "survey", "weighted": False, "conf_level": nan, **fields}


def level(name: str, wave: str, percent: float, n: float = 200.0, **place: object) -> dict[str, object]:
    """A level of an indicator with a plain interval."""
    spread = 196 * sqrt(max(percent * (100 - percent), 1.0) / 1e4 / n)
    numbers = {"estimate": percent, "conf_low": max(0.0, percent - spread), "conf_high": min(100.0, percent + spread),
               "n_valid": n, "n_eligible": n + 7, **dict.fromkeys(MISSING_COLUMNS, 0.0), "missing_not_answered": 7.0}
    if name == "score":
        numbers |= {"estimate": percent / 10, "conf_low": percent / 10 - 0.2, "conf_high": percent / 10 + 0.2}
    return row(indicator=name, wave=wave, quantity="mean" if name == "score" else "percent", conf_level=0.95,
               method="Wilson interval", unit="percent", family="first", **{**numbers, **place})


def withheld(one: dict[str, object]) -> dict[str, object]:
    """The row with every number taken out."""
    return {**one, **dict.fromkeys(NUMBERS, nan), "verdict": "", "warning": "", "suppression": "[c]"}


def difference(quantity: str, now: dict[str, object], then: dict[str, object], verdict: str, **key: object) -> dict[str, object]:
    """The difference of two levels."""
    size = now["estimate"] - then["estimate"]
    spread = hypot(now["conf_high"] - now["conf_low"], then["conf_high"] - then["conf_low"]) / 2
    place = {name: now[name] for name in ("indicator", "wave", "authority", "group", "level")}
    return row(quantity=quantity, estimate=size, conf_low=size - spread, conf_high=size + spread, conf_level=0.95,
               n_valid=now["n_valid"], n_reference=then["n_valid"], method="Newcombe interval", unit="percentage points",
               family="first", verdict=verdict, **{**place, **key})


LEVELS = {"calm": (31.4, 24.5), "angry": (12.0, 17.2), "rare": (0.3, 0.0), "score": (61.0, 66.0), "low": (30.0, 35.0),
          "high": (70.0, 65.0), "tea": (80.0, 81.0)}
VERDICTS = {"calm": "fell", "angry": "no clear change", "rare": "cannot tell", "score": "rose", "low": "rose", "high": "fell",
            "tea": "no clear change"}


def rows() -> list[dict[str, object]]:
    """Every row of the invented results."""
    made = []
    for name, (before, after) in LEVELS.items():
        then, now = level(name, "before", before), level(name, "after", after)
        wave = {"contrast": "wave", "reference": "before"}
        made += [then, now, difference("change", now, then, VERDICTS[name], **wave),
                 difference("change_adjusted", now, then, VERDICTS[name], **wave), difference("change_same_people", now, then, "", **wave),
                 row(quantity="events_per_variable", indicator=name, wave="after", estimate=12.4, **wave),
                 row(quantity="smallest_change", indicator=name, wave="after", estimate=6.4, **wave),
                 *_robust(name, now, then, wave)]
        made += _places(name, before, after)
    return made + _benchmarks() + _people() + _models() + _compared()


def _robust(name: str, now: dict[str, object], then: dict[str, object], wave: dict[str, str]) -> list[dict[str, object]]:
    """A change over places, how far places differ, the bounds of overlap, and a weighted level."""
    pooled = difference("change_pooled", now, then, VERDICTS[name], **wave)
    bounds = [difference(one, now, then, "", **wave) for one in ("overlap_bound", "overlap_widest")]
    differing = row(quantity="heterogeneity", indicator=name, wave="after", estimate=62.0, p_value=0.0004, n_valid=3.0, **wave)
    return [pooled, *bounds, *_missing(name, now, then, wave), differing, {**now, "weighted": True, "estimate": now["estimate"] + 1, "n_effective": 150.0}]


#: what the tests say of a change at its lowest and at its highest bound, and with missing answers imputed
MISSING = {"calm": ("fell", "fell", "fell"), "angry": ("no clear change", "rose", "no clear change"), "score": ("no clear change", "rose", "no clear change")}


def _missing(name: str, now: dict[str, object], then: dict[str, object], wave: dict[str, str]) -> list[dict[str, object]]:
    """A change had the missing answers been of either kind, and with them imputed."""
    verdicts = MISSING.get(name, ("cannot tell",) * 3)
    filled = [{**now, "estimate": now["estimate"] + step} for step in (-3.0, 3.0, 0.2)]
    return [difference(quantity, other, then, verdict, **wave) for quantity, other, verdict in zip(
        ("change_missing_bound_lowest", "change_missing_bound_highest", "change_imputed"), filled, verdicts, strict=True)]


def _places(name: str, before: float, after: float) -> list[dict[str, object]]:
    """Levels, changes and range of authorities and groups; one authority is withheld."""
    made = []
    for number, authority in enumerate(("north", "south", "west")):
        then, now = (level(name, wave, min(percent + number, 99.0), 50.0 + 20 * number, authority=authority)
                     for wave, percent in (("before", before), ("after", after)))
        change = difference("change", now, then, "cannot tell", contrast="wave", reference="before")
        drawn = [difference(quantity, now, then, "", authority=authority, contrast="wave", reference="before") for quantity in ("change_shrunken", "change_left_out")]
        made += [withheld(one) if authority == "west" else one for one in (then, now, change, *drawn)]
    for wave, percent in (("before", before), ("after", after)):
        young, old = (level(name, wave, percent + shift, 90.0, group="age", level=group)
                      for group, shift in (("young", 0.0), ("old", 1.0)))
        made += [young, old, difference("difference", old, young, "no clear difference", contrast="level", reference="young")]
        made += [{**level(name, wave, percent), "quantity": "lowest"}, {**level(name, wave, percent + 2), "quantity": "highest"}]
    return made


def _benchmarks() -> list[dict[str, object]]:
    """Published figures, one tested and one not."""
    made = []
    for name, reference, value in (("calm", "nation", 40.5), ("angry", "other", 12.0)):
        key = {"contrast": "comparator", "reference": reference}
        made.append(row(quantity="benchmark", indicator=name, estimate=value, method="as published", **key))
        for wave, percent in zip(("before", "after"), LEVELS[name], strict=True):
            tested = difference("difference", level(name, wave, percent), level(name, wave, value), "lower", **key)
            untested = row(quantity="difference", indicator=name, wave=wave, suppression="[x]", **key,
                           warning="not estimable: the published definition differs from ours")
            made.append(tested if name == "calm" else untested)
    return made


def _people() -> list[dict[str, object]]:
    """Forms, response rates and who answered."""
    made = []
    for wave in ("before", "after"):
        for authority, forms in (("", 200.0), ("north", 60.0), ("south", 70.0), ("west", 70.0)):
            place = {"wave": wave, "authority": authority, "n_valid": forms}
            made += [row(quantity="count", estimate=forms, **place),
                     row(quantity="response_rate", estimate=100 * forms / 500, n_eligible=500.0, **place)]
        for group in ("young", "old"):
            made += [row(quantity="percent", wave=wave, group="age", level=group, estimate=50.0, n_valid=190.0),
                     row(quantity="population_share", wave=wave, group="age", level=group, estimate=48.0)]
    return made


def _models() -> list[dict[str, object]]:
    """Odds ratios and reliability."""
    against = {"indicator": "calm", "group": "age", "level": "old", "contrast": "level", "reference": "young"}
    made = []
    for wave in ("before", "after"):
        made += [row(quantity="odds_ratio", wave=wave, estimate=1.8, conf_low=1.1, conf_high=2.9, n_valid=180.0, **against),
                 row(quantity="marginal_effect", wave=wave, estimate=7.6, **against),
                 row(quantity="events_per_variable", indicator="calm", wave=wave, estimate=10.1),
                 row(quantity="alpha", indicator="score", wave=wave, estimate=0.81, conf_low=0.78, conf_high=0.84, n_valid=190.0),
                 row(quantity="item_rest", indicator="score", wave=wave, level="q_calm", estimate=0.5, n_valid=190.0)]
    return made


def _compared() -> list[dict[str, object]]:
    """Tests of who answered, who was lost, and one place against the others."""
    tests = {"quantity": "composition_test", "group": "age", "wave": "after", "n_valid": 190.0, "n_reference": 190.0}
    made = [row(contrast="population", estimate=0.04, p_value=0.41, **tests),
            row(contrast="wave", reference="before", estimate=0.21, p_value=0.0004, **tests)]
    for name in ("calm", "score"):
        lost, stayed = level(name, "before", 40.0, 60.0), level(name, "before", 30.0, 120.0)
        made.append(difference("difference", lost, stayed, "higher", contrast="stayed", reference="after"))
    for name, verdict in (("calm", "higher"), ("angry", "higher"), ("rare", "no clear difference")):
        here, others = level(name, "after", 30.0, 60.0, authority="north"), level(name, "after", 20.0, 140.0)
        made.append(difference("difference", here, others, verdict, contrast="rest"))
    return made


def disclosed(made: list[dict[str, object]] | None = None) -> DisclosedResults:
    """The rows as disclosed results."""
    table = pd.DataFrame(made if made is not None else rows())[list(RESULTS.columns)]
    kinds = {name: float if name in NUMBERS else str for name in RESULTS.columns if name != "weighted"}
    return DisclosedResults(check(table.astype(kinds), RESULTS), None, pd.DataFrame())
