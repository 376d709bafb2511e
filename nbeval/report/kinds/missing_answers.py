"""Whether a change would stand whatever the missing answers were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.models import Indicator
from nbeval.frames import Quantity, Verdict
from nbeval.report.cells import Field, words_cell
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Result, State

#: which way a verdict points; a change that may be chance points no way
_WAY = {Verdict.ROSE: 1, Verdict.FELL: -1}
#: what the verdicts at the lowest and at the highest bound leave possible
_READING = {
    (1, 1): "missing_rose", (-1, -1): "missing_fell", (0, 0): "missing_unclear", (-1, 0): "missing_fell_or_unclear",
    (0, 1): "missing_rose_or_unclear", (-1, 1): "missing_either",
}


class ChangeMissing(Kind):
    """Rows are indicators: who was asked and who answered, the change, its bounds over the missing answers, and the change with them imputed."""

    id = "change_missing"
    needs_two_waves = of_change = sums_up = True

    def has_row(self, one: Indicator) -> bool:
        return self._bound(one, Quantity.CHANGE_MISSING_BOUND_LOWEST) is not None

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", context.label)
        for wave in self.ends:
            def level(one: Indicator, wave: str = wave.id) -> Result | None:
                return self.level(one, wave, "")

            yield make.count(f"{wave.id}_asked", level, "n_eligible", head=self.say("missing_asked"), group=self.head_of(wave))
            yield make.count(f"{wave.id}_answered", level, head=self.say("valid"), group=self.head_of(wave))
        yield from make.change("change", "change", lambda one: self.change(one, ""))
        yield make.difference("lowest", lambda one: self._bound(one, Quantity.CHANGE_MISSING_BOUND_LOWEST), head=self.say("missing_lowest"))
        yield make.difference("highest", lambda one: self._bound(one, Quantity.CHANGE_MISSING_BOUND_HIGHEST), head=self.say("missing_highest"))
        yield make.words("reading", "missing_reading", lambda one: words_cell(
            self.say(self._reading(one)), self._bound(one, Quantity.CHANGE_MISSING_BOUND_LOWEST), "verdict"))
        if any(self._imputed(one) for one in self.in_rows):
            yield from make.change("imputed", "missing_imputed", self._imputed)
            yield make.verdict(self._imputed)

    def sentence(self) -> str:
        """Which clear changes would be found whatever the missing answers were, and which verdicts imputation leaves as they are."""
        context = self.context
        clear = [one for one in self.in_rows if self._way(self.change(one, ""))]
        firm = [one for one in clear if self._ways(one) == (self._way(self.change(one, "")),) * 2]
        if not clear:
            return self.say("said_missing_no_change")
        key = "said_missing_all" if len(firm) == len(clear) else "said_missing_some" if firm else "said_missing_none"
        bounds = self.say(key, firm=len(firm), clear=len(clear), named="; ".join(map(context.label, firm)))
        drawn = [one for one in self.in_rows if context.state(self._imputed(one)) is State.SHOWN and context.state(self.change(one, "")) is State.SHOWN]
        if not drawn:
            return bounds
        other = [one for one in drawn if self._imputed(one).verdict != self.change(one, "").verdict]
        key = "said_imputed_other" if other else "said_imputed_same"
        imputed = self.say(key, count=len(drawn), other=len(other), named="; ".join(map(context.label, other)))
        return self.say("two_sentences", first=bounds, second=imputed)

    def own_notes(self) -> Iterable[str]:
        yield self.say("note_missing_bounds")
        declared = self.context.cohort.missing_answers
        if declared is not None:
            names = [self._named(name) for name in declared.auxiliary]
            yield self.say("note_missing_imputed", count=declared.imputations, names=", ".join(names), seed=declared.seed)

    def _named(self, auxiliary: str) -> str:
        """What answers are drawn by, as a reader knows it."""
        context = self.context
        if auxiliary in context.dictionary.groups:
            return context.group_label(auxiliary)
        label = context.indicator_label(auxiliary)
        return self.say("authority") if label == auxiliary else label

    def _bound(self, one: Indicator, quantity: Quantity) -> Result | None:
        """A bound of the change of the whole cohort."""
        return self.change(one, "", quantity)

    def _imputed(self, one: Indicator) -> Result | None:
        """The change with the missing answers imputed."""
        return self.change(one, "", Quantity.CHANGE_IMPUTED)

    def _way(self, row: Result | None) -> int | None:
        """Which way a change goes by its test: 1 up, -1 down, 0 neither; None where there is none to show."""
        return _WAY.get(row.verdict, 0) if self.context.state(row) is State.SHOWN and row.verdict != Verdict.CANNOT_TELL else None

    def _ways(self, one: Indicator) -> tuple[int | None, int | None]:
        """Which way the change goes at its lowest and at its highest bound."""
        return tuple(self._way(self._bound(one, quantity)) for quantity in (
            Quantity.CHANGE_MISSING_BOUND_LOWEST, Quantity.CHANGE_MISSING_BOUND_HIGHEST))

    def _reading(self, one: Indicator) -> str:
        """The words for what the missing answers leave possible."""
        return _READING.get(self._ways(one), "places_unknown")
