"""An executed notebook: what its cells may show, and what it is without the machine, the moment and the user.

A report shows what came through disclosure control, and that alone: everything else that a cell displays or prints stops
it. Cells tagged ``route`` show how answers become results: the counts of a stage of a study, and nothing else. They stay in
the notebook and reach no other format.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbeval.errors import RenderError
from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, STAGE_MIME, TEXT_MIME

ROUTE = "route"
_OWN = (REPORT_MIME, EXHIBIT_MIME, TEXT_MIME)
_INJECTED = "injected-parameters"
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_MOST_WORDS = 8


@dataclass(frozen=True)
class ForeignOutput:
    """An output that did not come from the report: the cell's number in the notebook as written, the heading above, what it is."""

    cell: int
    heading: str
    what: str

    def __str__(self) -> str:
        """The cell and what it shows, never the output itself."""
        return f"{cell_name(self.cell, self.heading)} shows {self.what}"


def foreign_outputs(notebook: Any) -> list[ForeignOutput]:
    """Every output of an executed notebook that did not come from the report or, on the route, from a stage of the study."""
    cells = [cell for cell in notebook.cells if _INJECTED not in tags_of(cell)]
    return [
        ForeignOutput(number, heading_above(cells, number), what)
        for number, cell in enumerate(cells, start=1) if cell.cell_type == "code"
        for what in dict.fromkeys(_foreign(output, route=ROUTE in tags_of(cell)) for output in cell.get("outputs", ())) if what
    ]


def refuse_foreign_outputs(notebook: Any, name: str = "") -> None:
    """Refuse a notebook with such an output: the fault names the first cell and counts the others; what was shown stays out of it."""
    found = foreign_outputs(notebook)
    if found:
        raise RenderError(
            f"{cell_name(found[0].cell, found[0].heading, name)} shows {found[0].what} that did not come through the report.",
            found="; ".join(map(str, found[:5])) + (f"; and {len(found) - 5} more" if len(found) > 5 else ""),
            allowed="what a call of the report object shows: it is numbered, captioned and under disclosure control; "
                    f"in a cell tagged '{ROUTE}', the counts that a stage of the study shows",
            do="show it with report.table, report.chart, report.breakdown or report.model, or end the line with ';' or take it out.",
        )


def _foreign(output: Any, *, route: bool) -> str:
    """What an output is that did not come from the report, or on the route from a stage of the study; empty where it did."""
    if output.output_type == "stream":
        return "text on standard error (a warning, for example)" if output.name == "stderr" else "printed text"
    if output.output_type == "error":
        return "an error"
    data = output.get("data", {})
    if STAGE_MIME in data:
        return "" if route else f"the counts of a stage in a cell that is not tagged '{ROUTE}',"
    if any(mime in data for mime in _OWN):
        return "" if not route else f"a part of the report in a cell tagged '{ROUTE}',"
    if any(mime.startswith("image/") for mime in data):
        return "a picture"
    plain = data.get("text/plain", "")
    if "text/html" in data:
        return "a table" if "<table" in "".join(data["text/html"]) else "HTML"
    return "Markdown" if "text/markdown" in data else "a value" if plain else "a display"


def tags_of(cell: Any) -> tuple[str, ...]:
    """The tags of a cell."""
    return tuple(cell.get("metadata", {}).get("tags", ()))


def cell_name(number: int, heading: str, notebook: str = "") -> str:
    """What a message calls a cell: its number, its notebook, and the first words of the heading above it."""
    words = heading.split()
    short = " ".join(words[:_MOST_WORDS]) + ("…" if len(words) > _MOST_WORDS else "")
    name = f"cell {number} of {notebook}" if notebook else f"cell {number}"
    return f"{name}, under '{short}'," if heading else name


def heading_above(cells: list[Any], number: int) -> str:
    """The nearest heading above the cell of this number, counted from 1; empty where there is none."""
    for cell in reversed(cells[:number]):
        headings = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        if headings:
            return headings[-1]
    return ""


def scrub(notebook: Any, about: Mapping[str, Any]) -> Any:
    """A copy of an executed notebook without paths, clock, user or memory addresses: the same bytes wherever and whenever it is made.

    ``about`` (kind, title, language, whether invented, stamp) is kept in its metadata, where exporters look. Standard error goes: it is
    where libraries write paths and warnings.
    """
    import nbformat     # takes a second, which a run that changes nothing does not have

    clean = nbformat.from_dict(notebook)
    clean.metadata = nbformat.from_dict({
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "nbeval": {**about, "completed": True},
    })
    folders = _folders()
    for cell in clean.cells:
        tags = list(tags_of(cell))
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if _INJECTED in tags:
            cell["id"] = _INJECTED
        if cell.cell_type == "code":
            cell.outputs = [_scrub_output(output, folders) for output in cell.outputs if output.get("name") != "stderr"]
    clean.nbformat_minor = 5
    return clean


def notebook_bytes(notebook: Any) -> bytes:
    """The notebook as it is written: sorted keys, LF, a final newline."""
    import nbformat

    return (nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n").encode("utf-8")


def _scrub_output(output: Any, folders: list[str]) -> Any:
    """One output, its plain text without addresses and paths."""
    if output.output_type == "stream":
        output.text = _scrub_text(output.text, folders)
    plain = output.get("data", {}).get("text/plain")
    if isinstance(plain, str):
        output["data"]["text/plain"] = _scrub_text(plain, folders)
    return output


def _scrub_text(text: str, folders: list[str]) -> str:
    """Text without memory addresses and without the folders of this machine."""
    for folder in folders:
        text = text.replace(folder, "…")
    return _ADDRESS.sub("0x…", text)


def _folders() -> list[str]:
    """The folders of this machine that could show up in text, longest first."""
    places = (Path.cwd(), Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix), Path(__file__).parents[2])
    return sorted({str(place) for place in places if len(place.parts) > 1}, key=len, reverse=True)
