"""Tables and pictures of ratings, plans, visits and conditions, made from the specimen's disclosed results."""

from __future__ import annotations

import re

import pytest

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind
from nbeval.errors import ParameterError
from nbeval.estimate.assembly import estimate_evidence
from nbeval.estimate.outcome import gather
from nbeval.report import Report
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.of_source import OfSource
from nbeval.disclosure.protect import protect_release
from nbeval.specimen.evidence_exports import write_evidence
from nbeval.words import words_of
from tests.guards import some

SOURCE_KINDS = (SourceKind.SELF_ASSESSMENT, SourceKind.ACTION_PLAN, SourceKind.VISITS, SourceKind.ENTRY, SourceKind.INSPECTIONS, SourceKind.INTERVIEWS)
SMALL_PANEL = "larkenmere"


@pytest.fixture(scope="module")
def project(root):
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def disclosed(project, tmp_path_factory):
    own = project.cohort("specimen")
    kept = tuple(one for one in own.sources if project.instrument(one.instrument).record.kind in SOURCE_KINDS)
    cohort, out = own.model_copy(update={"sources": kept}), tmp_path_factory.mktemp("exports")
    for source in kept:
        write_evidence(cohort, project, source, out / cohort.id)
    evidence = clean_sources(cohort, project, out)
    return protect_release(estimate_evidence(evidence, gather([]), cohort, project), cohort, project)


@pytest.fixture(scope="module")
def make(project, disclosed):
    kinds = {kind.id: kind for kind in project.programme.reports}
    return lambda kind, authority="": Report(disclosed, project, project.cohort("specimen"), kinds[kind], authority)


def exhibit(report, name):
    """An exhibit, its cells by column and by row label."""
    shown = report.exhibit(name).exhibit
    cells = {}
    heading = ""
    for row in shown.rows:
        if row.heading:
            heading = row.cells[0].text
        else:
            cells[heading, row.cells[0].text] = dict(zip((column.key for column in shown.columns), row.cells, strict=True))
    return shown, cells


def own(project):
    """The exhibits of these sources, by kind of report."""
    return [(kind, one.exhibit) for one in project.exhibits if issubclass(KINDS[one.kind], OfSource) for kind in one.reports]


def test_every_kind_of_these_sources_says_its_unit_and_its_base_in_words():
    words, kinds = words_of("en-GB"), [kind for kind in KINDS.values() if issubclass(kind, OfSource)]
    assert len(kinds) == 19
    for kind in kinds:
        keys = {kind.unit_words, kind.unit_of_one, kind.base_words, kind.base_of_one} - {""}
        assert kind.base_words and keys <= set(words), kind.id


def test_every_declared_exhibit_shows_something_or_waits_for_the_survey(project, make):
    empty = []
    for kind, name in own(project):
        if project.exhibit(name).source_id not in ("self_assessment", "action_plan", "visits", "entry", "inspections"):
            continue
        authority = "quillshire" if kind.startswith("authority") else ""
        if not hasattr(make(kind, authority).exhibit(name), "exhibit"):
            empty.append((kind, name))
    assert empty == [("final", "addressed_change")]


def test_every_cell_is_the_result_it_names(project, make, disclosed):
    rows = {key: row for key, row in make("final").context.results.by_key.items()}
    for name in ("gaps_final", "self_assessment_movement", "actions_progress", "visits_delivered", "visits_calendar", "cornerstones_moved",
                 "inspected"):
        shown, _ = exhibit(make("final"), name)
        cells = [cell for row in shown.rows for cell in row.cells if cell.result and cell.value is not None]
        assert cells
        for cell in cells:
            assert cell.value == getattr(rows[cell.result], cell.field)


def test_a_rating_says_its_band_in_words_and_a_colour_is_never_alone(make):
    _, cells = exhibit(make("final"), "gaps_final")
    for row in some(cells.values()):
        assert re.fullmatch(r"\d\.\d, (red|amber|green): .+", row["level_managers"].text)
    shown, _ = exhibit(make("final"), "self_assessment_movement")
    assert all(word in shown.figure.svg for word in ("needs work", "getting there", "working well"))


def test_the_gap_is_managers_minus_care_leavers(make):
    _, cells = exhibit(make("final"), "gaps_final")
    for row in some(cells.values()):
        if row["gap"].value is not None:
            assert row["gap"].value == pytest.approx(row["level_managers"].value - row["level_care_leavers"].value)


def test_a_small_panel_is_withheld_in_table_picture_and_words(make):
    shown, cells = exhibit(make("baseline"), "gaps_map")
    hidden = [row[f"gap_{SMALL_PANEL}"] for row in cells.values()]
    assert {cell.symbol for cell in hidden} == {"[c]"} and all(cell.value is None for cell in hidden)
    assert "[c]" in shown.figure.svg and "withheld" in shown.figure.alt
    assert sum(cell.symbol == "[c]" for cell in next(iter(cells.values())).values()) == 2, "a second one protects it"
    _, own_cells = exhibit(make("authority_baseline", SMALL_PANEL), "gaps_baseline")
    assert {row["level_care_leavers"].symbol for row in own_cells.values()} == {"[c]"} == {row["gap"].symbol for row in own_cells.values()}
    assert not {row["level_managers"].symbol for row in own_cells.values()} & {"[c]"}


