"""Where a report departs from the analysis plan that was registered before its data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from nbeval.dictionary.enums import Symbol
from nbeval.exhibit import Cell
from nbeval.deviations import Deviation
from nbeval.report.cells import Block, Field
from nbeval.report.kinds.kind import Kind


class PlanDeviations(Kind):
    """Rows are deviations from the analysis plan: what was planned and what is so now; one row says so where there is none, or no plan."""

    id = "plan_deviations"
    unit_words, source_words = "", ""
    of_words = sums_up = True

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("plan_what", self._subject), make.words("planned", "plan_planned", lambda one: self._cell(one, "planned")),
                make.words("now", "plan_now", lambda one: self._cell(one, "now"))]

    def blocks(self) -> Iterable[Block]:
        plan = self.context.plan
        return (Block("", plan.deviations if plan and plan.deviations else (None,)),)

    def sentence(self) -> str:
        plan = self.context.plan
        if plan is None:
            return self.say("said_plan_none")
        day = self.context.day(date.fromisoformat(plan.date))
        return self.say("said_plan" if plan.before_data else "said_plan_after", number=plan.number, day=day, name=plan.signed_by, checksum=plan.checksum)

    def own_notes(self) -> Iterator[str]:
        plan = self.context.plan
        if plan is not None:
            yield self.say("plan_note_signed", fingerprint=plan.key)
            if plan.later:
                yield self.say("plan_note_later", count=plan.later)

    def base(self) -> str:
        return ""

    def _subject(self, one: Deviation | None) -> str:
        """What departs, by the part of the plan it is in."""
        if one is None:
            return self.say("plan_kept" if self.context.plan else "plan_not_registered")
        key = f"plan_key_{one.key}"
        label = one.label or (self.say(key) if key in self.context.words else one.key)
        return self.say("plan_subject", part=self.say(f"plan_part_{one.part}"), label=label)

    def _cell(self, one: Deviation | None, field: str) -> Cell:
        """What was planned, or what is so now; a symbol where there is nothing."""
        text = getattr(one, field) if one else ""
        symbol = "" if text else self.context.symbol(Symbol.NOT_APPLICABLE)
        return Cell(text or symbol, symbol=symbol)
