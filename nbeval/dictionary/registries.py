"""What other rooms register under names that a dictionary may use: kinds of exhibit, charts, quantities.

The names are read from the source of the rooms, not imported from them: what draws takes a second to import, and few
commands that open a dictionary draw anything. A new kind or chart is known here as soon as its own module has it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from nbeval.dictionary.enums import Quantity
from nbeval.dictionary.files import Contents, Faults
from nbeval.dictionary.models import ExhibitRow


def kinds() -> Mapping[str, tuple[str, ...]]:
    """The kinds of exhibit, each with the charts that draw marks such as it makes."""
    drawn = class_ids("report/charts")
    return {kind: tuple(chart for chart, marks in drawn.items() if marks in made) for kind, made in class_ids("report/kinds").items()}


def charts() -> tuple[str, ...]:
    """The charts."""
    return tuple(class_ids("report/charts"))


def on_request() -> tuple[str, ...]:
    """The statistics that are estimated where an exhibit names them."""
    return tuple(class_ids("estimate/on_request.py"))


def quantities() -> tuple[str, ...]:
    """All that an exhibit may name as a quantity."""
    return (*(one.value for one in Quantity), *on_request())


def check_registered(contents: Contents, faults: Faults) -> None:
    """Check that exhibits are of kinds, drawn as charts and made of quantities that some room registers."""
    for exhibit, place in contents.of(ExhibitRow):
        if exhibit.kind not in kinds():
            faults.unknown(place, "kind", "kind of exhibit", exhibit.kind, kinds())
        drawn = kinds().get(exhibit.kind, charts())
        if exhibit.chart and exhibit.chart not in drawn:
            of = "" if exhibit.chart not in charts() else f" of kind '{exhibit.kind}'"
            faults.unknown(place, "chart", "chart", exhibit.chart, drawn, of)
        for quantity in exhibit.quantities:
            if quantity not in quantities():
                faults.unknown(place, "quantities", "quantity", quantity, quantities())


@cache
def class_ids(path: str) -> Mapping[str, str | tuple[str, ...]]:
    """The ``id`` of every class in a module of the package, or in those of a folder, each with the ``marks`` that the class names."""
    at, found = files("nbeval").joinpath(path), {}
    modules = sorted(f"{path}/{one.name}" for one in at.iterdir() if one.name.endswith(".py")) if at.is_dir() else (path,)
    for node in (node for module in modules for node in _statements(module)):
        given = dict(_assigned(node.body)) if isinstance(node, ast.ClassDef) else {}
        if given.get("id"):
            found[given["id"]] = given.get("marks", ())
    return found


def _statements(path: str) -> list[ast.stmt]:
    """The statements of a module; none where there is no such module."""
    module = files("nbeval").joinpath(path)
    return ast.parse(module.read_text(encoding="utf-8")).body if module.is_file() else []


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, object]]:
    """What statements assign to names, where it is written out."""
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
            try:
                yield target.id, ast.literal_eval(node.value)
            except ValueError:
                continue
