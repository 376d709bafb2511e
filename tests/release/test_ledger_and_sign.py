"""A release: what would be published, who signed it, and that nothing later is set against it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import pandas as pd
import pytest

from nbeval.cli.app import main
from nbeval.dictionary import load
from nbeval.errors import ChangedDeclarationError, DisclosureError, SourceError
from nbeval.frames import result_key
from nbeval.release.declarations import changed_declarations, check_declarations
from nbeval.release.fingerprint import file_sha256, sha256
from nbeval.release.ledger import Release, earlier_results, pending, releases_digest, releases_of, signature_of, signers_of
from nbeval.release.policy import check_policy
from nbeval.release.provenance import PROVENANCE
from nbeval.release.sign import Purpose, sign
from nbeval.rendering import render_cohort
from nbeval.specimen import write_specimen
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.conftest import TINY, results_of
from tests.release.keys import new_key, signers_line, tick, write_signers

COHORT = "first"


@lru_cache
def rendered(folder):
    """The baseline and the final report of the miniature programme, rendered once."""
    render_cohort(COHORT, ["baseline", "final"], Workspace(TINY), folder, formats=("html",))
    return folder


@pytest.fixture
def out(tmp_path_factory, tmp_path):
    """A reports' folder of the test's own."""
    return shutil.copytree(rendered(tmp_path_factory.getbasetemp() / "release-reports"), tmp_path / "reports")


@pytest.fixture
def ada(tmp_path_factory):
    """The key of one who may sign as an author."""
    return new_key(tmp_path_factory.getbasetemp() / "keys", "ada")


@pytest.fixture
def bob(tmp_path_factory):
    """The key of one who may sign as an output checker."""
    return new_key(tmp_path_factory.getbasetemp() / "keys", "bob")


@pytest.fixture
def ledger(tmp_path, monkeypatch, ada, bob):
    """A folder of releases of the test's own, which says who may sign."""
    folder = tmp_path / "releases"
    monkeypatch.setenv("NBEVAL_RELEASES", str(folder))
    write_signers(folder / "allowed_signers", signers_line(ada, "ada@example.org", 'namespaces="nbeval-release"'),
                  signers_line(bob, "bob@example.org", 'namespaces="nbeval-output-check,nbeval-policy"'))
    return folder


@pytest.fixture
def command(out, ledger, capsys):
    """Runs a command on the miniature programme; gives its exit code and what it said."""
    def run(*words, dictionary=TINY, reports=out):
        capsys.readouterr()
        there = [] if words[0] == "attack" else ["--out", str(reports)]
        code = main([words[0], COHORT, *words[1:], "--dictionary", str(dictionary), *there])
        said = capsys.readouterr()
        return code, said.out, said.err
    return run


@pytest.fixture
def signed(command, ledger, ada):
    """Signs reports as their author does: looks, ticks, signs; gives what the last command gave."""
    def run(*kinds, key=ada, dictionary=TINY, reports=None, part="author"):
        more = {} if reports is None else {"reports": reports}
        code, said, err = command("release", *kinds, dictionary=dictionary, **more)
        assert code == 0, said + err
        tick(ledger / COHORT, part)
        return command("release", *kinds, "--sign-with", str(key), "--as", part, dictionary=dictionary, **more)
    return run


def test_the_attack_says_that_nothing_can_be_worked_out(command):
    code, said, _ = command("attack")
    assert code == 0
    assert "0 can be worked out" in said
    assert "chosen exactly" in said


def test_the_attack_says_no_where_something_can(command, monkeypatch):
    from nbeval import pipeline

    audit = pd.DataFrame([dict(source="survey", wave="after", block="item card", authority="east", group="", level="", part="", other="", kind="share",
                               what="card_yes", width=0.0, required=5.0, ok=False, meets="base; share card_yes", solved="exact")])
    monkeypatch.setattr(pipeline, "attack", lambda *_, **__: audit)
    code, said, _ = command("attack")
    assert code == 1
    assert "LEAK  survey, after, item card, east" in said
    code, said, _ = command("release", "baseline")
    assert code == 1
    assert "can be worked out" in said


