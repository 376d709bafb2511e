"""The same people at two waves: who moved up, who moved down, and who stayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from nbeval.dictionary.models import Indicator, Wave
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field
from nbeval.report.charts.data import Mark
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Result

#: what became of an answer, in the order in which rows stand
MOVES = (Quantity.MOVED_UP, Quantity.STAYED, Quantity.MOVED_DOWN)
#: an indicator, and what became of its answers
Moved = tuple[Indicator, Quantity]


class Transitions(Kind):
    """One block per indicator; rows are those who moved up, stayed and moved down, of the people who answered at both waves: their share
    with its interval, and how many they are."""

    id = "transitions"
    marks = ("bands",)
    needs_two_waves = of_change = True
    base_words, unit_words = "base_transitions", "unit_transitions"

    def has_row(self, one: Indicator) -> bool:
        return any(self._moved((one, Quantity.STAYED), *pair) for pair in self.pairs_of_waves)

    @property
    def pairs_of_waves(self) -> tuple[tuple[Wave, Wave], ...]:
        """The waves that follow one another, and the first and the last; the earlier first."""
        return tuple(dict.fromkeys([*pairwise(self.context.waves), self.ends]))

    def columns(self) -> Iterator[Field]:
        yield self.column.label("moved", lambda subject: self._words(subject))
        for earlier, later in self.pairs_of_waves:
            def find(subject: Moved, earlier: Wave = earlier, later: Wave = later) -> Result | None:
                return self._moved(subject, earlier, later)

            key, group = f"{earlier.id}_{later.id}_", self.say("from_to", earlier=earlier.label, later=later.label)
            yield self.column.level(f"{key}estimate", find, self.percents, "%", head=self.say("estimate"), group=group)
            yield self.column.interval(f"{key}interval", find, self.percents, "%", group=group)
            yield self.column.count(f"{key}count", find, "numerator", head=self.say("moved_count"), group=group)

    def blocks(self) -> Iterable[Block]:
        return [Block(self.context.label(one), tuple((one, move) for move in MOVES)) for one in self.in_rows]

    def indicator_of(self, subject: Moved) -> Indicator:
        return subject[0]

    def lines(self, subject: Moved) -> Iterator[list[Mark]]:
        yield [self.mark(self._moved(subject, earlier, later), self.percents, self.say("from_to", earlier=earlier.label, later=later.label),
                         label=self._words(subject)) for earlier, later in self.pairs_of_waves]

    def axis(self) -> dict[str, object]:
        return {"unit": self.say("unit_transitions"), "percent": True}

    def own_notes(self) -> Iterator[str]:
        yield self.say("note_transitions")

    def _words(self, subject: Moved) -> str:
        """What became of an answer: of a percentage, whether it came to be one of those counted or ceased to be."""
        return self.say(f"moves_{subject[1]}_{subject[0].measure}")

    def _moved(self, subject: Moved, earlier: Wave, later: Wave) -> Result | None:
        """Who moved so from one wave to a later one."""
        return self.find(subject[1], indicator=subject[0].indicator, wave=later.id, contrast=Contrast.WAVE, reference=earlier.id,
                         authority=self.context.authority)
