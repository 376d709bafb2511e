"""Weights of a cohort: every wave by itself, to the margins that the cohort declares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.models import Eligible, Margin, Weighting
from nbeval.errors import ParameterError
from nbeval.scoring.weights import weigh

SIZES = {"north": 60, "south": 90, "east": 50}
OFTEN = {"often": 80, "rarely": 120}


@pytest.fixture(scope="module")
def cohort(root):
    """The miniature cohort with the population of both waves."""
    tiny = dictionary.load(root / "tests" / "programmes" / "tiny").cohorts[0]
    waves = [wave.id for wave in tiny.waves]
    return tiny.model_copy(update={
        "eligible": tuple(Eligible(authority=place, wave=wave, count=n, source="T1") for wave in waves for place, n in SIZES.items()),
        "margins": tuple(Margin(wave=wave, group="frequency", level=level, count=n, source="T1") for wave in waves for level, n in OFTEN.items()),
        "weighting": Weighting(margins=("authority", "frequency")),
    })


def people_of(cohort, n: int = 120, places=tuple(SIZES)) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    waves = [wave.id for wave in cohort.waves]
    return pd.DataFrame({
        "respondent": np.arange(n), "wave": pd.Categorical(draw.choice(waves, n), categories=waves),
        "authority": pd.Categorical(draw.choice(places, n), categories=list(SIZES)),
        "frequency": pd.Categorical(draw.choice([*OFTEN, None], n, p=[0.6, 0.3, 0.1]), categories=list(OFTEN)),
    })


def test_without_a_weighting_everybody_counts_once(cohort):
    assert weigh(people_of(cohort), cohort.model_copy(update={"weighting": None}))["weight"].eq(1).all()


def test_weighted_margins_of_every_wave_are_those_of_the_population(cohort):
    people = weigh(people_of(cohort), cohort)
    found = list(people.groupby("wave", observed=True))
    assert found
    for _, wave in found:
        assert wave.groupby("authority", observed=True)["weight"].sum().to_dict() == pytest.approx(SIZES)
        assert wave.groupby("frequency", observed=True)["weight"].sum().to_dict() == pytest.approx(OFTEN)


def test_who_lacks_a_margin_variable_has_no_weight(cohort):
    people = weigh(people_of(cohort), cohort)
    assert people["weight"].isna().equals(people["frequency"].isna()) and people["weight"].isna().any()


def test_the_weights_of_one_wave_do_not_depend_on_the_other(cohort):
    people = people_of(cohort)
    last = people[people["wave"].eq(cohort.waves[1].id)]
    pd.testing.assert_series_equal(weigh(people, cohort).loc[last.index, "weight"], weigh(last, cohort)["weight"])


def test_a_margin_that_is_declared_by_authority_is_crossed_with_it(cohort):
    crossed = tuple(
        Margin(wave=wave.id, authority=place, group="frequency", level=level, count=count, source="T1")
        for wave in cohort.waves for place, n in SIZES.items() for level, count in (("often", n // 5), ("rarely", n - n // 5))
    )
    people = weigh(people_of(cohort, 300), cohort.model_copy(update={"margins": crossed}))
    first = people[people["wave"].eq(cohort.waves[0].id)].groupby(["authority", "frequency"], observed=True)["weight"].sum()
    assert first["north", "often"] == pytest.approx(12) and first["south", "rarely"] == pytest.approx(72)


def test_trimmed_weights_stay_within_the_declared_multiples_of_the_median_and_keep_their_total(cohort):
    plain = weigh(people_of(cohort), cohort)["weight"]
    trimming = Weighting(margins=("authority", "frequency"), trim_upper=1.6, trim_lower=0.4)
    people = weigh(people_of(cohort), cohort.model_copy(update={"weighting": trimming}))
    assert cohort.waves
    for wave in cohort.waves:
        here = people["wave"].eq(wave.id)
        assert people["weight"][here].max() <= 1.6 * plain[here].median() + 1e-9 < plain[here].max()
        assert people["weight"][here].sum() == pytest.approx(sum(SIZES.values()))


def test_an_authority_nobody_answered_in_is_left_out_of_the_population(cohort):
    people = weigh(people_of(cohort, places=("north", "south")), cohort)
    first = people[people["wave"].eq(cohort.waves[0].id)]
    assert first["weight"].sum() == pytest.approx(150)
    assert first.groupby("frequency", observed=True)["weight"].sum()["often"] == pytest.approx(60)


def test_a_declared_margin_without_counts_is_refused_by_name(cohort):
    without = cohort.model_copy(update={"margins": ()})
    with pytest.raises(ParameterError, match="no counts for the margin 'frequency'"):
        weigh(people_of(cohort), without)
