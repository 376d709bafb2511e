"""Checks of answers."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import HAS_CODE, REASON_CODE
from nbeval.cleaning.findings import NOTE, WARNING, Finding, number
from nbeval.cleaning.intake import Intake
from nbeval.dictionary.enums import ItemKind, Match, MissingReason, ScaleRule

#: fewer answers than this are alike by chance
_ALIKE = 15
#: fewer people than this say little about the way of an item
_ENOUGH = 30
#: a block shorter than this is answered alike by many people in earnest
_BLOCK = 5


def repaired(intake: Intake) -> list[Finding]:
    """Answers that differ from a declared label only by spaces, case, apostrophes or a labelled number."""
    kinds = {item.item: item.kind for item in intake.coded.items}
    groups = defaultdict(list)
    for one in intake.coded.repaired:
        groups[one.item, one.wave, one.read_as].append(one)
    found = []
    for (item, wave, read_as), group in sorted(groups.items()):
        texts = sorted({one.text for one in group})
        # What follows the number in a labelled number is not declared, so it is not shown.
        typed = kinds.get(item) is ItemKind.NUMBER and any(text.strip()[:1] in "-0123456789" for text in texts)
        shown = "Text that begins with the number" if typed else f"'{texts[0]}'"
        if len(texts) > 1 and not typed:
            shown += f" and {number(len(texts) - 1, 'other spelling')}"
        count = sum(one.count for one in group)
        found.append(Finding(NOTE, f"{shown} read as '{read_as}', {number(count, 'answer')}.", wave=wave, item=item,
                             count=count))
    return found


def corrected(intake: Intake) -> list[Finding]:
    """Corrections applied."""
    count = intake.corrected
    return [Finding(NOTE, f"{number(count, 'declared correction was', 'declared corrections were')} applied.",
                    count=count)] if count else []


def never_answered(intake: Intake) -> list[Finding]:
    """Items that were asked at a wave and answered by nobody."""
    found = []
    for wave, rows in intake.kept.groupby("wave", sort=True).indices.items():
        reasons = intake.coded.reasons[rows]
        asked = (reasons != REASON_CODE[MissingReason.NOT_ASKED]).any(axis=0)
        silent = asked & ~(reasons == HAS_CODE).any(axis=0)
        found += [
            Finding(WARNING, "The item was asked and nobody answered it.",
                    "look whether its column in columns.csv is the right one.", wave=wave, item=item.item,
                    count=len(rows))
            for item, none in zip(intake.coded.items, silent) if none
        ]
    return found


def routing_contradicted(intake: Intake) -> list[Finding]:
    """Answers to questions that were for others."""
    return [
        Finding(WARNING, f"{number(one.count, 'answer')} to a question that the routing kept from the person; counted"
                " as not applicable.", "look whether routing.csv is right.", wave=one.wave, item=one.item,
                count=one.count)
        for one in sorted(intake.contradictions, key=lambda one: (one.item, one.wave))
    ]


def straight_lining(intake: Intake) -> list[Finding]:
    """Forms that give one and the same answer to a whole block of questions with one response set."""
    blocks = defaultdict(list)
    for place, item in enumerate(intake.coded.items):
        if item.kind is ItemKind.CHOICE:
            blocks[item.response_set].append(place)
    found = []
    for response_set, places in sorted(blocks.items()):
        if len(places) < _BLOCK:
            continue
        codes, full = intake.coded.codes[:, places], (intake.coded.reasons[:, places] == HAS_CODE).all(axis=1)
        alike = full & np.equal(codes, codes[:, :1]).all(axis=1)
        if alike.any():
            share = 100 * alike.sum() / full.sum()
            forms = number(int(alike.sum()), "form gives", "forms give")
            message = (f"{forms} one answer to all {len(places)} questions with the response set '{response_set}',"
                       f" {share:.0f} % of those that answer them all.")
            found.append(Finding(NOTE, message, count=int(alike.sum())))
    return found


def comparability(intake: Intake) -> list[Finding]:
    """Items whose wording or answers changed between versions that were used."""
    used = set(intake.kept["version"])
    return [
        Finding(WARNING if one.comparable is Match.DIFFERS else NOTE,
                f"Export versions '{one.version_a}' and '{one.version_b}' ({one.comparable.value}):"
                f" {one.note.rstrip('.')}.",
                item=one.item)
        for one in intake.instrument.comparability
        if {one.version_a, one.version_b} <= used and one.comparable is not Match.SAME
    ]


def reversed_items(intake: Intake) -> list[Finding]:
    """Items that go against the rest of their scale: stored, or declared, the wrong way round."""
    places = {item.item: place for place, item in enumerate(intake.coded.items)}
    found = []
    for scale in intake.dictionary.scales:
        members = [one for one in scale.items if one.item in places]
        if len(members) < 3 or scale.rule is ScaleRule.COUNT:
            continue
        signs = np.array([-1.0 if one.reverse else 1.0 for one in members])
        for wave, rows in intake.kept.groupby("wave", sort=True).indices.items():
            codes = intake.coded.codes[rows][:, [places[one.item] for one in members]] * signs
            codes = codes[~np.isnan(codes).any(axis=1)]
            if len(codes) < _ENOUGH:
                continue
            rest = codes.sum(axis=1)[:, None] - codes
            against = ((codes - codes.mean(axis=0)) * (rest - rest.mean(axis=0))).sum(axis=0) < 0
            found += [Finding(WARNING, f"The item goes against the rest of the scale '{scale.id}'.",
                              "look whether it is stored, or declared, the wrong way round.", wave=wave, item=one.item,
                              count=len(codes)) for one, wrong in zip(members, against) if wrong]
    return found


def alike(intake: Intake) -> list[Finding]:
    """Forms whose answers are those of another form of the same authority at the same wave, throughout."""
    codes = pd.DataFrame(intake.coded.codes).astype(object).where(intake.coded.reasons == HAS_CODE, None)
    answers = pd.concat([intake.kept[["wave", "authority"]], codes, intake.texts], axis=1)
    many = (intake.coded.reasons == HAS_CODE).sum(axis=1) >= _ALIKE
    same = answers.duplicated(keep="first").to_numpy() & many
    counts = intake.kept["wave"][same].value_counts().sort_index()
    return [
        Finding(WARNING, f"{number(int(count), 'form has', 'forms have')} the same answers throughout as another form"
                " of the same authority; kept.", "look whether forms were sent twice under two numbers.", wave=wave,
                count=int(count))
        for wave, count in counts.items()
    ]
