"""The rules that take several records: codings use codes that exist, exports hold what is asked, periods do not overlap."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from nbeval.dictionary.codes import matcher, normalise
from nbeval.dictionary.enums import FieldRole, ItemKind, Measure, OfficialRole, Role, SourceKind
from nbeval.dictionary.files import Contents, Faults, Place, Placed, parts
from nbeval.dictionary.models import (
    AUTHORITY, HEADLINE, LABELLED, SCALE, Area, AuthorityCode, Band, Choice, Cohort, Column, ExhibitRow, GroupLevel, Indicator,
    Instrument, Item, OfficialColumn, OfficialLabel, OfficialMeasure, OfficialTable, Response, Routing, Scale, SourceField, SourceFiles,
)
from nbeval.dictionary.references import Ids
from nbeval.dictionary.specimen_models import Specimen
from nbeval.errors import DictionaryError

#: the roles that each kind of instrument cannot do without
NEEDED = {
    SourceKind.SELF_ASSESSMENT: (FieldRole.KEY, FieldRole.RATING),
    SourceKind.ACTION_PLAN: (FieldRole.KEY, FieldRole.AREA, FieldRole.STATUS),
    SourceKind.VISITS: (FieldRole.AREA, FieldRole.PLANNED, FieldRole.HELD),
    SourceKind.ENTRY: (),
    SourceKind.INTERVIEWS: (FieldRole.DOCUMENT, FieldRole.AREA),
    SourceKind.QUOTES: (FieldRole.KEY, FieldRole.QUOTE, FieldRole.KIND, FieldRole.AREA, FieldRole.CONSENT, FieldRole.RELEASE,
                        FieldRole.DECISION, FieldRole.SIGNED),
    SourceKind.INSPECTIONS: (FieldRole.AUTHORITY, FieldRole.AREA, FieldRole.KIND, FieldRole.STATUS, FieldRole.HELD),
    SourceKind.OFFICIAL: (),
}
#: the roles whose entries are chosen from a set
OF_CHOICES = (FieldRole.RATING, FieldRole.STATUS, FieldRole.INVOLVEMENT, FieldRole.KIND, FieldRole.CONSENT, FieldRole.RELEASE,
              FieldRole.DECISION)
#: roles that say of which authority a row is, or that it is of none
_SAYS_WHOSE = (FieldRole.AUTHORITY, FieldRole.QUOTE, FieldRole.NAME)
#: an official table can be read only with a column of each
_NEEDED_OFFICIAL = (OfficialRole.YEAR, OfficialRole.CODE, OfficialRole.NAME, OfficialRole.VALUE)


class Rules:
    """The rules over one dictionary; ``check`` notes every fault."""

    def __init__(self, contents: Contents, ids: Ids, faults: Faults) -> None:
        self.contents, self.ids, self.faults = contents, ids, faults
        self.answers: dict[str, list[Response]] = defaultdict(list)
        for response in contents.records(Response):
            self.answers[response.response_set].append(response)

    def check(self) -> None:
        """Check every rule."""
        self._authority_codes()
        for instrument, place in self.contents.of(Instrument):
            if instrument.kind is SourceKind.SURVEY:
                self._items(instrument.id)
                self._coverage(instrument.id)
            self._spellings(instrument.id)
            self._fields(instrument, place)
            self._bands(instrument.id)
        for cohort, place in self.contents.of(Cohort):
            self._members(cohort, place)
            self._files(cohort, place)
            self._weights(cohort, place)
        self._scales()
        self._groups()
        self._indicators()
        self._areas()
        self._exhibits()
        self._official()
        for specimen, place in self.contents.of(Specimen):
            self._specimen(specimen, place)

    # --- codes ------------------------------------------------------------------------------------

    def _valid_codes(self, item: Item) -> set[int]:
        """The whole-number codes that count as an answer to an item, in any codebook version."""
        answers = {one.code for one in self.answers[item.response_set] if one.missing is None}
        if item.lowest is not None and item.highest is not None:
            answers |= set(range(int(item.lowest), int(item.highest) + 1))
        return answers or ({0, 1} if item.kind is ItemKind.OPTION else set())

    def _codes(self, place: Place, field: str, codes: Iterable[str], allowed: set[int]) -> set[int]:
        """The codes of a coding; those that are not allowed are faults."""
        listed: set[int] = set()
        for part in codes:
            try:
                coding = matcher((part,))
            except DictionaryError as error:
                self.faults.add(place, field, error.what.rstrip("."), f"write {error.allowed or 'a code'}")
                continue
            within = set(coding.listed(*coding.ranges[0]))
            if within - allowed:
                outside = ", ".join(str(code) for code in sorted(within - allowed))
                self.faults.add(place, field, f"code {outside} is not an answer that counts", f"use codes among {_shown(allowed)}")
            listed |= within
        return listed

    def _item_codes(self, place: Place, item: str, field: str, codes: Iterable[str]) -> set[int] | None:
        """The codes of a coding of an item; None where there is no such item."""
        found = self.ids.of("item").get(item)
        return None if found is None else self._codes(place, field, codes, self._valid_codes(found))

    def _scales(self) -> None:
        """The items of a scale have codes that its rule can use."""
        for scale, place in self.contents.of(Scale):
            for part, where in parts(scale, place, "items"):
                self._item_codes(where, part.item, "counts_when", part.counts_when)
                item = self.ids.of("item").get(part.item)
                if item and not self._valid_codes(item):
                    self.faults.add(where, "item", f"'{part.item}' has no numbers to score", "use an item with codes")

    def _groups(self) -> None:
        """The levels of a group are answers to one item, and no answer is in two of them."""
        items: dict[str, str] = {}
        taken: dict[str, set[int]] = defaultdict(set)
        for level, place in self.contents.of(GroupLevel):
            if items.setdefault(level.group, level.item) != level.item:
                self.faults.add(place, "item", f"differs from the other levels of '{level.group}'", "use one item")
            codes = self._item_codes(place, level.item, "codes", level.codes) or set()
            if codes & taken[level.group]:
                self.faults.add(place, "codes", f"overlap with another level of '{level.group}'", "let each code be in one level")
            taken[level.group] |= codes

    def _range(self, indicator: Indicator) -> set[int] | None:
        """The whole numbers that the item or scale of an indicator can take; None where it is unknown."""
        if indicator.item:
            item = self.ids.of("item").get(indicator.item)
            return None if item is None else self._valid_codes(item)
        scale = self.ids.of("scale").get(indicator.scale)
        return None if scale is None else set(range(int(scale.lowest), int(scale.highest) + 1))

    def _indicators(self) -> None:
        """Indicators code what their item or scale has; those of a distribution share out its range."""
        distributions: dict[str, list[Placed]] = defaultdict(list)
        for indicator, place in self.contents.of(Indicator):
            item = self.ids.of("item").get(indicator.item)
            allowed = self._range(indicator)
            if item and item.kind is ItemKind.TEXT:
                self.faults.add(place, "item", "is free text, which is never reported", "use an item with codes")
            elif allowed is not None:
                self._codes(place, "codes", indicator.codes, allowed)
                if indicator.distribution:
                    distributions[indicator.distribution].append(Placed(indicator, place))
        for name, placed in distributions.items():
            self._distribution(name, placed)

    def _distribution(self, name: str, placed: list[Placed]) -> None:
        """The indicators of a distribution share out the range of one item or scale: no gap, no overlap."""
        first, taken = placed[0].record, set()
        for indicator, place in placed:
            if (indicator.item, indicator.scale, indicator.measure) != (first.item, first.scale, Measure.PERCENT):
                self.faults.add(place, "distribution", f"'{name}' mixes items or measures", "use percentages of one item")
                return
            codes = self._codes(place, "codes", indicator.codes, self._range(first))
            if codes & taken:
                self.faults.add(place, "codes", f"overlap with another indicator of distribution '{name}'", "let each code be in one band")
            taken |= codes
        left = ", ".join(str(code) for code in sorted(self._range(first) - taken))
        if left:
            self.faults.add(placed[-1].place, "codes", f"distribution '{name}' leaves out code {left}", "give every code a band")

    def _specimen(self, specimen: Specimen, place: Place) -> None:
        """The shares of an item are of its answers and add up to one; what shifts well-being does not follow it."""
        for one, where in parts(specimen, place, "items"):
            taken: set[int] = set()
            for part in one.shares:
                codes = self._item_codes(where, one.item, "shares", (part,)) or set()
                if codes & taken:
                    self.faults.add(where, "shares", f"'{part}' overlaps with another share", "give each code one share")
                taken |= codes
            total = sum(one.shares.values())
            if not math.isclose(total, 1, abs_tol=1e-6) or min(one.shares.values()) < 0:
                self.faults.add(where, "shares", f"add up to {total:g}, or one is below 0", "let them add up to 1")
        for name in ("shifts", "changes"):
            for one, where in parts(specimen, place, name):
                self._item_codes(where, one.item, "codes", one.codes)
        follow = {one.item for one in specimen.items if one.loading}
        for one, where in parts(specimen, place, "shifts"):
            if one.item in follow:
                self.faults.add(where, "item", f"'{one.item}' has a loading too", "let it shift well-being or follow it")

    # --- instruments ------------------------------------------------------------------------------

    def _items(self, instrument: str) -> None:
        """The answers of a number are in its range, those of an option are 0 and 1, and a question has several options."""
        items = self.contents.of(Item, instrument)
        options = Counter(item.part_of for item, _ in items if item.kind is ItemKind.OPTION)
        for item, place in items:
            codes = {one.code for one in self.answers[item.response_set] if one.missing is None}
            if item.kind is ItemKind.OPTION and codes - {0, 1}:
                self.faults.add(place, "response_set", "has codes other than 0 and 1 for an item of kind option",
                                "use 1 for chosen and 0 for not chosen")
            if item.kind is ItemKind.NUMBER and any(not item.lowest <= code <= item.highest for code in codes):
                self.faults.add(place, "response_set", "has an answer outside lowest to highest",
                                "give answers that do not count their reason under missing")
            if item.kind is ItemKind.OPTION and options[item.part_of] < 2:
                near = [name for name in options if name != item.part_of]
                self.faults.unknown(place, "part_of", "multi-select question with one option only:", item.part_of, near)
        for rule, place in self.contents.of(Routing, instrument):
            self._item_codes(place, rule.asked_if_item, "asked_if_codes", map(str, rule.asked_if_codes))

    def _coverage(self, instrument: str) -> None:
        """Every item has a column somewhere, and routed items come with the item that routes them."""
        covered = self._columns(instrument)
        for item, place in self.contents.of(Item, instrument):
            if covered and not any(item.item in items for items in covered.values()):
                self.faults.add(place, "item", f"item '{item.item}' has no column in any export version",
                                "add its column to columns.csv, or remove the item")
        for rule, place in self.contents.of(Routing, instrument):
            for version, items in sorted(covered.items()):
                if rule.item in items and rule.asked_if_item not in items | self.ids.broken:
                    self.faults.add(place, "asked_if_item", f"has no column in export version '{version}', which has '{rule.item}'",
                                    "add the column to columns.csv")

    def _columns(self, instrument: str) -> dict[str, set[str]]:
        """The items that each export version holds, options of one column counted one by one."""
        options = defaultdict(set)
        for item in self.contents.records(Item, instrument):
            options[item.part_of].add(item.item)
        covered: dict[str, set[str]] = defaultdict(set)
        for column in self.contents.records(Column, instrument):
            covered[column.version] |= options[column.item] if column.role is Role.OPTIONS else {column.item}
        return covered

    def _spellings(self, instrument: str) -> None:
        """One spelling means one answer of a set, in each codebook version, and one choice."""
        choices = self.contents.of(Choice, instrument)
        self._spelt((place, choice.choices, choice.code, f"'{choice.code}'", choice) for choice, place in choices)
        responses = self.contents.of(Response, instrument)
        for version in dict.fromkeys(column.version for column in self.contents.records(Column, instrument)):
            own = {(one.response_set, one.code) for one, _ in responses if one.codebook == version}
            self._spelt((place, one.response_set, one.code, f"code {one.code}", one) for one, place in responses
                        if one.codebook == version or (not one.codebook and (one.response_set, one.code) not in own))

    def _spelt(self, entries: Iterator[tuple]) -> None:
        """Check that no two entries of a set are spelt alike."""
        spelt: dict[tuple[str, str], tuple] = {}
        for place, group, code, said, one in entries:
            for label in {normalise(text) for text in one.spellings}:
                other, shown = spelt.setdefault((group, label), (code, said))
                if other != code:
                    self.faults.add(place, "label", f"stands for {said} and {shown}", "keep the spelling with one of the two")

    def _fields(self, instrument: Instrument, place: Place) -> None:
        """The columns that a kind of instrument needs are declared in every export version."""
        fields = self.contents.of(SourceField, instrument.id)
        if not self.contents.of(Area, instrument.id):                  # nothing is known of it yet
            return
        if instrument.kind not in NEEDED:
            self.faults.unknown(place, "kind", "kind of instrument with areas", instrument.kind, NEEDED)
            return
        sets = {choice.choices for choice in self.contents.records(Choice, instrument.id)}
        for one, where in fields:
            if one.role in OF_CHOICES and one.choices not in sets:
                self.faults.unknown(where, "choices", "set of choices", one.choices, sets)
        for version in dict.fromkeys(one.version for one, _ in fields):
            roles = {one.role for one, _ in fields if one.version == version}
            for role in () if roles == {FieldRole.NAME} else NEEDED[instrument.kind]:
                if role not in roles:
                    self.faults.add(Place(f"instruments/{instrument.id}/fields.csv"), "role", f"version '{version}' has no field of "
                                    f"role '{role.value}'", f"a source of kind '{instrument.kind}' cannot do without it")

    def _bands(self, instrument: str) -> None:
        """The bands of means begin where the scale begins."""
        bands = self.contents.of(Band, instrument)
        steps = [float(one.code) for one in self.contents.records(Choice, instrument) if one.choices == SCALE]
        if bands and steps and min(band.lowest for band, _ in bands) > min(steps):
            self.faults.add(bands[0].place, "lowest", "leaves the lowest ratings without a band", f"let one band begin at {min(steps):g}")

    # --- cohorts ----------------------------------------------------------------------------------

    def _authority_codes(self) -> None:
        """One official code of an authority is in force on one day."""
        by_system: dict[tuple[str, str], list[Placed]] = defaultdict(list)
        for placed in sorted(self.contents.of(AuthorityCode), key=lambda one: one.record.valid_from or date.min):
            by_system[placed.record.authority, placed.record.system].append(placed)
        for placed in by_system.values():
            for (earlier, _), (later, place) in zip(placed, placed[1:], strict=False):
                if (later.valid_from or date.min) <= (earlier.valid_to or date.max):
                    self.faults.add(place, "valid_from", f"two codes of '{later.authority}' on the system '{later.system}' are in force "
                                    "on one day", "end the earlier code the day before")

    def _members(self, cohort: Cohort, place: Place) -> None:
        """The authorities of a cohort are invented exactly where the cohort is."""
        for name in cohort.authorities:
            authority = self.ids.of("authority").get(name)
            if authority and authority.invented != cohort.invented:
                what = "an invented cohort has the real" if cohort.invented else "a real cohort has the invented"
                kind = "invented" if cohort.invented else "real"
                self.faults.add(place, "authorities", f"{what} authority '{name}'", f"use {kind} authorities only")

    def _files(self, cohort: Cohort, place: Place) -> None:
        """Files say whose they are, and some wave has the groups that results are broken down by."""
        groups = {level.item for level in self.contents.records(GroupLevel) if level.group in (*cohort.groups, *cohort.adjust_for)}
        for source, at in parts(cohort, place, "sources"):
            asked = groups & {item.item for item in self.contents.records(Item, source.instrument)}
            covered = self._columns(source.instrument)
            somewhere = set().union(*(covered[files.version] for files in source.files if files.version in covered))
            for files, where in parts(source, at, "files"):
                says = AUTHORITY in files.pattern or len(files.authorities) == 1 or self._says_whose(source.instrument)
                if len(cohort.authorities) > 1 and not says:
                    self.faults.add(where, "pattern", "does not say which authority a file is of",
                                    f"write {AUTHORITY} in it, name the one authority, or declare a column of role authority")
                self._says_when(files, source.instrument, cohort, where)
                for item in sorted(asked - somewhere) if files.version in covered else ():
                    self.faults.add(where, "version", f"export version '{files.version}' has no column of item '{item}', which a group of "
                                    "the cohort needs", "add the column to columns.csv, or leave out the group")

    def _weights(self, cohort: Cohort, place: Place) -> None:
        """Weighted figures have weights: those of a column, or of margins."""
        versions = {(source.instrument, files.version) for source in cohort.sources for files in source.files}
        given = any(column.role is Role.WEIGHT for instrument, version in versions
                    for column in self.contents.records(Column, instrument) if column.version == version)
        raked = cohort.weighting is not None and cohort.weighting.margins
        if cohort.main_figures == "weighted" and versions and not (given or raked):
            self.faults.add(place, "main_figures", "is 'weighted', and nothing gives weights",
                            "declare a column of role weight, or margins under [weighting]; or leave it out")

    def _says_when(self, files: SourceFiles, instrument: str, cohort: Cohort, where: Place) -> None:
        """Forms of a survey are of a wave: that of their file, or that of a column."""
        about = self.ids.of("instrument").get(instrument)
        if about is None or about.kind is not SourceKind.SURVEY:
            for name in ("waves", "other_waves", "keep_if"):
                if getattr(files, name):
                    self.faults.add(where, name, "is for files of a survey", "leave it out")
            return
        has_column = any((one.version, one.role) == (files.version, Role.WAVE) for one in self.contents.records(Column, instrument))
        if cohort.waves and not files.wave and not has_column:
            self.faults.add(where, "wave", "is empty, and no column says it", "name the wave, or declare a column of role wave")
        if not has_column and (files.waves or files.other_waves):
            self.faults.add(where, "waves", f"are spelled, but export version '{files.version}' has no column of role wave",
                            "declare the column in columns.csv, or leave the spellings out")

    def _says_whose(self, instrument: str) -> bool:
        """Whether the rows of an instrument's exports say of which authority they are, or are of none."""
        fields, about = self.contents.records(SourceField, instrument), self.ids.of("instrument").get(instrument)
        return (any(one.role is Role.AUTHORITY for one in self.contents.records(Column, instrument))
                or any(one.role in _SAYS_WHOSE or one.area for one in fields)
                or about is None or about.kind is SourceKind.OFFICIAL)

    # --- what is shown ----------------------------------------------------------------------------

    def _areas(self) -> None:
        """No area has the id of an indicator: results of both are told apart by it."""
        for area, place in self.contents.of(Area):
            if area.area in self.ids.of("indicator"):
                self.faults.add(place, "area", f"'{area.area}' is an indicator too", "give the area another id")

    def _exhibits(self) -> None:
        """An exhibit has a place of its own in every report; headline indicators are marked where they are called for."""
        headline = any(one.headline for one in self.contents.records(Indicator)) or self.ids.lost
        places: dict[tuple[str, str, int], str] = {}
        for exhibit, place in self.contents.of(ExhibitRow):
            if HEADLINE in exhibit.indicators and not headline:
                self.faults.add(place, "indicators", "no indicator is marked headline", "mark some in indicators.csv")
            for report in exhibit.reports:
                other = places.setdefault((report, exhibit.section, exhibit.order), exhibit.exhibit)
                if other != exhibit.exhibit:
                    self.faults.add(place, "order", f"'{other}' has the same place in report '{report}', section '{exhibit.section}'",
                                    "give each exhibit of a section its own number")

    def _official(self) -> None:
        """An official table has the columns it cannot do without; measures are of what some table's labels mean."""
        meanings = {role: {getattr(one, role.value) for one in self.contents.records(OfficialTable)} - {""} for role in LABELLED}
        for label in self.contents.records(OfficialLabel):
            meanings[label.role].add(label.meaning)
        for table, place in self.contents.of(OfficialTable):
            roles = {one.role for one in self.contents.records(OfficialColumn) if one.table == table.table}
            for role in (*_NEEDED_OFFICIAL, *(role for role in LABELLED if not getattr(table, role.value))):
                if role not in roles:
                    self.faults.add(place, "table", f"'{table.table}' has no column of role {role}", "add it to columns.csv")
        for one, place in self.contents.of(OfficialMeasure):
            for name, role in (("breakdown", OfficialRole.BREAKDOWN), ("age", OfficialRole.AGE), ("denominator", OfficialRole.BREAKDOWN)):
                value = getattr(one, name)
                if value and value not in meanings[role] | self.ids.broken:
                    self.faults.unknown(place, name, role.value, value, meanings[role])


def _shown(codes: set[int]) -> str:
    """A set of codes as a short text."""
    ordered = sorted(codes)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(str(code) for code in ordered) or "none: the item has no answers declared"
