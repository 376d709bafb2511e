"""An output that did not come through the report is named by its cell and stops the report; what it holds stays out of the message."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest

from nbeval.errors import RenderError
from nbeval.exhibit import STAGE_MIME, TEXT_MIME
from nbeval.publish import render
from nbeval.publish.executed import foreign_outputs, refuse_foreign_outputs
from nbeval.stages import StageCounts
from tests.publish.conftest import NOTEBOOKS, make_job

LONG = "A heading of rather more words than anybody…"
SHOWN = {
    4: ("Well-being", "printed text"), 5: ("Well-being", "text on standard error"), 6: ("Well-being", "a table"), 8: (LONG, "a picture"),
    9: (LONG, "HTML"), 10: (LONG, "Markdown"), 11: (LONG, "a value"), 12: (LONG, "printed text"),
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook with one output of every kind, as the command of papermill leaves it."""
    folder = tmp_path_factory.mktemp("foreign")
    subprocess.run([sys.executable, "-m", "papermill", "--engine", "nbeval", "--kernel", "python3", "-p", "cohort", "x", str(NOTEBOOKS / "foreign.ipynb"),
                    str(folder / "out.ipynb")],
                   env={**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "IPYTHONDIR": str(folder / "ipython")},
                   check=True, capture_output=True, timeout=120)
    return nbformat.read(folder / "out.ipynb", as_version=4)


def test_every_kind_of_output_is_found_by_the_number_of_its_cell_in_the_notebook_as_written(executed):
    found = {one.cell: str(one) for one in foreign_outputs(executed)}
    assert sorted(found) == sorted(SHOWN)
    for cell, (heading, what) in SHOWN.items():
        assert found[cell].startswith(f"cell {cell}, under '{heading}', shows {what}")


def test_the_message_names_the_first_and_counts_the_others_without_what_they_show(executed):
    with pytest.raises(RenderError) as caught:
        refuse_foreign_outputs(executed, "foreign.ipynb")
    text = str(caught.value)
    assert "cell 4 of foreign.ipynb, under 'Well-being', shows printed text" in text
    assert "and 4 more" in text and "report.table" in text
    assert "Jane" not in text


def test_what_the_report_shows_and_what_the_route_shows_is_allowed():
    notebook = nbformat.v4.new_notebook()
    own = nbformat.v4.new_code_cell("report.section('x')", outputs=[nbformat.v4.new_output("display_data", data={TEXT_MIME: {}, "text/html": "<table>"})])
    counts = StageCounts("Cleaned", "7 forms")._repr_mimebundle_()
    assert STAGE_MIME in counts
    route = nbformat.v4.new_code_cell("study.clean()", outputs=[nbformat.v4.new_output("execute_result", data=counts)], metadata={"tags": ["route"]})
    notebook.cells = [own, route]
    assert foreign_outputs(notebook) == []
    route.metadata = {}
    assert [one.cell for one in foreign_outputs(notebook)] == [2]


@pytest.mark.parametrize("output", [
    nbformat.v4.new_output("stream", text="Jane"), nbformat.v4.new_output("execute_result", data={"text/html": "<table>Jane</table>", "text/plain": "Jane"}),
    nbformat.v4.new_output("display_data", data={"image/png": "Jane"}), nbformat.v4.new_output("display_data", data={TEXT_MIME: {}, "text/html": "x"}),
], ids=["printed", "a frame", "a picture", "a part of the report"])
def test_the_tag_of_the_route_lets_nothing_through_but_the_counts_of_a_stage(output):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answers", outputs=[output], metadata={"tags": ["route"]})])
    with pytest.raises(RenderError, match="cell 1 shows") as caught:
        refuse_foreign_outputs(notebook)
    assert "Jane" not in str(caught.value)


def test_the_last_good_report_stays_where_a_foreign_output_stops_the_next(tmp_path, quiet):
    good = make_job("plain", folder="specimen/x")
    assert render([good], tmp_path, console=quiet()).exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "specimen/x").iterdir()}
    assert render([make_job("foreign", folder="specimen/x")], tmp_path, console=quiet()).exit_code == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "specimen/x").iterdir()} == before
    assert "forms of specimen were read" in before["report.ipynb"].decode()
    assert "forms of specimen were read" not in before["report.html"].decode()
