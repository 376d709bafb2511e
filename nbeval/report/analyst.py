"""An analyst's own tables, charts, breakdowns and models in a report: numbered and under disclosure control like declared exhibits."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Quantity
from nbeval.dictionary.models import Indicator
from nbeval.errors import DisclosureError, ParameterError
from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.frames import ANALYST
from nbeval.report.aggregates import Aggregates, Frame, Protection, named_value, protected, read_aggregates, read_fit
from nbeval.report.cells import WHOLE, Block, Field, count_cell, difference_cell, grid, interval_cell, level_cell, p_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.displays import Shown
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import NUMBERS, Result, key_of

#: of an indicator, groups, a wave and an authority (or none): the declaration, and levels from the answers as of ``nbeval.levels``
Levels = Callable[[str, tuple[str, ...], str, str], tuple[Indicator, pd.DataFrame]]

_SIGNED = (Quantity.DIFFERENCE, Quantity.CHANGE)
_DECIMALS = {Quantity.PERCENT: 0, Quantity.MEAN: 1, Quantity.MEDIAN: 1, Quantity.SD: 1, Quantity.DIFFERENCE: 1, Quantity.CHANGE: 1,
             Quantity.ODDS_RATIO: 2, Quantity.COUNT: 0}
#: the words for the unit of a table by what all its numbers are
_UNITS = {"unit_count": set(), "unit_percent": {Quantity.PERCENT}, "unit_mean": {Quantity.MEAN},
          "unit_mixed": {Quantity.PERCENT, Quantity.MEAN}}
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LETTERS = 26
#: columns of a tidy frame that a row of results has too
_BESIDE = ("std_error", "conf_low", "conf_high", "conf_level", "p_value", "n_reference")


@dataclass(frozen=True)
class Caption:
    """What stands around an analyst's exhibit; empty texts are composed."""

    title: str
    id: str = ""
    unit: str = ""
    base: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    decimals: Mapping[str, int] | None = None


