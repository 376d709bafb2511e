"""What an exhibit names of other rooms is checked when the dictionary is loaded, and the names are those that the rooms use."""

from __future__ import annotations

import pytest

from nbeval.dictionary import load, references
from nbeval.errors import DictionaryError


def test_the_names_read_from_the_source_are_those_of_the_rooms():
    from nbeval.report.charts.chart import known_charts
    from nbeval.report.kinds import KINDS

    assert len(references.kinds()) > 40 and len(references.charts()) > 5
    assert set(references.kinds()) == set(KINDS)
    assert set(references.charts()) == set(known_charts())


def test_every_chart_that_a_kind_can_be_drawn_as_is_one():
    assert not {chart for charts in references.kinds().values() for chart in charts} - set(references.charts())


@pytest.mark.parametrize(("old", "new", "told"), [
    ("Enjoyment in bands,distribution,stacked", "Enjoyment in bands,distributoin,stacked",
     ["field 'kind': unknown kind of exhibit 'distributoin'", "did you mean 'distribution'?"]),
    ("Enjoyment in bands,distribution,stacked", "Enjoyment in bands,distribution,staked",
     ["field 'chart': unknown chart 'staked'", "did you mean 'stacked'?"]),
])
def test_a_kind_or_chart_that_no_room_has_is_refused(tiny, edit, old, new, told):
    edit("exhibits.csv", old, new)
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    for part in told:
        assert part in error.value.found, error.value.found


def test_the_ids_of_classes_are_read_with_the_marks_they_name(tmp_path, monkeypatch):
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "levels.py").write_text(
        'from typing import ClassVar\n\nclass Levels:\n    id: ClassVar[str] = "levels"\n    marks = ("lines",)\n\nclass Base:\n    id = ""\n',
        encoding="utf-8")
    monkeypatch.setattr(references, "files", lambda package: tmp_path)
    references.class_ids.cache_clear()
    assert references.class_ids("kinds") == {"levels": ("lines",)}
    references.class_ids.cache_clear()
