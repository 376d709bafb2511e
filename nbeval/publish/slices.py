"""A picture that is higher than a page, cut above its headings or between its lines of text into pictures that each fit one."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from math import ceil

from nbeval.exhibit import Figure
from nbeval.publish.widths import TALLEST

_FRAME = re.compile(r'width="[\d.]+(?:pt|mm)" height="[\d.]+(?:pt|mm)" viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LINE = re.compile(r'<text [^>]*\by="([\d.]+)"')
_HEADING = re.compile(r'<text style="font-weight: 700;[^>]*\by="([\d.]+)"')
TOLERATED = 1.25        # times the height of a page; a picture up to there is made smaller instead
REACH = 0.12            # how far from the even cut a better one is looked for, as a share of the height
REACH_HEADING = 0.25    # the same of the place above a heading, which is better than any other
RISE = 12.0             # how far a heading and the room above it reach over its line, in units of the picture


def slices(figure: Figure) -> list[Figure]:
    """The picture in as many parts as it needs pages, from the top; itself where it needs one or cannot be cut."""
    frame = _FRAME.search(figure.svg)
    if figure.height_mm <= TOLERATED * TALLEST or frame is None:
        return [figure]
    width, height = map(float, frame.groups())
    per_mm = height / figure.height_mm
    edges = [0.0, *_cuts(figure.svg, height, ceil(figure.height_mm / TALLEST), TALLEST * per_mm), height]
    return [
        replace(figure, height_mm=(bottom - top) / per_mm, svg=_FRAME.sub(
            f'width="{figure.width_mm:.3f}mm" height="{(bottom - top) / per_mm:.3f}mm" viewBox="0 {top:g} {width:g} {bottom - top:g}"',
            figure.svg, count=1))
        for top, bottom in pairwise(edges)
    ]


def _cuts(svg: str, height: float, parts: int, page: float) -> list[float]:
    """Where to cut: above a heading near to each even cut where both sides fit their pages, else between lines of text."""
    headings = sorted({float(line) - RISE for line in _HEADING.findall(svg)})
    cuts = []
    for number in range(1, parts):
        even, above = height * number / parts, cuts[-1] if cuts else 0.0
        near = [place for place in headings if abs(place - even) <= REACH_HEADING * height
                and above < place <= above + page and height - place <= page * (parts - number)]
        cuts.append(min(near, key=lambda place: abs(place - even)) if near else _between_lines(svg, even, REACH * height))
    return cuts


def _between_lines(svg: str, even: float, reach: float) -> float:
    """The broadest gap between lines of text near to an even cut."""
    lines = sorted({float(line) for line in _LINE.findall(svg)})
    near = [(low, high) for low, high in pairwise(lines) if abs((low + high) / 2 - even) <= reach]
    low, high = max(near, key=lambda gap: gap[1] - gap[0], default=(even, even))
    return (2 * low + high) / 3         # a line of text stands on its place and reaches upward
