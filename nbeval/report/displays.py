"""What a notebook shows: each display carries its HTML, its plain text and its structured form together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

import pandas as pd

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit
from nbeval.report.markup import exhibit_html, exhibit_text, text_html, text_markdown, text_plain
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


def bullets(texts: tuple[str, ...] | list[str]) -> Paragraphs:
    """A list of points."""
    return Paragraphs("bullets", tuple((text,) for text in texts))


@dataclass(frozen=True)
class Text:
    """Sentences of a report, with the keys of the results they were made from."""

    parts: tuple[Paragraphs, ...]
    results: tuple[str, ...] = ()

    @property
    def data(self) -> Bundle:
        """The structured form: Markdown, plain text, the parts, and the keys of results."""
        return {
            "markdown": text_markdown(self.parts), "text": text_plain(self.parts),
            "parts": [asdict(part) for part in self.parts], "results": list(self.results),
        }

    def __str__(self) -> str:
        return text_plain(self.parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": text_html(self.parts), "text/plain": text_plain(self.parts), TEXT_MIME: self.data}


@dataclass(frozen=True)
class Shown:
    """An exhibit in a notebook, and the words around it."""

    exhibit: Exhibit
    words: Words = field(default_factory=lambda: words_of(REFERENCE))

    @property
    def data(self) -> Bundle:
        """The structured form of the exhibit."""
        return self.exhibit.to_json()

    def __str__(self) -> str:
        return exhibit_text(self.exhibit)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": exhibit_html(self.exhibit, self.words), "text/plain": str(self), EXHIBIT_MIME: self.data}


@dataclass(frozen=True)
class Several:
    """Displays that follow one another in one output.

    The structured form holds ``parts``, each with its MIME type and data, and what ``front`` says
    of the whole report where this is its front matter.
    """

    displays: tuple[Text | Shown, ...]
    front: Bundle = field(default_factory=dict)
    style: str = ""
    results: str = ""

    @property
    def data(self) -> Bundle:
        """The structured forms of the parts, in order."""
        parts = [
            {"mime": EXHIBIT_MIME if isinstance(display, Shown) else TEXT_MIME, "data": display.data}
            for display in self.displays
        ]
        return {
            "parts": parts, **({"front": self.front} if self.front else {}),
            **({"results": self.results} if self.results else {}),
        }

    def __str__(self) -> str:
        return "\n\n".join(str(display) for display in self.displays)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        inner = "\n".join(display._repr_mimebundle_()["text/html"] for display in self.displays)
        if self.front:
            inner = f'<h1 class="nb-title">{escape(self.front["title"])}</h1>\n{inner}'
        style = f"<style>{self.style}</style>\n" if self.style else ""
        return {"text/html": style + inner, "text/plain": str(self), REPORT_MIME: self.data}


@dataclass(frozen=True, eq=False)
class Closing:
    """The end of a report: every result it showed, as the text of ``results.csv``; a reader sees nothing."""

    used: pd.DataFrame

    @property
    def data(self) -> Bundle:
        """The results, one line each, with all their digits."""
        return {"parts": [], "results": self.used.to_csv(index=False, lineterminator="\n")}

    def __str__(self) -> str:
        return ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": "", "text/plain": "", REPORT_MIME: self.data}