def test_without_a_key_nothing_is_recorded(command, out, ledger):
    code, said, _ = command("release", "baseline")
    assert code == 0
    assert "baseline/report.html" in said
    assert "Not signed" in said
    assert (releases_of(COHORT, ledger), pending(COHORT, ledger)) == ((), None)
    assert not list((out / COHORT).glob("release*"))


def test_a_signed_release_binds_files_results_dictionary_and_audit(signed, out, ledger):
    before = datetime.now(UTC).isoformat(timespec="seconds")
    code, said, err = signed("baseline")
    assert code == 0, said + err
    (record,) = releases_of(COHORT, ledger)
    assert before <= record.date <= datetime.now(UTC).isoformat(timespec="seconds"), "the date is that of the clock"
    assert (record.reports, record.previous, record.dictionary) == (("baseline",), "", load(TINY).digest)
    assert record.files == {f"baseline/{file.name}": file_sha256(file) for file in (out / COHORT / "baseline").iterdir()}
    assert record.audit["derivable"] == 0
    assert any("read every report" in line for line in record.confirmed["author"])
    audit = pd.read_csv(ledger / COHORT / "release-1-audit.csv")
    assert len(audit) == record.audit["withheld"]
    assert audit["ok"].all()
    shown = pd.read_csv(out / COHORT / "baseline" / "results.csv", dtype=str, keep_default_na=False)
    kept = pd.read_csv(ledger / COHORT / "release-1.csv", dtype=str, keep_default_na=False)
    assert {result_key(row) for row in kept.to_dict("records")} == {result_key(row) for row in shown.to_dict("records")}
    for folder in (ledger / COHORT, out / COHORT):
        assert signers_of(record, folder, ledger, record.signatories)["author"].name == "ada@example.org"


def test_anybody_can_check_a_release_with_ssh_alone(signed, out, ledger):
    signed("baseline")
    statement = out / COHORT / "release-1.json"
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-f", str(ledger / "allowed_signers"), "-I", "ada@example.org", "-n", "nbeval-release",
         "-s", str(statement) + ".author.sig"], input=statement.read_bytes(), capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_checklist_with_open_boxes_cannot_be_signed(command, ledger, ada):
    command("release", "baseline")
    file = ledger / COHORT / "release-1.author.md"
    file.write_text(file.read_text().replace("[ ]", "[x]", 3))
    code, said, err = command("release", "baseline", "--sign-with", str(ada))
    assert code == 1
    assert "open boxes" in err and "have seen their reports" in err and "read every report" not in err
    assert (releases_of(COHORT, ledger), pending(COHORT, ledger)) == ((), None)


def test_what_was_ticked_for_other_files_does_not_count(command, signed, ledger, out, ada):
    command("release", "baseline")
    tick(ledger / COHORT, "author")
    code, _, err = command("release", "baseline", "final", "--sign-with", str(ada))
    assert code == 1 and "open boxes" in err
    assert "[ ]" in (ledger / COHORT / "release-1.author.md").read_text()


def test_a_key_that_may_not_sign_records_nothing(signed, ledger, bob, tmp_path):
    for key, why in ((bob, "may not sign for this purpose"), (new_key(tmp_path, "eve"), "nobody who may sign")):
        code, _, err = signed("baseline", key=key)
        assert code == 1 and why in err
        assert (releases_of(COHORT, ledger), pending(COHORT, ledger)) == ((), None)


