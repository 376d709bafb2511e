"""An executed notebook as a neutral document: headings, prose and exhibits, in order.

Every format is made from this one list, so that the formats cannot differ. Code is not part of it, nor what cells of
the route show.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit
from nbeval.publish.executed import ROUTE, refuse_foreign_outputs, tags_of
from nbeval.publish.prose import Token, from_parts, parse, plain_text
from nbeval.words import words_of

# An exhibit's HTML inside an output that shows several. Its texts are escaped, so that no other end can be in it.
_FIGURE = re.compile(r'<figure class="nb-exhibit".*?</figure>', re.DOTALL)


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
class Absent:
    """The place of a section for which nothing was collected; the report's account of limits names it."""


Block = Heading | Prose | Shown


@dataclass(frozen=True)
class Document:
    """A report, whatever its format. ``results`` is its results.csv; empty where it has none."""

    title: str
    language: str
    kind: str
    invented: bool
    stamp: str
    blocks: tuple[Block, ...]
    results: str
    summary: dict[str, Any]

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The headings, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))

    @property
    def banner(self) -> str:
        """What is shown over invented data, in the report's own words where it has some; empty over real data."""
        return (self.summary.get("banner") or words_of(self.language)["invented_document"]) if self.invented else ""

    @property
    def overline(self) -> str:
        """What is shown over the title: the programme."""
        return self.summary.get("programme") or words_of(self.language)["overline"]

    @property
    def subtitle(self) -> str:
        """What is shown under the title: the authority, the cohort and its waves."""
        about = self.summary
        return about.get("subtitle") or ", ".join(
            filter(None, (about.get("authority_label"), about.get("cohort_label"), *about.get("waves", ()))))

    @property
    def is_slides(self) -> bool:
        """Whether the report's kind asks for slides."""
        return self.summary.get("form") == "slides"

    @property
    def exhibits(self) -> tuple[Shown, ...]:
        """The exhibits, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Shown))


def read_document(notebook: Any) -> Document:
    """Read an executed notebook as a document.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; scrubbed or not. Markdown cells are prose; outputs carry the structured forms of ``nbeval.exhibit``.

    Returns
    -------
    Document
        The title is the one in the notebook's metadata, or else its first heading of level one.

    Raises
    ------
    RenderError
        A cell shows something that did not come through the report.
    """
    refuse_foreign_outputs(notebook)
    about = notebook.metadata.get("nbeval", {})
    closing = _closing(notebook)
    summary = closing.get("summary", {})
    title, blocks = _without_title(_without_banner(without_empty(_blocks(notebook)), summary.get("banner", "")))
    blocks = _anchored(_levelled(blocks))
    invented = about.get("invented") or summary.get("invented") or any(
        isinstance(block, Shown) and block.exhibit.invented for block in blocks)
    return Document(
        title=about.get("title") or summary.get("title") or title or "Report",
        language=about.get("language") or summary.get("language") or "en-GB",
        kind=about.get("kind", ""), invented=bool(invented), stamp=about.get("stamp", ""), blocks=tuple(blocks),
        results=closing.get("results", ""), summary=summary,
    )


def _closing(notebook: Any) -> dict[str, Any]:
    """What the report says of itself: its front matter, and its results where an output brings them."""
    closing: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get(REPORT_MIME, {})
            summary = {**closing.get("summary", {}), **data.get("front", {}), **data.get("summary", {})}
            closing = {"results": data.get("results", closing.get("results", "")), "summary": summary}
    return closing


def _blocks(notebook: Any) -> Iterator[Block | Absent]:
    """Every block of a notebook, headings as they were written."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from _prose_blocks(cell.source)
        elif cell.cell_type == "code" and ROUTE not in tags_of(cell):
            for output in cell.outputs:
                yield from _output_blocks(output)


def _output_blocks(output: Any) -> Iterator[Block | Absent]:
    """The blocks of one output."""
    data = output.get("data", {})
    if REPORT_MIME in data:
        figures = iter(_FIGURE.findall(data.get("text/html", "")))
        for part in data[REPORT_MIME].get("parts", ()):
            yield from _structured(part["mime"], part["data"], figures)
    elif EXHIBIT_MIME in data:
        yield from _structured(EXHIBIT_MIME, data[EXHIBIT_MIME], iter([data.get("text/html", "")]))
    elif TEXT_MIME in data:
        yield from _structured(TEXT_MIME, data[TEXT_MIME], iter(()))


