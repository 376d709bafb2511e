"""The charts of exhibits, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import matplotlib as mpl

from nbeval.errors import RenderError
from nbeval.exhibit import Figure
from nbeval.report.charts.bands import stacked
from nbeval.report.charts.data import ChartData
from nbeval.report.charts.funnel import funnel
from nbeval.report.charts.grids import heat, matrix
from nbeval.report.charts.icons import icons
from nbeval.report.charts.rows import dots, dumbbell
from nbeval.report.charts.sheet import Sheet
from nbeval.report.charts.slopes import multiples
from nbeval.report.charts.style import QUIET, SLIM, STYLE
from nbeval.report.charts.timeline import timeline
from nbeval.report.charts.wording import Say, alt_of_days, alt_of_grid, alt_text, cells, description


@dataclass(frozen=True)
class Chart:
    """One way of drawing: how, whether it has a twin for telephones, and what words stand for it."""

    draw: Callable[..., Sheet]
    has_slim_twin: bool = False         # the icons are made for a telephone, and the others need their width
    alt: Callable[[ChartData, Say], str] = alt_text
    description: Callable[[ChartData, Say], str] = description

    def sheet(self, data: ChartData, **width: float) -> Sheet:
        """Draw the data, at a ``width`` in millimetres if it is not to be the chart's own; where there is nothing, say so in words."""
        with mpl.rc_context(STYLE):
            if len(data.marks):
                return self.draw(data, **width)
            sheet = Sheet(data, **width)
            if not data.remark:
                sheet.paragraph(data.words.get("empty", ""), color=QUIET)
            return sheet.finish()


CHARTS: Mapping[str, Chart] = MappingProxyType({
    "dots": Chart(dots, has_slim_twin=True), "dumbbell": Chart(dumbbell, has_slim_twin=True), "stacked": Chart(stacked, has_slim_twin=True),
    "multiples": Chart(multiples, has_slim_twin=True), "funnel": Chart(funnel), "icons": Chart(icons), "matrix": Chart(matrix),
    "heat": Chart(heat, alt=alt_of_grid, description=cells), "timeline": Chart(timeline, alt=alt_of_days, description=cells),
})


def figure_of(exhibit: str, chart: str, data: ChartData, say: Say) -> Figure:
    """Draw a chart with the words that stand for it, in ids that begin with the exhibit's; without words it is no figure."""
    drawn = CHARTS[chart]
    alt, long = drawn.alt(data, say), drawn.description(data, say)
    if not alt.strip() or not long.strip():
        raise RenderError(
            f"the chart of the exhibit {exhibit!r} has no text for those who cannot see it.",
            where="exhibits.csv", do="give the exhibit a chart that suits its table, so that the text can be composed.",
        )
    sheet = drawn.sheet(data)
    slim = drawn.sheet(data, width=SLIM).svg(f"{exhibit}-slim") if drawn.has_slim_twin else ""
    return Figure(sheet.svg(exhibit), alt, long, sheet.width, sheet.height, slim)
