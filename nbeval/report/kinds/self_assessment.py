"""The self-assessment: ratings by managers and by those whom the service is for, the gap between them, movement, agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbeval.dictionary.models import Area, Band, Choice, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, cell_of, difference_cell, number_words, symbol_cell, words_cell
from nbeval.report.charts.data import ChartData
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns, Finder
from nbeval.report.kinds.marks import Toned, grid_chart
from nbeval.report.kinds.of_source import RATERS, OfSource, areas_of, chosen, gap_of, instrument_of
from nbeval.report.numerals import RATING, TWO_DIGITS
from nbeval.report.results import Result, State

#: a difference of less than half a step of the scale is called alike
ALIKE = 0.5
_EVERYBODY = Choice(choices=RATERS, code="", label="", source="")


def bodies_of(draft: Draft) -> tuple[Choice, ...]:
    """The bodies of raters; one that is everybody where the instrument has none."""
    return chosen(draft, RATERS) or (_EVERYBODY,)


def rating_of(area: Area, body: Choice, wave: Wave, draft: Draft) -> Result | None:
    """The mean rating of an area by a body of raters."""
    return draft.find(Quantity.MEAN, indicator=area.area, wave=wave.id, authority=draft.context.authority,
                      group=RATERS if body.code else "", level=body.code)


def rating_field(key: str, head: str, find: Finder, draft: Draft) -> Toned:
    """The column of mean ratings: number, and the word and the colour of the band that it falls in, which a grid draws."""
    def band(row: Result | None) -> Band | None:
        return instrument_of(draft).band(float(row.estimate)) if draft.context.state(row) is State.SHOWN else None

    def cell(subject: Any) -> Cell:
        row = find(subject)
        if draft.context.state(row) is not State.SHOWN:
            return symbol_cell(row, draft.context, "estimate")
        number, one = RATING.level(float(row.estimate)), band(row)
        words = draft.say("rating_band", number=number, band=one.label.lower(), colour=draft.say(f"colour_{one.colour}")) if one else number
        return cell_of(row, "estimate", words, float(row.estimate))

    def tone(subject: Any) -> str:
        return one.colour if (one := band(find(subject))) else ""

    def short(subject: Any) -> str:
        words, one = number_words(find(subject), draft.context, RATING), band(find(subject))
        return f"{words}  {one.label.lower()}" if one else words

    return Toned(Column(key, head), cell, tone, short)


class Ratings(OfSource):
    """Rows are areas; the rating of each body of raters at the last wave, as number and word."""

    id = "ratings"
    marks = ("cells",)
    unit_words, base_words = "unit_ratings", "base_ratings"
    source_words = "source_waves"
    of_last_wave = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        yield Columns(draft).label("source_area")
        for body in bodies_of(draft):
            yield rating_field(f"level_{body.code}", body.label or draft.say("rating"),
                               lambda area, body=body: rating_of(area, body, draft.context.wave, draft), draft)

    def chart_data(self, draft: Draft) -> ChartData:
        """A grid of ratings, each toned by its band and with the word of the band."""
        ordered = sorted(instrument_of(draft).bands, key=lambda band: band.lowest)
        legend = {band.colour: f"{draft.say(f'colour_{band.colour}')}: {band.label.lower()}" for band in ordered}
        return grid_chart(self.columns(draft), self.blocks(draft), draft.context, legend=legend)


class Gaps(Ratings):
    """Rows are areas; both bodies of raters, the difference, and in words who rates higher."""

    id = "gaps"
    marks = ("cells",)
    unit_words, base_words, base_of_one = "unit_gaps", "base_gaps", "base_gaps_one"

    def columns(self, draft: Draft) -> Iterator[Field]:
        yield from super().columns(draft)
        if len(bodies_of(draft)) > 1:
            first, other = bodies_of(draft)[:2]
            yield Columns(draft).difference("gap", draft.say("difference"), lambda area: gap_of(draft, area, first, other), RATING, draft.say("steps_short"))
            yield Field(Column("says", draft.say("who_higher")),
                        lambda area: self._higher(gap_of(draft, area, first, other), first, other, draft.context))

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return super().blocks(draft) if len(bodies_of(draft)) > 1 else ()

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
            key = {Verdict.HIGHER: "first", Verdict.LOWER: "other"}.get(row.verdict, "unclear")
        else:
            key = by_size(row)
        return words_cell(context.say(f"gap_{key}", first=first.label, other=other.label), row, "estimate")


def by_size(row: Result) -> str:
    """Who rates higher by size alone: the first body of raters, the other, or both alike."""
    return "alike" if abs(row.estimate) < ALIKE else "first" if row.estimate > 0 else "other"


class GapsByPlace(OfSource):
    """Rows are areas, columns authorities; the difference between the first two bodies of raters."""

    id = "gaps_by_place"
    marks = ("cells",)
    unit_words, base_words = "unit_gaps_by_place", "base_gaps_by_place"
    source_words = "source_waves"
    of_last_wave = shows_single_authorities = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, bodies = draft.context, bodies_of(draft)[:2]
        yield Columns(draft).label("source_area")
        for authority in (*context.cohort.authorities, "") if len(bodies) > 1 else ():
            def gap(area: Area, authority: str = authority) -> Result | None:
                return gap_of(draft, area, *bodies, authority=authority)

            yield Toned(Column(f"gap_{authority or 'all'}", context.authority_name(authority), numeric=True),
                        lambda area, gap=gap: difference_cell(gap(area), context, RATING),
                        lambda area, gap=gap: by_size(gap(area)) if context.state(gap(area)) is State.SHOWN else "")

    def chart_data(self, draft: Draft) -> ChartData:
        first, other = (body.label for body in bodies_of(draft)[:2])
        legend = {"first": draft.say("heat_first", first=first), "other": draft.say("heat_other", other=other), "alike": draft.say("heat_alike")}
        return grid_chart(self.columns(draft), self.blocks(draft), draft.context, legend=legend, words={"first": first, "other": other})


@dataclass(frozen=True)
class Rated:
    """An area as one body of raters sees it."""

    label: str
    area: Area
    body: Choice


class Movement(Ratings):
    """Rows are areas under each body of raters; the first wave, the last, the change, and what the test says."""

    id = "movement"
    marks = ("cells",)
    unit_words, base_words, base_of_one = "unit_movement", "base_movement", "base_movement_one"
    needs_two_waves, of_last_wave = True, False

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("source_area")
        for wave in (context.first, context.wave):
            yield rating_field(f"{wave.id}_level", wave.label, lambda rated, wave=wave: rating_of(rated.area, rated.body, wave, draft), draft)
        yield make.difference("change", draft.say("change"), lambda rated: self._change(rated, draft), RATING, draft.say("steps_short"))
        if not context.authority:
            yield Field(Column("verdict", draft.say("verdict")), lambda rated: self._verdict(self._change(rated, draft), context))

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return [Block(body.label, tuple(Rated(area.label, area, body) for area in areas_of(draft))) for body in bodies_of(draft)]

    def sentence(self, draft: Draft) -> str:
        """On how many lines ratings went up or down, as printed, and how many changes are clear."""
        rows = [self._change(rated, draft) for block in self.blocks(draft) for rated in block.subjects]
        moved = [RATING.rounded(row.estimate) for row in rows if draft.context.state(row) is State.SHOWN]
        clear = sum(row is not None and row.verdict in (Verdict.ROSE, Verdict.FELL) for row in rows)
        about = "plain" if draft.context.authority else "clear" if clear else "unclear"
        return draft.say(f"said_movement_{about}", wave=draft.context.first.label, up=sum(step > 0 for step in moved),
                         down=sum(step < 0 for step in moved), total=len(rows), clear=clear)

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
    source_words = "source_waves"

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)

        def row(wave: Wave) -> Result | None:
            return self._kappa(wave, draft)

        return [make.label("wave_column"), make.level("kappa", draft.say("kappa"), row, TWO_DIGITS),
                make.interval("kappa_interval", row, TWO_DIGITS), make.count("pairs", draft.say("pairs"), row, "n_eligible")]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block("", tuple(wave for wave in draft.context.waves if self._kappa(wave, draft) is not None)),)

    def _kappa(self, wave: Wave, draft: Draft) -> Result | None:
        """The agreement at a wave; none in a report on one authority."""
        bodies = bodies_of(draft)
        if len(bodies) < 2 or draft.context.authority:
            return None
        return draft.find(Quantity.KAPPA, wave=wave.id, group=RATERS, level=bodies[1].code, contrast=Contrast.LEVEL, reference=bodies[0].code)
