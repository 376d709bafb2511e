"""Design-based estimates, held to R's survey package (survey.R, weights.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.survey_design import degrees_of_freedom, survey_design
from nbeval.estimate.survey_estimates import survey_by, survey_difference, survey_mean, survey_share, survey_total
from nbeval.estimate.effective_size import effective_n
from tests.estimate.reference import all_accounted_for, case, expected, expected_rows, inputs, meets
from tests.scoring.test_raking import weights_of

OFFERED = [
    "*|rows", "*|clusters - strata of the domain", "*|sum", "*|formula", "*|svymean_t", "deff|deff=replace", "*|svytotal_t", "*|svyby_t",
    "proportion|svymean", "*|svyciprop_logit", "*|svyciprop_xlogit", "*|korn_graubard",
    "effective_n|p(1-p)/variance; n where p is 0 or 1", "*|svycontrast_t", "difference_test|t with degf",
]
NOT_READ = "the reports read weighted tables by shares and their differences"
REFUSED = {
    **dict.fromkeys(["*|svymean_normal", "*|svytotal_normal", "*|svyby_normal", "*|svycontrast_normal"], "t with the degrees of freedom of the design is used"),
    "deff|deff=TRUE": "it rests on weights that add up to the population; the effect against sampling with replacement does not",
    **dict.fromkeys(["*|svyciprop_likelihood", "*|svyciprop_asin", "*|svyciprop_beta", "*|svyciprop_mean"], "nothing, or a point, at a share of 0 or 1: Korn-Graubard is used"),
    "covariance|svyby(covmat=TRUE)": "inside the error of the difference, which is met",
    "*|svyttest": "a regression t with one degree of freedom fewer; the difference with its t is given",
    **dict.fromkeys(["*|svychisq_*", "*|svyranktest_*", "*|svyquantile_*"], NOT_READ),
    **dict.fromkeys(["*|svyglm", "*|regTermTest_wald"], "the adjusted change is standardised over unweighted respondents"),
}
METHODS = [pattern.partition("|")[2] for pattern in OFFERED]


@cache
def designed(design_id: str):
    about = inputs("survey_designs", text=True).set_index("design_id").loc[design_id]
    table = inputs(about.file)
    ids, sizes = ([] if pd.isna(cell) or cell == "1" else cell.split("+") for cell in (about.ids, about.fpc))
    parts = dict(zip(("clusters", "units"), ids)) | dict(zip(("population", "unit_population"), sizes))
    if not pd.isna(about.strata):
        parts["strata"] = about.strata
    return table, survey_design(table[about.weights], **{name: table[column] for name, column in parts.items()})


def _joined(table: pd.DataFrame, names: list[str]) -> pd.Series:
    first, *others = (table[name].astype("string") for name in names)
    return first.str.cat(others, sep="|") if others else first


@cache
def case_parts(case_id: str):
    about = inputs("survey_cases", text=True).set_index("case_id").loc[case_id]
    table, design = designed(about.design_id)
    answers = table[about.outcome]
    rows = np.ones(len(table), bool) if pd.isna(about.domain) else (table[about.domain] == about.domain_level).to_numpy(bool, na_value=False)
    names = [] if pd.isna(about.group) else about.group.split("+")
    groups = _joined(table, names) if names else pd.Series("all", table.index)
    ends = [] if pd.isna(about.group_levels) else about.group_levels.split("|")
    if about.task == "difference":
        rows = rows & groups.isin(ends).to_numpy(bool)
    rows = rows & groups.notna().to_numpy() & answers.notna().to_numpy()
    level = 0.95 if pd.isna(about.conf_level) else float(about.conf_level)
    return about, table, design, answers, rows, groups.to_numpy(object), ends, level


def _values(about, answers: pd.Series, codes: str | None = None) -> np.ndarray:
    codes = about.codes if codes is None else codes
    if pd.isna(codes):
        return answers.to_numpy(float)
    return answers.isin(codes.split("|")).astype(float).where(answers.notna()).to_numpy(float)


@cache
def _groups(case_id: str):
    about, _, design, answers, rows, groups, _, level = case_parts(case_id)
    return survey_by(design, _values(about, answers), groups, rows=rows, conf_level=level, df_of_group=False)


def _outcome(row) -> Outcome:
    about, table, design, answers, rows, groups, ends, level = case_parts(row.case)
    weight = table[inputs("survey_designs").set_index("design_id").weights[about.design_id]].to_numpy(float)
    name = row.quantity.partition("[")[2].rstrip("]")
    if row.quantity in ("n_valid", "degf", "sum_of_weights", "kish_effective_n"):
        return {
            "n_valid": lambda: Outcome(int(rows.sum())), "degf": lambda: Outcome(degrees_of_freedom(design, rows)),
            "sum_of_weights": lambda: Outcome(weight[rows].sum()), "kish_effective_n": lambda: effective_n(weight[rows]),
        }[row.quantity]()
    if row.method == "svyby_t":
        return _groups(row.case)[name].outcome
    if row.quantity.startswith("share["):
        return survey_mean(design, _values(about, answers, name), rows=rows, conf_level=level).outcome
    values = _values(about, answers)
    if row.quantity in ("difference", "difference_test"):
        found = survey_difference(design, values, groups, reference=ends[0], level=ends[1], rows=rows, conf_level=level)
        return found if row.quantity == "difference" else Outcome(statistic=found.statistic, df=found.df, p_value=found.p_value)
    if row.quantity == "total":
        return survey_total(design, values, rows=rows, conf_level=level)
    if row.quantity in ("mean", "deff"):
        found = survey_mean(design, values, rows=rows, conf_level=level)
        return found.outcome if row.quantity == "mean" else Outcome(found.design_effect)
    found = survey_share(design, values, rows=rows, interval="logit" if "logit" in row.method else "korn_graubard", conf_level=level)
    return Outcome(found.effective_n) if row.quantity == "effective_n" else found.outcome


@pytest.mark.parametrize("row", expected_rows("survey", methods=METHODS))
def test_survey_estimates_agree_with_r(row):
    meets(row, _outcome(row))


@pytest.mark.parametrize("row", [row for row in expected("survey") if row.degenerate and row.method in METHODS], ids=lambda row: row.id)
def test_no_interval_without_width_is_given(row):
    outcome = _outcome(row)
    assert np.isnan(outcome.conf_low) and np.isnan(outcome.conf_high) and outcome.warning


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("survey", OFFERED, REFUSED)


#: R takes the raking into the linearisation; here weights are as given, which is exact after trimming
GIVEN = {"trim", "trim_strict"}


MADE = ("trim", "trim_strict", "rake", "rake_trim", "rake_trim_rake", "poststratify")


@pytest.mark.parametrize("row", [p for p in expected_rows("weights", methods=["svymean"])
                                 if not p.values[0] or case("weight_cases", p.values[0].case)["method"] in MADE])
def test_means_under_made_weights_are_those_of_r(row):
    about = case("weight_cases", row.case)
    table = inputs(about["file"])
    wave = np.ones(len(table), bool) if pd.isna(about["wave"]) else (table.wave == about["wave"]).to_numpy()
    weights = table[about["start"]].to_numpy(float).copy()
    weights[wave] = weights_of(row.case)
    answers = table[about["outcome"]]
    values = answers.isin([about["codes"]]).astype(float).where(answers.notna()) if isinstance(about["codes"], str) else answers
    found = survey_mean(survey_design(weights), values.to_numpy(float), rows=wave).outcome
    assert found.estimate == pytest.approx(row.estimate, rel=1e-7)
    if about["method"] in GIVEN:
        assert found.std_error == pytest.approx(row.std_error, rel=1e-7)


def test_without_weights_and_strata_it_is_the_plain_t_interval():
    values = np.random.default_rng(3).normal(5, 2, 60)
    found = survey_mean(survey_design(np.ones(60)), values).outcome
    assert found.std_error == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=1e-12) and found.df == 59


def test_a_census_has_no_sampling_error():
    found = survey_mean(survey_design(np.ones(8), population=np.full(8, 8)), np.arange(8.0)).outcome
    assert found.std_error == pytest.approx(0, abs=1e-12) and np.isnan(found.conf_low) and "no variance" in found.warning


def test_one_respondent_has_no_interval():
    rows = np.arange(10) == 3
    for found in (survey_mean(survey_design(np.ones(10)), np.arange(10.0), rows=rows), survey_share(survey_design(np.ones(10)), np.ones(10), rows=rows)):
        assert np.isnan(found.outcome.conf_low) and "no degrees of freedom" in found.outcome.warning and found.n == 1


def test_nobody_says_why():
    design = survey_design(np.ones(4))
    assert "no valid answer" in survey_mean(design, np.full(4, np.nan)).outcome.warning
    assert "no valid answer" in survey_share(design, np.ones(4), rows=np.zeros(4, bool)).outcome.warning
    assert "no valid answer" in survey_total(design, np.full(4, np.nan)).warning
    assert "no valid answer" in survey_difference(design, np.ones(4), ["a"] * 4, reference="a", level="b").warning


def test_a_respondent_without_a_weight_is_left_out():
    found = survey_mean(survey_design([1, 1, 1, np.nan]), [1.0, 2.0, 3.0, 100.0])
    assert found.n == 3 and found.outcome.estimate == pytest.approx(2)


def test_groups_are_those_of_their_own_domain(shared):
    about, _, design, answers, _, groups, _, _ = case_parts("by_wave_authority_friend")
    values = _values(about, answers)
    together = survey_by(design, values, groups, interval="korn_graubard")
    for label in ("baseline|Hallowick", "final|Eskmouth"):
        alone = survey_share(design, values, rows=groups == label)
        assert together[label].outcome == alone.outcome and together[label].n == alone.n


def test_a_stratum_with_one_respondent_is_said():
    found = survey_mean(survey_design(np.ones(7), strata=list("aaabbbc")), [1.0, 0, 1, 0, 1, 1, 0]).outcome
    assert "one respondent" in found.warning and found.std_error > 0


@pytest.mark.parametrize("wrong, words", [
    (lambda: survey_design([1.0, 0.0]), "must be positive"),
    (lambda: survey_design(np.ones(3), strata=["a"] * 3, population=[2, 2, 2]), "1 respondents too many"),
    (lambda: survey_by(survey_design(np.ones(3)), np.ones(3), ["a"] * 3, interval="wald"), "korn_graubard"),
])
def test_a_design_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ParameterError, match=words):
        wrong()
