"""Rules of dominance: a mean or a weighted figure that few contributors make gives these away, however many others stand beside them.

The (n, k) rule and the p % rule of primary protection of magnitude tables (Hundepool et al., Handbook on Statistical Disclosure Control,
4.2; Statistical Disclosure Control, Wiley 2012, 4.2). Contributors are people, with what they add to the sum (their value, times their weight in a weighted
figure); those of one cluster are one contributor; and authorities, where the policy says so, in every figure over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.cells import OPEN
from nbeval.frames import Contrast, Measured

_PLACE = ["indicator", "wave", "authority", "group", "level", "weighted"]


def is_dominated(contributions: np.ndarray, policy: Disclosure) -> bool:
    """Whether few contributors make most of a sum: the n largest more than k % of it, or all but the two largest less than p % of the
    largest, so that the second largest can tell the largest to within p %. Signs are left out of account."""
    largest = np.sort(np.abs(contributions))[::-1]
    total, rule = largest.sum(), policy.dominance
    if not total > 0:
        return False
    few = rule is not None and largest[:rule.n].sum() > rule.k / 100 * total
    return bool(few or (policy.p_percent is not None and total - largest[:2].sum() < policy.p_percent / 100 * largest[0]))


def withhold_dominated(results: pd.DataFrame, measured: Measured | None, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Mark as withheld the results in which few contributors dominate, at either side of a comparison. One row per row of ``results``."""
    policy = dictionary.disclosure
    if measured is None or (policy.dominance is None and policy.p_percent is None):
        return results
    dominated = pd.MultiIndex.from_tuples(list(_dominated(measured, cohort, dictionary)), names=_PLACE)
    if not len(dominated):
        return results
    waves, levels, rest = (results["contrast"].eq(one) for one in (Contrast.WAVE, Contrast.LEVEL, Contrast.REST))
    other = results.assign(
        wave=results["wave"].mask(waves, results["reference"]), level=results["level"].mask(levels, results["reference"]),
        authority=results["authority"].mask(rest, ""))
    gone = pd.MultiIndex.from_frame(results[_PLACE]).isin(dominated) | pd.MultiIndex.from_frame(other[_PLACE]).isin(dominated)
    gone &= (results["estimate"].notna() & ~results["quantity"].isin(OPEN)).to_numpy()
    return results.assign(suppression=results["suppression"].mask(gone, policy.symbols["withheld"]))


def _dominated(measured: Measured, cohort: Cohort, dictionary: Dictionary) -> Iterator[tuple]:
    """The places of figures that few contributors make, as tuples of ``_PLACE``."""
    policy, values = dictionary.disclosure, measured.values[measured.values["value"].notna()]
    groups = [name for name in cohort.groups if name in measured.respondents]
    beside = [name for name in ("weight", "cluster") if name in measured.respondents]
    people = values[["respondent", "wave", "authority", "indicator", "value"]].merge(
        measured.respondents[["respondent", *beside, *groups]], on="respondent", validate="many_to_one")
    people = people.astype({name: str for name in ("wave", "authority", "indicator")})
    people = people[~people["authority"].isin(cohort.comparison_authorities)]
    means = {one.indicator for one in dictionary.indicators if one.measure is Measure.MEAN}
    places = [[], ["authority"], *([name] for name in groups)]
    for place in places:
        for key, of in people.groupby(["indicator", "wave", *place], observed=True):
            weights = of["weight"].fillna(0.0).to_numpy() if "weight" in of else None
            for weighted in (False, True) if weights is not None else (False,):
                sums = [of["value"].to_numpy() * (weights if weighted else 1.0)] if weighted or key[0] in means else []
                sums += [weights] if weighted else []
                if any(_by_contributors(of, one, place, policy, people=True) for one in sums) or \
                        _by_contributors(of, np.ones(len(of)) if weights is None or not weighted else weights, place, policy, people=False):
                    yield (*key[:2], key[2] if place == ["authority"] else "", place[0] if place and place != ["authority"] else "",
                           str(key[2]) if place and place != ["authority"] else "", weighted)


def _by_contributors(of: pd.DataFrame, adds: np.ndarray, place: list[str], policy: Disclosure, *, people: bool) -> bool:
    """Whether few people (those of one cluster together) or, in a figure over all of them, few authorities dominate."""
    if people:
        each = pd.Series(adds).groupby(of["cluster"].to_numpy()).sum().to_numpy() if "cluster" in of else adds
        return is_dominated(each, policy)
    if not policy.authorities_contribute or place or of["authority"].nunique() < 2:
        return False
    return is_dominated(pd.Series(adds).groupby(of["authority"].to_numpy()).sum().to_numpy(), policy)
