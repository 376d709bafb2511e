"""What is pooled anew over the authorities that a release shows is made of shown numbers alone."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.estimate.pooling import pool, pool_released, risk_difference
from nbeval.frames import Quantity, Reason
from tests.disclosure.invented import complete
from tests.guards import some

NOW, THEN = {"a": (30, 60), "b": (22, 70), "c": (41, 80), "d": (12, 33)}, {"a": (25, 50), "b": (30, 66), "c": (44, 90), "d": (19, 40)}
LOOKS = (Quantity.CHANGE_SHRUNKEN, Quantity.CHANGE_LEFT_OUT)


def release(withheld: str):
    """Changes of four authorities, one of them withheld, and with it all that rests on all four."""
    same = {"source": "survey", "cohort": "c", "indicator": "y", "wave": "after", "contrast": "wave", "reference": "before"}
    rows = [same | {"quantity": "change", "authority": name, "estimate": 1.0, "numerator": NOW[name][0], "n_valid": NOW[name][1],
                    "numerator_reference": THEN[name][0], "n_reference": THEN[name][1]} for name in NOW]
    rows += [same | {"quantity": look.value, "authority": name, "n_valid": 4.0, "suppression": "[c]"} for look in LOOKS for name in NOW]
    rows += [same | {"quantity": "prediction", "authority": "", "n_valid": 4.0, "suppression": "[c]"}]
    table = complete(rows)
    gone = table["authority"].eq(withheld) & table["quantity"].eq("change")
    table.loc[gone, ["estimate", "numerator", "numerator_reference"]] = np.nan
    table.loc[gone, "suppression"] = "[c]"
    return table


@pytest.mark.parametrize("withheld", list(NOW))
def test_they_are_those_of_the_shown_alone(withheld):
    table = pool_released(release(withheld), 0.95)
    kept = [name for name in NOW if name != withheld]
    effects, variances = risk_difference(*np.array([[*NOW[name], *THEN[name]] for name in kept], float).T)
    expected = pool(100 * effects, 100**2 * variances)
    for look, outcomes in zip(LOOKS, (expected.shrunken, expected.left_out), strict=True):
        rows = table[table["quantity"].eq(look.value)].set_index("authority")
        assert rows.loc[kept, "estimate"].tolist() == pytest.approx([one.estimate for one in outcomes])
        assert set(rows.loc[kept, "warning"]) == {Reason.AMONG_SHOWN.value} and set(rows.loc[kept, "suppression"]) == {""}
        assert np.isnan(rows.loc[withheld, "estimate"]) and rows.loc[withheld, "suppression"] == "[c]"
    prediction = table[table["quantity"].eq("prediction")].iloc[0]
    assert (prediction["conf_low"], prediction["conf_high"]) == pytest.approx((expected.prediction.conf_low, expected.prediction.conf_high))
    assert len(some(kept)) == prediction["n_valid"]


def test_two_authorities_are_too_few():
    table = release("a")
    table.loc[table["authority"].eq("b") & table["quantity"].eq("change"), "estimate"] = np.nan
    assert pool_released(table, 0.95)["suppression"].tolist() == table["suppression"].tolist()
