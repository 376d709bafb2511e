"""Charts of analysts: of any tidy frame, on axes of the caller, and drawings of their own as figures of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from nbeval.errors import FrameError, ParameterError
from nbeval.exhibit import Column, Exhibit, Figure, Row
from nbeval.report.charts.rows import points, scale
from nbeval.report.charts.shares import bars
from nbeval.report.charts.sheet import COLOURS, DIVERGING, HAIR, INK, LABELS, MARKERS, QUIET, SMALL, STYLE, WIDTH, svg_of, width_of, wrapped

#: columns of a tidy frame that say something about an estimate; every other column says what it is of
ABOUT = frozenset({
    "estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "p_adjusted", "n", "n_valid", "n_reference",
    "n_eligible", "n_effective", "n_missing", "count", "numerator", "method", "unit", "verdict", "size", "warning", "suppression", "family", "test",
})
BETWEEN = 0.2               # lines, between the marks of one line
SYMBOL = "[x]"              # where there is no number, and the frame has no symbol for it


def draw_estimates(frame: pd.DataFrame, ax: Axes | None, *, y: str | Sequence[str] | None, hue: str | None, title: str,
                   reference: float | None = None) -> Axes:
    """Draw one line for each combination of ``y`` and one mark in it for each value of ``hue``: estimates as dots on their intervals."""
    marks, labels, series = _marks(frame, y, hue)
    with mpl.rc_context(STYLE):
        ax = ax if ax is not None else plt.subplots(figsize=(6.3, 0.9 + len(labels) * (0.26 + 0.1 * len(series))), layout="constrained")[1]
        points(ax, marks, series)
        units = set(frame["unit"].dropna()) if "unit" in frame else set()
        scale(ax, marks, percent=units == {"percent"} and reference is None, reference=reference)
        _rows(ax, labels)
        ax.set_xlabel(title or ", ".join(sorted(units)))
        for row in marks[marks["value"].isna()].itertuples():
            ax.annotate(row.text, (1.01, row.y), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL, color=QUIET,
                        annotation_clip=False)
        if reference is not None:
            _say_verdicts(ax, frame, marks)
        if len(series) > 1:
            _key(ax, [Line2D([], [], linestyle="none", color=COLOURS[at % len(COLOURS)], marker=MARKERS[at % len(MARKERS)], label=name)
                      for at, name in enumerate(series)])
    return ax


def _say_verdicts(ax: Axes, frame: pd.DataFrame, marks: pd.DataFrame) -> None:
    """Write what tests say of each line at its right: the verdict and, where there is one, the size; by series where there are several."""
    words = [", ".join(str(row[name]) for name in ("verdict", "size") if name in frame and pd.notna(row[name]) and row[name])
             for _, row in frame.iterrows()]
    told = marks.assign(words=words)[marks["value"].notna()]
    for line, rows in told[told["words"].ne("")].groupby(told["y"].round()):
        said = "\n".join(f"{row.series}: {row.words}" if row.series else row.words for row in rows.itertuples())
        ax.annotate(said, (1.01, line), xycoords=("axes fraction", "data"), va="center", fontsize=SMALL, color=INK, annotation_clip=False)


def _marks(frame: pd.DataFrame, y: str | Sequence[str] | None, hue: str | None) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The marks of a tidy frame with their heights, the labels of its lines, and its series."""
    _need(frame, "estimate", *([] if hue is None else [hue]), *([y] if isinstance(y, str) else y or []))
    hue = "wave" if hue is None and "wave" in frame and frame["wave"].nunique() > 1 and y != "wave" else hue
    label = _joined(frame, [y] if isinstance(y, str) else list(y or _of_what(frame, hue)))
    series = frame[hue].astype(str) if hue else pd.Series("", frame.index)
    labels, names = list(dict.fromkeys(label)), list(dict.fromkeys(series))
    if hue and isinstance(frame[hue].dtype, pd.CategoricalDtype):
        names = [str(name) for name in frame[hue].cat.categories if str(name) in names]
    lines, beside = ({name: at for at, name in enumerate(known)} for known in (labels, names))
    place = [lines[line] + BETWEEN * (beside[name] - (len(names) - 1) / 2) for line, name in zip(label, series, strict=True)]
    missing = pd.Series(float("nan"), frame.index)
    symbol = frame.get("suppression", pd.Series("", frame.index)).fillna("").replace("", SYMBOL)
    made = pd.DataFrame({"series": series, "value": frame["estimate"], "low": frame.get("conf_low", missing),
                         "high": frame.get("conf_high", missing),
                         "y": place, "published": False, "text": symbol})
    return made.astype({"value": float, "low": float, "high": float, "y": float}).reset_index(drop=True), labels, names


