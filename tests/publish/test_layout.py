"""A picture that is higher than a page is cut where no line of text stands, and loses nothing."""

from __future__ import annotations

import re

import pytest

from nbeval.exhibit import Figure
from nbeval.publish.page import TALLEST, TOLERATED, slices

ROWS = [20.0 * row + (15 if row >= 9 else 0) + (15 if row >= 22 else 0) for row in range(1, 32)]


def figure(height_mm, rows=ROWS, headings=()):
    """A picture with lines of text, set apart after the eighth and the twenty-first, some of them headings."""
    texts = "".join(f'<text style="{"font-weight: 700; " if y in headings else ""}font-size: 8px" x="3" y="{y}">Line</text>' for y in rows)
    return Figure(f'<svg width="453.5pt" height="680pt" viewBox="0 0 453.5 680" xmlns="http://www.w3.org/2000/svg">{texts}</svg>',
                  "Lines.", "", 160, height_mm)


def frames(parts):
    """The top and height of each part in the drawing's own measure."""
    return [tuple(map(float, re.search(r'viewBox="0 (\S+) 453.5 (\S+)"', part.svg).groups())) for part in parts]


@pytest.mark.parametrize("height", [50, TALLEST, TALLEST * TOLERATED])
def test_what_fits_a_page_stays_whole(height):
    assert slices(figure(height)) == [figure(height)]


@pytest.mark.parametrize(("height", "count"), [(240, 2), (370, 2), (500, 3)])
def test_the_parts_are_the_whole_and_each_fits_a_page(height, count):
    parts = slices(figure(height))
    assert len(parts) == count
    assert all(part.height_mm <= TALLEST * TOLERATED for part in parts)
    assert sum(part.height_mm for part in parts) == pytest.approx(height)
    bottoms = [top + tall for top, tall in frames(parts)]
    assert [top for top, _ in frames(parts)] == pytest.approx([0, *bottoms[:-1]])
    assert bottoms[-1] == pytest.approx(680)


def test_it_is_cut_in_the_broadest_gap_near_the_middle():
    (_, first), _ = frames(slices(figure(300, [y for y in ROWS if not 340 < y < 380])))
    assert 340 < first < 380


def test_it_is_cut_above_a_heading_rather_than_in_a_broader_gap():
    heading = ROWS[17]
    (_, first), _ = frames(slices(figure(300, headings=[ROWS[1], heading, ROWS[25]])))
    assert ROWS[16] < first < heading


def test_a_heading_that_would_leave_too_much_for_a_page_is_no_place_to_cut():
    (_, first), _ = frames(slices(figure(360, headings=[ROWS[8]])))
    assert first > ROWS[9]


def test_a_picture_without_text_is_cut_evenly():
    assert frames(slices(figure(300, []))) == [(0, 340), (340, 340)]


def test_a_drawing_of_another_make_stays_whole():
    other = Figure('<svg viewBox="0 0 9 9"></svg>', "A square.", "", 160, 900)
    assert slices(other) == [other]
