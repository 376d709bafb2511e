"""Interviews, meetings and open answers: who spoke of each theme, how far coders agree on it, and what was said, in quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbeval.dictionary.models import Area, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field
from nbeval.report.kinds.of_source import OfSource
from nbeval.report.numerals import TWO_DIGITS, numeral
from nbeval.report.results import Result, State

#: the groups of results on themes; what counts authorities as if they were speakers; the choices of speakers
SPOKEN_OF, AGREEMENT, AUTHORITIES, SPEAKER = "told", "agreement", "authorities", "speaker"


@dataclass(frozen=True)
class Speakers:
    """A column of counts: one kind of speaker at one wave, and the number of them."""

    wave: Wave
    level: str
    label: str
    number: float


class Themes(OfSource):
    """Rows are themes; how many authorities and how many of each kind of speaker spoke of it, of how many."""

    id = "themes"
    unit_words, base_words = "unit_themes", "base_themes"
    sums_up = True

    def columns(self) -> Iterator[Field]:
        speakers = self._speakers()
        levels = [one.level for one in speakers]
        yield self.column.label("theme")
        for one in speakers:
            yield self.column.count(
                f"{one.wave.id}_{one.level}", lambda area, one=one: self._count(area, one.wave, one.level), "estimate", head=one.label,
                unit=self.say("of_number", number=numeral(one.number)), group=one.wave.label if levels.count(one.level) > 1 else "")

    def blocks(self) -> Iterable[Block]:
        return self.by_part()

    def sentence(self) -> str:
        """Which themes came up most often at the last wave, among those whom the first column of that wave counts."""
        first = next((one for one in self._speakers() if one.wave is self.context.wave), None)
        rows = [(area, self._count(area, first.wave, first.level)) for area in self.areas] if first else []
        shown = [(area, row) for area, row in rows if self.context.state(row) is State.SHOWN and row.estimate]
        if not shown:
            return ""
        most = max(row.estimate for _, row in shown)
        named = [(area, row) for area, row in shown if row.estimate == most]
        return self.say(
            "said_themes" if len(named) == 1 else "said_themes_several", source=self.source_label(), count=numeral(most),
            labels="; ".join(self.say("quoted", words=area.label) for area, _ in named), total=numeral(named[0][1].n_eligible),
            who=first.label.lower())

    def _speakers(self) -> list[Speakers]:
        """The kinds of speakers of each wave; the first theme says whether there are any and how many."""
        areas, people = self.areas, self.say("authorities_speak")
        levels = {AUTHORITIES: people} | {one.code: one.label for one in self.chosen(SPEAKER)}
        found = ((wave, level, label, self._count(areas[0], wave, level))
                 for wave in self.context.waves for level, label in levels.items()) if areas else ()
        return [Speakers(wave, level, label, float(row.n_eligible)) for wave, level, label, row in found if row is not None]

    def _count(self, area: Area, wave: Wave, level: str) -> Result | None:
        """How many of a kind of speaker spoke of a theme."""
        return self.counted(SPOKEN_OF, level, area=area.area, wave=wave.id, authority="")


class Coders(OfSource):
    """Rows are themes; kappa of two coders, its interval, and the documents that two coders read."""

    id = "coders"
    unit_words, base_words = "unit_coders", "base_coders"

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("theme"), make.level("kappa", self._kappa, TWO_DIGITS, head=self.say("kappa_plain")),
                make.interval("kappa_interval", self._kappa, TWO_DIGITS),
                make.count("documents", self._kappa, "n_eligible", head=self.say("documents_twice"))]

    def blocks(self) -> Iterable[Block]:
        return self.by_part(tuple(area for area in self.areas if self._kappa(area) is not None))

    def _kappa(self, area: Area) -> Result | None:
        """The agreement of two coders on a theme."""
        return self.find(Quantity.KAPPA, indicator=area.area, wave=self.context.wave.id, group=AGREEMENT)


class Quotes(OfSource):
    """Rows are quotes of the report's last wave, or of none, under their themes; no number is in them.

    The words are printed as they were released: markup in them is text. There are none in a report on one authority.
    """

    id = "quotes"
    unit_words, base_words = "", "base_quotes"
    of_words = True

    def columns(self) -> Iterable[Field]:
        return [
            Field(Column("quote", self.say("quote"), header=True),
                  lambda quote: Cell(self.context.words["quoted"].format(words=quote.text))),
            self.column.words("speaker", "speaker", lambda quote: Cell(self._speaker(quote))),
        ]

    def blocks(self) -> Iterable[Block]:
        instrument, quotes, context = self.instrument, self.context.quotes, self.context
        if instrument is None or quotes is None or context.authority:
            return ()
        own = list(quotes[quotes["source"].eq(self.spec.source_id) & quotes["wave"].isin(["", context.wave.id])].itertuples())
        return (Block(area.label, tuple(one for one in own if one.area == area.area)) for area in instrument.named(self.spec.indicators))

    def _speaker(self, one: Any) -> str:
        """Who speaks, and what is printed of them."""
        parts = [part.split("=", 1) for part in one.attributes.split("; ") if part]
        speaker = self.instrument.choice(SPEAKER, one.speaker).label
        return ", ".join((speaker, *(self.context.level_label(group, level) for group, level in parts)))
