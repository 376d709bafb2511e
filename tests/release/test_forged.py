"""A forged release is refused, and the message names the file; also where the checksums in the provenance were rewritten."""

from __future__ import annotations

import json
import re
import shutil
import zipfile

import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import Signatory
from nbeval.publish.job import Summary
from nbeval.release.fingerprint import file_sha256
from nbeval.release.proposal import checklist, propose, sign, write_checklists
from nbeval.release.provenance import PROVENANCE
from nbeval.release.verify import check_signed, verify_cohort
from nbeval.request import requests
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.release.keys import new_key, signers_line, write_signers

COHORT, KINDS = "first", ("baseline", "final")


def release(place, kinds, key):
    """Sign reports as people do, in a ledger beside the dictionary."""
    from nbeval import pipeline
    from nbeval.release.ledger import earlier_results

    workspace = Workspace(place / "dictionary", place)
    study = Study(workspace.dictionary.cohort(COHORT), workspace)
    audit = pipeline.attack(study.results().disclosed, study.cohort, study.dictionary, earlier=earlier_results(COHORT, workspace.releases))
    proposal = propose(requests(study.cohort, study.dictionary, kinds), study, audit, place / "reports")
    assert proposal.ready, proposal.faults
    write_checklists(proposal, workspace.releases)
    file = checklist(proposal, Signatory.AUTHOR, workspace.releases)
    file.write_text(file.read_text().replace("[ ]", "[x]"))
    return sign(proposal, Signatory.AUTHOR, key, workspace, place / "reports")


@pytest.fixture(scope="module")
def released(tiny_place, tmp_path_factory):
    """The reports of the tiny programme, signed: to be copied, not changed."""
    place = tmp_path_factory.mktemp("released") / "place"
    shutil.copytree(tiny_place, place)
    key = new_key(place / "keys", "ada")
    write_signers(place / "releases" / "allowed_signers", signers_line(key, "ada@example.org", 'namespaces="nbeval-release"'))
    release(place, KINDS, key)
    return place


@pytest.fixture
def place(released, tmp_path, monkeypatch):
    """A copy of the release; a second making gives what the first gave."""
    def made_again(study, requested, out, **_):
        shutil.copytree(released / "reports", out, dirs_exist_ok=True)
        return Summary(())

    monkeypatch.setattr("nbeval.release.verify.render_requests", made_again)
    return shutil.copytree(released, tmp_path / "place")


def answer_of(place):
    """What verify says."""
    return verify_cohort(COHORT, (), Workspace(place / "dictionary", place), place / "reports")