def _structured(mime: str, data: dict[str, Any], figures: Iterator[str]) -> Iterator[Block | Absent]:
    """The blocks of one structured form; an exhibit takes the next of the figures' HTML."""
    if mime == EXHIBIT_MIME:
        yield Shown(Exhibit.from_json(data), next(figures, ""), "")
    elif mime == TEXT_MIME and "parts" in data:
        yield from _text_blocks(data["parts"])
    elif mime == TEXT_MIME:
        yield from _prose_blocks(data["markdown"])


def _text_blocks(parts: list[dict[str, Any]]) -> Iterator[Block | Absent]:
    """Headings, gaps and runs of prose from the parts of a text."""
    run: list[dict[str, Any]] = []
    for part in (*parts, None):
        if part is not None and part["kind"] not in ("section", "absent"):
            run.append(part)
            continue
        if run:
            yield Prose(tuple(from_parts(run)))
            run = []
        if part is not None:
            yield Heading(3, part["items"][0][0], "") if part["kind"] == "section" else Absent()


def _prose_blocks(markdown: str) -> Iterator[Block]:
    """Headings and runs of prose from markdown."""
    run: list[Token] = []
    for token in parse(markdown):
        if token["type"] == "heading":
            if run:
                yield Prose(tuple(run))
                run = []
            yield Heading(token["attrs"]["level"], plain_text((token,)).strip(), "")
        else:
            run.append(token)
    if run:
        yield Prose(tuple(run))


def _without_banner(blocks: list[Block], banner: str) -> list[Block]:
    """The blocks without the words over invented data, which every format puts where it has a place for them."""
    return [
        replace(block, tokens=tuple(token for token in block.tokens if plain_text((token,)).strip() != banner))
        if banner and isinstance(block, Prose) else block for block in blocks
    ]


def _without_title(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The first heading of level one, and the blocks without it."""
    for index, block in enumerate(blocks):
        if isinstance(block, Heading) and block.level == 1:
            return block.text, blocks[:index] + blocks[index + 1:]
    return "", blocks


def _levelled(blocks: list[Block]) -> Iterator[Block]:
    """The same blocks with headings from level 2 on and no level left out."""
    before = 1
    for block in blocks:
        if isinstance(block, Heading):
            before = max(2, min(block.level, before + 1))
            block = replace(block, level=before)
        yield block


def _anchored(blocks: Iterator[Block]) -> list[Block]:
    """The same blocks with anchors that are unique in the document."""
    taken: set[str] = {"content", "contents"}
    return [_with_anchor(block, taken) for block in blocks]


def _with_anchor(block: Block, taken: set[str]) -> Block:
    """One block with an anchor that nobody has taken yet."""
    if isinstance(block, Heading):
        stem = "section-" + _slug(block.text)
    elif isinstance(block, Shown):
        stem = "shown-" + _slug(block.exhibit.id)
    else:
        return block
    anchor, number = stem, 1
    while anchor in taken:
        number += 1
        anchor = f"{stem}-{number}"
    taken.add(anchor)
    return replace(block, anchor=anchor)


def _slug(text: str) -> str:
    """Text as part of an address: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "part"


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
    if not gaps or any(isinstance(block, Shown) for block in there):
        return there
    after = [block for block in run[gaps[-1] + 1:] if isinstance(block, Prose)]
    if after or has_more:
        return [*_headings(run), *after]
    return []


def _headings(run: list[Block | Absent]) -> Iterator[Block]:
    """The heading that a run opens with, if it does."""
    return (block for block in run[:1] if isinstance(block, Heading))


@dataclass
class Slide:
    """A page: what it says in one line, the part of the talk it belongs to, and what it shows."""

    title: str
    part: str = ""
    anchor: str = ""
    blocks: list[Block] = field(default_factory=list)


def slides_of(document: Document) -> list[Slide]:
    """Part a document into slides.

    Returns
    -------
    list of Slide
        One per exhibit, with its sentence as the title, and one per heading that has prose of its own.
    """
    slides: list[Slide] = []
    part = ""
    for block in document.blocks:
        match block:
            case Heading(text=text):
                part = text
                slides.append(Slide(text))
            case Shown(exhibit=exhibit):
                slides.append(Slide(exhibit.sentence or exhibit.title, part, blocks=[block]))
            case Prose(tokens=()):
                continue
            case Prose():
                if not slides or any(isinstance(one, Shown) for one in slides[-1].blocks):
                    slides.append(Slide(part or document.title))
                slides[-1].blocks.append(block)
    kept = [slide for slide in slides if slide.blocks]
    for number, slide in enumerate(kept, start=1):
        slide.anchor = f"slide-{number}"
    return kept
