"""Quotes: the words of speakers as they were released, and what is printed of them, under their themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, Table, grid
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import OfSource, instrument_of
from nbeval.report.kinds.themes import SPEAKER


@dataclass(frozen=True)
class Quote:
    """A quote and its speaker, in words."""

    area: str
    text: str
    speaker: str


class Quotes(OfSource):
    """Rows are quotes of the report's last wave, or of none, under their themes; no number is in them.

    The words are printed as they were released: markup in them is text. There are none in a report on one authority.
    """

    id = "quotes"
    unit_words, base_words = "", "base_quotes"
    of_words = True

    def table(self, draft: Draft) -> Table:
        if instrument_of(draft) is None or draft.context.quotes is None or draft.context.authority:
            return Table()
        said = tuple(self._quotes(draft))
        return grid([
            Field(Column("quote", draft.say("quote"), header=True), lambda quote: Cell(draft.context.words["quoted"].format(words=quote.text))),
            Field(Column("speaker", draft.say("speaker")), lambda one: Cell(one.speaker)),
        ], (Block(area.label, tuple(one for one in said if one.area == area.area)) for area in instrument_of(draft).named(draft.spec.indicators)))

    def _quotes(self, draft: Draft) -> Iterator[Quote]:
        """The quotes that may be printed."""
        quotes, context = draft.context.quotes, draft.context
        own = quotes[quotes["source"].eq(draft.spec.source_id) & quotes["wave"].isin(["", context.wave.id])]
        return (Quote(quote.area, quote.text, self._speaker(quote, draft)) for quote in own.itertuples())

    def _speaker(self, one: Any, draft: Draft) -> str:
        """Who speaks, and what is printed of them."""
        parts = [part.split("=", 1) for part in one.attributes.split("; ") if part]
        speaker = instrument_of(draft).choice(SPEAKER, one.speaker).label
        return ", ".join((speaker, *(draft.context.level_label(group, level) for group, level in parts)))
