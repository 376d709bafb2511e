"""Two makings of a report: the same, or not, and where, and why."""

from __future__ import annotations

import json
import shutil

import pytest

from nbeval.errors import SourceError
from nbeval.release.verify import Verification, compare, likely_reasons, read_results, same_value


@pytest.fixture
def old(mixed):
    return mixed[0] / "specimen/ok"


@pytest.fixture
def new(old, tmp_path):
    return shutil.copytree(old, tmp_path / "new")


def change(folder, file, before, after):
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")


def test_a_copy_is_the_same(old, new):
    answer = compare(old, new)
    assert answer.same
    assert str(answer) == "the same: 2 results, with their exhibits, sentences and files."


def test_a_clock_is_not_compared(old, new):
    record = json.loads((new / "provenance.json").read_text())
    record["when"] = {"finished": "1999-01-01T00:00:00+00:00"}
    (new / "provenance.json").write_text(json.dumps(record))
    assert compare(old, new).same


@pytest.mark.parametrize(("part", "named"), [("inputs", "export first/a.csv"), ("dictionary", "dictionary: indicators safe")])
def test_another_export_or_entry_is_named_even_where_no_number_moved(old, new, part, named):
    record = json.loads((new / "provenance.json").read_text())
    if part == "inputs":
        record["inputs"][0]["sha256"] = "b" * 64
    else:
        record["dictionary"]["entries"]["indicators safe"] = "f" * 16
    (new / "provenance.json").write_text(json.dumps(record))
    answer = compare(old, new)
    assert not answer.same
    assert answer.sources == (named,)
    assert named in str(answer)


def test_a_flipped_digit_in_a_result_is_found_and_named(old, new):
    change(new, "results.csv", "61.5", "61.6")
    answer = compare(old, new)
    assert not answer.same
    assert [(column, was, now) for _, column, was, now in answer.results.different] == [("estimate", "61.5", "61.6")]
    assert "survey|safe|percent|first" in str(answer)


def test_a_program_gets_every_difference_as_a_record(old, new):
    change(new, "results.csv", "61.5", "61.6")
    answer = Verification("specimen", {"specimen/same": compare(old, old), "specimen/ok": compare(old, new)}).to_json()
    assert json.loads(json.dumps(answer)) == answer
    assert (answer["cohort"], answer["same"], answer["failed"]) == ("specimen", False, {})
    good, other = answer["reports"]["specimen/same"], answer["reports"]["specimen/ok"]
    assert good["same"] and good["reasons"] == [] and good["results"] == {"common": 2, "only_old": [], "only_new": [], "different": []}
    (row,) = other["results"]["different"]
    assert not other["same"] and (row["column"], row["old"], row["new"]) == ("estimate", "61.5", "61.6")
    assert other["reasons"], "the likely reason is given where something differs"


def test_a_report_that_could_not_be_made_again_is_not_the_same():
    answer = Verification("specimen", {}, {"specimen/ok": "a cell failed"})
    assert not answer and "specimen/ok: could not be made again." in str(answer) and str(answer).endswith("not the same")


def test_a_difference_within_the_tolerance_is_none(old, new):
    change(new, "results.csv", "61.5", "61.50000000001")
    assert compare(old, new).results.different == ()
    assert compare(old, new, rel=0, abs=0).results.different


def test_rows_only_here_and_only_there_are_told_apart(old, new):
    change(new, "results.csv", "survey,odd", "survey,other")
    rows = compare(old, new).results
    assert [key.split("|")[1] for key in rows.only_old] == ["odd"]
    assert [key.split("|")[1] for key in rows.only_new] == ["other"]


def test_a_changed_cell_of_an_exhibit_is_found(old, new):
    change(new, "report.ipynb", '"value": 61.5', '"value": 61.7')
    assert compare(old, new).exhibits == ("levels, rows.1.cells.1.value: was 61.5, is 61.7",)


def test_a_changed_sentence_is_found(old, new):
    change(new, "report.ipynb", "Somebody said so.", "Nobody said so.")
    assert set(compare(old, new).sentences) == {
        "only in the old report: Somebody said so.", "only in the new report: Nobody said so."}


def test_a_published_file_that_was_altered_is_the_first_reason(new, old):
    change(new, "results.csv", "61.5", "61.6")
    answer = compare(new, old)
    assert answer.files == ("results.csv: another content in line 3", "results.csv: altered since it was made")
    assert "altered after it was made: results.csv" in answer.reasons[0]


def test_a_folder_without_a_finished_report_is_refused(old, tmp_path):
    with pytest.raises(SourceError, match="does not hold a finished report"):
        compare(old, tmp_path)


def test_a_notebook_cut_short_is_refused(old, new):
    (new / "report.ipynb").write_text("{")
    with pytest.raises(SourceError, match="cannot be read"):
        compare(old, new)


BASE = {"inputs": [{"name": "a.csv", "sha256": "1"}], "parameters": {}, "dictionary": {"digest": "d", "entries": {"indicators a": "1"}}, "notebook": {}, "seeds": {},
        "nbeval": {"version": "1", "code": "c", "lock": "l"}, "packages": {"pandas": "3"}, "python": "3.11",
        "platform": "Linux"}


@pytest.mark.parametrize(("changes", "first"), [
    ({"inputs": [{"name": "a.csv", "sha256": "2"}], "dictionary": {}}, "other data: a.csv"),
    ({"dictionary": {"digest": "e", "entries": {"indicators a": "2"}}, "packages": {"pandas": "4"}},
     "another dictionary: indicators a"),
    ({"dictionary": {"digest": "e", "entries": {"indicators a": "1"}}}, "another dictionary, in entries that this"),
    ({"dictionary": {"digest": "e", "entries": {"indicators a": "1"}, "numbers": {"scales": "2"}}}, "another dictionary: scales"),
    ({"dictionary": {"digest": "e", "entries": {"indicators a": "2"}, "numbers": {"indicators": "2"}}}, "another dictionary: indicators a"),
    ({"nbeval": {"version": "2", "code": "x", "lock": "l"}}, "other code: nbeval 1 then, 2 now"),
    ({"packages": {"pandas": "4"}}, "other versions: pandas"),
    ({"python": "3.13"}, "another python: 3.11 then, 3.13 now"),
    ({}, "no difference in data, dictionary, code or versions is recorded"),
])
def test_the_likeliest_reason_comes_first(changes, first):
    assert likely_reasons(BASE, {**BASE, **changes})[0].startswith(first)


def test_a_repeated_key_and_a_short_row_are_refused():
    head = "source,indicator,estimate\n"
    with pytest.raises(SourceError, match="line 3 of results.csv repeats"):
        read_results(head + "a,b,1\na,b,2\n")
    with pytest.raises(SourceError, match="line 2 of results.csv does not have"):
        read_results(head + "a,b\n")


@pytest.mark.parametrize(("old_value", "new_value", "same"), [
    ("1", "1.0", True), ("", "0", False), ("", "", True), ("nan", "0", False), ("[c]", "[c]", True),
    ("1", "[c]", False),
    (None, None, True), (1.0, 1.0 + 1e-13, True),
])
def test_a_blank_is_only_like_a_blank(old_value, new_value, same):
    assert same_value(old_value, new_value, 1e-9, 1e-12) is same
