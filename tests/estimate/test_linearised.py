"""Weighted means, shares and differences with linearised errors, held to R's survey package (survey.R, design.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome, wald
from nbeval.estimate.weighted import (
    DomainMeans, domain_differences, domain_means, effective_n, korn_graubard, survey_design,
)
from nbeval.frames import Reason
from tests.estimate.reference import all_accounted_for, case, expected, expected_rows, inputs, meets
from tests.scoring.test_raking import weights_of

NOT_READ = "the reports read weighted tables by shares and their differences"
NORMAL = "t with the degrees of freedom of the design is used"
STAGES = "a second stage of sampling: no report and no function has one"
ADJUSTED = "the adjusted change is standardised over unweighted respondents"
RAKED = "weights are taken as given: the raking is not taken into the error"
OFFERED = {
    "survey": [
        "*|rows", "*|clusters - strata of the domain", "*|sum", "*|formula", "*|svymean_t", "deff|deff=replace", "*|svyby_t",
        "proportion|svymean", "*|korn_graubard",
        "effective_n|p(1-p)/variance; n where p is 0 or 1", "*|svycontrast_t", "difference_test|t with degf",
    ],
    "design": [
        "n_valid|rows", "n[[]*|rows", "*|clusters - strata of the domain", "degf[[]*|of the group", "*|sum", "*|formula", "*|svymean", "*|survey",
        "*|svyby", "deff|deff=replace", "*|korn_graubard", "difference|svycontrast_t", "*|*:weights_as_given",
    ],
}
REFUSED = {
    "survey": {
        **dict.fromkeys(["*|svymean_normal", "*|svytotal_normal", "*|svyby_normal", "*|svycontrast_normal"], NORMAL),
        "*|svytotal_t": "no report gives a weighted total",
        "deff|deff=TRUE": "it rests on weights that add up to the population; the effect against sampling with replacement does not",
        **dict.fromkeys(["*|svyciprop_logit", "*|svyciprop_xlogit", "*|svyciprop_likelihood", "*|svyciprop_asin", "*|svyciprop_beta", "*|svyciprop_mean"],
                        "nothing, or a point, at a share of 0 or 1: Korn-Graubard is used"),
        "covariance|svyby(covmat=TRUE)": "inside the error of the difference, which is met",
        "*|svyttest": "a regression t with one degree of freedom fewer; the difference with its t is given",
        **dict.fromkeys(["*|svychisq_*", "*|svyranktest_*", "*|svyquantile_*"], NOT_READ),
        **dict.fromkeys(["*|svyglm", "*|regTermTest_wald"], ADJUSTED),
    },
}
#: designs with two stages of sampling
TWO_STAGES = {design for design, ids in inputs("survey_designs", text=True).set_index("design_id")["ids"].items() if "+" in ids} if expected("survey") else set()


@cache
def designed(table: str, design_id: str):
    """The file of a design and the design itself."""
    about = inputs(f"{table}_designs", text=True).set_index("design_id").loc[design_id]
    rows = inputs(about.file) if table == "survey" else inputs("design").query("dataset == @about.dataset").reset_index(drop=True)
    named = {"clusters": about.ids if about.ids != "1" else np.nan, "strata": about.strata if about.strata != "1" else np.nan, "population": about.fpc}
    parts = {name: rows[column] for name, column in named.items() if isinstance(column, str)}
    return rows, rows[about.weights], survey_design(rows[about.weights], **parts)


def _joined(table: pd.DataFrame, names: list[str]) -> pd.Series:
    first, *others = (table[name].astype("string") for name in names)
    return first.str.cat(others, sep="|") if others else first


@cache
def parts_of(table: str, case_id: str):
    """A case: the answers, who is in its domain, their groups."""
    about = inputs(f"{table}_cases", text=True).set_index("case_id").loc[case_id]
    people, weights, design = designed(table, about.design_id)
    answers = people[about.outcome]
    inside = np.ones(len(people), bool)
    if isinstance(about.domain, str):
        inside = people[about.domain].astype("string").isin([about.domain_level, *about.domain_level.split("|")]).to_numpy(bool, na_value=False)
    groups = _joined(people, about.group.split("+")) if isinstance(about.group, str) else pd.Series("all", people.index)
    ends = about.group_levels.split("|") if isinstance(about.group_levels, str) else []
    if ends and about.task == "difference":
        inside = inside & groups.isin(ends).to_numpy(bool)
    inside = inside & groups.notna().to_numpy() & answers.notna().to_numpy()
    level = float(about.conf_level) if isinstance(about.conf_level, str) else 0.95
    return about, answers, inside, groups, ends, weights.to_numpy(float), design, level


def values_of(about, answers: pd.Series, codes: str | None = None) -> np.ndarray:
    codes = about.codes if codes is None else codes
    numbers = pd.api.types.is_numeric_dtype(answers)
    if not isinstance(codes, str):
        return answers.to_numpy(float) if numbers else answers.notna().astype(float).where(answers.notna()).to_numpy(float)
    chosen = answers.isin([float(code) for code in codes.split("|")] if numbers else codes.split("|"))
    return chosen.astype(float).where(answers.notna()).to_numpy(float)


def mean_outcome(found: DomainMeans, level: float, at: int = 0, df: float | None = None) -> Outcome:
    """One domain's mean with its t interval."""
    value, error, df = found.estimate[at], found.std_error[at], found.df[at] if df is None else df
    if not np.isfinite([value, error]).all():
        return Outcome(warning="not estimable")
    if not error > 0 or df < 1:
        return Outcome(value, warning=Reason.NO_VARIANCE if df >= 1 else Reason.NO_DF)
    return wald(value, error, level, "", df=df, tested=False)


