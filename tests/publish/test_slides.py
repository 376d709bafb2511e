"""Slides and gaps: one finding a slide, and no heading over nothing."""

from __future__ import annotations

from lxml import html

from nbeval.exhibit import Column, Exhibit
from nbeval.publish.blocks import Absent, Heading, Prose, Shown, without_empty
from nbeval.publish.document import Document
from nbeval.publish.html import html_of
from nbeval.publish.prose import parse
from nbeval.publish.slides import slides_of


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