def _need(frame: pd.DataFrame, *names: str) -> None:
    """Refuse a frame that lacks a column."""
    if lacking := [name for name in names if name not in frame]:
        raise FrameError("the frame of a chart lacks columns.", found=", ".join(lacking), allowed=", ".join(map(str, frame.columns)),
                         do="draw what nbeval.levels, change or crosstab gave, or name the columns of your own frame.")


def _of_what(frame: pd.DataFrame, *without: str | None) -> list[str]:
    """The columns that tell the estimates apart; where none does, the first that says what they are of."""
    known = [name for name in frame.columns if name not in ABOUT and name not in without and not pd.api.types.is_float_dtype(frame[name])]
    return [name for name in known if frame[name].nunique(dropna=False) > 1] or known[:1]


def _joined(frame: pd.DataFrame, names: list[str]) -> pd.Series:
    """The label of each row: the values of columns, side by side; all together where a value is empty."""
    parts = [[str(value) for value in row if pd.notna(value) and str(value)] for row in frame[names].itertuples(index=False)]
    return pd.Series([", ".join(row) or "all" for row in parts], frame.index, dtype=object)


def _rows(ax: Axes, labels: list[str]) -> None:
    """Name the lines at the left, the first at the top."""
    ax.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    ax.set_yticks(range(len(labels)), [wrapped(label, LABELS) for label in labels], color=INK)
    ax.tick_params(axis="y", length=0)
    sns.despine(ax=ax, left=True)


def _key(ax: Axes, handles: list[Line2D | Patch]) -> None:
    """Name the signs above the axes."""
    room = ax.figure.get_figwidth() * 25.4 * 0.9
    columns = max(1, min(len(handles), int(room / max(width_of(str(handle.get_label()), SMALL) + 11.0 for handle in handles))))
    ax.legend(handles=[handle for start in range(columns) for handle in handles[start::columns]], loc="lower left",
              bbox_to_anchor=(0.0, 1.0),
              ncols=columns, frameon=False, fontsize=SMALL, borderaxespad=0.2, borderpad=0.0, handletextpad=0.5, handlelength=1.4)


