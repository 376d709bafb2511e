"""The same people at two waves, where a cohort can link them: how their answers changed, and who was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.comparisons import POWER, difference_rows, pair
from nbeval.estimate.families import level_of_one
from nbeval.estimate.levels import percentages, unit_of
from nbeval.estimate.means import paired_t, standardised_change
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import Plan, beside_values, tally
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
    """The people of the first wave, and those of them who answered again at a later one. ``people`` has one row per person of the first
    wave who can be linked: the respondent's columns, ``now`` (the respondent at the later wave; missing for those who were lost) and
    ``kept``. ``then`` and ``later`` hold the values of those who were kept: one row per pair, one column per indicator, in the same
    order."""

    wave: str
    people: pd.DataFrame
    then: pd.DataFrame
    later: pd.DataFrame

    @property
    def pairs(self) -> pd.DataFrame:
        """The people who answered at both waves."""
        return self.people[self.people["kept"]]


def link(plan: Plan, wave: str) -> Linked:
    """Link the first wave of a matched design to a later one by ``person``. Forms that name no person are left out, and persons who occur
    twice at one wave: nobody can say which forms belong together."""
    named = plan.respondents[plan.respondents["person"].ne("")]
    once = named[~named.duplicated(["person", "wave"], keep=False)]
    first, later = (once[once["wave"].eq(name)] for name in (plan.first_wave, wave))
    now = later[["person", "respondent"]].rename(columns={"respondent": "now"})
    people = first.merge(now, on="person", how="left", validate="one_to_one")
    people = people.assign(kept=people["now"].notna()).sort_values("person", ignore_index=True)
    values = plan.values.pivot(index="respondent", columns="indicator", values="value")
    kept = people[people["kept"]]
    return Linked(wave, people, values.reindex(kept["respondent"]), values.reindex(kept["now"].astype(int)))


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
    """Estimate the change of every indicator among the people who answered at both waves.

    One row per indicator x later wave x place (``change``; ``n_valid`` counts the pairs). Percentages: Newcombe's interval for pairs and
    McNemar's test, exact where fewer than 25 people changed their answer. Means: the paired t, and a row each for ``effect_size``
    (standardised by the spread of the first wave) and ``rank_biserial`` (Wilcoxon's signed ranks, exact up to 500 who moved). For the
    whole cohort ``smallest_change``: what so many pairs could have shown.
    """
    linked = [link(plan, wave) for wave in plan.later_waves]
    rows = []
    for waves in linked:
        levels = _levels(waves, plan)
        rows += [row for one in plan.indicators() for row in _of_indicator(one, waves, plan, levels[one.indicator])]
    return plan.rows(rows, contrast=Contrast.WAVE.value, reference=plan.first_wave)


def _levels(linked: Linked, plan: Plan) -> dict[str, float]:
    """The level at which the test of each indicator decides where nothing else of its family changed."""
    pairs = (np.isfinite(linked.later[one.indicator].to_numpy(float)) & np.isfinite(linked.then[one.indicator].to_numpy(float))
             for one in plan.indicators())
    counts = pd.DataFrame({"indicator": list(plan.declared), "authority": "", "n_valid": [float(both.sum()) for both in pairs]})
    return dict(zip(counts["indicator"], level_of_one(counts.assign(n_reference=counts["n_valid"]), plan.dictionary, plan.conf_level),
                    strict=True))


def _of_indicator(one: Indicator, linked: Linked, plan: Plan, alpha: float) -> Iterator[dict[str, object]]:
    """The rows of one indicator in every place; ``alpha`` is the level of its test."""
    level = plan.conf_level
    now, then = (table[one.indicator].to_numpy(float) for table in (linked.later, linked.then))
    both = np.isfinite(now) & np.isfinite(then)
    for place, inside in places(linked.pairs, plan):
        later, first = now[both & inside], then[both & inside]
        at = place | {"indicator": one.indicator, "wave": linked.wave, "n_valid": float(len(later)), "n_reference": float(len(later)),
                      "n_eligible": float(inside.sum())}
        if one.measure is Measure.PERCENT:
            yield at | paired_percentage(later, first, level) | {
                "quantity": Quantity.CHANGE.value, "numerator": later.sum(), "numerator_reference": first.sum()}
        else:
            yield from _means(at, later, first, level, one.unit)
        if not any(place.values()):
            yield at | _detectable(one, later - first, alpha)


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


def _means(at: dict, now: np.ndarray, then: np.ndarray, level: float, unit: str) -> Iterator[dict[str, object]]:
    """The rows of the change of a mean: in its unit, in standard deviations and by ranks."""
    yield at | paired_mean(now, then, level) | {"quantity": Quantity.CHANGE.value, "unit": unit}
    yield at | outcome_columns(standardised_change(now, then, level)) | {
        "quantity": Quantity.EFFECT_SIZE.value, "unit": "standard deviations"}
    size, test = rank_biserial(now, then), signed_rank(now, then)
    yield at | outcome_columns(size) | {
        "quantity": Quantity.RANK_BISERIAL.value, "unit": "correlation", "statistic": test.statistic, "p_value": test.p_value,
        "method": Method.join(Method.RANK_BISERIAL, test.method)}


def _detectable(one: Indicator, changes: np.ndarray, alpha: float) -> dict[str, object]:
    """The smallest change that the pairs could have shown."""
    spread = float(changes.std(ddof=1)) if len(changes) > 1 else np.nan
    found = smallest_change_paired(spread, len(changes), power=POWER, alpha=alpha)
    factor = 100 if one.measure is Measure.PERCENT else 1
    return outcome_columns(found, factor=factor) | {
        "quantity": Quantity.SMALLEST_CHANGE.value, "unit": unit_of(one), "method": f"{found.method}, pairs"}


def attrition(plan: Plan) -> pd.DataFrame:
    """Give the share of the first wave's people who were lost, and how they differed. One row per later wave x place for ``attrition``
    (percent of those who could be linked, Wilson's interval; ``n_eligible`` are all forms), and one per indicator x later wave for
    ``difference`` at the first wave (contrast ``stayed``; ``reference`` is the later wave): those who were lost minus those who stayed."""
    linked = [link(plan, wave) for wave in plan.later_waves]
    blocks = [block for one in linked for block in (_shares(one, plan), _set_apart(one, plan))]
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
