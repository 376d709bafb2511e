"""Files of claims are read whole or refused with every fault; reports are read back from their files."""

from __future__ import annotations

import re
import shutil

import pytest

from nbeval.claims.claim import Verdict
from nbeval.claims.judges import judge_file
from nbeval.claims.files import EXAMPLES, is_report, read_claims, read_report, write_template
from nbeval.errors import OutputError, ParameterError, SourceError

RESULTS = "exhibit,source,indicator,quantity,wave,authority,group,level,contrast,reference,weighted,estimate,numerator,n_valid,n_eligible\n"


def write(folder, name, text):
    """A file of a test."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_template_is_read_and_every_example_holds(tmp_path):
    path = tmp_path / "claims.csv"
    write_template(path)
    judged = judge_file(path)
    assert len(judged) == len(EXAMPLES)
    assert all(one.judgement.holds for one in judged)
    with pytest.raises(OutputError, match="already"):
        write_template(path)


def test_columns_may_stand_in_any_order_and_unused_ones_may_be_left_out(tmp_path):
    path = write(tmp_path, "c.csv", "n,kind,percent,claim\n125,percentage,66,a\n\n10,percentage,30,b\n")
    assert [(one.claim, one.percent) for one in read_claims(path)] == [("a", "66"), ("b", "30")]


@pytest.mark.parametrize(("text", "says"), [
    ("claim,kind\n", "no claims"), ("", "empty"), ("claim,kinds\n1,percentage\n", "kinds"),
    ("claim,kind,percent,n\n1,percentage,66,\n", "column 'n': is empty for a claim of kind percentage"),
    ("claim,kind,percent,n\n1,percentage,about half,10\n", "column 'percent': is not a number"),
    ("claim,kind,percent,n\n1,percentage,66,0\n", "column 'n': is not a number of people"),
    ("claim,kind,percent,n\n1,proportion,66,10\n", "column 'kind': is not allowed"),
    ("claim,kind,percent,n\n1,percentage,66\n", "row 2 has 3 cells"),
    ("claim,kind,test,statistic,p\n1,test,Q,2.2,.03\n", "is not one of t, F, chi2, r, z"),
])
def test_a_file_that_cannot_be_read_is_refused_with_its_faults(tmp_path, text, says):
    with pytest.raises((ParameterError, SourceError)) as refused:
        read_claims(write(tmp_path, "c.csv", text))
    assert says in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    with pytest.raises(ParameterError) as refused:
        read_claims(write(tmp_path, "c.csv", "claim,kind,percent,n\n1,percentage,x,10\n2,percentage,50,y\n"))
    assert "row 2" in str(refused.value) and "row 3" in str(refused.value)


def test_what_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(SourceError, match="not there"):
        read_claims(tmp_path / "none.csv")
    (tmp_path / "c.csv").write_bytes(b"\xff\xfe\x00claim")
    with pytest.raises(SourceError, match="UTF-8"):
        read_claims(tmp_path / "c.csv")


@pytest.fixture
def page(root, tmp_path):
    """The page of a report, with the notebook and the results beside it."""
    shutil.copytree(root / "reports" / "specimen" / "authority_baseline" / "larkenmere", tmp_path / "report")
    return tmp_path / "report" / "report.html"


def test_a_page_is_held_against_the_results_that_its_cells_name(page):
    judged = judge_file(page)
    assert len(judged) > 100
    assert all(one.claim.count and one.judgement.verdict is Verdict.REPRODUCES for one in judged)


def test_a_percentage_that_a_page_prints_otherwise_is_found(page):
    text = page.read_text(encoding="utf-8")
    assert text.count('<td class="nb-number">47</td>') >= 1
    page.write_text(text.replace('<td class="nb-number">47</td>', '<td class="nb-number">74</td>', 1), encoding="utf-8")
    wrong = [one for one in judge_file(page) if not one.judgement.holds]
    assert [(one.claim.percent, one.judgement.right) for one in wrong] == [("74", "47%")]


def test_a_page_of_another_report_than_the_notebook_is_refused(page):
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"<tbody><tr>.*?</tr>", "<tbody>", text, count=1), encoding="utf-8")
    with pytest.raises(SourceError, match="not that of the notebook"):
        read_report(page)


@pytest.mark.parametrize("file", ["results.csv", "report.ipynb"])
def test_a_page_without_what_says_what_its_numbers_are_is_refused(page, file):
    page.with_name(file).unlink()
    with pytest.raises(SourceError, match="is not there|cannot be read"):
        read_report(page)


def test_results_are_held_against_their_counts(tmp_path):
    rows = "t,survey,reads,percent,first,,,,,,False,65.6,82,125,130\nt,survey,writes,percent,first,,,,,,False,65.0,82,125,130\n"
    rows += "t,survey,,response_rate,first,,,,,,False,50.0,65,65,130\nt,survey,reads,percent,first,,,,,,True,60.0,82,125,130\n"
    path = write(tmp_path, "results.csv", RESULTS + rows)
    assert is_report(path)
    assert [one.judgement.verdict.value for one in judge_file(path)] == ["reproduces", "misprint", "reproduces"]


def test_another_file_is_refused(tmp_path):
    with pytest.raises(SourceError, match="not that of a report"):
        read_report(write(tmp_path, "results.csv", "a,b\n1,2\n"))
    with pytest.raises(ParameterError, match="no percentage"):
        read_report(write(tmp_path, "results.csv", RESULTS))
    with pytest.raises(SourceError):
        read_report(tmp_path / "none.html")
