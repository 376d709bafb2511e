"""The ways in: what there is, for whom, in which formats, invented or real."""

from __future__ import annotations

import lxml.html


def test_the_index_of_a_cohort_leads_to_every_report_that_is_there(mixed):
    page = lxml.html.document_fromstring((mixed[0] / "specimen/index.html").read_text(encoding="utf-8"))
    targets = page.xpath("//main//a/@href")
    assert {"ok/report.html", "ok/results.csv", "ok/provenance.json", "plain/report.html"} <= set(targets)
    assert all((mixed[0] / "specimen" / target).exists() for target in targets)
    assert "For: Directors" in page.text_content()
    assert "Invented data" in page.text_content()


def test_the_index_over_all_leads_to_each_cohort(mixed):
    page = lxml.html.document_fromstring((mixed[0] / "index.html").read_text(encoding="utf-8"))
    targets = page.xpath("//main//a/@href")
    assert "specimen/index.html" in targets
    assert all((mixed[0] / target).exists() for target in targets)


def test_every_link_of_an_index_has_a_name_of_its_own(mixed):
    page = lxml.html.document_fromstring((mixed[0] / "specimen/index.html").read_text(encoding="utf-8"))
    names = [link.text_content() for link in page.xpath("//main//a")]
    assert len(names) == len(set(names))