def test_two_people_sign_where_the_programme_says_so(command, signed, ledger, out, ada, bob, tmp_path):
    two = shutil.copytree(TINY, tmp_path / "two")
    text = (two / "disclosure.toml").read_text()
    (two / "disclosure.toml").write_text('signed_by = ["author", "output_checker"]\n' + text)
    render_cohort(COHORT, ["baseline"], Workspace(two), out, formats=("html",))
    code, _, err = signed("baseline", key=bob, dictionary=two, part="output_checker")
    assert code == 1 and "no statement of the author's" in err
    code, said, err = signed("baseline", dictionary=two)
    assert code == 0 and "not out before it is signed by: output_checker" in said, said + err
    assert releases_of(COHORT, ledger) == () and pending(COHORT, ledger).number == 1
    assert signature_of(f"{COHORT}/baseline", out, ledger) is None
    assert not list((out / COHORT).glob("release*")), "what is not out is not published"
    text = (ledger / "allowed_signers").read_text()
    write_signers(ledger / "allowed_signers", text, signers_line(ada, "ada@example.org", 'namespaces="nbeval-output-check"'))
    code, _, err = signed("baseline", dictionary=two, key=ada, part="output_checker")
    assert code == 1 and "one person may not sign" in err
    code, said, err = signed("baseline", dictionary=two, key=bob, part="output_checker")
    assert code == 0, said + err
    (record,) = releases_of(COHORT, ledger)
    assert {part: one.name for part, one in signers_of(record, out / COHORT, ledger, record.signatories).items()} == {
        "author": "ada@example.org", "output_checker": "bob@example.org"}
    assert "Released on" in (out / COHORT / "index.html").read_text(encoding="utf-8")


def test_the_index_says_released_of_what_was_signed_and_draft_of_all_else(signed, out, ledger):
    index = out / COHORT / "index.html"
    assert "Released on" not in index.read_text(encoding="utf-8")
    signed("baseline")
    said = index.read_text(encoding="utf-8")
    assert len(re.findall(r"<li>Released on \d+ \w+ \d{4} \(release 1\)</li>", said)) == 1
    assert "<li>Draft" in said
    assert signature_of(f"{COHORT}/baseline", out, ledger) == (1, releases_of(COHORT, ledger)[0].day)
    assert signature_of(f"{COHORT}/final", out, ledger) is None
    page = out / COHORT / "baseline" / "report.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert signature_of(f"{COHORT}/baseline", out, ledger) is None, "one byte more is another report"


def test_releases_are_a_chain_and_what_is_out_is_what_later_work_starts_from(signed, ledger):
    before = releases_digest(COHORT, ledger)
    signed("baseline")
    first = releases_digest(COHORT, ledger)
    code, said, err = signed("final")
    assert code == 0, said + err
    assert "Protected against what is out already: release 1 of" in said
    one, two = releases_of(COHORT, ledger)
    assert (one.number, two.number) == (1, 2)
    assert two.previous == sha256(one.content)
    assert len({before, first, releases_digest(COHORT, ledger)}) == 3
    assert len(earlier_results(COHORT, ledger)) == 2


def test_reports_made_elsewhere_remember_what_was_released(signed, ledger, out, tmp_path):
    signed("baseline")
    elsewhere = tmp_path / "elsewhere"
    other, same = (Study(load(TINY).cohort(COHORT), Workspace(TINY)).key for _ in range(2))
    assert other == same
    render_cohort(COHORT, ["baseline"], Workspace(TINY), elsewhere, formats=("html",))
    assert len(earlier_results(COHORT, Workspace(TINY).releases)) == 1
    shutil.copytree(out / COHORT / "baseline", elsewhere / COHORT / "baseline", dirs_exist_ok=True)
    assert signature_of(f"{COHORT}/baseline", elsewhere, ledger)[0] == 1


def test_the_ledger_is_beside_the_dictionary_wherever_reports_are_written(tmp_path, monkeypatch):
    monkeypatch.delenv("NBEVAL_RELEASES", raising=False)
    monkeypatch.chdir(tmp_path)
    mine = shutil.copytree(TINY, tmp_path / "project" / "data_dictionary")
    assert Workspace(mine).releases == tmp_path / "project" / "releases"


