"""The sheet of a chart: its style, a figure that is filled from the top down with places in millimetres, and how it becomes an SVG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from io import StringIO
from textwrap import wrap

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from nbeval.exhibit import anchor
from nbeval.report.charts.data import ChartData

WIDTH = 160.0                           # millimetres
SLIM = 80.0                             # the same for a telephone, on which it grows until its letters can be read
FONT = "DejaVu Sans"
SIZE = 8.5                              # points
SMALL = 7.5
POINT = 25.4 / 72                       # millimetres in a point
LEAD = SIZE * POINT * 1.25              # from one line of text to the next, in millimetres
EDGE = 1.5                              # margin, in millimetres
LABELS = 56.0                           # widest column of labels, in millimetres
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
GROUNDS = {"": "#EFEFEF", "first": "#F7B58A", "other": "#9BD8D3", "alike": "#FFFFFF", "red": "#F2A99B", "amber": "#FBDD9A",
           "green": "#B5DDB8"}
#: the strokes of changes, by what their tests say
STROKES = {
    "clear": {"color": COLOURS[0], "linewidth": 1.7},
    "possible": {"color": COLOURS[0], "linewidth": 1.0, "linestyle": (0, (6, 1.8)), "markerfacecolor": "white"},
    "unclear": {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (3, 1.8)), "markerfacecolor": "white"},
    "untested": {"color": QUIET, "linewidth": 0.9, "linestyle": (0, (1, 1.8)), "markerfacecolor": "white"},
}

STYLE = {
    **sns.plotting_context("paper"),
    **sns.axes_style("white"),
    "font.family": [FONT], "font.size": SIZE, "text.color": INK, "axes.labelcolor": QUIET, "xtick.color": QUIET, "ytick.color": QUIET,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "axes.labelsize": SMALL, "axes.edgecolor": HAIR, "axes.linewidth": 0.8,
    "axes.unicode_minus": True, "text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "nbeval", "path.simplify": False,
}

#: the words of one entry of a key, and the look of its sign: of a patch where it has a ``facecolor``, else of a line or a marker
Entry = tuple[str, Mapping[str, object]]

_DROPPED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FINER = re.compile(r"(\.\d\d)\d+")    # than a hundredth of a point, which nobody sees
_ID = re.compile(r'(\bid="|url\(#|href="#)')


class Sheet:
    """A figure under construction: ``y`` is how far it is filled, in millimetres from the top; :meth:`finish` cuts it there.

    Parameters
    ----------
    data
        Its banner and its remark are written first.
    width
        In millimetres.
    key
        What the signs of the chart mean, written beside the banner.
    """

    def __init__(self, data: ChartData, width: float = WIDTH, key: Iterable[Entry] = ()) -> None:
        self.figure = Figure(figsize=(width / 25.4, 1.0), facecolor="white")
        self.width, self.height, self.y = width, 0.0, 3.4
        self._placed: list[tuple[Axes, tuple[float, float, float, float]]] = []
        self._down = Affine2D()
        self._mm = Affine2D().scale(1 / 25.4, -1 / 25.4) + self._down + self.figure.dpi_scale_trans
        if data.banner:
            self.text(width - EDGE, self.y, data.banner, ha="right", fontsize=SMALL, color=WARNING, fontweight="bold",
                      bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": WARNING, "linewidth": 0.8})
        key = list(key)
        if key:
            self.key(key, width - EDGE - (width_of(data.banner, SMALL, "bold") + 6.0 if data.banner else 0.0))
        self.y += 4.1 if data.banner or key else -1.4
        if data.remark:
            self.paragraph(data.remark, fontsize=SMALL, color=QUIET)

    def text(self, x: float, y: float, words: str, **how: object) -> None:
        """Write words with their middle at the height ``y``."""
        self.figure.text(x, y, words, **{"va": "center", "ha": "left", "fontsize": SIZE, "linespacing": 1.15, "transform": self._mm, **how})

    def paragraph(self, words: str, **how: object) -> None:
        """Write words over the whole width, below what there is."""
        words = wrapped(words, self.width - 2 * EDGE, how.get("fontsize", SIZE), how.get("fontweight", "normal"))
        height = LEAD * (words.count("\n") + 1)
        self.text(EDGE, self.y + height / 2, words, **how)
        self.y += height + 1.0

    def key(self, entries: Iterable[Entry], limit: float = 0.0) -> None:
        """Name each sign, side by side from ``y`` on as far as there is room; ``y`` is the last line's middle then."""
        x, limit, high = EDGE, limit or self.width - EDGE, 1
        for words, look in entries:
            words = wrapped(words, limit - EDGE - 7.0, SMALL)
            wide = 6.0 + width_of(words, SMALL) + 4.5
            if x > EDGE and x + wide - 4.5 > limit:
                x, self.y, high = EDGE, self.y + 1.3 + LEAD * high, 1
            if words.count("\n") >= high:
                self.y += LEAD * (words.count("\n") + 1 - high) / 2
                high = words.count("\n") + 1
            self._sign(x, self.y, look)
            self.text(x + 6.0, self.y, words, fontsize=SMALL)
            x += wide
        self.y += LEAD * (high - 1) / 2

    def _sign(self, x: float, y: float, look: Mapping[str, object]) -> None:
        """The sign of an entry of a key."""
        if "facecolor" in look:
            self.figure.add_artist(Rectangle((x, y - 1.5), 4.4, 3.0, transform=self._mm, **{"edgecolor": INK, "linewidth": 0.5, **look}))
        else:
            ends = [x + 2.4] if look.get("linestyle") == "none" else [x + 0.9, x + 4.1]
            self.figure.add_artist(Line2D(ends, [y] * len(ends), transform=self._mm, **look))

    def rule(self, across: Sequence[float], down: Sequence[float], **how: object) -> None:
        """A thin line on the sheet itself."""
        self.figure.add_artist(Line2D(across, down, transform=self._mm, **{"color": HAIR, "linewidth": 0.6, **how}))

    def axes(self, left: float, top: float, right: float, bottom: float, *, bare: bool = False) -> Axes:
        """Axes between these distances from the left and from the top; y counts millimetres down until it is set otherwise."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        self._placed.append((axes, (left, top, right, bottom)))
        axes.set(xlim=(left, right), ylim=(bottom, top), yticks=[])
        sns.despine(ax=axes, left=True)
        if bare:
            axes.axis("off")
        return axes

    def finish(self, below: float = 2.0) -> Sheet:
        """Cut the sheet so far below what there is."""
        self.height = self.y + below
        self.figure.set_size_inches(self.width / 25.4, self.height / 25.4)
        self._down.translate(0, self.height / 25.4)
        for axes, (left, top, right, bottom) in self._placed:
            axes.set_position((left / self.width, 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height))
        return self

    def svg(self, exhibit: str, title: str, description: str) -> str:
        """The sheet as SVG with the words that stand for it."""
        return svg_of(self.figure, exhibit, title, description)


def svg_of(figure: Figure, exhibit: str, title: str, description: str) -> str:
    """A figure as SVG with the words that stand for it: text as text, the same bytes every time, ids that begin with the exhibit's."""
    page = StringIO()
    with mpl.rc_context(STYLE):     # the kind of text and the salt of ids are read when the file is written
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    name = anchor(exhibit)
    bare = _DROPPED.sub("", page.getvalue()).strip()
    named = _ID.sub(lambda match: f"{match.group(1)}{name}-", _TAG.sub(lambda tag: _FINER.sub(r"\1", tag[0]), bare))
    drawn = named.replace(f"'{FONT}'", f"'{FONT}', Verdana, sans-serif")
    opening, inner = drawn.removeprefix("<svg ").split(">", 1)
    return (f'<svg role="img" aria-labelledby="{name}-alt" {opening}>'
            f'<title id="{name}-alt">{escape(title)}</title><desc>{escape(description)}</desc>{inner}')


def looks(data: ChartData) -> dict[str, dict[str, object]]:
    """The look of the mark of each series: a colour and a shape of its own, an open diamond for published numbers."""
    published = set(data.marks.loc[data.marks["published"], "series"])
    return {
        name: {"marker": "D", "markerfacecolor": "white", "markeredgecolor": INK} if name in published else
        {"marker": MARKERS[at % len(MARKERS)], "color": COLOURS[at % len(COLOURS)]} for at, name in enumerate(data.series)
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
