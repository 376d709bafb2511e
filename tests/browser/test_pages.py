"""Every page in a real browser: accessible to axe-core, walkable by keyboard, at home on a telephone, asking nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import PAGES
from tests.browser.devtools import Browser

DESKTOP, PHONE, ZOOMED = (1280, 900), (360, 740), (320, 640)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
ALL_RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
COLOUR_RULES = "['color-contrast', 'link-in-text-block']"
#: axe judges a picture and its words, and cannot tell what lies behind the letters inside; their colours have tests of their own
WHOLE = "['.nb-picture svg > *']"
#: rows of a table and of a list look like those above them: one run goes through all of them, the others through the first
FIRST_ROWS = "['.nb-picture svg > *', 'tbody tr:nth-child(n+4)', '#find li:nth-child(n+3)']"
AXE_RUN = """axe.run({exclude: %s}, {runOnly: %s, resultTypes: ['violations'], preload: false, iframes: false})
    .then(found => found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))"""
#: what the keyboard should reach, in order; what stands in closed details cannot be reached
REACHABLE = """[...document.querySelectorAll('a[href], summary, button, input, [tabindex="0"]')]
    .filter(one => one.checkVisibility())"""
HERE = """(() => { const one = document.activeElement; const box = one.getBoundingClientRect(); const look = getComputedStyle(one);
    return {place: window.walk.indexOf(one), skip: one.classList.contains('skip'),
            seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
            marked: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2, words: one.textContent.trim().slice(0, 60)}; })()"""
#: letters of pictures that are in sight, in CSS pixels
LETTERS = """[...document.querySelectorAll('.nb-picture svg')].filter(one => one.checkVisibility()).map(one => {
    const scale = one.getBoundingClientRect().width / one.viewBox.baseVal.width;
    return Math.min(...[...one.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize) * scale)); })"""


def show(browser: Browser, page: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> None:
    """Open a page in a window of this size and these colours."""
    browser.size(*size)
    browser.colours(scheme)
    browser.open(page)


def test_there_are_pages_of_each_kind():
    kinds = {page.relative_to(PAGES).parts[1] for page in PAGES.glob("*/*/**/*.html")}
    assert kinds >= {"baseline", "final", "authority_baseline", "authority_final", "measurement", "slides", "young_people"}
    assert (PAGES / "index.html").is_file()


def test_no_page_breaks_a_rule_of_axe(browser, axe, page):
    show(browser, page)
    browser.evaluate(axe)
    browser.evaluate(OPEN_ALL)
    broken = []
    for size, scheme, without, rules in (
        (DESKTOP, "light", WHOLE, ALL_RULES), (DESKTOP, "dark", FIRST_ROWS, COLOUR_RULES),
        (PHONE, "dark", FIRST_ROWS, COLOUR_RULES), (PHONE, "light", FIRST_ROWS, ALL_RULES),
    ):
        browser.size(*size)
        browser.colours(scheme)
        broken += [f"{size[0]} wide, {scheme}: {one}" for one in browser.evaluate(AXE_RUN % (without, rules))]
    assert not broken, "\n".join(broken)


def test_axe_would_find_a_picture_without_words_and_words_that_fade(browser, axe, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text("<!DOCTYPE html><html lang='en'><head><title>A page</title></head><body><main><h1>A page</h1>"
                    "<div class='nb-picture'><svg role='img' width='9' height='9'><g></g></svg></div>"
                    "<p style='color:#999;background:#fff'>pale</p></main></body></html>")
    show(browser, page)
    browser.evaluate(axe)
    found = " ".join(browser.evaluate(AXE_RUN % (WHOLE, ALL_RULES)))
    assert "svg-img-alt" in found
    assert "color-contrast" in found


def test_no_page_asks_anybody_for_anything(browser, page):
    show(browser, page)
    browser.evaluate(OPEN_ALL)
    assert any(one.startswith("file:") for one in browser.asked), "the browser notes what is asked for"
    assert not [one for one in browser.asked if not one.startswith(("file:", "data:"))]


@pytest.mark.parametrize("size", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_no_page_scrolls_sideways(browser, page, size):
    show(browser, page, size)
    for opened in ("0", OPEN_ALL):
        browser.evaluate(opened)
        assert browser.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_words_of_pictures_can_be_read_on_a_telephone(browser, page):
    show(browser, page, PHONE)
    letters = browser.evaluate(LETTERS)
    assert bool(letters) is browser.evaluate("document.querySelector('.nb-picture svg') !== null")
    assert not [letter for letter in letters if letter < 10.0]


def test_no_table_of_a_report_in_plain_words_is_wider_than_a_telephone(browser):
    plain = [page for page in PAGES.rglob("*.html") if page.parent.name == "young_people"]
    assert plain
    for page in plain:
        show(browser, page, PHONE)
        browser.evaluate(OPEN_ALL)
        tables = browser.evaluate("[...document.querySelectorAll('table')].map(one => [one.scrollWidth, one.parentElement.clientWidth])")
        assert tables
        assert all(table <= room for table, room in tables), tables


@SIZES
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser, page, size):
    show(browser, page, size)
    count = browser.evaluate(f"window.walk = {REACHABLE}; window.walk.length")
    for place in range(count):
        browser.press("Tab")
        here = browser.evaluate(HERE)
        assert here["place"] == place and here["seen"] and here["marked"], f"stop {place}: {here}"
        assert place or here["skip"], "the first stop leads past the contents"


def test_the_skip_link_leads_to_the_content(browser, page):
    show(browser, page)
    browser.press("Tab")
    target = browser.evaluate("document.activeElement.getAttribute('href').slice(1)")
    assert browser.evaluate(f"document.getElementById({target!r}).tagName") == "MAIN"


def test_pictures_keep_light_paper_in_the_dark(browser, page):
    show(browser, page, scheme="dark")
    papers = browser.evaluate("[...document.querySelectorAll('.nb-picture svg')].map(one => getComputedStyle(one).backgroundColor)")
    assert set(papers) <= {"rgb(255, 255, 255)"}
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_an_index_finds_exhibits_by_words_and_says_how_many(browser):
    show(browser, PAGES / "specimen" / "index.html")
    listed = browser.evaluate("document.querySelectorAll('#find li').length")
    assert browser.evaluate("document.querySelectorAll('#find details[open]').length") == 0
    browser.evaluate("document.getElementById('find-words').focus()")
    browser.type("LÓNELY often")
    left = "[...document.querySelectorAll('#find li')].filter(one => one.checkVisibility())"
    found = browser.evaluate(f"{left}.map(one => one.textContent.toLowerCase())")
    assert 0 < len(found) < listed
    assert browser.evaluate("document.querySelector('#find [role=status]').textContent") == f"{len(found)} tables and figures found."
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.tagName") == "SUMMARY", "the next stop is the first report with a hit"
    browser.press("Tab")
    there = browser.evaluate("document.activeElement.href")
    browser.press("Enter")
    file, _, place = there.partition("#")
    browser.wait(f"location.href === {there!r} && document.readyState === 'complete'")
    assert browser.evaluate(f"document.getElementById({place!r}).querySelector('figcaption') !== null"), file


def test_an_index_says_when_nothing_is_found_and_shows_all_again(browser):
    show(browser, PAGES / "specimen" / "index.html")
    browser.evaluate("document.getElementById('find-words').focus()")
    browser.type("zeppelin")
    assert browser.evaluate("document.querySelector('#find [role=status]').textContent") == "No table or figure has all of these words."
    assert browser.evaluate("[...document.querySelectorAll('#find details')].filter(one => one.checkVisibility()).length") == 0
    browser.evaluate("(() => { const field = document.getElementById('find-words'); field.value = ''; field.dispatchEvent(new Event('input')); })()")
    assert browser.evaluate("document.querySelector('#find [role=status]').textContent") == ""
    assert browser.evaluate("[...document.querySelectorAll('#find details')].every(one => one.checkVisibility() && !one.open)")
