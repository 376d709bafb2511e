"""The same people at two waves, where a cohort can link them: how their answers changed, and who was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.comparisons import POWER, difference_rows, pair
from nbeval.estimate.families import level_of_one
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.levels import mean_levels, percentages, unit_of
from nbeval.estimate.means import paired_t, standardised_change, varies
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import Plan, beside_values, in_order, tally
from nbeval.estimate.power import smallest_change_paired
from nbeval.estimate.proportions import mcnemar, newcombe_paired
from nbeval.estimate.ranks import rank_biserial, signed_rank
from nbeval.frames import Contrast, Method, Quantity, Reason

#: with fewer people than this who changed their answer McNemar's test is exact
FEW_DISCORDANT = 25
NOBODY = Reason.NOT_LINKED.not_estimable
_LOST, _KEPT = "lost", "kept"


@dataclass(frozen=True, eq=False)
class Linked:
    """The people of an earlier wave (``reference``), and those of them who answered again at a later one. ``people`` has one row per person
    of the earlier wave who can be followed: the respondent's columns, ``now`` (the respondent at the later wave; missing for those who were
    lost) and ``kept``. ``then`` and ``later`` hold the values of those who were kept: one row per pair, one column per indicator, in the
    same order."""

    wave: str
    reference: str
    people: pd.DataFrame
    then: pd.DataFrame
    later: pd.DataFrame

    @property
    def pairs(self) -> pd.DataFrame:
        """The people who answered at both waves."""
        return self.people[self.people["kept"]]

    def contrasts(self, one: Indicator, plan: Plan) -> bool:
        """Whether an indicator is contrasted between the two waves."""
        return (self.wave, self.reference) in plan.contrasts.get(one.indicator, ())


def link(plan: Plan, wave: str, reference: str = "") -> Linked:
    """Link an earlier wave (the first, unless named) of a matched design to a later one by ``person``. Forms that name no person are left
    out, and persons who occur twice at either wave: nobody can say which forms belong together, and they are not lost."""
    reference = reference or plan.first_wave
    named = plan.respondents[plan.respondents["person"].ne("") & plan.respondents["wave"].isin([wave, reference])]
    twice = named.loc[named.duplicated(["person", "wave"]), "person"]
    once = named[~named["person"].isin(twice)]
    first, later = (once[once["wave"].eq(name)] for name in (reference, wave))
    now = later[["person", "respondent"]].rename(columns={"respondent": "now"})
    people = first.merge(now, on="person", how="left", validate="one_to_one")
    people = people.assign(kept=people["now"].notna()).sort_values("person", ignore_index=True)
    kept = people[people["kept"]]
    return Linked(wave, reference, people, plan.wide.reindex(kept["respondent"]), plan.wide.reindex(kept["now"].astype(int)))


def _linked(plan: Plan) -> list[Linked]:
    """The linked people of every pair of waves that is contrasted."""
    return [link(plan, *pair) for pair in plan.every_pair]


def at_every_wave(plan: Plan, indicator: str, waves: Sequence[str]) -> tuple[np.ndarray, np.ndarray | None]:
    """Give the answers of the people who answered an indicator at every one of some waves, one row per person and one column per wave, and
    the clusters that they were of at the first, where people were sampled so. Persons who occur twice at a wave are left out."""
    named = plan.respondents[plan.respondents["person"].ne("") & plan.respondents["wave"].isin(waves)]
    twice = named.loc[named.duplicated(["person", "wave"]), "person"]
    once = named[~named["person"].isin(twice)].astype({"wave": str})
    forms = once.pivot(index="person", columns="wave", values="respondent").reindex(columns=list(waves)).dropna().astype(int)
    answers = np.column_stack([plan.wide[indicator].reindex(forms[wave]).to_numpy(float) for wave in waves])
    complete = np.isfinite(answers).all(axis=1)
    sampled = "cluster" in once and once["cluster"].ne("").any()
    first = plan.respondents.set_index("respondent")["cluster"].reindex(forms[waves[0]]).to_numpy(object)[complete] if sampled else None
    return answers[complete], first


def linked_values(plan: Plan, wave: str, reference: str, indicator: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the answers of complete pairs at the later wave and at the earlier one, and the authority that each was of then."""
    linked = link(plan, wave, reference)
    now, then = (table[indicator].to_numpy(float) for table in (linked.later, linked.then))
    both = np.isfinite(now) & np.isfinite(then)
    return now[both], then[both], linked.pairs["authority"].to_numpy(object)[both]


