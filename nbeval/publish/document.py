"""An executed notebook as a neutral document: headings, prose and exhibits, in order.

Every format is made from this one list, so that the formats cannot differ. Code is not part of it, nor what cells of
the route show. Prose is kept as tokens of markdown, from which each format makes its own; markup inside it is only text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, count, groupby
from typing import Any

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit, anchor
from nbeval.publish.executed import ROUTE, refuse_foreign_outputs, tags_of
from nbeval.words import words_of

Token = dict[str, Any]

# An exhibit's HTML inside an output that shows several. Its texts are escaped, so that no other end can be in it.
_FIGURE = re.compile(r'<figure class="nb-exhibit".*?</figure>', re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading below the title: level 2 to 6, without a gap from the one before."""

    level: int
    text: str
    anchor: str = ""


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
    anchor: str = ""

    @property
    def place(self) -> str:
        """What links in the prose call it, whatever the format."""
        return anchor(self.exhibit.id)


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
    """Read an executed notebook, scrubbed or not, as a document; refuse one that shows what did not come through the report.

    Markdown cells are prose; outputs carry the structured forms of ``nbeval.exhibit``. The title is the one in the
    notebook's metadata, or else its first heading of level one.
    """
    refuse_foreign_outputs(notebook)
    about = notebook.metadata.get("nbeval", {})
    results, summary = _closing(notebook)
    blocks = _without_banner(without_empty(_blocks(notebook)), summary.get("banner", ""))
    title = next((block for block in blocks if isinstance(block, Heading) and block.level == 1), None)
    blocks = _anchored(_levelled(block for block in blocks if block is not title))
    shown = (block.exhibit for block in blocks if isinstance(block, Shown))
    invented = about.get("invented") or summary.get("invented") or any(exhibit.invented for exhibit in shown)
    return Document(
        title=about.get("title") or summary.get("title") or (title.text if title else "Report"),
        language=about.get("language") or summary.get("language") or "en-GB",
        kind=about.get("kind", ""), invented=bool(invented), stamp=about.get("stamp", ""), blocks=tuple(blocks),
        results=results, summary=summary,
    )


def _closing(notebook: Any) -> tuple[str, dict[str, Any]]:
    """The results of a report where an output brings them, and what its front matter says of it."""
    results, summary = "", {}
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        data = output.get("data", {}).get(REPORT_MIME, {})
        results = data.get("results", results)
        summary |= {**data.get("front", {}), **data.get("summary", {})}
    return results, summary


def _blocks(notebook: Any) -> Iterator[Block | Absent]:
    """Every block of a notebook, headings as they were written."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from _of_tokens(parse(cell.source))
        elif cell.cell_type == "code" and ROUTE not in tags_of(cell):
            for output in cell.outputs:
                yield from _of_output(output.get("data", {}))


def _of_output(data: dict[str, Any]) -> Iterator[Block | Absent]:
    """The blocks of one output: an exhibit, a text, or several, of which each exhibit takes the next of the figures' HTML."""
    html = data.get("text/html", "")
    several = REPORT_MIME in data
    figures = iter(_FIGURE.findall(html) if several else [html])
    alone = [{"mime": mime, "data": data[mime]} for mime in (EXHIBIT_MIME, TEXT_MIME) if mime in data]
    parts = data[REPORT_MIME].get("parts", ()) if several else alone
    for part in parts:
        if part["mime"] == EXHIBIT_MIME:
            yield Shown(Exhibit.from_json(part["data"]), next(figures, ""))
        else:
            yield from _of_tokens(token for one in part["data"]["parts"] for token in _tokens(one["kind"], one["items"]))


def _of_tokens(tokens: Iterable[Token]) -> Iterator[Block | Absent]:
    """Headings, gaps and runs of prose."""
    for kind, run in groupby(tokens, key=lambda token: token["type"] if token["type"] in ("heading", "absent") else "prose"):
        if kind == "prose":
            yield Prose(tuple(run))
        for token in run:
            yield Heading(token["attrs"]["level"], plain_text((token,)).strip()) if kind == "heading" else Absent()


def _without_banner(blocks: Iterable[Block], banner: str) -> list[Block]:
    """The blocks without the words over invented data, which every format puts where it has a place for them."""
    return [
        replace(block, tokens=tuple(token for token in block.tokens if plain_text((token,)).strip() != banner))
        if banner and isinstance(block, Prose) else block for block in blocks
    ]


