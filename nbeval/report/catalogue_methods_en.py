"""The names of methods, and the reasons that come with results, in British English.

A result names its methods by codes or short phrases, parted by semicolons; ``method_`` and the part
is the key here. A phrase that no entry has is shown as the result has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

METHODS: Mapping[str, str] = MappingProxyType({
    # levels and intervals
    "method_Wilson interval": "Wilson interval of a percentage",
    "method_mean, t interval": "mean with a t interval",
    "method_exact": "exact (Clopper and Pearson) interval",
    "method_standard deviation": "standard deviation",
    "method_forms kept": "count of the forms that were kept",
    "method_as declared": "as declared by those who know the number",
    "method_as published": "as published",
    "method_range of the authorities": "lowest and highest of all places",
    "method_weighted": "weighted",
    "method_Korn-Graubard interval, linearised": "Korn and Graubard's interval, linearised errors",
    "method_t interval, linearised": "t interval, linearised errors",
    "method_t interval and test, linearised": "t interval and test, linearised errors",
    "method_kish": "Kish's effective number of answers",
    # differences and changes
    "method_Newcombe interval": "Newcombe's interval of a difference of percentages",
    "method_Newcombe interval for pairs": "Newcombe's interval for pairs",
    "method_newcombe_paired_method_10": "Newcombe's interval for pairs (his method 10)",
    "method_Welch interval and test": "Welch's interval and test of means",
    "method_one-sample t interval and test": "one-sample t interval and test",
    "method_paired t interval and test": "t interval and test for pairs",
    "method_paired_t": "t test for pairs",
    "method_Wilson interval less the fixed value": "Wilson's interval less the fixed value",
    "method_one-sample score test": "one-sample score test",
    "method_chi_squared_uncorrected": "chi-squared test without correction",
    "method_fisher": "Fisher's exact test",
    "method_boschloo": "Boschloo's exact test",
    "method_boschloo_central": "Boschloo's exact test, central",
    "method_mcnemar_exact": "McNemar's exact test for pairs",
    "method_mcnemar_mid_p": "McNemar's mid-p test for pairs",
    "method_mcnemar_asymptotic": "McNemar's test for pairs",
    "method_d_z": "standardised change of pairs",
    "method_as entered": "as entered by those who keep the record",
    "method_count": "count",
    "method_bowker": "Bowker's test of symmetry",
    "method_survey_difference": "difference of two weighted figures",
    "method_matched pairs": "matched pairs",
    "method_Hedges g": "Hedges' g",
    "method_noncentral_t": "smallest detectable change of a mean, noncentral t",
    "method_normal_pooled": "smallest detectable change of a percentage, pooled normal approximation",
    "method_widest interval over the overlap": "widest interval that the possible overlap of the samples allows",
    "method_narrowest interval over the overlap": "narrowest interval that the possible overlap of the samples allows",
    "method_chi-squared without correction": "chi-squared test without correction",
    "method_Cramer V, noncentral interval": "Cramér's V with a noncentral interval",
    "method_chi-squared against the declared population": "chi-squared test against the declared population",
    "method_Cohen w": "Cohen's w",
    # several places together
    "method_reml": "random effects, restricted maximum likelihood",
    "method_reml_hksj": "random effects, restricted maximum likelihood, Hartung-Knapp-Sidik-Jonkman interval",
    "method_I squared": "I squared",
    "method_Cochran Q test": "Cochran's Q test",
    # models
    "method_wald": "logistic regression, Wald intervals",
    "method_log_wald": "interval on the scale of logarithms",
    "method_logistic_model": "logistic regression",
    "method_logistic_HC1": "logistic regression, robust errors (HC1)",
    "method_standardised_delta_model": "standardised marginal difference, delta method",
    "method_standardised_delta_HC1": "standardised marginal difference, delta method, robust errors (HC1)",
    "method_delta method, HC1": "delta method, robust errors (HC1)",
    "method_likelihood_ratio": "likelihood ratio test",
    "method_likelihood ratio test of proportional odds": "likelihood ratio test of proportional odds",
    "method_proportional odds, Wald": "proportional odds, Wald interval",
    "method_standardised": "change standardised over both waves for {names}",
    # measurement
    "method_complete_cases": "Cronbach's alpha of those who answered every item, Feldt's interval",
    "method_pairwise": "of all who answered the pair of items",
    "method_floor": "share at the lowest score",
    "method_ceiling": "share at the highest score",
    "method_straight_lining": "share who gave one answer to every item",
    "method_holm": "Holm's adjustment",
    # reasons and cautions
    "why_the published value is taken as exact: its own uncertainty is not known":
        "the published value is taken as exact, as its own uncertainty is not known",
    "why_not tested: the published definition differs from ours": "not tested, as the published definition differs from ours",
    "why_nobody answered": "nobody answered",
    "why_nobody was asked": "nobody was asked",
    "why_too few answers": "too few answers",
    "why_inference to other authorities, not to this cohort":
        "the interval speaks of other places like these, and not of these alone",
})
