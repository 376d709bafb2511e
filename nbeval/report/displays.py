"""What a notebook shows: each display carries its HTML, its plain text and its structured form together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, ClassVar

import pandas as pd

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit
from nbeval.report.markup import exhibit_html, exhibit_text, text_html, text_plain
from nbeval.words import REFERENCE, Words, words_of

Bundle = dict[str, Any]


@dataclass(frozen=True)
class Paragraphs:
    """A part of a text; every item is one text, save those of ``terms`` and ``links``.

    ``kind`` is ``section`` (a heading of the third level), ``heading`` (a lead in bold), ``paragraph``,
    ``bullets``, ``terms`` (a term and its meaning), ``links`` (a label and the id it leads to),
    ``facts`` (terms that a published page has in its head), or ``absent`` (there is nothing to show here).
    """

    kind: str
    items: tuple[tuple[str, ...], ...]


def paragraph(text: str) -> Paragraphs:
    """One paragraph."""
    return Paragraphs("paragraph", ((text,),))


def lead(text: str) -> Paragraphs:
    """A lead in bold."""
    return Paragraphs("heading", ((text,),))


def bullets(texts: Iterable[str]) -> Paragraphs:
    """A list of points."""
    return Paragraphs("bullets", tuple((text,) for text in texts))


def listed(text: str, points: Sequence[str]) -> tuple[Paragraphs, ...]:
    """A lead and its points; nothing where there are none."""
    return (lead(text), bullets(points)) if points else ()


class Display:
    """What Jupyter asks of a display: its HTML, its plain text, and its structured form ``data`` under ``mime``."""

    mime: ClassVar[str] = REPORT_MIME
    html = ""
    data: Bundle

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": self.html, "text/plain": str(self), self.mime: self.data}


@dataclass(frozen=True)
class Text(Display):
    """Sentences of a report, with the keys of the results they were made from."""

    parts: tuple[Paragraphs, ...]
    results: tuple[str, ...] = ()
    mime: ClassVar[str] = TEXT_MIME

    @property
    def data(self) -> Bundle:
        return {"parts": [asdict(part) for part in self.parts], "results": list(self.results)}

    @property
    def html(self) -> str:
        return text_html(self.parts)

    def __str__(self) -> str:
        return text_plain(self.parts)


@dataclass(frozen=True)
class Shown(Display):
    """An exhibit in a notebook, and the words around it."""

    exhibit: Exhibit
    words: Words = field(default_factory=lambda: words_of(REFERENCE))
    mime: ClassVar[str] = EXHIBIT_MIME

    @property
    def data(self) -> Bundle:
        return self.exhibit.to_json()

    @property
    def html(self) -> str:
        return exhibit_html(self.exhibit, self.words)

    def __str__(self) -> str:
        return exhibit_text(self.exhibit)


@dataclass(frozen=True)
class Several(Display):
    """Displays that follow one another in one output; ``front`` says what the front matter of a report says of the whole."""

    displays: tuple[Text | Shown, ...]
    front: Bundle = field(default_factory=dict)
    style: str = ""

    @property
    def data(self) -> Bundle:
        parts = [{"mime": display.mime, "data": display.data} for display in self.displays]
        return {"parts": parts, **({"front": self.front} if self.front else {})}

    @property
    def html(self) -> str:
        inner = "\n".join(display.html for display in self.displays)
        if self.front:
            inner = f'<h1 class="nb-title">{escape(self.front["title"])}</h1>\n{inner}'
        return (f"<style>{self.style}</style>\n" if self.style else "") + inner

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.displays))


@dataclass(frozen=True, eq=False)
class Closing(Display):
    """The end of a report: every result it showed, with the digits that leave, as the text of ``results.csv``; a reader sees nothing."""

    used: pd.DataFrame

    @property
    def data(self) -> Bundle:
        return {"parts": [], "results": self.used.to_csv(index=False, lineterminator="\n")}

    def __str__(self) -> str:
        return ""
