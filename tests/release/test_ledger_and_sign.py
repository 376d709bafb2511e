"""A release: what would be published, who signed it, and that nothing later is set against it."""

from __future__ import annotations

import json
import shutil
from functools import lru_cache

import pandas as pd
import pytest

from nbeval.cli.app import main
from nbeval.dictionary import load
from nbeval.errors import SourceError
from nbeval.frames import result_key
from nbeval.release.fingerprint import file_sha256
from nbeval.release.ledger import earlier_results, releases_digest, releases_of, signature_of
from nbeval.release.provenance import PROVENANCE
from nbeval.rendering import render_cohort
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.conftest import TINY, results_of

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
def command(out, capsys):
    """Runs a command on the miniature programme; gives its exit code and what it said."""
    def run(*words):
        capsys.readouterr()
        code = main([words[0], COHORT, *words[1:], "--dictionary", str(TINY), "--out", str(out)])
        said = capsys.readouterr()
        return code, said.out, said.err
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
    code, said, _ = command("release", "baseline", "--signed-by", "Ada Example")
    assert code == 1
    assert "can be worked out" in said


def test_without_a_name_nothing_is_recorded(command, out):
    code, said, _ = command("release", "baseline")
    assert code == 0
    assert "baseline/report.html" in said
    assert "Not signed" in said
    assert not (out / COHORT / "release.json").exists()


def test_a_signed_release_keeps_name_day_checksums_and_what_it_showed(command, out):
    code, said, _ = command("release", "baseline", "--signed-by", "Ada Example", "--date", "2026-03-01")
    assert code == 0
    record = json.loads((out / COHORT / "release.json").read_text(encoding="utf-8"))["releases"][0]
    assert (record["signed_by"], record["date"], record["reports"]) == ("Ada Example", "2026-03-01", ["baseline"])
    assert "baseline/results.csv" in record["files"]
    assert record["audit"]["derivable"] == 0
    assert any("read every report" in line for line in record["confirmed"])
    audit = pd.read_csv(out / COHORT / "release-1-audit.csv")
    assert len(audit) == record["audit"]["withheld"]
    assert audit["ok"].all()
    shown = pd.read_csv(out / COHORT / "baseline" / "results.csv", dtype=str, keep_default_na=False)
    kept = pd.read_csv(out / COHORT / "release-1.csv", dtype=str, keep_default_na=False)
    assert {result_key(row) for row in kept.to_dict("records")} == {result_key(row) for row in shown.to_dict("records")}


def test_the_index_says_released_of_what_was_signed_and_draft_of_all_else(command, out):
    index = out / COHORT / "index.html"
    assert "Released on" not in index.read_text(encoding="utf-8")
    command("release", "baseline", "--signed-by", "Ada Example", "--date", "2026-03-01")
    said = index.read_text(encoding="utf-8")
    assert said.count("<li>Released on 1 March 2026 (release 1)</li>") == 1
    assert "<li>Draft" in said
    assert signature_of(f"{COHORT}/baseline", out) == (1, "2026-03-01")
    assert signature_of(f"{COHORT}/final", out) is None
    page = out / COHORT / "baseline" / "report.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert signature_of(f"{COHORT}/baseline", out) is None, "one byte more is another report"


def test_releases_are_added_and_what_is_out_is_what_later_work_starts_from(command, out):
    before = releases_digest(COHORT, out)
    command("release", "baseline", "--signed-by", "Ada Example")
    first = releases_digest(COHORT, out)
    code, said, _ = command("release", "final", "--signed-by", "Bob Example")
    assert code == 0, said
    assert "Protected against what is out already: release 1, signed by Ada Example" in said
    assert [one.number for one in releases_of(COHORT, out)] == [1, 2]
    assert len({before, first, releases_digest(COHORT, out)}) == 3
    assert len(earlier_results(COHORT, out)) == 2


