"""The self-assessment: ratings by managers and by those whom the service is for, the gap between them, movement, agreement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbeval.dictionary.models import Area, Choice, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, Table, difference_cell, grid, interval_cell, level_cell, number_words, symbol_cell, words_cell
from nbeval.report.charts.data import ChartData
from nbeval.report.columns import Finder, interval_label
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import (
    RATERS, GridColumn, OfSource, area_field, areas_of, band_of, chosen, gap_of, grid_chart, instrument_of, of_all_cell, rating_cell,
)
from nbeval.report.numerals import RATING, NumberFormat
from nbeval.report.results import Result, State

#: a difference of less than half a step of the scale is called alike
ALIKE = 0.5
_KAPPA = NumberFormat(2)
_EVERYBODY = Choice(choices=RATERS, code="", label="", source="")


@dataclass(frozen=True)
class Rated:
    """An area as one body of raters sees it."""

    area: Area
    body: Choice

    @property
    def label(self) -> str:
        """The label of the area."""
        return self.area.label


def bodies_of(draft: Draft) -> tuple[Choice, ...]:
    """The bodies of raters; one that is everybody where the instrument has none."""
    return chosen(draft, RATERS) or (_EVERYBODY,)


def rating_of(rated: Rated, wave: Wave, draft: Draft) -> Result | None:
    """The mean rating of an area by a body of raters."""
    code = rated.body.code
    return draft.find(Quantity.MEAN, indicator=rated.area.area, wave=wave.id, authority=draft.context.authority,
                      group=RATERS if code else "", level=code)


def bands_chart(columns: Iterable[tuple[str, Finder]], blocks: Iterable[Block], draft: Draft) -> ChartData:
    """A grid of ratings, each toned by its band and with the word of the band; a column is its head and the rating of a row."""
    def column(head: str, find: Finder) -> GridColumn:
        def tone(subject: Any) -> str:
            band = band_of(find(subject), draft)
            return band.colour if band else ""

        def short(subject: Any) -> str:
            band = band_of(find(subject), draft)
            return f"{RATING.level(float(find(subject).estimate))}  {band.label.lower()}" if band else number_words(find(subject), draft.context, RATING)

        return GridColumn(head, lambda subject: rating_cell(find(subject), draft), tone, short)

    ordered = sorted(instrument_of(draft).bands, key=lambda band: band.lowest)
    legend = {band.colour: f"{draft.say(f'colour_{band.colour}')}: {band.label.lower()}" for band in ordered}
    return grid_chart((column(head, find) for head, find in columns), blocks, draft.context, legend=legend)


class Ratings(OfSource):
    """Rows are areas; the rating of each body of raters at the last wave, as number and word."""

    id = "ratings"
    marks = ("cells",)
    unit_words, base_words = "unit_ratings", "base_ratings"
    names_waves = of_last_wave = True

    def table(self, draft: Draft) -> Table:
        return grid([area_field(draft), *self.levels(draft)], (Block("", areas_of(draft)),))

    def levels(self, draft: Draft) -> list[Field]:
        """The columns of ratings."""
        return [
            Field(Column(f"level_{body.code}", self._head(body, draft)),
                  lambda area, body=body: rating_cell(rating_of(Rated(area, body), draft.context.wave, draft), draft))
            for body in bodies_of(draft)
        ]

    def chart_data(self, draft: Draft) -> ChartData:
        wave = draft.context.wave
        columns = ((self._head(body, draft), lambda area, body=body: rating_of(Rated(area, body), wave, draft)) for body in bodies_of(draft))
        return bands_chart(columns, (Block("", areas_of(draft)),), draft)

    def _head(self, body: Choice, draft: Draft) -> str:
        """Whose ratings a column has."""
        return body.label or draft.say("rating")


class Gaps(Ratings):
    """Rows are areas; both bodies of raters, the difference, and in words who rates higher."""

    id = "gaps"
    marks = ("cells",)
    unit_words, base_words, base_of_one = "unit_gaps", "base_gaps", "base_gaps_one"

    def table(self, draft: Draft) -> Table:
        if len(bodies_of(draft)) < 2:
            return Table()
        context, (first, other) = draft.context, bodies_of(draft)[:2]
        return grid([
            area_field(draft), *self.levels(draft),
            Field(Column("gap", context.say("difference"), context.say("steps_short"), numeric=True),
                  lambda area: difference_cell(gap_of(draft, area, first, other), context, RATING)),
            Field(Column("says", context.say("who_higher")), lambda area: self._higher(gap_of(draft, area, first, other), first, other, context)),
        ], (Block("", areas_of(draft)),))

    def sentence(self, draft: Draft) -> str:
        """Where two bodies of raters are furthest apart."""
        first, other = bodies_of(draft)[:2]
        gaps = ((area, gap_of(draft, area, first, other)) for area in areas_of(draft))
        shown = [(area, float(row.estimate)) for area, row in gaps if draft.context.state(row) is State.SHOWN]
        if not shown:
            return draft.say("said_gaps_none", first=first.label, other=other.label)
        widest, gap = max(shown, key=lambda pair: abs(pair[1]))
        return draft.say("said_gaps", first=first.label, other=other.label.lower(), area=widest.label, gap=RATING.level(abs(gap)),
                         count=sum(value > 0 for _, value in shown), total=len(shown))

    def _higher(self, row: Result | None, first: Choice, other: Choice, context: Context) -> Cell:
        """Who rates higher: by the test where there is one, else by size."""
        if context.state(row) is not State.SHOWN:
            return symbol_cell(row, context, "estimate")
        if row.verdict:
            key = {Verdict.HIGHER: "gap_first", Verdict.LOWER: "gap_other"}.get(row.verdict, "gap_unclear")
        else:
            key = "gap_alike" if abs(row.estimate) < ALIKE else "gap_first" if row.estimate > 0 else "gap_other"
        return words_cell(context.say(key, first=first.label, other=other.label), row, "estimate")


class GapsByPlace(OfSource):
    """Rows are areas, columns authorities; the difference between the first two bodies of raters."""

    id = "gaps_by_place"
    marks = ("cells",)
    unit_words, base_words = "unit_gaps_by_place", "base_gaps_by_place"
    names_waves = of_last_wave = shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        if len(bodies_of(draft)) < 2:
            return Table()
        fields = [Field(Column(f"gap_{authority or 'all'}", draft.context.authority_name(authority), numeric=True),
                        lambda area, authority=authority: self._cell(area, authority, draft)) for authority in self._places(draft)]
        return grid([area_field(draft), *fields], (Block("", areas_of(draft)),))

    def chart_data(self, draft: Draft) -> ChartData:
        first, other = (body.label for body in bodies_of(draft)[:2])
        legend = {"first": draft.say("heat_first", first=first), "other": draft.say("heat_other", other=other), "alike": draft.say("heat_alike")}
        columns = (GridColumn(draft.context.authority_name(authority), lambda area, authority=authority: self._cell(area, authority, draft),
                              lambda area, authority=authority: self._tone(area, authority, draft)) for authority in self._places(draft))
        return grid_chart(columns, (Block("", areas_of(draft)),), draft.context, legend=legend, words={"first": first, "other": other})

    def _places(self, draft: Draft) -> tuple[str, ...]:
        """The authorities of the cohort, then all of them."""
        return (*draft.context.cohort.authorities, "")

    def _gap(self, area: Area, authority: str, draft: Draft) -> Result | None:
        """The difference in one place."""
        return gap_of(draft, area, *bodies_of(draft)[:2], authority=authority)

    def _cell(self, area: Area, authority: str, draft: Draft) -> Cell:
        """The cell of one place."""
        return difference_cell(self._gap(area, authority, draft), draft.context, RATING)

    def _tone(self, area: Area, authority: str, draft: Draft) -> str:
        """Who rates higher in one place, or that they are alike; empty where there is no number."""
        row = self._gap(area, authority, draft)
        if draft.context.state(row) is not State.SHOWN:
            return ""
        return "alike" if abs(row.estimate) < ALIKE else "first" if row.estimate > 0 else "other"


class Movement(OfSource):
    """Rows are areas under each body of raters; the first wave, the last, the change, and what the test says."""

    id = "movement"
    marks = ("cells",)
    unit_words, base_words, base_of_one = "unit_movement", "base_movement", "base_movement_one"
    names_waves = needs_two_waves = True

    def table(self, draft: Draft) -> Table:
        context = draft.context
        fields = [area_field(draft)]
        fields += [Field(Column(f"{wave.id}_level", wave.label), lambda rated, wave=wave: rating_cell(rating_of(rated, wave, draft), draft))
                   for wave in (context.first, context.wave)]
        fields.append(Field(Column("change", context.say("change"), context.say("steps_short"), numeric=True),
                            lambda rated: difference_cell(self._change(rated, draft), context, RATING)))
        if not context.authority:
            fields.append(Field(Column("verdict", context.say("verdict")), lambda rated: self._verdict(self._change(rated, draft), context)))
        return grid(fields, self._blocks(draft))

    def sentence(self, draft: Draft) -> str:
        """On how many lines ratings went up or down, as printed, and how many changes are clear."""
        rows = [self._change(rated, draft) for block in self._blocks(draft) for rated in block.subjects]
        moved = [RATING.rounded(row.estimate) for row in rows if draft.context.state(row) is State.SHOWN]
        clear = sum(row is not None and row.verdict in (Verdict.ROSE, Verdict.FELL) for row in rows)
        about = "plain" if draft.context.authority else "clear" if clear else "unclear"
        return draft.say(f"said_movement_{about}", wave=draft.context.first.label, up=sum(step > 0 for step in moved),
                         down=sum(step < 0 for step in moved), total=len(rows), clear=clear)

    def chart_data(self, draft: Draft) -> ChartData:
        waves = (draft.context.first, draft.context.wave)
        return bands_chart(((wave.label, lambda rated, wave=wave: rating_of(rated, wave, draft)) for wave in waves), self._blocks(draft), draft)

    def _blocks(self, draft: Draft) -> list[Block]:
        """The areas under each body of raters."""
        return [Block(body.label, tuple(Rated(area, body) for area in areas_of(draft))) for body in bodies_of(draft)]

    def _change(self, rated: Rated, draft: Draft) -> Result | None:
        """The change of a rating from the first wave to the last."""
        code, context = rated.body.code, draft.context
        return draft.find(
            Quantity.CHANGE, indicator=rated.area.area, wave=context.wave.id, authority=context.authority, group=RATERS if code else "",
            level=code, contrast=Contrast.WAVE, reference=context.first.id)

    def _verdict(self, row: Result | None, context: Context) -> Cell:
        """What the test says, or that there was none."""
        if row is None or (not row.verdict and row.suppression):
            return symbol_cell(row, context, "p_value")
        return words_cell(context.verdict_words(row) if row.verdict else context.say("not_tested"), row, "verdict")


class Agreement(OfSource):
    """Rows are waves; weighted kappa of the first two bodies of raters, its interval, and the pairs of ratings behind it."""

    id = "agreement"
    unit_words, base_words = "unit_agreement", "base_agreement"
    names_waves = True

    def table(self, draft: Draft) -> Table:
        context, bodies = draft.context, bodies_of(draft)
        if len(bodies) < 2 or context.authority:
            return Table()

        def row(wave: Wave) -> Result | None:
            return draft.find(Quantity.KAPPA, wave=wave.id, group=RATERS, level=bodies[1].code, contrast=Contrast.LEVEL,
                              reference=bodies[0].code)

        return grid([
            area_field(draft, "wave_column"),
            Field(Column("kappa", context.say("kappa"), numeric=True), lambda wave: level_cell(row(wave), context, _KAPPA)),
            Field(Column("kappa_interval", interval_label(context), numeric=True), lambda wave: interval_cell(row(wave), context, _KAPPA)),
            Field(Column("pairs", context.say("pairs"), numeric=True), lambda wave: of_all_cell(row(wave), context)),
        ], (Block("", tuple(wave for wave in context.waves if row(wave) is not None)),))
