"""The parameters a notebook declares, and the check of given ones by name and type before anything runs."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nbeval.errors import ParameterError, RenderError

_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict, "tuple": tuple}


@dataclass(frozen=True)
class Declared:
    """One name of the parameters cell: the type it takes (None: any) and its default."""

    name: str
    kind: type | None
    default: Any


def declared_parameters(notebook: Path) -> dict[str, Declared]:
    """Read what a notebook's ``parameters`` cell declares, without running it.

    Parameters
    ----------
    notebook : Path
        A notebook with one cell tagged ``parameters`` that holds assignments of literals only.

    Returns
    -------
    dict
        By name, in the order of the cell. The type is the annotation where there is one and the
        type of the default otherwise.

    Raises
    ------
    RenderError
        The notebook is missing or not a notebook, has no such cell, or the cell holds more than literals.
    """
    statements = ast.parse(_source_of_parameters_cell(notebook)).body
    return {item.name: item for item in (_declared(statement, notebook) for statement in statements)}


def check_parameters(given: Mapping[str, Any], notebook: Path) -> None:
    """Refuse given parameters that the notebook does not declare, or whose type is another.

    Parameters
    ----------
    given : Mapping
        Names and values as papermill would be given them.
    notebook : Path
        The notebook that declares them.

    Raises
    ------
    ParameterError
        A name is unknown (the nearest known one is named) or a value has the wrong type.
    """
    declared = declared_parameters(notebook)
    for name, value in given.items():
        if name not in declared:
            raise _unknown(name, tuple(declared), notebook)
        if not _fits(value, declared[name].kind):
            raise ParameterError(
                f"parameter '{name}' of {notebook.name} takes {_type_name(declared[name].kind)}, "
                f"and was given {_type_name(type(value))}.",
                found=f"a value of type {_type_name(type(value))}",
                allowed=f"{_type_name(declared[name].kind)}, for example {declared[name].default!r}",
                where=f"the cell tagged 'parameters' of {notebook.name}",
                do=f"give '{name}' a value of that type.",
            )


def imported_modules(notebooks: Iterable[Path]) -> list[str]:
    """The modules that the code of notebooks imports, in order of first use; unreadable cells count for nothing."""
    found: dict[str, None] = {}
    for notebook in notebooks:
        for cell in _cells(notebook):
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            with suppress(SyntaxError):
                for node in ast.walk(ast.parse(source if cell["cell_type"] == "code" else "")):
                    if isinstance(node, ast.Import):
                        found |= dict.fromkeys(alias.name for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module:
                        found[node.module] = None
    return list(found)


def _cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook as they are stored."""
    try:
        return json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        raise RenderError(f"the notebook {notebook.name} does not exist.",
                          do="check its name in programme.toml and the notebooks' folder.") from None
    except (ValueError, KeyError, TypeError):
        raise RenderError(f"{notebook.name} is not a notebook that can be read.",
                          do="restore it from version control.") from None


def _source_of_parameters_cell(notebook: Path) -> str:
    """The source of the one cell tagged ``parameters``."""
    tagged = [cell for cell in _cells(notebook) if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if len(tagged) != 1:
        raise RenderError(f"{notebook.name} has {len(tagged)} cells tagged 'parameters'; it needs exactly one.",
                          do="tag the cell that holds the parameters, and no other.")
    source = tagged[0]["source"]
    return source if isinstance(source, str) else "".join(source)


def _declared(statement: ast.stmt, notebook: Path) -> Declared:
    """One declaration from one statement of the parameters cell."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=annotation), value=ast.expr() as value):
            kind = _TYPES.get(annotation)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            kind = None
        case _:
            raise _not_literals(notebook)
    try:
        default = ast.literal_eval(value)
    except ValueError:
        raise _not_literals(notebook) from None
    return Declared(name, kind or (None if default is None else type(default)), default)


def _fits(value: Any, kind: type | None) -> bool:
    """Whether a value is of the type; a whole number is a number, but True is not."""
    if kind is None:
        return True
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _type_name(kind: type | None) -> str:
    """The type in words."""
    words = {str: "text", int: "a whole number", float: "a number", bool: "True or False", list: "a list",
             dict: "a table of names and values", type(None): "nothing (None)"}
    return words.get(kind, getattr(kind, "__name__", "anything"))


def _unknown(name: str, known: tuple[str, ...], notebook: Path) -> ParameterError:
    """The fault for a name that the notebook does not declare."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return ParameterError(
        f"{notebook.name} has no parameter '{name}'.",
        found=name, allowed=", ".join(known) or "none: this notebook takes no parameters",
        where=f"the cell tagged 'parameters' of {notebook.name}",
        do=f"{hint}Nothing was run.",
    )


def _not_literals(notebook: Path) -> RenderError:
    """The fault for a parameters cell that computes something."""
    return RenderError(
        f"the parameters cell of {notebook.name} holds more than names and plain values.",
        allowed='lines such as  cohort: str = "specimen"',
        do="move everything else to another cell.",
    )
