"""Kinds of exhibit that are still written as functions, made to answer like the others."""

from __future__ import annotations

from collections.abc import Callable

from nbeval.report.cells import Table
from nbeval.report.charts.data import ChartData
from nbeval.report.draft import Draft
from nbeval.report.forms import FORMS
from nbeval.report.forms.strands import sources_of
from nbeval.report.kind_ids import LISTED, OF_CHANGE, OF_PRINT
from nbeval.report.kind_ids import Kind as KindId
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds_sources import OF_TWO_WAVES, OF_WORDS, SourceTable
from nbeval.report.lines_sources import base_of_source, is_of_source, source_of_source, unit_of_source
from nbeval.report.said_sources import said
from nbeval.report.said_summaries import SUMMED_UP


class Unported(Kind):
    """A kind whose table is a function, and whose lines are looked up by its id."""

    def __init__(self, name: str, form: Callable[..., Table]) -> None:
        self.id, self.form = name, form
        self.of_change = name in OF_CHANGE
        self.needs_two_waves = name in OF_CHANGE | OF_TWO_WAVES
        self.of_words = name in LISTED | OF_WORDS
        self.sums_up = name in SUMMED_UP
        self.charts = _CHARTS.get(name, ())

    def table(self, draft: Draft) -> Table:
        return Table(*self.form(draft.results, draft.spec, draft.context))

    def unit(self, draft: Draft) -> str:
        if is_of_source(draft.spec):
            return unit_of_source(draft.spec, draft.context)
        if self.id == KindId.EVIDENCE:
            return draft.say("unit_evidence")
        return "" if self.id in OF_PRINT else super().unit(draft)

    def base(self, draft: Draft) -> str:
        if is_of_source(draft.spec):
            return base_of_source(draft.spec, draft.context)
        if self.id == KindId.EVIDENCE:
            return draft.say("base_evidence")
        if self.id in OF_PRINT:
            return "" if self.id in LISTED else draft.say("base_print")
        return super().base(draft)

    def source(self, draft: Draft) -> str:
        if is_of_source(draft.spec):
            return source_of_source(draft.spec, draft.context)
        if self.id in OF_PRINT:
            return "" if self.id == KindId.PRINTED_SOURCES else draft.say("source_print", source=self.source_label(draft))
        return super().source(draft)

    def source_label(self, draft: Draft) -> str:
        own = super().source_label(draft)
        return "; ".join((own, *(one.label for one in sources_of(draft.spec, draft.context)))) if self.id == KindId.EVIDENCE else own

    def sentence(self, draft: Draft) -> str:
        return said(draft.spec, *draft.table, draft.context)


    def chart_data(self, draft: Draft) -> ChartData:
        from nbeval.report.charts.reading import READ

        return READ[self.id](draft.spec, *draft.table, draft.context)


_CHARTS = {KindId.EVIDENCE: ("matrix",), SourceTable.GAPS_BY_PLACE: ("heat",), SourceTable.RATINGS: ("heat",),
           SourceTable.MOVEMENT: ("heat",), SourceTable.CALENDAR: ("timeline",)}
UNPORTED = tuple(Unported(str(name), form) for name, form in FORMS.items())
