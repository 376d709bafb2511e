"""An executed notebook as a neutral document: headings, prose and exhibits, in order.

Every format is made from this one list, so that the formats cannot differ. Code is not part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit
from nbeval.publish.blocks import Absent, Block, Heading, Preformatted, Prose, Shown, without_empty
from nbeval.publish.prose import Token, from_parts, parse, plain_text

__all__ = ["Block", "Document", "Heading", "Preformatted", "Prose", "Shown", "read_document"]


# An exhibit's HTML inside an output that shows several. Its texts are escaped, so that no other end can stand in it.
_FIGURE = re.compile(r'<figure class="nb-exhibit".*?</figure>', re.DOTALL)


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
    def exhibits(self) -> tuple[Shown, ...]:
        """The exhibits, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Shown))


def read_document(notebook: Any) -> Document:
    """Read an executed notebook as a document.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; scrubbed or not. Markdown cells are prose; outputs count where they carry the
        structured forms of ``nbeval.exhibit``; other outputs count as the plain text they have.

    Returns
    -------
    Document
        The title is the one in the notebook's metadata, or else its first heading of level one.
    """
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
    said: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get(REPORT_MIME, {})
            summary = {**said.get("summary", {}), **data.get("front", {}), **data.get("summary", {})}
            said = {"results": data.get("results", said.get("results", "")), "summary": summary}
    return said


def _blocks(notebook: Any) -> Iterator[Block | Absent]:
    """Every block of a notebook, headings as they were written."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from _prose_blocks(cell.source)
        elif cell.cell_type == "code":
            for output in cell.outputs:
                yield from _output_blocks(output)


def _output_blocks(output: Any) -> Iterator[Block | Absent]:
    """The blocks of one output."""
    if output.output_type == "stream":
        yield Preformatted(output.text)
        return
    data = output.get("data", {})
    if REPORT_MIME in data:
        figures = iter(_FIGURE.findall(data.get("text/html", "")))
        for part in data[REPORT_MIME].get("parts", ()):
            yield from _structured(part["mime"], part["data"], figures)
    elif EXHIBIT_MIME in data:
        yield from _structured(EXHIBIT_MIME, data[EXHIBIT_MIME], iter([data.get("text/html", "")]))
    elif TEXT_MIME in data:
        yield from _structured(TEXT_MIME, data[TEXT_MIME], iter(()))
    elif data.get("text/plain"):
        yield Preformatted(data["text/plain"])


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
