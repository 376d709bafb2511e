"""The shares of answers that a specimen is drawn from: the truth that estimates should recover."""

from __future__ import annotations

import math

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.models import Item
from nbeval.dictionary.specimen_models import SpecimenItem


def item_of(dictionary: Dictionary, item: str) -> SpecimenItem | None:
    """What specimen.toml says of an item; None where it says nothing."""
    return next((one for one in dictionary.specimen.items if one.item == item), None)


def answer_codes(instrument: LoadedInstrument, item: str, version: str) -> tuple[int, ...]:
    """The codes that count as an answer to an item in an export version, in order."""
    declared = instrument.item(item)
    codes = {one.code for one in instrument.codebook(item, version) if one.missing is None}
    if declared.kind is ItemKind.OPTION:
        codes = {0, 1}
    elif declared.lowest is not None and declared.highest is not None:
        codes |= set(range(int(declared.lowest), int(declared.highest) + 1))
    return tuple(sorted(codes))


def target_shares(
    dictionary: Dictionary, instrument: LoadedInstrument, item: str, wave: str, version: str,
) -> dict[int, float]:
    """The share of each answer among those who are asked an item and answer it.

    Parameters
    ----------
    dictionary : Dictionary
        Its specimen.toml holds the shares and the changes built in.
    instrument : LoadedInstrument
        The instrument that asks the item.
    item, wave, version : str
        Which item, at which wave, in which export version.

    Returns
    -------
    dict of code to share
        Adds up to 1. Even over the answers where specimen.toml does not name the item.
    """
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
    inside = after / before if before else 0.0
    outside = (1 - after) / (1 - before) if before < 1 else 0.0
    return {code: share * (inside if code in codes else outside) for code, share in shares.items()}


def drawn_shares(
    dictionary: Dictionary, instrument: LoadedInstrument, item: Item, wave: str, version: str,
) -> dict[int, float]:
    """The share of each answer to draw, so that the shares among those who count are the target.

    Parameters
    ----------
    dictionary, instrument, item, wave, version
        As for ``target_shares``.

    Returns
    -------
    dict of code to share
        The target itself but for options. A multi-select question with nothing ticked is no answer, and an
        option that stands alone pushes out the others: the shares drawn make up for both.
    """
    if item.kind is not ItemKind.OPTION:
        return target_shares(dictionary, instrument, item.item, wave, version)
    options = [one for one in instrument.items if one.part_of == item.part_of]
    targets = {one.item: target_shares(dictionary, instrument, one.item, wave, version)[1] for one in options}
    alone = sum(share for one, share in targets.items() if stands_alone(dictionary, one))
    # Where shares add up to less than one, many have nothing to tick, and no draw can make up for it.
    ticked = sum(targets.values()) > 1 and any(ticks_only(instrument, one, version) for one in options)
    unanswered = 0.0
    for _ in range(200):
        apart = 1 - alone * (1 - unanswered)
        drawn = {one: min(share * (1 - unanswered) / (1 if stands_alone(dictionary, one) else apart), 1.0)
                 for one, share in targets.items()}
        unanswered = math.prod(1 - share for share in drawn.values()) if ticked else 0.0
    return {0: 1 - drawn[item.item], 1: drawn[item.item]}


def stands_alone(dictionary: Dictionary, item: str) -> bool:
    """Whether an option is never chosen together with another."""
    declared = item_of(dictionary, item)
    return bool(declared and declared.alone)


def ticks_only(instrument: LoadedInstrument, item: Item, version: str) -> bool:
    """Whether an export version shows nothing where an option is not chosen."""
    columns = instrument.columns_of(version)
    joined = any(column.role is Role.OPTIONS and column.item == item.part_of for column in columns)
    return joined or not any(one.code == 0 for one in instrument.codebook(item.item, version))
