"""What was collected besides the survey, counted: plans, visits, conditions, themes, judgements, official figures; and change in what plans addressed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Direction, FieldRole, Measure
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Choice, Cohort, Indicator, Wave
from nbeval.estimate.contingency import kappa
from nbeval.estimate.families import adjust, sizes, verdicts
from nbeval.estimate.means import mean_interval
from nbeval.estimate.outcome import Outcome, no_results, outcome_columns, result_rows, stacked
from nbeval.frames import Contrast, Method, Quantity, Reason

STATUS, INVOLVEMENT, KIND, DELIVERY, ADDRESSED = "status", "involvement", "kind", "delivery", "addressed"
#: levels of ``delivery``: what was planned and held, and who was there
PLANNED, HELD, PEOPLE, STAFF = "planned", "held", "people", "staff"


def action_results(actions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count actions by status at each review, by involvement and by cornerstone, and how many authorities address what. One row per count:
    ``indicator`` is the theme, empty for all; ``n_eligible`` is how many actions there are. A choice that was never made has a count of 0.
    Indicators that some plan addresses have the number of authorities. ``actions``: one row per action x review."""
    parts = []
    for instrument, rows in by_source(actions, cohort, dictionary):
        once = rows.drop_duplicates(["authority", "action"])
        parts.append(counted(rows.assign(wave=rows["occasion"], choice=rows["status"]), STATUS, instrument.chosen_by(FieldRole.STATUS)))
        for name, role in ((INVOLVEMENT, FieldRole.INVOLVEMENT), (KIND, FieldRole.KIND)):
            parts.append(counted(once.assign(wave="", choice=once[name]), name, instrument.chosen_by(role)))
        parts.append(_addressed(once))
    return stacked(parts, cohort=cohort.id, quantity=Quantity.COUNT.value, method=Method.COUNT)


