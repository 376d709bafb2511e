"""A report is made from its part of the dictionary, shows the same as from the whole, and is made again when that moves."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest

from nbeval import dictionary
from nbeval.release.fingerprint import fingerprint_of_report, scope_of_report
from nbeval.report import Report
from nbeval.rendering import jobs_of
from nbeval.request import requests
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.guards import some

COHORT = "specimen"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def workspace(cache):
    return Workspace(None, None, cache)


@pytest.fixture(scope="module")
def prepared(workspace):
    return Study(workspace.dictionary.cohort(COHORT), workspace).results()


def shown(report, sections):
    """Everything a report can show, as text."""
    parts = [report.title, *map(report.section, sections), report.methods(), report.limits(), report.glossary(),
             report.exhibit_list()]
    return [json.dumps(part._repr_mimebundle_(), sort_keys=True, default=str) for part in parts]


@pytest.mark.parametrize("kind", [kind.id for kind in dictionary.load().programme.reports
                                  if kind.made_from is dictionary.load().cohort(COHORT).made_from])
def test_a_part_of_the_dictionary_shows_the_same_as_the_whole(kind, workspace, prepared):
    whole = workspace.dictionary
    cohort = whole.cohort(COHORT)
    declared = next(one for one in whole.programme.reports if one.id == kind)
    authority = cohort.authorities[0] if declared.per_authority else ""
    part = scope_of_report(whole, cohort, declared)
    sections = dict.fromkeys(row.section for row in part.exhibits)
    one, other = (shown(Report(prepared.disclosed, known, cohort, declared, authority), sections) for known in (whole, part))
    assert one == other


def keys(workspace, prepared):
    """The key of every report made from the same results, by its folder."""
    cohort = workspace.dictionary.cohort(COHORT)
    return {job.folder: job.content_key
            for job in jobs_of(cohort, workspace.dictionary, requests(cohort, workspace.dictionary), prepared)}


def moved(before, after):
    """The kinds of report whose keys differ."""
    return {folder.removeprefix(f"{COHORT}/").removeprefix("internal/").split("/")[0]
            for folder in before if before[folder] != after[folder]}


@pytest.fixture(scope="module")
def before(workspace, prepared):
    return keys(workspace, prepared)


def changed(tmp_path, cache, file, found, put):
    """A workspace whose dictionary differs in one place."""
    folder = shutil.copytree(dictionary.load().folder, tmp_path / "data_dictionary")
    text = (folder / file).read_text(encoding="utf-8")
    assert re.search(found, text), found
    (folder / file).write_text(re.sub(found, put, text, count=1), encoding="utf-8")
    return Workspace(folder, None, cache)


def test_a_changed_title_moves_the_reports_that_show_it_and_no_other(workspace, before, prepared, tmp_path, cache):
    chosen = next(one for one in workspace.dictionary.exhibits if len(one.reports) == 1 and one.title)
    again = changed(tmp_path, cache, "exhibits.csv", re.escape(chosen.title), chosen.title + " again")
    assert moved(before, keys(again, prepared)) == set(chosen.reports)


def test_a_changed_label_of_an_indicator_moves_the_reports_whose_exhibits_name_it(workspace, before, prepared, tmp_path, cache):
    known = {kind.id for kind in workspace.dictionary.programme.reports}
    cohort = workspace.dictionary.cohort(COHORT)
    reach = {kind.id: {one.indicator for one in scope_of_report(workspace.dictionary, cohort, kind).indicators}
             for kind in workspace.dictionary.programme.reports}
    chosen = next(one for one in workspace.dictionary.indicators
                  if 0 < sum(one.indicator in names for names in reach.values()) < len(known))
    again = changed(tmp_path, cache, "indicators.csv", re.escape(chosen.says), chosen.says + " indeed")
    folders = {folder.removeprefix(f"{COHORT}/").removeprefix("internal/").split("/")[0] for folder in before}
    assert moved(before, keys(again, prepared)) == {kind for kind, names in reach.items() if chosen.indicator in names} & folders


def test_a_term_of_the_glossary_moves_every_report(before, prepared, tmp_path, cache, workspace):
    term = workspace.dictionary.glossary[0]
    again = changed(tmp_path, cache, "glossary.csv", re.escape(term.meaning), term.meaning + " Again.")
    after = keys(again, prepared)
    assert all(before[folder] != after[folder] for folder in some(before))


@pytest.mark.parametrize("part", ["table", "audit", "input"])
def test_another_result_or_another_input_moves_every_report(part, before, prepared, workspace):
    inputs = ((prepared.inputs[0][0], "0" * 64), *prepared.inputs[1:])
    other = replace(prepared, inputs=inputs) if part == "input" else replace(prepared, sums={**prepared.sums, part: "0"})
    after = keys(workspace, other)
    assert all(before[folder] != after[folder] for folder in some(before))


@pytest.mark.parametrize("part", ["findings", "accounting"])
def test_another_finding_moves_internal_reports_alone(part, before, prepared, workspace):
    after = keys(workspace, replace(prepared, sums={**prepared.sums, part: "0"}))
    internal = {kind.id for kind in workspace.dictionary.programme.reports if kind.internal}
    assert moved(before, after) == internal


def test_entries_are_named_by_kind_and_id(workspace):
    cohort = workspace.dictionary.cohort(COHORT)
    kind = workspace.dictionary.programme.reports[0]
    part = scope_of_report(workspace.dictionary, cohort, kind)
    names = fingerprint_of_report(part)
    assert {f"indicators {one.indicator}" for one in part.indicators} <= set(names)
    assert f"cohorts {COHORT}" in names
    assert all(re.fullmatch(r"[0-9a-f]{16}", digest) for digest in names.values())
