"""A loaded dictionary: frozen records, found by id, with the nearest id named where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nbeval.dictionary.enums import FieldRole, ItemKind, OfficialRole, SourceKind, Status
from nbeval.dictionary.models import (
    HEADLINE, OF_INDICATORS, SCALE, Area, Authority, AuthorityCode, Band, Benchmark, Choice, Citation, Cohort, Column, Comparability,
    Disclosure, ExhibitRow, GroupLevel, Indicator, Instrument, Item, OfficialColumn, OfficialLabel, OfficialMeasure, OfficialSymbol,
    OfficialTable, Point, PrintedFigure, Programme, Response, Routing, Scale, SourceField, Term,
)
from nbeval.dictionary.record import Record
from nbeval.dictionary.specimen_models import Specimen, SpecimenEvidence
from nbeval.errors import ParameterError, suggestion


def find(records: Sequence[Record], attribute: str, value: str, kind: str, where: str) -> Record:
    """The first record whose ``attribute`` is ``value``; else a ParameterError that names the nearest id and the file."""
    found = next((one for one in records if getattr(one, attribute) == value), None)
    if found is None:
        raise unknown(kind, value, (getattr(one, attribute) for one in records), where)
    return found


def unknown(kind: str, value: str, known: Iterable[str], where: str) -> ParameterError:
    """The error about an id that nothing has, with the nearest that something has."""
    known = list(dict.fromkeys(known))
    return ParameterError(f"there is no {kind} '{value}'.", allowed=", ".join(known) or "none is declared", where=where,
                          do=suggestion(str(value), known))


@dataclass(frozen=True)
class LoadedInstrument:
    """An instrument with its tables: those of a survey, or of any other source, which has areas; the others are empty."""

    record: Instrument
    columns: tuple[Column, ...] = ()
    items: tuple[Item, ...] = ()
    responses: tuple[Response, ...] = ()
    routing: tuple[Routing, ...] = ()
    comparability: tuple[Comparability, ...] = ()
    fields: tuple[SourceField, ...] = ()
    areas: tuple[Area, ...] = ()
    points: tuple[Point, ...] = ()
    choices: tuple[Choice, ...] = ()
    bands: tuple[Band, ...] = ()

    @property
    def is_survey(self) -> bool:
        """Whether it has answers of people, one form for each."""
        return self.record.kind is SourceKind.SURVEY

    @property
    def versions(self) -> tuple[str, ...]:
        """The export versions, in the order of columns.csv or fields.csv."""
        return tuple(dict.fromkeys(one.version for one in self.columns or self.fields))

    def item(self, item: str) -> Item:
        """The item with this id."""
        return find(self.items, "item", item, "item", self._file("items"))

    def columns_of(self, version: str) -> tuple[Column, ...]:
        """The columns of an export version of a survey, in the order of columns.csv."""
        return self._of_version(self.columns, version, "columns")

    def fields_of(self, version: str) -> tuple[SourceField, ...]:
        """The fields of an export version of another source, in the order of fields.csv."""
        return self._of_version(self.fields, version, "fields")

    def _of_version(self, records: tuple, version: str, table: str) -> tuple:
        """Those records that are of an export version."""
        if version not in self.versions:
            raise unknown("export version", version, self.versions, self._file(table))
        return tuple(one for one in records if one.version == version)

    def _file(self, table: str) -> str:
        """The file of a table, for messages."""
        return f"instruments/{self.record.id}/{table}.csv"

    def codebook(self, item: str, version: str) -> tuple[Response, ...]:
        """The answers an item may have in an export version, by code; none where the item has no response set.

        A code that the version declares itself goes before the same code declared for all versions.
        """
        response_set = self.item(item).response_set
        answers = {one.code: one for codebook in ("", version) for one in self.responses
                   if response_set and (one.response_set, one.codebook) == (response_set, codebook)}
        return tuple(answers[code] for code in sorted(answers))

    def area(self, area: str) -> Area:
        """The area with this id."""
        return find(self.areas, "area", area, "area", self._file("areas"))

    def chosen(self, choices: str) -> tuple[Choice, ...]:
        """The choices of a set, in the order of choices.csv."""
        return tuple(one for one in self.choices if one.choices == choices)

    def chosen_by(self, role: FieldRole) -> tuple[Choice, ...]:
        """The choices that fields of a role are of; none where no field has the role."""
        return self.chosen(next((field.choices for field in self.fields if field.role is role), ""))

    def choice(self, choices: str, code: str) -> Choice:
        """The choice of a set with this code."""
        return find(self.chosen(choices), "code", code, f"choice of '{choices}'", self._file("choices"))

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest step of the scale of ratings."""
        steps = [float(one.code) for one in self.chosen(SCALE)]
        return min(steps), max(steps)

    def band(self, mean: float) -> Band | None:
        """The band that a mean rating falls in, before it is rounded for print; None where no bands are declared."""
        reached = [one for one in sorted(self.bands, key=lambda one: one.lowest) if mean >= one.lowest - 1e-9]
        return reached[-1] if reached else None

    def named(self, names: Iterable[str]) -> tuple[Area, ...]:
        """The areas that an exhibit names as ``area:<id>``, ``part:<id>`` or ``source:<id>`` (all of them), in the order of areas.csv."""
        named = [name.partition(":")[::2] for name in names]
        every = any(kind == "source" for kind, _ in named)
        return tuple(one for one in self.areas if every or ("area", one.area) in named or ("part", one.part) in named)


