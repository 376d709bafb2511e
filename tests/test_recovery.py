"""Recovery: changes that were built into invented answers are found, and none is found where none was built in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.cleaning import clean_survey
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import Measure, MissingReason
from nbeval.estimate.comparisons import change
from nbeval.estimate.families import add_verdicts, adjust_families
from nbeval.estimate.levels import levels
from nbeval.estimate.plan import make_plan
from nbeval.estimate.outcome import gather
from nbeval.frames import Measured
from nbeval.scoring import measure
from nbeval.scoring import derive_indicators
from nbeval.specimen import write_specimen
from nbeval.specimen.people import draw_people, target_shares

SEEDS = range(1, 17)
REASONS = [reason.value for reason in MissingReason]


@pytest.fixture(scope="module")
def declared():
    return dictionary.load()


@pytest.fixture(scope="module")
def cohort(declared):
    """The invented cohort as one whole: recovery is of its changes, not of every authority's."""
    return next(one for one in declared.cohorts if one.invented).model_copy(update={"groups": (), "weighting": None})


def survey_of(cohort, declared):
    """The survey of the cohort, and the export version of each wave."""
    source = next(one for one in cohort.sources if one.files and hasattr(declared.instrument(one.instrument), "items"))
    return declared.instrument(source.instrument), {files.wave: files.version for files in source.files}


@pytest.fixture(scope="module")
def truth(cohort, declared) -> dict[str, float]:
    """The change that was built into every indicator of an item, in percentage points."""
    instrument, versions = survey_of(cohort, declared)
    waves, asked = [wave.id for wave in cohort.waves], {item.item for item in instrument.items}
    found = {}
    for one in declared.indicators:
        if one.item in asked and one.measure is Measure.PERCENT:
            shares = [target_shares(declared, instrument, one.item, wave, versions[wave]) for wave in waves]
            inside = [sum(share for code, share in part.items() if matcher(one.codes).contains(np.array([float(code)]))[0]) for part in shares]
            found[one.indicator] = 100 * (inside[-1] - inside[0])
    return found


def drawn(cohort, declared, seed: int) -> pd.DataFrame:
    """Changes of the whole cohort in answers drawn with another seed, without the way through files."""
    reseeded = replace(declared, specimen=declared.specimen.model_copy(update={"seed": seed}))
    instrument, versions = survey_of(cohort, declared)
    blocks, people = [], []
    for wave in (one.id for one in cohort.waves):
        here = draw_people(cohort, reseeded, instrument, wave, versions[wave], cohort.authorities)
        numbers = np.arange(len(here.authority)) + sum(map(len, people))
        people.append(pd.DataFrame({"respondent": numbers, "source": "survey", "wave": wave, "authority": here.authority, "person": "", "weight": 1.0}))
        blocks += [people[-1][["respondent", "wave", "authority"]].assign(item=item, code=codes) for item, codes in here.codes.items()]
    answers = pd.concat(blocks, ignore_index=True)
    answers = answers.assign(missing=pd.Categorical(np.where(answers["code"].isna(), "not_asked", None), categories=REASONS))
    answers = answers.astype({"wave": "category", "authority": "category", "item": "category"})
    everybody = pd.concat(people, ignore_index=True).astype({"wave": "category", "authority": "category", "source": "category"})
    whole = cohort.model_copy(update={"authorities": ()})
    plan = make_plan(Measured(derive_indicators(answers, declared.indicators), everybody, pd.DataFrame({"scale": []})), whole, declared)
    found = add_verdicts(adjust_families(gather([change(plan)]), declared), declared)
    return found[found["quantity"].eq("change")].set_index("indicator")


@pytest.fixture(scope="module")
def many(cohort, declared):
    """Changes found with many seeds."""
    return [drawn(cohort, declared, seed) for seed in SEEDS]


def test_the_built_in_changes_of_the_specimen_lie_within_their_intervals(cohort, declared, truth, tmp_path):
    write_specimen(cohort, declared, tmp_path)
    plan = make_plan(measure(clean_survey(cohort, declared, tmp_path), cohort, declared), cohort, declared)
    whole = replace(plan, tallies=plan.tallies[plan.tallies["authority"].eq("")])
    found = gather([change(whole), levels(whole)]).query("quantity == 'change'").set_index("indicator")
    built_in = {name: points for name, points in truth.items() if abs(points) > 1 and name in found.index}
    assert len(built_in) >= len(declared.specimen.changes)
    missed = [name for name, points in built_in.items() if not found.at[name, "conf_low"] <= points <= found.at[name, "conf_high"]]
    assert not missed, missed


def test_intervals_hold_the_built_in_change_as_often_as_they_promise(many, declared, truth):
    promised, wanted = declared.programme.conf_level, truth
    held = np.array([
        [found.at[name, "conf_low"] <= points <= found.at[name, "conf_high"] for name, points in wanted.items() if name in found.index]
        for found in many
    ], dtype=float)
    error = held.mean(axis=1).std(ddof=1) / np.sqrt(len(many))
    assert abs(held.mean() - promised) < 4 * error + 0.005


def test_what_was_built_in_is_found_and_called_by_its_direction(many, declared, truth):
    wanted = {name: points for name, points in truth.items() if abs(points) >= 5}
    right = [
        found.at[name, "verdict"].startswith("rose" if points > 0 else "fell")
        for found in many for name, points in wanted.items() if name in found.index
    ]
    wrong_way = [
        found.at[name, "verdict"].startswith("fell" if points > 0 else "rose")
        for found in many for name, points in wanted.items() if name in found.index
    ]
    assert np.mean(right) > 0.5 and not any(wrong_way)


def test_no_change_is_declared_where_none_was_built_in_at_more_than_the_promised_rate(many, declared, truth):
    # Benjamini and Hochberg promise it of each family: the share of what is declared that is false, 5 % on average
    nothing = {name for name, points in truth.items() if abs(points) < 1e-9}
    families = {one.family for one in declared.indicators if one.family}
    rates = []
    for found in many:
        said = found["verdict"].str.startswith(("rose", "fell"))
        for family in families:
            mine = said[found["family"].eq(family) & found.index.isin(nothing | set(truth))]
            declared_here = mine[mine].index
            rates.append(len([name for name in declared_here if name in nothing]) / max(1, len(declared_here)))
    promised = 1 - declared.programme.conf_level
    assert np.mean(rates) < promised + 4 * np.std(rates, ddof=1) / np.sqrt(len(rates))


def test_where_nothing_was_built_in_at_all_few_families_declare_anything(cohort, declared):
    still = replace(declared, specimen=declared.specimen.model_copy(update={"changes": ()}))
    families = sorted({one.family for one in declared.indicators if one.family})
    any_said = []
    for seed in SEEDS:
        found = drawn(cohort, still, seed)
        said = found["verdict"].str.startswith(("rose", "fell"))
        any_said += [bool(said[found["family"].eq(family)].any()) for family in families if found["family"].eq(family).any()]
    promised, error = 1 - declared.programme.conf_level, np.sqrt(0.05 * 0.95 / len(any_said))
    assert np.mean(any_said) < promised + 4 * error
