"""The one style of all pictures: theme, colours, type, and how a drawing becomes an SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from textwrap import wrap

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from nbeval.report.html import anchor

WIDTH = 160.0                           # millimetres
SLIM = 80.0                             # the same for a telephone, on which it grows until its letters can be read
FONT = "DejaVu Sans"
SIZE = 8.5                              # points
SMALL = 7.5
POINT = 25.4 / 72                       # millimetres in a point
UNITS = 100.0                           # size at which letters are measured
#: told apart by how light they are, so that greyscale and colour-blind eyes part them; every series has a shape of its own as well
COLOURS = ("#12436D", "#EE6420", "#2B0618", "#9A3F9E")
MARKERS = ("o", "s", "D", "^")
INK, QUIET, HAIR = "#1B1B1B", "#4A4F54", "#C8CED3"

STYLE = {
    **sns.plotting_context("paper"),
    **sns.axes_style("white"),
    "font.family": [FONT], "font.size": SIZE, "text.color": INK, "axes.labelcolor": QUIET, "xtick.color": QUIET,
    "xtick.labelsize": SMALL, "axes.labelsize": SMALL, "axes.edgecolor": HAIR, "axes.linewidth": 0.8,
    "axes.unicode_minus": True, "text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "nbeval",
    "path.simplify": False,
}
_DROPPED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FINER = re.compile(r"(\.\d\d)\d+")    # than a hundredth of a point, which nobody sees
_ID = re.compile(r'(\bid="|url\(#|href="#)')


@dataclass
class Drawing:
    """A picture under construction; places are in millimetres from the top left corner."""

    figure: Figure
    width: float
    height: float

    @classmethod
    def of(cls, height: float, width: float = WIDTH) -> Drawing:
        """An empty sheet, of the common width unless another is given."""
        return cls(Figure(figsize=(width / 25.4, height / 25.4), facecolor="white"), width, height)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes with their edges at these distances from the left and from the top; y counts millimetres down."""
        axes = self.figure.add_axes((
            left / self.width, 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height,
        ))
        axes.set_ylim(bottom, top)
        axes.set_yticks([])
        sns.despine(ax=axes, left=True)
        return axes

    def text(self, x: float, y: float, words: str, **how: object) -> None:
        """Write words with their middle at the height ``y``."""
        style = {"va": "center", "ha": "left", "fontsize": SIZE, **how}
        self.figure.text(x / self.width, 1 - y / self.height, words, **style)

    def banner(self, words: str) -> None:
        """Write a banner in the top right corner, where there is one."""
        if words:
            self.text(self.width - 1.5, 3.4, words, ha="right", fontsize=SMALL, color="#801650", fontweight="bold",
                      bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": "#801650", "linewidth": 0.8})

    def svg(self, exhibit: str) -> str:
        """The drawing as SVG: the same bytes every time, ids that begin with the exhibit's."""
        page = StringIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        name = anchor(exhibit)
        bare = _DROPPED.sub("", page.getvalue()).strip()
        named = _ID.sub(lambda match: f"{match.group(1)}{name}-", _TAG.sub(lambda tag: _FINER.sub(r"\1", tag[0]), bare))
        return named.replace(f"'{FONT}'", f"'{FONT}', Verdana, sans-serif")


@contextmanager
def theme() -> Iterator[None]:
    """Draw in the common style; nothing outside changes."""
    with mpl.rc_context(STYLE):
        yield


@lru_cache(maxsize=4096)
def width_of(words: str, size: float = SIZE, weight: str = "normal") -> float:
    """How wide words are, in millimetres; of several lines the widest."""
    widths = (sum(_advance(letter, weight) for letter in line) for line in words.split("\n"))
    return max(widths, default=0.0) * size * POINT


@lru_cache(maxsize=1024)
def _advance(letter: str, weight: str) -> float:
    """How far a letter moves the pen, in sizes of the type; a tenth of the time that the setting of whole words takes."""
    font = get_font(findfont(FontProperties(family=FONT, weight=weight)))
    font.set_size(UNITS, 72)
    return font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / UNITS


@lru_cache(maxsize=4096)
def folded(words: str, width: float, size: float = SIZE) -> str:
    """Words broken into as few lines as fit a width in millimetres, the lines about equally long."""
    if width_of(words, size) <= width:
        return words
    longest = max(len(words), 1)
    for letters in range(longest, 3, -1):
        lines = wrap(words, letters)
        if all(width_of(line, size) <= width for line in lines):
            break
    while letters > 4:
        letters -= 1
        shorter = wrap(words, letters, break_long_words=False)
        if len(shorter) != len(lines) or any(width_of(line, size) > width for line in shorter):
            break
        lines = shorter
    return "\n".join(lines)


def percent_axis(axes: Axes, highest: float) -> None:
    """A scale of percentages from 0 to the next round number above the highest."""
    step = 10 if highest <= 50 else 20
    end = min(100, step * (int(highest / step) + 1))
    axes.set_xlim(0, end)
    axes.set_xticks(range(0, end + 1, step), [f"{tick}%" for tick in range(0, end + 1, step)])
    axes.tick_params(axis="x", length=0, pad=2)
    axes.grid(axis="x", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)