def _levelled(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks with headings from level 2 on and no level left out."""
    before = 1
    for block in blocks:
        if isinstance(block, Heading):
            before = max(2, min(block.level, before + 1))
            block = replace(block, level=before)
        yield block


def _anchored(blocks: Iterable[Block]) -> list[Block]:
    """The same blocks with anchors that are unique in the document."""
    taken: set[str] = {"content", "contents"}
    return [block if isinstance(block, Prose) else replace(block, anchor=_free_anchor(block, taken)) for block in blocks]


def _free_anchor(block: Heading | Shown, taken: set[str]) -> str:
    """An anchor for a block that no other block has taken; it is taken now."""
    stem = f"section-{_slug(block.text)}" if isinstance(block, Heading) else f"shown-{_slug(block.exhibit.id)}"
    name = next(name for name in chain((stem,), (f"{stem}-{number}" for number in count(2))) if name not in taken)
    taken.add(name)
    return name


def _slug(text: str) -> str:
    """Text as part of an address: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "part"


def without_empty(blocks: Iterable[Block | Absent]) -> list[Block]:
    """The same blocks without the sections that hold nothing.

    A section goes, with its heading and what introduces it, where something is absent from it, it shows
    no exhibit, nothing is written after the gap, and no section below it stays.
    """
    runs: list[list[Block | Absent]] = []
    for block in blocks:
        if isinstance(block, Heading) or not runs:
            runs.append([])
        runs[-1].append(block)
    kept: list[Block] = []
    below = 0                           # the level of the shallowest heading kept so far, from the end; 0: none
    for run in reversed(runs):
        level = run[0].level if isinstance(run[0], Heading) else 0
        rest = _rest(run, has_more=bool(level and below > level))
        if rest and level:
            below = level
        kept = rest + kept
    return kept


def _rest(run: list[Block | Absent], *, has_more: bool) -> list[Block]:
    """What stays of a heading and the blocks under it."""
    gaps = [place for place, block in enumerate(run) if isinstance(block, Absent)]
    there = [block for block in run if not isinstance(block, Absent)]
    if not gaps or any(isinstance(block, Shown) for block in there):
        return there
    after = [block for block in run[gaps[-1] + 1:] if isinstance(block, Prose)]
    return [*(block for block in run[:1] if isinstance(block, Heading)), *after] if after or has_more else []


@dataclass
class Slide:
    """A page: what it says in one line, the part of the talk it belongs to, and what it shows."""

    title: str
    part: str = ""
    anchor: str = ""
    blocks: list[Block] = field(default_factory=list)


def slides_of(document: Document) -> list[Slide]:
    """A document as slides: one per exhibit, with its sentence as the title, and one per heading that has prose of its own."""
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


# --- prose -----------------------------------------------------------------------------------------


@cache
def _markdown() -> tuple[Any, Any]:
    """What reads markdown as tokens, and what writes tokens as HTML; an index of reports needs neither."""
    import mistune
    from mistune.plugins import table

    writer = mistune.HTMLRenderer(escape=True, allow_harmful_protocols=False)
    for name in ("table", "table_head", "table_body", "table_row", "table_cell"):
        writer.register(name, getattr(table, f"render_{name}"))
    return mistune.create_markdown(renderer=None, plugins=["table"]), writer


def parse(markdown: str) -> list[Token]:
    """The tokens of markdown, without blank lines."""
    tokens, _ = _markdown()[0].parse(markdown)
    return [token for token in tokens if token["type"] != "blank_line"]


def prose_html(tokens: Iterable[Token]) -> str:
    """Tokens as HTML; HTML that was written in the markdown is shown as text."""
    from mistune.core import BlockState

    return _markdown()[1](list(tokens), BlockState())


def plain_text(tokens: Iterable[Token]) -> str:
    """The words of tokens, blocks parted by a line."""
    words = []
    for token in tokens:
        if "raw" in token:
            words.append(token["raw"])
        elif token["type"] in ("softbreak", "linebreak"):
            words.append(" ")
        else:
            words.append(plain_text(token.get("children", ())))
            if token["type"] in ("paragraph", "block_text", "heading", "list_item"):
                words.append("\n")
    return "".join(words)


def _tokens(kind: str, items: list[list[str]]) -> list[Token]:
    """The tokens of a part of a text: paragraphs, leads, bullets, terms, links, headings and gaps, all plain text."""
    match kind:
        case "facts":               # every format has them in its head
            return []
        case "absent":
            return [{"type": "absent"}]
        case "section":
            return [{"type": "heading", "attrs": {"level": 3}, "children": [_words(items[0][0])]}]
        case "bullets":
            return [_list([_words(item[0])] for item in items)]
        case "terms":
            return [_list([_strong(item[0]), _words(f": {item[1]}")] for item in items)]
        case "links":
            return [_list([{"type": "link", "attrs": {"url": f"#{item[1]}"}, "children": [_words(item[0])]}] for item in items)]
    inner = _strong if kind == "heading" else _words
    return [{"type": "paragraph", "children": [inner(item[0])]} for item in items]


def _words(text: str) -> Token:
    """Plain words."""
    return {"type": "text", "raw": text}


def _strong(text: str) -> Token:
    """Words in bold."""
    return {"type": "strong", "children": [_words(text)]}


def _list(items: Iterable[list[Token]]) -> Token:
    """A list of points."""
    points = [{"type": "list_item", "children": [{"type": "block_text", "children": item}]} for item in items]
    return {"type": "list", "tight": True, "bullet": "-", "attrs": {"depth": 0, "ordered": False}, "children": points}
