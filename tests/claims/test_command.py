"""The command: exit codes, what it prints, and what it writes, with every text escaped."""

from __future__ import annotations

import csv

import lxml.html
import pytest

from nbeval.claims.claim import Claim, Judged, Judgement, Verdict
from nbeval.claims.files import MEANINGS, count_verdicts, csv_of, page_of
from nbeval.cli.app import main

GOOD = "claim,kind,percent,count,n\n1,percentage,66,82,125\n"
BAD = GOOD + "2,percentage,65,82,125\n"
EVIL = "<script>alert(1)</script>"


def judged(text: str = "as printed", verdict: Verdict = Verdict.MISPRINT) -> Judged:
    """A claim that was judged."""
    return Judged(Claim(claim="1", kind="percentage", text=text, source=EVIL), Judgement(verdict, "82 of 125 is 65.6%.", "66%"))


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1), ("claim,kind\n", 2)])
def test_the_exit_code_says_whether_everything_holds(tmp_path, capsys, text, code):
    path = tmp_path / "claims.csv"
    path.write_text(text, encoding="utf-8")
    assert run(["claims", str(path)]) == code


def test_the_verdicts_are_printed_and_written(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text(BAD, encoding="utf-8")
    assert run(["claims", str(path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().out
    assert "misprint" in said
    assert "2 claims: 1 reproduces, 1 misprint." in said
    rows = list(csv.DictReader((tmp_path / "out" / "claims.csv").open(encoding="utf-8")))
    assert [(row["verdict"], row["would_be_right"]) for row in rows] == [("reproduces", ""), ("misprint", "66%")]
    page = lxml.html.parse(str(tmp_path / "out" / "claims.html"))
    assert page.xpath("//tbody/tr/td[2]/text()") == ["reproduces", "misprint"]


def test_a_template_is_written_on_request(tmp_path):
    path = tmp_path / "template.csv"
    assert run(["claims", "--template", str(path)]) == 0
    assert run(["claims", str(path)]) == 0
    assert run(["claims"]) == 2


def test_nothing_of_a_claim_becomes_markup():
    page = page_of([judged(EVIL)], EVIL)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_the_page_is_complete_in_itself_and_can_be_read_aloud():
    page = lxml.html.document_fromstring(page_of([judged(), judged(verdict=Verdict.REPRODUCES)], "claims.csv"))
    assert page.get("lang") == "en-GB"
    assert not page.xpath("//script | //link | //img | //*[starts-with(@href, 'http')]")
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//table/caption") and page.xpath("//thead//th[@scope='col']") and page.xpath("//tbody//th[@scope='row']")
    assert page.xpath("//a/@href") == ["#claim-1"]
    assert page.xpath("//*[@id='claim-1']")


def test_no_cell_of_the_table_is_a_formula():
    rows = list(csv.reader(csv_of([judged("=1+1")]).splitlines()))
    assert rows[1][2] == "'=1+1"


def test_every_verdict_has_a_meaning_and_is_counted():
    assert set(MEANINGS) == set(Verdict)
    assert count_verdicts([judged()]) == "1 claim: 1 misprint."


def run(arguments: list[str]) -> int:
    """The exit code of a command."""
    try:
        return main(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
