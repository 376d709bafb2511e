"""The codebook says everything the dictionary says, in words, for every reader."""

from __future__ import annotations

import csv
import dataclasses

import lxml.html
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.codebook import codebook_page, codebook_rows, write_codebook


@pytest.fixture(scope="module")
def page(loaded):
    return lxml.html.fromstring(codebook_page(loaded))


def text_of(page) -> str:
    return " ".join(page.text_content().split())


def test_the_same_dictionary_gives_the_same_bytes(loaded, tmp_path):
    first = [path.read_bytes() for path in write_codebook(loaded, tmp_path / "one")]
    assert [path.read_bytes() for path in write_codebook(loaded, tmp_path / "two")] == first


def test_the_table_has_one_row_per_item_and_answer(loaded, tmp_path):
    with write_codebook(loaded, tmp_path)[1].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{**dict.fromkeys(rows[0], ""), **row} for row in codebook_rows(loaded)]
    assert [(row["codebook"], row["code"], row["answer"]) for row in rows if row["item"] == "often"] == [
        ("2020", "1", "Often"), ("2022", "1", "Often or always"), ("", "2", "Sometimes"),
        ("", "3", "Hardly ever or never"), ("", "-8", "Prefer not to say"), ("", "-7", "Don't know"),
    ]
    assert {row["item"] for row in rows} == {item.item for item in loaded.instrument("reading_survey").items}
    assert {row["export_versions"] for row in rows} == {"2020; 2022"}, "options in one column are counted"


def test_every_entry_of_the_dictionary_is_on_the_page(loaded, page):
    said = text_of(page)
    entries = [item.label for item in loaded.instrument("reading_survey").items]
    entries += [one.label for one in loaded.indicators] + [one.label for one in loaded.benchmarks]
    entries += [one.label for one in loaded.cohorts] + [one.label for one in loaded.scales]
    entries += [one.term for one in loaded.glossary] + [one.title for one in loaded.sources]
    entries += ["Often or always", "Hardly ever | Never", "share of valid answers with code 0-4", "12 %"]
    entries += ["three, says the register", "A library opened between the waves.", "missing: prefer not to say"]
    entries += ["those who answered often with code 1 or 2", loaded.digest]
    assert not [entry for entry in entries if entry not in said]


def test_what_is_not_confirmed_says_so_in_words(loaded, page):
    said = text_of(page)
    for label in ("Comics (unconfirmed)", "Often or always (unconfirmed)", "Other reading clubs (unconfirmed)"):
        assert label in said
    assert "Library card (unconfirmed)" not in said
    assert f"Unconfirmed entries ({len(loaded.unconfirmed())})" in said


def test_wording_is_shown_only_where_the_licence_allows(tiny, edit, page):
    wording = "Anything else, in your words?"
    assert wording in text_of(page)
    edit("instruments/reading_survey/instrument.toml", "may_show_wording = true", "may_show_wording = false")
    dictionary = load(tiny)
    assert wording not in codebook_page(dictionary)
    assert not any(row["wording"] for row in codebook_rows(dictionary))


def test_the_page_is_accessible_and_needs_nothing_else(page):
    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title") == "Codebook: Tiny Readers"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")} - set(ids)
    assert not page.xpath("//script | //link | //img | //iframe")
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))
    for table in page.iter("table"):
        assert table.findtext("caption")
        assert all(cell.get("scope") in ("row", "col") for cell in table.iter("th"))
        assert len({len(row) for row in table.iter("tr")}) == 1


def test_text_of_the_dictionary_is_never_markup(loaded):
    hostile = loaded.glossary[0].model_copy(update={"meaning": "<script>alert(1)</script> & more"})
    said = codebook_page(dataclasses.replace(loaded, glossary=(hostile,)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in said
    assert "<script" not in said


def test_the_project_s_own_codebook_can_be_written(root, tmp_path):
    dictionary = load(root / "data_dictionary")
    page = lxml.html.fromstring(write_codebook(dictionary, tmp_path)[0].read_bytes())
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")} - set(ids)


def test_every_instrument_area_entry_and_column_of_the_project_is_on_its_page(root):
    dictionary = load(root / "data_dictionary")
    page = lxml.html.fromstring(codebook_page(dictionary))
    headings = {heading.get("id") for heading in page.iter("h3")}
    assert {f"instrument-{one.record.id}" for one in (*dictionary.instruments, *dictionary.evidence)} <= headings
    said = text_of(page)
    entries = [area.label for one in dictionary.evidence for area in one.areas]
    entries += [field.header for one in dictionary.evidence for field in one.fields]
    entries += [choice.label for one in dictionary.evidence for choice in one.choices]
    entries += [point.label for one in dictionary.evidence for point in one.points]
    entries += [one.label for one in dictionary.official.tables] + [one.label for one in dictionary.official.measures]
    assert not [entry for entry in entries if " ".join(entry.split()) not in said]


def test_headers_of_tools_that_are_from_memory_are_marked_on_the_page(root):
    said = text_of(lxml.html.fromstring(codebook_page(load(root / "data_dictionary"))))
    assert "Document group (unconfirmed)" in said and "Excerpt Creator (unconfirmed)" not in said


def test_a_part_without_entries_is_left_out(loaded, page):
    assert not loaded.evidence and not page.xpath("//*[@id='evidence'] | //*[@id='official']")
