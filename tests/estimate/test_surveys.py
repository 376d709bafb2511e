"""The estimators on any DataFrame: R's values, the pipeline's numbers, and every kind of column."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nbeval.errors import ParameterError
from nbeval.estimate import surveys
from nbeval.estimate.glm import cr2
from nbeval.frames import Size
from tests.estimate.reference import expected_rows, meets
from tests.estimate.samples import two_samples
from tests.estimate.test_level_reference import answers, hits

NAN = np.nan


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    """A survey of 400 with every kind of column."""
    draw = np.random.default_rng(8)
    n = 400
    table = pd.DataFrame({
        "wave": draw.choice(["first", "last"], n), "area": pd.Categorical(draw.choice(list("abc"), n), categories=list("abcd")),
        "safe": draw.random(n) < 0.6, "score": draw.integers(0, 11, n).astype(float),
        "agree": pd.Categorical(draw.choice(["no", "maybe", "yes"], n), categories=["no", "maybe", "yes", "never"], ordered=True),
        "w": draw.uniform(0.5, 2, n), "cluster": draw.integers(0, 40, n),
    })
    table.loc[draw.random(n) < 0.1, "score"] = NAN
    table.loc[draw.random(n) < 0.1, "agree"] = NAN
    return table


def test_the_examples_run():
    found = doctest.testmod(surveys)
    assert found.attempted > 10 and not found.failed


# --- against R ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("levels", methods=["wilson"]))
def test_a_percentage_is_that_of_r(row):
    values, codes = answers(row.case)
    given = values.isin([float(code) for code in codes] if pd.api.types.is_numeric_dtype(values) else codes).astype("boolean").where(values.notna())
    found = surveys.levels(pd.DataFrame({"y": given}), "y", unit="percent").iloc[0]
    assert found["n"] == values.notna().sum() and found["n_missing"] == values.isna().sum()
    assert round(found["estimate"] * found["n"] / 100) == hits(values, codes)
    wanted = [row.estimate, row.conf_low, row.conf_high]
    assert found[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("row", expected_rows("levels", methods=["t"]))
def test_a_mean_is_that_of_r(row):
    meets(row, surveys.levels(pd.DataFrame({"y": answers(row.case)[0]}), "y").iloc[0])


@pytest.mark.parametrize("row", expected_rows("means", methods=["welch"], quantities=["difference"]))
def test_a_change_of_a_mean_is_that_of_r(row):
    final, baseline = two_samples(row.case)
    waves = pd.Categorical(["final"] * len(final) + ["baseline"] * len(baseline), categories=["baseline", "final"])
    found = surveys.change(pd.DataFrame({"value": np.concatenate([final, baseline]), "wave": waves}), "value").iloc[0]
    if row.not_estimable:
        assert np.isnan(found["p_value"]) and np.isnan(found["conf_low"]) and found["warning"]
    else:
        meets(row, found)


# --- kinds of columns -----------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", ["boolean", "Int64", "Float64", "float64", "object", "bool_object"])
def test_yes_and_no_count_alike_whatever_the_dtype(dtype):
    given = [True, False, True, True, None]
    column = {"bool_object": lambda: pd.Series(given, dtype=object), "object": lambda: pd.Series([1, 0, 1, 1, None], dtype=object)}.get(
        dtype, lambda: pd.Series([NAN if v is None else float(v) for v in given]).astype(dtype))()
    found = surveys.levels(pd.DataFrame({"y": column}), "y", unit="percent").iloc[0]
    assert (found["estimate"], found["n"], found["n_missing"]) == (75.0, 4, 1)


def test_booleans_are_a_percentage_without_being_told():
    found = surveys.levels(pd.DataFrame({"y": [True, True, False]}), "y").iloc[0]
    assert found["unit"] == "percent" and found["estimate"] == pytest.approx(200 / 3)


def test_a_distribution_has_a_row_for_every_level_and_adds_up(survey):
    found = surveys.levels(survey, "agree", by="area")
    assert list(found["level"].unique()) == ["no", "maybe", "yes", "never"] and found["level"].cat.ordered
    whole = found.groupby("area", observed=True)["estimate"].sum()
    np.testing.assert_allclose(whole[["a", "b", "c"]], 100)
    assert (found.groupby("area", observed=True)["n"].nunique() == 1).all()


def test_text_is_a_distribution_of_its_values_sorted():
    found = surveys.levels(pd.DataFrame({"y": ["b", "a", None, "b"]}), "y")
    assert found["level"].tolist() == ["a", "b"] and found["estimate"].round(1).tolist() == [33.3, 66.7]


def test_an_empty_group_keeps_its_row_and_says_why(survey):
    for y in ("safe", "score"):
        row = surveys.levels(survey, y, by="area").set_index("area").loc["d"]
        assert row["n"] == 0 and np.isnan(row["estimate"]) and "nobody" in row["warning"]


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_are_estimated_without_an_error(survey, rows):
    few = survey.head(rows)
    for y in ("safe", "score", "agree"):
        found = surveys.levels(few, y, by="area")
        assert found["n"].sum() <= rows * 4 and len(found) >= 4
    assert len(surveys.reliability(few[["score", "score"]].set_axis(["p", "q"], axis=1))) == 3


@pytest.mark.parametrize("same", [7 / 3, 5.0, 0.1])
def test_everybody_alike_has_a_mean_and_no_interval(same):
    df = pd.DataFrame({"y": [same] * 30, "wave": [1, 2] * 15})
    row, gap = surveys.levels(df, "y").iloc[0], surveys.change(df, "y").iloc[0]
    assert row["estimate"] == pytest.approx(same) and np.isnan(row["conf_low"]) and "the same" in row["warning"]
    assert np.isnan(gap["p_value"]) and gap["verdict"] == "cannot tell" and gap["warning"]


def test_who_has_no_group_is_counted(survey):
    some = survey.assign(area=survey["area"].where(survey.index >= 25))
    found = surveys.levels(some, "safe", by="area")
    assert found.attrs["no_group"] == 25 and found["n"].sum() + found["n_missing"].sum() == len(survey) - 25


def test_the_order_of_respondents_never_matters(survey):
    shuffled = survey.sample(frac=1, random_state=1)
    for make in (lambda d: surveys.levels(d, "score", by=["wave", "area"]), lambda d: surveys.change(d, "agree", by="area"),
                 lambda d: surveys.crosstab(d, "agree", "area"), lambda d: surveys.compare_groups(d, "safe", "area")):
        pd.testing.assert_frame_equal(make(survey), make(shuffled))


# --- crosstab, groups, people ---------------------------------------------------------------------------

def test_a_crosstab_counts_everybody_with_both_answers(survey):
    table = surveys.crosstab(survey, "agree", "area")
    both = survey["agree"].notna() & survey["area"].notna()
    assert table["n"].sum() == both.sum() and len(table) == 4 * 4
    wide = table.pivot(index="agree", columns="area", values="n")
    counted = survey[both].groupby(["agree", "area"], observed=False).size().unstack()
    pd.testing.assert_frame_equal(wide, counted, check_names=False, check_dtype=False)
    np.testing.assert_allclose(table.groupby("area", observed=True)["estimate"].sum()[["a", "b", "c"]], 100)
    np.testing.assert_allclose(table.groupby("agree", observed=True)["row_percent"].sum()[["no", "maybe", "yes"]], 100)


def test_groups_are_compared_with_the_first_with_another_and_with_the_rest(survey):
    plain, other, rest = (surveys.compare_groups(survey, "score", "area", **how) for how in ({}, {"reference": "b"}, {"rest": True}))
    assert plain["area"].tolist() == ["b", "c", "d"] and other["area"].tolist() == ["a", "c", "d"] and len(rest) == 4
    assert plain["estimate"].iloc[0] == pytest.approx(-other["estimate"].iloc[0])
    mine, others = survey.loc[survey["area"].eq("a"), "score"], survey.loc[survey["area"].ne("a"), "score"]
    assert rest["estimate"].iloc[0] == pytest.approx(mine.mean() - others.mean())
    assert (plain["p_adjusted"].dropna() >= plain["p_value"].dropna()).all() and plain["verdict"].iloc[2] == "cannot tell"


def test_the_same_people_are_linked_and_whoever_occurs_twice_is_left_out():
    people = pd.DataFrame({"person": [*range(30), *range(30), 3], "wave": [1] * 30 + [2] * 31,
                           "y": [*np.tile([2.0, 4, 6], 10), *np.tile([3.0, 4, 8], 10), 9.0]})
    row = surveys.change(people, "y", design="matched", person="person").iloc[0]
    now, then = (np.delete(part, 3) for part in (np.tile([3.0, 4, 8], 10), np.tile([2.0, 4, 6], 10)))
    assert row["n"] == 29 and row["estimate"] == pytest.approx((now - then).mean())
    assert "paired" in row["method"]


# --- weights --------------------------------------------------------------------------------------------

def test_equal_weights_give_the_plain_estimates(survey):
    for y in ("safe", "score", "agree"):
        plain, weighted = surveys.levels(survey, y, by="area"), surveys.levels(survey.assign(one=2.0), y, by="area", weights="one")
        np.testing.assert_allclose(weighted["estimate"], plain["estimate"])
        assert weighted["n"].tolist() == plain["n"].tolist() and weighted["n_missing"].tolist() == plain["n_missing"].tolist()
    plain, weighted = surveys.change(survey, "agree"), surveys.change(survey.assign(one=1.0), "agree", weights="one")
    np.testing.assert_allclose(weighted["estimate"], plain["estimate"])


def test_weights_weigh_and_clusters_widen(survey):
    weighted = surveys.levels(survey, "score", weights="w").iloc[0]
    given = survey.dropna(subset="score")
    assert weighted["estimate"] == pytest.approx(np.average(given["score"], weights=given["w"]))
    half = survey.assign(twin=survey.index // 2)
    twins = pd.concat([half, half]).reset_index(drop=True)
    assert surveys.levels(twins, "score", weights="w", clusters="twin")["std_error"].iloc[0] > surveys.levels(twins, "score", weights="w")["std_error"].iloc[0]


def test_a_weighted_crosstab_counts_people_and_weighs_percentages(survey):
    plain, weighted = surveys.crosstab(survey, "agree", "wave"), surveys.crosstab(survey, "agree", "wave", weights="w")
    assert weighted["n"].tolist() == plain["n"].tolist()
    cells = survey.dropna(subset="agree").groupby(["wave", "agree"], observed=False)["w"].sum()
    share = (100 * cells / cells.groupby("wave").transform("sum")).to_numpy()
    np.testing.assert_allclose(weighted["estimate"], share)


# --- few clusters ---------------------------------------------------------------------------------------

def test_few_clusters_give_the_plain_estimate_with_errors_of_their_own(survey):
    plain, few = (surveys.change(survey, "score", **how) for how in ({}, {"clusters": "area", "errors": "cr2"}))
    np.testing.assert_allclose(few["estimate"], plain["estimate"])
    given = survey.dropna(subset="score")
    waves = given["wave"].astype("category").cat.codes.to_numpy()
    fit = sm.OLS(given["score"].to_numpy(float), sm.add_constant(waves.astype(float))).fit()
    matrix, df = cr2(fit.model.exog, fit.resid, given["area"].astype(object), np.eye(2))
    assert few["std_error"].iloc[0] == pytest.approx(matrix[1, 1] ** 0.5) and few["df"].iloc[0] == pytest.approx(df[1])
    assert "CR2" in few["method"].iloc[0]


def test_shares_of_few_clusters_are_compared_in_percentage_points(survey):
    plain, few = (surveys.compare_groups(survey, "agree", "wave", **how) for how in ({}, {"clusters": "area", "errors": "cr2"}))
    np.testing.assert_allclose(few["estimate"], plain["estimate"], atol=1e-9)
    assert few["unit"].eq("percentage points").all() and (few["df"].iloc[:3] < 3).all()
    assert few["warning"].iloc[3] and np.isnan(few["conf_low"].iloc[3])      # a level that nobody chose


def test_pairs_of_few_clusters_have_the_mean_of_their_changes():
    people = pd.DataFrame({"person": [*range(30)] * 2, "wave": [1] * 30 + [2] * 30, "place": [k // 6 for k in range(30)] * 2,
                           "y": [*np.tile([2.0, 4, 6], 10), *np.tile([3.0, 4, 8], 10) + np.arange(30) // 6]})
    plain, few = (surveys.change(people, "y", design="matched", person="person", **how) for how in ({}, {"clusters": "place", "errors": "cr2"}))
    assert few["estimate"].iloc[0] == pytest.approx(plain["estimate"].iloc[0]) and few["df"].iloc[0] == pytest.approx(4)
    by_place = people.pivot(index="person", columns="wave", values="y").diff(axis=1)[2].groupby(np.arange(30) // 6).mean()
    assert few["std_error"].iloc[0] == pytest.approx(by_place.std(ddof=1) / 5**0.5)      # equal clusters: the error of their means


# --- refusals -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("call", [
    lambda d: surveys.levels(d, "nothing"), lambda d: surveys.levels(d, "score", unit="percent"), lambda d: surveys.levels(d, "safe", unit="kg"),
    lambda d: surveys.levels(d, "safe", method="bayes"), lambda d: surveys.change(d, "safe", wave="agree", design="panel"),
    lambda d: surveys.change(d.assign(wave="one"), "safe"), lambda d: surveys.change(d, "safe", design="matched"),
    lambda d: surveys.compare_groups(d, "safe", "area", adjust="none"), lambda d: surveys.compare_groups(d, "safe", "area", reference="z"),
    lambda d: surveys.compare_groups(d.assign(area="one"), "safe", "area"), lambda d: surveys.compare_groups(d, "safe", "area", rest=True, reference="a"),
    lambda d: surveys.change(d, "safe", errors="cr2"), lambda d: surveys.change(d, "safe", clusters="area", errors="hc1"),
    lambda d: surveys.change(d, "safe", clusters="area", errors="cr2", weights="w"),
    lambda d: surveys.crosstab(d, "area", "area"), lambda d: surveys.levels(d, "safe", by="nowhere"),
])
def test_what_cannot_be_is_refused_with_what_is_allowed(survey, call):
    with pytest.raises(ParameterError):
        call(survey)


def test_a_refusal_shows_no_answer():
    with pytest.raises(ParameterError) as refused:
        surveys.levels(pd.DataFrame({"y": [0.0, 1.0, 4711.0]}), "y", unit="percent")
    assert "4711" not in str(refused.value) and "1 other" in str(refused.value)


SIZED = pd.DataFrame({"wave": [1] * 40 + [2] * 40, "safe": [True] * 10 + [False] * 30 + [True] * 24 + [False] * 16})


@pytest.mark.parametrize(("smallest", "size"), [(10, Size.AT_LEAST), (20, Size.UNCERTAIN), (60, Size.SMALLER)])
def test_the_size_of_a_change_and_of_a_difference_is_that_of_its_interval(smallest, size):
    # 13.4 to 52.4
    assert surveys.change(SIZED, "safe", smallest_meaningful=smallest)["size"].tolist() == [str(size)]
    assert surveys.compare_groups(SIZED, "safe", "wave", smallest_meaningful=smallest)["size"].tolist() == [str(size)]
    assert "size" not in surveys.change(SIZED, "safe")


@pytest.mark.parametrize("smallest", [0, -5, float("nan"), float("inf")])
def test_a_smallest_meaningful_change_is_above_nothing(smallest):
    with pytest.raises(ParameterError, match="smallest meaningful change"):
        surveys.change(SIZED, "safe", smallest_meaningful=smallest)
    with pytest.raises(ParameterError, match="smallest meaningful change"):
        surveys.compare_groups(SIZED, "safe", "wave", smallest_meaningful=smallest)


def test_a_difference_that_the_adjusted_test_does_not_decide_may_be():
    # 20 of 40 against 10 of 40: p 0.021; with four groups alike beside it the adjusted p is 0.1
    groups = {"a": 10, "b": 20, "c": 10, "d": 10, "e": 10, "f": 10}
    df = pd.DataFrame([{"group": name, "safe": k < hits} for name, hits in groups.items() for k in range(40)])
    found = surveys.compare_groups(df, "safe", "group").set_index("group")
    assert found.loc["b", "p_value"] < 0.05 < found.loc["b", "p_adjusted"] and found.loc["b", "conf_low"] > 0
    assert found.loc["b", "verdict"] == "may be higher" and set(found["verdict"].drop("b")) == {"no clear difference"}
