"""Invented people of one wave and what they answer, as codes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import ItemKind
from nbeval.dictionary.models import Cohort, Item
from nbeval.dictionary.specimen_models import Specimen
from nbeval.specimen.shares import drawn_shares, item_of, stands_alone
from nbeval.specimen.streams import stream


@dataclass(frozen=True, eq=False)
class People:
    """Who answers at a wave: one entry per person, in the order of authorities."""

    wave: str
    version: str
    authority: np.ndarray                # of str
    codes: dict[str, np.ndarray]         # by item; missing where it was not asked


def draw_people(
    cohort: Cohort, dictionary: Dictionary, instrument: LoadedInstrument, wave: str, version: str,
    authorities: tuple[str, ...],
) -> People:
    """Draw the people of a wave and their answers.

    Everybody has a well-being: that of their authority, shifted by what they answered to some items, and
    their own. An answer is a code whose place among all answers follows that well-being as closely as the
    item's loading says; the shares of the codes are those declared.

    Parameters
    ----------
    cohort : Cohort
        Whose people they are.
    dictionary : Dictionary
        Its specimen.toml says what they are drawn from.
    instrument : LoadedInstrument
        What they are asked.
    wave, version : str
        The wave, and the export version its answers come in.
    authorities : tuple of str
        The authorities that made a return.

    Returns
    -------
    People
        One entry per person.
    """
    specimen = dictionary.specimen
    counts = [_size(specimen, authority, wave) for authority in authorities]
    authority = np.repeat(np.array(authorities, dtype=object), counts)
    asked = [item for item in instrument.items if item.kind is not ItemKind.TEXT]
    shifting = {shift.item for shift in specimen.shifts}
    codes: dict[str, np.ndarray] = {}
    people = People(wave, version, authority, codes)
    for item in asked:
        if item.item in shifting:
            codes[item.item] = _answers(item, people, dictionary, instrument, np.zeros(len(authority)))
    latent = _well_being(specimen, cohort, people, authorities)
    for item in asked:
        if item.item not in codes:
            codes[item.item] = _answers(item, people, dictionary, instrument, latent)
    _settle_options(asked, people, dictionary)
    _route(instrument, people, dictionary, latent)
    return people


def _size(specimen: Specimen, authority: str, wave: str) -> int:
    """How many answer in an authority at a wave."""
    sizes = [size.count for size in specimen.sizes if size.authority == authority and size.wave in ("", wave)]
    return sizes[-1] if sizes else specimen.people


def _well_being(
    specimen: Specimen, cohort: Cohort, people: People, authorities: tuple[str, ...],
) -> np.ndarray:
    """Everybody's well-being, of mean 0 and standard deviation 1 over the wave."""
    # The authorities' own draws do not depend on the wave: a place stays as it is.
    draws = stream(specimen.seed, cohort.id, "authorities").normal(0, specimen.authority_sd, len(cohort.authorities))
    effects = dict(zip(cohort.authorities, draws, strict=True))
    latent = np.array([effects[one] for one in people.authority])
    for shift in (one for one in specimen.shifts if one.item in people.codes):    # another survey may not ask it
        latent = latent + shift.size * matcher(shift.codes).contains(people.codes[shift.item])
    latent = latent + stream(specimen.seed, cohort.id, people.wave, "own").normal(size=len(latent))
    return _standard(latent)


def _standard(values: np.ndarray) -> np.ndarray:
    """Values brought to mean 0 and standard deviation 1; a single value stays 0."""
    spread = values.std()
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _quantile(share: float) -> float:
    """The point below which a share of the normal distribution lies."""
    if 0 < share < 1:
        return NormalDist().inv_cdf(share)
    return -np.inf if share <= 0 else np.inf


def _answers(
    item: Item, people: People, dictionary: Dictionary, instrument: LoadedInstrument, latent: np.ndarray,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Everybody's code of one item (or that of those ``among`` whom it is asked)."""
    shares = drawn_shares(dictionary, instrument, item, people.wave, people.version)
    declared = item_of(dictionary, item.item)
    loading = declared.loading if declared else 0.0
    own = stream(dictionary.specimen.seed, people.wave, item.item).normal(size=len(latent))
    place = loading * latent + np.sqrt(1 - loading**2) * own
    if among is not None:
        place = np.where(among, place, np.nan)
        if among.any():
            place[among] = _standard(place[among])
    codes = np.array(list(shares), dtype=float)
    cuts = [_quantile(share) for share in np.cumsum(list(shares.values()))[:-1]]
    found = codes[np.searchsorted(cuts, np.nan_to_num(place))]
    return np.where(np.isnan(place), np.nan, found)


def _settle_options(asked: list[Item], people: People, dictionary: Dictionary) -> None:
    """Let an option that stands alone push out the others of its question."""
    for item in asked:
        if item.kind is ItemKind.OPTION and stands_alone(dictionary, item.item):
            alone = people.codes[item.item] == 1
            for other in asked:
                if other.part_of == item.part_of and other is not item:
                    people.codes[other.item] = np.where(alone, 0.0, people.codes[other.item])


def _route(instrument: LoadedInstrument, people: People, dictionary: Dictionary, latent: np.ndarray) -> None:
    """Ask routed items of those alone whose earlier answer leads there."""
    for rule in instrument.routing:
        led = np.isin(people.codes[rule.asked_if_item], rule.asked_if_codes)
        earlier = ~np.isnan(people.codes[rule.item])
        people.codes[rule.item] = _answers(
            instrument.item(rule.item), people, dictionary, instrument, latent, led & earlier,
        )
