"""Somebody who withdraws is in nothing from then on; what records it holds no personal data, is signed, and cannot be lost without a word."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest

from nbeval.cleaning.withdrawn import Withdrawn, of_form, of_person
from nbeval.cli.app import main
from nbeval.dictionary import load
from nbeval.errors import SignatureError, SourceError
from nbeval.pipeline import clean
from nbeval.release.checksum_key import KEY_FILE, key_for
from nbeval.release.withdrawals import WITHDRAWALS, recorded, withdrawn_from
from tests.cleaning.evidence_files import cohort_with, write
from tests.cleaning.exports import form, write_before, write_cohort
from tests.conftest import ROOT, TINY
from tests.release.keys import new_key, signers_line, write_signers

COHORT = "first"
NUMBER = "4711-b"


@pytest.fixture
def ada(tmp_path_factory):
    return new_key(tmp_path_factory.getbasetemp() / "keys", "ada")


@pytest.fixture
def ledger(tmp_path, monkeypatch, ada):
    """A ledger in which ada may record withdrawals, and a cache of the test's own."""
    folder = tmp_path / "releases"
    monkeypatch.setenv("NBEVAL_RELEASES", str(folder))
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    write_signers(folder / "allowed_signers", signers_line(ada, "ada@example.org", 'namespaces="nbeval-withdrawal"'))
    return folder


@pytest.fixture
def data(tmp_path):
    """Exports in which one number is that of two forms, one of them unfinished, and other forms."""
    folder = write_cohort(tmp_path / "data" / COHORT, {"north": [
        form(NUMBER, enjoy="3"), form(NUMBER, enjoy="9", finished="2020-04-02 10:10"), *(form(str(one), enjoy=str(one)) for one in range(2, 9))]})
    return folder.parent