def places(people: pd.DataFrame, plan: Plan) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Where people are counted: the cohort, its authorities and the levels of its groups, as at the first wave. Yields the columns that
    name the place, and who is in it."""
    whole = {"authority": "", "group": "", "level": ""}
    yield whole, np.ones(len(people), dtype=bool)
    for authority in plan.cohort.authorities:
        yield whole | {"authority": authority}, people["authority"].eq(authority).to_numpy()
    for group in (one for one in plan.cohort.groups if one in people):
        for level in people[group].cat.categories:
            yield whole | {"group": group, "level": level}, people[group].eq(level).to_numpy()


def matched_change(plan: Plan) -> pd.DataFrame:
    """Estimate the change of every indicator among the people who answered at both of two waves.

    One row per indicator x pair of waves x place (``change``; ``n_valid`` counts the pairs). Percentages: Newcombe's interval for pairs and
    McNemar's test, exact where fewer than 25 people changed their answer. Means: the paired t, and a row each for ``effect_size``
    (standardised by the spread of the earlier wave) and ``rank_biserial`` (Wilcoxon's signed ranks, exact up to 500 who moved). Where people
    were sampled in clusters, the interval and test are those of CR2 errors instead. For the whole cohort ``smallest_change``: what so many
    pairs could have shown, and over several authorities ``change_pooled``: the mean change with CR2 errors clustered by authority, as a
    statement beyond these authorities.
    """
    rows = []
    for waves in _linked(plan):
        levels = _levels(waves, plan)
        rows += [row for one in plan.indicators() if waves.contrasts(one, plan) for row in _of_indicator(one, waves, plan, levels[one.indicator])]
    return plan.rows(rows, contrast=Contrast.WAVE.value)


def _levels(linked: Linked, plan: Plan) -> dict[str, float]:
    """The level at which the test of each indicator decides where nothing else of its family changed."""
    pairs = (np.isfinite(linked.later[one.indicator].to_numpy(float)) & np.isfinite(linked.then[one.indicator].to_numpy(float))
             for one in plan.indicators())
    counts = pd.DataFrame({"indicator": list(plan.declared), "authority": "", "n_valid": [float(both.sum()) for both in pairs]})
    return dict(zip(counts["indicator"], level_of_one(counts.assign(n_reference=counts["n_valid"]), plan.dictionary, plan.conf_level),
                    strict=True))


def _of_indicator(one: Indicator, linked: Linked, plan: Plan, alpha: float) -> Iterator[dict[str, object]]:
    """The rows of one indicator in every place; ``alpha`` is the level of its test."""
    level, percent = plan.conf_level, one.measure is Measure.PERCENT
    for place, pairs, inside in _pairs_in_places(one.indicator, linked, plan):
        at = place | _counted(linked, pairs, inside)
        if percent:
            yield at | paired_percentage(pairs.now, pairs.then, level) | _clustered(pairs.now - pairs.then, pairs.cluster, level, 100) | {
                "quantity": Quantity.CHANGE.value, "numerator": pairs.now.sum(), "numerator_reference": pairs.then.sum()}
        else:
            yield from _means(at, pairs, level, one.unit)
        if not place["authority"] and not place["group"]:
            yield at | _detectable(one, pairs.now - pairs.then, alpha)
            if pd.Series(pairs.authority).nunique() > 1:
                found = clustered_mean(pairs.now - pairs.then, pairs.authority, conf_level=level)
                yield at | outcome_columns(found, factor=100 if percent else 1) | {
                    "quantity": Quantity.CHANGE_POOLED.value, "unit": unit_of(one), "warning": found.warning or Reason.OTHER_AUTHORITIES}


@dataclass(frozen=True, eq=False)
class Pairs:
    """Complete pairs of answers to one indicator, with the authority at the earlier wave and the cluster, where people were sampled so."""

    now: np.ndarray
    then: np.ndarray
    authority: np.ndarray
    cluster: np.ndarray | None


def _pairs_in_places(indicator: str, linked: Linked, plan: Plan) -> Iterator[tuple[dict[str, str], Pairs, np.ndarray]]:
    """The pairs of an indicator in every place, and which linked people are in it."""
    now, then = (table[indicator].to_numpy(float) for table in (linked.later, linked.then))
    both, people = np.isfinite(now) & np.isfinite(then), linked.pairs
    cluster = people["cluster"].to_numpy(object) if "cluster" in people and people["cluster"].ne("").any() else None
    for place, inside in places(people, plan):
        rows = both & inside
        yield place | {"indicator": indicator, "wave": linked.wave, "reference": linked.reference}, Pairs(
            now[rows], then[rows], people["authority"].to_numpy(object)[rows], None if cluster is None else cluster[rows]), inside


def _counted(linked: Linked, pairs: Pairs, inside: np.ndarray) -> dict[str, float]:
    """The bases of an estimate of pairs; ``n_eligible`` are those who were linked, whatever they answered."""
    n = float(len(pairs.now))
    return {"n_valid": n, "n_reference": n, "n_eligible": float(inside.sum())}


def _clustered(changes: np.ndarray, cluster: np.ndarray | None, conf_level: float, factor: float = 1.0) -> dict[str, object]:
    """The columns of a change that rest on how people were sampled: those of CR2 errors where that was in clusters, else none."""
    if cluster is None or not len(changes):
        return {}
    return outcome_columns(clustered_mean(changes, cluster, conf_level=conf_level), factor=factor)


def paired_percentage(now: np.ndarray, then: np.ndarray, conf_level: float) -> dict[str, object]:
    """Give the change of a percentage among the same people, as columns of an estimate; answers are 0 and 1."""
    both, lost, won = (int(part.sum()) for part in ((now == 1) & (then == 1), (now == 0) & (then == 1), (now == 1) & (then == 0)))
    found = newcombe_paired(both, lost, won, len(now) - both - lost - won, conf_level)
    test = mcnemar(lost, won, exact=lost + won < FEW_DISCORDANT)
    caution = "" if lost + won else Reason.NOBODY_CHANGED
    return outcome_columns(found, factor=100) | {
        "unit": "percentage points", "statistic": test.statistic, "df": test.df, "p_value": test.p_value,
        "method": Method.join(Method.NEWCOMBE_PAIRED, test.method), "warning": found.warning or caution,
    }


def paired_mean(now: np.ndarray, then: np.ndarray, conf_level: float) -> dict[str, object]:
    """Give the change of a mean among the same people, as columns of an estimate."""
    return outcome_columns(paired_t(now, then, conf_level))


def _means(at: dict, pairs: Pairs, level: float, unit: str) -> Iterator[dict[str, object]]:
    """The rows of the change of a mean: in its unit, in standard deviations and by ranks."""
    now, then = pairs.now, pairs.then
    yield at | paired_mean(now, then, level) | _clustered(now - then, pairs.cluster, level) | {"quantity": Quantity.CHANGE.value, "unit": unit}
    yield at | outcome_columns(standardised_change(now, then, level)) | {
        "quantity": Quantity.EFFECT_SIZE.value, "unit": "standard deviations"}
    size, test = rank_biserial(now, then), signed_rank(now, then)
    yield at | outcome_columns(size) | {
        "quantity": Quantity.RANK_BISERIAL.value, "unit": "correlation", "statistic": test.statistic, "p_value": test.p_value,
        "method": Method.join(Method.RANK_BISERIAL, test.method)}


def _detectable(one: Indicator, changes: np.ndarray, alpha: float) -> dict[str, object]:
    """The smallest change that the pairs could have shown."""
    spread = float(changes.std(ddof=1)) if len(changes) > 1 else np.nan
    spread = spread if varies(changes) else 0.0
    found = smallest_change_paired(spread, len(changes), power=POWER, alpha=alpha)
    factor = 100 if one.measure is Measure.PERCENT else 1
    return outcome_columns(found, factor=factor) | {
        "quantity": Quantity.SMALLEST_CHANGE.value, "unit": unit_of(one), "method": f"{found.method}, pairs"}


def pair_levels(plan: Plan) -> pd.DataFrame:
    """Give the levels at both of two waves of the people who answered at both: what their change is the difference of. One row per
    indicator x wave x other wave x place (contrast ``pairs``; ``reference`` is the other wave), for percentages with Wilson's interval and
    for means with their t interval; ``n_eligible`` are those who were linked."""
    rows = []
    for waves in _linked(plan):
        for one in (one for one in plan.indicators() if waves.contrasts(one, plan)):
            for place, pairs, inside in _pairs_in_places(one.indicator, waves, plan):
                for wave, other, values in ((waves.wave, waves.reference, pairs.now), (waves.reference, waves.wave, pairs.then)):
                    rows.append(place | {"wave": wave, "reference": other, "n_valid": float(len(values)), "n_eligible": float(inside.sum()),
                                         "numerator": values.sum(), "squares": ((values - values.mean()) ** 2).sum() if len(values) else 0.0})
    if not rows:
        return plan.rows()
    table = pd.DataFrame(rows).assign(contrast=Contrast.PAIRS.value)
    percent = table["indicator"].map(plan.measures).eq(Measure.PERCENT)
    means, _ = mean_levels(table[~percent], plan.conf_level)
    return pd.concat([
        plan.rows(percentages(table[percent], plan.conf_level, nobody=NOBODY), quantity=Quantity.PERCENT.value, unit="percent"),
        plan.rows(means.assign(unit=means["indicator"].map(plan.units)), quantity=Quantity.MEAN.value),
    ], ignore_index=True)


#: what becomes of the answer of a person from one wave to the next: the quantity, and which way it went
MOVES = {Quantity.MOVED_UP: 1, Quantity.MOVED_DOWN: -1, Quantity.STAYED: 0}


def transitions(plan: Plan) -> pd.DataFrame:
    """Count the people who answered at both of two waves by which way their answer went: to a higher one, a lower one, or neither. One row
    per indicator x pair of waves x place for each of ``moved_up``, ``moved_down`` and ``stayed`` (percent of the pairs, Wilson's interval;
    ``numerator`` counts them). A percentage is moved up by those who came to give one of its answers; of ordered answers and numbers
    the later is compared with the earlier."""
    rows = []
    declared = dict.fromkeys([*plan.indicators(), *in_order(plan)])
    for waves in _linked(plan):
        for one in (one for one in declared if waves.contrasts(one, plan)):
            for place, pairs, inside in _pairs_in_places(one.indicator, waves, plan):
                way = np.sign(np.round(pairs.now - pairs.then, 10))
                rows += [place | _counted(waves, pairs, inside) | {"quantity": quantity.value, "numerator": float((way == sign).sum())}
                         for quantity, sign in MOVES.items()]
    if not rows:
        return plan.rows()
    found = percentages(pd.DataFrame(rows), plan.conf_level, nobody=NOBODY)
    return plan.rows(found, contrast=Contrast.WAVE.value, unit="percent")


def attrition(plan: Plan) -> pd.DataFrame:
    """Give the share of the first wave's people who were lost, and how they differed. One row per later wave x place for ``attrition``
    (percent of those who could be followed, Wilson's interval; ``n_eligible`` are all forms: who named nobody, and who answered a wave
    twice, cannot be followed and is not lost), where there are three waves and more one per place of those who missed any (contrast
    ``stayed``), and one per indicator x later wave for ``difference`` at the first wave (contrast ``stayed``; ``reference`` is the later
    wave): those who were lost minus those who stayed."""
    linked = [link(plan, wave) for wave in plan.later_waves]
    blocks = [block for one in linked for block in (_shares(one, plan), _set_apart(one, plan))]
    if len(linked) > 1:
        whole = linked[0].people[["person"]].assign(kept=True)
        for one in linked:
            whole = whole.merge(one.people[["person", "kept"]], on="person", suffixes=("", "_here"), validate="one_to_one")
            whole = whole.assign(kept=whole["kept"] & whole.pop("kept_here"))
        people = linked[-1].people.drop(columns="kept").merge(whole, on="person", validate="one_to_one")
        blocks.append(_shares(replace(linked[-1], people=people), plan).assign(contrast=Contrast.STAYED.value))
    return pd.concat(blocks, ignore_index=True) if blocks else plan.rows()


def _shares(linked: Linked, plan: Plan) -> pd.DataFrame:
    """How many were lost, in every place."""
    forms = plan.respondents[plan.respondents["wave"].eq(plan.first_wave)]
    all_forms = [float(inside.sum()) for _, inside in places(forms, plan)]
    found = [(place, inside) for place, inside in places(linked.people, plan)]
    lost = ~linked.people["kept"].to_numpy(dtype=bool)
    table = pd.DataFrame([place for place, _ in found]).assign(
        wave=linked.wave, n_valid=[float(inside.sum()) for _, inside in found],
        numerator=[float((inside & lost).sum()) for _, inside in found], n_eligible=all_forms,
    )
    rows = percentages(table, plan.conf_level, nobody=NOBODY)
    return plan.rows(rows, quantity=Quantity.ATTRITION.value, unit="percent")


def _set_apart(linked: Linked, plan: Plan) -> pd.DataFrame:
    """What those who were lost had answered, minus what those who stayed had."""
    fate = linked.people.set_index("respondent")["kept"].map({True: _KEPT, False: _LOST})
    known = plan.respondents.assign(fate=pd.Categorical(plan.respondents["respondent"].map(fate), categories=[_LOST, _KEPT]))
    counted = tally(plan.values, {
        "indicator": plan.values["indicator"].cat.remove_unused_categories(), "fate": beside_values(plan.values, known, "fate"),
    }).assign(wave=plan.first_wave)
    lost, kept = (counted[counted["fate"].eq(name)].astype({"indicator": str}) for name in (_LOST, _KEPT))
    pairs = pair(lost, kept, ["indicator", "wave"]).assign(
        authority="", group="", level="", contrast=Contrast.STAYED.value, reference=linked.wave)
    return difference_rows(pairs, plan, Quantity.DIFFERENCE)