def share_outcome(found: DomainMeans, level: float) -> Outcome:
    """One domain's share with its interval between 0 and 1."""
    share, error, df = found.estimate[0], found.std_error[0], found.df[0]
    low, high, _ = korn_graubard(share, error, found.n[0], df, level)
    if np.isnan(low):
        return Outcome(share, warning=Reason.NO_DF)
    return Outcome(share, error, float(low), float(high), level, df=df)


def outcome_of(row) -> Outcome:
    about, answers, inside, groups, ends, weight, design, level = parts_of(row.table, row.case)
    name = row.quantity.partition("[")[2].rstrip("]")
    here = np.where(inside, 0, -1)
    if row.quantity.startswith("share["):
        return mean_outcome(domain_means(design, values_of(about, answers, name), here), level)
    values = values_of(about, answers)
    whole = domain_means(design, values, here)
    if row.quantity in ("n_valid", "degf", "sum_of_weights", "kish_effective_n"):
        return Outcome({"n_valid": lambda: whole.n[0], "degf": lambda: whole.df[0], "sum_of_weights": lambda: weight[inside].sum(),
                        "kish_effective_n": lambda: effective_n(weight[inside])}[row.quantity]())
    if name:
        one = domain_means(design, values, np.where(inside & groups.eq(name).to_numpy(bool, na_value=False), 0, -1))
        counted = {"n": one.n[0], "degf": one.df[0]}.get(row.quantity.partition("[")[0])
        # R takes the degrees of freedom of the whole table for each of its cells
        return Outcome(counted) if counted is not None else mean_outcome(one, level, df=whole.df[0] if one.df[0] >= 1 else one.df[0])
    if row.quantity in ("difference", "difference_test"):
        found = domain_differences(design, values, groups.eq(ends[1]), here)
        if not np.isfinite(found.estimate[0]):
            return Outcome(warning="one of the two groups has no valid answer")
        whole = wald(found.estimate[0], found.std_error[0], level, "", df=found.df[0])
        return whole if row.quantity == "difference" else Outcome(statistic=whole.statistic, df=whole.df, p_value=whole.p_value)
    if row.quantity == "deff":
        return Outcome(whole.design_effect[0])
    if row.quantity == "effective_n":
        return Outcome(float(korn_graubard(whole.estimate[0], whole.std_error[0], whole.n[0], whole.df[0])[2]))
    if row.quantity == "mean" or row.method == "svymean" and row.table == "design":
        return mean_outcome(whole, level)
    return share_outcome(whole, level)


