"""Ratings, plans, visits and conditions are read as they were entered, and refused where they are not what was declared."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import Workbook

from nbeval.cleaning.records import EPOCH, span
from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind
from nbeval.errors import CorrectionError, NbevalError, SourceError, UnknownCodeError, UnknownHeaderError
from nbeval.frames import ACTIONS, CONDITIONS, RATINGS, VISITS, check
from nbeval.specimen.evidence_exports import write_evidence
from tests.cleaning.evidence_exports import cell_of, change_book, change_csv, correction, drop_row, drop_sheet

BOOK = "self_assessment/baseline/quillshire.xlsx"
PLAN = "action_plans/quillshire.xlsx"
LOG = "delivery/visits.csv"
CONDITIONS_OF = "entry/quillshire_conditions.csv"
KINDS = (SourceKind.SELF_ASSESSMENT, SourceKind.ACTION_PLAN, SourceKind.VISITS, SourceKind.ENTRY)


@pytest.fixture(scope="module")
def project(root):
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(project):
    """The specimen with two authorities and the sources tested here alone."""
    own = project.cohort("specimen")
    kept = tuple(one for one in own.sources if project.instrument(one.instrument).record.kind in KINDS)
    return own.model_copy(update={"sources": kept, "authorities": own.authorities[:2]})


@pytest.fixture(scope="module")
def written(project, cohort, tmp_path_factory):
    out = tmp_path_factory.mktemp("exports")
    for source in cohort.sources:
        write_evidence(cohort, project, source, out / cohort.id)
    return out


@pytest.fixture
def exports(written, tmp_path):
    """A copy of the exports that a test may break; the path is that of the cohort's own folder."""
    return shutil.copytree(written, tmp_path / "data") / "specimen"


@pytest.fixture
def clean_survey(project, cohort):
    return lambda folder: clean_sources(cohort, project, folder.parent)


# --- what is read ----------------------------------------------------------------------------------

def test_every_table_keeps_its_contract_and_accounts_for_every_file(written, project, cohort):
    evidence = clean_sources(cohort, project, written)
    for table, contract in ((evidence.ratings, RATINGS), (evidence.actions, ACTIONS), (evidence.visits, VISITS), (evidence.conditions, CONDITIONS)):
        assert len(check(table, contract))
    assert len(evidence.inputs) == sum(path.is_file() for path in (written / "specimen").rglob("*"))


def test_a_source_without_files_is_left_out(written, project, cohort):
    bare = cohort.model_copy(update={"sources": tuple(one.model_copy(update={"files": ()}) for one in cohort.sources)})
    evidence = clean_sources(bare, project, written)
    assert evidence.ratings.empty and evidence.actions.empty and evidence.visits.empty and evidence.conditions.empty


def test_a_workbook_filled_in_by_hand_is_read_to_its_ratings(exports, clean_survey, project):
    # Points of "lb_homes" rated 4, 2 and not at all by managers and 1, "Started" and 3 by care leavers, of whom 12 took part.
    instrument = project.instrument("lantern_bridge")
    given = {"Managers": {"homes_1": 4, "homes_2": "Begun", "homes_3": ""}, "Young people": {"homes_1": "1", "homes_2": " started ", "homes_3": 3}}
    book = Workbook()
    page = book.active
    page.title = "ABOUT"
    for line in (("Lantern Bridge", ""), ("Local authority", "quillshire"), ("Occasion", "baseline"), ("Care leavers who took part", 12)):
        page.append(line)
    for sheet, ratings in given.items():
        page = book.create_sheet(sheet)
        page.append(["Rating", "Comment", "Point", "Statement"])
        for point in instrument.points:
            page.append([ratings.get(point.point, 2), "typed by somebody", point.point, point.label])
        page.append([None, "a line below the table", None, None])
    book.save(exports / BOOK)
    ratings = clean_survey(exports).ratings
    mine = ratings[ratings["wave"].eq("baseline") & ratings["authority"].eq("quillshire") & ratings["area"].eq("lb_homes")]
    found = mine.set_index(["raters", "point"])["rating"]
    assert found["managers"].fillna(-1).tolist() == [4, 2, -1]
    assert found["care_leavers"].tolist() == [1, 2, 3]
    assert mine.groupby("raters")["people"].first().fillna(-1).to_dict() == {"care_leavers": 12, "managers": -1}
    assert "typed by somebody" not in ratings.to_csv()


