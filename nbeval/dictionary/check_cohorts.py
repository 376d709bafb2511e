"""Checks of cohorts and authorities: waves, files, counts, and official codes in time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from nbeval.dictionary.check_instruments import columns_by_version
from nbeval.dictionary.contents import Contents, InstrumentFiles
from nbeval.dictionary.enums import FieldRole, Role, SourceKind
from nbeval.dictionary.files import Place, Placed
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.models import AuthorityCode, Cohort, Source

AUTHORITY = "{authority}"
_WHEN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def check_authorities(contents: Contents, known: Known) -> None:
    """Official codes belong to known authorities and follow one another in time."""
    by_system: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for code, place in contents.rows("authority_codes.csv"):
        known.refer(place, "authority", "authority", code.authority)
        if _from(code) > _to(code):
            known.faults.add(place, "valid_to", "is before valid_from", "put the two dates in order")
        by_system[code.authority, code.system].append(Placed(code, place))
    for placed in by_system.values():
        placed.sort(key=lambda one: _from(one.record))
        for (earlier, _), (later, place) in zip(placed, placed[1:], strict=False):
            if _from(later) <= _to(earlier):
                known.faults.add(place, "valid_from", f"two codes of '{later.authority}' on the system "
                                 f"'{later.system}' are in force on one day", "end the earlier code the day before")


def _from(code: AuthorityCode) -> date:
    """The first day of a code."""
    return code.valid_from or date.min


def _to(code: AuthorityCode) -> date:
    """The last day of a code."""
    return code.valid_to or date.max


def check_cohorts(contents: Contents, known: Known) -> None:
    """Check every cohort."""
    for cohort, place in contents.cohorts:
        _check_members(cohort, place, known)
        _check_waves(cohort, place, known)
        _check_files(cohort, place, contents, known)
        _check_counts(cohort, place, known)
        for name in ("groups", "adjust_for"):
            known.refer_all(place, name, "group", getattr(cohort, name))
        for number, study in enumerate(cohort.drivers, 1):
            where = place.inside(f"drivers, entry {number}")
            known.refer(where, "outcome", "indicator", study.outcome)
            factors = (*known.ids["group"], *known.ids["indicator"])
            _within(known, where, "factors", "group or indicator", study.factors, factors)
        if cohort.weighting:
            known.refer_all(place.inside("weighting"), "margins", "group",
                            (one for one in cohort.weighting.margins if one != "authority"))


def _check_members(cohort: Cohort, place: Place, known: Known) -> None:
    """Authorities exist, stand once, and are invented exactly where the cohort is."""
    for authority in cohort.authorities:
        if not known.refer(place, "authorities", "authority", authority):
            continue
        if known.ids["authority"][authority].invented != cohort.invented:
            kinds = ("invented", "real") if cohort.invented else ("real", "invented")
            known.faults.add(place, "authorities", f"an {kinds[0]} cohort has the {kinds[1]} authority '{authority}'"
                             if cohort.invented else f"a real cohort has the invented authority '{authority}'",
                             f"use {kinds[0]} authorities only")
    if len(set(cohort.authorities)) < len(cohort.authorities):
        known.faults.add(place, "authorities", "an authority stands twice", "name each authority once")
    for cluster, members in cohort.clusters.items():
        _within(known, place.inside("clusters"), cluster, "authority of the cohort", members, cohort.authorities)


def _check_waves(cohort: Cohort, place: Place, known: Known) -> None:
    """Waves stand in the order of time, each ending after it began."""
    entries = [Placed(wave, place.inside(f"waves, entry {number}")) for number, wave in enumerate(cohort.waves, 1)]
    unique(known.faults, entries, lambda one: one.id, "this wave", "id")
    earlier: date | None = None
    for wave, where in entries:
        start, end = wave.fieldwork_start, wave.fieldwork_end
        if start and end and start > end:
            known.faults.add(where, "fieldwork_end", "is before fieldwork_start", "put the two dates in order")
        if start and earlier and start < earlier:
            known.faults.add(where, "fieldwork_start", "is before that of the wave above", "put the waves in order")
        earlier = start or earlier
    for name in ("starts", "ends"):
        if not _WHEN.fullmatch(getattr(cohort, name) or "2000"):
            known.faults.add(place, name, f"'{getattr(cohort, name)}' is not a year, a month or a day",
                             "write it as 2020, 2020-03 or 2020-03-31")
    if cohort.ends and cohort.starts > cohort.ends:
        known.faults.add(place, "ends", "is before starts", "put the two in order")
    for number, note in enumerate(cohort.notes, 1):
        _within(known, place.inside(f"notes, entry {number}"), "waves", "wave of the cohort", note.waves, _ids(cohort))


#: roles that say of which authority a row is, or that it is of none
_NO_PLACE = (FieldRole.AUTHORITY, FieldRole.QUOTE, FieldRole.NAME)


def _check_files(cohort: Cohort, place: Place, contents: Contents, known: Known) -> None:
    """Sources name instruments; their files name waves, export versions and authorities that exist."""
    unique(known.faults, [Placed(one, place.inside(f"sources, entry {number}"))
                          for number, one in enumerate(cohort.sources, 1)], lambda one: one.id, "this source", "id")
    tells = {files.folder.split("/")[-1] for files in contents.instruments
             if any(column.role is Role.AUTHORITY for column, _ in files.rows("columns.csv"))}
    tells |= {files.folder.split("/")[-1] for files in contents.evidence
              if any(field.role in _NO_PLACE or field.area for field, _ in files.rows("fields.csv"))}
    tells |= {record.id for files in contents.evidence for record, _ in files.record if record.kind == SourceKind.OFFICIAL}
    for number, source in enumerate(cohort.sources, 1):
        where = place.inside(f"sources, entry {number}")
        if not known.refer(where, "instrument", "instrument", source.instrument):
            continue
        _check_returns(cohort, source, where, known)
        versions = known.versions.get(source.instrument, set())
        for count, files in enumerate(source.files, 1):
            spot = where.inside(f"files, entry {count}")
            for instrument in contents.instruments:
                if instrument.folder.endswith(f"/{source.instrument}"):
                    _check_groups_asked(cohort, files.version, spot, instrument, known)
            _within(known, spot, "wave", "wave of the cohort", filter(None, [files.wave]), _ids(cohort))
            _within(known, spot, "version", "export version", [files.version], versions)
            for name in ("authorities", "not_expected"):
                _within(known, spot, name, "authority of the cohort", getattr(files, name), cohort.authorities)
            told = AUTHORITY in files.pattern or len(files.authorities) == 1 or source.instrument in tells
            if len(cohort.authorities) > 1 and not told:
                known.faults.add(spot, "pattern", "does not say which authority a file is of", f"write {AUTHORITY} "
                                 "in it, name the one authority, or declare a column of role authority")
            if files.header_rows < 1:
                known.faults.add(spot, "header_rows", "is less than 1", "count the header rows of the export")


def _check_returns(cohort: Cohort, source: Source, place: Place, known: Known) -> None:
    """Where files are those of some authorities only, every authority has one at every wave, or is not expected."""
    for wave in dict.fromkeys(files.wave for files in source.files if files.authorities):
        declared = [files for files in source.files if files.wave == wave]
        named = {one for files in declared for one in (*files.returned_by(cohort.authorities), *files.not_expected)}
        for authority in cohort.authorities:
            if authority not in named:
                known.faults.add(place, "files", f"no file at wave '{wave}' is of authority '{authority}'",
                                 "name it under authorities or under not_expected")
        paths = [files.pattern.replace(AUTHORITY, one) for files in declared for one in files.returned_by(cohort.authorities)
                 if AUTHORITY in files.pattern]
        for path in sorted({one for one in paths if paths.count(one) > 1}):
            known.faults.add(place, "files", f"'{path}' would be read twice", "name each authority once for each file")


def _check_groups_asked(cohort: Cohort, version: str, place: Place, files: InstrumentFiles, known: Known) -> None:
    """Groups that results are broken down by are asked in every export version of their instrument."""
    items = {known.ids["group"][group].item for group in (*cohort.groups, *cohort.adjust_for)
             if group in known.ids["group"]}
    held = columns_by_version(files)
    if version in held:
        asked = {record.item for record, _ in files.rows("items.csv")} & items
        for item in sorted(asked - held[version]):
            known.faults.add(place, "version", f"export version '{version}' has no column of item '{item}', which a "
                             "group of the cohort needs", "add the column to columns.csv, or leave out the group")


def _check_counts(cohort: Cohort, place: Place, known: Known) -> None:
    """Populations are counts of authorities, waves, groups and levels that exist, each given once."""
    eligible = [Placed(one, place.inside(f"eligible, entry {number}")) for number, one in enumerate(cohort.eligible, 1)]
    unique(known.faults, eligible, lambda one: (one.authority, one.wave), "this count", "authority")
    margins = [Placed(one, place.inside(f"margins, entry {number}")) for number, one in enumerate(cohort.margins, 1)]
    unique(known.faults, margins, lambda one: (one.wave, one.authority, one.group, one.level), "this count", "level")
    for one, where in (*eligible, *margins):
        _within(known, where, "wave", "wave of the cohort", [one.wave], _ids(cohort))
        _within(known, where, "authority", "authority of the cohort", filter(None, [one.authority]), cohort.authorities)
        if one.count < 0:
            known.faults.add(where, "count", "is less than 0", "write the number of people")
    for one, where in margins:
        if one.group != "authority" and known.refer(where, "group", "group", one.group):
            _within(known, where, "level", f"level of '{one.group}'", [one.level], known.levels[one.group])


def _ids(cohort: Cohort) -> list[str]:
    """The ids of a cohort's waves."""
    return [wave.id for wave in cohort.waves]


def _within(
    known: Known, place: Place, name: str, kind: str, values: Iterable[str], allowed: Iterable[str],
) -> None:
    """Hold that every value is among those allowed."""
    for value in values:
        if value not in set(allowed) and value not in known.broken:
            known.faults.unknown(place, name, kind, value, allowed)
