"""Slides and gaps: one finding a slide, and no heading over nothing."""

from __future__ import annotations

from io import BytesIO

import pypdf
import pytest
from lxml import html

from nbeval.exhibit import Cell, Column, Exhibit, Figure, Row
from nbeval.publish.document import Absent, Document, Heading, Prose, Shown, slides_of, without_empty
from nbeval.publish.formats.html import html_of
from nbeval.publish.formats.pdf import pdf_bytes
from nbeval.publish.document import parse


def words(text):
    """A run of prose."""
    return Prose(tuple(parse(text)))


def shown(name, sentence=""):
    """An exhibit."""
    exhibit = Exhibit(name, "Table 1", f"Title of {name}", (Column("label", "Label", header=True),), (), "", "", "", sentence=sentence)
    return Shown(exhibit, f"<figure class='nb-exhibit' id='exhibit-{name}'><figcaption>{name}</figcaption></figure>", f"shown-{name}")


def document(*blocks):
    """A document of slides."""
    return Document("A talk", "en-GB", "talk", False, "", blocks, "", {"form": "slides"})


def head(text, level=2):
    """A heading."""
    return Heading(level, text, f"section-{text}")


def test_a_section_with_nothing_in_it_goes_with_its_heading_and_introduction():
    kept = without_empty([head("A"), words("About a."), Absent(), head("B"), words("About b."), shown("b")])
    assert [block.text for block in kept if isinstance(block, Heading)] == ["B"]
    assert len(kept) == 3


def test_a_section_stays_where_something_is_written_after_the_gap():
    kept = without_empty([head("A"), words("Intro."), Absent(), words("Ask your worker.")])
    assert [type(block) for block in kept] == [Heading, Prose]
    assert "Ask" in kept[1].text


def test_a_section_stays_where_one_below_it_does():
    kept = without_empty([head("A"), Absent(), head("B", 3), words("There."), head("C"), Absent()])
    assert [block.text for block in kept if isinstance(block, Heading)] == ["A", "B"]


def test_a_section_that_shows_something_loses_only_the_gap():
    kept = without_empty([head("A"), Absent(), shown("a"), Absent()])
    assert [type(block) for block in kept] == [Heading, Shown]


def test_each_exhibit_is_a_slide_and_its_sentence_the_title():
    slides = slides_of(document(head("Part"), shown("a", "Seven in ten."), shown("b"), head("End"), words("Thank you.")))
    assert [slide.title for slide in slides] == ["Seven in ten.", "Title of b", "End"]
    assert [slide.part for slide in slides] == ["Part", "Part", ""]


def test_slides_need_no_script_and_every_link_leads_to_a_slide():
    page = html.fromstring(html_of(document(head("Part"), words("Why."), shown("a", "Seven in ten."))))
    assert not page.xpath("//script")
    ids = set(page.xpath("//@id"))
    links = [link for link in page.xpath("//a/@href") if link.startswith("#")]
    assert links and {link[1:] for link in links} <= ids
    assert len(page.xpath("//h1")) == 1
    assert [heading.text for heading in page.xpath("//section/div/h2")] == ["Part", "Seven in ten."]
    names = page.xpath("//nav/@aria-label")
    assert len(names) == len(set(names)) == 3


HOSTILE = "#let x = $y$ <label> @ref *bold* _under_ `code` // [link](#here) \\ =1+1"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 {0}" width="160mm" height="{0}mm"><rect width="9" height="9"/></svg>'


def pictured(name, text, height):
    """An exhibit with a picture, all of whose texts are the same."""
    columns = (Column("label", text, header=True), Column("value", text, unit="%", numeric=True, group=text))
    rows = (Row((Cell(text),), heading=True), Row((Cell(text), Cell("61"))))
    figure = Figure(SVG.format(height), text, text, 160, height)
    return Shown(Exhibit(name, "Figure 1", text, columns, rows, text, text, text, (("[c]", text),), (text,), figure, sentence=text), "", f"shown-{name}")


@pytest.mark.parametrize("form", ["slides", "plain", "report"])
@pytest.mark.parametrize("height", [50, 120, 400])
def test_text_is_data_in_every_layout_of_the_pdf(form, height):
    blocks = (head(HOSTILE), Prose(({"type": "paragraph", "children": [{"type": "text", "raw": HOSTILE}]},)), pictured("a", HOSTILE, height))
    talk = Document(HOSTILE, "en-GB", "talk", True, HOSTILE, blocks, "", {"form": form, "banner": HOSTILE, "programme": HOSTILE})
    reader = pypdf.PdfReader(BytesIO(pdf_bytes(talk)))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert text.count("".join(HOSTILE.split())) >= 12
    assert "".join(f"{HOSTILE}{HOSTILE}61".split()) in text


def test_a_slide_in_the_pdf_has_one_finding_and_the_numbers_come_last():
    talk = document(head("Part"), words("Why."), pictured("a", "Seven in ten.", 60), pictured("b", "Two in ten.", 130), head("End"), words("Thanks."))
    pages = pypdf.PdfReader(BytesIO(pdf_bytes(talk))).pages
    opening, contents, *texts = [page.extract_text() for page in pages]
    assert "A talk" in opening and "Seven in ten." in contents
    for text, said in zip(texts, ["Why.", "Seven in ten.", "Two in ten.", "Thanks.", "The numbers behind the pictures"], strict=True):
        assert said in text
        assert [other for other in ("Seven in ten.", "Two in ten.") if other in text and other != said and "numbers" not in said] == []
    assert all(page.mediabox.width > page.mediabox.height for page in pages)
