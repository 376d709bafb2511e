"""What the tables of ratings, plans, visits and conditions share: areas, choices, and cells of ratings and days."""

from __future__ import annotations

from datetime import date, timedelta

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import Area, Choice, ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, count_cell, symbol_cell
from nbeval.report.context import Context
from nbeval.report.numerals import RATING
from nbeval.report.results import Result, Results, State, key_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]

RATERS, STATUS, INVOLVEMENT, KIND, DELIVERY = "raters", "status", "involvement", "kind", "delivery"
EPOCH = date(1970, 1, 1)


def instrument_of(spec: ExhibitRow, context: Context) -> LoadedEvidence | None:
    """The instrument behind an exhibit; None where the cohort has no such source."""
    for used in context.cohort.sources:
        if used.id == spec.source_id:
            loaded = context.dictionary.instrument(used.instrument)
            return loaded if isinstance(loaded, LoadedEvidence) else None
    return None


def areas_of(spec: ExhibitRow, rows: Results, context: Context) -> tuple[Area, ...]:
    """The areas an exhibit names, those of which there is any result."""
    instrument = instrument_of(spec, context)
    named = instrument.named(spec.indicators) if instrument else ()
    return tuple(area for area in named if area.area in rows.by_indicator)


def bodies_of(spec: ExhibitRow, context: Context) -> tuple[Choice, ...]:
    """The bodies of raters of the instrument behind an exhibit."""
    instrument = instrument_of(spec, context)
    return instrument.chosen(RATERS) if instrument else ()


def choices_of(spec: ExhibitRow, context: Context, role: FieldRole) -> tuple[Choice, ...]:
    """The choices of a role of the instrument behind an exhibit."""
    instrument = instrument_of(spec, context)
    return instrument.chosen_by(role) if instrument else ()


def blocks_of(spec: ExhibitRow, areas: tuple[Area, ...], context: Context) -> tuple[Block, ...]:
    """One block per part of the areas, headed by the label that the choices ``part`` give it."""
    instrument = instrument_of(spec, context)
    labels = {one.code: one.label for one in instrument.chosen("part")} if instrument else {}
    parts = dict.fromkeys(area.part for area in areas)
    if len(parts) < 2:
        return (Block("", areas),)
    return tuple(Block(labels.get(part, part), tuple(area for area in areas if area.part == part)) for part in parts)


def area_field(context: Context, word: str = "source_area") -> Field:
    """The column of areas."""
    return Field(Column("label", context.say(word), header=True), lambda area: Cell(area.label))


def level_of(rows: Results, spec: ExhibitRow, context: Context, area: str, *, wave: str, raters: str, authority: str = "") -> Result | None:
    """The mean rating of an area."""
    return rows.find(spec.source_id, Quantity.MEAN, indicator=area, wave=wave, authority=authority,
                     group=RATERS if raters else "", level=raters)


def count_of(rows: Results, spec: ExhibitRow, group: str, level: str, *, area: str = "", wave: str = "", authority: str = "") -> Result | None:
    """The count of a choice."""
    return rows.find(spec.source_id, Quantity.COUNT, indicator=area, wave=wave, authority=authority, group=group, level=level)


def gap_of(rows: Results, spec: ExhibitRow, area: str, *, wave: str, first: str, other: str, authority: str = "") -> Result | None:
    """The first body of raters minus another."""
    return rows.find(spec.source_id, Quantity.DIFFERENCE, indicator=area, wave=wave, authority=authority, group=RATERS,
                     level=other, contrast=Contrast.LEVEL, reference=first)


def rating_cell(row: Result | None, spec: ExhibitRow, context: Context) -> Cell:
    """A mean rating with the colour and the word of its band, both in words."""
    if context.state(row) is not State.SHOWN:
        return symbol_cell(row, context, "estimate")
    band = instrument_of(spec, context).band(float(row.estimate))
    number = RATING.level(float(row.estimate))
    text = context.say("rating_band", number=number, band=band.label.lower(), colour=context.say(f"colour_{band.colour}")) if band else number
    return Cell(text, float(row.estimate), key_of(row), "estimate")


def number_cell(row: Result | None, context: Context) -> Cell:
    """A count of actions, visits or people; one that was never made is 0 only where it was counted."""
    return count_cell(row, context, "estimate")


def day_cell(row: Result | None, context: Context, *, absent: str) -> Cell:
    """A day in words, or the word for none."""
    if row is None:
        return Cell(context.say(absent))
    if context.state(row) is not State.SHOWN:
        return symbol_cell(row, context, "estimate")
    return Cell(day_text(float(row.estimate), context), float(row.estimate), key_of(row), "estimate")


def day_text(days: float, context: Context) -> str:
    """A day as a narrow column holds it: ``12 May 2020``."""
    return context.words.day(EPOCH + timedelta(days=int(days)), short=True)
