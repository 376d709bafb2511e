"""The pictures of exhibits, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.errors import DictionaryError, RenderError
from nbeval.exhibit import Column, Figure, Row
from nbeval.report.context import Context
from nbeval.report.figures.evidence_marks import evidence_picture
from nbeval.report.figures.figure_dots import dots
from nbeval.report.figures.figure_dumbbell import dumbbell
from nbeval.report.figures.figure_funnel import funnel
from nbeval.report.figures.figure_icons import icons
from nbeval.report.figures.figure_matrix import matrix
from nbeval.report.figures.figure_multiples import multiples
from nbeval.report.figures.figure_stacked import stacked
from nbeval.report.figures.figure_style import SLIM, Drawing
from nbeval.report.figures.marks import Picture, picture_of
from nbeval.report.figures.source_charts import SOURCE_CHARTS
from nbeval.report.figures.wording import alt_text, description
from nbeval.report.kind_ids import Kind

CHARTS: Mapping[str, Callable[..., Drawing]] = MappingProxyType({
    "dots": dots, "dumbbell": dumbbell, "stacked": stacked, "funnel": funnel, "icons": icons,
    "matrix": matrix, "multiples": multiples,
})
#: charts that are drawn a second time for a telephone; the icons are made for one, and the others need their width
_SLIM = frozenset({"dots", "dumbbell", "stacked", "multiples"})

#: kinds of table that are read in a way of their own
_READ: Mapping[str, Callable[..., Picture]] = MappingProxyType({Kind.EVIDENCE: evidence_picture})


def draw(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Figure:
    """Draw the picture of an exhibit from its table, so that the two cannot differ.

    Parameters
    ----------
    spec
        The exhibit as declared.
    columns, rows
        Its table.
    context
        The report it stands in.

    Returns
    -------
    Figure
        An SVG whose ids begin with the exhibit's, and the words that stand for it.

    Raises
    ------
    DictionaryError
        Where the chart does not exist, or cannot show a table of this kind.
    RenderError
        Where there are no words for the picture.
    """
    if spec.chart in SOURCE_CHARTS:
        return spoken(spec, *SOURCE_CHARTS[spec.chart](spec, columns, rows, context))
    if spec.chart not in CHARTS:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} has a chart that does not exist.",
            found=spec.chart, allowed=", ".join((*CHARTS, *SOURCE_CHARTS)), where="exhibits.csv, column chart",
            do="choose one of the charts above, or leave the cell empty for a table alone.",
        )
    read = _READ.get(spec.kind)
    picture = read(columns, rows, context) if read else picture_of(spec, columns, rows, context)
    drawing = CHARTS[spec.chart](picture)
    slim = CHARTS[spec.chart](picture, width=SLIM) if spec.chart in _SLIM else None
    return spoken(spec, drawing, alt_text(picture, context), description(picture, context), slim)


def spoken(spec: ExhibitRow, drawing: Drawing, alt: str, long: str, slim: Drawing | None = None) -> Figure:
    """A drawing with its words; without words it is no figure."""
    if not alt.strip() or not long.strip():
        raise RenderError(
            f"the picture of the exhibit {spec.exhibit!r} has no text for those who cannot see it.",
            where="exhibits.csv", do="give the exhibit a chart that suits its table, so that the text can be composed.",
        )
    return Figure(drawing.svg(spec.exhibit), alt, long, drawing.width, drawing.height,
                  slim.svg(f"{spec.exhibit}-slim") if slim else "")
