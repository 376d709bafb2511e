"""The word follows the test and the interval beside it, never the sign; the size follows the interval, never the estimate."""

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate.families import sizes, verdicts
from nbeval.frames import Size, Verdict

NAN = np.nan


def verdict(*given, **how) -> Verdict:
    """The verdict of one estimate."""
    return Verdict(str(verdicts(*given, **how)))


@pytest.mark.parametrize("given, word", [
    ((6, 2, 10, 0.004), Verdict.ROSE),
    ((-6, -10, -2, 0.004), Verdict.FELL),
    ((6, -1, 13, 0.09), Verdict.NO_CLEAR_CHANGE),
    ((-40, -90, 10, 0.2), Verdict.NO_CLEAR_CHANGE),
    ((6, 2, 10, 0.09), Verdict.MAY_HAVE_RISEN),         # the test as adjusted in its family does not decide
    ((-6, -10, -2, 0.09), Verdict.MAY_HAVE_FALLEN),
    ((-12, -22, -3, 0.051), Verdict.MAY_HAVE_FALLEN),
    ((6, -0.1, 12, 0.049), Verdict.NO_CLEAR_CHANGE),    # the interval covers 0: no stronger word than it, whatever the test says
    ((-6, -12, 0, 0.001), Verdict.NO_CLEAR_CHANGE),     # an interval that ends at 0 covers it
    ((6, 2, 10, NAN), Verdict.ROSE),                    # the interval alone
    ((6, NAN, NAN, 0.01), Verdict.ROSE),                # the test alone
    ((6, NAN, NAN, NAN), Verdict.CANNOT_TELL),
    ((NAN, NAN, NAN, NAN), Verdict.CANNOT_TELL),
    ((NAN, 1, 2, 0.01), Verdict.CANNOT_TELL),
    ((0, NAN, NAN, 1.0), Verdict.NO_CLEAR_CHANGE),
    ((6, 2, 10, 0.05), Verdict.ROSE),
    ((6, 2, 10, 0.05 * (1 + 1e-13)), Verdict.ROSE),     # equal but for rounding
    ((6, 2, 10, 0.05 * (1 + 1e-11)), Verdict.MAY_HAVE_RISEN),
    ((6, NAN, NAN, 0.09), Verdict.NO_CLEAR_CHANGE),
])
def test_words_of_change(given, word):
    assert verdict(*given) is word


@pytest.mark.parametrize("given, word", [
    ((6, 2, 10, 0.004), Verdict.HIGHER), ((-6, -10, -2, 0.004), Verdict.LOWER),
    ((6, 2, 10, 0.2), Verdict.MAY_BE_HIGHER), ((-6, -10, -2, 0.2), Verdict.MAY_BE_LOWER),
    ((6, -1, 13, 0.09), Verdict.NO_CLEAR_DIFFERENCE), ((NAN, NAN, NAN, NAN), Verdict.CANNOT_TELL),
])
def test_words_of_other_differences(given, word):
    assert verdict(*given, change=False) is word


@pytest.mark.parametrize("size", [0.1, 3, 30, 300])
def test_the_size_of_an_estimate_never_makes_a_word(size):
    assert verdict(size, -1, 2 * size, 0.5) is verdict(-size, -2 * size, 1, 0.5) is Verdict.NO_CLEAR_CHANGE


@pytest.mark.filterwarnings("error")
def test_a_table_gets_the_words_of_its_rows():
    table = pd.DataFrame({
        "estimate": [6, -6, NAN, 6.0], "low": [2, -10, NAN, -1.0], "high": [10, -2, NAN, 13.0], "p": [0.01, 0.01, NAN, 0.3]})
    words = verdicts(table["estimate"], table["low"], table["high"], table["p"], change=pd.Series([True, True, True, False]))
    assert words.tolist() == [Verdict.ROSE, Verdict.FELL, Verdict.CANNOT_TELL, Verdict.NO_CLEAR_DIFFERENCE]
    assert set(words) <= {word.value for word in Verdict}


@pytest.mark.parametrize("given, size", [
    ((-5.18, -7.5, -2.9, 5), Size.UNCERTAIN),           # the size is no matter of the estimate
    ((4.50, 2.2, 6.8, 5), Size.UNCERTAIN),
    ((12, 5, 19, 5), Size.AT_LEAST),
    ((-12, -19, -5, 5), Size.AT_LEAST),
    ((12, 4.999, 19, 5), Size.UNCERTAIN),
    ((2, 1, 3, 5), Size.SMALLER),
    ((-1, -4.99, 4.99, 5), Size.SMALLER),               # no clear change, and surely none that matters
    ((0, -5, 4, 5), Size.UNCERTAIN),
    ((-30, -80, 20, 5), Size.UNCERTAIN),
    ((6, NAN, NAN, 5), Size.UNCERTAIN),                 # no interval, nothing known
    ((6, 2, 10, 0), Size.NONE),
    ((6, 2, 10, NAN), Size.NONE),
    ((NAN, NAN, NAN, 5), Size.NONE),
])
def test_the_size_of_a_change_is_a_statement_about_its_interval(given, size):
    assert Size(str(sizes(*given))) is size


@pytest.mark.parametrize("estimate", [0.1, 4.49, 4.51, 5.5, 8.9])
def test_the_estimate_within_an_interval_changes_neither_word_nor_size(estimate):
    assert verdict(estimate, 0.05, 9, 0.01) is Verdict.ROSE
    assert Size(str(sizes(estimate, 0.05, 9, 5))) is Size.UNCERTAIN
