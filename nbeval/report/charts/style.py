"""The one style of all charts: colours, shapes, type, and how wide words are."""

from __future__ import annotations

from functools import lru_cache
from textwrap import wrap

import seaborn as sns
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

WIDTH = 160.0                           # millimetres
SLIM = 80.0                             # the same for a telephone, on which it grows until its letters can be read
FONT = "DejaVu Sans"
SIZE = 8.5                              # points
SMALL = 7.5
POINT = 25.4 / 72                       # millimetres in a point
LEAD = SIZE * POINT * 1.25              # from one line of text to the next, in millimetres
EDGE = 1.5                              # margin, in millimetres
#: told apart by how light they are, so that greyscale and colour-blind eyes part them; every series has a shape of its own as well
COLOURS = ("#12436D", "#EE6420", "#2B0618", "#9A3F9E")
MARKERS = ("o", "s", "D", "^")
INK, QUIET, HAIR, WARNING = "#1B1B1B", "#4A4F54", "#C8CED3", "#801650"
#: one hue from dark to light, which greyscale keeps in order; the lightest are hatched
SHADES = ("#12436D", "#3E76A6", "#86AFD1", "#C9DCEB", "#E8EFF5", "#F5F8FA")
HATCHES = ("", "", "", "", "///", "...")
#: from one end of a scale of answers to the other, by way of neither
DIVERGING = ("#9A3412", "#F0A675", "#E4E4E4", "#86AFD1", "#12436D")
#: grounds of the cells of a grid, by tone; light enough for black numbers
GROUNDS = {"": "#EFEFEF", "first": "#F7B58A", "other": "#9BD8D3", "alike": "#FFFFFF", "red": "#F2A99B", "amber": "#FBDD9A", "green": "#B5DDB8"}
CLEAR, UNCLEAR = {"color": COLOURS[0], "linewidth": 1.7}, {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (3, 1.8)), "markerfacecolor": "white"}

STYLE = {
    **sns.plotting_context("paper"),
    **sns.axes_style("white"),
    "font.family": [FONT], "font.size": SIZE, "text.color": INK, "axes.labelcolor": QUIET, "xtick.color": QUIET, "ytick.color": QUIET,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "axes.labelsize": SMALL, "axes.edgecolor": HAIR, "axes.linewidth": 0.8,
    "axes.unicode_minus": True, "text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "nbeval", "path.simplify": False,
}


def is_dark(colour: str) -> bool:
    """Whether letters on a colour must be white."""
    return sum(weight * int(colour[at:at + 2], 16) for weight, at in ((0.3, 1), (0.59, 3), (0.11, 5))) < 130


@lru_cache(maxsize=4096)
def width_of(words: str, size: float = SIZE, weight: str = "normal") -> float:
    """How wide words are, in millimetres; of several lines the widest."""
    widths = (sum(_advance(letter, weight) for letter in line) for line in words.split("\n"))
    return max(widths, default=0.0) * size * POINT


@lru_cache(maxsize=1024)
def _advance(letter: str, weight: str) -> float:
    """How far a letter moves the pen, in sizes of the type; a tenth of the time that the setting of whole words takes."""
    font = get_font(findfont(FontProperties(family=FONT, weight=weight)))
    font.set_size(100.0, 72)
    return font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100.0


@lru_cache(maxsize=4096)
def wrapped(words: str, width: float, size: float = SIZE, weight: str = "normal") -> str:
    """Words broken into as few lines as fit a width in millimetres, the lines about equally long."""
    def fits(lines: list[str]) -> bool:
        return all(width_of(line, size, weight) <= width for line in lines)

    if fits([words]):
        return words
    letters = next((count for count in range(len(words), 4, -1) if fits(wrap(words, count))), 4)
    lines = wrap(words, letters)
    while letters > 4 and len(shorter := wrap(words, letters - 1, break_long_words=False)) == len(lines) and fits(shorter):
        letters, lines = letters - 1, shorter
    return "\n".join(lines)
