"""The formats a report can have. Each is one module of this folder, named by what is asked for with ``--formats``.

A new format is a module that defines ``FORMAT``, and its label beside the name of its file in ``words/en.toml``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from nbeval.errors import ParameterError

if TYPE_CHECKING:
    from nbeval.publish.document import Document

#: made where no format is named
STANDARD = ("html", "pdf", "docx", "xlsx")


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