def draw_answers(shares: pd.DataFrame, ax: Axes | None, *, diverging: bool, title: str) -> Axes:
    """Draw one bar for each row, its answers side by side in the order of the columns, which are percentages.

    ``diverging`` sets the lower half of the answers to the left of 0, one in the middle across it.
    """
    shades = sns.blend_palette(DIVERGING, shares.shape[1]).as_hex()
    start = -(shares.iloc[:, :shares.shape[1] // 2].sum(axis=1) + (shares.iloc[:, shares.shape[1] // 2].fillna(0) / 2
                                                                   if shares.shape[1] % 2 else 0))
    with mpl.rc_context(STYLE):
        ax = ax if ax is not None else plt.subplots(figsize=(6.3, 1.1 + 0.4 * len(shares)), layout="constrained")[1]
        texts = shares.map(lambda value: "" if pd.isna(value) else f"{value:.0f}%")
        wide = ax.get_position().width * ax.figure.get_figwidth() * 25.4
        span = 1.0 if not diverging else max(1.0, ((start + shares.sum(axis=1)).max() - start.min()) / 100)
        bars(ax, shares, texts, room=100 * span / wide, start=start if diverging else 0.0, shades=shades, hatches=())
        _rows(ax, [str(label) for label in shares.index])
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}%")
        ax.tick_params(axis="x", length=0)
        ax.grid(axis="x", color=HAIR, linewidth=0.5)
        ax.set_axisbelow(True)
        ax.set_xlabel(title)
        if diverging:
            ax.axvline(0, color=INK, linewidth=0.9, zorder=0.5)
        for row in shares.index[shares.isna().any(axis=1)]:
            withheld = ", ".join(map(str, shares.columns[shares.loc[row].isna()]))
            ax.annotate(f"not shown: {withheld}", (1.01, list(shares.index).index(row)), xycoords=("axes fraction", "data"), va="center",
                        fontsize=SMALL, color=QUIET, annotation_clip=False)
        _key(ax, [Patch(facecolor=shade, edgecolor=INK, linewidth=0.5, label=str(name)) for name,
                  shade in zip(shares, shades, strict=True)])
    return ax


def shares_of_answers(frame: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """The percentage of each answer among those who answered, one row for each item: answers in the order of the first's categories."""
    _need(frame, *items)
    counted = {item: frame[item].value_counts(sort=False) for item in items}
    kinds = [frame[item].dtype.categories
             if isinstance(frame[item].dtype, pd.CategoricalDtype) else sorted(counted[item].index) for item in items]
    answers = list(dict.fromkeys(answer for kind in kinds for answer in kind))
    return pd.DataFrame({item: counted[item].reindex(answers, fill_value=0) * 100 / max(counted[item].sum(), 1) for item in items}).T


def shares_of_table(frame: pd.DataFrame, row: str | None, answer: str | None) -> pd.DataFrame:
    """The estimates of a tidy cross-table, one row for each value of ``row`` and one column for each ``answer``."""
    named = _of_what(frame)
    answer = answer or next((name for name in named if name != row), None)
    row = row or next((name for name in named if name != answer), None)
    if answer is None:
        raise FrameError("the frame of a chart has no column of answers.", allowed=", ".join(map(str, frame.columns)),
                         do="name it: answer='...', and row='...' for the rows.")
    _need(frame, "estimate", answer, *([] if row is None else [row]))
    order = [list(frame[name].cat.categories) if isinstance(frame[name].dtype, pd.CategoricalDtype) else list(dict.fromkeys(frame[name]))
             for name in ([row, answer] if row else [answer])]
    if row is None:
        return frame.set_index(answer)[["estimate"]].T.reindex(columns=order[0]).rename(index={"estimate": "all"})
    wide = frame.assign(**{row: frame[row].astype(object), answer: frame[answer].astype(object)}).pivot(index=row, columns=answer,
                                                                                                        values="estimate")
    return wide.reindex(index=[name for name in order[0] if name in wide.index],
                        columns=[name for name in order[1] if name in wide.columns])


def drawing_of(axes: Any) -> Drawing:
    """The drawing that axes, a grid of seaborn or a figure of matplotlib belong to; all else is refused."""
    drawing = axes if isinstance(axes, Drawing) else getattr(axes, "figure", None)
    if not isinstance(drawing, Drawing):
        raise ParameterError("the chart is nothing that matplotlib drew.", found=type(axes).__name__,
                             allowed="Axes, a Figure, or a grid of seaborn",
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
    return "; ".join(f"{column.label}: {cell.text}" if column.numeric else cell.text for column,
                     cell in zip(columns, row.cells, strict=True) if cell.text)


def close(axes: Any) -> None:
    """Take the drawing from pyplot, which would show it once more at the end of the cell."""
    drawing = axes if isinstance(axes, Drawing) else getattr(axes, "figure", None)
    if isinstance(drawing, Drawing):
        plt.close(drawing)