def test_a_later_report_is_protected_against_an_earlier_one(out):
    """A level that was withheld for the sake of another comes out in the first release: now another one has to go."""
    dictionary = load(TINY)
    cohort = dictionary.cohort(COHORT)
    free = Study(cohort, Workspace(TINY, releases_folder=out)).results().disclosed.table
    place = free[free["quantity"].eq("percent") & free["indicator"].ne("") & free["suppression"].eq("[c]") & free["authority"].ne("")]
    truth = _unprotected(cohort, dictionary)
    key = [*("source", "indicator", "quantity", "wave", "authority", "group", "level", "contrast", "reference")]
    both = truth.merge(place[key], on=key, validate="one_to_one")
    secondary = both[(both["numerator"] >= 10) & (both["n_valid"] - both["numerator"] >= 10)]
    assert len(secondary)
    _publish(secondary.head(1), out)
    bound = Study(cohort, Workspace(TINY, releases_folder=out)).results().disclosed
    assert bound.audit["ok"].all()
    shown = bound.table.merge(secondary.head(1)[key], on=key, validate="one_to_one")
    assert shown["suppression"].item() == ""
    assert bound.table["suppression"].eq("[c]").sum() >= 1


def test_a_report_of_another_run_is_not_signed(command, out):
    file = out / COHORT / "baseline" / "results.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *(line.replace("percent,,Wilson", "percent,,Other") for line in lines[1:])]) + "\n", encoding="utf-8")
    code, said, err = command("release", "baseline", "--signed-by", "Ada Example")
    assert code == 1
    assert "baseline/results.csv is not as it was made" in said
    assert "not those that were protected" in said
    assert "nothing was recorded" in err
    assert not (out / COHORT / "release.json").exists()


def test_a_report_that_shows_what_did_not_come_through_the_report_is_not_signed(command, out):
    folder = out / COHORT / "baseline"
    notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
    shown = {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": "east 3"}}
    notebook["cells"].append({
        "cell_type": "code", "id": "own", "metadata": {}, "execution_count": None, "source": "answers.groupby('area').size()", "outputs": [shown]})
    (folder / "report.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    record["outputs"]["report.ipynb"] = file_sha256(folder / "report.ipynb")
    (folder / PROVENANCE).write_text(json.dumps(record), encoding="utf-8")
    code, said, err = command("release", "baseline", "--signed-by", "Ada Example")
    assert code == 1
    assert "shows a value, which did not come through the report" in said and "is not as it was made" not in said
    assert "east 3" not in said + err
    assert "nothing was recorded" in err
    assert not (out / COHORT / "release.json").exists()


def test_a_record_that_was_tampered_with_stops_everything_later(command, out):
    command("release", "baseline", "--signed-by", "Ada Example")
    (out / COHORT / "release-1.csv").write_text("cohort\n", encoding="utf-8")
    with pytest.raises(SourceError, match="not as they were signed"):
        earlier_results(COHORT, out)
    (out / COHORT / "release.json").write_text("{}", encoding="utf-8")
    code, _, err = command("attack")
    assert code == 2
    assert "cannot be read" in err


def test_what_is_not_there_cannot_be_released(command, out):
    shutil.rmtree(out / COHORT / "final")
    code, _, err = command("release", "final")
    assert code == 2
    assert "no report" in err


def test_a_name_of_blanks_is_no_signature(command, out):
    code, _, err = command("release", "baseline", "--signed-by", "  ")
    assert code == 2
    assert "signed by a person" in err


def _unprotected(cohort, dictionary):
    """The results before protection."""
    data = Workspace(TINY).data_of(cohort)
    return results_of(cohort, dictionary, data)


def _publish(table, out):
    """Write a record of a release that showed these results."""
    import hashlib

    from nbeval.release.ledger import Release, record_text

    content = table.to_csv(index=False).encode()
    release = Release(1, "Ada Example", "2026-03-01", ("baseline",), {}, "release-1.csv", hashlib.sha256(content).hexdigest(), {}, (), "", "")
    (out / COHORT / "release-1.csv").write_bytes(content)
    (out / COHORT / "release.json").write_text(record_text(COHORT, (release,)), encoding="utf-8")
