"""A report as a Word document that a researcher can edit: made by pandoc, laid out by ``word_layout``."""

from __future__ import annotations

import tempfile
from html import escape
from itertools import groupby
from pathlib import Path

import pypandoc

from nbeval.exhibit import Column, Exhibit
from nbeval.publish import prose
from nbeval.publish.document import Block, Document, Heading, Preformatted, Prose, Shown
from nbeval.publish.page import banner, below_exhibit, overline, subtitle
from nbeval.publish.pdf import png_bytes
from nbeval.publish.slices import slices
from nbeval.publish.word_layout import finished
from nbeval.publish.word_reference import FILE as REFERENCE
from nbeval.words import Words, words_of


def word_bytes(document: Document) -> bytes:
    """The bytes of ``report.docx``: real headings, captions, header rows, alt text, language; the same on every run."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.docx"
        html, pictures = neutral_html(document)
        for name, content in pictures.items():
            (Path(folder) / name).write_bytes(content)
        about = {"title": document.title, "subtitle": subtitle(document), "lang": document.language}
        pypandoc.convert_text(
            html, "docx", format="html-auto_identifiers", outputfile=str(target),
            extra_args=[f"--reference-doc={REFERENCE}", f"--resource-path={folder}",
                        *(f"--metadata={name}:{text}" for name, text in about.items())],
        )
        return finished(target.read_bytes(), document)


def neutral_html(document: Document) -> tuple[str, dict[str, bytes]]:
    """The document as the plainest HTML, for pandoc to read, and its pictures by file name; all text is escaped."""
    said = words_of(document.language)
    parts = [_styled("Overline", overline(document))]
    if banner(document):
        parts.append(_styled("Banner", banner(document)))
    parts.append(f"<h1>{escape(said['contents'])}</h1>")
    parts += [_entry(f"Contents {heading.level - 1}", heading.anchor, heading.text)
              for heading in document.headings if heading.level <= 3]
    if document.exhibits:
        parts.append(f"<h1>{escape(said['exhibits'])}</h1>")
        parts += [_entry("Contents 1", shown.place, f"{shown.exhibit.label}. {shown.exhibit.title}")
                  for shown in document.exhibits]
    parts += [_block(block, said) for block in document.blocks]
    parts.append(_styled("Below Exhibit", document.stamp))
    return "\n".join(parts), {
        _picture_file(shown.anchor, place): png_bytes(part.svg, part.width_mm)
        for shown in document.exhibits if shown.exhibit.figure for place, part in enumerate(slices(shown.exhibit.figure))
    }


def _picture_file(anchor: str, place: int) -> str:
    """The file in which pandoc finds a part of the picture of an exhibit."""
    return f"{anchor}-{place}.png"


def _block(block: Block, said: Words) -> str:
    """One block as plain HTML."""
    match block:
        case Heading(level=level, text=text, anchor=anchor):
            return f'<h{level - 1} id="{anchor}">{escape(text)}</h{level - 1}>'
        case Prose(tokens=tokens):
            return prose.to_html(tokens)
        case Shown(exhibit=exhibit):
            return f'<div id="{block.place}">{_exhibit(exhibit, said, block.anchor)}</div>'
        case Preformatted(text=text):
            return f"<pre>{escape(text)}</pre>"
    raise TypeError(type(block).__name__)


def _exhibit(exhibit: Exhibit, said: Words, anchor: str) -> str:
    """An exhibit: the sentence, the picture where there is one, the table, and the lines below."""
    title, parts = f"{exhibit.label}. {exhibit.title}", []
    if exhibit.sentence:
        parts.append(_styled("Lead", exhibit.sentence))
    if exhibit.figure:
        parts.append(_styled("Image Caption", title))
        said_of = [f"{exhibit.figure.alt} {exhibit.figure.description}".strip(), said["continued"].format(exhibit=exhibit.label)]
        for place, _ in enumerate(slices(exhibit.figure)):
            alt = escape(said_of[min(place, 1)], quote=True)
            parts.append(f'<p><img src="{_picture_file(anchor, place)}" alt="{alt}"></p>')
        title = said["numbers"].format(exhibit=exhibit.label)
    parts.append(_table(exhibit, title))
    parts += [_styled("Below Exhibit" if place else "Below Table", line)
              for place, line in enumerate(below_exhibit(exhibit, said))]
    return "\n".join(parts)


def _table(exhibit: Exhibit, title: str) -> str:
    """The table of an exhibit with its caption and header rows."""
    body = []
    for row in exhibit.rows:
        if row.heading:
            body.append(f'<tr><th colspan="{len(exhibit.columns)}">{escape(row.cells[0].text)}</th></tr>')
        else:
            cells = zip(exhibit.columns, row.cells, strict=True)
            texts = (f"<td{_side(column)}>{escape(cell.text)}</td>" for column, cell in cells)
            body.append(f"<tr>{''.join(texts)}</tr>")
    return (f"<table><caption>{escape(title)}</caption><thead>{_head(exhibit.columns)}</thead>"
            f"<tbody>{''.join(body)}</tbody></table>")


def _head(columns: tuple[Column, ...]) -> str:
    """One header row, or two where columns stand under spanning headers."""
    lower = "".join(f"<th{_side(column)}>{escape(_column_name(column))}</th>" for column in columns)
    if not any(column.group for column in columns):
        return f"<tr>{lower}</tr>"
    spans = [(name, len(list(members))) for name, members in groupby(columns, key=lambda column: column.group)]
    upper = "".join(f'<th colspan="{count}">{escape(name)}</th>' for name, count in spans)
    return f"<tr>{upper}</tr><tr>{lower}</tr>"


def _column_name(column: Column) -> str:
    """A column's label with its unit."""
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _side(column: Column) -> str:
    """Numbers stand to the right."""
    return ' style="text-align:right"' if column.numeric else ""


def _entry(style: str, anchor: str, text: str) -> str:
    """A line of the contents, which leads to its place."""
    return f'<div data-custom-style="{style}"><p><a href="#{anchor}">{escape(text)}</a></p></div>'


def _styled(style: str, text: str) -> str:
    """A paragraph in a style of the reference document."""
    return f'<div data-custom-style="{style}"><p>{escape(text)}</p></div>'