def rows_of(table: str) -> list:
    """What is met of a table, in designs of one stage."""
    methods = [pattern.partition("|")[2] for pattern in OFFERED[table]]
    return expected_rows(table, methods=methods, where=_one_stage if table == "survey" else _offered_design)


def _one_stage(row) -> bool:
    return case("survey_cases", row.case)["design_id"] not in TWO_STAGES


def _offered_design(row) -> bool:
    return row.quantity not in ("n_zero_weight", "covariance", "smallest_weight") and _offered_task(row)


def _offered_task(row) -> bool:
    """Means, shares and differences under weights as given; models and tables are not offered."""
    about = case("design_cases", row.case)
    return about["task"] in ("mean", "proportion", "by", "difference") and not isinstance(about["rake"], str) and not _otherwise(about)


def _otherwise(about) -> bool:
    """Whether strata with one cluster are treated otherwise than by their distance from the mean of all: left out, averaged, refused."""
    design = inputs("design_designs").set_index("design_id").loc[about["design_id"]]
    return bool(design.adjust_domain_lonely) or design.dataset == "lonely" and design.lonely_psu != "adjust"


@pytest.mark.parametrize("row", [*rows_of("survey"), *rows_of("design")])
def test_weighted_estimates_agree_with_r(row):
    meets(row, outcome_of(row))


def test_enough_was_compared(shared):
    assert len(rows_of("survey")) > 150 and len(rows_of("design")) > 200 and DEGENERATE


DEGENERATE = [row for row in expected("survey") if row.degenerate and row.method in {one.partition("|")[2] for one in OFFERED["survey"]}]


@pytest.mark.parametrize("row", DEGENERATE, ids=lambda row: row.id)
def test_no_interval_without_width_is_given(row):
    outcome = outcome_of(row)
    assert np.isnan(outcome.conf_low) and np.isnan(outcome.conf_high) and outcome.warning


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    def two_stages(row) -> bool:
        return not _one_stage(row) and any(row.method == one.partition("|")[2] for one in OFFERED["survey"])

    all_accounted_for("survey", OFFERED["survey"], REFUSED["survey"], not_by_us={STAGES: two_stages})


#: R takes the raking into the linearisation; here weights are as given, which is exact after trimming
GIVEN = {"trim_strict"}
MADE = (*GIVEN, "rake", "rake_trim", "rake_trim_rake", "poststratify")


@pytest.mark.parametrize("row", expected_rows(
    "weights", methods=["svymean"], where=lambda row: case("weight_cases", row.case)["method"] in MADE))
def test_means_under_made_weights_are_those_of_r(row):
    about = case("weight_cases", row.case)
    table = inputs(about["file"])
    wave = np.ones(len(table), bool) if pd.isna(about["wave"]) else (table.wave == about["wave"]).to_numpy()
    weights = table[about["start"]].to_numpy(float).copy()
    weights[wave] = weights_of(row.case)
    found = domain_means(survey_design(weights), values_of(pd.Series(about), table[about["outcome"]]), np.where(wave, 0, -1))
    assert found.estimate[0] == pytest.approx(row.estimate, rel=1e-7)
    if about["method"] in GIVEN:
        assert found.std_error[0] == pytest.approx(row.std_error, rel=1e-7)


def test_without_weights_and_strata_it_is_the_plain_standard_error():
    values = np.random.default_rng(3).normal(5, 2, 60)
    found = domain_means(survey_design(np.ones(60)), values)
    assert found.std_error[0] == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=1e-12) and found.df[0] == 59
    assert found.design_effect[0] == pytest.approx(1)


