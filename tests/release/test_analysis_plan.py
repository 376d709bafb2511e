"""The analysis plan: written from the dictionary, registered with a checksum and a key, found out where it was changed, held against what is done."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nbeval import dictionary
from nbeval.cli.app import main
from nbeval.errors import SignatureError, SourceError
from nbeval.estimate.families import HEADLINES
from nbeval.estimate.power import smallest_change_percent
from nbeval.deviations import PlanPart
from nbeval.planning import Draft
from nbeval.release import analysis_plan
from nbeval.release.analysis_plan import LEDGER, check_plan, compose, content, deviations, plan_bytes, plans_digest, plans_of, register
from nbeval.release.fingerprint import sha256
from nbeval.specimen import write_specimen
from tests.release.keys import new_key, signers_line, write_signers

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NONE, BASELINE, BOTH = {"before": (0, 3), "after": (0, 3)}, {"before": (3, 3), "after": (0, 3)}, {"before": (3, 3), "after": (3, 3)}


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="module")
def cohort(declared):
    return declared.cohorts[0]


def signer(releases: Path, *options: str) -> Path:
    """The key of Ada, who may sign plans in a folder of releases unless ``options`` say otherwise."""
    key = new_key(releases / "keys", "ada")
    write_signers(releases / "allowed_signers", signers_line(key, "ada@example.org", *options or ['namespaces="nbeval-analysis-plan"']))
    return key


def registered(cohort, declared, releases: Path, data=None):
    """A plan that was registered when these data were there."""
    return register(compose(cohort, declared, data or NONE, NOW), lambda name: b"page", releases, signer(releases))


def with_indicators(declared, **changes):
    """The dictionary with some indicators declared otherwise."""
    return replace(declared, indicators=tuple(one.model_copy(update=changes.get(one.indicator, {})) for one in declared.indicators))


# --- what is planned -------------------------------------------------------------------------------

def test_a_plan_names_what_the_dictionary_declares(cohort, declared):
    plan = content(cohort, declared)
    assert set(plan) == {part.value for part in PlanPart}
    assert set(plan["headline"]) == {one.indicator for one in declared.indicators if one.headline}
    assert [one["id"] for one in plan["family"][HEADLINES]["measures"]] == ["enjoy_low", "card_yes"] and analysis_plan.HEADLINES == HEADLINES
    assert set(plan["family"]) == {HEADLINES}, "the only other family has headline measures alone"
    assert plan["threshold"]["smallest_count"] == declared.disclosure.threshold and plan["adjustment"]["adjust_for"] == ["frequency"]
    assert list(plan["contrast"]) == ["after before"]


def test_the_smallest_change_is_that_of_the_package_at_the_level_of_one_test_and_of_all(cohort, declared):
    rows = compose(cohort, declared, NONE, NOW)["detectable"]
    tests, level = 2, 0.05
    found = {(one["n"], one["alpha"]): one["from_50"] for one in rows}
    for n in (50, 100):
        for alpha in (level, level / tests):
            assert found[n, alpha] == pytest.approx(100 * smallest_change_percent(0.5, n, n, alpha=alpha).estimate, abs=0.05)
    assert len(rows) == len(found) == 2 * len(analysis_plan.SIZES)


def test_where_everybody_who_can_answer_is_counted_no_larger_survey_is_looked_at(cohort, declared):
    eligible = tuple({"wave": wave.id, "authority": one, "count": 60, "source": "T1"} for wave in cohort.waves for one in cohort.authorities)
    known = type(cohort).model_validate(cohort.model_dump() | {"eligible": eligible})
    assert [one["n"] for one in compose(known, declared, NONE, NOW)["detectable"]] == [50, 50, 100, 100, 180, 180]


def test_a_plan_says_which_data_were_there_and_is_dated_by_the_clock(cohort, declared):
    record = compose(cohort, declared, BASELINE, NOW)
    assert [(one["wave"], one["there"]) for one in record["data"]] == [("before", 3), ("after", 0)] and record["written"] == "2026-01-02T03:04:05Z"
    text = {name: "".join(block.text for block in Draft(cohort, compose(cohort, declared, data, NOW), declared.programme).document().blocks
                          if hasattr(block, "tokens")) for name, data in (("before", BASELINE), ("after", BOTH))}
    assert "no pre-registration" in text["after"] and "no pre-registration" not in text["before"]
    assert "After (2022): no file was there" in text["before"] and "After (2022): 3 of 3 files were there" in text["after"]


# --- registered, and found out ---------------------------------------------------------------------

def test_a_registered_plan_is_found_again_with_its_checksum(cohort, declared, tmp_path):
    plan = registered(cohort, declared, tmp_path)
    again = registered(cohort, declared, tmp_path, BASELINE)
    assert plans_of(cohort.id, tmp_path) == (plan, again) and (plan.number, again.number) == (1, 2)
    assert sha256((tmp_path / cohort.id / plan.file).read_bytes()) == plan.sha256 and plan.date == "2026-01-02"
    assert (tmp_path / cohort.id / "analysis-plan-1.html").read_bytes() == b"page"
    assert not plans_of("nobody", tmp_path)


@pytest.mark.parametrize("change", ["edit", "remove", "ledger"])
def test_a_plan_that_was_changed_is_found_out(cohort, declared, tmp_path, change):
    plan = registered(cohort, declared, tmp_path)
    file = tmp_path / cohort.id / plan.file
    if change == "edit":
        file.write_text(file.read_text(encoding="utf-8").replace('"smallest_count": 10', '"smallest_count": 5').replace("card_yes", "card_no"), encoding="utf-8")
    elif change == "remove":
        file.unlink()
    else:
        (tmp_path / cohort.id / LEDGER).write_text("{}", encoding="utf-8")
    with pytest.raises(SourceError, match="not as it was registered|cannot be read"):
        check_plan(cohort, declared, tmp_path, ["before"])


def forged(cohort, plan, releases: Path, old: bytes, new: bytes) -> None:
    """Change the file of a plan, and put its new checksum into the ledger."""
    file, ledger = releases / cohort.id / plan.file, releases / cohort.id / LEDGER
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(plan.sha256, sha256(file.read_bytes())), encoding="utf-8")


def test_a_plan_is_found_out_even_where_its_checksum_was_made_anew(cohort, declared, tmp_path):
    plan = registered(cohort, declared, tmp_path)
    assert plan.signed_by == "ada@example.org" and plan.key.startswith("SHA256:")
    assert check_plan(cohort, declared, tmp_path, ["before"]).key == plan.key
    forged(cohort, plan, tmp_path, b'"headline"', b'"headlines"')
    with pytest.raises(SignatureError, match="not of this content"):
        plans_of(cohort.id, tmp_path)


def test_a_plan_without_its_signature_or_with_another_name_is_found_out(cohort, declared, tmp_path):
    plan = registered(cohort, declared, tmp_path)
    ledger = tmp_path / cohort.id / LEDGER
    kept = ledger.read_text(encoding="utf-8")
    for old, new in (("ada@example.org", "bob@example.org"), (plan.key, ""), (plan.date, "2019-01-02")):
        assert old in kept
        ledger.write_text(kept.replace(old, new), encoding="utf-8")
        with pytest.raises(SourceError, match="not as it was registered"):
            plans_of(cohort.id, tmp_path)
    ledger.write_text(kept.replace(plan.key, ""), encoding="utf-8")
    (tmp_path / cohort.id / f"{plan.file}.sig").unlink()
    with pytest.raises(SignatureError, match="no signature"):
        plans_of(cohort.id, tmp_path)


def test_a_key_signs_for_its_own_purpose(cohort, declared, tmp_path):
    key = signer(tmp_path, 'namespaces="nbeval-release"')
    with pytest.raises(SignatureError, match="may not sign for this purpose"):
        register(compose(cohort, declared, NONE, NOW), lambda name: b"page", tmp_path, key)
    assert not (tmp_path / cohort.id).exists()


# --- what departs from it --------------------------------------------------------------------------

def parts_of(planned, now) -> list[tuple[str, str, bool, bool]]:
    """The deviations: part, key, whether there was something planned, whether there is something now."""
    return [(one.part.value, one.key, bool(one.planned), bool(one.now)) for one in deviations(planned, json.loads(plan_bytes(now)))]


def test_what_is_as_planned_departs_from_nothing(cohort, declared):
    planned = json.loads(plan_bytes(content(cohort, declared)))
    assert parts_of(planned, content(cohort, declared)) == []
    renamed = with_indicators(declared, card_yes={"label": "Holds a card"})
    assert parts_of(planned, content(cohort, renamed)) == []


@pytest.mark.parametrize(("changes", "wanted"), [
    ({"enjoy_low": {"headline": False}}, {("headline", "enjoy_low", True, False), ("family", "headlines", True, True), ("family", "main", False, True)}),
    ({"enjoy_high": {"headline": True}}, {("headline", "enjoy_high", False, True), ("family", "headlines", True, True)}),
    ({"card_yes": {"codes": ("2",)}}, {("headline", "card_yes", True, True)}),
    ({"enjoy_high": {"family": "own"}}, {("family", "own", False, True)}),
])
def test_headlines_and_families_that_changed_are_named(cohort, declared, changes, wanted):
    planned = json.loads(plan_bytes(content(cohort, declared)))
    assert set(parts_of(planned, content(cohort, with_indicators(declared, **changes)))) == wanted


def test_thresholds_contrasts_and_covariates_that_changed_are_named(cohort, declared):
    planned = json.loads(plan_bytes(content(cohort, declared)))
    strict = replace(declared, programme=declared.programme.model_copy(update={"conf_level": 0.99}))
    assert parts_of(planned, content(cohort, strict)) == [("threshold", "conf_level", True, True)]
    third = cohort.waves[1].model_copy(update={"id": "later", "label": "Later"})
    longer = cohort.model_copy(update={"waves": (*cohort.waves, third), "adjust_for": ()})
    found = parts_of(planned, content(longer, declared))
    assert {("contrast", "later before", False, True), ("contrast", "later after", False, True), ("adjustment", "adjust_for", True, True),
            ("design", "waves", True, True)} == set(found)


def test_a_report_is_held_to_the_last_plan_before_its_data(cohort, declared, tmp_path):
    assert check_plan(cohort, declared, tmp_path, ["before"]) is None and plans_digest(cohort, declared, tmp_path) == ""
    for data in (NONE, BASELINE, BOTH):
        registered(cohort, declared, tmp_path, data)
    baseline, final = (check_plan(cohort, declared, tmp_path, waves) for waves in (["before"], ["before", "after"]))
    assert (baseline.number, baseline.before_data, baseline.later) == (1, True, 2)
    assert (final.number, final.before_data, final.later) == (2, True, 1) and final.deviations == ()


def test_a_plan_after_the_data_is_said_to_be_one(cohort, declared, tmp_path):
    registered(cohort, declared, tmp_path, BOTH)
    assert check_plan(cohort, declared, tmp_path, ["before", "after"]).before_data is False


def test_what_a_report_says_of_its_plan_is_in_its_key(cohort, declared, tmp_path):
    registered(cohort, declared, tmp_path)
    first = plans_digest(cohort, declared, tmp_path)
    assert first != plans_digest(cohort, with_indicators(declared, card_yes={"codes": ("2",)}), tmp_path)
    registered(cohort, declared, tmp_path)
    assert first != plans_digest(cohort, declared, tmp_path)


# --- the command -----------------------------------------------------------------------------------

@pytest.fixture
def project(root, tmp_path, declared, cohort):
    """The tiny programme with the files of its first wave alone."""
    shutil.copytree(root / "tests" / "programmes" / "tiny", tmp_path / "dictionary")
    write_specimen(cohort, declared, tmp_path / "data" / cohort.id)
    shutil.rmtree(tmp_path / "data" / cohort.id / "after")
    return tmp_path


def run(project: Path, cohort, *words: str) -> int:
    """The command on the copy."""
    return main(["plan", cohort.id, "--dictionary", str(project / "dictionary"), "--data", str(project / "data"), *words])


def test_the_command_writes_and_registers_a_plan(project, cohort, capsys):
    assert run(project, cohort, "--out", str(project / "plan.md")) == 0
    said = capsys.readouterr().out
    assert "2 headline measures" in said and "Not signed, and so not registered" in said and "no pre-registration" not in said
    assert "after        0 of 3 files are there" in said and "before       3 of 3 files are there already" in said
    assert not (project / "releases" / cohort.id).exists() and "Not signed and not registered: nobody" in (project / "plan.md").read_text(encoding="utf-8")
    assert run(project, cohort, "--signed-by", "Ada") == 2, "a typed name is no signature"
    assert not (project / "releases" / cohort.id).exists()
    capsys.readouterr()
    assert run(project, cohort, "--sign-with", str(signer(project / "releases")), "--out", str(project / "plan.json")) == 0
    plan, = plans_of(cohort.id, project / "releases")
    assert plan.sha256 in capsys.readouterr().out and sha256((project / "plan.json").read_bytes()) == plan.sha256
    assert "Registered by ada@example.org, who signed it with an SSH key" in (project / "releases" / cohort.id / "analysis-plan-1.html").read_text(encoding="utf-8")
    assert check_plan(dictionary.load(project / "dictionary").cohort(cohort.id), dictionary.load(project / "dictionary"), project / "releases",
                      ["before", "after"]).before_data


def test_a_plan_is_written_as_what_the_ending_says(project, cohort, capsys):
    assert run(project, cohort, "--out", str(project / "plan.doc")) == 2
    assert "cannot be written in this form" in capsys.readouterr().err and not (project / "plan.doc").exists()


def test_without_a_folder_of_data_no_data_are_there(project, cohort, capsys):
    shutil.rmtree(project / "data" / cohort.id)
    assert run(project, cohort) == 0
    assert "before       0 of 3 files are there\n" in capsys.readouterr().out


def test_the_names_of_the_files_are_those_that_are_documented():
    assert f"``{LEDGER}``" in analysis_plan.__doc__ and "``analysis-plan-1.json``" in analysis_plan.__doc__
