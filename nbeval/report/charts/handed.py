"""A chart that an analyst drew, as the figure of an exhibit."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as Drawing

from nbeval.errors import ParameterError
from nbeval.exhibit import Figure
from nbeval.report.charts.sheet import svg_of
from nbeval.report.charts.style import WIDTH


def drawing_of(axes: Any) -> Drawing:
    """The drawing that axes, a grid of seaborn or a figure of matplotlib belong to.

    Raises
    ------
    ParameterError
        It is none of these.
    """
    drawing = axes if isinstance(axes, Drawing) else getattr(axes, "figure", None)
    if not isinstance(drawing, Drawing):
        raise ParameterError("the chart is nothing that matplotlib drew.", found=type(axes).__name__, allowed="Axes, a Figure, or a grid of seaborn",
                             do="hand over what the function of seaborn or matplotlib returned.")
    return drawing


def marks_in(axes: Any) -> int:
    """How many points a drawing has: those of scatter plots, and of lines that mark them."""
    points = 0
    for one in drawing_of(axes).axes:
        points += sum(len(cloud.get_offsets()) for cloud in one.collections if isinstance(cloud, PathCollection))
        points += sum(len(line.get_xdata()) for line in one.lines if line.get_marker() not in ("", " ", "None", None))
    return points


def figure_of_axes(axes: Any, exhibit: str, alt: str, description: str) -> Figure:
    """The drawing as a figure of a report, no wider than a page."""
    drawing = drawing_of(axes)
    wide, high = drawing.get_size_inches()
    least = min(1.0, WIDTH / 25.4 / wide)
    drawing.set_size_inches(wide * least, high * least)
    with mpl.rc_context({"figure.autolayout": False}):
        if drawing.get_layout_engine() is None:
            drawing.tight_layout()
        svg = svg_of(drawing, exhibit)
    return Figure(svg, alt, description, wide * least * 25.4, high * least * 25.4)


def close(axes: Any) -> None:
    """Take the drawing from pyplot, which would show it once more at the end of the cell."""
    drawing = axes if isinstance(axes, Drawing) else getattr(axes, "figure", None)
    if isinstance(drawing, Drawing):
        pyplot.close(drawing)
