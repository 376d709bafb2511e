"""Means of independent samples, held to R (reference scripts means.R and levels.R: t.test, metafor::escalc)."""

import numpy as np
import pytest

from nbeval.estimate.means import COMPARISONS, hedges_g, mean_against_fixed, mean_difference, mean_interval, welch
from tests.estimate.reference import expected_rows, meets, near
from tests.estimate.samples import two_samples


def moments(answers):
    n = len(answers)
    return (answers.mean() if n else np.nan), (answers.std(ddof=1) if n > 1 else np.nan), n


def at(case_id, wave):
    final, baseline = two_samples(case_id)
    return {"final": final, "baseline": baseline}[wave]


@pytest.mark.parametrize("row", expected_rows("means", quantities=["mean_baseline", "mean_final"]))
def test_a_mean_with_its_interval_is_that_of_r(row):
    answers = at(row.case, row.quantity.removeprefix("mean_"))
    found = mean_interval(*moments(answers)).outcome("t", 0.95, warning="" if len(answers) else "nobody answered")
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
    meets(row, mean_difference(*two_samples(row.case), method=row.method))


@pytest.mark.parametrize("row", expected_rows("means", methods=["one_sample_t"]))
def test_difference_from_a_published_mean_is_that_of_r(row):
    final, baseline = two_samples(row.case)
    published = np.concatenate([final, baseline]).mean() + 0.3
    meets(row, mean_against_fixed(*moments(final), published).outcome("one_sample_t", 0.95))


@pytest.mark.parametrize("method", COMPARISONS)
def test_changing_places_turns_the_sign(method):
    one, two = np.array([1.0, 4, 5, 7, 9]), np.array([2.0, 2, 3, 8])
    there, back = mean_difference(one, two, method=method), mean_difference(two, one, method=method)
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.conf_low == pytest.approx(-back.conf_high)


@pytest.mark.parametrize("answers", [[0.1] * 10, [1 / 3] * 7, [7.0] * 4, [1e6 + 0.1] * 9])
def test_answers_that_are_all_the_same_have_no_interval(answers):
    found = mean_interval(*moments(np.array(answers)))
    assert np.isnan(found.conf_low) and np.isnan(found.std_error) and np.isfinite(found.estimate)
    assert mean_difference(answers, answers).warning


@pytest.mark.filterwarnings("error")
def test_tables_keep_a_row_for_what_cannot_be_estimated_and_raise_no_warning():
    for compare in (welch, hedges_g):
        found = compare([2, np.nan, 3, 4.0], [1, np.nan, np.nan, 0], [9, 0, 1, 5], [1.0, 2, 2, 3], [1, 1, 1, 0], [9, 8, 7, 6])
        assert np.isfinite(found.estimate[0])
        assert np.isnan(found.estimate[1:]).all() and np.isnan(found.conf_low[1:]).all()
    mean_interval([np.nan, 1, 2.0], [np.nan, np.nan, 0], [0, 1, 5])