WEAKER = [("threshold = 10", "threshold = 1", "threshold is 1, and the least is 5"), ("protection_interval = 5", "protection_interval = 0", "protection_interval is 0"),
          ('source = "T1"', 'source = "T1"\nnot_of_answers = ["survey"]', "not_of_answers is survey")]


@pytest.mark.parametrize(("found", "put", "said"), WEAKER)
def test_a_policy_weaker_than_declared_is_refused_unless_signed(found, put, said, ledger, bob, tmp_path):
    weak = shutil.copytree(TINY, tmp_path / "weak")
    file = weak / "disclosure.toml"
    assert found in file.read_text()
    file.write_text(file.read_text().replace(found, put, 1))
    dictionary = load(weak)
    with pytest.raises(DisclosureError, match="weaker than the programme declares: nobody signed it") as fault:
        check_policy(dictionary, ledger)
    assert said in str(fault.value)
    with pytest.raises(DisclosureError, match="weaker"):
        Study(dictionary.cohort(COHORT), Workspace(weak)).results()
    (ledger / "disclosure.toml.sig").write_text(sign(file.read_bytes(), bob, Purpose.POLICY))
    weaknesses, signer = check_policy(dictionary, ledger)
    assert any(said in str(one) for one in weaknesses) and signer.name == "bob@example.org"
    file.write_text(file.read_text() + "\n")
    with pytest.raises(DisclosureError, match="not of this content"):
        check_policy(load(weak), ledger)


def test_a_declared_minimum_counts_and_cannot_be_below_what_always_holds(ledger, tmp_path):
    mine = shutil.copytree(TINY, tmp_path / "mine")
    text = (mine / "disclosure.toml").read_text()
    (mine / "disclosure.toml").write_text(text + "\n[minimum]\nthreshold = 20\nprotection_interval = 1\n")
    with pytest.raises(DisclosureError) as fault:
        check_policy(load(mine), ledger)
    assert "threshold is 10, and the least is 20" in str(fault.value) and "minimum.protection_interval is 1" in str(fault.value)


def test_a_later_report_is_protected_against_an_earlier_one(ledger):
    """A level that was withheld for the sake of another comes out in the first release: now another one has to go."""
    dictionary = load(TINY)
    cohort = dictionary.cohort(COHORT)
    free = Study(cohort, Workspace(TINY, releases_folder=ledger)).results().disclosed.table
    place = free[free["quantity"].eq("percent") & free["indicator"].ne("") & free["suppression"].eq("[c]") & free["authority"].ne("")]
    truth = _unprotected(cohort, dictionary)
    key = [*("source", "indicator", "quantity", "wave", "authority", "group", "level", "contrast", "reference")]
    both = truth.merge(place[key], on=key, validate="one_to_one")
    secondary = both[(both["numerator"] >= 10) & (both["n_valid"] - both["numerator"] >= 10)]
    assert len(secondary)
    _publish(secondary.head(1), ledger)
    bound = Study(cohort, Workspace(TINY, releases_folder=ledger)).results().disclosed
    assert bound.audit["ok"].all()
    shown = bound.table.merge(secondary.head(1)[key], on=key, validate="one_to_one")
    assert shown["suppression"].item() == ""
    assert bound.table["suppression"].eq("[c]").sum() >= 1


def test_a_report_of_another_run_is_not_signed(command, ledger, out, ada):
    file = out / COHORT / "baseline" / "results.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *(line.replace("percent,,Wilson", "percent,,Other") for line in lines[1:])]) + "\n", encoding="utf-8")
    code, said, err = command("release", "baseline", "--sign-with", str(ada))
    assert code == 1
    assert "baseline/results.csv is not as it was made" in said
    assert "not those that were protected" in said
    assert "nothing was recorded" in err
    assert releases_of(COHORT, ledger) == ()


