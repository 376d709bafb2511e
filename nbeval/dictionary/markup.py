"""The few pieces of a web page that the codebook needs; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from nbeval.dictionary.enums import Status

UNCONFIRMED = "unconfirmed"


def text(value: object) -> str:
    """Any value as escaped text; nothing where there is none."""
    return "" if value is None else escape(str(value))


def marked(value: object, status: Status) -> str:
    """A text, followed by the word where it is not confirmed."""
    return text(value) + (f' <strong class="mark">({UNCONFIRMED})</strong>' if status is Status.UNCONFIRMED else "")


def sources(keys: str, known: Iterable[str]) -> str:
    """Source keys as links to the list of sources."""
    found = set(known)
    parts = [part.strip() for part in keys.split(";") if part.strip()]
    links = (f'<a href="#source-{text(part)}">{text(part)}</a>' if part in found else text(part) for part in parts)
    return "; ".join(links)


def paragraph(content: str) -> str:
    """A paragraph of ready content; nothing where it is empty."""
    return f"<p>{content}</p>" if content.strip() else ""


def bullets(entries: Iterable[str]) -> str:
    """A list of ready entries; nothing where it is empty."""
    rows = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<ul>{rows}</ul>" if rows else ""


def section(anchor: str, title: str, level: int, *content: str) -> str:
    """A part of the page with its heading."""
    return (f'<section aria-labelledby="{anchor}"><h{level} id="{anchor}">{text(title)}</h{level}>'
            + "\n".join(part for part in content if part) + "</section>")


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of ready cells; the first cell of a row names it. Nothing where there is no row."""
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>" for row in rows
    )
    if not body:
        return ""
    head = "".join(f'<th scope="col">{text(header)}</th>' for header in headers)
    return (f'<div class="scroll" role="region" tabindex="0" aria-label="{text(caption)}"><table>'
            f"<caption>{text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody></table></div>")
