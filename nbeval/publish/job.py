"""A job: one report to be made, the parameters it gives its notebook, and what became of it. Plain values that any process can be sent."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nbeval.errors import NbevalError, ParameterError, RenderError


@dataclass(frozen=True)
class Job:
    """One report: which notebook, with which parameters, and the folder of the report below the reports' folder."""

    kind: str
    notebook: Path
    parameters: Mapping[str, Any]
    folder: str                         # "specimen/baseline"; parts joined by "/" on every platform
    title: str
    language: str
    content_key: str                    # changes whenever anything the report shows may change
    internal: bool = False              # never published, never in an index
    dictionary: Mapping[str, str] = field(default_factory=dict)     # checksum of every entry it can show

    @property
    def cohort(self) -> str:
        """The first part of the folder."""
        return self.folder.split("/", 1)[0]


@dataclass(frozen=True)
class Origin:
    """What the reports of one run rest on, for their provenance: names and checksums, never paths.

    ``dictionary_digest`` is of the whole dictionary, ``numbers`` of the parts that the numbers rest on; each job has
    the part that it can show. ``inputs_key`` is the name of the key that the checksums of confidential exports were made with.
    """

    dictionary_digest: str = ""
    inputs: tuple[tuple[str, str], ...] = ()        # (name relative to the data folder, checksum)
    inputs_key: str = ""                            # empty: plain sha256, of what is not confidential
    seeds: Mapping[str, int] = field(default_factory=dict)
    invented: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """A job as a worker receives it: the folder to write to, and what the notebook must find in its environment."""

    job: Job
    folder: Path                        # the staging folder of this report
    formats: tuple[str, ...]
    origin: Origin
    report_key: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one job: ``written``, ``unchanged`` or ``failed``."""

    job: Job
    state: str
    fault: NbevalError | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Summary:
    """What became of all jobs of a batch."""

    outcomes: tuple[Outcome, ...]
    left_out: tuple[NbevalError, ...] = ()      # exports that no report rests on

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.fault)

    @property
    def exit_code(self) -> int:
        """0 where every report was made, on all exports; else the highest code of the faults, 2 before 1."""
        return max((fault.exit_code for fault in (*(outcome.fault for outcome in self.failed), *self.left_out)), default=0)

    def __str__(self) -> str:
        """A line with the counts, then every fault, those that are the same together."""
        counts = Counter(outcome.state for outcome in self.outcomes)
        first = ", ".join(f"{counts[state]} {state}" for state in ("written", "unchanged", "failed") if counts[state])
        faults: dict[str, list[str]] = {}
        for outcome in self.failed:
            faults.setdefault(str(outcome.fault), []).append(outcome.job.folder)
        lines = [f"{', '.join(folders)}:\n{message}" for message, folders in faults.items()]
        return "\n\n".join([f"{len(self.outcomes)} reports: {first or 'nothing to do'}.", *lines, *map(str, self.left_out)])


# --- parameters ------------------------------------------------------------------------------------


def declared_parameters(notebook: Path) -> dict[str, Any]:
    """The names that a notebook's cell tagged ``parameters`` declares, with their defaults; it is not run, and may hold literals only."""
    tagged = [cell for cell in _cells(notebook) if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if len(tagged) != 1:
        raise RenderError(f"{notebook.name} has {len(tagged)} cells tagged 'parameters'; it needs exactly one.",
                          do="tag the cell that holds the parameters, and no other.")
    return dict(_declared(statement, notebook) for statement in ast.parse(_source(tagged[0])).body)


def check_parameters(given: Mapping[str, Any], notebook: Path) -> None:
    """Refuse given parameters that the notebook does not declare, or whose type is another than that of the default."""
    declared = declared_parameters(notebook)
    for name, value in given.items():
        where = f"the cell tagged 'parameters' of {notebook.name}"
        if name not in declared:
            near = get_close_matches(name, declared, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise ParameterError(f"{notebook.name} has no parameter '{name}'.", found=name, where=where, do=f"{hint}Nothing was run.",
                                 allowed=", ".join(declared) or "none: this notebook takes no parameters")
        default = declared[name]
        if default is not None and not _fits(value, type(default)):
            found, allowed = _type_name(type(value)), _type_name(type(default))
            raise ParameterError(f"parameter '{name}' of {notebook.name} takes {allowed}, and was given {found}.",
                                 found=f"a value of type {found}", allowed=f"{allowed}, for example {default!r}", where=where,
                                 do=f"give '{name}' a value of that type.")


def imported_modules(notebooks: Iterable[Path]) -> list[str]:
    """The modules that the code of notebooks imports, in order of first use; unreadable cells count for nothing."""
    found: dict[str, None] = {}
    for cell in (cell for notebook in notebooks for cell in _cells(notebook) if cell["cell_type"] == "code"):
        with suppress(SyntaxError):
            for node in ast.walk(ast.parse(_source(cell))):
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
        raise RenderError(f"{notebook.name} is not a notebook that can be read.", do="restore it from version control.") from None


def _source(cell: Mapping[str, Any]) -> str:
    """The source of a cell, which is stored as one text or as lines."""
    return "".join(cell["source"])


def _declared(statement: ast.stmt, notebook: Path) -> tuple[str, Any]:
    """The name and the default of one statement of the parameters cell."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) | ast.Assign(targets=[ast.Name(id=name)], value=value):
            with suppress(ValueError):
                return name, ast.literal_eval(value)
    raise RenderError(f"the parameters cell of {notebook.name} holds more than names and plain values.",
                      allowed='lines such as  cohort = "specimen"', do="move everything else to another cell.")


def _fits(value: Any, kind: type) -> bool:
    """Whether a value is of the type; a whole number is a number, but True is not."""
    return isinstance(value, int | float if kind is float else kind) and isinstance(value, bool) == (kind is bool)


def _type_name(kind: type) -> str:
    """The type in words."""
    words = {str: "text", int: "a whole number", float: "a number", bool: "True or False", list: "a list",
             dict: "a table of names and values", type(None): "nothing (None)"}
    return words.get(kind, kind.__name__)
