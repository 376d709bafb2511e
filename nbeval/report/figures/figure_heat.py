"""A grid of numbers: in every cell a number with its sign or its word, so that no shade is needed to read it."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.patches import Rectangle

from nbeval.report.figures.figure_lines import EDGE, LABELS, LEAD
from nbeval.report.figures.figure_style import HAIR, INK, QUIET, SMALL, WIDTH, Drawing, folded, theme, width_of

#: shades of who is higher; dark enough to part, light enough for black numbers
FIRST, OTHER, ALIKE = "#F7B58A", "#9BD8D3", "#FFFFFF"
#: widest line of a head that is slanted, millimetres
SLANTED = 19.0
#: shades of bands; the word of the band stands in every cell
BANDS = {"red": "#F2A99B", "amber": "#FBDD9A", "green": "#B5DDB8"}


@dataclass(frozen=True)
class HeatCell:
    """One cell: its text, and the shade of who is higher; empty where there is no number."""

    text: str
    shade: str = ""


@dataclass(frozen=True)
class Heat:
    """All that a grid shows; a row without cells is a heading."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    key: tuple[tuple[str, str], ...]        # shade and words
    banner: str = ""


def heat(picture: Heat) -> Drawing:
    """Draw a grid.

    Parameters
    ----------
    picture
        Rows, columns, cells and the key.

    Returns
    -------
    Drawing
    """
    with theme():
        labels = [folded(label, LABELS) for label, _ in picture.rows]
        left = EDGE + max(map(width_of, labels), default=0.0) + 3.0
        wide = (WIDTH - EDGE - left) / max(len(picture.columns), 1)
        level = all(width_of(name, SMALL) <= wide - 2.0 for name in picture.columns)
        heads = [name if level else folded(name, SLANTED, SMALL) for name in picture.columns]
        if not level:                       # slanted heads reach beyond the last column
            wide = (WIDTH - EDGE - left - 0.75 * max(width_of(head, SMALL) for head in heads[-2:])) / len(heads)
        slant = 0.0 if level else max((width_of(head, SMALL) for head in heads), default=0.0)
        top = 9.5 + slant * 0.75 + 3.0 + (1.5 if level else 0.0)
        heights = [max(7.0, LEAD * (label.count("\n") + 1) + 2.4) for label in labels]
        drawing = Drawing.of(top + sum(heights) + 2.5)
        drawing.banner(picture.banner)
        _key(drawing, picture)
        axes = drawing.axes(0.0, 0.0, WIDTH, drawing.height)
        axes.set_xlim(0, WIDTH)
        axes.axis("off")
        for place, head in enumerate(heads):
            how = {"ha": "center", "va": "bottom"} if level else {"rotation": 45, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
            drawing.text(left + wide * (place + 0.5), top - 1.2, head, fontsize=SMALL, color=QUIET, **how)
        y = top
        for label, height, (_, cells) in zip(labels, heights, picture.rows, strict=True):
            drawing.text(EDGE, y + height / 2, label, linespacing=1.15, fontweight="normal" if cells else "bold")
            for place, cell in enumerate(cells):
                _cell(drawing, axes, cell, left + wide * place, y, wide, height)
            y += height
        return drawing


def _cell(drawing: Drawing, axes: object, cell: HeatCell, x: float, y: float, wide: float, height: float) -> None:
    """One cell with its number."""
    shade = cell.shade or "#EFEFEF"
    axes.add_patch(Rectangle((x, y), wide, height, facecolor=shade, edgecolor="white", linewidth=1.2))
    if shade == ALIKE:
        axes.add_patch(Rectangle((x + 0.3, y + 0.3), wide - 0.6, height - 0.6, facecolor="none", edgecolor=HAIR, linewidth=0.6))
    drawing.text(x + wide / 2, y + height / 2, cell.text, ha="center", fontsize=SMALL, color=INK if cell.shade else QUIET)


def _key(drawing: Drawing, picture: Heat) -> None:
    """The shades and their words, above the grid."""
    x = EDGE
    axes = drawing.axes(0.0, 0.0, WIDTH, 7.0)
    axes.set_xlim(0, WIDTH)
    axes.axis("off")
    for shade, words in picture.key:
        axes.add_patch(Rectangle((x, 1.9), 4.2, 3.2, facecolor=shade, edgecolor=INK, linewidth=0.5))
        drawing.text(x + 5.6, 3.5, words, fontsize=SMALL)
        x += 5.6 + width_of(words, SMALL) + 5.0
