"""The faults an analyst can fix.

Every fault has one shape, so that a reader learns it once: a first line that is complete in
itself (it is what a log shows), then what was found, what is allowed, where it comes from and
what to do. A message never holds an answer, an identifier or free text: it gives counts, codes
and positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

#: the exit code of a run that was stopped with Ctrl-C
STOPPED = 130


#: what stands in place of a label or an answer that only few people gave
WITHHELD = "(text withheld)"


def said_by(text: str, count: int, least: int) -> str:
    """A label or an answer for a message: in quotation marks where at least so many people gave it, else what stands in its place.

    Every message that names one goes through here: a label that one person gave is that person's answer.

    >>> said_by("Often", 7, 5), said_by("Never", 1, 5)
    ("'Often'", '(text withheld)')
    """
    return f"'{text}'" if count >= least else WITHHELD


class NbevalError(Exception):
    """A fault that somebody who uses nbeval can put right; the command line exits with 2."""

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        found: str = "",
        allowed: str = "",
        where: str = "",
        do: str,
        rows: Any = None,
    ) -> None:
        self.what = what
        self.found = found
        self.allowed = allowed
        self.where = where
        self.do = do
        #: the rows at fault, for an interactive session; never printed
        self.rows = rows
        super().__init__(self.message())

    def message(self) -> str:
        """The whole message: first line, then found / allowed / from / do, where there are any."""
        parts = [("found", self.found), ("allowed", self.allowed), ("from", self.where), ("do", self.do)]
        lines = [f"{type(self).__name__}: {self.what}"]
        for label, text in parts:
            if text:
                indented = text.replace("\n", "\n" + " " * 11)
                lines.append(f"  {label:<8} {indented}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.message()

    def __reduce__(self) -> tuple[Any, ...]:
        """How a fault travels to another process: its words alone; ``rows`` stay where they are, for they may hold answers."""
        words = {"found": self.found, "allowed": self.allowed, "where": self.where, "do": self.do}
        return partial(type(self), self.what, **words), ()


class DictionaryError(NbevalError):
    """The data dictionary contradicts itself, lacks a source, or cannot be read."""


class SourceError(NbevalError):
    """An export is missing, empty, locked, cut short, or not the kind of file it claims to be."""


class NoDataError(SourceError):
    """There is nothing that a cohort, or a report of it, could be made from."""

    exit_code = 1


class LeftOutError(NoDataError):
    """The export of one authority could not be used: the others' reports are made without it."""


class UnknownHeaderError(NbevalError):
    """An export has a column that the dictionary does not know, or lacks one it must have."""


class UnknownCodeError(NbevalError):
    """An export has answers that are not in the item's response set."""


class CorrectionError(NbevalError):
    """A declared correction no longer matches the data it was written for."""


class FrameError(NbevalError):
    """A table breaks its contract in ``nbeval.frames``: a column, a key, a type or a code."""


class ParameterError(NbevalError):
    """A command or a notebook was given a name or a value that does not exist."""


class RenderError(NbevalError):
    """A report could not be made; the last good one was left as it was."""


class DisclosureError(NbevalError):
    """What would be published gives somebody away; nothing was published."""

    exit_code = 1


class ChangedDeclarationError(NbevalError):
    """A scale or an indicator is declared otherwise than in a signed release, and no decision allows it."""

    exit_code = 1


class SignatureError(NbevalError):
    """A signature is missing, of other content, or of somebody who may not sign; or it cannot be made."""

    exit_code = 1


class OutputError(NbevalError):
    """The place to write to is missing, read-only, full, or in use by another run."""


def suggestion(value: str, known: Iterable[str]) -> str:
    """What to do about an unknown id: the nearest known one, or the list of those allowed.

    >>> suggestion("loneli", ["lonely", "happy"])
    "did you mean 'lonely'?"
    """
    from difflib import get_close_matches

    known = sorted({str(one) for one in known if str(one)})
    near = get_close_matches(value, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not known:
        return "none is declared yet: declare it first"
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"use one of: {shown}"


#: signals of Ctrl-C to this run: a library in whose code one falls may swallow the exception
stops: list[int] = []


def still_going() -> None:
    """Raise once more what Ctrl-C raised, where it was swallowed; called at every step."""
    if stops:
        raise KeyboardInterrupt
