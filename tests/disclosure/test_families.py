"""Adjusted p-values tell nothing of withheld tests: families are made of what is shown."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from nbeval.dictionary.enums import Measure
from nbeval.estimate.families import adjust_families, judge_released
from tests.disclosure.invented import complete
from tests.guards import some


def changes(p_values) -> tuple:
    """Changes of one family with these p-values, and their dictionary."""
    rows = [dict(source="survey", cohort="c", indicator=f"i{place}", quantity="change", contrast="wave", wave="after", reference="before",
                 estimate=-8.0, conf_low=-15.0, conf_high=-1.0, p_value=p) for place, p in enumerate(p_values)]
    indicators = tuple(SimpleNamespace(indicator=row["indicator"], family="f", headline=False, measure=Measure.PERCENT) for row in rows)
    programme = SimpleNamespace(adjustment=lambda family: "bh", conf_level=0.95, smallest_meaningful_change={})
    return complete(rows), SimpleNamespace(indicators=indicators, programme=programme, groups={})


def test_no_adjusted_p_value_of_a_release_depends_on_a_withheld_test():
    seen = set()
    for withheld in (0.0001, 0.004, 0.02, 0.6):
        results, dictionary = changes([0.01, withheld, 0.03, 0.04])
        results = adjust_families(results, dictionary)
        results.loc[1, ["estimate", "conf_low", "conf_high", "p_value", "p_adjusted"]] = np.nan
        results.loc[1, "suppression"] = "[c]"
        judged = judge_released(results, dictionary)
        seen.add(judged.drop(index=1)[["p_adjusted", "verdict", "size"]].to_csv())
        assert np.isnan(judged.loc[1, "p_adjusted"]) and judged.loc[1, "verdict"] == ""
    assert len(some(seen)) == 1


def test_the_same_values_over_all_tests_would_give_the_withheld_one_away():
    found = {tuple(adjust_families(*changes([0.01, withheld, 0.03, 0.04]))["p_adjusted"].drop(index=1)) for withheld in (0.0001, 0.02, 0.6)}
    assert len(found) == 3
