"""Every page in a real browser: accessible to axe-core, walkable by keyboard, at home on a telephone, asking nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.devtools import Browser

PHONE, DESKTOP = (390, 844), (1280, 900)
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
AXE_RUN = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
    .then(found => found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))"""
COLOURS_ONLY = """axe.run(document, {runOnly: ['color-contrast', 'link-in-text-block'], resultTypes: ['violations']})
    .then(found => found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))"""
#: what the keyboard should reach, in order; what stands in closed details cannot be reached
REACHABLE = """[...document.querySelectorAll('a[href], summary, button, input, [tabindex="0"]')]
    .filter(one => one.checkVisibility())"""
HERE = """(() => { const one = document.activeElement; const box = one.getBoundingClientRect(); const look = getComputedStyle(one);
    return {place: window.walk.indexOf(one), skip: one.classList.contains('skip'),
            seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
            marked: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2, words: one.textContent.trim().slice(0, 60)}; })()"""


def show(browser: Browser, page: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> None:
    """Open a page in a window of this size and these colours."""
    browser.size(*size)
    browser.colours(scheme)
    browser.open(page)


def test_no_page_breaks_a_rule_of_axe(browser, axe, pages):
    broken = []
    for page in pages:
        show(browser, page)
        browser.evaluate(axe)
        browser.evaluate(OPEN_ALL)
        for size in (DESKTOP, PHONE):
            browser.size(*size)
            for scheme, run in (("light", AXE_RUN), ("dark", COLOURS_ONLY)):
                browser.colours(scheme)
                broken += [f"{page.parent.name}/{page.name}, {size[0]} wide, {scheme}: {one}" for one in browser.evaluate(run)]
    assert not broken, "\n".join(broken)


def test_axe_would_find_a_picture_without_words_and_words_that_fade(browser, axe, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text("<!DOCTYPE html><html lang='en'><head><title>A page</title></head><body><main><h1>A page</h1>"
                    "<svg role='img' width='9' height='9'></svg><p style='color:#999;background:#fff'>pale</p></main></body></html>")
    show(browser, page)
    browser.evaluate(axe)
    found = " ".join(browser.evaluate(AXE_RUN))
    assert "svg-img-alt" in found
    assert "color-contrast" in found


def test_no_page_asks_anybody_for_anything(browser, pages):
    asked = []
    for page in pages:
        show(browser, page)
        browser.evaluate(OPEN_ALL)
        asked += [f"{page.parent.name}: {one}" for one in browser.asked if not one.startswith(("file:", "data:"))]
        assert any(one.startswith("file:") for one in browser.asked), "the browser notes what is asked for"
    assert not asked


def test_no_page_scrolls_sideways_on_a_telephone(browser, pages):
    wide = []
    for page in pages:
        show(browser, page, PHONE)
        for opened in ("0", OPEN_ALL):
            browser.evaluate(opened)
            width = browser.evaluate("document.documentElement.scrollWidth")
            if width > PHONE[0]:
                wide.append(f"{page.parent.name}/{page.name}: {width}")
    assert not wide


def test_no_table_of_a_report_in_plain_words_is_wider_than_a_telephone(browser, pages):
    plain = [page for page in pages if page.parent.name == "young_people"]
    assert plain
    for page in plain:
        show(browser, page, PHONE)
        browser.evaluate(OPEN_ALL)
        tables = browser.evaluate("[...document.querySelectorAll('table')].map(one => [one.scrollWidth, one.parentElement.clientWidth])")
        assert tables
        assert all(table <= room for table, room in tables), tables


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser, pages, size):
    wrong = []
    for page in pages:
        show(browser, page, size)
        count = browser.evaluate(f"window.walk = {REACHABLE}; window.walk.length")
        for place in range(count):
            browser.press_tab()
            here = browser.evaluate(HERE)
            if here["place"] != place or not here["seen"] or not here["marked"] or (place == 0 and not here["skip"]):
                wrong.append(f"{page.parent.name}/{page.name}, stop {place}: {here}")
                break
    assert not wrong, "\n".join(wrong)


def test_the_skip_link_leads_to_the_content(browser, pages):
    for page in pages:
        show(browser, page)
        browser.press_tab()
        target = browser.evaluate("document.activeElement.getAttribute('href').slice(1)")
        assert browser.evaluate(f"document.getElementById({target!r}).tagName") == "MAIN", page


def test_pictures_keep_light_paper_in_the_dark(browser, pages):
    for page in pages:
        show(browser, page, scheme="dark")
        papers = browser.evaluate("[...document.querySelectorAll('.nb-picture svg')].map(one => getComputedStyle(one).backgroundColor)")
        assert set(papers) <= {"rgb(255, 255, 255)"}, page
        assert browser.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)", page
