"""The ordered chart of places, and that a chart is one module: no other names it, and it is known everywhere."""

from __future__ import annotations

import re
from math import isnan
from pathlib import Path

import nbeval
from nbeval.dictionary import load, references
from nbeval.report.charts.chart import known_charts
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.rows import Caterpillar
from nbeval.report.exhibits import build, draft_of
from nbeval.report.kinds import KINDS
from tests.conftest import ROOT
from tests.report.invented import exhibit

NAME = Caterpillar.id


def places(svg, *labels):
    """How far down each label is, in the measure of the drawing."""
    found = {label: re.search(rf'translate\([\d.]+ ([\d.]+)\)[^<]*"[^<]*>{label}<|y="([\d.]+)"[^<]*>{label}<', svg) for label in labels}
    assert all(found.values()), found
    return [float(next(part for part in match.groups() if part)) for match in found.values()]


def test_only_the_module_of_its_family_names_it_and_every_room_knows_it():
    folder = Path(nbeval.__file__).parent
    naming = [path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if re.search(NAME, path.read_text(encoding="utf-8"), re.IGNORECASE)]
    assert naming == ["report/charts/rows.py"]
    assert isinstance(known_charts()[NAME], Caterpillar)
    suits = [kind for kind, charts in references.kinds().items() if NAME in charts]
    assert suits == [kind.id for kind in KINDS.values() if Caterpillar.marks in kind.marks] != []


def test_the_dictionary_accepts_its_name(tmp_path):
    import shutil

    copy = shutil.copytree(ROOT / "data_dictionary", tmp_path / "dictionary")
    declared = (copy / "exhibits.csv").read_text(encoding="utf-8")
    assert "levels_by_authority,funnel" in declared
    (copy / "exhibits.csv").write_text(declared.replace("levels_by_authority,funnel", f"levels_by_authority,{NAME}"), encoding="utf-8")
    assert NAME in {one.chart for one in load(copy).exhibits}


def test_an_exhibit_is_drawn_with_it_in_order_with_words_and_a_twin(make):
    context = make().context
    shown = build(draft_of(exhibit("ordered", "levels_by_authority", NAME, ("calm",), 1), context), 1)
    assert shown.figure.slim and shown.figure.alt and "North place" in shown.figure.description
    everybody, north, south, west = places(shown.figure.svg, context.say("all"), "North place", "South place", "West place")
    assert south < north < west < everybody, "the highest first, the withheld one last of the places, and all of them at the foot"
    assert "[c]" in shown.figure.svg


def test_the_line_is_at_the_whole_and_no_interval_is_lost():
    marks = [Mark(line, label, "Now", value, f"{value:g}%", value - 4, value + 4, "x", 80.0)
             for line, (label, value) in enumerate((("A", 20.0), ("B", 60.0), ("All", 41.0)))]
    words = {"withheld": "Not shown", "empty": "Nothing"}
    (axes,) = known_charts()[NAME].sheet(ChartData.of(marks, words=words)).figure.axes
    assert [line.get_xdata()[0] for line in axes.lines] == [41.0]
    ends = sorted(tuple(round(end) for end in path.vertices[:, 0]) for drawn in axes.collections for path in drawn.get_paths() if len(path.vertices) == 2)
    assert ends == [(16, 24), (37, 45), (56, 64)]
    bare = [Mark(0, "A", "Now", text="[c]"), Mark(1, "All", "Now", text="[c]")]
    (empty,) = known_charts()[NAME].sheet(ChartData.of(bare, words=words)).figure.axes
    assert not empty.lines and isnan(bare[0].value)