def test_a_census_has_no_sampling_error():
    assert domain_means(survey_design(np.ones(8), population=np.full(8, 8)), np.arange(8.0)).std_error[0] == pytest.approx(0, abs=1e-12)


def test_one_respondent_has_no_interval():
    found = domain_means(survey_design(np.ones(10)), np.ones(10), np.where(np.arange(10) == 3, 0, -1))
    low, high, _ = korn_graubard(found.estimate, found.std_error, found.n, found.df)
    assert found.df[0] == 0 and found.n[0] == 1 and np.isnan(low[0]) and np.isnan(high[0])


def test_a_share_of_nothing_or_everything_has_clopper_pearsons_limit():
    low, high, size = korn_graubard([0.0, 1.0], [0.0, 0.0], [20, 20], [19, 19])
    assert low == pytest.approx([0, stats.beta.ppf(0.025, 20, 1)]) and high == pytest.approx([stats.beta.ppf(0.975, 1, 20), 1])
    assert (size == 20).all()


def test_nobody_has_no_estimate():
    design = survey_design(np.ones(4))
    for found in (domain_means(design, np.full(4, np.nan)), domain_means(design, np.ones(4), np.full(4, -1), domains=1),
                  domain_differences(design, np.ones(4), np.zeros(4, bool))):
        assert np.isnan(found.estimate[0]) and np.isnan(found.std_error[0])


def test_a_respondent_without_a_weight_is_left_out_and_one_of_weight_zero_stays():
    assert domain_means(survey_design([1, 1, 1, np.nan]), [1.0, 2.0, 3.0, 100.0]).estimate[0] == pytest.approx(2)
    alone, beside = (domain_means(survey_design(w), y) for w, y in (([1, 1, 1], [1.0, 2.0, 3.0]), ([1, 1, 1, 0], [1.0, 2.0, 3.0, 9.0])))
    assert beside.estimate[0] == alone.estimate[0] and beside.std_error[0] != alone.std_error[0] and beside.df[0] == alone.df[0]


def test_many_domains_at_once_are_those_of_each_alone():
    draw = np.random.default_rng(2)
    design = survey_design(draw.uniform(1, 4, 300), strata=draw.integers(0, 5, 300), clusters=draw.integers(0, 30, 300))
    who, at, later = draw.integers(0, 300, 900), draw.integers(-1, 12, 900), draw.random(900) < 0.5
    values = draw.normal(size=900)
    means, gaps = domain_means(design, values, at, respondent=who), domain_differences(design, values, later, at, respondent=who)
    for one in range(12):
        here = np.where(at == one, 0, -1)
        for many, single in ((means, domain_means(design, values, here, respondent=who)),
                             (gaps, domain_differences(design, values, later, here, respondent=who))):
            assert (many.estimate[one], many.std_error[one], many.df[one]) == pytest.approx((single.estimate[0], single.std_error[0], single.df[0]))


def test_differences_of_independent_samples_add_their_variances():
    draw = np.random.default_rng(5)
    later = np.repeat([False, True], 40)
    design, values = survey_design(draw.uniform(1, 3, 80), strata=later), draw.normal(size=80)
    then, now = (domain_means(design, values, np.where(later == side, 0, -1)) for side in (False, True))
    gap = domain_differences(design, values, later)
    assert gap.estimate[0] == pytest.approx(now.estimate[0] - then.estimate[0]) and gap.df[0] == then.df[0] + now.df[0]
    assert gap.std_error[0] == pytest.approx(np.hypot(then.std_error[0], now.std_error[0]))


def test_effective_n_of_equal_weights_is_their_number():
    assert effective_n([2.0] * 8) == pytest.approx(8) and np.isnan(effective_n([np.nan])) and np.isnan(effective_n([]))


@pytest.mark.parametrize("wrong, words", [
    (lambda: survey_design([1.0, -1.0]), "1 negative weights"),
    (lambda: survey_design(np.ones(3), strata=["a"] * 3, population=[2, 2, 2]), "1 respondents too many"),
])
def test_a_design_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ParameterError, match=words):
        wrong()
