"""What is kept is listed by kind, place, permission and age; what is overdue goes where the programme says so, and nothing else ever."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime

import pytest

from nbeval.cli.app import main
from nbeval.dictionary import load
from nbeval.dictionary.enums import Retained
from nbeval.frames import RESULTS
from nbeval.release import retention
from nbeval.release.checksum_key import key_for
from nbeval.release.retention import LOG, kept_of
from nbeval.workspace import Workspace
from tests.cleaning.exports import write_cohort
from tests.conftest import TINY

COHORT = "first"
DAY = 24 * 3600


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project with something of every kind, a hundred days old."""
    for name, folder in (("NBEVAL_RELEASES", "releases"), ("NBEVAL_CACHE", "cache"), ("TMPDIR", "temporary")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TINY, tmp_path / "data_dictionary")
    data = write_cohort(tmp_path / "data" / COHORT).parent
    (data / COHORT / "corrections.csv").write_text("source\n", encoding="utf-8")
    key_for(data)
    for name, content in {
        "reports/first/baseline/provenance.json": "{}", "reports/first/baseline/report.html": "x", "reports_internal/first/checks/report.html": "x",
        "releases/first/release-1.json": "{}", "releases/first/release-1.json.author.sig": "x", "cache/prepared/abc/table.parquet": "x",
        "reports/.nbeval/run-dead/new/x.html": "x", "all.csv": ",".join(RESULTS.columns) + "\n", "other.csv": "a,b\n",
        f"temporary/nbeval-{__import__('getpass').getuser()}-verify-dead/answers.csv": "x",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    (tmp_path / "all.csv").chmod(0o600)
    (tmp_path / "reports_internal").chmod(0o700)
    old = time.time() - 100 * DAY
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        os.utime(file, (old, old))
    for folder in (tmp_path / "cache" / "prepared" / "abc", *(tmp_path / "reports" / ".nbeval").glob("run-*")):
        os.utime(folder, (old, old))
    return tmp_path


def run(place, capsys, *words):
    """The command; its exit code, what it said and what it complained of."""
    capsys.readouterr()
    code = main(["retention", COHORT, *words, "--dictionary", str(place / "data_dictionary"), "--data", str(place / "data"), "--out", str(place / "reports")])
    said = capsys.readouterr()
    return code, said.out, said.err


def rules(place, *declared):
    """Declares how long kinds are kept."""
    with (place / "data_dictionary" / "programme.toml").open("a", encoding="utf-8") as file:
        for kind, days, since in declared:
            file.write(f'\n[[retention]]\nof = "{kind}"\ndays = {days}\nsince = "{since}"\nsource = "T1"\n')


def files(place):
    """Every file of the project, by its name in it."""
    return {one.relative_to(place).as_posix() for one in place.rglob("*") if one.is_file() and one.suffix != ".lock" and "data_dictionary" not in one.parts}


def test_everything_is_listed_by_kind_with_who_can_read_it_and_how_long_it_stays(place, capsys):
    code, said, _ = run(place, capsys, "--json")
    answer = json.loads(said)
    by_kind = {}
    for one in answer["kept"]:
        by_kind.setdefault(one["kind"], []).append(one)
    assert code == 1 and set(by_kind) == set(Retained) - {"bundles"}
    assert len(by_kind["exports"]) == 6 and all(one["days"] is None and not one["overdue"] for one in by_kind["exports"])
    assert by_kind["internal_results"][0]["readable_by"] == by_kind["internal_reports"][0]["readable_by"] == by_kind["key"][0]["readable_by"] == "owner alone"
    assert by_kind["internal_results"][0]["where"] == "all.csv" and by_kind["cache"][0]["overdue"] and by_kind["leftovers"][0]["overdue"]
    assert str(place) not in said


def test_what_is_overdue_goes_with_a_line_in_the_ledger_and_nothing_else(place, capsys):
    rules(place, ("exports", 30, "cohort_ends"), ("internal_results", 99, "written"), ("internal_reports", 101, "written"))
    before = files(place)
    code, said, _ = run(place, capsys)
    assert code == 1 and "OVERDUE" in said and files(place) == before, "looking deletes nothing"
    code, said, _ = run(place, capsys, "--delete", "--yes")
    gone = before - files(place)
    assert code == 0 and f"noted in {LOG}" in said
    assert {name.split("/")[0] for name in gone} == {"data", "all.csv", "cache", "reports", "temporary"}
    assert not {name for name in gone if name.startswith(("releases", "reports/first", "reports_internal")) or "key" in name or "corrections" in name}
    log = (place / "releases" / COHORT / LOG).read_text().splitlines()
    assert log[0] == "deleted,kind,files,bytes,kept_days" and sum(",exports,1," in line for line in log) == 6
    assert all(line.startswith(f"{datetime.now(UTC):%Y-%m-%d}T") for line in log[1:]) and not any("north" in line for line in log)
    assert run(place, capsys)[0] == 0


def test_a_rule_of_the_cohort_goes_before_that_of_the_programme(place):
    rules(place, ("exports", 30, "written"))
    with (place / "data_dictionary" / "cohorts" / f"{COHORT}.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[retention]]\nof = "exports"\ndays = 400\n')
    dictionary = load(place / "data_dictionary")
    found = kept_of(dictionary.cohort(COHORT), Workspace(place / "data_dictionary", place / "data"), place / "reports")
    assert {one.rule.days for one in found if one.of is Retained.EXPORTS} == {400}


def test_keys_signatures_and_published_reports_are_never_deleted_whatever_is_declared(place, capsys):
    rules(place, *((kind.value, 0, "written") for kind in Retained))
    assert run(place, capsys, "--delete", "--yes")[0] == 0
    left = files(place)
    assert {"releases/first/release-1.json", "releases/first/release-1.json.author.sig", "reports/first/baseline/report.html", "data/.nbeval-checksum-key",
            "other.csv"} <= left
    assert "all.csv" not in left and not any(name.startswith("data/first/before") for name in left)


def test_a_no_deletes_nothing(place, capsys, monkeypatch):
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    before = files(place)
    assert run(place, capsys, "--delete")[0] == 1 and files(place) == before


def test_what_cannot_be_deleted_is_said_and_the_rest_is_noted(place, capsys, monkeypatch):
    def refuse(item, out):
        if item.of is Retained.CACHE:
            raise OSError
    monkeypatch.setattr(retention, "_remove", refuse)
    code, _, err = run(place, capsys, "--delete", "--yes")
    assert code == 2 and "1 things that are overdue could not be deleted" in err and "cache" in err
    assert (place / "releases" / COHORT / LOG).is_file()
