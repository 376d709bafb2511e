"""Whether the waves of a cohort can be compared: what comparability.csv says of the export versions of their files.

Two versions of one question are ``same``, ``close`` or ``differs`` as declared; where nothing is declared they differ, for nobody has
looked. A scale is what the worst of its items is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from nbeval.dictionary.enums import Match, Role
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Cohort, Comparability, Source

#: from the best to the worst
_WORSE = tuple(Match)


class Versions(NamedTuple):
    """Two export versions of one item, and what is declared of them; None where nothing is."""

    item: str
    first: str
    second: str
    declared: Comparability | None

    @property
    def match(self) -> Match:
        """How well they fit one another; versions of which nothing is declared differ."""
        return self.declared.comparable if self.declared else Match.DIFFERS


class Comparisons:
    """The export versions that one source of a cohort used, wave by wave, and how well the items in them fit one another."""

    def __init__(self, source: Source, cohort: Cohort, dictionary: Dictionary) -> None:
        self.source, self.cohort, self.dictionary = source, cohort, dictionary
        self.instrument = dictionary.instrument(source.instrument)
        self._declared = {(one.item, frozenset((one.version_a, one.version_b))): one for one in self.instrument.comparability}

    @cached_property
    def _used(self) -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
        """By wave: the versions of its files, each with the authorities whose files they are."""
        used: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for files in self.source.files:
            used[files.wave].append((files.version, frozenset(files.returned_by(self.cohort.authorities))))
        return {wave: tuple(versions) for wave, versions in used.items()}

    @cached_property
    def _held(self) -> dict[str, set[str]]:
        """By version: the items that it has a column of; none where the columns are not known."""
        return held(self.instrument)

    def versions(self, waves: Collection[str], authority: str = "") -> tuple[str, ...]:
        """The export versions of the files of these waves: of all, or of one authority; in the order of their names."""
        files = (one for wave in ("", *waves) for one in self._used.get(wave, ()))      # of no wave: of whatever its rows say
        return tuple(sorted({version for version, whose in files if not authority or not whose or authority in whose}))

    def asks(self, items: Collection[str], wave: str, authority: str = "") -> bool:
        """Whether some version of the files of a wave, of all or of one authority, has a column of one of these items. Where no file or no
        column is declared nobody can say that it was not asked."""
        used = self.versions((wave,), authority)
        return not (items and used and self._held) or any(item in self._held.get(version, ()) for version in used for item in items)

    def pairs(self, items: Collection[str], waves: Collection[str], authority: str = "") -> Iterator[Versions]:
        """Every two versions of these items that were used at these waves, with what is declared of them.

        A version without a column of an item did not ask it, and takes part only where the item is one of several: of a scale.
        """
        used = self.versions(waves, authority)
        for item in items:
            asking = [one for one in used if not self._held or item in self._held.get(one, ())]
            for first, second in combinations(used if asking and len(items) > 1 else asking, 2):
                if first in asking or second in asking:
                    yield Versions(item, first, second, self._declared.get((item, frozenset((first, second)))))

    def match(self, items: Collection[str], waves: Collection[str], authority: str = "") -> Match:
        """How well what is made of these items can be compared between waves: as the worst of them."""
        return max((one.match for one in self.pairs(items, waves, authority)), key=_WORSE.index, default=Match.SAME)

    def notes(self, items: Collection[str], waves: Collection[str], authority: str = "") -> tuple[str, ...]:
        """What is declared of versions that are not the same, each note once."""
        declared = (one.declared for one in self.pairs(items, waves, authority) if one.match is not Match.SAME)
        return tuple(dict.fromkeys(one.note.rstrip(".") for one in declared if one and one.note))

    def items_of(self, indicator: str) -> tuple[str, ...]:
        """The items behind an indicator; none where there is no such indicator."""
        return self._items.get(indicator, ())

    def items_of_group(self, group: str) -> tuple[str, ...]:
        """The item behind a group; none where there is no such group."""
        return tuple(level.item for level in self.dictionary.groups.get(group, ())[:1])

    def questions(self, name: str) -> set[str]:
        """The questions behind an indicator or a group; options of one question are that question."""
        asked = {one.item: one.part_of for one in self.instrument.items}
        return {asked.get(item) or item for item in (*self.items_of(name), *self.items_of_group(name))}

    @cached_property
    def _items(self) -> dict[str, tuple[str, ...]]:
        """By indicator: its item, or those of its scale."""
        scales = {one.id: tuple(part.item for part in one.items) for one in self.dictionary.scales}
        return {one.indicator: (one.item,) if one.item else scales[one.scale] for one in self.dictionary.indicators}


def held(instrument: LoadedInstrument) -> dict[str, set[str]]:
    """The items of which each export version has a column, options of one column counted one by one."""
    options: dict[str, set[str]] = defaultdict(set)
    for item in instrument.items:
        options[item.part_of].add(item.item)
    found: dict[str, set[str]] = defaultdict(set)
    for column in instrument.columns:
        found[column.version] |= options[column.item] if column.role is Role.OPTIONS else {column.item} - {""}
    return dict(found)