@pytest.fixture
def command(data, ledger, capsys, monkeypatch):
    """Runs ``nbeval withdraw``, the numbers on standard input; gives exit code, what it said and what it complained of."""
    def run(*words, numbers=NUMBER, name="withdraw", dictionary=TINY):
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(numbers))
        code = main([name, COHORT, *words, "--dictionary", str(dictionary), "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out, said.err
    return run


HERE = ("--wave", "before", "--authority", "north")


def kept(data, ledger):
    """Forms read, kept and withdrawn of the first wave's export of the library."""
    dictionary = load(TINY)
    cohort = dictionary.cohort(COHORT)
    table = clean(cohort, dictionary, data, withdrawn_from(cohort, data, ledger)).accounting
    row = table[table["file"].str.endswith("before/north.csv")].iloc[0]
    return int(row["read"]), int(row["kept"]), int(row.get("withdrawn", 0))


def test_who_withdraws_is_in_nothing_from_then_on_and_counted_apart(command, data, ledger, ada):
    assert kept(data, ledger) == (9, 8, 0)
    code, said, _ = command(*HERE)
    assert code == 1 and "Not recorded" in said and "No report that is out" in said and not recorded(COHORT, ledger)
    code, said, _ = command(*HERE, "--sign-with", str(ada))
    assert code == 0 and "Recorded and signed: 1 new lines" in said
    assert kept(data, ledger) == (9, 7, 2), "both forms of the number are gone: none comes back in place of the other"
    code, said, _ = command(*HERE, "--sign-with", str(ada))
    assert code == 0 and "Recorded before" in said and len(recorded(COHORT, ledger)) == 1


def test_the_line_holds_nothing_of_the_person(command, data, ledger, ada):
    assert command(*HERE, "--sign-with", str(ada))[0] == 0
    text = (ledger / COHORT / WITHDRAWALS).read_text()
    assert not any(word in text for word in (NUMBER, "north", "before", "reader@", "survey"))
    (line,) = csv.DictReader(io.StringIO(text))
    assert set(line) == {"subject", "day", "key", "signature"} and len(line["subject"]) == 64
    assert line["subject"] == of_form(key_for(data), "survey", "before", "north", "2020", NUMBER)


@pytest.mark.parametrize(("words", "numbers"), [
    (HERE, "999"), (HERE, f"{NUMBER}\n999"), (("--wave", "after", "--authority", "north"), NUMBER), (("--wave", "before", "--authority", "south"), NUMBER), (HERE, ""),
    ((*HERE, "--source", "diary"), NUMBER), (("--wave", "later"), NUMBER), ((), "2\n1"),
])
def test_a_number_that_is_not_there_is_refused_without_being_repeated_and_nothing_is_recorded(command, ledger, ada, words, numbers):
    code, said, err = command(*words, "--sign-with", str(ada), numbers=numbers)
    assert code == 2 and "do " in err and not (ledger / COHORT / WITHDRAWALS).exists()
    assert "999" not in said + err and NUMBER not in said + err


def test_somebody_who_may_not_cannot_record_one(command, ledger, tmp_path_factory):
    eve = new_key(tmp_path_factory.getbasetemp() / "keys", "eve")
    code, _, err = command(*HERE, "--sign-with", str(eve))
    assert code == SignatureError.exit_code and "nobody who may sign" in err and not (ledger / COHORT / WITHDRAWALS).exists()


def test_a_line_that_was_altered_or_made_with_another_key_stops_every_run(command, data, ledger, ada):
    assert command(*HERE, "--sign-with", str(ada))[0] == 0
    file, cohort = ledger / COHORT / WITHDRAWALS, load(TINY).cohort(COHORT)
    good = file.read_text()
    subject = recorded(COHORT, ledger)[0].subject
    file.write_text(good.replace(subject, "0" * 64))
    with pytest.raises(SignatureError, match="withdrawal is not signed"):
        withdrawn_from(cohort, data, ledger)
    assert command(name="check")[0] == SignatureError.exit_code
    file.write_text(good.replace("subject,day", "subject;day"))
    with pytest.raises(SourceError, match="cannot be read"):
        withdrawn_from(cohort, data, ledger)
    file.write_text(good)
    (data / KEY_FILE).unlink()
    with pytest.raises(SourceError, match="another key"):
        withdrawn_from(cohort, data, ledger)
    assert not (data / KEY_FILE).exists(), "no new key is made in its place"


def test_corrections_of_a_form_that_is_gone_stop_nothing_and_are_named(command, data, ledger, ada):
    (data / COHORT / "corrections.csv").write_text(
        "source,wave,authority,submission,item,expect,replace,reason,signed_by,date\n"
        f"survey,before,north,{NUMBER},enjoy,9,8,typed twice,A. B.,2020-06-01\n", encoding="utf-8")
    code, said, _ = command(*HERE, "--sign-with", str(ada))
    assert code == 0 and "1 lines of corrections.csv" in said
    assert kept(data, ledger) == (9, 7, 2)


def test_two_layouts_with_the_same_number_take_the_name_of_one(command, data, tmp_path, ada):
    dictionary = shutil.copytree(TINY, tmp_path / "two")
    columns = dictionary / "instruments" / "reading_survey" / "columns.csv"
    columns.write_text(columns.read_text() + "".join(line.replace("2020,", "paper,", 1) + "\n" for line in columns.read_text().splitlines() if line.startswith("2020,")))
    cohort = dictionary / "cohorts" / f"{COHORT}.toml"
    cohort.write_text(cohort.read_text() + '\n[[sources.files]]\nwave = "before"\npattern = "paper/{authority}.csv"\nversion = "paper"\nauthorities = ["north"]\n')
    text = cohort.read_text()
    block = text[text.rindex("[[sources.files]]"):]
    first = text.index("[[sources.files]]")
    cohort.write_text(text[:first] + block + "\n" + text[first:text.rindex("[[sources.files]]")])
    write_before(data / COHORT / "paper" / "north.csv", [form(NUMBER, enjoy="1")])
    code, _, err = command(*HERE, dictionary=dictionary)
    assert code == 2 and "several forms" in err and "north, paper" in err
    assert command(*HERE, "--version", "paper", "--sign-with", str(ada), dictionary=dictionary)[0] == 0


def test_a_person_goes_at_every_wave_also_at_those_to_come():
    import pandas as pd

    key = b"k" * 32
    gone = Withdrawn(frozenset({of_person(key, "M 12")}), key)
    rows = pd.DataFrame({"source": "survey", "wave": ["before", "after", "after"], "authority": "north", "version": "2020",
                         "submission": ["1", "77", "78"], "person": ["M  12", "M 12", ""]})
    assert gone.among(rows).tolist() == [True, True, False]
    assert of_person(key, " ") == of_form(key, "survey", "", "", "", " ") == ""
    assert "k" * 32 not in repr(gone)


def test_quotes_and_ratings_can_be_withdrawn(tmp_path):
    from nbeval.cleaning.sources import clean_sources
    from nbeval.cleaning.withdrawn import Wanted, find_forms
    from nbeval.dictionary.models import SourceFiles

    dictionary, key = load(ROOT / "data_dictionary"), b"k" * 32
    rows = [{"Number": str(one), "Quote": "They rang back.", "Speaker": "Care leaver", "Theme": "On workers", "Consent": "Yes", "Release": "Yes",
             "Print age": "", "Print gender": "", "Decision": "", "Decided by": ""} for one in (1, 2, 3)]
    write(tmp_path, "quotes.csv", rows)
    cohort = cohort_with(dictionary, "quote_bank", [SourceFiles(wave="final", pattern="quotes.csv", version="v1")])
    (source,) = cohort.sources
    found = find_forms(Wanted(source.id, "final", numbers=("2",)), cohort, dictionary, tmp_path, key)
    assert (found.forms, found.waves, found.people) == (1, ("final",), 0)
    evidence = clean_sources(cohort, dictionary, tmp_path, Withdrawn(frozenset(found.subjects), key))
    assert evidence.quotes["quote"].tolist() == ["1", "3"]
    assert "1 quote of people who withdrew: left out." in evidence.findings["message"].tolist()


def test_what_is_published_of_a_stage_says_nothing_of_withdrawals(command, data, ledger, ada):
    from dataclasses import replace

    from nbeval.stages import cleaned_counts

    assert command(*HERE, "--sign-with", str(ada))[0] == 0
    dictionary = load(TINY)
    cohort = dictionary.cohort(COHORT)
    cleaned = clean(cohort, dictionary, data, withdrawn_from(cohort, data, ledger))
    many = replace(cleaned, accounting=cleaned.accounting.assign(read=cleaned.accounting["read"] + 40, kept=cleaned.accounting["kept"] + 40))
    shown = cleaned_counts(many, dictionary.disclosure)
    assert "withdrawn" not in shown.columns
    before = dict(zip(shown.columns, next(row for row in shown.rows if row[0] == "before")))
    assert before["read"] == dictionary.disclosure.symbols["withheld"]


def test_with_json_the_answer_is_one_object(command, ada):
    code, said, _ = command(*HERE, "--json", "--sign-with", str(ada))
    answer = json.loads(said)
    assert code == 0 and answer["recorded"] and answer["forms"] == 2 and answer["released"] == [] and NUMBER not in said
