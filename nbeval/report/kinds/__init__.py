"""The kinds of exhibit, by what ``exhibits.csv`` calls them: one class for each in the modules of this folder.

A new kind is a class, its words and its test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from nbeval.report.kinds.kind import Kind


def _classes(kind: type[Kind] = Kind) -> Iterator[type[Kind]]:
    """The classes below one that have an id."""
    for one in kind.__subclasses__():
        yield from (one,) if one.id else ()
        yield from _classes(one)


for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
KINDS: Mapping[str, type[Kind]] = MappingProxyType({one.id: one for one in _classes()})