@dataclass(frozen=True)
class Official:
    """Tables of statistical offices: columns, labels, measures and symbols, as declared in official/."""

    tables: tuple[OfficialTable, ...] = ()
    columns: tuple[OfficialColumn, ...] = ()
    labels: tuple[OfficialLabel, ...] = ()
    measures: tuple[OfficialMeasure, ...] = ()
    symbols: tuple[OfficialSymbol, ...] = ()

    def columns_of(self, table: str) -> dict[str, OfficialRole]:
        """The role of every header of a table."""
        return {one.header: one.role for one in self.columns if one.table == table}

    def meanings(self, table: str, role: OfficialRole) -> dict[str, str]:
        """What the labels of a table's column mean."""
        return {one.label: one.meaning for one in self.labels if (one.table, one.role) == (table, role)}

    def measures_of(self, table: OfficialTable) -> tuple[OfficialMeasure, ...]:
        """The measures that a table has: its labels or, where no column says so, the table itself name them."""
        breakdowns, ages = (
            {given} if given else set(self.meanings(table.table, role).values())
            for given, role in ((table.breakdown, OfficialRole.BREAKDOWN), (table.age, OfficialRole.AGE))
        )
        return tuple(one for one in self.measures if one.breakdown in breakdowns and one.age in ages)


def last_day(year: int) -> date:
    """The last day of the year that a figure is of."""
    return date(year, 3, 31)


class Unconfirmed(NamedTuple):
    """An entry of the dictionary that could not be confirmed."""

    kind: str
    id: str
    label: str
    note: str


