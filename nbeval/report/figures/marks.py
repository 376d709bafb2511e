"""What a picture shows, read from the table of its exhibit: lines, and the marks that stand on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.errors import DictionaryError
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import interval_cell
from nbeval.report.context import Context
from nbeval.report.kind_ids import Kind
from nbeval.report.results import Result, is_missing


@dataclass(frozen=True)
class Mark:
    """One number: ``value`` is None where it is withheld or not available, and ``text`` then is the symbol."""

    series: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    n: float | None = None
    interval: str = ""
    published: bool = False

    @property
    def shown(self) -> bool:
        """Whether there is a number to draw."""
        return self.value is not None


@dataclass(frozen=True)
class Line:
    """One row of a picture; ``heading`` opens a block and stands above its first line."""

    label: str
    marks: tuple[Mark, ...]
    heading: str = ""
    verdict: str = ""
    short: str = ""             # the verdict in so few words that it fits beside the numbers
    beneath: bool = False       # belongs to the line above it


@dataclass(frozen=True)
class Picture:
    """All that a chart draws, and nothing else."""

    lines: tuple[Line, ...]
    series: tuple[str, ...]
    unit: str = ""
    percent: bool = True
    reference: float | None = None
    log: bool = False
    banner: str = ""
    withheld: str = "withheld"
    answered: str = ""
    limits: tuple[str, str] = ("", "")
    remark: str = ""            # what a reader must know about the choice of lines
    of_ten: str = ""
    few: str = ""               # what stands for fewer than one in ten, and for all but a few
    most: str = ""
    filled: tuple[str, ...] = ()    # the series whose marks are filled, where others are open
    unclear: tuple[str, ...] = ("",)    # verdicts that call nothing a change
    strokes: tuple[str, str] = ("", "")     # what the line of a clear change means, and that of any other


#: the columns of each kind of table that a picture shows, by the end of their key
_SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    Kind.LEVELS: ("estimate", "cohort"),
    Kind.COMPARISON: ("estimate", "benchmark"),
    Kind.DISTRIBUTION: ("estimate",),
    Kind.RANGE: ("all", "own"),
    Kind.DIFFERENCES: ("difference",),
    Kind.CHANGE: ("_estimate",),
    Kind.CHANGE_ADJUSTED: ("change", "change_adjusted"),
    Kind.CHANGE_BY_AUTHORITY: ("_estimate",),
    Kind.DRIVERS: ("odds_ratio",),
    Kind.LEVELS_BY_AUTHORITY: (),
})
_FROM_ZERO = frozenset({Kind.DIFFERENCES, Kind.CHANGE_ADJUSTED})
_RATIO = Kind.DRIVERS

#: differences from which on only those beyond chance are drawn, so that a page can hold the picture
MOST = 24


def picture_of(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Picture:
    """Read a picture from a table.

    Parameters
    ----------
    spec
        The exhibit as declared.
    columns, rows
        Its table.
    context
        The report it stands in, for the intervals behind the cells.

    Returns
    -------
    Picture

    Raises
    ------
    DictionaryError
        Where this kind of table has no picture.
    """
    if spec.kind not in _SHOWN:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} has a chart, but a table of its kind has none.",
            found=f"{spec.kind} with {spec.chart}", allowed=", ".join(_SHOWN), where="exhibits.csv, column chart",
            do="leave the cell of the chart empty.",
        )
    chosen = tuple(column for column in columns if _is_shown(spec.kind, column))
    every = tuple(_lines(spec.kind, columns, chosen, rows, context))
    lines = _clear_ones(every, context) if spec.kind == Kind.DIFFERENCES and len(every) > MOST else every
    series = tuple(dict.fromkeys(mark.series for line in lines for mark in line.marks))
    units = {column.unit for column in chosen}
    return Picture(
        lines, series, unit=_axis(spec.kind, units, context), percent=units == {"%"} and spec.kind not in _FROM_ZERO,
        reference=0.0 if spec.kind in _FROM_ZERO else 1.0 if spec.kind == _RATIO else None, log=spec.kind == _RATIO,
        banner=context.say("invented") if context.cohort.invented else "", withheld=context.say("withheld_short"),
        answered=context.say("n"),
        limits=(context.say("funnel_limit", level="95%"), context.say("funnel_limit", level="99.8%")),
        remark=context.say("remark_clear") if len(lines) < len(every) else "", of_ten=context.say("of_ten"),
        few=context.say("x_in_ten_few"), most=context.say("x_in_ten_most"), unclear=("", context.words[Verdict.NO_CLEAR_CHANGE], context.words[Verdict.CANNOT_TELL]),
        strokes=(context.say("stroke_clear"), context.say("stroke_unclear")),
    )


def _clear_ones(lines: tuple[Line, ...], context: Context) -> tuple[Line, ...]:
    """The differences that the test calls higher or lower, each under its heading."""
    clear = {context.words[Verdict.HIGHER], context.words[Verdict.LOWER]}
    kept, heading, written = [], "", ""
    for line in lines:
        heading = line.heading or heading
        if line.verdict in clear:
            kept.append(replace(line, heading="" if heading == written else heading))
            written = heading
    return tuple(kept)


def _axis(kind: str, units: set[str], context: Context) -> str:
    """What the scale of a picture counts."""
    if kind == _RATIO:
        return context.say("axis_ratio")
    if kind == Kind.RANGE:
        return context.say("axis_range")
    if kind in _FROM_ZERO:
        return context.say("axis_points" if units == {context.say("points_short")} else "axis_difference")
    return context.say("axis_percent" if units == {"%"} else "axis_score")


def _is_shown(kind: str, column: Column) -> bool:
    """Whether a column of the table is in the picture."""
    if kind == Kind.LEVELS_BY_AUTHORITY:
        return column.numeric and not column.key.endswith("_n")
    ends = _SHOWN[kind]
    return column.key in ends or any(end.endswith("estimate") and column.key.endswith(end) for end in ends)


def _lines(kind: str, columns: tuple[Column, ...], chosen: tuple[Column, ...], rows: tuple[Row, ...],
           context: Context) -> Iterator[Line]:
    """One line per row of the table, in comparisons one more per published figure."""
    heading, last = "", ""
    for row in rows:
        if row.heading:
            heading = row.cells[0].text
            continue
        cells = dict(zip((column.key for column in columns), row.cells, strict=True))
        label = cells["label"].text
        verdict = cells["verdict"].text if "verdict" in cells and not cells["verdict"].symbol else ""
        marks = tuple(_mark(column, cells, context) for column in chosen)
        if kind == Kind.COMPARISON:
            if label != last:
                yield Line(label, marks[:1], heading)
            if not cells["against"].symbol:
                yield Line(cells["against"].text, marks[1:], verdict=verdict, beneath=True)
        elif kind == Kind.RANGE:
            yield Line(label, tuple(
                _stretched(mark, cells, context) if column.key == "all" else replace(mark, low=None, high=None, interval="")
                for column, mark in zip(chosen, marks, strict=True)), heading)
        else:
            yield Line(label, marks, heading, verdict, _short(verdict, cells, context))
        heading, last = "", label


def _short(verdict: str, cells: dict[str, Cell], context: Context) -> str:
    """The verdict of a row in few words."""
    if not verdict:
        return ""
    row = context.results.by_key.get(cells["verdict"].result)
    return context.words.get(f"short_{row.verdict}", verdict) if row is not None else verdict


def _mark(column: Column, cells: dict[str, Cell], context: Context) -> Mark:
    """The mark of one cell, with the interval of the result behind it."""
    cell = cells[column.key]
    row = context.results.by_key.get(cell.result)
    n = cells.get(f"{column.key}_n")
    published = row is not None and row.quantity == Quantity.BENCHMARK
    text = cell.text + ("%" if column.unit == "%" and not cell.symbol else "")
    beside = cells.get(_interval_key(column.key)) or _own_interval(row, context)
    return Mark(
        _series(column, context), cell.value, text,
        _bound(row, "conf_low", cell), _bound(row, "conf_high", cell), n.value if n else None,
        beside.text if beside is not None and not beside.symbol else "", published,
    )


def _own_interval(row: Result | None, context: Context) -> Cell | None:
    """The interval of a level, where the table leaves it to the picture."""
    if row is None or not row.indicator or row.contrast != Contrast.NONE or is_missing(row.conf_low):
        return None
    return interval_cell(row, context, context.format(context.dictionary.indicator(row.indicator)))


def _series(column: Column, context: Context) -> str:
    """Whose numbers a column has, where the head of the table leaves it to the title."""
    own = context.authority_name(context.authority) if context.authority else context.cohort.label
    return column.group or (own if column.key.endswith("estimate") and len(context.waves) == 1 else column.label)


def _interval_key(key: str) -> str:
    """The key of the column of intervals beside a column of numbers."""
    if key.endswith("estimate"):
        return key.removesuffix("estimate") + "interval"
    return "interval" if key == "odds_ratio" else f"{key}_interval"


def _bound(row: Result | None, field: str, cell: Cell) -> float | None:
    """A bound of the interval behind a cell, None where there is none to show."""
    if row is None or cell.value is None or is_missing(getattr(row, field)):
        return None
    return float(getattr(row, field))


def _stretched(mark: Mark, cells: dict[str, Cell], context: Context) -> Mark:
    """The mark of all authorities together, with the lowest and the highest of them as its ends."""
    low, high = cells["lowest"], cells["highest"]
    interval = "" if low.symbol or high.symbol else context.say("to", low=low.text, high=high.text)
    return replace(mark, low=low.value, high=high.value, interval=interval)
