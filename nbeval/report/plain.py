"""Texts and exhibits as Markdown and as plain text. Text is data: what would be markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nbeval.exhibit import Exhibit

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def markdown_text(text: str) -> str:
    """Escape what Markdown would read as markup."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")
    return _LINE_START.sub(_escape_start, escaped)


def _escape_start(match: re.Match[str]) -> str:
    """Escape the mark that would start a list or underline a heading."""
    space, mark = match.groups()
    return f"{space}{mark[:-1]}\\{mark[-1]}"


def text_markdown(parts: Iterable[Any]) -> str:
    """The parts of a text as Markdown."""
    blocks = []
    for part in parts:
        items = [[markdown_text(text) for text in item] for item in part.items]
        if part.kind == "bullets":
            blocks.append("\n".join(f"- {item[0]}" for item in items))
        elif part.kind == "links":
            blocks.append("\n".join(
                f"- [{item[0]}](#{raw[1]})" for item, raw in zip(items, part.items, strict=True)))
        elif part.kind in ("terms", "facts"):
            blocks.append("\n".join(f"- **{item[0]}**: {item[1]}" for item in items))
        elif part.kind == "section":
            blocks += [f"### {item[0]}" for item in items]
        elif part.kind == "heading":
            blocks += [f"**{item[0]}**" for item in items]
        else:
            blocks += [item[0] for item in items]
    return "\n\n".join(blocks)


def text_plain(parts: Iterable[Any]) -> str:
    """The parts of a text without any markup."""
    blocks = []
    for part in parts:
        if part.kind in ("bullets", "links"):
            blocks.append("\n".join(f"- {item[0]}" for item in part.items))
        elif part.kind in ("terms", "facts"):
            blocks.append("\n".join(f"{item[0]}: {item[1]}" for item in part.items))
        else:
            blocks += [item[0] for item in part.items]
    return "\n\n".join(blocks)


def exhibit_text(exhibit: Exhibit) -> str:
    """An exhibit as plain text: title, the rows with tabs between cells, base, source, notes."""
    head = "\t".join(
        " ".join(part for part in (column.group, column.label, f"({column.unit})" if column.unit else "") if part)
        for column in exhibit.columns
    )
    rows = ["\t".join(cell.text for cell in row.cells) for row in exhibit.rows]
    below = [exhibit.base, exhibit.source, *(f"{symbol} {meaning}" for symbol, meaning in exhibit.legend), *exhibit.notes]
    figure = [exhibit.figure.alt] if exhibit.figure else []
    return "\n".join([f"{exhibit.label}. {exhibit.title}", *figure, head, *rows, *(line for line in below if line)])