class OwnExhibits:
    """The exhibits of a report that an analyst makes, their numbers and their results; without ``protection`` nothing can be shown, and
    without ``levels`` only what is disclosed can be broken down.
    """

    def __init__(self, context: Context, protection: Protection | None, levels: Levels | None) -> None:
        self._context, self._protection, self._levels = context, protection, levels
        self._made: dict[str, Exhibit] = {}
        self._rows: dict[tuple[str, str], Result] = {}
        self._last: dict[bool, int] = {}
        self._after: Counter[tuple[bool, int]] = Counter()
        self._safe: dict[int, tuple[pd.DataFrame, Aggregates]] = {}

    def __repr__(self) -> str:
        """How many there are."""
        return f"<OwnExhibits: {len(self._made)}>"

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Those made so far, in the order of the cells."""
        return tuple(self._made.values())

    @property
    def rows(self) -> Mapping[tuple[str, str], Result]:
        """Their rows of results, by exhibit and key."""
        return self._rows

    def passed(self, number: int, *, figure: bool) -> None:
        """Note that a declared exhibit was shown: what the analyst adds next is numbered after it."""
        self._last[figure] = number

    def protect(self, table: Frame, units: Mapping[str, str], n: str, groups: Sequence[str]) -> pd.DataFrame:
        """A tidy copy of a table without the numbers that may not be shown; the report knows it again."""
        own = self._protected(table, units, n, groups)
        withheld = own.withheld.any(axis=1)
        frame = own.frame.assign(suppression=np.where(withheld, self._context.symbol("withheld"), ""))
        self._safe[id(frame)] = (frame, own)
        return frame

    def table(self, table: Frame, units: Mapping[str, str], n: str, groups: Sequence[str], caption: Caption) -> Shown:
        """A table of aggregates as a numbered exhibit."""
        return self._shown(self._exhibit(self._protected(table, units, n, groups), caption, figure=False))

    def chart(self, axes: Any, table: Frame, units: Mapping[str, str], n: str, groups: Sequence[str], alt: str,
              caption: Caption) -> Shown:
        """Axes as a numbered figure, with the table of what they draw."""
        from nbeval.report.charts.analysts import close, figure_of_axes, marks_in

        try:
            if not alt.strip():
                raise ParameterError("a chart has no words for those who cannot see it.", found="an empty alt", where=caption.title,
                                     do='say in a sentence or two what the chart shows, with alt="...".')
            known = self._safe.get(id(table))
            own = known[1] if known and known[0] is table else self._protected(table, units, n, groups)
            refuse_hidden_in_chart(own, marks_in(axes), drawn_protected=known is not None)
            begun, rows = self._exhibit(own, caption, figure=True)
            figure = figure_of_axes(axes, begun, alt.strip())
        finally:
            close(axes)
        return self._shown((replace(begun, figure=figure), rows))

    def breakdown(self, indicator: str, by: tuple[str, ...], caption: Caption) -> Shown:
        """The levels of an indicator by declared groups: as disclosed, or else estimated from the answers and protected."""
        context = self._context
        allowed = ("wave", *context.cohort.groups) if context.authority else ("wave", "authority", *context.cohort.groups)
        strange = [name for name in by if name not in allowed]
        if strange or not by:
            raise ParameterError("a breakdown is by declared groups.", found=", ".join(strange) or "none", allowed=", ".join(allowed),
                                 do="name one or more of these with by.")
        declared = next((one for one in context.dictionary.indicators if one.indicator == indicator), None)
        disclosed = self._disclosed(declared, by) if declared else ()
        if disclosed:
            return self._shown(self._of_disclosed(declared, by[0], disclosed, caption))
        if self._levels is None:
            raise ParameterError(
                "the report has no results of this breakdown and no access to the answers.", found=f"{indicator} by {', '.join(by)}",
                allowed="groups that an exhibit of the dictionary shows the indicator by",
                do="declare an exhibit with this group, or open the report with open_study(cohort).report(kind) where the exports are.")
        declared, table = self._levels(indicator, by, context.wave.id, context.authority)
        labels = {"estimate": context.label(declared), **(caption.labels or {})}
        decimals = {"estimate": declared.decimals, **(caption.decimals or {})}
        caption = replace(caption, labels=labels, decimals=decimals)
        return self.table(table, {"estimate": context.quantity(declared).value}, "n", by, caption)

    def model(self, fit: Any, caption: Caption) -> Shown:
        """The terms of a fitted model as a numbered table."""
        context, labels, form = self._context, caption.labels or {}, NumberFormat(2)
        read = read_fit(fit, context.dictionary.disclosure, context.conf_level)
        name, is_ratio = self._id(caption), read.quantity is Quantity.ODDS_RATIO
        rows = [self._row(read.quantity, {"term": term})._replace(
            estimate=value, conf_low=low, conf_high=high, p_value=p, n_valid=float(read.n), conf_level=context.conf_level,
            method=read.method) for term, value, low, high, p in read.terms]
        columns, cells = grid((
            Field(Column("term", context.say("term"), header=True), lambda row: Cell(labels.get(row.level, row.level))),
            Field(Column("estimate", context.say("odds_ratio" if is_ratio else "coefficient"), numeric=True),
                  lambda row: level_cell(row, context, form)),
            Field(Column("interval", context.say("interval", level=context.interval_level), numeric=True),
                  lambda row: interval_cell(row, context, form)),
            Field(Column("p_value", context.say("p_value"), numeric=True), lambda row: p_cell(row, context)),
            Field(Column("n", context.say("n_short"), numeric=True), lambda row: count_cell(row, context)),
        ), [Block("", tuple(rows))])
        unit = context.say("unit_fit_odds_ratio" if is_ratio else "unit_fit_difference")
        note = context.say("note_fit", method=read.method, outcome=labels.get(read.outcome, read.outcome))
        caption = replace(caption, unit=caption.unit or unit, base=caption.base or context.say("base_fit", n=f"{read.n:,}"),
                          notes=(*caption.notes, note))
        return self._shown((self._around(name, caption, columns, cells, figure=False), rows))

    # --- what they share -------------------------------------------------------------------------------

    def _protected(self, table: Frame, units: Mapping[str, str], n: str, groups: Sequence[str]) -> Aggregates:
        """A table read and protected; a copy that ``protect`` gave is known again."""
        if id(table) in self._safe and self._safe[id(table)][0] is table:
            return self._safe[id(table)][1]
        if self._protection is None:
            raise DisclosureError("this report was opened without disclosure control of tables.", allowed="a report of a study",
                                  do="open it with nbeval.open_study(cohort).report(kind).")
        return protected(read_aggregates(table, units, n, groups), self._context.dictionary.disclosure, self._protection)

    def _exhibit(self, own: Aggregates, caption: Caption, *, figure: bool) -> tuple[Exhibit, list[Result]]:
        """The exhibit of a protected table, and its rows of results."""
        context, labels = self._context, _labels(own, caption, self._context)
        results = [{name: self._result(own, place, name) for name in own.values or {"": Quantity.COUNT}} for place in range(len(own.frame))]
        columns = [Column(name, labels[name], header=place == 0) for place, name in enumerate(own.keys)]
        fields: list[Callable[[dict[str, Result]], Cell]] = []
        for name, quantity in own.values.items():
            of_estimate = name == "estimate" or len(own.values) == 1
            form = self._form(name, quantity, caption)
            for column, cell in _value_columns(own, name, quantity, labels[name], of_estimate, form, context):
                columns.append(column)
                fields.append(lambda row, cell=cell, name=name: cell(row[name]))
        first = next(iter(own.values), "")
        for name, field in ((own.count, "n_valid" if own.values and not own.base else "numerator" if own.values else "estimate"),
                            (own.base, "n_valid"), ("n_reference" if "n_reference" in own.frame else "", "n_reference")):
            if name:
                columns.append(Column(name, labels[name], numeric=True))
                fields.append(lambda row, field=field: level_cell(row[first], context, WHOLE, field))
        if not own.keys:
            columns.insert(0, Column("group", context.say("group"), header=True))
        rows = []
        for place, row in enumerate(results):
            names = [Cell(_key_text(name, own.frame[name].iloc[place], context)) for name in own.keys] or [Cell(context.say("all"))]
            rows.append(Row((*names, *(field(row) for field in fields))))
        caption = self._composed(own, caption)
        exhibit = self._around(self._id(caption), caption, tuple(columns), tuple(rows), figure=figure)
        return exhibit, [one for row in results for one in row.values()]

    def _result(self, own: Aggregates, place: int, name: str) -> Result:
        """The row of results of one number of a table."""
        row = own.frame.iloc[place]
        gone = bool(own.withheld[name or own.count].iloc[place])
        keys = {key: named_value(row[key]) for key in own.keys}
        made = self._row(own.values.get(name, Quantity.COUNT), keys, "" if name == "estimate" else name)
        fields: dict[str, object] = {"estimate": _number(row, name or own.count), "n_valid": _number(row, own.base or own.count)}
        if own.base:
            fields["numerator"] = _number(row, own.count)
        if name == "estimate" or (name and len(own.values) == 1):
            fields |= {column: _number(row, column) for column in _BESIDE if column in row}
            fields |= {column: named_value(row[column]) for column in ("method", "verdict") if column in row and not gone}
        return made._replace(suppression=self._context.symbol("withheld") if gone else "", **fields)

    def _row(self, quantity: Quantity, keys: Mapping[str, str], indicator: str = "") -> Result:
        """A row of results without its numbers; ``group`` and ``level`` are the further names of the row and their values."""
        further = {name: value for name, value in keys.items() if name not in ("wave", "authority")}
        texts = {"cohort": self._context.cohort.id, "source": ANALYST, "quantity": quantity.value, "indicator": indicator,
                 "wave": keys.get("wave", ""), "authority": keys.get("authority", self._context.authority),
                 "group": "; ".join(further), "level": "; ".join(further.values())}
        return Result(**{**dict.fromkeys(Result._fields, ""), **dict.fromkeys(NUMBERS, np.nan), **texts, "weighted": False})

    def _form(self, name: str, quantity: Quantity, caption: Caption) -> NumberFormat:
        """How the numbers of a column are written."""
        decimals = (caption.decimals or {}).get(name)
        if decimals is None:
            decimals = self._context.dictionary.disclosure.percent_decimals if quantity is Quantity.PERCENT else _DECIMALS[quantity]
        return NumberFormat(decimals, quantity is Quantity.PERCENT)

    def _composed(self, own: Aggregates, caption: Caption) -> Caption:
        """The caption with the lines that were not given."""
        context, quantities = self._context, set(own.values.values())
        unit = next((context.say(unit) for unit, of in _UNITS.items() if of == quantities), "")
        base = context.say("base_counted") if not own.values else self._base(own.frame[own.base or own.count])
        note = (context.say("note_separate"),) if own.withheld.to_numpy().any() else ()
        return replace(caption, unit=caption.unit or unit, base=caption.base or base, notes=(*caption.notes, *note))

    def _base(self, people: pd.Series) -> str:
        """The smallest and the largest number of people that a number rests on, of those that are shown."""
        known = people.dropna().astype(float)
        if known.empty:
            return self._context.say("base_withheld")
        return self._context.say("base_range", smallest=f"{known.min():,.0f}", largest=f"{known.max():,.0f}")

    def _around(self, name: str, caption: Caption, columns: tuple[Column, ...], rows: tuple[Row, ...], *, figure: bool,
                source_id: str = ANALYST) -> Exhibit:
        """The exhibit with its lines; it has no number before it is shown."""
        context = self._context
        surveys = [one.label for one in context.cohort.sources if one.id not in context.dictionary.disclosure.not_of_answers]
        source = caption.source or context.say("source_own", source=surveys[0] if surveys else context.cohort.label)
        legend = context.legend({cell.symbol for row in rows for cell in row.cells})
        return Exhibit(id=name, label="figure" if figure else "table", title=caption.title, columns=columns, rows=rows,
                       unit=caption.unit, base=caption.base, source=source, legend=legend, notes=caption.notes,
                       invented=context.cohort.invented, source_id=source_id)

    def _shown(self, made: tuple[Exhibit, list[Result]]) -> Shown:
        """Number an exhibit, keep it and its results, and show it; the same one again keeps its number."""
        begun, rows = made
        figure = begun.figure is not None
        known = self._made.get(begun.id)
        label = known.label if known else self._context.say("figure" if figure else "table", number=self._number(figure=figure))
        exhibit = replace(begun, label=label)
        self._made[begun.id] = exhibit
        self._rows = {key: row for key, row in self._rows.items() if key[0] != begun.id} | {(begun.id, key_of(row)): row for row in rows}
        return Shown(exhibit, self._context.words)

    def _number(self, *, figure: bool) -> str:
        """The next number after the last declared exhibit: 3A after 3, A1 before the first."""
        last = self._last.get(figure, 0)
        self._after[figure, last] += 1
        count = self._after[figure, last]
        return f"{last}{_letters(count)}" if last else self._context.say("number_before", number=count)

    def _id(self, caption: Caption) -> str:
        """The id of an exhibit: as given, or its title in small letters and hyphens."""
        plain = unicodedata.normalize("NFKD", caption.id or caption.title).encode("ascii", "ignore").decode().lower()
        name = _NOT_IN_ID.sub("-", plain).strip("-")
        if not caption.title.strip() or not name:
            raise ParameterError("an exhibit has no title.", found="an empty title", do='say what it shows, with title="...".')
        if any(name == one.exhibit for one in self._context.dictionary.exhibits):
            raise ParameterError(f"an exhibit of the dictionary has the id '{name}' already.", found=name, where=caption.title,
                                 do='give another id with id="...".')
        if name in self._made and self._made[name].title != caption.title:
            raise ParameterError(f"two exhibits have the id '{name}'.", found=f"{self._made[name].title!r} and {caption.title!r}",
                                 do='give each an id of its own with id="...".')
        return name

    def _disclosed(self, indicator: Indicator, by: tuple[str, ...]) -> tuple[Result, ...]:
        """The disclosed levels of an indicator by one group or by authority; none where there are none."""
        context = self._context
        if len(by) != 1 or (context.authority and by[0] != "authority"):
            return ()
        found = context.results.where(indicator=indicator.indicator, quantity=context.quantity(indicator), contrast="",
                                      group="" if by[0] == "authority" else by[0])
        waves = {wave.id for wave in context.waves}
        return tuple(row for row in found if row.wave in waves and bool(row.authority) == (by[0] == "authority"))

    def _of_disclosed(self, indicator: Indicator, by: str, found: Iterable[Result], caption: Caption) -> tuple[Exhibit, list[Result]]:
        """A table of disclosed levels: one row per group, the waves side by side."""
        context, form = self._context, self._context.format(indicator)
        by_place = {(row.authority or row.level, row.wave): row for row in found}
        places = tuple(dict.fromkeys(place for place, _ in by_place))
        label = (caption.labels or {}).get(by, context.say("authority") if by == "authority" else context.group_label(by))
        unit = "%" if form.percent else ""
        cells = (("estimate", context.label(indicator), unit, lambda row: level_cell(row, context, form)),
                 ("interval", context.say("interval", level=context.interval_level), unit, lambda row: interval_cell(row, context, form)),
                 ("n", context.say("n"), "", lambda row: count_cell(row, context)))
        columns, rows = grid((
            Field(Column("label", label, header=True), lambda place: Cell(_key_text(by, place, context))),
            *(Field(Column(f"{wave.id}_{key}", text, of, numeric=True, group=wave.label if len(context.waves) > 1 else ""),
                    lambda place, cell=cell, wave=wave.id: cell(by_place.get((place, wave))))
              for wave in context.waves for key, text, of, cell in cells),
        ), [Block("", places)])
        caption = replace(caption, unit=caption.unit or context.say("unit_percent" if form.percent else "unit_mean"),
                          base=caption.base or self._base(pd.Series([row.n_valid for row in by_place.values()])))
        source = next(iter(by_place.values())).source
        exhibit = self._around(self._id(caption), caption, columns, rows, figure=False, source_id=source)
        return exhibit, list(by_place.values())


def refuse_hidden_in_chart(own: Aggregates, marks: int, *, drawn_protected: bool) -> None:
    """Refuse a chart of numbers that may not be shown, or of more points than its data have."""
    withheld = int(own.withheld.any(axis=1).sum())
    if withheld and not drawn_protected:
        raise DisclosureError(
            "the chart draws numbers that have to be withheld.", found=f"{withheld} of {len(own.frame)} rows of its data",
            allowed="numbers that may be shown",
            do="draw it from data = report.protect(frame), which leaves them out, and hand over the same data.")
    most = len(own.frame) * max(len(own.values), 1)
    if marks > most:
        raise DisclosureError("the chart draws more points than its data have rows: they look like persons.", found=f"{marks} points",
                              allowed=f"up to {most}, one for each number of the data", do="draw the aggregated data that are handed over.")


def _value_columns(
    own: Aggregates, name: str, quantity: Quantity, label: str, of_estimate: bool, form: NumberFormat, context: Context,
) -> Iterable[tuple[Column, Callable[[Result], Cell]]]:
    """The columns of a number: itself, and, of the estimate, its interval, p and verdict."""
    signed, unit = quantity in _SIGNED, "%" if quantity is Quantity.PERCENT else ""
    write = difference_cell if signed else level_cell
    yield Column(name, label, unit, numeric=True), lambda row: write(row, context, form)
    if not of_estimate:
        return
    if {"conf_low", "conf_high"} <= set(own.frame):
        levels = own.frame["conf_level"].dropna().unique() if "conf_level" in own.frame else ()
        head = context.say("interval", level=f"{100 * levels[0]:g}%") if len(levels) == 1 else context.say("interval_plain")
        yield Column(f"{name}_interval", head, unit, numeric=True), lambda row: interval_cell(row, context, form, signed=signed)
    if "p_value" in own.frame:
        yield Column("p_value", context.say("p_value"), numeric=True), lambda row: p_cell(row, context)
    if "verdict" in own.frame:
        yield Column("verdict", context.say("verdict")), lambda row: verdict_cell(row, context)


def _number(row: pd.Series, column: str) -> float:
    """The number in a column of a row."""
    return float(row[column]) if pd.notna(row[column]) else np.nan


def _labels(own: Aggregates, caption: Caption, context: Context) -> dict[str, str]:
    """What each column is called: as given, as the frame says, as declared, or its own name."""
    given = {**own.frame.attrs.get("labels", {}), **(caption.labels or {})}
    known = {"authority": context.say("authority"), "estimate": context.say("estimate"), own.base: context.say("n"),
             own.count: context.say("n" if own.values and not own.base else "counted"), "n_reference": context.say("reference")}
    known |= {group: context.group_label(group) for group in context.dictionary.groups}
    names = (*own.keys, *own.values, own.count, own.base, "n_reference")
    return {name: str(given.get(name) or known.get(name) or name.replace("_", " ").capitalize()) for name in names}


def _key_text(name: str, value: Any, context: Context) -> str:
    """What a row is called: the name of an authority, a wave or a level of a declared group, else the value itself."""
    text = named_value(value)
    if name == "authority":
        return context.authority_name(text) if text in context.cohort.authorities else text
    if name == "wave":
        return next((wave.label for wave in context.cohort.waves if wave.id == text), text)
    return context.level_label(name, text)


def _letters(count: int) -> str:
    """The count in letters: A to Z, AA, AB."""
    text = ""
    while count:
        count, rest = divmod(count - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text
