"""Kinds of exhibit that are still written as functions, made to answer like the others."""

from __future__ import annotations

from collections.abc import Callable

from nbeval.report.cells import Table
from nbeval.report.draft import Draft
from nbeval.report.forms import FORMS
from nbeval.report.kind_ids import LISTED, OF_CHANGE, OF_LEVELS_AND_CHANGE
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds_sources import OF_TWO_WAVES, OF_WORDS
from nbeval.report.lines import base_line, notes_of, source_line, unit_line
from nbeval.report.said_sources import said
from nbeval.report.said_summaries import SUMMED_UP


class Unported(Kind):
    """A kind whose table is a function, and whose lines are looked up by its id."""

    def __init__(self, name: str, form: Callable[..., Table]) -> None:
        self.id, self.form = name, form
        self.of_change = name in OF_CHANGE
        self.needs_two_waves = name in OF_CHANGE | OF_TWO_WAVES
        self.sets_levels_beside_change = name in OF_LEVELS_AND_CHANGE
        self.of_words = name in LISTED | OF_WORDS
        self.sums_up = name in SUMMED_UP

    def table(self, draft: Draft) -> Table:
        return Table(*self.form(draft.results, draft.spec, draft.context))

    def unit(self, draft: Draft) -> str:
        return unit_line(draft.spec, draft.context)

    def base(self, draft: Draft) -> str:
        return base_line(draft.spec, draft.table.rows, draft.context)

    def source(self, draft: Draft) -> str:
        return source_line(draft.spec, draft.context)

    def notes(self, draft: Draft) -> tuple[str, ...]:
        return notes_of(draft.spec, draft.context, draft.results, *draft.table)

    def sentence(self, draft: Draft) -> str:
        return said(draft.spec, *draft.table, draft.context)


UNPORTED = tuple(Unported(str(name), form) for name, form in FORMS.items())
