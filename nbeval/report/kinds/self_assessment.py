"""The self-assessment: ratings by managers and by those whom the service is for, the gap between them, movement, agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbeval.dictionary.models import Area, Band, Choice, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import UNTESTED, Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, cell_of, difference_cell, number_words, symbol_cell, words_cell
from nbeval.report.charts.data import ChartData
from nbeval.report.kinds.kind import Finder, Toned
from nbeval.report.kinds.of_source import RATERS, OfSource
from nbeval.report.numerals import RATING, TWO_DIGITS
from nbeval.report.results import Result, State

#: a difference of less than half a step of the scale is called alike
ALIKE = 0.5
_EVERYBODY = Choice(choices=RATERS, code="", label="", source="")


class OfRaters(OfSource):
    """A kind made from a self-assessment."""

    source_words = "source_waves"

    @cached_property
    def bodies(self) -> tuple[Choice, ...]:
        """The bodies of raters; one that is everybody where the instrument has none."""
        return self.chosen(RATERS) or (_EVERYBODY,)

    @property
    def has_two_bodies(self) -> bool:
        """Whether there are bodies of raters to compare: the first two."""
        return len(self.bodies) > 1

    def gap(self, area: Area, authority: str | None = None) -> Result | None:
        """The first body of raters minus the second, at the last wave: in the authority of the report, unless another is named."""
        first, other = self.bodies[:2]
        return self.find(Quantity.DIFFERENCE, indicator=area.area, wave=self.context.wave.id, group=RATERS, level=other.code,
                         contrast=Contrast.LEVEL, reference=first.code,
                         authority=self.context.authority if authority is None else authority)

    def by_size(self, row: Result | None) -> str:
        """Who rates higher by size alone: the first body of raters, the other, or both alike; empty where there is no number."""
        if self.context.state(row) is not State.SHOWN:
            return ""
        return "alike" if abs(row.estimate) < ALIKE else "first" if row.estimate > 0 else "other"

    def rating_field(self, key: str, head: str, find: Finder) -> Toned:
        """The column of mean ratings: number, and the word and the colour of the band that it falls in, which a grid draws."""
        def band(row: Result | None) -> Band | None:
            return self.instrument.band(float(row.estimate)) if self.context.state(row) is State.SHOWN else None

        def cell(subject: Any) -> Cell:
            row = find(subject)
            if self.context.state(row) is not State.SHOWN:
                return symbol_cell(row, self.context, "estimate")
            number, one = RATING.level(float(row.estimate)), band(row)
            colour = self.say(f"colour_{one.colour}") if one else ""
            words = self.say("rating_band", number=number, band=one.label.lower(), colour=colour) if one else number
            return cell_of(row, "estimate", words, float(row.estimate))

        def short(subject: Any) -> str:
            words, one = number_words(find(subject), self.context, RATING), band(find(subject))
            return f"{words}  {one.label.lower()}" if one else words

        return Toned(Column(key, head), cell, lambda subject: one.colour if (one := band(find(subject))) else "", short)


class Ratings(OfRaters):
    """Rows are areas; the rating of each body of raters at the last wave, as number and word."""

    id = "ratings"
    marks = ("cells",)
    unit_words, base_words = "unit_ratings", "base_ratings"
    of_last_wave = True

    def columns(self) -> Iterator[Field]:
        yield self.column.label("source_area")
        for body in self.bodies:
            yield self.rating_field(f"level_{body.code}", body.label or self.say("rating"),
                                    lambda area, body=body: self._rating(area, body, self.context.wave))

    def chart_data(self) -> ChartData:
        """A grid of ratings, each toned by its band and with the word of the band."""
        ordered = sorted(self.instrument.bands, key=lambda band: band.lowest)
        return self.grid_chart(legend={band.colour: f"{self.say(f'colour_{band.colour}')}: {band.label.lower()}" for band in ordered})

    def _rating(self, area: Area, body: Choice, wave: Wave) -> Result | None:
        """The mean rating of an area by a body of raters."""
        return self.find(Quantity.MEAN, indicator=area.area, wave=wave.id, authority=self.context.authority,
                         group=RATERS if body.code else "", level=body.code)


#: who rates higher, by what the test says
_WHO = {Verdict.HIGHER: "first", Verdict.LOWER: "other", Verdict.MAY_BE_HIGHER: "may_first", Verdict.MAY_BE_LOWER: "may_other",
        Verdict.NO_CLEAR_DIFFERENCE: "unclear", Verdict.CANNOT_TELL: "unknown"}


class Gaps(Ratings):
    """Rows are areas; both bodies of raters, the difference, and in words who rates higher."""

    id = "gaps"
    marks = ("cells",)
    unit_words, base_words, base_of_one = "unit_gaps", "base_gaps", "base_gaps_one"

    def columns(self) -> Iterator[Field]:
        yield from super().columns()
        yield self.column.difference("gap", self.gap, RATING, self.say("steps_short"), head=self.say("difference"))
        yield self.column.words("says", "who_higher", self._higher)

    def blocks(self) -> Iterable[Block]:
        return super().blocks() if self.has_two_bodies else ()

    def sentence(self) -> str:
        """Where two bodies of raters are furthest apart."""
        first, other = self.bodies[:2]
        gaps = ((area, self.gap(area)) for area in self.areas)
        shown = [(area, float(row.estimate)) for area, row in gaps if self.context.state(row) is State.SHOWN]
        if not shown:
            return self.say("said_gaps_none", first=first.label, other=other.label)
        widest, gap = max(shown, key=lambda pair: abs(pair[1]))
        verdicts = [row.verdict for row in map(self.gap, self.areas) if row is not None and row.verdict not in UNTESTED]
        higher, lower = verdicts.count(Verdict.HIGHER), verdicts.count(Verdict.LOWER)
        return self.say("said_gaps" if verdicts else "said_gaps_untested", first=first.label, other=other.label.lower(), area=widest.label,
                        gap=RATING.level(abs(gap)), higher=higher, lower=lower, total=len(verdicts),
                        undecided=len(verdicts) - higher - lower)

    def _higher(self, area: Area) -> Cell:
        """Who rates higher: by the test where there is one, else by size."""
        (first, other), row = self.bodies[:2], self.gap(area)
        if self.context.state(row) is not State.SHOWN:
            return symbol_cell(row, self.context, "estimate")
        key = _WHO[row.verdict] if row.verdict else self.by_size(row)
        return words_cell(self.say(f"gap_{key}", first=first.label, other=other.label), row, "estimate")


class GapsByPlace(OfRaters):
    """Rows are areas, columns authorities; the difference between the first two bodies of raters."""

    id = "gaps_by_place"
    marks = ("cells",)
    unit_words, base_words = "unit_gaps_by_place", "base_gaps_by_place"
    of_last_wave = shows_single_authorities = True

    def columns(self) -> Iterator[Field]:
        context = self.context
        yield self.column.label("source_area")
        for authority in (*context.cohort.authorities, "") if self.has_two_bodies else ():
            yield Toned(Column(f"gap_{authority or 'all'}", context.authority_name(authority), numeric=True),
                        lambda area, authority=authority: difference_cell(self.gap(area, authority), context, RATING),
                        lambda area, authority=authority: self.by_size(self.gap(area, authority)))

    def chart_data(self) -> ChartData:
        first, other = (body.label for body in self.bodies[:2])
        legend = {"first": self.say("heat_first", first=first), "other": self.say("heat_other", other=other),
                  "alike": self.say("heat_alike")}
        return self.grid_chart(legend=legend, words={"first": first, "other": other})


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

    def columns(self) -> Iterator[Field]:
        yield self.column.label("source_area")
        for wave in self.ends:
            yield self.rating_field(f"{wave.id}_level", wave.label, lambda rated, wave=wave: self._rating(rated.area, rated.body, wave))
        yield self.column.difference("change", self._change, RATING, self.say("steps_short"))
        if not self.context.authority:
            yield self.column.words("verdict", "verdict", lambda rated: self._verdict(self._change(rated)))

    def blocks(self) -> Iterable[Block]:
        return [Block(body.label, tuple(Rated(area.label, area, body) for area in self.areas)) for body in self.bodies]

    def sentence(self) -> str:
        """On how many lines a test finds that ratings rose or fell, of those that were tested."""
        rows = [row for block in self.blocks() for row in map(self._change, block.subjects) if self.context.state(row) is State.SHOWN]
        verdicts = [row.verdict for row in rows if row.verdict not in UNTESTED]
        up, down = verdicts.count(Verdict.ROSE), verdicts.count(Verdict.FELL)
        about = "clear" if up + down else "unclear" if verdicts else "untested" if rows else "none"
        return self.say(f"said_movement_{about}", wave=self.context.first.label, up=up, down=down, total=len(verdicts),
                        undecided=len(verdicts) - up - down)

    def _change(self, rated: Rated) -> Result | None:
        """The change of a rating from the first wave to the last."""
        code, context = rated.body.code, self.context
        return self.find(
            Quantity.CHANGE, indicator=rated.area.area, wave=context.wave.id, authority=context.authority, group=RATERS if code else "",
            level=code, contrast=Contrast.WAVE, reference=context.first.id)

    def _verdict(self, row: Result | None) -> Cell:
        """What the test says, or that there was none."""
        if row is None or (not row.verdict and row.suppression):
            return symbol_cell(row, self.context, "p_value")
        return words_cell(self.context.verdict_words(row) if row.verdict else self.say("not_tested"), row, "verdict")


class Agreement(OfRaters):
    """Rows are waves; weighted kappa of the first two bodies of raters, its interval, and the pairs of ratings behind it."""

    id = "agreement"
    unit_words, base_words = "unit_agreement", "base_agreement"

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("wave_column"), make.level("kappa", self._kappa, TWO_DIGITS),
                make.interval("kappa_interval", self._kappa, TWO_DIGITS), make.count("pairs", self._kappa, "n_eligible")]

    def blocks(self) -> Iterable[Block]:
        return (Block("", tuple(wave for wave in self.context.waves if self._kappa(wave) is not None)),)

    def _kappa(self, wave: Wave) -> Result | None:
        """The agreement at a wave; none in a report on one authority."""
        if self.context.authority or not self.has_two_bodies:
            return None
        first, other = self.bodies[:2]
        return self.find(Quantity.KAPPA, wave=wave.id, group=RATERS, level=other.code, contrast=Contrast.LEVEL, reference=first.code)
