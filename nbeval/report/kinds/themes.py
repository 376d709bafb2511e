"""Themes of interviews and meetings: who spoke of each, and how far coders agree on it."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.models import Area, Wave
from nbeval.exhibit import Column
from nbeval.frames import Quantity
from nbeval.report.cells import Field, Table, grid, interval_cell, level_cell
from nbeval.report.columns import interval_label
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import OfSource, area_field, areas_of, blocks_of, chosen, count_of, number_cell, of_all_cell
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State

#: the groups of results on themes; what counts authorities as if they were speakers; the choices of speakers
SPOKEN_OF, AGREEMENT, AUTHORITIES, SPEAKER = "told", "agreement", "authorities", "speaker"
_KAPPA = NumberFormat(2)


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

    def table(self, draft: Draft) -> Table:
        columns = self._columns(draft)
        if not columns:
            return Table()
        waves = {level: sum(one.level == level for one in columns) for level in {one.level for one in columns}}
        fields = [
            Field(Column(f"{one.wave.id}_{one.level}", one.label, draft.say("of_number", number=numeral(one.number)), numeric=True,
                         group=one.wave.label if waves[one.level] > 1 else ""),
                  lambda area, one=one: number_cell(self._count(area, one.wave, one.level, draft), draft.context, counted=False))
            for one in columns
        ]
        return grid([area_field(draft, "theme"), *fields], blocks_of(draft, areas_of(draft)))

    def sentence(self, draft: Draft) -> str:
        """Which themes came up most often at the last wave, among those whom the first column of that wave counts."""
        first = next((one for one in self._columns(draft) if one.wave is draft.context.wave), None)
        rows = [(area, self._count(area, first.wave, first.level, draft)) for area in areas_of(draft)] if first else []
        shown = [(area, row) for area, row in rows if draft.context.state(row) is State.SHOWN and row.estimate]
        if not shown:
            return ""
        most = max(row.estimate for _, row in shown)
        named = [(area, row) for area, row in shown if row.estimate == most]
        return draft.say(
            "said_themes" if len(named) == 1 else "said_themes_several", source=self.source_label(draft), count=numeral(most),
            labels="; ".join(draft.say("quoted", words=area.label) for area, _ in named), total=numeral(named[0][1].n_eligible),
            who=first.label.lower())

    def _columns(self, draft: Draft) -> list[Speakers]:
        """The kinds of speakers of each wave; the first theme says whether there are any and how many."""
        areas, people = areas_of(draft), draft.say("authorities_speak")
        levels = {AUTHORITIES: people} | {one.code: one.label for one in chosen(draft, SPEAKER)}
        found = ((wave, level, label, self._count(areas[0], wave, level, draft))
                 for wave in draft.context.waves for level, label in levels.items()) if areas else ()
        return [Speakers(wave, level, label, float(row.n_eligible)) for wave, level, label, row in found if row is not None]

    def _count(self, area: Area, wave: Wave, level: str, draft: Draft) -> Result | None:
        """How many of a kind of speaker spoke of a theme."""
        return count_of(draft, SPOKEN_OF, level, area=area.area, wave=wave.id, authority="")


class Coders(OfSource):
    """Rows are themes; kappa of two coders, its interval, and the documents that two coders read."""

    id = "coders"
    unit_words, base_words = "unit_coders", "base_coders"

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def row(area: Area) -> Result | None:
            return draft.find(Quantity.KAPPA, indicator=area.area, wave=context.wave.id, group=AGREEMENT)

        return grid([
            area_field(draft, "theme"),
            Field(Column("kappa", context.say("kappa_plain"), numeric=True), lambda area: level_cell(row(area), context, _KAPPA)),
            Field(Column("kappa_interval", interval_label(context), numeric=True), lambda area: interval_cell(row(area), context, _KAPPA)),
            Field(Column("documents", context.say("documents_twice"), numeric=True), lambda area: of_all_cell(row(area), context)),
        ], blocks_of(draft, tuple(area for area in areas_of(draft) if row(area) is not None)))
