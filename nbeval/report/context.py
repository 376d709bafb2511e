"""What every table, figure and sentence of one report may ask about: labels, waves, words, numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from nbeval.dictionary.comparability import Comparisons
from nbeval.dictionary.enums import Design, Match, Measure, ReportForm, SourceKind, Symbol
from nbeval.dictionary.models import Benchmark, Cohort, ExhibitRow, Indicator, ReportKind, Wave
from nbeval.deviations import ChangedDeclaration, PlanCheck
from nbeval.frames import MISSING_COLUMNS, UNCLEAR, Contrast, Quantity, Size
from nbeval.left_out import LeftOutSource
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results, State, is_missing
from nbeval.words import Words

_COUNTS = ("n_valid", "n_reference", "n_eligible", *MISSING_COLUMNS)


@dataclass(frozen=True, eq=False)
class Context:
    """One report: its declarations, its results, and the language it is written in.

    ``authority`` is empty in a report on the whole cohort.
    """

    dictionary: Any
    cohort: Cohort
    kind: ReportKind
    authority: str
    results: Results
    words: Words
    quotes: pd.DataFrame | None = None    # one row per quote that may be printed
    plan: PlanCheck | None = None         # the analysis plan that was registered, and what departs from it
    changed: tuple[ChangedDeclaration, ...] = ()    # declared otherwise than in a signed release
    left_out: tuple[LeftOutSource, ...] = ()        # whose entries in a source that is no survey could not be used

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        """The waves of this report: the first alone in a report of the first wave, else all."""
        return self.cohort.waves[:1] if self.kind.wave == "first" else self.cohort.waves

    @property
    def conf_level(self) -> float:
        """The confidence level of the programme's intervals."""
        return self.dictionary.programme.conf_level

    @property
    def wave(self) -> Wave | None:
        """The wave that levels are read at: the latest of the report."""
        return self.waves[-1] if self.waves else None

    @property
    def first(self) -> Wave | None:
        """The wave that change is counted from."""
        return self.waves[0] if self.waves else None

    @cached_property
    def contrasts(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """By indicator: the pairs of waves of the report, later and earlier, between which its change is counted."""
        order = {wave.id: place for place, wave in enumerate(self.waves)}
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self.results.rows:
            if row.quantity == Quantity.CHANGE and row.contrast == Contrast.WAVE and row.indicator and {row.wave, row.reference} <= set(order):
                found.setdefault(row.indicator, set()).add((row.wave, row.reference))
        return {name: tuple(sorted(pairs, key=lambda pair: (-order[pair[0]], order[pair[1]]))) for name, pairs in found.items()}

    def first_of(self, indicator: str) -> Wave | None:
        """The wave that the change of an indicator up to the last wave is counted from: the first that asked it."""
        known = {wave.id: wave for wave in self.waves}
        earlier = (reference for wave, reference in self.contrasts.get(indicator, ()) if wave == self.wave.id)
        return known.get(next(earlier, ""), self.first)

    @property
    def shows_change(self) -> bool:
        """Whether the report has two waves to compare."""
        return len(self.waves) > 1

    @property
    def main_weighted(self) -> bool:
        """Whether the report's main figures are weighted."""
        return self.cohort.main_figures == "weighted"

    @property
    def raked(self) -> bool:
        """Whether weights were made to match known numbers of people."""
        return self.cohort.weighting is not None and bool(self.cohort.weighting.margins)

    @property
    def linked(self) -> bool:
        """Whether change is that of people who answered at both waves, and levels are of all who answered at each."""
        return self.shows_change and self.cohort.design is Design.MATCHED

    def say(self, sentence: str, **fields: object) -> str:
        """Fill a sentence."""
        people, area = self.dictionary.programme.people, self.dictionary.programme.area
        known = {
            "people": people.many, "person": people.one, "area": area.one, "areas": area.many,
            "People": _capital(people.many), "Area": _capital(area.one), "Areas": _capital(area.many),
            "cohort": self.cohort.label, "programme": self.dictionary.programme.name,
        }
        return self.words.say(sentence, **{**known, **fields})

    def title(self, template: str) -> str:
        """A title of the dictionary with its fields filled."""
        programme = self.dictionary.programme
        fields = {
            "cohort": self.cohort.label, "authority": self.authority_name(self.authority), "wave": self.wave.label if self.wave else "",
            "people": programme.people.many, "area": programme.area.one, "areas": programme.area.many, "programme": programme.name,
        }
        return template.format(**fields)

    def exhibit_title(self, spec: ExhibitRow) -> str:
        """The title of an exhibit."""
        return self.title(spec.title)

    def benchmark_label(self, one: Benchmark) -> str:
        """A body of published figures with its year."""
        return self.say("benchmark_dated", benchmark=one.label, year=one.year)

    def authority_name(self, authority: str) -> str:
        """The name of an authority, or the words for all of them."""
        return self.dictionary.authority(authority).name if authority else self.say("all")

    def level_label(self, group: str, level: str) -> str:
        """The label of one level of a group; ``authority`` levels are names of authorities."""
        return next((known.level_label for known in self.dictionary.groups.get(group, ()) if known.level == level), level)

    @property
    def plain(self) -> bool:
        """Whether the report is for readers who want plain words and small tables."""
        return self.kind.form is ReportForm.PLAIN

    def label(self, one: Indicator) -> str:
        """What a measure is called in this report."""
        return one.plain if self.plain and one.plain else one.label

    def question(self, source: str, indicator: Indicator) -> str:
        """What an indicator is about: the label of its item or scale."""
        return self.dictionary.scale(indicator.scale).label if indicator.scale else self.item_label(source, indicator.item)

    def item_label(self, source: str, item: str) -> str:
        """The label of an item of a source's instrument."""
        instruments = (self.dictionary.instrument(used.instrument) for used in self.cohort.sources if used.id == source)
        return next((instrument.item(item).label for instrument in instruments), item)

    def indicator_label(self, name: str) -> str:
        """The label of an indicator, or of the scale with this id."""
        known = {one.indicator: self.label(one) for one in self.dictionary.indicators}
        scales = {one.id: one.label for one in self.dictionary.scales}
        areas = {area.area: area.label for one in self.dictionary.evidence for area in one.areas}
        return known.get(name) or scales.get(name) or areas.get(name) or name

    def group_label(self, group: str) -> str:
        """The label of a group."""
        known = self.dictionary.groups.get(group, ())
        return known[0].label if known else group

    def quantity(self, indicator: Indicator) -> Quantity:
        """What a level of this indicator is: a percentage or a mean."""
        return Quantity.PERCENT if indicator.measure is Measure.PERCENT else Quantity.MEAN

    def format(self, indicator: Indicator, *, mixed: bool = False) -> NumberFormat:
        """How this indicator's numbers are written."""
        return NumberFormat(indicator.decimals, indicator.measure is Measure.PERCENT, mixed)

    def symbol(self, name: Symbol) -> str:
        """What is printed for a symbol."""
        return self.dictionary.disclosure.symbols[name]

    def legend(self, symbols: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Symbols with their meanings, in the declared order."""
        rules = self.dictionary.disclosure
        return tuple((symbol, rules.symbol_meanings.get(name, name)) for name, symbol in rules.symbols.items() if symbol in symbols)

    @cached_property
    def _reasons(self) -> dict[str, Symbol]:
        """What each symbol in the column ``suppression`` of results stands for."""
        return {printed: Symbol(name) for name, printed in self.dictionary.disclosure.symbols.items()}

    @cached_property
    def _comparisons(self) -> dict[str, Comparisons]:
        """The versions of the files of each source."""
        surveys = {one.record.id for one in self.dictionary.instruments}
        return {one.id: Comparisons(one, self.cohort, self.dictionary) for one in self.cohort.sources if one.instrument in surveys}

    def comparability_notes(self, row: Result) -> tuple[str, ...]:
        """What is declared of the versions of a question whose waves a result compares: nothing where they are the same."""
        known = self._comparisons.get(row.source)
        if known is None or row.contrast != Contrast.WAVE or not row.indicator:
            return ()
        items, waves = (*known.items_of(row.indicator), *known.items_of_group(row.group)), (row.reference, row.wave)
        notes = known.notes(items, waves, row.authority)
        if known.match(items, waves, row.authority) is Match.DIFFERS and not notes:
            return (self.say("comparability_undeclared"),)
        return notes

    def verdict_words(self, row: Result) -> str:
        """The words of the verdict of a result, and of its size where that says more."""
        words = self.words.get(row.verdict, row.verdict)
        if not row.size or (row.size is Size.UNCERTAIN and row.verdict in UNCLEAR):
            return words
        return self.say("verdict_sized", verdict=words, size=self.words.get(row.size, row.size))

    def size_sentence(self, row: Result) -> str:
        """What the interval of a change says of its size, with the smallest that is declared meaningful; empty where that adds nothing."""
        if not row.size or (row.size is Size.UNCERTAIN and row.verdict in UNCLEAR):
            return ""
        return self.say(f"finding_size_{row.size.name.lower()}", smallest=self.smallest_meaningful(self.measure_of(row)))

    def measure_of(self, row: Result) -> Measure:
        """What a change is measured in; one of no indicator is a mean of changes of percentages."""
        return next((one.measure for one in self.dictionary.indicators if one.indicator == row.indicator), Measure.PERCENT)

    def smallest_meaningful(self, measure: Measure) -> str:
        """The smallest change of a measure that is declared meaningful, with its unit."""
        least = self.dictionary.programme.smallest_meaningful_change[measure]
        one, several = ("point", "points") if measure is Measure.PERCENT else ("scale_point", "scale_points")
        return self.say(one if least == 1 else several, number=f"{least:g}")

    def state(self, row: Result | None, field: str = "estimate") -> State:
        """What a reader gets of one field of a result; a count that is gone from a row with an estimate was withheld."""
        if row is None:
            return State.ABSENT
        if not is_missing(getattr(row, field)):
            return State.SHOWN
        if row.suppression:
            return State.NOT_ESTIMABLE if self._reasons.get(row.suppression) is Symbol.NOT_AVAILABLE else State.WITHHELD
        return State.WITHHELD if field in _COUNTS and not is_missing(row.estimate) else State.NOT_ESTIMABLE

    def not_asked_at(self, indicator: Indicator, source: str, authority: str = "") -> tuple[Wave, ...]:
        """The waves of the report at which a question was not asked, here or anywhere."""
        rows = {wave: self.results.find(source, self.quantity(indicator), indicator=indicator.indicator, wave=wave.id, authority=authority)
                for wave in self.waves}
        return tuple(wave for wave, row in rows.items() if row is not None and row.is_not_asked)

    def wave_line(self, wave: Wave) -> str:
        """A wave with the days of its fieldwork."""
        if self.cohort.made_from is SourceKind.PUBLISHED:
            return wave.label
        if wave.fieldwork_start is None or wave.fieldwork_end is None:
            return self.say("wave_undated", wave=wave.label)
        return self.say("wave_dates", wave=wave.label, start=self.day(wave.fieldwork_start), end=self.day(wave.fieldwork_end))

    def day(self, when: date, *, short: bool = False) -> str:
        """A date as readers write it; ``short`` as a narrow column needs it: ``12 May 2020``."""
        return self.words.day(when, short=short)

    def source_label(self, source: str) -> str:
        """The name of a source of the cohort."""
        return next((one.label for one in self.cohort.sources if one.id == source), source)

    def symbol_of(self, row: Result | None, field: str = "estimate") -> str:
        """The symbol of a field of a result that has no number to show."""
        return self.symbol(Symbol.WITHHELD if self.state(row, field) is State.WITHHELD else Symbol.NOT_AVAILABLE)

    @cached_property
    def interval_level(self) -> str:
        """The confidence level as readers write it: ``95%``."""
        return f"{self.conf_level * 100:g}%"


def _capital(text: str) -> str:
    """A text with a capital at its start, the rest as it is."""
    return text[:1].upper() + text[1:]
