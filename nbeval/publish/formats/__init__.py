"""The formats a report can have. Each is one module of this folder, named by what is asked for with ``--formats``.

A new format is a module that defines ``FORMAT``, and its label beside the name of its file in ``report/words/en-GB.toml``.
"""

from __future__ import annotations

import pkgutil
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

from nbeval.errors import ParameterError

if TYPE_CHECKING:
    from nbeval.publish.document import Document

#: made where no format is named
STANDARD = ("html", "pdf", "docx", "xlsx")

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CLOCKS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


@dataclass(frozen=True)
class Format:
    """One format: the name of its file, and what makes the bytes of that file; the same bytes on every run."""

    file: str
    make: Callable[[Document], bytes]


class _Formats(Mapping[str, Format]):
    """The formats by name; each is imported when it is asked for, since its libraries take time to import."""

    def __getitem__(self, name: str) -> Format:
        if name not in self._names():
            raise KeyError(name)
        return import_module(f"{__name__}.{name}").FORMAT

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> list[str]:
        """The modules of this folder."""
        return [found.name for found in pkgutil.iter_modules(__path__)]


FORMATS = _Formats()


def check_formats(names: tuple[str, ...]) -> None:
    """Refuse the name of a format that does not exist, with the nearest one that does."""
    for name in names:
        if name not in list(FORMATS):
            near = get_close_matches(name, FORMATS, n=1)
            raise ParameterError(f"there is no format '{name}'.", found=name, allowed=", ".join(FORMATS),
                                 do=f"did you mean '{near[0]}'?" if near else "choose one of those allowed.")


def fixed_zip(content: bytes) -> bytes:
    """An office file, which is a zip archive, without clocks: neither of its members nor in its properties."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "docProps/core.xml":
                data = _CLOCKS.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", data)
            entry = zipfile.ZipInfo(member.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, data)
    return made.getvalue()
