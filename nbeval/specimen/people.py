"""Invented people of one wave and what they answer, as codes: the shares they are drawn from are the truth that estimates should recover."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.models import Cohort, Item
from nbeval.dictionary.specimen_models import Specimen, SpecimenItem


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random numbers of one purpose (a wave, an item, a file): the same for the same seed and names, on every system."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def item_of(dictionary: Dictionary, item: str) -> SpecimenItem | None:
    """What specimen.toml says of an item; None where it says nothing."""
    return next((one for one in dictionary.specimen.items if one.item == item), None)


# --- shares ---------------------------------------------------------------------------------------------

def answer_codes(instrument: LoadedInstrument, item: str, version: str) -> tuple[int, ...]:
    """The codes that count as an answer to an item in an export version, in order."""
    declared = instrument.item(item)
    if declared.kind is ItemKind.OPTION:
        return 0, 1
    codes = {one.code for one in instrument.codebook(item, version) if one.missing is None}
    if declared.lowest is not None and declared.highest is not None:
        codes |= set(range(int(declared.lowest), int(declared.highest) + 1))
    return tuple(sorted(codes))


def target_shares(dictionary: Dictionary, instrument: LoadedInstrument, item: str, wave: str, version: str) -> dict[int, float]:
    """The share of each code among those who are asked an item and answer it, as specimen.toml has them; even where it has none."""
    codes = answer_codes(instrument, item, version)
    declared = item_of(dictionary, item)
    shares = _expanded(declared, codes) if declared else dict.fromkeys(codes, 1 / len(codes))
    for change in dictionary.specimen.changes:
        if (change.item, change.wave) == (item, wave):
            shares = _moved(shares, set(matcher(change.codes).listed(min(codes), max(codes))), change.points / 100)
    return shares


def _expanded(declared: SpecimenItem, codes: tuple[int, ...]) -> dict[int, float]:
    """Shares by code; a range is shared evenly, and codes that a version lacks give theirs to the others."""
    shares = dict.fromkeys(codes, 0.0)
    for part, share in declared.shares.items():
        covered = [code for code in matcher((part,)).listed(min(codes), max(codes)) if code in shares]
        for code in covered:
            shares[code] += share / len(covered)
    total = sum(shares.values())
    return {code: share / total for code, share in shares.items()}


def _moved(shares: dict[int, float], codes: set[int], by: float) -> dict[int, float]:
    """Shares after those of ``codes`` together grew; within and without, proportions are kept."""
    before = sum(share for code, share in shares.items() if code in codes)
    after = min(max(before + by, 0.0), 1.0)
    inside, outside = after / before if before else 0.0, (1 - after) / (1 - before) if before < 1 else 0.0
    return {code: share * (inside if code in codes else outside) for code, share in shares.items()}


def drawn_shares(dictionary: Dictionary, instrument: LoadedInstrument, item: Item, wave: str, version: str) -> dict[int, float]:
    """The share of each code to draw, so that the shares among those who count are the target: options need others than the target itself.

    A multi-select question with nothing ticked is no answer, and an option that is chosen alone pushes out the others.
    """
    if item.kind is not ItemKind.OPTION:
        return target_shares(dictionary, instrument, item.item, wave, version)
    options = [one for one in instrument.items if one.part_of == item.part_of]
    targets = {one.item: target_shares(dictionary, instrument, one.item, wave, version)[1] for one in options}
    alone = sum(share for one, share in targets.items() if chosen_alone(dictionary, one))
    # Where shares add up to less than one, many have nothing to tick, and no draw can make up for it.
    ticked = sum(targets.values()) > 1 and any(ticks_only(instrument, one, version) for one in options)
    unanswered = 0.0
    for _ in range(200):
        apart = 1 - alone * (1 - unanswered)
        drawn = {one: min(share * (1 - unanswered) / (1 if chosen_alone(dictionary, one) else apart), 1.0)
                 for one, share in targets.items()}
        unanswered = math.prod(1 - share for share in drawn.values()) if ticked else 0.0
    return {0: 1 - drawn[item.item], 1: drawn[item.item]}


def chosen_alone(dictionary: Dictionary, item: str) -> bool:
    """Whether an option is never chosen together with another."""
    declared = item_of(dictionary, item)
    return bool(declared and declared.alone)


def ticks_only(instrument: LoadedInstrument, item: Item, version: str) -> bool:
    """Whether an export version shows nothing where an option is not chosen."""
    joined = any(column.role is Role.OPTIONS and column.item == item.part_of for column in instrument.columns_of(version))
    return joined or not any(one.code == 0 for one in instrument.codebook(item.item, version))


# --- people ---------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class People:
    """Who answers at a wave: one entry per person, in the order of authorities."""

    wave: str
    version: str
    authority: np.ndarray                # of str
    codes: dict[str, np.ndarray]         # by item; missing where it was not asked


def draw_people(
    cohort: Cohort, dictionary: Dictionary, instrument: LoadedInstrument, wave: str, version: str, authorities: tuple[str, ...],
) -> People:
    """Draw the people of a wave, of the authorities that made a return, and their answers.

    Everybody has a well-being: that of their authority, shifted by what they answered to some items, and their own. An answer is a code
    whose place among all answers follows that well-being as closely as the item's loading says; the shares of the codes are those declared.
    """
    specimen = dictionary.specimen
    authority = np.repeat(np.array(authorities, dtype=object), [_size(specimen, one, wave) for one in authorities])
    asked = [item for item in instrument.items if item.kind is not ItemKind.TEXT]
    shifting = {shift.item for shift in specimen.shifts}
    people = People(wave, version, authority, {})
    for item in (one for one in asked if one.item in shifting):
        people.codes[item.item] = _answers(item, people, dictionary, instrument, np.zeros(len(authority)))
    latent = _well_being(specimen, cohort, people)
    for item in (one for one in asked if one.item not in shifting):
        people.codes[item.item] = _answers(item, people, dictionary, instrument, latent)
    for item in asked:
        if item.kind is ItemKind.OPTION and chosen_alone(dictionary, item.item):
            alone = people.codes[item.item] == 1
            for other in (one for one in asked if one.part_of == item.part_of and one is not item):
                people.codes[other.item] = np.where(alone, 0.0, people.codes[other.item])
    for rule in instrument.routing:        # routed items are asked of those alone whose earlier answer leads there
        among = np.isin(people.codes[rule.asked_if_item], rule.asked_if_codes) & ~np.isnan(people.codes[rule.item])
        people.codes[rule.item] = _answers(instrument.item(rule.item), people, dictionary, instrument, latent, among)
    return people


def _size(specimen: Specimen, authority: str, wave: str) -> int:
    """How many answer in an authority at a wave."""
    sizes = [size.count for size in specimen.sizes if size.authority == authority and size.wave in ("", wave)]
    return sizes[-1] if sizes else specimen.people


def _well_being(specimen: Specimen, cohort: Cohort, people: People) -> np.ndarray:
    """Everybody's well-being, of mean 0 and standard deviation 1 over the wave."""
    # The authorities' own draws do not depend on the wave: a place stays as it is.
    draws = stream(specimen.seed, cohort.id, "authorities").normal(0, specimen.authority_sd, len(cohort.authorities))
    effects = dict(zip(cohort.authorities, draws, strict=True))
    latent = np.array([effects[one] for one in people.authority])
    for shift in (one for one in specimen.shifts if one.item in people.codes):    # another survey may not ask it
        latent = latent + shift.size * matcher(shift.codes).contains(people.codes[shift.item])
    return _standard(latent + stream(specimen.seed, cohort.id, people.wave, "own").normal(size=len(latent)))


def _standard(values: np.ndarray) -> np.ndarray:
    """Values brought to mean 0 and standard deviation 1; a single value stays 0."""
    spread = values.std()
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _answers(
    item: Item, people: People, dictionary: Dictionary, instrument: LoadedInstrument, latent: np.ndarray, among: np.ndarray | None = None,
) -> np.ndarray:
    """Everybody's code of one item (or that of those ``among`` whom it is asked)."""
    shares, declared = drawn_shares(dictionary, instrument, item, people.wave, people.version), item_of(dictionary, item.item)
    loading = declared.loading if declared else 0.0
    own = stream(dictionary.specimen.seed, people.wave, item.item).normal(size=len(latent))
    place = loading * latent + np.sqrt(1 - loading**2) * own
    if among is not None:
        place = np.where(among, place, np.nan)
        if among.any():
            place[among] = _standard(place[among])
    cuts = [NormalDist().inv_cdf(share) if 0 < share < 1 else -np.inf if share <= 0 else np.inf
            for share in np.cumsum(list(shares.values()))[:-1]]
    found = np.array(list(shares), dtype=float)[np.searchsorted(cuts, np.nan_to_num(place))]
    return np.where(np.isnan(place), np.nan, found)
