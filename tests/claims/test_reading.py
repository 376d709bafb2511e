"""Files of claims are read whole or refused with every fault; reports are read back from their files."""

from __future__ import annotations

import pytest

from nbeval.claims.judges import judge_file
from nbeval.claims.reading import EXAMPLES, is_report, read_claims, read_report, write_template
from nbeval.errors import OutputError, ParameterError, SourceError

PAGE = """<html><body><table class="nb-table"><caption>Table 1: Levels.</caption>
<thead><tr><th scope="col" rowspan="2">Indicator</th><th scope="colgroup" colspan="2">First wave</th><th scope="col" rowspan="2">Note</th></tr>
<tr><th scope="col">Estimate <span class="nb-unit">(%)</span></th><th scope="col">Number who answered</th></tr></thead>
<tbody><tr><th scope="rowgroup" colspan="4">A domain</th></tr>
<tr><th scope="row">Reads</th><td>{percent}</td><td>125</td><td>x</td></tr>
<tr><th scope="row">Writes</th><td>[c]</td><td>[c]</td><td>x</td></tr></tbody></table>
<table class="nb-table"><thead><tr><th scope="col">Place</th><th scope="col">Forms</th><th scope="col">Eligible</th>
<th scope="col">Response rate <span class="nb-unit">(%)</span></th></tr></thead>
<tbody><tr><th scope="row">All</th><td>1,500</td><td>3,000</td><td>50</td></tr></tbody></table>
<table><tbody><tr><th>Other</th><td>40%</td></tr></tbody></table></body></html>"""
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


def test_a_page_gives_its_percentages_with_their_bases(tmp_path):
    claims = read_report(write(tmp_path, "report.html", PAGE.format(percent="66")))
    assert [(one.percent, one.count, one.n) for one in claims] == [("66", "", "125"), ("50", "1,500", "3,000")]
    assert claims[0].text == "First wave, 66% of 125"


def test_counts_come_from_the_results_beside_the_page(tmp_path):
    page = write(tmp_path, "report.html", PAGE.format(percent="66"))
    write(tmp_path, "results.csv", RESULTS + "t,survey,reads,percent,first,,,,,,False,65.6,82,125,130\n")
    assert [one.judgement.verdict.value for one in judge_file(page)] == ["reproduces", "reproduces"]


def test_a_page_that_prints_an_impossible_percentage_is_found(tmp_path):
    page = write(tmp_path, "report.html", PAGE.format(percent="65.9"))
    assert [one.judgement.verdict.value for one in judge_file(page)] == ["impossible", "reproduces"]


def test_results_are_held_against_their_counts(tmp_path):
    rows = "t,survey,reads,percent,first,,,,,,False,65.6,82,125,130\nt,survey,writes,percent,first,,,,,,False,65.0,82,125,130\n"
    rows += "t,survey,,response_rate,first,,,,,,False,50.0,65,65,130\nt,survey,reads,percent,first,,,,,,True,60.0,82,125,130\n"
    path = write(tmp_path, "results.csv", RESULTS + rows)
    assert is_report(path)
    assert [one.judgement.verdict.value for one in judge_file(path)] == ["reproduces", "misprint", "reproduces"]


def test_a_page_without_such_tables_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="no percentage"):
        read_report(write(tmp_path, "report.html", "<html><body><p>40%</p></body></html>"))
    with pytest.raises(SourceError):
        read_report(tmp_path / "none.html")