def test_several_raters_of_one_body_are_kept_apart(exports, project, cohort):
    fields = project.instrument("lantern_bridge").fields
    second = next(field for field in fields if field.role == "rating").model_copy(update={"header": "Rating 2", "required": False})
    instrument = project.instrument("lantern_bridge")
    several = replace(instrument, fields=(*fields, second))
    wider = replace(project, evidence=tuple(several if one is instrument else one for one in project.evidence))
    from openpyxl import load_workbook
    book = load_workbook(exports / BOOK)
    page = book["Managers"]
    page.cell(1, page.max_column + 1).value = "Rating 2"
    page.cell(2, page.max_column).value = 4
    book.save(exports / BOOK)
    ratings = clean_sources(cohort, wider, exports.parent).ratings
    mine = ratings[ratings["authority"].eq("quillshire") & ratings["wave"].eq("baseline") & ratings["raters"].eq("managers")]
    assert mine.groupby("rater")["rating"].count().to_dict()[2] == 1


def test_a_panel_of_unknown_size_counts_as_one(exports, clean_survey):
    change_book(exports / BOOK, "About", 5, "", "")
    evidence = clean_survey(exports)
    mine = evidence.ratings[evidence.ratings["authority"].eq("quillshire") & evidence.ratings["wave"].eq("baseline")]
    assert mine.loc[mine["raters"].eq("care_leavers"), "people"].unique().tolist() == [1.0]
    assert evidence.findings["message"].str.contains("so their ratings are withheld").any()


def test_an_action_keeps_its_choices_and_loses_what_was_typed(exports, clean_survey):
    change_book(exports / PLAN, "Answers", 2, "Indicators addressed", "lonely_often; Internet at home")
    change_book(exports / PLAN, "Answers", 2, "Due date", "31/03/2021")
    change_book(exports / PLAN, "Answers", 2, "Action", "WORDS OF A PERSON")
    actions = clean_survey(exports).actions
    mine = actions[actions["authority"].eq("quillshire") & actions["action"].eq("A1")]
    assert set(mine["occasion"]) == {"six_months", "end"}
    assert mine["indicators"].unique().tolist() == ["lonely_often; internet_yes"]
    assert mine["due"].unique().tolist() == [(pd.Timestamp("2021-03-31") - EPOCH).days]
    assert "WORDS OF A PERSON" not in actions.to_csv()


def test_a_visit_that_was_not_held_has_no_day(exports, clean_survey):
    for column in ("Held on", "How", "Young people present", "Staff present", "Care experienced consultants"):
        change_csv(exports / LOG, 1, column, "")
    visits = clean_survey(exports).visits
    assert visits["held"].isna().sum() >= 1 and visits["planned"].notna().all()


def test_people_at_a_visit_that_was_not_held_are_noted(exports, clean_survey):
    change_csv(exports / LOG, 1, "Held on", "")
    assert clean_survey(exports).findings["message"].str.contains("not held, with people counted as present").any()


def test_applicants_are_counted_and_never_named(written, project, cohort):
    conditions = clean_sources(cohort, project, written).conditions
    applied = conditions[conditions["area"].eq("expression_of_interest")]
    assert applied["status"].value_counts().to_dict() == {"not_selected": 14, "selected": 2}
    assert set(applied["authority"]) == {""} and "applicant" not in conditions.to_csv().lower()


def test_a_signed_correction_takes_the_place_of_an_entry(exports, clean_survey):
    now = str(cell_of(exports / PLAN, "Answers", 2, "Status at the end")).strip()
    correction(exports, source="action_plan", wave="", authority="quillshire", submission="A1", item="Status at the end",
               expect=now, replace="Stopped")
    actions = clean_survey(exports).actions
    mine = actions[actions["authority"].eq("quillshire") & actions["action"].eq("A1") & actions["occasion"].eq("end")]
    assert mine["status"].tolist() == ["stopped"]


def test_a_rating_is_corrected_by_body_and_point(exports, clean_survey):
    now = str(cell_of(exports / BOOK, "Managers", 2, "Rating") or "").strip()
    point = cell_of(exports / BOOK, "Managers", 2, "Point")
    correction(exports, source="self_assessment", wave="baseline", authority="quillshire", submission=f"managers/{point}",
               item="Rating", expect=now, replace="4")
    ratings = clean_survey(exports).ratings
    row = ratings[ratings["authority"].eq("quillshire") & ratings["wave"].eq("baseline") & ratings["raters"].eq("managers") & ratings["point"].eq(point)]
    assert row["rating"].tolist() == [4.0]


def test_times_are_known_to_the_month():
    assert span("2020-03", "2022-05") == (pd.Timestamp("2020-03-01"), pd.Timestamp("2022-05-31"))


# --- what is refused -------------------------------------------------------------------------------

