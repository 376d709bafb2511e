"""Prose: markdown as tokens, from which each format makes its own. Markup inside it is only text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mistune
from mistune.core import BlockState
from mistune.plugins import table

Token = dict[str, Any]

_PARSER = mistune.create_markdown(renderer=None, plugins=["table"])
_RENDERER = mistune.HTMLRenderer(escape=True, allow_harmful_protocols=False)
for _name in ("table", "table_head", "table_body", "table_row", "table_cell"):
    _RENDERER.register(_name, getattr(table, f"render_{_name}"))


def parse(markdown: str) -> list[Token]:
    """The tokens of markdown, without blank lines."""
    tokens, _ = _PARSER.parse(markdown)
    return [token for token in tokens if token["type"] != "blank_line"]


def to_html(tokens: Iterable[Token]) -> str:
    """Tokens as HTML; HTML that was written in the markdown is shown as text."""
    return _RENDERER(list(tokens), BlockState())


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


def from_parts(parts: Iterable[dict[str, Any]]) -> list[Token]:
    """The tokens of a text that comes in parts: paragraphs, leads, bullets, terms and links, all plain text."""
    tokens = []
    for part in parts:
        items = part["items"]
        match part["kind"]:
            case "bullets":
                tokens.append(_list([_words(item[0])] for item in items))
            case "terms":
                tokens.append(_list([_strong(item[0]), _words(f": {item[1]}")] for item in items))
            case "facts":               # every format has them in its head
                pass
            case "links":
                tokens.append(_list([_link(item[0], f"#{item[1]}")] for item in items))
            case "heading":
                tokens += [{"type": "paragraph", "children": [_strong(item[0])]} for item in items]
            case _:
                tokens += [{"type": "paragraph", "children": [_words(item[0])]} for item in items]
    return tokens


def _words(text: str) -> Token:
    """Plain words."""
    return {"type": "text", "raw": text}


def _strong(text: str) -> Token:
    """Words in bold."""
    return {"type": "strong", "children": [_words(text)]}


def _link(text: str, address: str) -> Token:
    """Words that lead somewhere."""
    return {"type": "link", "attrs": {"url": address}, "children": [_words(text)]}


def _list(items: Iterable[list[Token]]) -> Token:
    """A list of points."""
    points = [{"type": "list_item", "children": [{"type": "block_text", "children": item}]} for item in items]
    return {"type": "list", "tight": True, "bullet": "-", "attrs": {"depth": 0, "ordered": False}, "children": points}
