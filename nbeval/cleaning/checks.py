"""The checks of a cleaned survey: each small, named, and returning findings; the caller decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import Coded, Contradiction, HAS_CODE, REASON_CODE
from nbeval.cleaning.findings import Finding, NOTE, PASS, WARNING, number
from nbeval.cleaning.forms import EXCLUSIONS, Exclusion, Mapping
from nbeval.cleaning.files import unexpected
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.enums import Design, ItemKind, Match, MissingReason, ScaleRule
from nbeval.dictionary.models import Cohort


@dataclass(frozen=True, eq=False)
class Intake:
    """One source of one cohort after reading, excluding and coding."""

    cohort: Cohort
    dictionary: Dictionary
    source: str
    instrument: LoadedInstrument
    forms: pd.DataFrame          # one row per form read; ``excluded`` says why it is not kept
    kept: pd.DataFrame           # one row per form kept, in the order of ``coded``
    texts: pd.DataFrame          # one row per form kept: typed answers, never shown
    coded: Coded
    mapping: Mapping
    accounting: pd.DataFrame
    corrected: int = 0
    contradictions: list[Contradiction] = field(default_factory=list)


def forms_add_up(intake: Intake) -> list[Finding]:
    """Forms read are forms kept and forms excluded, by reason."""
    table = intake.accounting
    read, kept = int(table["read"].sum()), int(table["kept"].sum())
    counts = {reason: int(table[reason.value].sum()) for reason in EXCLUSIONS}
    reasons = ", ".join(f"{count} {reason.value}" for reason, count in counts.items() if count)
    message = f"{number(read, 'form')} read from {number(len(table), 'file')}: {kept:,} kept, {read - kept:,} excluded"
    return [Finding(PASS, f"{message}{f' ({reasons})' if reasons else ''}.", count=read)]


def test_forms(intake: Intake) -> list[Finding]:
    """Test submissions, excluded."""
    return _excluded(intake, Exclusion.TEST, "test submission", NOTE)


def partial(intake: Intake) -> list[Finding]:
    """Unfinished forms, kept or excluded by the instrument's rule."""
    if not intake.instrument.record.keep_partial:
        return _excluded(intake, Exclusion.PARTIAL, "unfinished form", NOTE)
    return _by_wave(intake, intake.kept["is_partial"], "unfinished form", NOTE, "kept", "questions after the last answer count as absent.")


def late(intake: Intake) -> list[Finding]:
    """Forms finished after the last day of fieldwork, kept or excluded by the instrument's rule."""
    name = "form finished after the fieldwork", "forms finished after the fieldwork"
    if intake.instrument.record.late == "exclude":
        return _excluded(intake, Exclusion.LATE, *name[:1], WARNING, many=name[1])
    return _by_wave(intake, intake.kept["is_late"], name[0], WARNING, "kept",
                    "look whether the days of fieldwork in the cohort's file are right.", many=name[1])


def early(intake: Intake) -> list[Finding]:
    """Forms begun before the first day of fieldwork: often tests that nobody marked."""
    return _by_wave(intake, intake.kept["is_early"], "form begun before the fieldwork", WARNING, "kept",
                    "look whether they are tests, and mark them so in the export.",
                    many="forms begun before the fieldwork")


def empty(intake: Intake) -> list[Finding]:
    """Forms with fewer valid answers than the instrument asks for."""
    return _excluded(intake, Exclusion.EMPTY, "form with too few answers", NOTE, many="forms with too few answers")


def duplicates(intake: Intake) -> list[Finding]:
    """Forms that repeat a submission number."""
    return _excluded(intake, Exclusion.DUPLICATE, "form that repeats a submission number", WARNING,
                      many="forms that repeat a submission number")


def without_number(intake: Intake) -> list[Finding]:
    """Forms whose submission number is blank, though the export has such a column."""
    return _by_wave(intake, intake.kept["submission"] == "", "form has no submission number", WARNING, "kept",
                    "duplicates among them cannot be seen.", many="forms have no submission number")


def times_readable(intake: Intake) -> list[Finding]:
    """Times that are written in no known form."""
    unread = sum(((intake.kept[name].fillna("") != "") & intake.kept[f"{name}_at"].isna() for name in ("started", "finished"))) > 0
    return _by_wave(intake, unread, "form has a time that cannot be read", WARNING, "kept",
                    "such a form is never late; export times in ISO form.",
                    many="forms have a time that cannot be read")


def persons_once(intake: Intake) -> list[Finding]:
    """Persons who occur more than once at a wave of a matched design."""
    linked = intake.cohort.design is Design.MATCHED
    named = intake.kept["person"].fillna("") != ""
    twice = named & linked & intake.kept.duplicated(["wave", "person"], keep=False)
    return _by_wave(intake, twice, "form is of a person who has another one", WARNING, "kept",
                    "waves cannot be linked for them.", many="forms are of persons who have more than one")


