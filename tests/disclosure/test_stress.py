"""Many small authorities and rare groups: nothing withheld can be derived, and something is left to read."""

from __future__ import annotations

import numpy as np

from nbeval.disclosure.protect import protect_release
from tests.disclosure import invented
from tests.disclosure.intruder import derived


def test_thirty_small_authorities_with_rare_groups_give_nothing_away():
    rng = np.random.default_rng(20)
    sizes = {f"a{k:02d}": int(rng.integers(12, 41)) for k in range(30)}
    groups = {"g": [0.55, 0.43, 0.02], "h": [0.5, 0.3, 0.17, 0.03], "i": [0.7, 0.3], "j": [0.5, 0.4, 0.09, 0.01]}
    respondents = invented.people(rng, sizes, groups, waves=("before",))
    indicators, items, shares = [], {}, {}
    for k in range(5):
        items |= {f"s{k}": 3}
        shares[f"s{k}"] = rng.dirichlet([6, 3, 2, 1])
        indicators += [invented.indicator(f"s{k}_top", f"s{k}", ("0",)), invented.indicator(f"s{k}_two", f"s{k}", ("0-1",)),
                       invented.indicator(f"s{k}_not", f"s{k}", ("1-3",))]
        items |= {f"y{k}": 1}
        shares[f"y{k}"] = np.array([1 - 0.15 * (k + 1), 0.15 * (k + 1)])
        indicators.append(invented.indicator(f"y{k}_yes", f"y{k}", ("1",)))
    results = invented.release(respondents, invented.answers(rng, respondents, shares), indicators, groups, changes=False)
    words = invented.dictionary(indicators, items=items)
    table = protect_release(results, invented.cohort(sizes, waves=("before",)), words).table
    found = derived(table, words, list(sizes))
    assert len(indicators) == 20
    assert len(found) > 200
    assert (found["high"] - found["low"] < 5).sum() == 0
    whole = table[table["authority"].eq("") & table["group"].eq("") & table["quantity"].eq("percent")]
    assert whole["suppression"].eq("").mean() > 0.9
