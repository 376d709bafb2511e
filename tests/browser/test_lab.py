"""Exhibits in JupyterLab: its own rules do not bend tables, and the dark theme leaves every word readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbconvert import HTMLExporter

from tests.browser.conftest import PAGES

NOTEBOOK = PAGES / "specimen" / "measurement" / "report.ipynb"
#: a colour on what lies behind it, both as red, green and blue
COLOURS = """(chosen => [...document.querySelectorAll(chosen)].map(one => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    let behind = one;
    while (behind && (parts(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
    return [parts(getComputedStyle(one).color).slice(0, 3), behind ? parts(getComputedStyle(behind).backgroundColor).slice(0, 3) : [255, 255, 255]];
}))"""


@pytest.fixture(scope="module", params=["light", "dark"])
def lab(request, browser, tmp_path_factory) -> Path:
    """A notebook of the invented cohort as JupyterLab shows it, in a theme."""
    page = tmp_path_factory.mktemp("lab") / f"{request.param}.html"
    page.write_text(HTMLExporter(theme=request.param).from_filename(str(NOTEBOOK))[0], encoding="utf-8")
    browser.size(1280, 900)
    browser.open(page)
    return page


def luminance(colour: list[float]) -> float:
    """How light a colour is (WCAG 2.2)."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_labels_captions_and_cells_can_be_read(browser, lab):
    for chosen in (".nb-label", ".nb-exhibit figcaption", ".nb-invented", ".nb-exhibit td", ".nb-exhibit th", ".nb-below p"):
        found = browser.evaluate(f"{COLOURS}({chosen!r})")
        assert found, chosen
        for colour, behind in found:
            low, high = sorted((luminance(colour), luminance(behind)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (chosen, colour, behind)


def test_labels_of_rows_stand_on_the_left_and_numbers_on_the_right(browser, lab):
    aligned = "(chosen => [...new Set([...document.querySelectorAll(chosen)].map(one => getComputedStyle(one).textAlign))])"
    assert browser.evaluate(f"{aligned}('.nb-exhibit tbody th[scope=row]')") == ["left"]
    assert browser.evaluate(f"{aligned}('.nb-exhibit td.nb-number')") == ["right"]


def test_a_table_scrolls_in_its_place(browser, lab):
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