def few_forms(intake: Intake) -> list[Finding]:
    """Authorities with fewer forms at a wave than the base of a percentage needs."""
    least = intake.dictionary.disclosure.threshold_percent_base
    counts = intake.kept.groupby(["wave", "authority"], sort=True).size()
    return [
        Finding(WARNING, f"Fewer than {least} forms were kept: most of its results will be withheld.",
                wave=wave, authority=authority, count=int(count))
        for (wave, authority), count in counts.items() if authority and count < least
    ]


def columns_identifying(intake: Intake) -> list[Finding]:
    """Identifying columns, dropped on reading."""
    return [
        Finding(NOTE, f"The identifying column '{header}' was dropped on reading, in {number(files, 'file')}.",
                "ask for exports without it.", wave=wave, count=files)
        for (header, wave), files in sorted(intake.mapping.dropped.items()) if files
    ]


def columns_lacking(intake: Intake) -> list[Finding]:
    """Columns that may be lacking, and are."""
    return [
        Finding(NOTE, f"The column '{header}' is not there, in {number(files, 'file')}"
                f"{'; its item counts as not asked' if item else ''}.", wave=wave, item=item, count=files)
        for (header, wave, item), files in sorted(intake.mapping.lacking.items())
    ]


def files_unexpected(names: list[str]) -> list[Finding]:
    """Files in the data folder that no source declares."""
    return [
        Finding(WARNING, f"The file '{name}' lies in the data folder and no source declares it; it was not read.",
                "declare it in the cohort's file, or move it away.", count=1)
        for name in names
    ]


def _excluded(intake: Intake, reason: Exclusion, one: str, outcome: str, *, many: str = "") -> list[Finding]:
    """One finding per wave about the forms excluded for a reason."""
    return [
        Finding(outcome, f"{number(int(count), one, many)}, excluded.", wave=wave, count=int(count))
        for wave, count in intake.accounting.groupby("wave", sort=True)[reason.value].sum().items() if count
    ]


def _by_wave(intake: Intake, found, one: str, outcome: str, kept: str, do: str, *, many: str = "") -> list[Finding]:
    """One finding per wave about forms that are kept all the same."""
    counts = intake.kept["wave"][found.to_numpy(dtype=bool)].value_counts().sort_index()
    return [
        Finding(outcome, f"{number(int(count), one, many)}, {kept}.", do, wave=wave, count=int(count))
        for wave, count in counts.items()
    ]


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
        found.append(Finding(NOTE, f"{shown} read as '{read_as}', {number(count, 'answer')}.", wave=wave, item=item, count=count))
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
    codes = pd.DataFrame(np.where(intake.coded.reasons == HAS_CODE, intake.coded.codes, np.nan))
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


@dataclass(frozen=True)
class Check:
    """A named check: what it finds, and what it says where it finds nothing."""

    name: str
    passes: str
    find: Callable[[Intake], list[Finding]]


CHECKS = (
    Check("forms_add_up", "Every form read is kept or excluded for a reason.", forms_add_up),
    Check("forms_tests", "No test submissions.", test_forms),
    Check("forms_partial", "No unfinished forms.", partial),
    Check("forms_late", "No forms finished after the fieldwork.", late),
    Check("forms_early", "No forms begun before the fieldwork.", early),
    Check("forms_empty", "No empty forms.", empty),
    Check("forms_duplicate", "No submission number occurs twice.", duplicates),
    Check("forms_without_number", "Every form has a submission number.", without_number),
    Check("times_readable", "Every time in the exports could be read.", times_readable),
    Check("persons_once", "No person occurs twice at one wave.", persons_once),
    Check("authority_few_forms", "Every authority has enough forms for percentages.", few_forms),
    Check("columns_identifying", "No identifying columns came in.", columns_identifying),
    Check("columns_lacking", "Every declared column is there.", columns_lacking),
    Check("answers_repaired", "Every answer is spelled as declared.", repaired),
    Check("answers_corrected", "No corrections are declared.", corrected),
    Check("items_never_answered", "Every item asked was answered by somebody.", never_answered),
    Check("routing_contradicted", "No answers contradict the routing.", routing_contradicted),
    Check("items_reversed", "Every item of a scale goes the way of the others.", reversed_items),
    Check("forms_alike", "No two forms of an authority give the same answers throughout.", alike),
    Check("straight_lining", "No form gives one answer throughout a block.", straight_lining),
    Check("versions_comparable", "No item changed between the versions used, as far as is noted.",
          comparability),
)
_FILES = "files_unexpected"


def run_checks(intakes: list[Intake], cohort: Cohort, data: Path) -> list[tuple[str, str, Finding]]:
    """Every check over every source, and one over the data folder, as (check, source, finding); a check that finds nothing says so."""
    found = []
    for intake in intakes:
        for check in CHECKS:
            findings = check.find(intake) or [Finding(PASS, check.passes)]
            found += [(check.name, intake.source, finding) for finding in findings]
    files = files_unexpected(unexpected(cohort, data))
    files = files or [Finding(PASS, "No undeclared files lie in the data folder.")]
    return found + [(_FILES, "", finding) for finding in files]
