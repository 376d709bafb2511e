"""HTML: well formed, readable by assistive software, nothing that runs, nothing from outside."""

from __future__ import annotations

import re

import pytest
from lxml import etree, html

from nbeval.exhibit import anchor
from nbeval.report.displays import Paragraphs, Text
from nbeval.report.markup import STYLE, exhibit_html
from nbeval.words import words_of
from tests.report.invented import HOSTILE
from tests.guards import some

WORDS = words_of("en-GB")


@pytest.fixture
def page(make):
    """All exhibits of a report on one page."""
    report = make()
    inner = "".join(exhibit_html(report.exhibit(spec.exhibit).exhibit, WORDS) for spec in report.specs)
    return f"<main>{inner}</main>"


def test_exhibits_are_well_formed(page):
    etree.fromstring(page.encode())


def test_ids_are_unique_and_every_label_leads_to_one(page):
    tree = html.fromstring(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(tree.xpath("//@aria-labelledby")) <= set(ids)


def test_every_picture_is_an_image_with_a_name(page):
    for svg in some(html.fromstring(page).xpath("//*[local-name()='svg']")):
        assert svg.get("role") == "img"
        assert svg.xpath("./*[local-name()='title']")[0].text.strip()


def test_every_table_has_a_caption_headers_with_scope_and_no_empty_header(page):
    for table in some(html.fromstring(page).xpath("//table")):
        assert table.xpath("./caption")
        assert not [cell for cell in table.xpath(".//th") if not cell.get("scope") or not cell.text_content().strip()]
        for row in table.xpath("./tbody/tr[td]"):
            assert row.xpath("./th[@scope='row']")


def test_spanning_headers_cover_the_columns_under_them(page):
    for head in some(html.fromstring(page).xpath("//thead")):
        top, *below = head.xpath("./tr")
        spans = sum(int(cell.get("colspan", "1")) for cell in top.xpath("./th"))
        body = head.getparent().xpath("./tbody/tr[td]")[0].xpath("./*")
        assert spans == len(body)
        if below:
            assert len(below[0].xpath("./th")) == sum(int(cell.get("colspan")) for cell in top.xpath("./th[@colspan]"))


def test_regions_that_scroll_can_be_reached_by_keyboard_and_are_named(page):
    regions = html.fromstring(page).xpath("//*[@role='region']")
    assert regions
    assert all(region.get("tabindex") == "0" and region.get("aria-label") for region in regions)
    names = [region.get("aria-label") for region in regions]
    assert len(names) == len(set(names))


def test_nothing_runs_and_nothing_comes_from_outside(page):
    assert not re.search(r"<script|javascript:|\son\w+=|<iframe|<link", page)
    assert not re.findall(r'(?:href|src)="(?!#)', page)
    assert "url(" not in STYLE and "@import" not in STYLE


def test_labels_with_markup_are_shown_as_they_were_typed(page):
    cells = html.fromstring(page).xpath("//th[@scope='row']")
    assert HOSTILE in [cell.text_content() for cell in cells]


def test_the_numbers_behind_a_picture_are_one_click_away(make):
    tree = html.fromstring(exhibit_html(make().exhibit("levels").exhibit, WORDS))
    assert tree.xpath("//details[table or .//table]/summary")[0].text_content() == "Show the numbers behind Figure 1"
    assert not html.fromstring(exhibit_html(make().exhibit("bare").exhibit, WORDS)).xpath("//details")


def test_an_anchor_holds_only_letters_that_an_address_may_have():
    assert anchor('a b"<c>') == "exhibit-a-b-c-"


def test_a_text_shows_the_same_words_in_all_its_forms():
    text = Text((Paragraphs("heading", (("Head",),)), Paragraphs("bullets", (("One <1>",), ("Two",))),
                 Paragraphs("terms", (("Term", "Meaning"),)), Paragraphs("links", (("Go", "exhibit-a"),))))
    shown = html.fromstring(text._repr_mimebundle_()["text/html"])
    for word in ("Head", "One <1>", "Two", "Term", "Meaning", "Go"):
        assert word in shown.text_content()
        assert word in str(text)


def test_a_picture_has_a_twin_for_telephones_a_place_that_scrolls_or_is_small_enough(page):
    pictures = html.fromstring(page).xpath("//div[contains(@class, 'nb-picture')]")
    assert pictures
    for one in pictures:
        twins = one.xpath("./div[@class='nb-wide' or @class='nb-slim']")
        scrolls = "nb-scroll" in one.get("class") and one.get("tabindex") == "0" and one.get("role") == "region" and one.get("aria-label")
        assert len(twins) == 2 or scrolls or "nb-narrow" in one.get("class")


def test_no_two_regions_of_an_exhibit_have_one_name(page):
    names = html.fromstring(page).xpath("//*[@role='region']/@aria-label")
    assert len(names) == len(set(names))
