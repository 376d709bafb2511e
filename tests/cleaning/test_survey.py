"""From exports to answers, as a whole."""

from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd
import pytest

from nbeval.cleaning import clean_survey
from nbeval.dictionary.enums import Design
from nbeval.dictionary.models import Column
from nbeval.errors import NbevalError, SourceError
from tests.cleaning.exports import (
    AFTER, AUTHORITIES, BEFORE, form, later, write_after, write_before, write_cohort,
)

OFTEN = ("Often", "Sometimes", "Never", "hardly ever", "Prefer not to say", "Not sure", "")


def _forms(drawn: random.Random, make, often: str) -> list[dict[str, str]]:
    """Forms with every kind of answer, some of them tests, unfinished, empty or sent twice."""
    year = make()["finished"][:4]
    return [make(
        str(drawn.randint(1, 30)), enjoy=drawn.choice(["0 - Not at all", "3", "7", "10", ""]),
        often=drawn.choice([often, *OFTEN[1:]]), card=drawn.choice(["Yes", "no", ""]),
        novels=drawn.choice(["Yes", "No", ""]),
        comics=drawn.choice(["1", "0", ""]), reads=drawn.choice(["Novels", "Comics;Novels", ""]),
        comment=drawn.choice(["", "words", "more words"]), test=drawn.choice(["No"] * 9 + ["Yes"]),
        status=drawn.choice(["Complete", "Complete", "Partial"]), finished=f"{year}-04-0{drawn.randint(1, 9)}",
    ) for _ in range(40)]


def test_the_order_of_rows_and_columns_never_matters(tiny, cohort, tmp_path):
    drawn = random.Random(7)
    before = {authority: _forms(drawn, form, "Often") for authority in AUTHORITIES}
    after = {authority: _forms(drawn, later, "Often or always") for authority in AUTHORITIES}
    write_cohort(tmp_path / "as_is", before, after)
    for authority in AUTHORITIES:
        for write, forms, columns, name in ((write_before, before, BEFORE, f"before/{authority}.csv"),
                                            (write_after, after, AFTER, f"after/{authority}.xlsx")):
            # an empty upper header would repeat its left neighbour: shuffled headers stand in full
            shuffled = dict(drawn.sample(sorted(columns.items()), len(columns)))
            write(tmp_path / "shuffled" / name, drawn.sample(forms[authority], 40), shuffled)
    one, two = (clean_survey(cohort, tiny, tmp_path / folder) for folder in ("as_is", "shuffled"))
    assert len(one.respondents) > 100 and one.accounting["duplicate"].sum() > 20
    for table in ("answers", "respondents", "findings", "accounting"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(two, table))


def test_forms_without_number_stand_in_the_order_of_their_answers(tiny, cohort, tmp_path):
    forms = [form("", enjoy=number) for number in ("3", "1", "2")]
    one = clean_survey(cohort, tiny, write_cohort(tmp_path / "one", {"north": forms}))
    two = clean_survey(cohort, tiny, write_cohort(tmp_path / "two", {"north": forms[::-1]}))
    pd.testing.assert_frame_equal(one.answers, two.answers)


def test_every_respondent_has_a_row_for_every_closed_item(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, before={"north": [form("1"), form("2")]}))
    assert len(cleaned.respondents) == 7
    assert cleaned.answers.groupby("respondent", observed=True).size().eq(5).all()
    assert "comment" not in cleaned.answers["item"].cat.categories


def test_each_answer_has_a_code_or_a_reason_and_never_both(tiny, cohort, tmp_path):
    forms = [form("1"), form("2", often="", card=""), form("3", enjoy="Prefer not to say")]
    answers = clean_survey(cohort, tiny, write_cohort(tmp_path, before={"north": forms})).answers
    assert (answers["code"].isna() == answers["missing"].notna()).all()


def test_respondents_are_numbered_by_wave_authority_and_submission(tiny, cohort, tmp_path):
    people = clean_survey(cohort, tiny, write_cohort(tmp_path, {"south": [form("b"), form("a")]})).respondents
    assert people["respondent"].tolist() == list(range(1, 8))
    assert people["authority"].tolist() == ["east", "north", "south", "south", "east", "north", "south"]
    assert people["wave"].tolist() == ["before"] * 4 + ["after"] * 3
    assert people["wave"].cat.categories.tolist() == ["before", "after"]


