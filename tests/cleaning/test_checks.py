"""What the checks find, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.checks import CHECKS
from nbeval.dictionary.models import Column, Item, Scale
from nbeval.frames import FINDINGS
from tests.cleaning.exports import AUTHORITIES, BEFORE, form, write_before, write_cohort


def _told(cleaned, check):
    """Outcome, count and message of what a check found."""
    found = cleaned.findings[cleaned.findings["check"] == check]
    return list(zip(found["outcome"], found["count"], found["message"]))


def test_every_check_says_something_even_where_it_finds_nothing(tiny, cohort, tmp_path):
    findings = clean_survey(cohort, tiny, write_cohort(tmp_path)).findings
    FINDINGS.validate(findings)
    assert list(dict.fromkeys(findings["check"])) == [*(check.name for check in CHECKS), "exports_usable", "waves_to_come", "files_distinct", "files_unexpected"]
    assert len({check.name for check in CHECKS}) == len({check.passes for check in CHECKS}) == len(CHECKS)
    assert findings["message"].str.endswith(".").all()


def test_the_account_is_told_in_one_sentence(tiny, cohort, tmp_path):
    forms = [form("1"), form("2", test="Yes"), form("3", enjoy="", often="", card="", novels="", comics="")]
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"north": forms}))
    assert _told(cleaned, "forms_add_up") == [
        ("pass", 8, "8 forms read from 6 files: 6 kept, 2 excluded (1 test, 1 empty)."),
    ]


def test_an_item_that_nobody_answered_is_found(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {authority: [form(enjoy="")] for authority in AUTHORITIES})
    found = clean_survey(cohort, tiny, data).findings.query("check == 'items_never_answered'")
    assert found[["wave", "item", "count", "outcome"]].to_numpy().tolist() == [["before", "enjoy", 3, "warning"]]


def test_authorities_with_few_forms_are_found(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"north": [form(str(number)) for number in range(10)]})
    found = clean_survey(cohort, tiny, data).findings.query("check == 'authority_few_forms' and wave == 'before'")
    assert found[["authority", "count"]].to_numpy().tolist() == [["east", 1], ["south", 1]]


def test_undeclared_files_are_found(tiny, cohort, tmp_path):
    write_cohort(tmp_path)
    (tmp_path / "before" / "west.csv").write_text("A\n1\n")
    assert _told(clean_survey(cohort, tiny, tmp_path), "files_unexpected") == [
        ("warning", 1, "The file 'before/west.csv' lies in the data folder and no source declares it; it was not read."),
    ]


def test_notes_on_comparability_are_repeated_where_both_versions_are_used(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path)
    assert _told(clean_survey(cohort, tiny, data), "versions_comparable")[0][0] == "note"
    source = cohort.sources[0]
    first = cohort.model_copy(update={"sources": (source.model_copy(update={"files": source.files[:1]}),)})
    assert _told(clean_survey(first, tiny, data), "versions_comparable")[0][0] == "pass"


def test_times_that_cannot_be_read_are_found(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"north": [form("1", finished="yesterday"), form("2")]})
    assert _told(clean_survey(cohort, tiny, data), "times_readable") == [
        ("warning", 1, "1 form has a time that cannot be read, kept."),
    ]


@pytest.fixture
def block(tiny, cohort):
    """A dictionary with sixteen questions of one response set, a scale of three of them, and one file."""
    loaded = tiny.instruments[0]
    names = [f"b{number:02d}" for number in range(16)]
    items = tuple(Item(item=name, label=name, kind="choice", response_set="frequency", status="confirmed", source="T1")
                  for name in names)
    columns = (Column(version="2020", header="Response ID", role="submission"),
               *(Column(version="2020", header=name, role="item", item=name) for name in names))
    scale = Scale.model_validate({
        "id": "three", "label": "Three", "items": [{"item": name} for name in names[:3]], "rule": "sum",
        "minimum_answered": 3, "lowest": 3, "highest": 9, "citation": "T1", "licence": "CC0", "status": "confirmed",
    })
    source = cohort.sources[0]
    files = (source.files[0].model_copy(update={"pattern": "all.csv"}),)
    changed = replace(loaded, columns=columns, items=items, routing=(), comparability=())
    return (replace(tiny, instruments=(changed,), scales=(scale,)),
            cohort.model_copy(update={"authorities": (), "sources": (source.model_copy(update={"files": files}),)}), names)


def _block(block, data, codes):
    """Clean forms given as rows of codes."""
    dictionary, cohort, names = block
    forms = [{"submission": str(number), **{name: str(code) for name, code in zip(names, row)}}
             for number, row in enumerate(codes)]
    write_before(data / "all.csv", forms, {"submission": BEFORE["submission"], **{name: name for name in names}})
    return clean_survey(cohort, dictionary, data)


def test_one_answer_throughout_a_block_is_found(block, tmp_path):
    codes = [[2] * 16, [3] * 16, [1, 2] * 8, [1, 3] * 8]
    assert _told(_block(block, tmp_path, codes), "straight_lining") == [
        ("note", 2, "2 forms give one answer to all 16 questions with the response set 'frequency', 50 % of those that"
                    " answer them all."),
    ]


def test_forms_with_the_same_answers_throughout_are_found(block, tmp_path):
    assert _told(_block(block, tmp_path, [[1, 2] * 8, [1, 3] * 8, [1, 2] * 8]), "forms_alike") == [
        ("warning", 1, "1 form has the same answers throughout as another form of the same authority; kept."),
    ]


def test_an_item_that_goes_against_its_scale_is_found(block, tmp_path):
    drawn = np.random.default_rng(5).integers(1, 4, size=(60, 16))
    drawn[:, 1], drawn[:, 2] = drawn[:, 0], 4 - drawn[:, 0]
    found = _block(block, tmp_path, drawn).findings.query("check == 'items_reversed'")
    assert found[["item", "count"]].to_numpy().tolist() == [["b02", 60]]
    drawn[:, 2] = drawn[:, 0]
    assert _told(_block(block, tmp_path, drawn), "items_reversed")[0][0] == "pass"
