"""Quotes as a table: the words, and what is printed of the speaker, under their themes."""

from __future__ import annotations

from collections import namedtuple

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, grid
from nbeval.report.context import Context
from nbeval.report.forms.source_parts import Table, instrument_of
from nbeval.report.results import Results

_Quote = namedtuple("_Quote", "area text speaker")


def quotes(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are quotes of the report's last wave, or of none, under their themes; no number is in them.

    The words are printed as they were released: markup in them is text.
    """
    instrument = instrument_of(spec, context)
    if instrument is None or context.quotes is None or context.authority:
        return (), ()
    own = context.quotes[context.quotes["source"].eq(spec.source_id) & context.quotes["wave"].isin(["", context.wave.id])]
    said = [_Quote(one.area, one.text, _speaker(one, instrument, context)) for one in own.itertuples()]
    fields = [
        Field(Column("quote", context.say("quote"), header=True), lambda one: Cell(context.say("quoted", words="{words}").replace("{words}", one.text))),
        Field(Column("speaker", context.say("speaker")), lambda one: Cell(one.speaker)),
    ]
    return grid(fields, [Block(area.label, tuple(one for one in said if one.area == area.area))
                         for area in instrument.named(spec.indicators)])


def _speaker(one: tuple, instrument: object, context: Context) -> str:
    """Who speaks, and what is printed of them."""
    parts = [part.split("=", 1) for part in one.attributes.split("; ") if part]
    labels = [instrument.choice("speaker", one.speaker).label, *(context.level_label(group, level) for group, level in parts)]
    return ", ".join(labels)
