"""Kinds of exhibit that are still written as functions, made to answer like the others."""

from __future__ import annotations

from collections.abc import Callable

from nbeval.report.cells import Table
from nbeval.report.draft import Draft
from nbeval.report.forms import FORMS
from nbeval.report.kind_ids import LISTED
from nbeval.report.kind_ids import Kind as KindId
from nbeval.report.kinds.kind import Kind


class Unported(Kind):
    """A kind of printed figures whose table is a function."""

    unit_words = ""

    def __init__(self, name: str, form: Callable[..., Table]) -> None:
        self.id, self.form = name, form
        self.of_words = name in LISTED

    def table(self, draft: Draft) -> Table:
        return Table(*self.form(draft.results, draft.spec, draft.context))

    def base(self, draft: Draft) -> str:
        return "" if self.id in LISTED else draft.say("base_print")

    def source(self, draft: Draft) -> str:
        return "" if self.id == KindId.PRINTED_SOURCES else draft.say("source_print", source=self.source_label(draft))


UNPORTED = tuple(Unported(str(name), form) for name, form in FORMS.items())