def test_a_report_that_shows_what_did_not_come_through_the_report_is_not_signed(command, ledger, out, ada):
    folder = out / COHORT / "baseline"
    notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
    shown = {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": "east 3"}}
    notebook["cells"].append({
        "cell_type": "code", "id": "own", "metadata": {}, "execution_count": None, "source": "answers.groupby('area').size()", "outputs": [shown]})
    (folder / "report.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    record["outputs"]["report.ipynb"] = file_sha256(folder / "report.ipynb")
    (folder / PROVENANCE).write_text(json.dumps(record), encoding="utf-8")
    code, said, err = command("release", "baseline", "--sign-with", str(ada))
    assert code == 1
    assert "shows a value, which did not come through the report" in said and "is not as it was made" not in said
    assert "east 3" not in said + err
    assert "nothing was recorded" in err
    assert releases_of(COHORT, ledger) == ()


def test_a_ledger_that_was_tampered_with_stops_everything_later(command, signed, ledger):
    signed("baseline")
    signed("final")
    kept = (ledger / COHORT / "release-1.json").read_text(encoding="utf-8")
    table = (ledger / COHORT / "release-1.csv").read_bytes()
    (ledger / COHORT / "release-1.csv").write_text("cohort\n", encoding="utf-8")
    with pytest.raises(SourceError, match="not as they were signed"):
        earlier_results(COHORT, ledger)
    (ledger / COHORT / "release-1.csv").write_bytes(table)
    for forged, why in (("{}", "cannot be read"), (kept.replace('"number": 1', '"number": 7'), "not as it was written"),
                        (kept.replace('"schema": 2', '"schema": 3'), "chain of releases is broken")):
        (ledger / COHORT / "release-1.json").write_text(forged, encoding="utf-8")
        code, _, err = command("attack")
        assert code == 2 and why in err
    (ledger / COHORT / "release-1.json").unlink()
    code, _, err = command("attack")
    assert code == 2 and "is missing" in err and "release-1.json" in err


def test_what_is_not_there_cannot_be_released(command, ledger, out, ada):
    shutil.rmtree(out / COHORT / "final")
    code, _, err = command("release", "final")
    assert code == 2
    assert "no report" in err


def _unprotected(cohort, dictionary):
    """The results before protection."""
    data = Workspace(TINY).data_of(cohort)
    return results_of(cohort, dictionary, data)


def _publish(table, ledger):
    """Write a ledger with a release that showed these results."""
    content = table.to_csv(index=False).encode()
    release = Release(COHORT, 1, "2026-03-01T10:00:00+00:00", ("author",), "", ("baseline",), {}, sha256(content), {}, "", {}, "", {}, "")
    (ledger / COHORT).mkdir(parents=True)
    (ledger / COHORT / "release-1.csv").write_bytes(content)
    (ledger / COHORT / "release-1.json").write_bytes(release.content)
    (ledger / COHORT / "release-1.json.author.sig").touch()


# --- declarations that changed since -----------------------------------------------------------------

OTHER_CODES = ("habit,card,,percent,1,%", "habit,card,,percent,0,%")
MAY = '\n[[changed_since_release]]\nof = ["card_yes"]\ndecision = 1\n'


@pytest.fixture
def changed(tmp_path):
    """The miniature programme with another coding of a headline indicator."""
    folder = shutil.copytree(TINY, tmp_path / "changed")
    file = folder / "indicators.csv"
    assert OTHER_CODES[0] in file.read_text()
    file.write_text(file.read_text().replace(*OTHER_CODES, 1))
    return folder


def test_a_release_keeps_a_checksum_of_each_indicator_and_scale_that_it_shows(signed, ledger):
    signed("baseline")
    (release,) = releases_of(COHORT, ledger)
    assert "indicator enjoy_low" in release.declarations
    shown = set(pd.read_csv(ledger / COHORT / "release-1.csv", dtype=str, keep_default_na=False)["indicator"])
    dictionary = load(TINY)
    scales = {f"scale {one.scale}" for one in dictionary.indicators if one.indicator in shown and one.scale}
    assert {*release.declarations} >= scales | {f"indicator {one.indicator}" for one in dictionary.indicators if one.indicator in shown}
    assert changed_declarations(dictionary.cohort(COHORT), dictionary, ledger) == ()


def test_what_is_declared_otherwise_than_in_a_release_stops_the_render_until_a_decision_allows_it(signed, command, changed, out):
    assert signed("baseline")[0] == 0
    for words in (("render", "baseline", "--formats", "html"), ("release", "baseline")):
        code, said, err = command(*words, dictionary=changed)
        assert code == 1
        assert "indicator 'card_yes', changed since release 1" in err and "enjoy_low" not in err and "[[changed_since_release]]" in err
    with (changed / "cohorts" / "first.toml").open("a") as cohort:
        cohort.write(MAY)
    code, said, err = command("render", "baseline", "--formats", "html", dictionary=changed)
    assert code == 0, said + err
    text = (out / COHORT / "baseline" / "report.html").read_text(encoding="utf-8")
    assert "declared otherwise than in a signed release" in text and "as decision 1 of the programme says" in text
    code, said, err = command("release", "baseline", dictionary=changed)
    assert "'card_yes' is declared otherwise than in release 1, as decision 1 allows" in said


def test_other_words_for_a_measure_are_no_other_declaration(signed, ledger):
    signed("baseline")
    dictionary = load(TINY)
    renamed = replace(dictionary, indicators=tuple(
        one.model_copy(update={"label": "Another", "short": "Another", "says": "said so", "note": "A note."}) for one in dictionary.indicators))
    assert changed_declarations(dictionary.cohort(COHORT), renamed, ledger) == ()
    coded = replace(dictionary, scales=tuple(one.model_copy(update={"minimum_answered": 99}) for one in dictionary.scales), indicators=tuple(
        one.model_copy(update={"codes": ("0",)}) if one.indicator == "enjoy_low" else one for one in dictionary.indicators))
    with pytest.raises(ChangedDeclarationError, match="declared otherwise than in a signed release"):
        check_declarations(dictionary.cohort(COHORT), coded, ledger)
    found = {(one.kind, one.id, one.decision) for one in changed_declarations(dictionary.cohort(COHORT), coded, ledger)}
    (release,) = releases_of(COHORT, ledger)
    assert found == {("indicator", "enjoy_low", 0)} | {("scale", one.id, 0) for one in dictionary.scales if f"scale {one.id}" in release.declarations}


def test_what_rests_on_fewer_authorities_than_declared_is_not_signed(command, ledger, out, ada, tmp_path):
    data = tmp_path / "data" / COHORT
    dictionary = load(TINY)
    write_specimen(dictionary.cohort(COHORT), dictionary, data)
    (data / "before" / "east.csv").write_bytes(b"")
    words = ("baseline", "--data", str(data.parent))
    code, said, err = command("render", *words, "--formats", "html")
    assert code == 1 and "east" in said + err
    code, said, err = command("release", *words, "--sign-with", str(ada))
    assert code == 1
    assert "Nothing rests on the answers of authority 'east' at wave 'before'" in said
    assert releases_of(COHORT, ledger) == ()


def test_reports_that_are_out_and_may_contain_somebody_who_withdraws_are_named(signed, ledger):
    from nbeval.cleaning.withdrawn import FoundForms, Wanted
    from nbeval.release.withdrawals import released_with

    assert signed("baseline")[0] == 0
    dictionary = load(TINY)
    cohort = dictionary.cohort(COHORT)
    named = [released_with(Wanted("survey", wave, "north"), FoundForms(("x",), 1, (wave,), 0, 0), cohort, dictionary, ledger)
             for wave in ("before", "after")]
    assert [[(one.release, one.report) for one in part] for part in named] == [[(1, "baseline")], []]
