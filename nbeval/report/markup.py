"""Exhibits and texts as accessible HTML fragments, for JupyterLab and for the published page alike, and as plain text.

Nothing here runs: no script, no event, no address outside the page. All text is escaped: it is data, never markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any

from nbeval.exhibit import Cell, Column, Exhibit, Row, anchor

STYLE = files("nbeval.report").joinpath("style.css").read_text(encoding="utf-8")

#: pictures under this width in millimetres are made for telephones and do not grow to the width of a page
NARROW = 120.0


def exhibit_html(exhibit: Exhibit, words: Mapping[str, str]) -> str:
    """An exhibit as one ``figure`` element: sentence, picture (description and numbers one click away) or table, lines below."""
    name = anchor(exhibit.id)
    return "\n".join([
        f'<figure class="nb-exhibit" id="{name}" aria-labelledby="{name}-title">',
        f'<figcaption id="{name}-title"><span class="nb-label">{escape(exhibit.label)}.</span> {escape(exhibit.title)}</figcaption>',
        *([f'<p class="nb-invented">{escape(words["invented"])}</p>'] if exhibit.invented and not exhibit.figure else []),
        *([f'<p class="nb-sentence">{escape(exhibit.sentence)}</p>'] if exhibit.sentence else []),
        _pictured(exhibit, name, words) if exhibit.figure else table_html(exhibit, name, words),
        _below(exhibit, words),
        "</figure>",
    ])


def _pictured(exhibit: Exhibit, name: str, words: Any) -> str:
    """The picture, its long description, and the table behind it."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in exhibit.figure.description.split("\n"))
    describe, show = (escape(words[key].format(label=exhibit.label)) for key in ("describe", "show_numbers"))
    return "\n".join([
        _drawn(exhibit, words),
        f'<details class="nb-description"><summary>{describe}</summary><ul>{lines}</ul></details>',
        f'<details class="nb-numbers"><summary>{show}</summary>',
        table_html(exhibit, name, words),
        "</details>",
    ])


def _drawn(exhibit: Exhibit, words: Any) -> str:
    """The picture in its place: with its twin for telephones, small as it is, or in a region that scrolls."""
    figure = exhibit.figure
    if figure.slim:
        return f'<div class="nb-picture nb-fitting"><div class="nb-wide">{figure.svg}</div><div class="nb-slim">{figure.slim}</div></div>'
    if figure.width_mm < NARROW:
        return f'<div class="nb-picture nb-narrow">{figure.svg}</div>'
    name = _scrolls(exhibit, words, "scroll_picture")
    return f'<div class="nb-picture nb-scroll" role="region" tabindex="0" aria-label="{name}">{figure.svg}</div>'


def _scrolls(exhibit: Exhibit, words: Any, key: str) -> str:
    """The name of a region that scrolls."""
    return escape(words[key].format(label=f"{exhibit.label}: {exhibit.title}"), quote=True)


def table_html(exhibit: Exhibit, name: str, words: Any) -> str:
    """The table in a region that scrolls by keyboard where it is wider than the page."""
    label = _scrolls(exhibit, words, "scroll")
    unit = escape(words["unit_line"].format(unit=exhibit.unit)) if exhibit.unit else ""
    caption = f'<span class="nb-hidden">{escape(exhibit.label)}: {escape(exhibit.title)}.</span> {unit}'
    return "\n".join([
        f'<div class="nb-scroll" role="region" tabindex="0" aria-label="{label}">',
        f'<table class="nb-table" id="{name}-table"><caption>{caption}</caption>',
        _head(exhibit.columns),
        *_bodies(exhibit.columns, exhibit.rows),
        "</table></div>",
    ])


def _head(columns: tuple[Column, ...]) -> str:
    """One header row, or two where columns stand under spanning headers."""
    spanning = any(column.group for column in columns)
    upper, lower = [], []
    for group, members in groupby(columns, key=lambda column: column.group):
        several = list(members)
        if spanning and group:
            upper.append(f'<th scope="colgroup" colspan="{len(several)}">{escape(group)}</th>')
            lower += [_column_head(column) for column in several]
        else:
            upper += [_column_head(column, rows=2 if spanning else 1) for column in several]
    rows = f"<tr>{''.join(upper)}</tr>" + (f"<tr>{''.join(lower)}</tr>" if lower else "")
    return f"<thead>{rows}</thead>"


