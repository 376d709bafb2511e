"""Faults on their way between processes, and faults of the operating system in plain words."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from nbeval import errors
from nbeval.errors import NbevalError, OutputError

FAMILY = {
    name: kind for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, NbevalError)
}

_PACKAGE = Path(errors.__file__).parent

_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room on the disk and run the command again."),
    errno.EDQUOT: ("your share of the disk is used up", "make room, or choose another folder with --out."),
    errno.EFBIG: ("a file may not become that large", "make room, or choose another folder with --out."),
    errno.EROFS: ("the disk can only be read", "choose a folder you may write to with --out."),
    errno.EACCES: ("you may not write there", "choose a folder you may write to with --out."),
    errno.EPERM: ("you may not write there", "choose a folder you may write to with --out."),
    errno.ENOENT: ("the folder has vanished", "check that the disk is still connected and run the command again."),
    errno.ENOTDIR: ("a file stands where a folder should be", "move that file away, or choose another --out."),
}


def to_json(error: NbevalError) -> dict[str, str]:
    """The fault as plain text fields; ``rows`` stay behind, they never leave their process."""
    return {"class": type(error).__name__, "what": error.what, "found": error.found,
            "allowed": error.allowed, "where": error.where, "do": getattr(error, "do", "")}


def from_json(data: dict[str, str]) -> NbevalError:
    """The fault from its fields; the inverse of :func:`to_json`."""
    fields = dict(data)
    kind = FAMILY.get(fields.pop("class"), NbevalError)
    return kind(fields.pop("what"), **fields)


def output_error(error: OSError, what: str = "the reports") -> OutputError:
    """What an operating system's refusal to write means, without naming a path of this machine."""
    reason, do = _REASONS.get(error.errno or 0, ("the system refused", "see whether the folder can be written to."))
    return OutputError(
        f"{what} could not be written: {reason}.",
        where=Path(error.filename).name if isinstance(error.filename, str) else "",
        do=f"{do} The last good reports were left as they were." if what == "the reports" else do,
    )


def place_in_package(trace: TracebackType | None) -> str:
    """The innermost line of nbeval that a traceback passed, as "nbeval/x/y.py, line 12"; never any data."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"nbeval/{path.relative_to(_PACKAGE).as_posix()}, line {frame.lineno}"
    return ""


def describe(error: NbevalError) -> dict[str, Any]:
    """The fields of a fault for a one-line record; kept short enough for one write to a pipe."""
    return {name: text[:700] for name, text in to_json(error).items()}


def parse_message(text: str) -> tuple[str, dict[str, str]]:
    """The first line and the other fields of a fault's printed message, as ``NbevalError`` writes it."""
    first, *rest = text.splitlines() or [""]
    names = {"found": "found", "allowed": "allowed", "from": "where", "do": "do"}
    fields: dict[str, str] = {"do": ""}
    current = ""
    for line in rest:
        label = line[:10].strip()
        current = names.get(label, current) if label else current
        if current:
            said = line[11:].strip()
            fields[current] = f"{fields[current]}\n{said}" if fields.get(current) else said
    return first.split(": ", 1)[-1], fields