def visit_results(visits: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count visits planned and held, how they were held, and who was there; and give the days, counted from 1 January 1970. One row per
    visit x authority (and for all) x what is counted, and one per day. A count of young people is its own ``n_valid``."""
    parts = []
    for instrument, rows in by_source(visits, cohort, dictionary):
        held = rows[rows["held"].notna()].assign(wave="")
        parts.append(_delivered(rows))
        for name, role in ((KIND, FieldRole.KIND), (INVOLVEMENT, FieldRole.INVOLVEMENT)):
            parts.append(counted(held.assign(choice=held[name]), name, instrument.chosen_by(role)))
        days = rows.melt(["source", "authority", "area"], [PLANNED, HELD], var_name="level", value_name="estimate").dropna(subset="estimate")
        parts.append(days.assign(indicator=days["area"], wave="", group=DELIVERY, unit="day", quantity=Quantity.DAY.value, method=Method.AS_ENTERED))
    return stacked(parts, cohort=cohort.id)


def condition_results(conditions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count the authorities (or applicants) of which each choice of a condition holds. One row per condition x wave x choice, for all and
    for each authority."""
    parts = [
        counted(rows.assign(choice=rows["status"]), choices, instrument.chosen(choices), every_area=False)
        for instrument, of_source in by_source(conditions, cohort, dictionary)
        for choices, rows in of_source.groupby("choices", sort=False)
    ]
    return stacked(parts, cohort=cohort.id, quantity=Quantity.COUNT.value, method=Method.COUNT)


def by_source(table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> Iterator[tuple[LoadedInstrument, pd.DataFrame]]:
    """The rows of each source with the instrument that collected them."""
    declared = {one.id: one.instrument for one in cohort.sources}
    for source, rows in table.groupby("source", sort=False) if len(table) else ():
        yield dictionary.instrument(declared[source]), rows


def counted(rows: pd.DataFrame, group: str, choices: tuple[Choice, ...], *, every_area: bool = True) -> pd.DataFrame:
    """Count each choice by area, authority and occasion, and over all of each; a choice that nobody made has a count of 0. One row per
    area x authority (and for all) x occasion x choice."""
    given = rows[rows["choice"].ne("")]
    whole = [given, given.assign(authority="")] if given["authority"].ne("").any() else [given]
    places = pd.concat(whole, ignore_index=True)
    if every_area:
        places = pd.concat([places, places.assign(area="")], ignore_index=True)
    by = ["source", "area", "authority", "wave"]
    counts = pd.crosstab([places[name] for name in by], places["choice"]).reindex(columns=[one.code for one in choices], fill_value=0)
    long = counts.stack().rename("estimate").reset_index().rename(columns={"choice": "level"})
    totals = long.groupby(by)["estimate"].transform("sum")
    return long.assign(indicator=long["area"], group=group, n_eligible=totals, unit="count", quantity=Quantity.COUNT.value, method=Method.COUNT)


def _addressed(once: pd.DataFrame) -> pd.DataFrame:
    """In how many authorities, and in which, an action addresses each indicator."""
    each = once.assign(indicator=once["indicators"].str.split("; ")).explode("indicator")
    each = each[each["indicator"].fillna("").ne("")]
    own = each.groupby(["source", "authority", "indicator"], as_index=False).size().rename(columns={"size": "estimate"})
    whole = own.groupby(["source", "indicator"], as_index=False).size().rename(columns={"size": "estimate"}).assign(authority="")
    return pd.concat([own, whole], ignore_index=True).assign(
        wave="", group=ADDRESSED, level=ADDRESSED, unit="count", n_eligible=float(once["authority"].nunique()))


def _delivered(rows: pd.DataFrame) -> pd.DataFrame:
    """How many visits were planned and held, and who was there, by visit and authority."""
    own = rows.assign(**{name: rows[name].notna().astype(float) for name in (PLANNED, HELD)})
    places = pd.concat([own, own.assign(authority=""), own.assign(area=""), own.assign(authority="", area="")], ignore_index=True)
    sums = places.groupby(["source", "authority", "area"])[[PLANNED, HELD, PEOPLE, STAFF]].sum(min_count=1)
    long = sums.stack().rename("estimate").reset_index().rename(columns={"level_3": "level"})
    return long.assign(
        indicator=long["area"], wave="", group=DELIVERY, unit="count", quantity=Quantity.COUNT.value, method=Method.COUNT,
        n_valid=long["estimate"].where(long["level"].eq(PEOPLE)))


REST = "rest"
#: figures are rounded, so that no authority's withheld figure can be worked out from them
DECIMALS = 1
FEWEST_AUTHORITIES = 3


def addressed_change(results: pd.DataFrame, actions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Compare the change of addressed indicators with that of the rest.

    One row for the addressed, one for the rest, one for the difference, in percentage points, positive where things got better;
    ``n_eligible`` is the number of authorities. ``results`` are those of the survey, ``actions`` has one row per action x review.
    A question counts as addressed where any coding of it is. Each authority's mean change of the addressed less that of the rest is one
    value, and authorities count alike: that a plan chose what was worst, which tends to rise by itself, is not taken out, so the
    difference is no effect of a plan. Changes that rest on fewer people than may be shown are left out.
    """
    if actions.empty:
        return no_results()
    marked = _marked(_changes(results, dictionary), actions, dictionary)
    sides = marked.groupby(["wave", "reference", "authority", "side"])["better"].mean().unstack("side").reindex(columns=[ADDRESSED, REST])
    parts = [_compared(rows, wave, reference, dictionary) for (wave, reference), rows in sides.dropna().groupby(["wave", "reference"])]
    return _judged(stacked(parts, cohort=cohort.id, source=str(actions["source"].iloc[0]), group=ADDRESSED, unit="percentage points",
                           method=Method.WITHIN_AUTHORITIES), dictionary)


def _judged(rows: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The changes are one family, the differences another, whatever the waves: their verdicts follow the adjusted test and the interval, and
    the size of a change its interval."""
    change, made = rows["contrast"].eq(Contrast.WAVE.value), rows["estimate"].notna()
    adjusted = pd.Series(np.nan, rows.index)
    for kind in (change, ~change):
        adjusted[kind] = adjust(rows.loc[kind, "p_value"], method=dictionary.programme.adjustment(ADDRESSED)) if kind.any() else np.nan
    numbers = [rows[name] for name in ("estimate", "conf_low", "conf_high")]
    least = dictionary.programme.smallest_meaningful_change.get(Measure.PERCENT, np.nan)
    return rows.assign(
        family=np.where(made, ADDRESSED, ""), p_adjusted=adjusted, size=sizes(*numbers, np.where(change, least, np.nan)),
        verdict=verdicts(*numbers, adjusted, change=change, alpha=1 - dictionary.programme.conf_level))


def questions(dictionary: Dictionary) -> dict[str, Indicator]:
    """The percentage that speaks for each item or scale: a headline one, else the first with a better direction."""
    chosen: dict[str, Indicator] = {}
    declared = [one for one in dictionary.indicators if one.measure is Measure.PERCENT and one.better is not Direction.NEITHER]
    for one in sorted(declared, key=lambda one: not one.headline):
        chosen.setdefault(one.item or one.scale, one)
    return chosen


def _changes(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Every authority's change of the indicators that speak for a question, turned so that up is better."""
    speaking = {one.indicator: (question, 1.0 if one.better is Direction.HIGHER else -1.0)
                for question, one in questions(dictionary).items()}
    rows = results[results["quantity"].eq(Quantity.CHANGE.value) & results["indicator"].isin(list(speaking))
                   & results["authority"].ne("") & results["group"].eq("") & ~results["weighted"]]
    rows = rows[_safe(rows, dictionary)]
    return rows.assign(
        question=[speaking[name][0] for name in rows["indicator"]],
        better=rows["estimate"] * [speaking[name][1] for name in rows["indicator"]],
    ).dropna(subset="better")


def _safe(rows: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """Changes of which both waves could be shown on their own account."""
    least = dictionary.disclosure.threshold
    enough = pd.Series(True, index=rows.index)
    for count, base in (("numerator", "n_valid"), ("numerator_reference", "n_reference")):
        enough &= rows[base].ge(max(least, dictionary.disclosure.threshold_percent_base))
        enough &= rows[count].ge(least) & (rows[base] - rows[count]).ge(least)
    return enough


def _marked(changes: pd.DataFrame, actions: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The changes with their side: addressed by an action of that authority, or the rest."""
    about = {one.indicator: one.item or one.scale for one in dictionary.indicators}
    pairs = {(row.authority, about[name]) for row in actions.itertuples() for name in row.indicators.split("; ") if name in about}
    found = [pair in pairs for pair in zip(changes["authority"], changes["question"], strict=True)]
    return changes.assign(side=np.where(found, ADDRESSED, REST))


def _compared(rows: pd.DataFrame, wave: str, reference: str, dictionary: Dictionary) -> pd.DataFrame:
    """The two means and their difference over authorities."""
    if len(rows) < FEWEST_AUTHORITIES:
        return pd.DataFrame([{"quantity": Quantity.DIFFERENCE.value, "wave": wave, "level": ADDRESSED, "contrast": Contrast.LEVEL.value,
                              "reference": REST, "n_eligible": float(len(rows)), "warning": Reason.FEW_AUTHORITIES.not_estimable}])
    values = {ADDRESSED: rows[ADDRESSED], REST: rows[REST], "": rows[ADDRESSED] - rows[REST]}
    level = dictionary.programme.conf_level
    made = []
    for side, column in values.items():
        mean = float(column.mean())
        found = mean_interval(mean, float(column.std()), len(column), level)
        made.append({
            "quantity": (Quantity.CHANGE if side else Quantity.DIFFERENCE).value, "wave": wave, "level": side or ADDRESSED,
            "contrast": (Contrast.WAVE if side else Contrast.LEVEL).value, "reference": reference if side else REST,
            "estimate": mean, "conf_low": float(found.conf_low), "conf_high": float(found.conf_high), "conf_level": level,
            "n_eligible": float(len(column)),
        })
    table = pd.DataFrame(made)
    table[["estimate", "conf_low", "conf_high"]] = table[["estimate", "conf_low", "conf_high"]].round(DECIMALS)
    half, df = (table["conf_high"] - table["conf_low"]) / 2, len(rows) - 1
    ratio = table["estimate"] / half.where(half > 0) * special.stdtrit(df, (1 + level) / 2)      # of the rounded ones: nothing further is told
    return table.assign(df=df, p_value=2 * special.stdtr(df, -ratio.abs()))


#: groups of rows: who mentioned a theme, and how far coders agree on it
SPOKEN_OF, AGREEMENT = "told", "agreement"
#: level of ``SPOKEN_OF``: authorities, of which people who work there spoke
AUTHORITIES = "authorities"
#: the set of choices that names who speaks
SPEAKER = "speaker"


def theme_results(codes: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count who mentioned each theme, and give the agreement of coders.

    One row per theme x wave x kind of speaker, one per theme x wave for authorities (those of whose own people somebody did), one
    for coders; ``n_eligible`` is how many documents (or authorities) there were. A count of the people that the programme is for is its
    own ``n_valid``, so that it is protected. A document has a theme where any coder found it; kappa is over the documents that two coders
    read, and a coder who found nothing in a document has read it only if an export says so.
    """
    parts = []
    for instrument, rows in by_source(codes, cohort, dictionary):
        for _, wave in rows.groupby("wave", sort=False):
            parts += [_mentions(wave, instrument), _agreement(wave, instrument, dictionary.programme.conf_level)]
    return stacked(parts, cohort=cohort.id)


def _mentions(rows: pd.DataFrame, instrument: LoadedInstrument) -> pd.DataFrame:
    """Counts of one wave: by kind of speaker, and of authorities."""
    made = []
    for speaker in instrument.chosen(SPEAKER):
        heard = rows[rows["speaker"].eq(speaker.code)]
        made += _counts(heard, "document", speaker.code, instrument, people=speaker.people)
    staff = [one.code for one in instrument.chosen(SPEAKER) if not one.people]
    made += _counts(rows[rows["speaker"].isin(staff)], "authority", AUTHORITIES, instrument, people=False)
    return pd.DataFrame(made).assign(
        source=rows["source"].iloc[0], wave=rows["wave"].iloc[0], group=SPOKEN_OF, quantity=Quantity.COUNT.value, unit="count", method=Method.DOCUMENTS)


def _counts(rows: pd.DataFrame, unit: str, level: str, instrument: LoadedInstrument, *, people: bool) -> list[dict]:
    """How many documents or authorities have each theme."""
    named = rows[rows[unit].ne("")]
    found = named.groupby("area")[unit].nunique().reindex([area.area for area in instrument.areas], fill_value=0).astype(float)
    return [
        {"indicator": area, "level": level, "estimate": count, "n_eligible": float(named[unit].nunique()), "n_valid": count if people else np.nan}
        for area, count in found.items()
    ] if len(named) else []


def _agreement(rows: pd.DataFrame, instrument: LoadedInstrument, level: float) -> pd.DataFrame:
    """Kappa of each theme over the documents that two coders read, at one wave."""
    once = rows[["document", "coder"]].drop_duplicates().sort_values(["document", "coder"])
    readers = [part.itertuples(index=False, name=None) for _, part in once.groupby("document")]
    pairs = [pair for document in readers for pair in combinations(document, 2)]
    coders = {coder for (_, one), (_, other) in pairs for coder in (one, other)}
    given = set(rows[["document", "coder", "area"]].itertuples(index=False, name=None))
    made = []
    for area in instrument.areas if pairs else ():
        table = np.zeros((2, 2))
        for one, other in pairs:
            table[int((*one, area.area) in given), int((*other, area.area) in given)] += 1
        found = kappa(table, level)
        if len(coders) > 2 and not np.isnan(found.estimate):     # its interval would hold for one pair of coders only
            found = Outcome(found.estimate, warning=Reason.SEVERAL_CODERS)
        made.append({**outcome_columns(found), "indicator": area.area, "n_eligible": float(len({document for (document, _), _ in pairs})),
                     "method": Method.TWO_CODERS})
    return pd.DataFrame(made).assign(source=rows["source"].iloc[0], wave=rows["wave"].iloc[0], group=AGREEMENT,
                                     quantity=Quantity.KAPPA.value, unit="kappa")


#: the group of the days on which something was judged
JUDGED = "judged"
#: the group of official figures, whose levels are years
YEAR = "year"
PERCENT_SIGN = "%"
_EPOCH = pd.Timestamp("1970-01-01")


def judgement_results(judgements: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Give the last grade of every area and authority at each wave, its framework and its day, and count the grades. One row per area x
    wave x grade (and framework), for all and for each authority, and one per day; ``n_eligible`` is how many authorities had been judged
    by then. Grades are steps in an order without known distances: they are counted, and no mean is taken."""
    parts = []
    for instrument, rows in by_source(judgements, cohort, dictionary):
        last = _last(rows, cohort)
        if last.empty:
            continue
        for name, role, column in ((STATUS, FieldRole.STATUS, "status"), (KIND, FieldRole.KIND, "kind")):
            parts.append(counted(last.assign(choice=last[column]), name, instrument.chosen_by(role), every_area=False))
        parts.append(last[["source", "wave", "authority"]].assign(
            indicator=last["area"], estimate=last["held"], group=JUDGED, level=HELD, unit="day", quantity=Quantity.DAY.value,
            method=Method.AS_PUBLISHED))
    return stacked(parts, cohort=cohort.id)


def official_results(figures: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Take official figures over: one row per figure, ``indicator`` the measure and ``level`` the year. No count of people is on a row:
    what is public is not protected, and what the publisher withheld is missing with its symbol in ``warning``."""
    if figures.empty:
        return no_results()
    percent = figures["unit"].eq(PERCENT_SIGN)
    table = figures.assign(
        indicator=figures["measure"], level=figures["year"].astype(str), estimate=figures["value"],
        quantity=percent.map({True: Quantity.PERCENT.value, False: Quantity.MEAN.value}),
        unit=percent.map({True: "percent", False: "scale points"}),
        warning=[Reason.PUBLISHED_AS.not_estimable.format(symbol=symbol) if symbol else "" for symbol in figures["symbol"]],
    )
    return result_rows(table, cohort=cohort.id, group=YEAR, method=Method.AS_PUBLISHED)


def _last(rows: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """The last judgement of each area and authority at each wave."""
    ordered = rows.sort_values("held")
    parts = [
        ordered[ordered["held"].le(_until(wave, cohort))].drop_duplicates(["authority", "area"], keep="last").assign(wave=wave.id)
        for wave in cohort.waves
    ]
    return pd.concat(parts, ignore_index=True) if parts else rows.iloc[:0].assign(wave="")


def _until(wave: Wave, cohort: Cohort) -> float:
    """The last day that counts at a wave: the day before the first one, the last day of a later one. Where a wave's days are not known,
    the cohort's own take their place: its first day, and its end."""
    if wave is cohort.waves[0]:
        return _day(wave.fieldwork_start or pd.Period(cohort.starts).start_time) - 1
    if wave.fieldwork_end:
        return _day(wave.fieldwork_end)
    if wave is not cohort.waves[-1]:
        return -math.inf
    return _day(pd.Period(cohort.ends).end_time.normalize()) if cohort.ends else math.inf


def _day(when: object) -> float:
    """A date in days since 1 January 1970."""
    return float((pd.Timestamp(when) - _EPOCH).days)
