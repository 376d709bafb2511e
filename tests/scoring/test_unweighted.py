"""What cannot be weighted as declared is named with its wave, authority, margin and level, and stops nobody else's weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.models import Margin, Weighting
from nbeval.scoring.weights import Gap, weigh_with_gaps
from tests.guards import some
from tests.scoring.test_weights import OFTEN, SIZES, people_of
from tests.scoring.test_weights import cohort as whole_cohort

cohort = whole_cohort


def at(people, wave):
    return people[people["wave"].astype(str).eq(wave)]


def crossed(cohort):
    """The cohort with its margin known by authority."""
    margins = tuple(Margin(wave=wave.id, authority=place, group="frequency", level=level, count=count, source="T1")
                    for wave in cohort.waves for place, n in SIZES.items() for level, count in (("often", n // 5), ("rarely", n - n // 5)))
    return cohort.model_copy(update={"margins": margins})


@pytest.mark.parametrize("by_authority", [False, True])
def test_an_authority_whose_respondents_all_lack_a_margin_is_left_unweighted_and_named(cohort, by_authority):
    declared = crossed(cohort) if by_authority else cohort
    people = people_of(cohort, 300)
    here = people["wave"].eq("before") & people["authority"].eq("south")
    people.loc[here, "frequency"] = None
    weighed, gaps, _ = weigh_with_gaps(people, declared)
    found = [(one.gap, one.wave, one.authority, one.margin, one.count) for one in some(gaps)]
    assert found == [(Gap.AUTHORITY, "before", "south", "frequency", int(here.sum()))]
    assert weighed["weight"][here].isna().all()
    sums = at(weighed, "before").groupby("authority", observed=True)["weight"].sum()
    assert sums["north"] == pytest.approx(60) and sums["east"] == pytest.approx(50)
    after = at(weighed, "after").groupby("authority", observed=True)["weight"].sum()
    assert after.to_dict() == pytest.approx(SIZES)
    assert "'frequency'" in gaps[0].message(5) and "left unweighted" in gaps[0].message(5)


def test_an_authority_without_its_population_is_left_unweighted_and_named(cohort):
    declared = cohort.model_copy(update={"eligible": tuple(
        one for one in cohort.eligible if (one.authority, one.wave) != ("east", "after"))})
    weighed, gaps, _ = weigh_with_gaps(people_of(cohort), declared)
    assert [(one.gap, one.wave, one.authority, one.margin) for one in gaps] == [(Gap.AUTHORITY, "after", "east", "authority")]
    last = at(weighed, "after")
    assert last["weight"][last["authority"].eq("east")].isna().all()
    assert last.groupby("authority", observed=True)["weight"].sum()["north"] == pytest.approx(60)


@pytest.mark.parametrize("by_authority", [False, True])
def test_a_level_with_nobody_in_it_is_named_and_the_others_stand_for_its_people(cohort, by_authority):
    declared = crossed(cohort) if by_authority else cohort
    people = people_of(cohort, 300)
    here = people["wave"].eq("before") & (people["authority"].eq("south") if by_authority else True)
    people = people[~(here & people["frequency"].eq("often"))]
    weighed, gaps, _ = weigh_with_gaps(people, declared)
    (gap,) = gaps
    assert (gap.gap, gap.wave, gap.level) == (Gap.EMPTY_LEVEL, "before", "often")
    assert (gap.authority, gap.count) == (("south", 18) if by_authority else ("", 80))
    assert "'often'" in gap.message(5) and "'frequency'" in gap.message(5)
    assert at(weighed, "before").groupby("authority", observed=True)["weight"].sum().to_dict() == pytest.approx(SIZES)


def test_a_level_that_no_people_are_counted_for_has_no_weight_and_is_named(cohort):
    declared = cohort.model_copy(update={"margins": tuple(
        one.model_copy(update={"count": 200}) if one.level == "rarely" else one for one in cohort.margins
        if not (one.wave == "before" and one.level == "often")), "eligible": cohort.eligible})
    declared = declared.model_copy(update={"margins": tuple(
        one if one.wave == "before" else one.model_copy(update={"count": OFTEN[one.level]}) for one in declared.margins)})
    people = people_of(cohort)
    weighed, gaps, _ = weigh_with_gaps(people, declared)
    often = weighed["wave"].eq("before") & weighed["frequency"].eq("often")
    assert [(one.gap, one.wave, one.level, one.count) for one in gaps] == [(Gap.UNCOUNTED_LEVEL, "before", "often", int(often.sum()))]
    assert weighed["weight"][often].isna().all() and weighed["weight"].sum() == pytest.approx(400)


def test_margins_that_no_weights_can_meet_leave_that_authority_unweighted_alone(cohort):
    """In south everybody is often and young, or rarely and old; the margins of the two cannot both be met."""
    declared = crossed(cohort)
    ages = tuple(Margin(wave=wave.id, authority=place, group="age", level=level, count=count, source="T1")
                 for wave in cohort.waves for place, n in SIZES.items() for level, count in (("young", n // 2), ("old", n - n // 2)))
    declared = declared.model_copy(update={"margins": (*declared.margins, *ages), "weighting": Weighting(margins=("frequency", "age"))})
    people = people_of(cohort, 400)
    people["age"] = pd.Categorical(np.where(np.arange(len(people)) % 2, "young", "old"))
    south = people["authority"].eq("south") & people["wave"].eq("before")
    people.loc[south, "age"] = people.loc[south, "frequency"].astype(str).map({"often": "young", "rarely": "old"})
    weighed, gaps, _ = weigh_with_gaps(people, declared)
    assert [(one.gap, one.wave, one.authority) for one in gaps] == [(Gap.NOT_REACHED, "before", "south")]
    assert weighed["weight"][south].isna().all()
    assert at(weighed, "before").groupby("authority", observed=True)["weight"].sum()["north"] == pytest.approx(60)


def test_limits_that_no_weights_keep_leave_them_untrimmed_and_say_so(cohort):
    declared = cohort.model_copy(update={"weighting": Weighting(margins=("authority",), trim_upper=0.5)})
    weighed, gaps, _ = weigh_with_gaps(people_of(cohort), declared)
    assert {(one.gap, one.wave) for one in some(gaps, 2)} == {(Gap.NOT_TRIMMED, "before"), (Gap.NOT_TRIMMED, "after")}
    assert at(weighed, "before")["weight"].sum() == pytest.approx(200)


def test_where_everything_is_as_declared_there_is_no_gap(cohort):
    assert weigh_with_gaps(people_of(cohort, 300), cohort)[1] == ()
