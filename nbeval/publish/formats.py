"""The formats a report can have: the name of the file, and who makes it from the neutral document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module

from nbeval.errors import ParameterError
from nbeval.publish.document import Document


@dataclass(frozen=True)
class Format:
    """One format: its file, what a reader calls it, and the maker as "module:function"."""

    file: str
    name: str
    maker: str

    @property
    def module(self) -> str:
        """The module of the maker."""
        return f"nbeval.publish.{self.maker.split(':')[0]}"

    def make(self, document: Document) -> bytes:
        """The bytes of the document in this format."""
        made: Callable[[Document], bytes] = getattr(import_module(self.module), self.maker.split(":")[1])
        return made(document)


FORMATS = {
    "html": Format("report.html", "Web page", "html:html_bytes"),
    "pdf": Format("report.pdf", "PDF", "pdf:pdf_bytes"),
    "docx": Format("report.docx", "Word", "word:word_bytes"),
    "xlsx": Format("tables.xlsx", "Workbook", "workbook:workbook_bytes"),
}


def check_formats(names: tuple[str, ...]) -> None:
    """Refuse the name of a format that does not exist, with the nearest one that does."""
    for name in names:
        if name not in FORMATS:
            near = get_close_matches(name, FORMATS, n=1)
            raise ParameterError(f"there is no format '{name}'.", found=name, allowed=", ".join(FORMATS),
                                 do=f"did you mean '{near[0]}'?" if near else "choose one of those allowed.")
