"""A report as one Markdown file, as GitHub and Pandoc read it: tables, figures in words, symbols and notes as footnotes.

Text is data: what could be read as markup is escaped. A link inside the report leads to an anchor of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nbeval.exhibit import Cell, Exhibit, Figure
from nbeval.publish.document import Block, Document, Heading, Prose, Shown, Token
from nbeval.publish.formats import Format
from nbeval.publish.page import alternative_text, column_name, unit_and_base
from nbeval.words import Words, words_of

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$&^])")
_ADDRESS = re.compile(r"(://|\bwww\.)")
_AT_START = re.compile(r"^(\s*\d+(?=[.)](?:\s|$))|\s*(?=[-+=](?:\s|$|[-+=])))([-+=.)])", re.MULTILINE)
_TO_THE_RIGHT, _TO_THE_LEFT = "---:", "---"


def markdown_bytes(document: Document) -> bytes:
    """The bytes of ``report.md``; the same on every run."""
    return ("\n\n".join(part for part in _Writer(document).parts() if part) + "\n").encode("utf-8")


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    return _AT_START.sub(r"\1\\\2", _words(" ".join(text.split())))


def _words(text: str) -> str:
    """Text within a line in which nothing is markup, and no address becomes a link."""
    return _ADDRESS.sub(lambda found: re.sub(r"(\W)", r"\\\1", found[0]), _MARKUP.sub(r"\\\1", text))


class _Writer:
    """One report on its way; collects the footnotes."""

    def __init__(self, document: Document) -> None:
        self._document, self._wording = document, words_of(document.language)
        self._footnotes: dict[str, str] = {}        # label by text

    def parts(self) -> Iterator[str]:
        """Every paragraph, table and heading of the file."""
        document, wording = self._document, self._wording
        yield f"# {escaped(document.title)}"
        yield escaped(". ".join(filter(None, (document.overline, document.subtitle))))
        yield f"> **{escaped(document.banner)}**" if document.banner else ""
        yield from _contents(wording["contents"], (
            (heading.level - 2, heading.anchor, heading.text) for heading in document.headings if heading.level < 4))
        yield from _contents(wording["exhibits"], ((0, shown.place, self._title(shown.exhibit)) for shown in document.exhibits))
        for block in document.blocks:
            yield from self._block(block)
        yield "---"
        yield escaped(document.stamp or wording["made_by"])
        yield from (f"[^{label}]: {escaped(text)}" for text, label in self._footnotes.items())

    def _block(self, block: Block) -> Iterator[str]:
        """The parts of one block."""
        match block:
            case Heading(level=level, text=text, anchor=anchor):
                yield f"{_anchor(anchor)}\n\n{'#' * level} {escaped(text)}"
            case Prose(tokens=tokens):
                yield from (prose(token) for token in tokens)
            case Shown(exhibit=exhibit):
                yield _anchor(block.place)
                yield from self._exhibit(exhibit)

    def _exhibit(self, exhibit: Exhibit) -> Iterator[str]:
        """The sentence, the figure in words, the table, and the lines below."""
        wording = self._wording
        marks = "".join(self._mark(f"note-{len(self._footnotes) + 1}", note) for note in exhibit.notes)
        yield escaped(exhibit.sentence)
        yield f"**{escaped(self._title(exhibit))}**{marks}"
        if exhibit.figure:
            yield _in_words(exhibit.figure, wording)
        yield self._table(exhibit)
        lines = [*unit_and_base(exhibit, wording), *([wording["source_below"].format(text=exhibit.source)] if exhibit.source else [])]
        yield "  \n".join(map(escaped, lines))

    def _title(self, exhibit: Exhibit) -> str:
        """The label of an exhibit with its title."""
        return self._wording["label_title"].format(label=exhibit.label, title=exhibit.title)

    def _table(self, exhibit: Exhibit) -> str:
        """The table; the heading of a block is a row of one cell in bold, and a symbol leads to its meaning."""
        meanings, width = dict(exhibit.legend), len(exhibit.columns)
        head = [escaped(column_name(column, grouped=True)) for column in exhibit.columns]
        rules = [_TO_THE_RIGHT if column.numeric else _TO_THE_LEFT for column in exhibit.columns]
        rows = [[f"**{escaped(row.cells[0].text)}**", *[""] * (width - 1)] if row.heading
                else [self._cell(cell, meanings) for cell in row.cells] for row in exhibit.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rules, *rows))

    def _cell(self, cell: Cell, meanings: dict[str, str]) -> str:
        """The text of a cell, with the footnote of its symbol."""
        symbols = [symbol for symbol in meanings if symbol in cell.text]
        return escaped(cell.text) + "".join(self._mark(symbol.strip("[]"), f"{symbol} {meanings[symbol]}") for symbol in symbols)

    def _mark(self, label: str, text: str) -> str:
        """The reference to a footnote; one footnote for one text."""
        label = re.sub(r"[^A-Za-z0-9-]+", "-", label).strip("-") or "symbol"
        taken = set(self._footnotes.values())
        if text not in self._footnotes:
            self._footnotes[text] = label if label not in taken else f"{label}-{len(taken) + 1}"
        return f"[^{self._footnotes[text]}]"


def _contents(title: str, entries: Iterable[tuple[int, str, str]]) -> Iterator[str]:
    """A list of links under its title; nothing where there are none."""
    lines = [f"{'  ' * depth}- [{escaped(text)}](#{anchor})" for depth, anchor, text in entries]
    yield f"**{escaped(title)}**" if lines else ""
    yield "\n".join(lines)


def _in_words(figure: Figure, wording: Words) -> str:
    """What a figure shows, for those who see it and those who cannot."""
    return escaped(wording["picture_below"].format(text=alternative_text(figure)))


def _anchor(name: str) -> str:
    """A place that links lead to."""
    return f'<a id="{name}"></a>'


def prose(token: Token, depth: int = 0) -> str:
    """One token of the report's prose as Markdown."""
    children = token.get("children", ())
    match token["type"]:
        case "list":
            ordered, start = token["attrs"].get("ordered"), token["attrs"].get("start") or 1
            points = (f"{start + number}." if ordered else "-" for number in range(len(children)))
            items = ("\n".join(map(prose, item["children"])) for item in children)
            return "\n".join(map(_indented, points, items))
        case "block_quote":
            return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(map(prose, children)).splitlines())
        case "table":
            head, *bodies = children
            rows = [head, *(row for body in bodies for row in body["children"])]
            lines = [f"| {' | '.join(_inline(cell['children']) for cell in row['children'])} |" for row in rows]
            return "\n".join([lines[0], f"|{' --- |' * len(head['children'])}", *lines[1:]])
        case "block_code":
            return f"```\n{token['raw'].rstrip()}\n```"
        case "thematic_break":
            return "---"
        case _:
            return _AT_START.sub(r"\1\\\2", _inline(children))


def _indented(point: str, text: str) -> str:
    """An item of a list: the lines after the first are indented."""
    return f"{point} " + text.replace("\n", "\n" + " " * (len(point) + 1))


def _inline(tokens: Iterable[Token]) -> str:
    """Words within a paragraph."""
    made = []
    for token in tokens:
        inner = _inline(token.get("children", ()))
        match token["type"]:
            case "text":
                made.append(_words(token["raw"]))
            case "strong":
                made.append(f"**{inner}**")
            case "emphasis":
                made.append(f"*{inner}*")
            case "codespan":
                made.append(f"`{token['raw']}`")
            case "link":
                made.append(f"[{inner}](<{token['attrs']['url']}>)")
            case "softbreak":
                made.append(" ")
            case "linebreak":
                made.append("  \n")
            case _:
                made.append(inner or _words(token.get("raw", "")))
    return "".join(made)


FORMAT = Format("report.md", markdown_bytes)
