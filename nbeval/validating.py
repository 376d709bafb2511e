"""Running the simulation study and writing it where a reviewer finds it."""

from __future__ import annotations

from pathlib import Path

from nbeval.errors import OutputError, ParameterError
from nbeval.folders import supplied
from nbeval.publish.document import read_document
from nbeval.publish.execute import execute
from nbeval.publish.executed import notebook_bytes, scrub
from nbeval.publish.formats.html import html_bytes

NOTEBOOK = "validation"


def validate(out: Path, *, runs: int, seed: int) -> tuple[Path, Path]:
    """Run the notebook of the simulation study and write it with its page.

    Parameters
    ----------
    out : Path
        The folder for reports; a folder of the study's name is made in it.
    runs : int
        Of the slowest methods.
    seed : int

    Returns
    -------
    the executed notebook and the page

    Raises
    ------
    ParameterError
        Too few runs to say anything.
    RenderError
        The notebook stopped.
    OutputError
        The study could not be written.
    """
    if runs < 1:
        raise ParameterError("the study needs runs.", found=str(runs), allowed="1 or more; 400 for a study to print", do="give more with --runs.")
    ran = execute(supplied("notebooks") / f"{NOTEBOOK}.ipynb", {"runs": runs, "seed": seed})
    executed = scrub(ran, {"kind": NOTEBOOK, "language": "en-GB", "invented": False})
    notebook, page = out / NOTEBOOK / "report.ipynb", out / NOTEBOOK / "report.html"
    content = html_bytes(read_document(executed))
    try:
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_bytes(notebook_bytes(executed))
        page.write_bytes(content)
    except OSError as error:
        raise OutputError("the study could not be written.", found=error.strerror or "", do="choose another place with --out.") from None
    return notebook, page
