"""Every reference value of these topics is either met by a test beside this one, or refused here with a reason."""

import pytest

from tests.estimate.reference import all_accounted_for, available, cases

NO_REPORT = "no report shows it; statsmodels or scipy has it for an analyst"
TO_TELL_APART = "stands in the reference so that it can be told apart from the method that is used"
EFFECTSIZE = "R's effectsize has its own rule or an approximate interval; the method beside it is used"

OFFERED = {
    "levels": ["*|count", "percent|wilson", "mean|t", "sd|n - 1", "median|median"],
    "proportions": [
        "proportion|wilson", "proportion|clopper_pearson",
        "difference_from_reference|score",
        "difference|newcombe", "risk_ratio|log_wald",
        "difference|newcombe_paired_method_10", "phi|newcombe_paired_method_10",
    ],
    "tables": [
        "smallest_expected|*", "association|chi_squared_uncorrected", "association|fisher",
        "association|boschloo_central", "cramers_v|*",
        "marginal_homogeneity|mcnemar_exact", "marginal_homogeneity|mcnemar_asymptotic",
    ],
    "ranks": [
        "n_*|count", "median_*|median", "u_final|*", "mann_whitney|asymptotic", "mann_whitney|exact",
        "probability_of_superiority|delong_logit", "signed_rank|wilcoxon_exact", "v_positive|wilcoxon",
        "rank_biserial|matched pairs, zeros left out",
    ],
    "means": [
        "mean_*|t", "sd_baseline|*", "sd_final|*", "difference|welch", "hedges_g|metafor_smd",
        "difference_from_reference|one_sample_t", "difference|paired_t",
        "standardised_change|metafor_smcr", "n_pairs|count", "sd_difference|*", "correlation|*",
    ],
    "power": ["smallest_*|normal_pooled", "smallest_difference|noncentral_t"],
    "multiplicity": ["*|bh", "*|holm"],
    "agreement": ["kappa|*", "kappa_is_zero|*", "agreement|*", "n|pairs", "n_left_out|*"],
    "rounding": ["*|half_up"],
}

REFUSED = {
    "levels": {},
    "proportions": {
        "proportion|jeffreys": "Wilson's interval is the one that is reported",
        "difference_from_reference|exact_binomial": NO_REPORT,
        "difference|agresti_caffo": "Newcombe's interval is the one that is reported",
        "difference|miettinen_nurminen": "Newcombe's interval is the one that is reported",
        "odds_ratio|log_wald": NO_REPORT,
        "odds_ratio|conditional_exact": NO_REPORT,
        "proportion|jeffreys_unmodified": "leaves out 0 where nobody and 1 where everybody answered so",
        "difference|wald": "has no width at 0 and 1 and covers too little in small samples",
        "*|log_wald_half_added": "an arbitrary half in each cell; a zero cell keeps its row and says why",
        "*|newcombe_paired_plain_phi": TO_TELL_APART,
        "difference|wald_paired": "has no width where nobody changed",
        "difference|agresti_min": "Newcombe's paired interval is the one named by the methods",
    },
    "tables": {
        "share_expected_under_5|*": "said in the warning of the test",
        "association|likelihood_ratio": NO_REPORT,
        "marginal_homogeneity|mcnemar_mid_p": "McNemar's exact test is the one that is reported",
        "marginal_homogeneity|stuart_maxwell": NO_REPORT,
        "marginal_homogeneity|bhapkar": NO_REPORT,
        "symmetry|bowker": NO_REPORT,
        "trend|*": NO_REPORT,
        "slope_sign|*": NO_REPORT,
        "common_odds_ratio|mantel_haenszel": NO_REPORT,
        "association|chi_squared_yates": TO_TELL_APART,
        "association|boschloo_minlike": "another order of tables than the one named by the rule",
        "association|barnard_pooled": "Boschloo's test is never less powerful than Fisher's and is the one named by the rule",
        "marginal_homogeneity|mcnemar_corrected": TO_TELL_APART,
        "common_odds_ratio|mantel_haenszel_corrected": TO_TELL_APART,
    },
    "ranks": {
        "n|count": "the size of several groups together",
        "mann_whitney|asymptotic_corrected": "R's default in large samples; without correction is the one that is reported",
        "probability_of_superiority|delong": "the same on the logit scale never leaves 0 to 1",
        "probability_of_superiority|brunner_munzel": NO_REPORT,
        "signed_rank|wilcoxon_asymptotic": "the exact count is made up to 500 who moved",
        "signed_rank|pratt*": "those who did not move are left out before ranking",
        "signed_rank|sign_exact": NO_REPORT,
        "v_positive|pratt": "those who did not move are left out before ranking",
        "kruskal_wallis|*": NO_REPORT,
        "epsilon_squared|*": NO_REPORT,
        "*|effectsize*": EFFECTSIZE,
        "signed_rank|wilcoxon_corrected": "the exact count is made instead",
        "rank_biserial|2 x*": "twice the probability of superiority, less one",
    },
    "means": {
        "difference|student": "takes the spreads as equal",
        "standardised_change|d_z": "the baseline's spread is the standardiser that is reported",
        "standardised_change|d_av": "the baseline's spread is the standardiser that is reported",
        "standardised_change|metafor_smcc": "the baseline's spread is the standardiser that is reported",
        "hedges_g|effectsize": EFFECTSIZE,
        "cohens_d|pooled_sd": "Hedges g is the effect size that is reported",
        "hedges_g|pooled_sd_noncentral_t": "the normal interval of metafor is the one that is reported",
        "hedges_g|metafor_smd_ub": TO_TELL_APART,
        "hedges_g|metafor_smdh": TO_TELL_APART,
        "hedges_g_approximate_j|*": TO_TELL_APART,
        "glass_delta|*": "Hedges g is the effect size that is reported",
        "anova*|*": "several groups are compared each with a reference level",
        "eta_squared|*": "several groups are compared each with a reference level",
        "omega_squared|*": "several groups are compared each with a reference level",
    },
    "power": {
        "smallest_*|arcsine": "an approximation; the test that is made decides its power",
        "smallest_difference|noncentral_t_strict": "counts the tail in which a change would be shown the wrong way round",
    },
    "multiplicity": {
        "*|by": "Benjamini-Hochberg, and Holm on request, are the ones named by the methods",
        "*|hochberg": "Benjamini-Hochberg, and Holm on request, are the ones named by the methods",
        "*|bonferroni": "Holm is never less powerful and holds the same error",
    },
    "agreement": {"ICC*|psych::ICC": "ratings are ordered levels: agreement is by weighted kappa"},
    "rounding": {
        "*|half_up_ceiling": TO_TELL_APART, "*|half_even": TO_TELL_APART, "*|half_up_stored": TO_TELL_APART,
        "*|r_round": TO_TELL_APART, "*|floating_point_trap": "wrong", "*|of_rounded_percentages": TO_TELL_APART,
    },
}


#: rows of an offered method that are refused all the same
NOT_BY_US = {
    "tables": {
        "larger tables are tested by chi-squared, with a warning where counts are small":
            lambda row: row.case in cases("table_cases") and (row.quantity, row.method) == ("association", "fisher"),
    },
}


@pytest.mark.parametrize("table", OFFERED)
def test_every_reference_value_is_offered_or_refused_with_a_reason(shared, table):
    assert available()
    all_accounted_for(table, OFFERED[table], REFUSED[table], not_by_us=NOT_BY_US.get(table, {}))