def test_totals_stand_in_the_last_line(make):
    _, cells = exhibit(make("final"), "actions_progress")
    for review in ("At six months", "At the end"):
        parts = [row for (heading, label), row in cells.items() if heading == review and label != "All areas"]
        assert sum(row["status_done"].value or 0 for row in parts) == cells[review, "All areas"]["status_done"].value


def test_sentences_repeat_the_numbers_of_the_table(make):
    shown, cells = exhibit(make("final"), "visits_delivered")
    total = cells["In all", "All visits and events"]
    assert shown.sentence.startswith(f"{total['delivery_held'].text} of {total['delivery_planned'].text} visits and events")
    shown, cells = exhibit(make("baseline"), "applications_made")
    assert shown.sentence == "16 applied; 8 were selected."
    shown, cells = exhibit(make("final"), "gaps_final")
    widest = max(cells.values(), key=lambda row: abs(row["gap"].value))
    assert widest["label"].text in shown.sentence and widest["gap"].text.lstrip("+") in shown.sentence


DIRECTIONS = {"better", "worse", "the same grade", "not judged again", "no earlier judgement", "no judgement"}
GRADES = ["Outstanding", "Good", "Requires improvement to be good", "Inadequate"]


def test_the_direction_of_a_judgement_follows_the_grades_beside_it(make):
    _, cells = exhibit(make("final"), "inspected")
    assert len(cells) == 3 * 8
    seen = set()
    for row in some(cells.values()):
        before, after, direction = row["baseline_grade"].text, row["final_grade"].text, row["direction"].text.partition(",")[0]
        seen.add(direction)
        if after not in GRADES:
            assert direction == "no judgement"
        elif before not in GRADES:
            assert direction == "no earlier judgement"
        elif row["baseline_day"].text == row["final_day"].text:
            assert direction == "not judged again" and before == after
        else:
            step = GRADES.index(before) - GRADES.index(after)
            assert direction == ("better" if step > 0 else "worse" if step < 0 else "the same grade")
    assert seen == DIRECTIONS


def test_a_judgement_under_another_framework_says_so(make):
    _, cells = exhibit(make("final"), "inspected")
    rows = [row for row in cells.values() if row["direction"].text.partition(",")[0] in ("better", "worse", "the same grade")]
    for row in rows:
        frameworks = {row[f"{wave}_day"].text.partition("(")[2] for wave in ("baseline", "final")}
        assert row["direction"].text.endswith("under another framework") == (len(frameworks) == 2)
    assert {row["direction"].text.endswith("under another framework") for row in rows} == {True, False}


def test_the_sentence_on_judgements_counts_the_lines_of_the_first_area(make):
    shown, cells = exhibit(make("final"), "inspected")
    own = [row for (heading, _), row in cells.items() if heading == "Experiences and progress of care leavers"]
    for wave, words in (("baseline", "before the first survey"), ("final", "by the end of the last")):
        grades = [row[f"{wave}_grade"].text for row in own if row[f"{wave}_grade"].text in GRADES]
        assert f"{sum(grade in GRADES[:2] for grade in grades)} of {len(grades)} " in shown.sentence and words in shown.sentence
    assert "outstanding or good" in shown.sentence


def test_the_sentence_on_judgements_speaks_of_the_first_area_that_anybody_was_judged_on(project, disclosed):
    table = disclosed.table[disclosed.table["indicator"].ne("ofsted_care_leavers")]
    without = type(disclosed)(table=table, policy=disclosed.policy, audit=disclosed.audit)
    kind = next(one for one in project.programme.reports if one.id == "baseline")
    shown, cells = exhibit(Report(without, project, project.cohort("specimen"), kind), "inspected")
    assert shown.sentence.startswith("On “Experiences and progress of children in care and care leavers”, ")
    assert {heading for heading, _ in cells} == {"Experiences and progress of children in care and care leavers", "Overall effectiveness"}


def test_a_report_on_one_authority_shows_its_own_judgements(make):
    _, cells = exhibit(make("authority_baseline", "quillshire"), "inspected")
    whole = exhibit(make("baseline"), "inspected")[1]
    assert {label: row["baseline_grade"].text for (_, label), row in cells.items()} == {
        heading: row["baseline_grade"].text for (heading, label), row in whole.items() if label.startswith("Quillshire")}


def test_the_timeline_marks_the_times_of_the_cohorts_notes(make, project):
    shown, cells = exhibit(make("final"), "visits_calendar")
    note = next(one for one in project.cohort("specimen").notes if one.starts)
    assert note.label in shown.figure.svg and note.label in shown.figure.alt
    held = sum(cell.value is not None for row in cells.values() for cell in row.values())
    assert f"{held} visits and events" in shown.figure.alt
    assert len(shown.figure.description.splitlines()) == len(cells)


