"""One digit changed in any export, entry of the dictionary or published file: verify says no and names the place."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from nbeval import pipeline
from nbeval.cli.app import main
from nbeval.errors import DictionaryError, NbevalError
from nbeval.release.fingerprint import scope_of_numbers, fingerprint_of_numbers
from nbeval.publish.job import Origin
from nbeval.release.provenance import restated
from nbeval.release.verify import compare, likely_reasons, other_sources
from nbeval.rendering import jobs_of
from nbeval.request import requests
from nbeval.workspace import Workspace
from tests.conftest import ROOT

COHORT, KIND = "specimen", "measurement"


def flipped(digit: bytes) -> bytes:
    """Another digit."""
    return b"1" if digit != b"1" else b"2"


def flip_last(content: bytes) -> bytes:
    """The content with its last digit changed."""
    *_, found = re.finditer(rb"[0-9]", content)
    return content[:found.start()] + flipped(found[0]) + content[found.end():]


def flip_in_workbook(file: Path) -> None:
    """Change the last digit that a cell of a workbook or a paragraph of a document holds."""
    parts = {}
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    cells = re.compile(rb"(<(?:v|t|w:t)(?: [^>]*)?>[^<]*?)([0-9])([^<0-9]*</(?:v|t|w:t)>)")
    name = next(name for name in ("xl/sharedStrings.xml", *sorted(parts)) if name in parts and cells.search(parts[name]))
    *_, last = cells.finditer(parts[name])
    parts[name] = parts[name][:last.start(2)] + flipped(last[2]) + parts[name][last.end(2):]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    file.write_bytes(content.getvalue())


def flip(file: Path) -> None:
    """Change one digit of a file of any kind."""
    if file.suffix in (".xlsx", ".docx"):
        flip_in_workbook(file)
    else:
        file.write_bytes(flip_last(file.read_bytes()))


# --- exports and the dictionary: what a second making says that it was made from -----------------------

@pytest.fixture(scope="module")
def data(prepared_specimen):
    return Workspace(ROOT / "data_dictionary").data_of(prepared_specimen.dictionary.cohort(COHORT))


def record(workspace, prepared) -> dict:
    """What the provenance of the shortest report says of its exports and its dictionary."""
    cohort = workspace.dictionary.cohort(COHORT)
    job = next(jobs_of(cohort, workspace.dictionary, requests(cohort, workspace.dictionary, (KIND,)), prepared))
    named = dict(fingerprint_of_numbers(scope_of_numbers(workspace.dictionary, COHORT)))
    inputs = [{"name": name, "sha256": digest} for name, digest in sorted(prepared.inputs)]
    return restated({"inputs": inputs}, job, Origin(dictionary_digest=workspace.dictionary.digest, numbers=named))


@pytest.fixture(scope="module")
def published(prepared_specimen):
    return record(Workspace(ROOT / "data_dictionary"), prepared_specimen)


EXPORTS = [
    "survey/baseline/quillshire.csv", "survey/final/quillshire.csv", "survey/final/brindleholt.xlsx", "survey/final/thistlewick.sav",
    "self_assessment/final/quillshire.xlsx", "action_plans/quillshire.xlsx", "delivery/visits.csv", "entry/applications.csv",
    "entry/quillshire_cornerstones.csv", "interviews/maxqda.xlsx", "interviews/sheet.csv",
    "open_answers/final.csv", "quotes/baseline.csv", "quotes/final.xlsx", "official/dfe_care_leavers_activity_2019_2023.csv",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPORTS)
def test_a_digit_of_an_export_is_named_by_its_file(name, data, published, prepared_specimen, tmp_path):
    """Where the export can still be read: as the first reason. Where it cannot: in the message that says so."""
    shutil.copytree(data, tmp_path / "data")
    flip(tmp_path / "data" / COHORT / name)
    workspace = Workspace(ROOT / "data_dictionary", tmp_path / "data")
    try:
        cleaned = pipeline.clean(workspace.dictionary.cohort(COHORT), workspace.dictionary, tmp_path / "data")
    except NbevalError as error:
        assert Path(name).name in str(error), error
        return
    read = tuple(zip(cleaned.inputs["file"], cleaned.inputs["sha256"], strict=True))
    now = record(workspace, replace(prepared_specimen, inputs=read))
    assert likely_reasons(published, now)[0] == f"other data: {COHORT}/{name}"
    assert other_sources(published, now) == (f"export {COHORT}/{name}",)


#: a file, the digit in it, and what names it: an entry that the report shows, or a part that its numbers rest on
ENTRIES = [
    ("programme.toml", r"(?m)^percent = ([0-9])", "programme"), ("cohorts/specimen.toml", r"count = \d*([0-9])", f"cohorts {COHORT}"),
    ("cohorts/specimen.toml", r"trim_upper = ([0-9])", f"cohorts {COHORT}"), ("authority_codes.csv", r"E0800002([0-9])", "codes"),
    ("groups.csv", r"16 to 17,1([0-9])-17", "groups"), ("indicators.csv", r",percent,([0-9]),", "indicators"),
    ("benchmarks.csv", r"bs_2017_19_wellbeing_low,wellbeing_low,comparator,[^,]*,h1([0-9])", "benchmarks"),
    ("exhibits.csv", r"nonresponse_all,measurement,measurement,[0-9]*([0-9])", "exhibits"), ("disclosure.toml", r"threshold = 1([0-9])", "disclosure"),
    ("sources.csv", r"https?://[^,]*([0-9])", "sources"), ("scales/wellbeing_low.toml", r"minimum_answered = ([0-9])", "scales wellbeing_low"),
    ("instruments/ylbc/instrument.toml", r"minimum_answered = ([0-9])", "instruments"), ("instruments/ylbc/items.csv", r",1([0-9]),25,", "instruments"),
    ("instruments/ylbc/response_sets.csv", r"zero_to_ten,,([0-9]),", "instruments"), ("instruments/ylbc/columns.csv", r"v2020,Q([0-9])\. Age", "instruments ylbc columns"),
    ("instruments/ylbc/routing.csv", r"worker_known,([0-9])", "instruments"), ("instruments/lantern_bridge/bands.csv", r"red,([0-9])", "instruments lantern_bridge bands"),
    ("instruments/lantern_bridge/choices.csv", r"rating,([0-9])", "instruments lantern_bridge choices"),
    ("official/tables.csv", r"; 202([0-9]),", "official"), ("published/figures.csv", r"6,474,,2([0-9])", "benchmarks pilot_2017_18"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "digit", "named"), ENTRIES, ids=lambda part: part if "/" in part or "." in part[-5:] else None)
def test_a_digit_of_the_dictionary_is_named_by_entry_or_part(file, digit, named, published, prepared_specimen, tmp_path):
    """Where the dictionary is still valid: as the first reason. Where it is not: by file and line."""
    folder = shutil.copytree(ROOT / "data_dictionary", tmp_path / "data_dictionary")
    text = (folder / file).read_bytes()
    found = re.search(digit.encode(), text)
    assert found, "the digit is not there"
    (folder / file).write_bytes(text[:found.start(1)] + flipped(found[1]) + text[found.end(1):])
    try:
        now = record(Workspace(folder), prepared_specimen)
    except DictionaryError as error:
        assert file in str(error) or Path(file).name in str(error), error
        return
    assert likely_reasons(published, now)[0].startswith(f"another dictionary: {named}")
    assert all(one.startswith("dictionary: ") for one in other_sources(published, now))


def test_a_digit_that_bears_on_nothing_in_a_report_is_no_difference_and_said_where_there_is_one(published, prepared_specimen, tmp_path):
    folder = shutil.copytree(ROOT / "data_dictionary", tmp_path / "data_dictionary")
    (folder / "decisions.md").write_bytes(flip_last((folder / "decisions.md").read_bytes()))
    now = record(Workspace(folder), prepared_specimen)
    assert not other_sources(published, now)
    assert likely_reasons(published, now)[0] == "another dictionary, in entries that this report neither shows nor rests on"


# --- published files: a whole report, compared with one that was altered --------------------------------

@pytest.fixture(scope="module")
def report(tiny_place):
    return tiny_place / "reports" / "first" / "baseline"


@pytest.fixture
def altered(report, tmp_path):
    return shutil.copytree(report, tmp_path / "baseline")


@pytest.mark.parametrize("file", ["results.csv", "report.ipynb", "report.html", "report.pdf", "report.docx", "tables.xlsx"])
def test_a_digit_of_a_published_file_is_found_and_the_file_named_first(file, report, altered):
    flip(altered / file)
    answer = compare(altered, report)
    assert not answer.same
    assert answer.reasons[0] == f"the old report was altered after it was made: {file}"


@pytest.mark.parametrize(("pattern", "said"), [
    (rb'"value": \d*([0-9])', "exhibits"), (rb'"text": "([0-9])', "exhibits"), (rb'"alt": "[^"]*?([0-9])', "exhibits"),
    (rb"([0-9])% of the readers", "sentences"),
], ids=["the number behind a cell and a figure", "a cell as printed", "words for a figure", "a sentence"])
def test_a_digit_in_the_notebook_is_found_where_it_stands(pattern, said, report, altered):
    file = altered / "report.ipynb"
    content = file.read_bytes()
    found = re.search(pattern, content)
    assert found, "the digit is not there"
    changed = found[0][:found.start(1) - found.start()] + flipped(found[1]) + found[0][found.end(1) - found.start():]
    file.write_bytes(content.replace(found[0], changed))            # in every form in which the notebook holds it
    assert getattr(compare(altered, report), said)


def leaves(value, place=()):
    """The place of every value that holds a digit."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*place, key))
    elif not isinstance(value, bool) and re.search(r"[0-9]", str(value)):
        yield place


