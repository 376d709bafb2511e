"""Takes out of an executed notebook what depends on the machine, the moment or the user.

What is left has the same bytes wherever and whenever the same report is made.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_INJECTED = "injected-parameters"


def scrub(notebook: Any, about: Mapping[str, Any]) -> Any:
    """A copy of an executed notebook without paths, clock, user or memory addresses.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill leaves it.
    about : Mapping
        What the report is: kind, title, language, whether invented, and its stamp. Kept in the
        notebook's metadata, where the exporters look.

    Returns
    -------
    NotebookNode
        Cell ids, execution counts, tags and outputs are kept. Standard error is not: it is where
        libraries write paths and warnings.
    """
    clean = nbformat.from_dict(notebook)
    clean.metadata = nbformat.from_dict({
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "nbeval": {**about, "completed": True},
    })
    for cell in clean.cells:
        tags = list(cell.metadata.get("tags", ()))
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if _INJECTED in tags:
            cell["id"] = _INJECTED
        if cell.cell_type == "code":
            cell.outputs = [_scrub_output(output) for output in cell.outputs if output.get("name") != "stderr"]
    clean.nbformat_minor = 5
    return clean


def notebook_bytes(notebook: Any) -> bytes:
    """The notebook as it is written: sorted keys, LF, a final newline."""
    return (nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n").encode("utf-8")


def _scrub_output(output: Any) -> Any:
    """One output, its plain text without addresses and paths."""
    if output.output_type == "stream":
        output.text = _scrub_text(output.text)
    plain = output.get("data", {}).get("text/plain")
    if isinstance(plain, str):
        output["data"]["text/plain"] = _scrub_text(plain)
    return output


def _scrub_text(text: str) -> str:
    """Text without memory addresses and without the folders of this machine."""
    for folder in _folders():
        text = text.replace(folder, "…")
    return _ADDRESS.sub("0x…", text)


def _folders() -> list[str]:
    """The folders of this machine that could show up in text, longest first."""
    places = (Path.cwd(), Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix), Path(__file__).parents[2])
    return sorted({str(place) for place in places if len(place.parts) > 1}, key=len, reverse=True)
