"""Controlled rounding of a table: additive, next to the true counts, the same for the same key, and never undone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

import nbeval
from nbeval.disclosure.rounding import controlled, cross_classification, least_base, lots
from nbeval.errors import ParameterError


def table_of(counts: np.ndarray) -> tuple[np.ndarray, sparse.csr_matrix, list[str]]:
    """The counts of a table and all its margins, their relations and names."""
    keys = pd.DataFrame({f"k{axis}": place.ravel().astype(str) for axis, place in enumerate(np.indices(counts.shape))})
    matrix, names = cross_classification(keys)
    return matrix @ counts.ravel(), matrix, names


def rounded(counts: np.ndarray, base: int, key: bytes = b"key", **more):
    """The table rounded."""
    values, matrix, names = table_of(counts)
    return values, matrix, controlled(values, matrix, sparse.csr_matrix((0, counts.size)), base, lots(key, names), **more)


def test_a_table_worked_by_hand_takes_each_of_its_six_roundings_and_no_other():
    # four counts of 1 with totals of 2 and 4, base 3: each total of 4 is 3 or 6, so one count is 3, or two that share no line
    by_hand = {(3, 0, 0, 0), (0, 3, 0, 0), (0, 0, 3, 0), (0, 0, 0, 3), (3, 0, 0, 3), (0, 3, 3, 0)}
    found = {tuple(rounded(np.ones((2, 2)), 3, f"key {turn}".encode())[2].values[:4].astype(int)) for turn in range(80)}
    assert found == by_hand


def test_a_table_whose_counts_are_multiples_already_stays_as_it_is():
    counts = 5 * np.arange(12).reshape(3, 4)
    values, _, found = rounded(counts, 5)
    assert (found.values == values).all()


@pytest.mark.parametrize("base", [3, 5, 10])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (5, 7), (2, 3, 4), (3, 3, 3)])
def test_rounded_tables_add_up_and_every_count_lies_within_one_base(shape, base):
    rng = np.random.default_rng(sum(shape) * base)
    for turn in range(3):
        values, matrix, found = rounded(rng.poisson(rng.choice([0.7, 4, 40]), shape), base, f"{turn}".encode())
        assert (found.values % base == 0).all() and (found.values >= 0).all()
        assert np.allclose(matrix @ found.values[:np.prod(shape)], found.values)
        assert (np.abs(found.values - values) < base * found.within).all()
        assert len(shape) > 2 or (found.within == 1).all()               # two-way tables always have one (Cox 1987)


def test_counts_without_a_rounding_within_one_base_go_to_the_next_multiple():
    # three counts of 1, two of which at a time make a printed total of 2: to base 2 each pair would have one 2, and a ring of three cannot
    matrix = sparse.csr_matrix(np.vstack([np.eye(3), np.ones((3, 3)) - np.eye(3)]))
    values = matrix @ np.ones(3)
    found = controlled(values, matrix, sparse.csr_matrix((0, 3)), 2, lots(b"k", list("abcdef")))
    assert found.within.max() == 2 and (found.values % 2 == 0).all()
    assert np.allclose(matrix @ found.values[:3], found.values) and (np.abs(found.values - values) < 4).all()


def test_an_intruder_keeps_as_many_values_as_the_base_has_whatever_the_table():
    rng, base = np.random.default_rng(5), 10
    for _ in range(4):
        values, matrix, found = rounded(rng.poisson(6, (3, 4)), base)
        both = sparse.vstack([matrix, -matrix])
        far = base * found.within - 1
        limits = np.concatenate([found.values + far, far - found.values])
        for row, true in zip(matrix.toarray(), values, strict=True):
            low, high = (sign * linprog(sign * row, A_ub=both, b_ub=limits, method="highs").fun for sign in (1, -1))
            assert low <= true <= high
            assert np.floor(high + 1e-6) - np.ceil(low - 1e-6) >= base - 1
    assert len(values) == 20                                 # twelve cells and their margins


def test_no_number_of_releases_narrows_a_count_that_stays_the_same_below_the_protection():
    base, interval = 10, 8
    assert base == least_base(interval)
    rng, true = np.random.default_rng(8), 13
    low, high, seen = 0, np.inf, set()
    for turn in range(40):                                   # even where the key is another each time
        counts = rng.poisson(6, (3, 3))
        counts[0, 0] = true
        found = rounded(counts, base, f"{turn}".encode())[2]
        low, high = max(low, found.values[0] - base + 1), min(high, found.values[0] + base - 1)
        seen.add(found.values[0])
    assert seen == {10, 20} and low <= true <= high and high - low >= interval


def test_what_was_published_of_a_count_is_kept_as_long_as_it_is_near():
    counts = np.random.default_rng(9).poisson(12, (4, 5))
    _, _, first = rounded(counts, 10)
    later = counts.copy()
    later[1, 1] += 1
    values, _, second = rounded(later, 10, b"another key", before=first.values)
    assert (np.abs(first.values - values) < 10).all() and (second.values == first.values).all()
    _, _, free = rounded(later, 10, b"another key")
    assert (free.values != first.values).any()


def test_lots_need_the_key_and_go_up_as_often_as_the_count_is_near_the_upper_multiple():
    names = [str(number) for number in range(400)]
    assert (lots(b"a", names) == lots(b"a", names)).all() and (lots(b"a", names) != lots(b"b", names)).all()
    alone = sparse.identity(len(names), format="csr")
    found = controlled(np.full(len(names), 13.0), alone, sparse.csr_matrix((0, len(names))), 10, lots(b"a", names))
    assert abs((found.values == 20).mean() - 0.3) < 0.07


# --- the public function -----------------------------------------------------------------------------

def counted(seed: int = 1) -> pd.DataFrame:
    """A cross-tabulation of 300 invented people with rare combinations."""
    rng = np.random.default_rng(seed)
    survey = pd.DataFrame({"answer": rng.choice(["yes", "no", "none"], 300, p=[0.5, 0.47, 0.03]), "area": rng.choice(list("abcd"), 300, p=[0.4, 0.33, 0.25, 0.02])})
    return nbeval.crosstab(survey, "answer", "area")


def test_protect_rounds_a_table_and_works_out_percentages_from_the_rounded_counts():
    table = counted()
    found = nbeval.protect(table, method="rounding", key="k")
    assert (found["n"] % 10 == 0).all() and ((found["n"] - table["n"]).abs() < 10).all()
    assert found.groupby("area")["n"].sum().to_dict() == found.groupby("area")["base"].first().to_dict()
    shown = found[found["estimate"].notna()]
    assert len(shown) and np.allclose(shown["estimate"], 100 * shown["n"] / shown["base"])
    assert found[["conf_low", "conf_high"]].isna().all(axis=None) and set(found.attrs) == {"protection"}
    few = found[found["suppression"].eq("[c]")]
    assert len(few) and (few["base"] < 10 + 10 - 1).all() and few["estimate"].isna().all()
    assert found.attrs["protection"]["less_than"] == 10
    pd.testing.assert_frame_equal(found, nbeval.protect(table, method="rounding", key="k"))


def test_protect_rounds_percentages_of_levels_with_those_in_no_row():
    survey = pd.DataFrame({"safe": ["yes"] * 57 + ["no"] * 76, "area": (["a"] * 4 + ["b"] * 3) * 19})
    levels = nbeval.levels(survey, "safe", by="area")
    part = levels[levels["level"].eq("yes")]
    for table in (levels, part):
        found = nbeval.protect(table, method="rounding", key="k")
        assert (found["n"] % 10 == 0).all() and ((found["n"] - table["n"]).abs() < 10).all()
        assert np.allclose(found["estimate"] * found["n"] / 100 % 10, 0, atol=1e-6)


def test_protect_says_why_it_does_not_round_what_rounding_does_not_protect():
    survey = pd.DataFrame({"hours": [1.0, 2, 3] * 20, "area": ["a", "b"] * 30})
    with pytest.raises(ParameterError, match="means"):
        nbeval.protect(nbeval.levels(survey, "hours", by="area"), method="rounding")
    with pytest.raises(ParameterError, match="base of rounding is too small"):
        nbeval.protect(counted(), method="rounding", rounding_base=5)
    with pytest.raises(ParameterError, match="whole"):
        nbeval.protect(pd.DataFrame({"a": ["x", "y"], "n": [1.5, 20.0]}), method="rounding")
    with pytest.raises(ParameterError, match="not known"):
        nbeval.protect(counted(), method="swapping")
    assert len(nbeval.protect(counted(), method="rounding", rounding_base=5, interval=3)) == len(counted())