def rewrite_checksums(folder):
    """Make the provenance say that every file is as it was made."""
    record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    record["outputs"] = {file.name: file_sha256(file) for file in sorted(folder.iterdir()) if file.name != PROVENANCE}
    (folder / PROVENANCE).write_text(json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def in_text(file, pattern, put):
    """Change the first place in a file of text."""
    text = file.read_text(encoding="utf-8")
    changed = re.sub(pattern, put, text, count=1)
    assert changed != text
    file.write_text(changed, encoding="utf-8")


def in_zip(file, member, change):
    """Change one member of an office file."""
    with zipfile.ZipFile(file) as old:
        content = {name: old.read(name) for name in old.namelist()}
    name = next(one for one in sorted(content) if re.fullmatch(member, one))
    changed = change(content[name])
    assert changed != content[name]
    content[name] = changed
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in content:
            new.writestr(one, content[one])


def digit_in_html(home):
    in_text(home / "baseline" / "report.html", r"(?<=>)60(?=%?<)|(?<=>)60(?=\s?%)", "61")


def person_in_html(home):
    in_text(home / "baseline" / "report.html", "</h1>", "</h1><p>Jane Doe of Hostel 4 said so.</p>")


def digit_in_workbook(home):
    in_zip(home / "baseline" / "tables.xlsx", r"xl/worksheets/sheet\d+\.xml", lambda text: re.sub(rb"<v>60(\.0)?</v>", b"<v>61</v>", text, count=1)
           if b"<v>60" in text else text.replace(b"<v>1</v>", b"<v>2</v>", 1))


def word_in_word(home):
    in_zip(home / "baseline" / "report.docx", r"word/document\.xml", lambda text: text.replace(b"</w:t>", b" and Jane Doe</w:t>", 1))


def picture_in_word(home):
    in_zip(home / "final" / "report.docx", r"word/media/.*\.(svg|png|emf)", lambda picture: picture[:-1])


def picture_in_html(home):
    in_text(home / "final" / "report.html", r"(<(?:path|circle|rect|line|polyline)[^>]* (?:d|cx|x|x1|points)=\")M?[\d.]+", r"\g<1>1")


def picture_in_notebook(home):
    in_text(home / "final" / "report.ipynb", r"(<svg[^>]*>)", r"\1<g></g>")


def another_pdf(home):
    shutil.copy(home / "final" / "report.pdf", home / "baseline" / "report.pdf")


def extra_answers(home):
    (home / "baseline" / "extra_raw_answers.csv").write_text("respondent,answer\n1,yes\n")


def extra_beside(home):
    (home / "raw_answers.csv").write_text("respondent,answer\n1,yes\n")


def removed(home):
    (home / "baseline" / "report.docx").unlink()


def digit_in_results(home):
    in_text(home / "baseline" / "results.csv", r",60\.0,", ",61.0,")


def person_in_provenance(home):
    in_text(home / "baseline" / PROVENANCE, r"\{\n", '{\n  "note": "Jane Doe",\n')


def person_among_packages(home):
    in_text(home / "baseline" / PROVENANCE, r'"packages": \{', '"packages": {"jane-doe": "Hostel 4",')


def person_in_index(home):
    in_text(home / "index.html", "</h1>", "</h1><p>Jane Doe</p>")


def person_in_crate(home):
    in_text(home / "ro-crate-metadata.json", '"name": "', '"name": "Jane Doe ')


#: what was forged, and what the answer must name
FORGERIES = [
    (digit_in_html, "report.html: another content"), (person_in_html, "report.html: another content"), (digit_in_workbook, "tables.xlsx: another content in xl/"),
    (word_in_word, "report.docx: another content in word/document.xml"), (picture_in_word, "report.docx: another content in word/media/"),
    (picture_in_html, "report.html: another content"), (picture_in_notebook, "report.ipynb: another content"), (another_pdf, "report.pdf: another content in"),
    (extra_answers, "extra_raw_answers.csv: no part of the report"), (extra_beside, "first/raw_answers.csv: no part of the release"),
    (removed, "report.docx: missing"), (digit_in_results, "results.csv: another content"), (person_in_provenance, "note: was 'Jane Doe'"),
    (person_among_packages, "packages.jane-doe"), (person_in_index, "first/index.html: another content"),
    (person_in_crate, "first/ro-crate-metadata.json: another content"),
]


def test_a_release_as_it_was_signed_is_the_same(place):
    answer = answer_of(place)
    assert answer.same, str(answer)
    assert "release 1 of" in str(answer) and "signed by ada@example.org (author)" in str(answer)
    assert "baseline is as it was signed in release 1" in str(answer)


@pytest.mark.parametrize(("forge", "named"), FORGERIES, ids=[forge.__name__ for forge, _ in FORGERIES])
@pytest.mark.parametrize("rewritten", [False, True], ids=["", "checksums-rewritten"])
def test_what_is_forged_is_refused_and_named(place, forge, named, rewritten):
    home = place / "reports" / COHORT
    forge(home)
    if rewritten:
        for kind in KINDS:
            rewrite_checksums(home / kind)
    answer = answer_of(place)
    assert not answer.same and named in str(answer), str(answer)
    assert json.loads(json.dumps(answer.to_json()))["same"] is False


@pytest.mark.parametrize("forge", [digit_in_html, another_pdf, extra_answers, removed, digit_in_results, person_in_provenance], ids=lambda one: one.__name__)
def test_signatures_alone_find_it_without_data(place, forge):
    home = place / "reports" / COHORT
    workspace = Workspace(place / "dictionary", place / "nowhere")
    assert check_signed(COHORT, (), workspace, place / "reports").same
    forge(home)
    for kind in KINDS:
        rewrite_checksums(home / kind)
    answer = check_signed(COHORT, (), workspace, place / "reports")
    assert not answer.same and "baseline/" in "".join(answer.faults) and "not as it was signed in release 1" in str(answer)


def statement_altered(home, place):
    in_text(home / "release-1.json", r'"number": 1', '"number": 1 ')
    return "release-1.json"


def statement_resigned_by_another_key(home, place):
    eve = new_key(place / "keys", "eve")
    from nbeval.release.sign import Purpose, sign as sign_bytes

    (home / "release-1.json.author.sig").write_text(sign_bytes((home / "release-1.json").read_bytes(), eve, Purpose.RELEASE))
    return "release-1.json.author.sig"


def signature_removed(home, place):
    (home / "release-1.json.author.sig").unlink()
    return "release-1.json.author.sig"


def signature_of_another_statement(home, place):
    release(place, ("final",), place / "keys" / "ada")
    shutil.copy(home / "release-2.json.author.sig", home / "release-1.json.author.sig")
    return "release-1.json.author.sig"


def chain_broken(home, place):
    release(place, ("final",), place / "keys" / "ada")
    (home / "release-1.json").unlink()
    return "release-1.json"


@pytest.mark.parametrize("forge", [statement_altered, statement_resigned_by_another_key, signature_removed, signature_of_another_statement, chain_broken],
                         ids=lambda one: one.__name__)
@pytest.mark.parametrize("with_ledger", [True, False], ids=["ledger", "published-alone"])
def test_a_forged_signature_or_chain_is_refused_and_named(place, forge, with_ledger):
    named = forge(place / "reports" / COHORT, place)
    if not with_ledger:
        shutil.rmtree(place / "releases" / COHORT)
    answer = answer_of(place)
    assert not answer.same and any(named in fault for fault in answer.signed.faults), str(answer)


def test_an_old_release_presented_as_new_is_refused(place):
    home = place / "reports" / COHORT
    old = shutil.copytree(home / "final", place / "old")
    in_text(home / "final" / "report.html", "</h1>", "</h1> ")
    rewrite_checksums(home / "final")
    release(place, ("final",), place / "keys" / "ada")
    shutil.rmtree(home / "final")
    shutil.copytree(old, home / "final")
    answer = answer_of(place)
    assert "first/final: the files of release 1; the last release of it is 2." in answer.signed.faults, str(answer)
    assert not answer.same


def test_a_release_that_one_person_signed_is_none_where_two_are_asked_for(place):
    text = (place / "dictionary" / "disclosure.toml").read_text()
    (place / "dictionary" / "disclosure.toml").write_text('signed_by = ["author", "output_checker"]\n' + text)
    load(place / "dictionary")
    answer = check_signed(COHORT, (), Workspace(place / "dictionary"), place / "reports")
    assert any("release-1.json.output_checker.sig: a signature is missing" in fault for fault in answer.faults)
