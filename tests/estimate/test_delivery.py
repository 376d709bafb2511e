"""Counts of deeds: every choice has its count, every total is the sum of its parts, people carry their number."""

from __future__ import annotations

import pytest

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.estimate.evidence import action_results, condition_results, visit_results
from nbeval.frames import RESULTS, check
from nbeval.specimen.evidence_exports import write_evidence
from tests.guards import some


@pytest.fixture(scope="module")
def counted(root, tmp_path_factory):
    """Rows of the specimen's plans, visits and conditions, and what they are counted from."""
    dictionary = load(root / "data_dictionary")
    cohort = dictionary.cohort("specimen")
    kinds = ("action_plan", "visits", "entry")
    cohort = cohort.model_copy(update={"sources": tuple(
        one for one in cohort.sources if dictionary.instrument(one.instrument).record.kind in kinds)})
    out = tmp_path_factory.mktemp("exports")
    for source in cohort.sources:
        write_evidence(cohort, dictionary, source, out / cohort.id)
    evidence = clean_sources(cohort, dictionary, out)
    return evidence, {
        "actions": action_results(evidence.actions, cohort, dictionary), "visits": visit_results(evidence.visits, cohort, dictionary),
        "conditions": condition_results(evidence.conditions, cohort, dictionary),
    }


def test_rows_keep_the_contract_of_results(counted):
    for table in counted[1].values():
        check(table, RESULTS)


def test_statuses_of_all_actions_add_up_at_each_review(counted):
    evidence, tables = counted
    whole = tables["actions"].query("group == 'status' and authority == '' and indicator == ''")
    for review, rows in whole.groupby("wave"):
        given = evidence.actions.query("occasion == @review and status != ''")
        assert rows["estimate"].sum() == len(given) and set(rows["n_eligible"]) == {len(given)}
        assert rows.set_index("level")["estimate"]["done"] == given["status"].eq("done").sum()
    assert len(whole) == 2 * 4, "a choice that was never made is counted as none"


@pytest.mark.parametrize("group", ["status", "involvement", "kind"])
def test_themes_and_authorities_add_up_to_the_whole(counted, group):
    rows = counted[1]["actions"].query("group == @group")
    whole = rows.query("authority == '' and indicator == ''")["estimate"].sum()
    assert rows.query("authority == '' and indicator != ''")["estimate"].sum() == whole
    assert rows.query("authority != '' and indicator == ''")["estimate"].sum() == whole


def test_visits_held_are_those_with_a_day(counted):
    evidence, tables = counted
    rows = tables["visits"].query("group == 'delivery' and quantity == 'count' and authority == '' and indicator == ''").set_index("level")
    assert rows["estimate"]["held"] == evidence.visits["held"].notna().sum() == (tables["visits"].query("quantity == 'day'")["level"] == "held").sum()
    assert rows["estimate"]["people"] == rows["n_valid"]["people"] == evidence.visits["people"].sum()
    assert rows["n_valid"].drop("people").isna().all(), "only a number of young people is a number of people to protect"


def test_an_addressed_indicator_counts_once_for_each_plan(counted):
    evidence, tables = counted
    rows = tables["actions"].query("group == 'addressed' and authority == ''").set_index("indicator")["estimate"]
    for name, plans in some(rows.items()):
        having = evidence.actions[evidence.actions["indicators"].str.split("; ").map(lambda names, name=name: name in names)]
        assert plans == having["authority"].nunique()


def test_each_authority_stands_at_one_choice_of_each_condition(counted):
    rows = counted[1]["conditions"].query("group == 'met' and authority != ''")
    assert rows.groupby(["indicator", "wave", "authority"])["estimate"].sum().eq(1).all()