def test_two_survey_sources_are_numbered_on(tiny, cohort, tmp_path):
    source = cohort.sources[0]
    both = cohort.model_copy(update={"sources": (
        source.model_copy(update={"files": source.files[:1]}),
        source.model_copy(update={"id": "again", "files": source.files[1:]}),
    )})
    cleaned = clean_survey(both, tiny, write_cohort(tmp_path))
    assert cleaned.respondents["source"].tolist() == ["survey"] * 3 + ["again"] * 3
    assert cleaned.respondents["respondent"].tolist() == [1, 2, 3, 4, 5, 6] and len(cleaned.answers) == 30
    assert len(cleaned.inputs) == len(cleaned.accounting) == 6


def test_persons_are_named_only_where_the_design_links_waves(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    columns = (*loaded.columns, Column(version="2020", header="Card number", role="person", required=False))
    dictionary = replace(tiny, instruments=(replace(loaded, columns=columns),))
    write_cohort(tmp_path)
    write_before(tmp_path / "before" / "north.csv", [form("1", person="p1"), form("2", person="p1")],
                 {**BEFORE, "person": "Card number"})
    assert set(clean_survey(cohort, dictionary, tmp_path).respondents["person"]) == {""}
    matched = cohort.model_copy(update={"design": Design.MATCHED})
    cleaned = clean_survey(matched, dictionary, tmp_path)
    assert cleaned.respondents["person"].tolist() == ["", "p1", "p1", "", "", "", ""]
    found = cleaned.findings.query("check == 'persons_once'")
    assert found["message"].tolist() == ["2 forms are of persons who have more than one, in before/north.csv."]


def test_a_cohort_without_survey_is_refused(tiny, cohort, tmp_path):
    bare = cohort.model_copy(update={"sources": ()})
    with pytest.raises(SourceError, match="cohort 'first' declares no survey with files"):
        clean_survey(bare, tiny, tmp_path)


def test_nothing_that_people_typed_or_that_identifies_them_is_in_any_table(tiny, cohort, tmp_path):
    forms = [form(f"canary-id-{number}", comment=f"canary-text-{number}", email=f"canary{number}@example.org",
                  ip=f"canary-ip-{number}", often="never ") for number in range(12)]
    after = [later(f"canary-id-{number}", comment=f"canary-text-{number}", email=f"canary{number}@example.org")
             for number in range(12)]
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"north": forms}, {"north": after}))
    for table in (cleaned.answers, cleaned.respondents, cleaned.findings, cleaned.accounting, cleaned.inputs):
        assert "canary" not in table.to_csv()
        for column in table.select_dtypes("category"):
            assert "canary" not in str(table[column].cat.categories.tolist())
    assert len(cleaned.respondents) == 28


@pytest.mark.parametrize("broken", [
    {"often": "canary"}, {"enjoy": "99"}, {"novels": "canary"}, {"status": "canary"}, {"comment": 'canary"', "often": "?"},
])
def test_no_message_of_an_error_holds_a_cell(tiny, cohort, alone, tmp_path, broken):
    forms = [form(f"canary-{number}", comment="canary", email="canary@example.org", ip="canary-ip") for number in range(9)]
    data = write_cohort(tmp_path, {"north": [*forms, form("canary-last", **{"comment": "canary", **broken})]})
    with pytest.raises(NbevalError) as caught:
        clean_survey(alone, tiny, data)
    left_out = clean_survey(cohort, tiny, data).findings.query("check == 'exports_usable'")
    assert left_out[["outcome", "wave", "authority"]].values.tolist() == [["failure", "before", "north"]]
    for text in (str(caught.value), repr(caught.value), *map(str, caught.value.args), left_out.to_csv()):
        assert "canary" not in text and "99" not in text and "example.org" not in text and str(tmp_path) not in text
    assert "\n  do " in str(caught.value)
