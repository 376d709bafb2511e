"""Charts of tidy frames: drawn on the axes they are given, nothing withheld, light to import."""

from __future__ import annotations

import doctest
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from nbeval import plot
from nbeval.errors import FrameError

AGREE = pd.CategoricalDtype(["Disagree", "Neither", "Agree"], ordered=True)
ANSWERS = pd.DataFrame({"safe": ["Agree", "Agree", "Neither", "Disagree"], "heard": ["Agree", None, "Disagree", "Disagree"]}).astype(AGREE)


@pytest.fixture(autouse=True)
def _without_a_screen():
    """Draw into memory and leave nothing open."""
    with mpl.rc_context({"backend": "agg"}):
        yield
        plt.close("all")


def levels(**changes):
    """Levels of two places at two waves, one withheld."""
    return pd.DataFrame({
        "authority": ["North", "North", "South", "South"], "wave": ["2020", "2022", "2020", "2022"], "unit": "percent",
        "estimate": [24.0, 18.5, 21.0, None], "conf_low": [19.1, 14.2, 16.0, None], "conf_high": [29.7, 23.8, 27.0, None],
        "n": [210, 180, 90, None], "method": "Wilson interval", "suppression": ["", "", "", "[c]"], **changes})


def moved(**more):
    """Changes with what their tests say."""
    return pd.DataFrame({"indicator": ["Lonely", "Calm", "Safe"], "unit": "percentage points", "estimate": [-5.5, 1.2, None],
                         "conf_low": [-9.0, -3.1, None], "conf_high": [-2.0, 5.4, None], "verdict": ["may have fallen", "no clear change", "cannot tell"],
                         "suppression": ["", "", "[c]"], **more})


def test_a_change_is_drawn_with_its_verdict_and_its_size():
    ax = plot.change(moved(size=["size uncertain", "", ""]))
    assert named(ax) == ["Lonely", "Calm", "Safe"] and [text.get_text() for text in ax.texts] == ["[c]", "may have fallen, size uncertain", "no clear change"]
    two = pd.concat([moved(wave="2021"), moved(wave="2022", verdict=["fell", "rose", ""])])
    said = [text.get_text() for text in plot.change(two).texts]
    assert "2021: may have fallen\n2022: fell" in said


def named(ax):
    """The labels of the lines."""
    return [label.get_text() for label in ax.get_yticklabels()]


def test_the_examples_run():
    failed, attempted = doctest.testmod(plot)
    assert failed == 0 and attempted > 10


def test_levels_are_drawn_on_given_axes_with_a_mark_for_each_that_is_shown():
    ax = plt.figure().add_subplot()
    assert plot.levels(levels(), ax=ax) is ax
    assert named(ax) == ["North", "South"]
    dots = [point for drawn in ax.collections if drawn.get_offsets().any() for point in drawn.get_offsets().tolist()]
    assert sorted(x for x, _ in dots) == [18.5, 21.0, 24.0]
    assert [text.get_text() for text in ax.texts] == ["[c]"], "what is withheld is said to be"


def test_lines_and_hues_can_be_named_and_several_columns_label_a_line():
    assert named(plot.levels(levels(), y="wave", hue="authority")) == ["2020", "2022"]
    assert named(plot.levels(levels(age=["16 to 17", "16 to 17", "18 or more", "18 or more"]))) == ["North, 16 to 17", "South, 18 or more"]
    assert named(plot.levels(levels().assign(estimate=20.0), y=["authority", "wave"], hue="method")) == [
        "North, 2020", "North, 2022", "South, 2020", "South, 2022"]


def test_one_estimate_and_none_are_drawn_too():
    assert named(plot.change(levels().iloc[:1])) == ["North"]
    assert named(plot.levels(levels().iloc[3:])) == ["South"]
    assert named(plot.levels(levels().iloc[:0])) == []


def test_change_has_a_line_at_none_and_signs_on_its_scale():
    ax = plot.change(levels(unit="percentage points"))
    assert any(list(line.get_xdata()) == [0.0, 0.0] for line in ax.lines)
    ax.figure.canvas.draw()
    assert any(label.get_text().startswith("+") for label in ax.get_xticklabels())
    assert ax.get_xlabel() == "percentage points"


def test_answers_are_shares_of_those_who_answered():
    ax = plot.likert(ANSWERS, ["safe", "heard"])
    widths = sorted(round(patch.get_width(), 6) for patch in ax.patches if patch.get_width())
    assert widths == [25.0, 25.0, round(100 / 3, 6), 50.0, round(200 / 3, 6)]
    assert min(patch.get_x() for patch in ax.patches) == pytest.approx(-200 / 3), "disagreement is to the left"
    assert min(patch.get_x() for patch in plot.likert(ANSWERS, ["safe"], diverging=False).patches) == 0.0


def test_a_cross_table_is_drawn_from_its_estimates_and_says_what_is_withheld():
    table = pd.DataFrame({"safe": ["Disagree", "Agree"] * 2, "wave": ["2020", "2020", "2022", "2022"], "estimate": [40.0, 60.0, None, None],
                          "suppression": ["", "", "[c]", "[c]"]})
    ax = plot.likert(table)
    assert named(ax) == ["2020", "2022"]
    assert [text.get_text() for text in ax.texts if "shown" in text.get_text()] == ["not shown: Disagree, Agree"]


def test_a_frame_that_lacks_a_column_is_refused_with_those_it_has():
    with pytest.raises(FrameError, match="estimate"):
        plot.levels(levels().drop(columns="estimate"))
    with pytest.raises(FrameError, match="gender"):
        plot.levels(levels(), hue="gender")
    with pytest.raises(FrameError, match="bored"):
        plot.likert(ANSWERS, ["bored"])


def test_importing_it_loads_no_library_of_charts():
    code = "import sys, nbeval.plot; print([name for name in ('matplotlib', 'seaborn', 'pandas') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
