"""A report as a tagged PDF (PDF/UA-1), made by typst without a browser, TeX or a system library."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib
import typst

from nbeval.exhibit import Column, Exhibit, Figure
from nbeval.publish.document import Block, Document, Heading, Prose, Shown, Token, slides_of
from nbeval.publish.formats import Format
from nbeval.publish.page import alternative_text, below_exhibit, extent, lines, shares, size, slices, unit_and_base
from nbeval.words import Words, words_of

WHOLE_UP_TO = 20        # lines of a table that is not split between pages
_TEMPLATE_WORDS = ("contents", "exhibits", "numbers", "numbers_title")
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def pdf_bytes(document: Document) -> bytes:
    """The bytes of ``report.pdf``: cover, contents, list of exhibits, text; the same on every run.

    Typst itself refuses what would break PDF/UA-1, such as a picture without words for it.
    """
    report = json.dumps(report_data(document), ensure_ascii=False)
    with as_file(files("nbeval.publish") / "templates") as templates:
        return typst.compile(
            str(templates / ("slides.typ" if document.is_slides else "report.typ")), root=str(templates), sys_inputs={"report": report},
            font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"], timestamp=0,
        )


def png_bytes(svg: str, width_mm: float, ppi: float = 200) -> bytes:
    """A drawing as PNG, for formats that cannot hold SVG."""
    source = ('#set page(width: auto, height: auto, margin: 0pt)\n'
              '#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1mm)')
    return typst.compile(source.encode(), format="png", ppi=ppi, font_paths=[str(FONTS)], ignore_system_fonts=True,
                         sys_inputs={"svg": svg, "width": str(width_mm)})


def report_data(document: Document) -> dict[str, Any]:
    """The document as the template reads it."""
    parts = {"slides": slides_of(document)} if document.is_slides else {"blocks": document.blocks}
    anchors = {place.anchor for place in parts.get("slides", document.headings)}
    anchors |= {shown.place for shown in document.exhibits}
    language, _, region = document.language.partition("-")
    wording = words_of(document.language)
    return {
        "title": document.title, "lang": language, "region": region or None,
        "owner": document.summary.get("owner", ""), "overline": document.overline, "subtitle": document.subtitle,
        "banner": document.banner, "stamp": document.stamp, "words": {name: wording[name] for name in _TEMPLATE_WORDS},
        "exhibits": bool(document.exhibits), "plain": document.summary.get("form") == "plain",
        "blocks": [_block(block, anchors, wording) for block in parts.get("blocks", ())],
        "slides": [{"title": slide.title, "part": slide.part, "anchor": slide.anchor,
                    "blocks": [_block(block, anchors, wording) for block in slide.blocks]} for slide in parts.get("slides", ())],
    }


def _block(block: Block, anchors: set[str], wording: Words) -> dict[str, Any]:
    """One block as the template reads it."""
    match block:
        case Heading(level=level, text=text, anchor=anchor):
            return {"kind": "heading", "level": level - 1, "text": text, "anchor": anchor}
        case Prose(tokens=tokens):
            return {"kind": "prose", "tokens": [_linked(token, anchors) for token in tokens]}
        case Shown(exhibit=exhibit):
            return {"kind": "exhibit", "anchor": block.place, **_exhibit(exhibit, wording)}
    raise TypeError(type(block).__name__)


def _linked(token: Token, anchors: set[str]) -> Token:
    """A token whose links inside the document all lead somewhere; the others become plain words."""
    made = {key: token[key] for key in ("type", "raw", "attrs") if key in token}
    made["children"] = [_linked(child, anchors) for child in token.get("children", ())]
    target = token.get("attrs", {}).get("url", "") if token["type"] == "link" else ""
    if target.startswith("#") and target[1:] not in anchors:
        made["type"] = "emphasis"
    return made


def _exhibit(exhibit: Exhibit, wording: Words) -> dict[str, Any]:
    """An exhibit as the template reads it."""
    under = list(below_exhibit(exhibit, wording))
    return {
        "label": exhibit.label, "title": exhibit.title, "sentence": exhibit.sentence, **_picture(exhibit.figure),
        "columns": [{"label": column.label, "unit": column.unit, "header": column.header,
                     "numeric": column.numeric, "group": column.group} for column in exhibit.columns],
        "groups": _groups(exhibit.columns),
        "rows": [{"heading": row.heading, "cells": [cell.text for cell in row.cells]} for row in exhibit.rows],
        "size": size(exhibit), "shares": [round(share, 4) for share in shares(exhibit)], "below": under,
        "about": list(unit_and_base(exhibit, wording)),
        "whole": lines(exhibit, sum(map(len, under))) <= WHOLE_UP_TO,
    }


def _picture(figure: Figure | None) -> dict[str, Any]:
    """A picture with its words, and its size where it is made to fit an upright page; no drawing where there is none."""
    if figure is None:
        return {"svg": ""}
    width, height = extent(figure)
    parts = [{"svg": part.svg, "width": extent(part)[0]} for part in slices(figure)]
    return {"svg": figure.svg, "parts": parts, "alt": alternative_text(figure), "width": width, "height": height}


def _groups(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """The spanning headers, with the columns that have none as groups of one; empty where there is none at all."""
    groups, first = [], 0
    for name, members in groupby(columns, key=lambda column: column.group):
        count = len(list(members))
        groups += [{"name": name, "first": first, "span": count}] if name else [
            {"name": "", "first": first + index, "span": 1} for index in range(count)]
        first += count
    return groups if any(group["name"] for group in groups) else []


FORMAT = Format("report.pdf", pdf_bytes)