def test_the_heat_alt_text_counts_its_cells(make):
    shown, cells = exhibit(make("final"), "gaps_map")
    values = [cell.value for row in cells.values() for key, cell in row.items() if key != "label"]
    higher = sum(value is not None and value >= 0.5 for value in values)
    assert f"Managers rate higher by half a step or more in {higher} cells" in shown.figure.alt


def test_pictures_are_the_same_every_time(make):
    for name in ("gaps_map", "visits_calendar", "self_assessment_movement"):
        one, other = (make("final").exhibit(name).exhibit.figure for _ in range(2))
        assert one.svg == other.svg and one.alt == other.alt


def test_a_cohort_without_these_sources_is_told_in_a_sentence(project, disclosed):
    bare = project.cohort("specimen").model_copy(update={"sources": (project.cohort("specimen").sources[0],)})
    none = type(disclosed)(table=disclosed.table.iloc[:0], policy=disclosed.policy, audit=disclosed.audit.iloc[:0])
    kind = next(one for one in project.programme.reports if one.id == "final")
    report = Report(none, project, bare, kind)
    for section in ("delivery", "self_assessment", "involvement"):
        assert len(str(report.section(section)).splitlines()) == 1


def test_what_was_done_and_rated_stands_in_the_matrix_beside_the_survey(make):
    shown, cells = exhibit(make("final"), "theory_matrix")
    found = {(row["source"].text, row["strength"].text) for row in cells.values() if not row["source"].symbol}
    assert ("Action plans (invented)", "a count, not a test") in found
    rated = [row for (_, label), row in cells.items() if "rated by managers" in label]
    assert rated and all(row["found"].text in ("rose", "fell", "no clear change") for row in rated)
    acted = [row for row in cells.values() if row["source"].text == "Action plans (invented)"]
    for row in acted:
        done, of = (float(part) for part in re.match(r"(\d+) of (\d+)", row["found"].text).groups())
        assert row["reading"].text == ("towards it, untested" if done / of >= 0.5 else "no clear way")
    assert not any(row["strength"].text == "strong" for row in acted), "what nobody tested is never strong"
    assert "towards it, untested" in shown.figure.description, "the picture counts it apart too"
    assert "Self-assessment" in shown.source and "Action plans" in shown.source


def test_areas_on_which_raters_are_a_step_apart_are_put_forward(make):
    said = str(make("authority_final", "quillshire").to_discuss())
    _, cells = exhibit(make("authority_final", "quillshire"), "gaps_baseline")
    far = {row["label"].text for row in cells.values() if row["gap"].value is not None and abs(row["gap"].value) >= 0.95}
    assert far and all(f"“{area}”" in said for area in far)
    assert said.count("steps higher") == len(far)


def test_a_sentence_can_be_about_an_area_of_any_source(make):
    report = make("final")
    done = {"group": "status", "level": "done", "wave": "end"}
    _, cells = exhibit(report, "actions_progress")
    row = cells["At the end", "A home to settle in"]
    said = report.text("{estimate} of {n_eligible} actions on “{label}” were done.", of="actions_progress", area="theme_home", **done)
    assert str(said) == f"{row['status_done'].text} of {row['actions'].text} actions on “A home to settle in” were done."
    assert said.results == ("action_plan|theme_home|count|end||status|done|||",)
    _, cells = exhibit(report, "self_assessment_movement")
    row = cells["Managers", "Having a say"]
    moved = report.text("{label}: {before} to {after}, a change of {change}.", of="self_assessment_movement", area="lb_say",
                        group="raters", level="managers")
    assert str(moved).startswith(f"Having a say: {row['baseline_level'].text[:3]} to {row['final_level'].text[:3]}, a change of ")
    assert str(moved).endswith((" steps.", " step."))


def test_an_area_that_is_withheld_or_unknown_is_said_to_be(make):
    report = make("authority_final", SMALL_PANEL)
    said = str(report.text("{label}: {before}.", of="self_assessment_movement", area="lb_say", group="raters", level="care_leavers"))
    assert "“Having a say” is withheld" in said
    with pytest.raises(ParameterError, match="theme_home"):
        report.text("{estimate}", of="self_assessment_movement", area="theme_home")
    with pytest.raises(ParameterError, match="has no areas"):
        report.text("{estimate}", area="lb_say", source="survey")


def test_young_people_read_what_was_planned_and_what_is_done_in_a_table_no_wider_than_a_phone(make):
    shown, cells = exhibit(make("young_people"), "yp_plans")
    assert [column.label for column in shown.columns] == ["About", "Planned", "Done"]
    total = cells["", "All of it"]
    assert shown.sentence == f"{total['status_done'].text} of the {total['actions'].text} things that were planned are done."


def test_the_sentence_on_themes_names_all_that_came_up_most_often(make):
    shown, cells = exhibit(make("final"), "interview_themes")
    told = {row["label"].text: row["final_authorities"].value for row in cells.values()}
    most = max(told.values())
    for label, count in told.items():
        assert (f"“{label}”" in shown.sentence) == (count == most)
    assert f"({most:.0f} of 8 local authorities" in shown.sentence
