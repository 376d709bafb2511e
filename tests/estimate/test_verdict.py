"""The word follows the test, never the sign."""

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate.families import verdicts
from nbeval.frames import Verdict

NAN = np.nan


def verdict(*given, **how) -> Verdict:
    """The verdict of one estimate."""
    return Verdict(str(verdicts(*given, **how)))


@pytest.mark.parametrize("given, word", [
    ((6, 2, 10, 0.004), Verdict.ROSE),
    ((-6, -10, -2, 0.004), Verdict.FELL),
    ((6, -1, 13, 0.09), Verdict.NO_CLEAR_CHANGE),
    ((-40, -90, 10, 0.2), Verdict.NO_CLEAR_CHANGE),
    ((6, 2, 10, 0.09), Verdict.NO_CLEAR_CHANGE),        # adjusted in its family
    ((6, -0.1, 12, 0.049), Verdict.NO_CLEAR_CHANGE),    # test and interval part: the cautious word
    ((6, 2, 10, NAN), Verdict.ROSE),                    # the interval alone
    ((6, NAN, NAN, 0.01), Verdict.ROSE),                # the test alone
    ((6, NAN, NAN, NAN), Verdict.CANNOT_TELL),
    ((NAN, NAN, NAN, NAN), Verdict.CANNOT_TELL),
    ((NAN, 1, 2, 0.01), Verdict.CANNOT_TELL),
    ((0, NAN, NAN, 1.0), Verdict.NO_CLEAR_CHANGE),
    ((2, 1, 3, 0.001, 5), Verdict.ROSE_SMALL),
    ((-2, -3, -1, 0.001, 5), Verdict.FELL_SMALL),
    ((5, 4, 6, 0.001, 5), Verdict.ROSE),
    ((2, -1, 5, 0.3, 5), Verdict.NO_CLEAR_CHANGE),
    ((2, 1, 3, 0.001, NAN), Verdict.ROSE),
    ((6, 2, 10, 0.05), Verdict.ROSE),
])
def test_words_of_change(given, word):
    assert verdict(*given) is word


@pytest.mark.parametrize("given, word", [
    ((6, 2, 10, 0.004), Verdict.HIGHER), ((-6, -10, -2, 0.004, 50), Verdict.LOWER),
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
    words = verdicts(table["estimate"], table["low"], table["high"], table["p"], pd.Series([7.0, 0, 0, 0]),
                     change=pd.Series([True, True, True, False]))
    assert words.tolist() == [Verdict.ROSE_SMALL, Verdict.FELL, Verdict.CANNOT_TELL, Verdict.NO_CLEAR_DIFFERENCE]
    assert set(words) <= {word.value for word in Verdict}
