"""Means, held to R (reference script means.R: t.test, metafor::escalc)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate import means
from nbeval.estimate.means import hedges_g, mean_against_fixed, mean_interval, paired_changes, paired_t, standardised_change, welch
from nbeval.estimate.plan import tally
from tests.estimate.reference import expected_rows, meets, near
from tests.estimate.samples import pairs, two_samples

COMPARISONS = {"welch": welch, "metafor_smd": hedges_g}


def moments(answers):
    n = len(answers)
    return (answers.mean() if n else np.nan), (answers.std(ddof=1) if n > 1 else np.nan), n


def compared(first, second, method):
    """The difference of two samples, with a word where there is none."""
    found = COMPARISONS[method](*moments(np.asarray(first, float)), *moments(np.asarray(second, float)))
    return replace(found.outcome(method, 0.95), warning="no spread" if np.isnan(found.estimate) else "")


def at(case_id, wave):
    final, baseline = two_samples(case_id)
    return {"final": final, "baseline": baseline}[wave]


@pytest.mark.parametrize("row", expected_rows("means", quantities=["mean_baseline", "mean_final"]))
def test_a_mean_with_its_interval_is_that_of_r(row):
    answers = at(row.case, row.quantity.removeprefix("mean_"))
    found = replace(mean_interval(*moments(answers)).outcome("t", 0.95), warning="" if len(answers) else "nobody answered")
    if row.note.startswith("no interval") or row.std_error == 0:
        assert found.estimate == row.estimate and np.isnan(found.conf_low) and np.isnan(found.std_error)
    else:
        meets(row, found)


@pytest.mark.parametrize("row", expected_rows("means", quantities=["sd_baseline", "sd_final"]))
def test_samples_are_read_as_r_read_them(row):
    sd = moments(at(row.case, row.quantity.removeprefix("sd_")))[1]
    assert np.isnan(sd) if row.not_estimable else near(sd, row.estimate, row)


@pytest.mark.parametrize("row", expected_rows(
    "means", methods=list(COMPARISONS), quantities=["difference", "hedges_g"]))
def test_a_difference_of_means_is_that_of_r(row):
    meets(row, compared(*two_samples(row.case), row.method))


@pytest.mark.parametrize("row", expected_rows("means", methods=["one_sample_t"]))
def test_difference_from_a_published_mean_is_that_of_r(row):
    final, baseline = two_samples(row.case)
    published = np.concatenate([final, baseline]).mean() + 0.3
    meets(row, mean_against_fixed(*moments(final), published).outcome("one_sample_t", 0.95))


@pytest.mark.parametrize("method", COMPARISONS)
def test_changing_places_turns_the_sign(method):
    one, two = np.array([1.0, 4, 5, 7, 9]), np.array([2.0, 2, 3, 8])
    there, back = compared(one, two, method), compared(two, one, method)
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.conf_low == pytest.approx(-back.conf_high)


@pytest.mark.parametrize("answers", [[0.1] * 10, [1 / 3] * 7, [7.0] * 4, [1e6 + 0.1] * 9])
def test_answers_that_are_all_the_same_have_no_interval(answers):
    found = mean_interval(*moments(np.array(answers)))
    assert np.isnan(found.conf_low) and np.isnan(found.std_error) and np.isfinite(found.estimate)
    assert np.isnan(welch(*moments(np.array(answers)), *moments(np.array(answers))).estimate)


def counted(answers):
    """The mean and the standard deviation of answers, through their tally."""
    one = pd.Series(pd.Categorical(["all"] * len(answers)))
    cell = tally(pd.DataFrame({"value": answers, "missing": pd.Categorical([None] * len(answers))}), {"place": one}).iloc[0]
    return means.moments(cell["n_valid"], cell["numerator"], cell["squares"])


@pytest.mark.parametrize("n", [2, 30, 1000, 200_000])
@pytest.mark.parametrize("same", [7 / 3, 8 / 3, 1 / 7, 0.1, 1e6 + 0.1])
def test_a_constant_score_has_no_spread_whatever_its_value(same, n):
    answers = np.full(n, same)
    mean, sd = counted(answers)
    assert sd == 0 and mean == pytest.approx(same)


def test_one_answer_that_differs_is_spread():
    answers = np.append(np.full(100_000, 7 / 3), 8 / 3)
    _, sd = counted(answers)
    assert sd == pytest.approx(answers.std(ddof=1), rel=1e-9)


@pytest.mark.filterwarnings("error")
def test_tables_keep_a_row_for_what_cannot_be_estimated_and_raise_no_warning():
    for compare in (welch, hedges_g):
        found = compare([2, np.nan, 3, 4.0], [1, np.nan, np.nan, 0], [9, 0, 1, 5], [1.0, 2, 2, 3], [1, 1, 1, 0], [9, 8, 7, 6])
        assert np.isfinite(found.estimate[0])
        assert np.isnan(found.estimate[1:]).all() and np.isnan(found.conf_low[1:]).all()
    mean_interval([np.nan, 1, 2.0], [np.nan, np.nan, 0], [0, 1, 5])


# --- pairs ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("means", methods=["paired_t"]))
def test_paired_change_is_that_of_r(row):
    found = paired_t(*pairs(row.case))
    meets(row, found)
    if row.note.startswith("no interval"):
        assert np.isnan(found.conf_low) and np.isnan(found.p_value) and found.warning


@pytest.mark.parametrize("row", expected_rows("means", methods=["metafor_smcr"]))
def test_standardised_change_is_that_of_r(row):
    meets(row, standardised_change(*pairs(row.case)))


@pytest.mark.parametrize("row", expected_rows("means", quantities=["n_pairs", "sd_difference", "correlation"]))
def test_pairs_are_read_as_r_read_them(row):
    final, baseline = pairs(row.case)
    both = ~np.isnan(final) & ~np.isnan(baseline)
    change = paired_changes(final, baseline)
    found = {"n_pairs": change.size}
    if change.size > 1:
        found |= {"sd_difference": change.std(ddof=1)}
    if row.quantity == "correlation":
        found |= {"correlation": np.corrcoef(final[both], baseline[both])[0, 1]}
    assert near(found[row.quantity], row.estimate, row)


@pytest.mark.parametrize("final, baseline", [([], []), ([3], [1]), ([2, 3, 4], [1, 2, 3]), ([0.3, 0.2], [0.2, 0.1])])
def test_changes_without_spread_have_no_standardised_change(final, baseline):
    found = standardised_change(final, baseline)
    assert np.isnan(found.estimate) and found.warning


def test_turning_time_round_turns_the_sign_of_a_paired_change():
    one, two = [3, 5, 2, 8, 6], [2, 5, 4, 4, 1]
    assert paired_t(one, two).conf_low == pytest.approx(-paired_t(two, one).conf_high)
