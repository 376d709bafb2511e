"""The structure of a tagged PDF, as a program that reads it aloud meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import pypdf
from lxml import etree
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

XMP = {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "ua": "http://www.aiim.org/pdfua/ns/id/"}


@dataclass(frozen=True)
class Tag:
    """An element of the structure: its kind, the words for what is not text, its scope as a header, what is inside.

    A mark is a piece of content: its page, and its number in the order in which the page is drawn.
    """

    kind: str
    alt: str
    scope: str
    marks: tuple[tuple[int, int], ...] = field(repr=False)
    inside: tuple[Tag, ...] = field(repr=False)

    def walk(self) -> Iterator[Tag]:
        """This element and every one inside, in reading order."""
        yield self
        for one in self.inside:
            yield from one.walk()

    def captioned_tables(self) -> Iterator[Tag]:
        """The tables that have a caption: one of their own, or in the box around them."""
        has_caption = any(one.kind == "/Caption" for one in self.inside)
        for one in self.inside:
            if one.kind == "/Table" and any(below.kind == "/Caption" for below in one.inside):
                yield one
            elif has_caption:
                yield from (below for below in one.walk() if below.kind == "/Table")
            else:
                yield from one.captioned_tables()

    def content(self) -> list[tuple[int, int]]:
        """The marks of this element and all inside."""
        return [mark for tag in self.walk() for mark in tag.marks]


class Tagged:
    """A PDF and its structure."""

    def __init__(self, content: bytes) -> None:
        self.reader = pypdf.PdfReader(BytesIO(content))
        self.root = self.reader.trailer["/Root"]
        self._pages = {page.indirect_reference.idnum: number for number, page in enumerate(self.reader.pages)}
        self.document = self._tag(self.root["/StructTreeRoot"]["/K"][0].get_object(), None)

    @cached_property
    def kinds(self) -> list[str]:
        """The kind of every element, in reading order."""
        return [tag.kind for tag in self.document.walk()]

    @cached_property
    def text(self) -> str:
        """The text of all pages without spaces, in the order of their content."""
        return "".join("".join(page.extract_text() for page in self.reader.pages).split())

    def universal_access_part(self) -> list[str]:
        """The part of PDF/UA that the file says it keeps."""
        described = etree.fromstring(self.root["/Metadata"].get_object().get_data())
        return described.xpath("//ua:part/text()|//@ua:part", namespaces=XMP)

    def _tag(self, element: DictionaryObject, page: int | None) -> Tag:
        """One element."""
        page = self._page_of(element, page)
        about = element.get("/A", ArrayObject()).get_object()
        traits = [trait.get_object() for trait in (about if isinstance(about, ArrayObject) else [about])]
        scope = next((str(trait["/Scope"]) for trait in traits if "/Scope" in trait), "")
        kids = list(self._kids(element.get("/K", ArrayObject())))
        marks = [(page, int(kid)) for kid in kids if isinstance(kid, int)]
        marks += [(self._page_of(kid, page), int(kid["/MCID"])) for kid in kids if not isinstance(kid, int) and "/MCID" in kid]
        inside = tuple(self._tag(kid, page) for kid in kids if not isinstance(kid, int) and "/S" in kid)
        return Tag(str(element["/S"]), str(element.get("/Alt", "")), scope, tuple(marks), inside)

    def _kids(self, held: Any) -> Iterator[Any]:
        """What an element holds: numbers of pieces of content on its page, and dictionaries."""
        for kid in held if isinstance(held, ArrayObject) else [held]:
            one = kid.get_object() if isinstance(kid, IndirectObject) else kid
            if isinstance(one, ArrayObject):
                yield from self._kids(one)
            else:
                yield one

    def _page_of(self, element: DictionaryObject, page: int | None) -> int | None:
        """The page an element is on: its own, or that of what holds it."""
        return self._pages[element.raw_get("/Pg").idnum] if "/Pg" in element else page
