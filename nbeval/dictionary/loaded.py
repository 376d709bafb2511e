"""A loaded dictionary: frozen records, found by id, with the nearest id named where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nbeval.dictionary.loaded_evidence import OF_AREAS, OF_OFFICIAL, LoadedEvidence
from nbeval.dictionary.lookup import find, unknown
from nbeval.dictionary.official import Official
from nbeval.dictionary.records import (
    Authority, AuthorityCode, Benchmark, Citation, Cohort, Column, Comparability, Disclosure, ExhibitRow, GroupLevel,
    Indicator, Instrument, Item, ItemKind, PrintedFigure, Programme, Record, Response, Routing, Scale, Status, Term,
)
from nbeval.dictionary.records_evidence import SourceField
from nbeval.dictionary.records_specimen import Specimen
from nbeval.dictionary.records_specimen_evidence import SpecimenEvidence


class Unconfirmed(NamedTuple):
    """An entry of the dictionary that could not be confirmed."""

    kind: str
    id: str
    label: str
    note: str


@dataclass(frozen=True)
class LoadedInstrument:
    """An instrument with its columns, items, answers, routing and comparability notes."""

    record: Instrument
    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    responses: tuple[Response, ...]
    routing: tuple[Routing, ...] = ()
    comparability: tuple[Comparability, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The export versions, in the order of columns.csv."""
        return tuple(dict.fromkeys(column.version for column in self.columns))

    def item(self, item: str) -> Item:
        """The item with this id."""
        return find(self.items, "item", item, "item", f"instruments/{self.record.id}/items.csv")

    def columns_of(self, version: str) -> tuple[Column, ...]:
        """The columns of an export version, in the order of columns.csv."""
        if version not in self.versions:
            raise unknown("export version", version, self.versions, f"instruments/{self.record.id}/columns.csv")
        return tuple(column for column in self.columns if column.version == version)

    def codebook(self, item: str, version: str) -> tuple[Response, ...]:
        """The answers an item may hold in a codebook version, by code.

        Parameters
        ----------
        item : str
            Id of an item of this instrument.
        version : str
            Codebook version, which is the export version.

        Returns
        -------
        tuple of Response
            Answers declared for this version, and those declared for all versions whose code the
            version does not declare itself. Empty where the item has no response set.

        Raises
        ------
        ParameterError
            The instrument has no such item.
        """
        response_set = self.item(item).response_set
        answers = {}
        for wanted in ("", version):
            for response in self.responses:
                if response.response_set == response_set and response.codebook == wanted and response_set:
                    answers[response.code] = response
        return tuple(answers[code] for code in sorted(answers))


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
    digest: str                          # sha256 of the names and bytes of all files
    specimen: Specimen | None = None     # what invented answers are drawn from
    figures: tuple[PrintedFigure, ...] = ()      # that stand in print
    evidence: tuple[LoadedEvidence, ...] = ()    # instruments that are no survey
    official: Official = Official()      # tables of statistical offices, and how they are read
    specimen_evidence: SpecimenEvidence | None = None

    @cached_property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Lowest and highest code of every closed item, as declared: of its numbers or its answers."""
        found = {}
        for one in self.instruments:
            for item in one.items:
                if item.lowest is not None and item.highest is not None:
                    found[item.item] = (item.lowest, item.highest)
                elif item.response_set:
                    codes = [
                        answer.code for answer in one.responses
                        if answer.response_set == item.response_set and answer.missing is None
                    ]
                    if codes:
                        found[item.item] = (float(min(codes)), float(max(codes)))
                elif item.kind is ItemKind.OPTION:
                    found[item.item] = (0.0, 1.0)
        return found

    def cohort(self, cohort: str) -> Cohort:
        """The cohort with this id."""
        return find(self.cohorts, "id", cohort, "cohort", "cohorts/")

    def authority(self, authority: str) -> Authority:
        """The authority with this id."""
        return find(self.authorities, "authority", authority, "authority", "authorities.csv")

    def instrument(self, instrument: str) -> LoadedInstrument | LoadedEvidence:
        """The instrument with this id, a survey or another one."""
        every = (*self.instruments, *self.evidence)
        for loaded in every:
            if loaded.record.id == instrument:
                return loaded
        raise unknown("instrument", instrument, (one.record.id for one in every), "instruments/")

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
        for code in self.codes:
            in_force = (code.valid_from or date.min) <= day <= (code.valid_to or date.max)
            if (code.authority, code.system) == (authority, system) and in_force:
                return code.code
        return None

    def indicators_named(self, names: Iterable[str]) -> tuple[Indicator, ...]:
        """The indicators an exhibit shows.

        Parameters
        ----------
        names : ids of indicators, or ``domain:<id>``, ``family:<id>``, ``distribution:<id>``, ``headline``;
            names of areas (``area:<id>``, ``part:<id>``, ``source:<id>``) are of no indicator and left out

        Returns
        -------
        tuple of Indicator
            In the order of the names, then of indicators.csv, each once.

        Raises
        ------
        ParameterError
            A name is that of nothing.
        """
        found: dict[str, Indicator] = {}
        for name in names:
            attribute, _, wanted = name.partition(":")
            if wanted and attribute in (*OF_AREAS, OF_OFFICIAL):
                continue
            if name == "headline":
                chosen = [one for one in self.indicators if one.headline]
            elif wanted:
                chosen = [one for one in self.indicators if getattr(one, attribute, None) == wanted]
            else:
                chosen = [self.indicator(name)]
            found.update({one.indicator: one for one in chosen})
        return tuple(found.values())

    def unconfirmed(self) -> list[Unconfirmed]:
        """Every entry that is marked unconfirmed, in the order of the files."""
        records: list[tuple[str, Record]] = []
        for kind, holders in (("domain", self.programme.domains), ("outcome", self.programme.outcomes),
                              ("cohort", self.cohorts), ("authority", self.authorities)):
            records += [(kind, record) for record in holders]
        for cohort in self.cohorts:
            records += [(f"wave of {cohort.id}", wave) for wave in cohort.waves]
            records += [(f"source of {cohort.id}", source) for source in cohort.sources]
        for loaded in self.instruments:
            records += [("instrument", loaded.record), *(("item", one) for one in loaded.items)]
            records += [("answer", one) for one in loaded.responses] + [("routing", one) for one in loaded.routing]
        for tool in self.evidence:
            records += [(f"field of {tool.record.id}", one) for one in tool.fields]
        records += [("scale", one) for one in self.scales] + [("indicator", one) for one in self.indicators]
        records += [("group", level) for levels in self.groups.values() for level in levels]
        records += [("benchmark", one) for one in self.benchmarks]
        records += [("official symbol", one) for one in self.official.symbols]
        return [_unconfirmed(kind, one) for kind, one in records if one.status is Status.UNCONFIRMED]


def _unconfirmed(kind: str, record: Record) -> Unconfirmed:
    """One line about an unconfirmed record: its id is its first field."""
    identifier = str(getattr(record, next(iter(type(record).model_fields))))
    if isinstance(record, GroupLevel):
        identifier = f"{record.group}: {record.level}"
    elif isinstance(record, SourceField):
        identifier = f"{record.version}: {record.header}"
    elif isinstance(record, Response):
        identifier = f"{record.response_set}: {record.code}"
    label = getattr(record, "label", "") or getattr(record, "name", "")
    return Unconfirmed(kind, identifier, str(label), str(getattr(record, "note", "")))
