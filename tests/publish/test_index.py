"""The ways in: what there is, for whom, in which formats, when, invented or real, released or draft, and every exhibit."""

from __future__ import annotations

import lxml.html
import pytest

from nbeval.publish.index import Entry, cohort_page, entries, overall_page
from nbeval.words import words_of
from tests.translating import CLOSE, OPEN


def draft(folder):
    """No report has been released."""
    return None


def tree(text):
    """A page, parsed."""
    return lxml.html.document_fromstring(text)


@pytest.fixture(scope="module")
def text(mixed):
    return (mixed[0] / "specimen/index.html").read_text(encoding="utf-8")


def test_the_index_of_a_cohort_leads_to_every_report_that_is_there(mixed, text):
    page = tree(text)
    targets = {target.partition("#")[0] for target in page.xpath("//main//a/@href")} - {""}
    assert {"ok/report.html", "ok/results.csv", "ok/provenance.json", "plain/report.html"} <= targets
    assert all((mixed[0] / "specimen" / target).exists() for target in targets)
    assert "For: Directors" in page.text_content()
    assert "Invented data" in page.text_content()


def test_the_index_over_all_leads_to_each_cohort(mixed):
    page = tree((mixed[0] / "index.html").read_text(encoding="utf-8"))
    targets = {target.partition("#")[0] for target in page.xpath("//main//a/@href")} - {""}
    assert "specimen/index.html" in targets
    assert all((mixed[0] / target).exists() for target in targets)


def test_every_file_of_a_report_has_a_name_of_its_own(text):
    links = tree(text).xpath("//ul[@class='reports']//a")
    names = [link.get("aria-label") or link.text_content() for link in links]
    assert len(names) == len(set(names)) > 6
    assert all(link.text_content() in name for link, name in zip(links, names, strict=True)), "the name holds what is seen"


def test_every_exhibit_is_listed_under_its_report_and_leads_to_its_place(mixed, text):
    found = tree(text).xpath("//section[@id='find']//li/a")
    assert [link.text_content() for link in found][:1] == ["Figure 1. How things stood & what <changed>"]
    for link in found:
        file, _, place = link.get("href").partition("#")
        there = tree((mixed[0] / "specimen" / file).read_text(encoding="utf-8"))
        assert there.xpath(f"//*[@id='{place}']"), link.get("href")


def test_what_the_rows_of_an_exhibit_are_called_can_be_found(mixed, text):
    listed = tree(text).xpath("//section[@id='find']//li/span")[0].text_content()
    record = entries(mixed[0])["specimen"][0].record
    rows = next(entry for entry in entries(mixed[0])["specimen"] if entry.folder == "specimen/ok").record["exhibits"][0]["rows"]
    assert record and rows and listed == "; ".join(rows)


def test_without_a_script_every_exhibit_is_in_sight_and_no_search_that_does_nothing(text):
    part = tree(text).xpath("//section[@id='find']")[0]
    assert [one.get("hidden") for one in part.xpath(".//form")] == [""]
    assert all(one.get("open") is not None for one in part.xpath(".//details"))
    assert not part.xpath(".//*[@hidden][not(self::form)]")


def test_a_report_is_a_draft_until_it_is_released(mixed):
    reports = entries(mixed[0])["specimen"]
    released = tree(cohort_page("specimen", reports, lambda folder: (2, "2026-03-09") if folder == "specimen/ok" else None))
    about = {item.xpath("string(h3)"): item.xpath("string(ul[@class='about'])") for item in released.xpath("//ul[@class='reports']/li")}
    assert "Released on 9 March 2026 (release 2)" in about["Report on ok"]
    assert "Draft" in about["Report on plain"]
    assert "Released" not in about["Report on plain"]


def test_an_index_says_when_people_were_asked():
    summary = {"waves": ["First, 2020", "Last, 2022"], "cohort_label": "A"}
    about = {"title": "T", "language": "en-GB", "invented": False, "summary": summary}
    entry = Entry("a/final", {"report": about, "outputs": {"report.html": ""}, "exhibits": []})
    page = tree(cohort_page("a", [entry], draft))
    assert "Answers from: First, 2020; Last, 2022" in page.text_content()
    assert "Real data" in page.text_content()
    assert not page.xpath("//section[@id='find']|//script"), "nothing to find"


def test_there_is_an_index_before_there_are_reports():
    assert words_of("en-GB")["no_reports"] in tree(overall_page({}, draft)).text_content()


def test_the_same_reports_have_the_same_index_to_the_byte(mixed):
    reports = entries(mixed[0])["specimen"]
    assert cohort_page("specimen", reports, draft) == cohort_page("specimen", list(reports), draft)


def test_an_index_follows_a_language_that_is_given_as_data(mixed, second_language):
    reports, english = entries(mixed[0])["specimen"], words_of("en-GB")
    for entry in reports:
        entry.about["language"] = second_language
    page = tree(cohort_page("specimen", reports, lambda folder: (1, "2026-03-09")))
    seen = " ".join(page.xpath("//body//text()[not(parent::script)]|//body//@aria-label"))
    for key in ("skip_index", "on_cohort", "find", "find_hint", "file_report.pdf", "index_foot", "invented_document"):
        assert english[key] not in seen.replace(f"{OPEN}{english[key]}{CLOSE}", ""), key
    assert f"{OPEN}Released on {OPEN}9 March 2026{CLOSE} (release 1){CLOSE}" in seen
