"""There is always a safe release: small cohorts, small authorities, rare groups and late forms, three releases in a row."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.widening import Choice
from tests.disclosure import invented
from tests.disclosure.intruder import derived
from tests.guards import some

#: forms that come in after the first release, and after the second
LATE = (12, 3, 0)


def small_cohort(seed: int):
    """Sizes of authorities, respondents, answers, indicators, groups, dictionary and waves; one to six authorities of one to forty."""
    rng = np.random.default_rng(seed)
    sizes = {f"a{place}": int(rng.integers(1, 41)) for place in range(int(rng.integers(1, 7)))}
    groups = {name: list(rng.dirichlet(np.ones(int(rng.integers(2, 6))))) for name in "gh"[:int(rng.integers(0, 3))]}
    waves = ("before", "after") if rng.random() < 0.5 else ("before",)
    respondents = invented.people(rng, sizes, groups, waves=waves)
    items = {"s": 3, "m": 10, "y": 1}
    shares = {"s": rng.dirichlet([6, 3, 2, 1]), "m": rng.dirichlet(np.ones(11)), "y": np.array([0.8, 0.2])}
    indicators = [
        invented.indicator("s_top", "s", ("0",)), invented.indicator("s_two", "s", ("0-1",)), invented.indicator("m", "m", (), "mean"),
        invented.indicator("y", "y", ("1",))]
    words = invented.dictionary(indicators, items=items)
    return rng, sizes, respondents, invented.answers(rng, respondents, shares), indicators, groups, words, waves


@pytest.mark.parametrize("seed", range(12))
def test_a_small_cohort_has_three_safe_releases_in_a_row(seed):
    rng, sizes, respondents, answers, indicators, groups, words, waves = small_cohort(seed)
    order, earlier = rng.permutation(len(respondents)), []
    for late in LATE:
        came = np.sort(order[: max(1, len(respondents) - late)])
        people, given = (table.iloc[came].reset_index(drop=True) for table in (respondents, answers))
        results = invented.release(people, given, indicators, groups, changes=people["wave"].nunique() > 1)
        disclosed = protect_release(results, invented.cohort(sizes, waves=waves), words, earlier=earlier)
        found = derived(disclosed.table, words, list(sizes))
        assert not (found["high"] - found["low"] < words.disclosure.protection_interval).any()
        assert disclosed.audit["ok"].all()
        assert set(disclosed.audit["solved"]) <= set(map(str, Choice))
        earlier.append(disclosed.table)
    assert len(some(earlier)) == len(LATE)


def test_a_cohort_of_six_people_has_a_release_that_shows_nothing_of_them():
    rng = np.random.default_rng(6)
    respondents = invented.people(rng, {"only": 6}, {"g": [0.5, 0.5]}, waves=("before",))
    indicators = [invented.indicator("y", "y", ("1",))]
    words = invented.dictionary(indicators, items={"y": 1})
    results = invented.release(respondents, invented.answers(rng, respondents, {"y": np.array([0.5, 0.5])}), indicators, {"g": []}, changes=False)
    table = protect_release(results, invented.cohort(["only"], waves=("before",)), words).table
    assert table[["estimate", "numerator", "n_valid", "n_eligible"]].isna().all(axis=None)
    assert table["suppression"].eq("[c]").all()


def test_what_was_lost_beyond_the_fewest_cells_is_said_in_the_audit():
    rng, sizes, respondents, answers, indicators, groups, words, waves = small_cohort(6)
    order = rng.permutation(len(respondents))
    tables = []
    for late in LATE[:2]:
        came = np.sort(order[: len(respondents) - late])
        people, given = (table.iloc[came].reset_index(drop=True) for table in (respondents, answers))
        results = invented.release(people, given, indicators, groups, changes=people["wave"].nunique() > 1)
        tables.append(protect_release(results, invented.cohort(sizes, waves=waves), words, earlier=[one.table for one in tables]))
    assert set(tables[1].audit["solved"]) & {Choice.GROUP, Choice.GROUPS, Choice.AUTHORITIES, Choice.BLOCK, Choice.WAVE}