def _column_head(column: Column, *, rows: int = 1) -> str:
    """The header of one column."""
    unit = f' <span class="nb-unit">({escape(column.unit)})</span>' if column.unit else ""
    span = f' rowspan="{rows}"' if rows > 1 else ""
    kind = ' class="nb-number"' if column.numeric else ""
    return f'<th scope="col"{span}{kind}>{escape(column.label)}{unit}</th>'


def _bodies(columns: tuple[Column, ...], rows: tuple[Row, ...]) -> list[str]:
    """One ``tbody`` per block of rows, so that its heading holds for the block alone."""
    bodies: list[list[str]] = [[]]
    for row in rows:
        if row.heading:
            bodies.append([f'<tr class="nb-block"><th scope="rowgroup" colspan="{len(columns)}">{escape(row.cells[0].text)}</th></tr>'])
        else:
            bodies[-1].append("<tr>" + "".join(map(_cell, columns, row.cells)) + "</tr>")
    return [f"<tbody>{''.join(body)}</tbody>" for body in bodies if body]


def _cell(column: Column, cell: Cell) -> str:
    """One cell: a row header or data."""
    text, name = _linked(cell), f' id="{escape(cell.anchor)}"' if cell.anchor else ""
    if column.header:
        return f'<th scope="row"{name}>{text}</th>'
    kinds = " ".join(kind for kind, holds in (("nb-number", column.numeric), ("nb-symbol", cell.symbol)) if holds)
    return f'<td class="{kinds}"{name}>{text}</td>' if kinds else f"<td{name}>{text}</td>"


def _linked(cell: Cell) -> str:
    """The text of a cell, its linked parts leading to their places: within the page, or to an address of the web."""
    parts, rest = [], cell.text
    for text, target in cell.links:
        before, found, after = rest.partition(text)
        if not found:
            continue
        address = target if target.startswith(("https://", "http://")) else f"#{target}"
        parts.append(f'{escape(before)}<a href="{escape(address)}">{escape(text)}</a>')
        rest = after
    return "".join(parts) + escape(rest)


def _below(exhibit: Exhibit, words: Any) -> str:
    """Base, source, symbols and notes under an exhibit."""
    lines = []
    if exhibit.base:
        lines.append(f'<p class="nb-base">{escape(words["base_line"].format(base=exhibit.base))}</p>')
    if exhibit.source:
        lines.append(f'<p class="nb-source">{escape(words["source_line"].format(source=exhibit.source))}</p>')
    if exhibit.legend:
        symbols = "; ".join(f"<b>{escape(symbol)}</b> {escape(meaning)}" for symbol, meaning in exhibit.legend)
        lines.append(f'<p class="nb-legend">{escape(words["legend_line"])}: {symbols}</p>')
    if exhibit.notes:
        items = "".join(f"<li>{escape(note)}</li>" for note in exhibit.notes)
        lines.append(f'<p class="nb-notes-label">{escape(words["notes_line"])}</p><ul class="nb-notes">{items}</ul>')
    return f'<div class="nb-below">{"".join(lines)}</div>' if lines else ""


#: how the parts of a text are written in HTML: before, each item, after; all others are paragraphs
_HTML = {
    "bullets": ("<ul>", "<li>{}</li>", "</ul>"), "links": ("<ul>", '<li><a href="#{1}">{0}</a></li>', "</ul>"),
    "terms": ("<dl>", "<dt>{}</dt><dd>{}</dd>", "</dl>"), "facts": ("<dl>", "<dt>{}</dt><dd>{}</dd>", "</dl>"),
    "section": ("", "<h3>{}</h3>", ""), "heading": ("", '<p class="nb-lead">{}</p>', ""),
}
#: how the items of lists are written without markup
_PLAIN = {"bullets": "- {}", "links": "- {}", "terms": "{}: {}", "facts": "{}: {}"}


def text_html(parts: Iterable[Any]) -> str:
    """The parts of a text as HTML."""
    made = []
    for part in parts:
        before, item, after = _HTML.get(part.kind, ("", "<p>{}</p>", ""))
        made.append(before + "".join(item.format(*map(escape, texts)) for texts in part.items) + after)
    return f'<div class="nb-text">{"".join(made)}</div>'


def text_plain(parts: Iterable[Any]) -> str:
    """The parts of a text without any markup."""
    blocks = []
    for part in parts:
        lines = [_PLAIN.get(part.kind, "{}").format(*texts) for texts in part.items]
        blocks += ["\n".join(lines)] if part.kind in _PLAIN else lines
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