#: what is broken: how, the error, and what its message says
BAD = {
    "a sheet is missing": (lambda folder: drop_sheet(folder / BOOK, "Care leavers"), SourceError, "has no sheet 'Care leavers'"),
    "a workbook is of another authority": (
        lambda folder: change_book(folder / BOOK, "About", 2, "", "marrowdale"), SourceError, "of another authority than the name says"),
    "a workbook is of an unknown authority": (
        lambda folder: change_book(folder / BOOK, "About", 2, "", "Nowhere"), UnknownCodeError, "of no authority of the cohort"),
    "a workbook is of another wave": (
        lambda folder: change_book(folder / BOOK, "About", 3, "", "Final, 2022"), SourceError, "of another wave than its place"),
    "the cover lacks a line": (lambda folder: drop_row(folder / BOOK, "About", 3), UnknownHeaderError, "lacking: Occasion"),
    "a number of people is none": (
        lambda folder: change_book(folder / BOOK, "About", 5, "", "about a dozen"), UnknownCodeError, "are no whole numbers"),
    "a rating is off the scale": (lambda folder: change_book(folder / BOOK, "Managers", 3, "Rating", 5), UnknownCodeError, "1 of 18 entries are not known"),
    "a point is unknown": (lambda folder: change_book(folder / BOOK, "Managers", 3, "Point", "homes_9"), UnknownCodeError, "points.csv"),
    "a point stands twice": (lambda folder: change_book(folder / BOOK, "Managers", 3, "Point", "workers_1"), SourceError, "of the same point"),
    "a point is missing": (lambda folder: drop_row(folder / BOOK, "Managers", 3), SourceError, "lacks 1 of 18 points"),
    "a header of a sheet is new": (lambda folder: change_book(folder / BOOK, "Managers", 1, "Comment", "Remarks"), UnknownHeaderError, "1 unknown header"),
    "a workbook is missing": (lambda folder: (folder / BOOK).unlink(), SourceError, "not in the data folder"),
    "a workbook is no workbook": (lambda folder: (folder / BOOK).write_bytes(b"PK\x03\x04 cut"), SourceError, "cut short or damaged"),
    "a theme is unknown": (lambda folder: change_book(folder / PLAN, "Answers", 2, "Theme", "Space travel"), UnknownCodeError, "areas.csv"),
    "a theme is empty": (lambda folder: change_book(folder / PLAN, "Answers", 2, "Theme", ""), UnknownCodeError, "name no area"),
    "a status is unknown": (lambda folder: change_book(folder / PLAN, "Answers", 2, "Status at the end", "Nearly"), UnknownCodeError, "Not started, Under way"),
    "an indicator is unknown": (lambda folder: change_book(folder / PLAN, "Answers", 2, "Indicators addressed", "happiness index"), UnknownCodeError, "no indicator"),
    "a due date lies outside the cohort": (lambda folder: change_book(folder / PLAN, "Answers", 2, "Due date", "2031-01-01"), UnknownCodeError, "2020-03-01 to 2022-05-31"),
    "two actions have one number": (lambda folder: change_book(folder / PLAN, "Answers", 3, "No", "A1"), SourceError, "of the same action"),
    "an action has no number": (lambda folder: change_book(folder / PLAN, "Answers", 2, "No", ""), UnknownCodeError, "a number for every action"),
    "a day is no date": (lambda folder: change_csv(folder / LOG, 1, "Held on", "last week"), UnknownCodeError, "are no dates"),
    "a visit lies outside the cohort": (lambda folder: change_csv(folder / LOG, 1, "Held on", "2019-01-01"), UnknownCodeError, "outside the time of the cohort"),
    "a visit stands twice": (lambda folder: change_csv(folder / LOG, 2, "Visit", "Launch"), SourceError, "of the same visit"),
    "a visit is of no authority": (lambda folder: change_csv(folder / LOG, 1, "Local authority", "Nowhere"), UnknownCodeError, "of no authority"),
    "a column of the log is lacking": (lambda folder: change_csv(folder / LOG, 0, "Planned for", "When"), UnknownHeaderError, "lacking: Planned for"),
    "a condition is unknown": (lambda folder: change_csv(folder / CONDITIONS_OF, 1, "Condition", "A new lift"), UnknownCodeError, "areas.csv"),
    "a condition stands twice": (lambda folder: change_csv(folder / CONDITIONS_OF, 2, "Condition", "Commitment of director and lead member"), SourceError, "of the same area"),
    "a judgement is unknown": (lambda folder: change_csv(folder / CONDITIONS_OF, 1, "At the end", "Perhaps"), UnknownCodeError, "Met, Partly met, Not met"),
    "a correction no longer fits": (
        lambda folder: correction(folder, source="action_plan", authority="quillshire", submission="A1", item="Status at the end",
                                  expect="Never so", replace="Done"), CorrectionError, "not match the data"),
}


