"""Weighted means, shares and differences with linearised errors, held to R's survey package (survey.R, design.R)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval.errors import ParameterError
from nbeval.estimate.glm import Sampled, coefficients, fit, prepare, standardised_difference
from nbeval.estimate.outcome import Outcome, wald
from nbeval.dictionary.enums import Lonely
from nbeval.estimate.sampling import (
    DomainMeans, domain_differences, domain_means, effective_n, korn_graubard, rao_scott, share_interval, survey_design,
)
from nbeval.frames import Reason
from nbeval.scoring.weights import KnownMargin, largest_gap, rake
from tests.estimate.reference import REFERENCE2, all_accounted_for, case, expected, expected_rows, inputs, meets, offered_rows
from tests.scoring.test_raking import weights_of

NOT_READ = "the reports read weighted tables by shares and their differences"
NORMAL = "t with the degrees of freedom of the design is used"
STAGES = "a second stage of sampling: no report and no function has one"
UNFINISHED = "R's svyglm stops at its own tolerance here, and takes errors from the step before: met to four digits by a test of its own"
TERMS = "no report tests all levels of a covariate together"
UNEVEN = "R's rake() takes residuals that are not weighted: met only from equal weights; the residuals of calibrate() are met"
OFFERED = {
    "survey": [
        "*|rows", "*|clusters - strata of the domain", "*|sum", "*|formula", "*|svymean_t", "deff|deff=replace", "*|svyby_t",
        "proportion|svymean", "*|korn_graubard",
        "effective_n|p(1-p)/variance; n where p is 0 or 1", "*|svycontrast_t", "difference_test|t with degf", "coef[[]*|svyglm",
    ],
    "design": [
        *(f"{rows}{suffix}" for suffix in ("", ":calibrate_raking", ":weights_as_given") for rows in (
            "*|rows", "*|clusters - strata of the domain", "*|sum", "*|formula", "*|svymean", "deff|deff=replace", "association*|svychisq_F")),
        *(f"{rows}{suffix}" for suffix in ("", ":calibrate_raking", ":weights_as_given") for rows in (
            "*|korn_graubard", "*|svyciprop_logit", "*|svyciprop_beta", "*|logit_delta")),
        "degf[[]*|of the group", "mean[[]*|svyby", "difference|svycontrast_t*", "*|survey", "*|residuals_initial_weights", "*|rake",
        "coef[[]*|svyglm", "standardised_difference|delta_svyglm",
    ],
}
DOMAIN = "a cluster alone in a domain is set beside the others of its stratum, which count as zero there"
BEYOND = "R gives nothing and this package something, which is tested by itself: shares of 0 and 1, and errors with raked weights of zero"
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
        "*|regTermTest_wald": TERMS,
    },
    "design": {
        "*|*:rake": UNEVEN, "*|jackknife_reraked": "to judge linearised errors by", "*|residuals_final_weights": "another choice than calibrate()'s",
        "deff|deff=TRUE*": "it rests on weights that add up to the population; the effect against sampling with replacement does not",
        "covariance|svyby*": "inside the error of the difference, which is met",
        "difference|svyttest*": "a regression t with one degree of freedom fewer; the difference with its t is given",
        "association*|svychisq_Chisq*": "Rao and Scott's second-order F is given",
        "*|regTermTest_wald*": TERMS,
    },
}
#: rows of an offered pattern that are not met, by what their cases declare
NOT_BY_US = {
    "survey": {STAGES: lambda row: _met_otherwise(row, "survey") and "+" in _design_of(row, "survey").ids,
               UNFINISHED: lambda row: row.method == "svyglm" and case("survey_cases", row.case)["task"] == "glm_quasibinomial"},
    "design": {DOMAIN: lambda row: _met_otherwise(row, "design") and _design_of(row, "design").adjust_domain_lonely == "TRUE",
               BEYOND: lambda row: row.not_estimable and (_without_limits(row) or "R error" in row.note and row.method.endswith(":calibrate_raking"))
               and not row.quantity == "covariance"},
}


def _met_otherwise(row, table: str) -> bool:
    """Whether a row would be compared were its design one of those offered."""
    return _named_by(row, OFFERED[table]) and not _named_by(row, REFUSED[table])


def _design_of(row, table: str):
    """The design that the case of a row is of."""
    return inputs(f"{table}_designs", text=True).set_index("design_id").loc[case(f"{table}_cases", row.case)["design_id"]]


def _without_limits(row) -> bool:
    """Whether R has no interval for a share, since it is 0 or 1."""
    return row.not_estimable and row.method.startswith("svyciprop") and "finite" in row.note


@cache
def designed(table: str, design_id: str):
    """The file of a design and the design itself."""
    about = inputs(f"{table}_designs", text=True).set_index("design_id").loc[design_id]
    rows = inputs(about.file) if table == "survey" else inputs("design").query("dataset == @about.dataset").reset_index(drop=True)
    named = {"clusters": about.ids if about.ids != "1" else np.nan, "strata": about.strata if about.strata != "1" else np.nan, "population": about.fpc}
    parts = {name: rows[column] for name, column in named.items() if isinstance(column, str)}
    if table == "design":
        parts["lonely"] = RULES[about.lonely_psu]
    return rows, rows[about.weights], survey_design(rows[about.weights], **parts), parts


#: what R calls the rules for lonely strata
RULES = {"adjust": Lonely.ADJUST, "remove": Lonely.CERTAINTY, "certainty": Lonely.CERTAINTY, "average": Lonely.AVERAGE, "fail": Lonely.FAIL}


@cache
def raked(case_id: str):
    """The weights of a case raked to its margins, and the design with them: with the raking in its errors, and with weights as given."""
    about = inputs("design_cases", text=True).set_index("case_id").loc[case_id]
    people, weights, _, parts = designed("design", about.design_id)
    names, population = about.rake.split("|"), inputs("design_margins").query("margins_id == @about.margins_id")
    margins = [KnownMargin(name, _joined(people, name.split("+")), dict(zip(rows["level"].astype(str), rows["count"])))
               for name in names for rows in [population[population["variable"] == name]]]
    found = rake(weights, margins)
    levels = pd.DataFrame({one.name: one.levels for one in margins})
    return people, found, margins, survey_design(found, **parts, margins=levels, before=weights), survey_design(np.nan_to_num(found), **parts)


def _joined(table: pd.DataFrame, names: list[str]) -> pd.Series:
    first, *others = (table[name].astype("string") for name in names)
    return first.str.cat(others, sep="|") if others else first


@cache
def parts_of(table: str, case_id: str):
    """A case: the answers, who is in its domain, their groups."""
    about = inputs(f"{table}_cases", text=True).set_index("case_id").loc[case_id]
    people, weights, design, _ = designed(table, about.design_id)
    inside = np.ones(len(people), bool)
    if table == "design" and isinstance(about.rake, str):
        inside = np.isfinite(raked(case_id)[1])
        weights, design = pd.Series(raked(case_id)[1]), raked(case_id)[3]
    answers = people[about.outcome]
    if isinstance(about.domain, str):
        inside = inside & people[about.domain].astype("string").isin([about.domain_level, *about.domain_level.split("|")]).to_numpy(bool, na_value=False)
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


def of_raking(row) -> Outcome:
    """What raking gave."""
    _, weights, margins, *_ = raked(row.case)
    known = weights[np.isfinite(weights)]
    return Outcome(float({"n": len(known), "smallest_weight": known.min(), "largest_weight": known.max(),
                          "largest_margin_gap": largest_gap(weights, margins)}[row.quantity]))


def association(row, answers, inside, groups, design) -> Outcome:
    """Rao and Scott's test of the answers and the groups of a case."""
    found = rao_scott(design, *(np.where(inside, pd.factorize(one.astype("string"))[0], -1) for one in (answers, groups)))
    if row.quantity == "association_df_denominator":
        return Outcome(found.df_denominator)
    return Outcome(statistic=found.statistic, df=found.df, p_value=found.p_value, warning=found.warning)


