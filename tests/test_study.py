"""What was worked out is used again for the same content alone, and only where it is whole."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from nbeval import pipeline
from nbeval import workspace as places
from nbeval.dictionary import load
from nbeval.errors import OutputError, SourceError
from nbeval.study import Study, content_key
from nbeval.workspace import Workspace, atomic_directory, mark_used
from tests.conftest import TINY


@pytest.fixture
def place(tiny_place, tmp_path):
    """A copy of the exports of the tiny programme."""
    shutil.copytree(tiny_place / "first", tmp_path / "data" / "first")
    return tmp_path / "data"


@pytest.fixture
def workspace(place, tmp_path):
    """The tiny programme, those exports, and a cache that holds nothing."""
    return Workspace(TINY, place, tmp_path / "cache")


@pytest.fixture
def cohort(workspace):
    return workspace.dictionary.cohorts[0]


@pytest.fixture
def stages(tiny_place, monkeypatch):
    """The stages, each giving at once what it gave before; how often each was asked."""
    known = results(load(TINY).cohorts[0], Workspace(tiny_place / "dictionary", tiny_place))
    asked = []

    def quick(name, value):
        monkeypatch.setattr(pipeline, name, lambda *_, **__: asked.append(name) or value)

    monkeypatch.setattr("nbeval.study.scored_counts", lambda *_: known.counts["score"])
    inputs = pd.DataFrame(known.inputs, columns=["file", "sha256"]).assign(bytes=0)
    quick("clean", SimpleNamespace(findings=known.findings, accounting=known.accounting, inputs=inputs))
    quick("score", None)
    quick("estimate", known.disclosed.table)
    quick("protect", known.disclosed)
    monkeypatch.setattr(pipeline, "with_quotes", lambda disclosed, *_: disclosed)
    return asked


def results(cohort, workspace):
    """The results of a study opened anew."""
    return Study(cohort, workspace).results()


# --- the key ---------------------------------------------------------------------------------------

def add_bytes(file):
    return lambda place: (place / "first" / file).open("ab").write(b"\n")


@pytest.mark.parametrize("change", [
    add_bytes("before/north.csv"), add_bytes("after/east.xlsx"),
    lambda place: (place / "first" / "corrections.csv").write_text("source\n"),
    lambda place: (place / "first" / "before" / "west.csv").write_text("x"),
    lambda place: (place / "first" / "before" / "north.csv").unlink(),
    lambda place: (place / "first" / "before" / "north.csv").rename(place / "first" / "before" / "norht.csv"),
], ids=["a byte of a text file", "a byte of a workbook", "corrections", "an undeclared file", "a file gone", "a new name"])
def test_the_key_changes_with_everything_that_is_read(change, cohort, place, workspace):
    before = content_key(cohort, place, workspace)
    change(place)
    assert content_key(cohort, place, workspace) != before


def test_the_key_changes_with_code_and_packages(cohort, place, workspace, monkeypatch):
    keys = {content_key(cohort, place, workspace)}
    monkeypatch.setattr("nbeval.release.fingerprint.code_digest", lambda: "another")
    keys.add(content_key(cohort, place, workspace))
    monkeypatch.setattr("nbeval.release.fingerprint.lock_digest", lambda: "another")
    keys.add(content_key(cohort, place, workspace))
    assert len(keys) == 3


def key_after(file, found, put, cohort, place, folder):
    """The key with a dictionary that differs in one place."""
    shutil.copytree(TINY, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert found in text
    (folder / file).write_text(text.replace(found, put, 1), encoding="utf-8")
    return content_key(cohort, place, Workspace(folder, place))


@pytest.mark.parametrize(("file", "found", "put"), [
    ("programme.toml", "percent = 5.0", "percent = 6.0"), ("programme.toml", 'wave = "first"', 'wave = "last"'),
    ("cohorts/first.toml", "count = 60", "count = 61"), ("cohorts/first.toml", "2020-05-31", "2020-05-30"),
    ("cohorts/first.toml", 'groups = ["frequency"]', "groups = []"), ("cohorts/first.toml", "Before (2020)", "Earlier (2020)"),
    ("authorities.csv", "North Library", "Nord Library"), ("authority_codes.csv", "2021-03-31", "2021-03-30"),
    ("groups.csv", "often,Often,", "often,Oft,"), ("indicators.csv", "percent,1,%,0,higher,main", "percent,0,%,0,higher,main"), ("indicators.csv", "Low enjoyment,", "Little joy,"),
    ("benchmarks.csv", "2019,12,", "2019,13,"), ("exhibits.csv", "percent; change,family:main", "percent,family:main"),
    ("disclosure.toml", "threshold = 10", "threshold = 11"), ("scales/reader.toml", "7-10", "8-10"),
    ("instruments/reading_survey/instrument.toml", "minimum_answered = 1", "minimum_answered = 2"),
    ("instruments/reading_survey/columns.csv", "Q1 |", "Q9 |"), ("instruments/reading_survey/items.csv", "Library card,", "Card,"),
    ("instruments/reading_survey/response_sets.csv", "yes_no,,1,Yes,", "yes_no,,1,Yea,"),
    ("instruments/reading_survey/routing.csv", "1; 2", "1"), ("instruments/reading_survey/comparability.csv", "close", "same"),
])
def test_the_key_changes_with_every_kind_of_file_that_numbers_rest_on(file, found, put, cohort, place, workspace, tmp_path):
    assert key_after(file, found, put, cohort, place, tmp_path / "other") != content_key(cohort, place, workspace)


@pytest.mark.parametrize(("file", "found", "put"), [
    ("decisions.md", "\n", "\n\n"), ("glossary.csv", "A person who answered", "Who answered"), ("sources.csv", "2020", "2021"),
    ("programme.toml", "Tiny Readers", "Readers"), ("cohorts/first.toml", "A library opened", "One library opened"),
    ("exhibits.csv", "Joy of reading,levels", "Joys of reading,levels"), ("indicators.csv", "had low enjoyment", "had little enjoyment"),
    ("benchmarks.csv", "Other reading clubs", "Other clubs"), ("specimen.toml", "seed = ", "seed = 1"),
])
def test_the_key_does_not_change_with_what_only_readers_see(file, found, put, cohort, place, workspace, tmp_path):
    assert key_after(file, found, put, cohort, place, tmp_path / "other") == content_key(cohort, place, workspace)


def test_the_code_counts_with_every_byte(tmp_path, monkeypatch):
    from nbeval.release import fingerprint as module

    (tmp_path / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    before = module.code_digest.__wrapped__()
    (tmp_path / "one.py").write_text("x = 2\n")
    assert module.code_digest.__wrapped__() != before


def test_the_key_does_not_change_with_clocks_places_and_other_cohorts(cohort, place, workspace, tmp_path):
    before = content_key(cohort, place, workspace)
    os.utime(place / "first" / "before" / "north.csv", (1, 1))
    (place / "second").mkdir()
    (place / "second" / "north.csv").write_text("another cohort")
    assert content_key(cohort, place, workspace) == before
    shutil.copytree(place, tmp_path / "elsewhere")
    assert content_key(cohort, tmp_path / "elsewhere", workspace) == before


def test_in_a_folder_that_cohorts_share_only_its_own_files_count(cohort, place, workspace):
    shutil.copytree(place / "first", place / "shared")
    shared = place / "shared"
    before = content_key(cohort, shared, workspace)
    (shared / "second").mkdir()
    (shared / "second" / "north.csv").write_text("another cohort")
    assert content_key(cohort, shared, workspace) == before
    (shared / "before" / "north.csv").write_text("its own")
    assert content_key(cohort, shared, workspace) != before


# --- keeping ---------------------------------------------------------------------------------------

def test_the_same_content_is_worked_out_once_and_comes_back_as_it_was(cohort, workspace, stages):
    first, second = results(cohort, workspace), results(cohort, workspace)
    assert stages == ["clean", "score", "estimate", "protect"]
    assert first.inputs == second.inputs
    for name in ("findings", "accounting"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    pd.testing.assert_frame_equal(first.disclosed.table, second.disclosed.table)
    assert first.key == second.key


def cut(folder):
    table = folder / "table.parquet"
    table.write_bytes(table.read_bytes()[:-10])


@pytest.mark.parametrize("harm", [
    cut, lambda folder: (folder / "complete.json").unlink(), lambda folder: (folder / "audit.parquet").unlink(),
    lambda folder: (folder / "complete.json").write_text("{"), lambda folder: (folder / "findings.parquet").write_bytes(b""),
    shutil.rmtree, lambda folder: shutil.rmtree(folder.parents[1]),
], ids=["cut short", "not finished", "a table gone", "damaged sums", "emptied", "deleted", "all deleted"])
def test_what_is_not_whole_is_never_read_but_made_again(harm, cohort, workspace, stages):
    known = results(cohort, workspace)
    harm(workspace.cache / "prepared" / known.key)
    again = results(cohort, workspace)
    pd.testing.assert_frame_equal(known.disclosed.table, again.disclosed.table)
    assert len(stages) == 8
    results(cohort, workspace)
    assert len(stages) == 8, "and kept"


def test_exports_that_change_while_they_are_read_are_refused(cohort, workspace, place, stages, monkeypatch):
    quick = pipeline.clean
    monkeypatch.setattr(pipeline, "clean", lambda *more: add_bytes("before/north.csv")(place) and quick(*more))
    with pytest.raises(SourceError, match="changed while they were being read"):
        results(cohort, workspace)
    assert not (workspace.cache / "prepared").exists()


def results_there(place, cache, answers):
    """In a process of its own."""
    workspace = Workspace(TINY, place, cache)
    answers.put(len(results(workspace.dictionary.cohorts[0], workspace).disclosed.table))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="the quick stages are handed on by forking")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_several_processes_may_work_at_once(cohort, workspace, place, stages):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    crew = [context.Process(target=results_there, args=(place, workspace.cache, answers)) for _ in range(4)]
    for process in crew:
        process.start()
    counts = {answers.get(timeout=60) for _ in crew}
    for process in crew:
        process.join(timeout=60)
    assert len(counts) == 1 and counts.pop() > 10
    assert [process.exitcode for process in crew] == [0] * 4
    assert [path.name for path in (workspace.cache / "prepared").iterdir()] == [results(cohort, workspace).key]


def test_the_specimen_is_written_whole_or_not_at_all(workspace, cohort, monkeypatch):
    alone = replace(workspace, data_folder=None)
    monkeypatch.setattr("nbeval.specimen.write_specimen", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        alone.data_of(cohort)
    assert not list((workspace.cache / "specimen").iterdir())
    monkeypatch.undo()
    assert (alone.data_of(cohort) / "first" / "before" / "north.csv").is_file()


# --- pruning ---------------------------------------------------------------------------------------

def make(folder, age):
    with atomic_directory(folder) as half:
        (half / "x").write_text("x")
    os.utime(folder, (time.time() - age, time.time() - age))


def test_the_folders_used_last_are_kept(tmp_path):
    for number in range(places.KEPT):
        make(tmp_path / f"{number}", age=1000 - number)
    mark_used(tmp_path / "0")
    make(tmp_path / "new", age=0)
    assert {path.name for path in tmp_path.iterdir()} == {"0", "new", *map(str, range(2, places.KEPT))}


def test_halves_of_killed_runs_go_after_a_day(tmp_path):
    for name, age in (("half-old", 2 * 24 * 3600), ("half-new", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    make(tmp_path / "new", age=0)
    assert {path.name for path in tmp_path.iterdir()} == {"new", "half-new"}


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be kept"), atomic_directory(tmp_path / "file" / "a"):
        pass