SECRETS = ("Space travel", "happiness index", "last week", "about a dozen", "Nearly", "Nowhere", "Remarks", "A new lift", "Perhaps")
#: faults of no authority's own, which stop everything
OF_ANOTHER = "a workbook is of another authority"
#: one fault of each kind of file: a workbook per authority, its plan, a log of all, a file of conditions
OF_ONE = (OF_ANOTHER, "a sheet is missing", "a rating is off the scale", "a workbook is no workbook", "two actions have one number", "a day is no date",
          "a condition is unknown")
OF_NOBODY = ("a workbook is missing", "a visit is of no authority", "a column of the log is lacking", "a correction no longer fits")


@pytest.fixture(scope="module")
def alone(cohort):
    """The cohort with one authority: a fault of its exports leaves nobody else's, and stops the run."""
    return cohort.model_copy(update={"authorities": ("quillshire",)})


@pytest.fixture(scope="module")
def written_alone(project, alone, tmp_path_factory):
    out = tmp_path_factory.mktemp("alone")
    for source in alone.sources:
        write_evidence(alone, project, source, out / alone.id)
    return out


@pytest.mark.parametrize("case", [name for name in BAD if name != OF_ANOTHER])
def test_bad_input_is_refused_with_a_remedy_and_without_its_text(case, written_alone, alone, project, tmp_path):
    break_it, error, words = BAD[case]
    exports = shutil.copytree(written_alone, tmp_path / "data") / "specimen"
    break_it(exports)
    with pytest.raises(error) as caught:
        clean_sources(alone, project, exports.parent)
    message = str(caught.value)
    assert words in message and caught.value.do and isinstance(caught.value, NbevalError)
    for secret in (*SECRETS, str(exports)):
        assert secret not in message


@pytest.fixture(scope="module")
def whole(written, project, cohort):
    """What the exports give where nothing is wrong with them."""
    return clean_sources(cohort, project, written)


@pytest.mark.parametrize("case", OF_ONE)
def test_one_authoritys_fault_leaves_out_what_came_from_it_and_nothing_else(case, whole, exports, clean_survey):
    break_it, _, words = BAD[case]
    break_it(exports)
    after = clean_survey(exports)
    left = after.findings[after.findings["check"].eq("entries_usable")]
    assert left[["outcome", "authority"]].values.tolist() == [["failure", "quillshire"]]
    source, wave, message, do, count = left[["source", "wave", "message", "do", "count"]].iloc[0]
    assert words in message and do and count >= 1 and not any(secret in message for secret in SECRETS)
    for name in ("ratings", "actions", "visits", "conditions"):
        was, now = getattr(whole, name), getattr(after, name)
        own = was["source"].eq(source) & was["authority"].eq("quillshire") & (was["wave"].eq(wave) if wave and "wave" in was else True)
        pd.testing.assert_frame_equal(now, was[~own].reset_index(drop=True))


@pytest.mark.parametrize("case", OF_NOBODY)
def test_a_fault_that_is_nobodys_own_stops_everything(case, exports, clean_survey):
    break_it, error, words = BAD[case]
    break_it(exports)
    with pytest.raises(error, match=words):
        clean_survey(exports)


def test_rows_of_a_shared_file_are_counted_where_they_are_left_out(exports, clean_survey, whole):
    change_csv(exports / LOG, 1, "Held on", "last week")
    evidence = clean_survey(exports)
    rows = int(whole.visits["authority"].eq("quillshire").sum())
    left = evidence.findings[evidence.findings["check"].eq("entries_usable")].iloc[0]
    assert rows > 1 and left["count"] == rows and f"with {rows} rows of a file that it shares" in left["message"]
    assert set(evidence.visits["authority"]) == {"marrowdale"} == set(whole.visits["authority"]) - {"quillshire"}


def test_faults_of_every_authority_stop_the_run_and_all_are_named(exports, clean_survey):
    for authority in ("quillshire", "marrowdale"):
        drop_sheet(exports / f"self_assessment/baseline/{authority}.xlsx", "Care leavers")
    with pytest.raises(SourceError) as caught:
        clean_survey(exports)
    message = str(caught.value)
    assert "all 2 authorities of wave 'baseline' have a fault" in message and "probably one of the dictionary" in message
    assert "authority 'quillshire': " in message and "authority 'marrowdale': " in message


def test_a_correction_of_a_file_that_is_left_out_stops_nobody(exports, clean_survey):
    (exports / PLAN).write_bytes(b"PK\x03\x04 cut")
    correction(exports, source="action_plan", authority="quillshire", submission="A1", item="Status at the end", expect="Done", replace="Stopped")
    evidence = clean_survey(exports)
    assert set(evidence.actions["authority"]) == {"marrowdale"}