def model_of(row) -> Outcome:
    """A coefficient of a weighted model, or the standardised difference between its two groups."""
    about, answers, inside, _, ends, _, design, level = parts_of(row.table, row.case)
    names, people = about.group.split("+"), designed(row.table, about.design_id)[0].copy()
    known = inputs("design_categories" if row.table == "design" else "categories").groupby("variable", sort=False)["level"].agg(list)
    known = {**known, **({names[0]: ends} if ends else {})}
    for name in names:
        if not pd.api.types.is_numeric_dtype(people[name]):
            people[name] = pd.Categorical(people[name].astype(object), known.get(name) or sorted(people[name].dropna().unique()))
    predictors, given = prepare(people, names), np.where(inside, values_of(about, answers), np.nan)
    fitted = fit(predictors, given, kind={"glm_gaussian": "linear", "glm_quasibinomial": "logistic"}[about.task], weights=design.weights)
    sample, name = Sampled(predictors, given, design, fitted.p), row.quantity.partition("[")[2].rstrip("]")
    if name:
        return coefficients(fitted, conf_level=level, sample=sample)[name.replace("(Intercept)", "Intercept")]
    return standardised_difference(fitted, names[0], *ends, conf_level=level, sample=sample)


def outcome_of(row) -> Outcome:
    if row.method == "rake":
        return of_raking(row)
    if "svyglm" in row.method:
        return model_of(row)
    about, answers, inside, groups, ends, weight, design, level = parts_of(row.table, row.case)
    method, _, suffix = row.method.partition(":")
    if suffix == "weights_as_given":
        design = raked(row.case)[4]
    if method == "svychisq_F":
        return association(row, answers, inside, groups, design)
    name = row.quantity.partition("[")[2].rstrip("]")
    here = np.where(inside, 0, -1)
    if row.quantity.startswith("share["):
        return mean_outcome(domain_means(design, values_of(about, answers, name), here), level)
    values = values_of(about, answers)
    whole = domain_means(design, values, here)
    if row.quantity in ("n_valid", "n_zero_weight", "degf", "sum_of_weights", "kish_effective_n"):
        return Outcome({"n_valid": lambda: whole.n[0], "n_zero_weight": lambda: float((inside & (weight == 0)).sum()), "degf": lambda: whole.df[0], "sum_of_weights": lambda: np.nansum(weight[inside]),
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
    if row.quantity == "mean" or row.table == "design" and method in ("svymean", "survey", "residuals_initial_weights"):
        return mean_outcome(whole, level)
    if method in ("svyciprop_logit", "svyciprop_beta", "logit_delta"):
        # R counts the rows outside the domain too where weights were raked
        n = np.isfinite(design.weights).sum() if suffix == "calibrate_raking" else whole.n[0]
        low, high = share_interval(whole.estimate[0], whole.std_error[0], n, whole.df[0], level, method="beta" if "beta" in method else "logit")
        return Outcome(whole.estimate[0], whole.std_error[0], float(low), float(high), level, df=whole.df[0])
    return share_outcome(whole, level)


def rows_of(table: str) -> list:
    """What is met of a table, in designs of one stage."""
    return offered_rows(table, OFFERED[table], where=lambda row: not _named_by(row, REFUSED[table]) and not any(
        holds(row) for holds in NOT_BY_US[table].values()))


def _named_by(row, patterns) -> bool:
    """Whether one of the patterns, quantity|method, names a row."""
    return any(fnmatchcase(f"{row.quantity}|{row.method}", pattern) for pattern in patterns)


@pytest.mark.parametrize("row", [row for row in expected("design") if _without_limits(row)], ids=lambda row: row.id)
def test_a_share_of_everybody_has_korn_graubards_interval_or_none(row):
    about, answers, inside, _, _, _, design, level = parts_of(row.table, row.case)
    whole, found = domain_means(design, values_of(about, answers), np.where(inside, 0, -1)), outcome_of(row)
    low, high, _ = korn_graubard(whole.estimate[0], whole.std_error[0], whole.n[0], whole.df[0], level)
    assert whole.estimate[0] in (pytest.approx(0), pytest.approx(1)) and np.isnan(low).item() == bool(whole.df[0] < 1)
    assert [found.conf_low, found.conf_high] == pytest.approx([float(low), float(high)], nan_ok=True)


@pytest.mark.parametrize("row", [*rows_of("survey"), *rows_of("design")])
def test_weighted_estimates_agree_with_r(row):
    meets(row, outcome_of(row))


@pytest.mark.parametrize("row", expected_rows("survey", where=NOT_BY_US["survey"][UNFINISHED]))
def test_logistic_models_that_r_did_not_finish_agree_to_four_digits(row):
    found = outcome_of(row)
    assert found.estimate == pytest.approx(row.estimate, rel=1e-6) and found.df == row.df
    assert (found.std_error, found.conf_low, found.conf_high) == pytest.approx((row.std_error, row.conf_low, row.conf_high), rel=1e-3, abs=1e-5)


def test_enough_was_compared(shared):
    of_design = {p.values[0].method for p in rows_of("design") if p.values[0]}
    assert len(rows_of("survey")) > 150 and len(rows_of("design")) > 350 and DEGENERATE
    assert {p.values[0].method for p in rows_of("survey") if p.values[0]} >= {"svyglm"} <= of_design and "delta_svyglm" in of_design
    assert of_design >= {"svychisq_F", "svyciprop_logit", "svyciprop_beta", "residuals_initial_weights", "svymean:calibrate_raking", "rake"}


@pytest.mark.parametrize("case_id", sorted({row.case for row in expected("design") if row.method == "rake"}))
def test_the_raked_weight_of_every_respondent_is_that_of_r(shared, case_id):
    rows = inputs_of_weights(shared).query("case_id == @case_id")
    people, weights, *_ = raked(case_id)
    ours = dict(zip(people["respondent"].astype(str), weights))
    assert len(rows) and [ours[str(one)] for one in rows["respondent"]] == pytest.approx(rows["weight"].tolist(), rel=1e-7, abs=1e-9)


def inputs_of_weights(shared) -> pd.DataFrame:
    return pd.read_csv(REFERENCE2 / "expected" / "design_weights.csv")


DEGENERATE = [row for row in expected("survey") if row.degenerate and row.method in {one.partition("|")[2] for one in OFFERED["survey"]}]


@pytest.mark.parametrize("row", DEGENERATE, ids=lambda row: row.id)
def test_no_interval_without_width_is_given(row):
    outcome = outcome_of(row)
    assert np.isnan(outcome.conf_low) and np.isnan(outcome.conf_high) and outcome.warning


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    for table in OFFERED:
        all_accounted_for(table, OFFERED[table], REFUSED[table], not_by_us=NOT_BY_US[table])


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
