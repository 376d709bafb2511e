"""The blocks of a document, whatever its format: headings, prose, exhibits, printed text, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.exhibit import Exhibit
from nbeval.publish.prose import Token, plain_text


@dataclass(frozen=True)
class Heading:
    """A heading below the title: level 2 to 6, without a gap from the one before."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Prose:
    """Paragraphs, lists and the like, as tokens of the markdown they were written in."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return plain_text(self.tokens)


@dataclass(frozen=True)
class Shown:
    """An exhibit, and the HTML that the notebook shows for it."""

    exhibit: Exhibit
    html: str
    anchor: str

    @property
    def place(self) -> str:
        """What links in the prose call it, whatever the format."""
        return "exhibit-" + re.sub(r"[^A-Za-z0-9_-]+", "-", self.exhibit.id)


@dataclass(frozen=True)
class Preformatted:
    """Plain text as a cell printed it."""

    text: str


@dataclass(frozen=True)
class Absent:
    """The place of a section for which nothing was collected; the report's account of limits names it."""


Block = Heading | Prose | Shown | Preformatted


def without_empty(blocks: Iterable[Block | Absent]) -> list[Block]:
    """The same blocks without the sections that hold nothing.

    A section goes, with its heading and what introduces it, where something is absent from it, it shows
    no exhibit, nothing is written after the gap, and no section below it stays.
    """
    runs = _runs(blocks)
    kept: list[Block] = []
    below = 0                           # the level of the shallowest heading kept so far, from the end; 0: none
    for run in reversed(runs):
        level = run[0].level if isinstance(run[0], Heading) else 0
        has_more = bool(level and below > level)
        rest = _rest(run, has_more=has_more)
        if rest and level:
            below = level
        kept = rest + kept
    return kept


def _runs(blocks: Iterable[Block | Absent]) -> list[list[Block | Absent]]:
    """The blocks parted before every heading."""
    runs: list[list[Block | Absent]] = []
    for block in blocks:
        if isinstance(block, Heading) or not runs:
            runs.append([])
        runs[-1].append(block)
    return runs


def _rest(run: list[Block | Absent], *, has_more: bool) -> list[Block]:
    """What stays of a heading and the blocks under it."""
    gaps = [place for place, block in enumerate(run) if isinstance(block, Absent)]
    there = [block for block in run if not isinstance(block, Absent)]
    if not gaps or any(isinstance(block, Shown | Preformatted) for block in there):
        return there
    after = [block for block in run[gaps[-1] + 1:] if isinstance(block, Prose)]
    if after or has_more:
        return [*_headings(run), *after]
    return []


def _headings(run: list[Block | Absent]) -> Iterator[Block]:
    """The heading that a run opens with, if it does."""
    return (block for block in run[:1] if isinstance(block, Heading))