@dataclass(frozen=True, eq=False)
class Dictionary:
    """A programme: everything nbeval knows that is not code. Made by ``load``; nothing in it changes."""

    programme: Programme
    cohorts: tuple[Cohort, ...]
    authorities: tuple[Authority, ...]
    codes: tuple[AuthorityCode, ...]
    instruments: tuple[LoadedInstrument, ...]
    scales: tuple[Scale, ...]
    indicators: tuple[Indicator, ...]
    groups: Mapping[str, tuple[GroupLevel, ...]]
    benchmarks: tuple[Benchmark, ...]
    exhibits: tuple[ExhibitRow, ...]
    disclosure: Disclosure
    glossary: tuple[Term, ...]
    sources: tuple[Citation, ...]
    folder: Path
    digest: str                          # sha256 of the names and bytes of all files but README.md
    specimen: Specimen | None = None     # what invented answers are drawn from
    figures: tuple[PrintedFigure, ...] = ()      # printed elsewhere
    evidence: tuple[LoadedInstrument, ...] = ()    # instruments that are no survey
    official: Official = Official()      # tables of statistical offices, and how they are read
    specimen_evidence: SpecimenEvidence | None = None

    @cached_property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Lowest and highest code of every closed item, as declared: of its numbers or its answers."""
        found = {}
        for one, item in ((one, item) for one in self.instruments for item in one.items):
            codes = [answer.code for answer in one.responses if answer.response_set == item.response_set and answer.missing is None]
            if item.lowest is not None and item.highest is not None:
                found[item.item] = (item.lowest, item.highest)
            elif item.response_set and codes:
                found[item.item] = (float(min(codes)), float(max(codes)))
            elif item.kind is ItemKind.OPTION and not item.response_set:
                found[item.item] = (0.0, 1.0)
        return found

    def cohort(self, cohort: str) -> Cohort:
        """The cohort with this id."""
        return find(self.cohorts, "id", cohort, "cohort", "cohorts/")

    def authority(self, authority: str) -> Authority:
        """The authority with this id."""
        return find(self.authorities, "authority", authority, "authority", "authorities.csv")

    def instrument(self, instrument: str) -> LoadedInstrument:
        """The instrument with this id, a survey or another one."""
        every = {one.record.id: one for one in (*self.instruments, *self.evidence)}
        if instrument not in every:
            raise unknown("instrument", instrument, every, "instruments/")
        return every[instrument]

    def scale(self, scale: str) -> Scale:
        """The scale with this id."""
        return find(self.scales, "id", scale, "scale", "scales/")

    def indicator(self, indicator: str) -> Indicator:
        """The indicator with this id."""
        return find(self.indicators, "indicator", indicator, "indicator", "indicators.csv")

    def group(self, group: str) -> tuple[GroupLevel, ...]:
        """The levels of the group with this id."""
        if group not in self.groups:
            raise unknown("group", group, self.groups, "groups.csv")
        return self.groups[group]

    def benchmark(self, benchmark: str) -> Benchmark:
        """The benchmark with this id."""
        return find(self.benchmarks, "benchmark", benchmark, "benchmark", "benchmarks.csv")

    def exhibit(self, exhibit: str) -> ExhibitRow:
        """The exhibit with this id."""
        return find(self.exhibits, "exhibit", exhibit, "exhibit", "exhibits.csv")

    def citation(self, source: str) -> Citation:
        """The source with this key."""
        return find(self.sources, "source", source, "source", "sources.csv")

    def code_on(self, authority: str, system: str, day: date) -> str | None:
        """The official code of an authority on a day; None where no code was in force."""
        self.authority(authority)
        return next((one.code for one in self.codes if (one.authority, one.system) == (authority, system)
                     and (one.valid_from or date.min) <= day <= (one.valid_to or date.max)), None)

    def indicators_named(self, names: Iterable[str]) -> tuple[Indicator, ...]:
        """The indicators an exhibit shows, in the order of the names, then of indicators.csv, each once.

        ``names`` are ids of indicators, or ``domain:<id>``, ``family:<id>``, ``distribution:<id>``, ``headline``. Names of
        areas (``area:<id>``, ``part:<id>``, ``source:<id>``) are left out; a name that nothing has is a ParameterError.
        """
        found: dict[str, Indicator] = {}
        for name in names:
            way, together, value = name.partition(":")
            if name == HEADLINE:
                chosen = [one for one in self.indicators if one.headline]
            elif together:
                chosen = [one for one in self.indicators if way in OF_INDICATORS and getattr(one, way) == value]
            else:
                chosen = [self.indicator(name)]
            found.update({one.indicator: one for one in chosen})
        return tuple(found.values())

    def unconfirmed(self) -> list[Unconfirmed]:
        """Every entry that is marked unconfirmed, in the order of the files."""
        kinds: list[tuple[str, Iterable[Record]]] = [
            ("domain", self.programme.domains), ("outcome", self.programme.outcomes), ("cohort", self.cohorts),
            ("authority", self.authorities)]
        for one in self.cohorts:
            kinds += [(f"wave of {one.id}", one.waves), (f"source of {one.id}", one.sources)]
        for loaded in self.instruments:
            kinds += [("instrument", [loaded.record]), ("item", loaded.items), ("answer", loaded.responses), ("routing", loaded.routing)]
        kinds += [(f"field of {tool.record.id}", tool.fields) for tool in self.evidence]
        kinds += [("scale", self.scales), ("indicator", self.indicators), *(("group", levels) for levels in self.groups.values()),
                  ("benchmark", self.benchmarks), ("official symbol", self.official.symbols)]
        return [_unconfirmed(kind, one) for kind, records in kinds for one in records if one.status is Status.UNCONFIRMED]


#: the fields that tell entries of a kind apart, where the first field alone does not
_APART = {GroupLevel: ("group", "level"), SourceField: ("version", "header"), Response: ("response_set", "code")}


def _unconfirmed(kind: str, record: Record) -> Unconfirmed:
    """One line about an unconfirmed record."""
    fields = _APART.get(type(record)) or (next(iter(type(record).model_fields)),)
    label = getattr(record, "label", "") or getattr(record, "name", "")
    return Unconfirmed(kind, ": ".join(str(getattr(record, name)) for name in fields), str(label), str(getattr(record, "note", "")))
