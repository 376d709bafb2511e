"""The page: self-contained, in order, without code, and text in it is text."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import lxml.html
import nbformat
import pytest
from nbconvert.exporters import get_exporter

from nbeval.errors import RenderError
from nbeval.publish.document import read_document
from nbeval.publish.formats.html import ReportExporter, html_of
from nbeval.publish.page import template_text
from nbeval.words import words_of
from tests.translating import CLOSE, OPEN


@pytest.fixture(scope="module")
def text(mixed):
    return (mixed[0] / "specimen/ok/report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return lxml.html.document_fromstring(text)


def test_language_title_landmarks_and_skip_link(page):
    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title") == "Report on ok (invented data)"
    assert [len(page.xpath(f"//{name}")) for name in ("main", "header", "footer", "nav", "h1")] == [1] * 5
    skip = page.xpath("//body/a")[0]
    assert skip.get("href") == "#content"
    assert page.get_element_by_id("content").tag == "main"


def test_headings_leave_no_level_out(page):
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_ids_are_unique_and_links_inside_lead_somewhere(page):
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    inside = [target[1:] for target in page.xpath("//a/@href") if target.startswith("#")]
    assert set(inside) <= set(ids)
    assert len(inside) > 4


def test_nothing_is_loaded_or_run(text, page):
    assert not page.xpath("//script|//link|//iframe|//object|//img[not(starts-with(@src, 'data:'))]")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert "@import" not in text
    assert "url(" not in text


def test_code_is_not_shown(text):
    assert "EXHIBIT_MIME" not in text
    assert "display(" not in text


def test_markup_that_somebody_typed_is_text(text):
    assert "<b>" not in text.split("<main", 1)[1]
    assert "what &lt;changed&gt;" in text


def test_invented_data_stand_under_a_banner(page):
    assert "invented" in page.xpath("//aside")[0].text_content().lower()


def test_no_clock_no_path(text):
    assert not [str(place) for place in (Path.cwd(), Path.home(), Path(tempfile.gettempdir())) if str(place) in text]
    assert not re.search(r"\b\d\d:\d\d\b", text)


def test_a_notebook_of_words_can_be_exported_and_one_with_other_outputs_is_refused():
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Mine\n\n## Part\n\n<script>"), nbformat.v4.new_code_cell("1")]
    html, _ = ReportExporter().from_notebook_node(notebook)
    assert "<h1>Mine</h1>" in html
    assert "<script>" not in html
    notebook.cells[1].outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "<1>", "text/html": "<script>"})]
    with pytest.raises(RenderError, match="cell 2, under 'Part', shows HTML"):
        ReportExporter().from_notebook_node(notebook)


def test_the_exporter_is_known_to_nbconvert_by_its_name():
    assert get_exporter("nbeval-html") is ReportExporter


def test_headings_of_the_same_words_get_anchors_of_their_own():
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# T\n\n### Part\n\n## Part\n\n##### Part\n\n## Content")]
    document = read_document(notebook)
    assert [(heading.level, heading.anchor) for heading in document.headings] == [
        (2, "section-part"), (2, "section-part-2"), (3, "section-part-3"), (2, "section-content")]
    assert html_of(document).count("section-part-2") == 2


def test_a_page_follows_a_language_that_is_given_as_data(mixed, second_language):
    notebook = nbformat.read(mixed[0] / "specimen/ok/report.ipynb", as_version=4)
    notebook.metadata["nbeval"]["language"] = second_language
    page = lxml.html.document_fromstring(html_of(read_document(notebook)))
    seen, english = " ".join(page.xpath("//body//text()|//body//@aria-label")), words_of("en-GB")
    for key in ("skip_report", "contents", "exhibits", "about_data"):
        assert f"{OPEN}{english[key]}{CLOSE}" in seen
        assert english[key] not in seen.replace(f"{OPEN}{english[key]}{CLOSE}", ""), key
    assert f"{OPEN}Every number of this report is in results.csv, and what it rests on in provenance.json, beside it.{CLOSE}" in " ".join(
        foot.text_content() for foot in page.xpath("//footer/p"))


def luminance(colour: str) -> float:
    parts = [int(colour[start:start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_contrast_enough_for_small_text(scheme):
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", template_text("report.css").split(":root {")[scheme + 1]))
    pairs = [("ink", "paper"), ("soft", "paper"), ("accent", "paper"), ("ink", "tint"), ("warn", "warn-tint")]
    assert {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 1) for pair in pairs
            if contrast(colours[pair[0]], colours[pair[1]]) < 4.5} == {}
    assert contrast(colours["focus"], colours["paper"]) >= 3
