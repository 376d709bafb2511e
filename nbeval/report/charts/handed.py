"""A chart that an analyst drew, as the figure of an exhibit."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as Drawing

from nbeval.errors import ParameterError
from nbeval.exhibit import Column, Exhibit, Figure, Row
from nbeval.report.charts.sheet import WIDTH, svg_of


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


def figure_of_axes(axes: Any, exhibit: Exhibit, alt: str) -> Figure:
    """The drawing as the figure of an exhibit, no wider than a page; its description is the table behind it, row by row."""
    drawing = drawing_of(axes)
    wide, high = drawing.get_size_inches()
    least = min(1.0, WIDTH / 25.4 / wide)
    drawing.set_size_inches(wide * least, high * least)
    with mpl.rc_context({"figure.autolayout": False}):
        if drawing.get_layout_engine() is None:
            drawing.tight_layout()
        description = "\n".join(_line(exhibit.columns, row) for row in exhibit.rows)
        svg = svg_of(drawing, exhibit.id, alt, description)
    return Figure(svg, alt, description, wide * least * 25.4, high * least * 25.4)


def _line(columns: tuple[Column, ...], row: Row) -> str:
    """A row of the table in words: what it is of, then each number with its name."""
    return "; ".join(f"{column.label}: {cell.text}" if column.numeric else cell.text for column, cell in zip(columns, row.cells, strict=True) if cell.text)


def close(axes: Any) -> None:
    """Take the drawing from pyplot, which would show it once more at the end of the cell."""
    drawing = axes if isinstance(axes, Drawing) else getattr(axes, "figure", None)
    if isinstance(drawing, Drawing):
        pyplot.close(drawing)