#: told of where it is another, and no difference: who made the report when, and with what
SOFTWARE = ("nbeval", "packages", "python", "platform")
OF_ITS_OWN = ("when", "report_key")


def test_a_digit_anywhere_in_the_provenance_is_found_or_said(report, altered):
    before = json.loads((report / "provenance.json").read_text(encoding="utf-8"))
    chosen = {}
    for place in leaves(before):
        chosen[place[:2]] = place
    missed = []
    for place in chosen.values():
        changed = json.loads(json.dumps(before))
        holder = changed
        for key in place[:-1]:
            holder = holder[key]
        text = flip_last(str(holder[place[-1]]).encode()).decode()
        holder[place[-1]] = type(holder[place[-1]])(text)
        (altered / "provenance.json").write_text(json.dumps(changed), encoding="utf-8")
        answer = compare(altered, report)
        if place[0] in SOFTWARE:
            missed += [place] * (not answer.software and place[-1] not in ("version", "commit"))
        elif place[0] not in OF_ITS_OWN and place[:2] not in (("report", "formats"), ("report", "engine"), ("dictionary", "digest")):
            missed += [place] * answer.same
    assert not missed


# --- from end to end ---------------------------------------------------------------------------------

@pytest.mark.parametrize(("file", "pattern", "named"), [
    ("first/before/north.csv", rb"(?s).*([0-9])", "export first/before/north.csv"),
    ("dictionary/benchmarks.csv", rb",1([0-9]),%", "dictionary: benchmarks all_readers"),
    ("dictionary/scales/reader.toml", rb"minimum_answered = ([0-9])", "dictionary: scales reader"),
], ids=["export", "table", "record"])
def test_the_command_says_no_and_why(file, pattern, named, tiny_place, tmp_path, capsys):
    place = shutil.copytree(tiny_place, tmp_path / "place")
    content = (place / file).read_bytes()
    found = re.search(pattern, content)
    (place / file).write_bytes(content[:found.start(1)] + flipped(found[1]) + content[found.end(1):])
    options = ["--dictionary", str(place / "dictionary"), "--data", str(place), "--out", str(place / "reports")]
    assert main(["verify", "first", "baseline", *options]) == 1
    said = capsys.readouterr().out
    assert named in said
    assert said.index("Likely reason") < said.index(named)


def test_a_released_folder_and_the_exports_are_all_it_takes(tiny_place, tmp_path, capsys):
    shutil.copytree(tiny_place / "reports" / "first", tmp_path / "released" / "first")
    shutil.copytree(tiny_place / "first", tmp_path / "exports" / "first")
    options = ["--dictionary", str(tiny_place / "dictionary"), "--data", str(tmp_path / "exports"), "--out", str(tmp_path / "released")]
    assert main(["verify", "first", *options]) == 0
    assert capsys.readouterr().out.rstrip().endswith("the same")
    assert {path.name for path in (tmp_path / "released").iterdir()} == {"first"}
