"""The checks of a cleaned survey, each small and named; the caller decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from nbeval.cleaning import fitness
from nbeval.cleaning.coding import HAS_CODE, REASON_CODE
from nbeval.cleaning.findings import FAILURE, NOTE, PASS, WARNING, Finding, Found, Intake, as_finding, counted, number
from nbeval.cleaning.forms import EXCLUSIONS, NO_FORMS, Exclusion, given_weights
from nbeval.dictionary.comparability import held
from nbeval.dictionary.enums import ItemKind, Match, MissingReason, Role, ScaleRule
from nbeval.errors import WITHHELD, said_by

#: fewer answers than this are alike by chance
_ALIKE = 15
#: fewer people than this say little about the way of an item
_ENOUGH = 30
#: a block shorter than this is answered alike by many people in earnest
_BLOCK = 5


Find = Callable[[Intake], list[Finding]]
_NO_FORM = {Exclusion.OTHER_WAVE: "of another wave than the one read", Exclusion.FILTERED: "left out by `keep_if`",
            Exclusion.TOTALS: "of totals, and nobody's form"}


def forms_add_up(intake: Intake) -> list[Finding]:
    """Forms read are forms kept and forms excluded, by reason."""
    table = intake.accounting
    kept, files = int(table["kept"].sum()), table["file"].nunique()
    counts = {reason: int(table[reason.value].sum()) for reason in EXCLUSIONS if reason.value in table}
    no_forms = {reason: counts.pop(reason) for reason in NO_FORMS if reason in counts}
    read = kept + sum(counts.values())
    reasons = ", ".join(f"{count} {reason.value}" for reason, count in counts.items() if count)
    message = f"{number(read, 'form')} read from {number(files, 'file')}: {kept:,} kept, {read - kept:,} excluded"
    message += f" ({reasons})" if reasons else ""
    for reason, count in no_forms.items():
        message += f"; {number(count, 'row is', 'rows are')} {_NO_FORM[reason]}"
    return [Finding(PASS, f"{message}.", count=read)]


def _by_wave(waves: pd.Series, outcome: str, one: str, many: str, what: str, do: str = "") -> list[Finding]:
    """One finding per wave about some forms, of which ``waves`` has the waves."""
    return [Finding(outcome, number(int(count), one, many) + what, do, wave=wave, count=int(count))
            for wave, count in waves.value_counts().sort_index().items()]


def _excluded(reason: Exclusion, outcome: str, one: str, many: str = "") -> Find:
    """Finds the forms excluded for a reason."""
    return lambda intake: _by_wave(intake.forms["wave"][intake.forms["excluded"] == reason], outcome, one, many, ", excluded.")


def _kept(which: Callable[[Intake], pd.Series], outcome: str, one: str, many: str, do: str, what: str = ", kept.") -> Find:
    """Finds forms that are kept all the same."""
    return lambda intake: _by_wave(intake.kept["wave"][np.asarray(which(intake), dtype=bool)], outcome, one, many, what, do)


def _either(excluded: Find, kept: Find) -> Find:
    """Finds forms that a rule of the instrument keeps or excludes."""
    return lambda intake: excluded(intake) + kept(intake)


def _unread_times(intake: Intake) -> pd.Series:
    """Which forms have a time that is written in no known form."""
    started, finished = ((intake.kept[name].fillna("") != "") & intake.kept[f"{name}_at"].isna() for name in ("started", "finished"))
    return started | finished


def _alike(intake: Intake) -> np.ndarray:
    """Which forms have the answers of another form of the same authority at the same wave, throughout."""
    given = intake.coded.reasons == HAS_CODE
    codes = pd.DataFrame(np.where(given, intake.coded.codes, np.nan))
    answers = pd.concat([intake.kept[["wave", "authority"]], codes, intake.texts], axis=1)
    return answers.duplicated(keep="first").to_numpy() & (given.sum(axis=1) >= _ALIKE)


def few_forms(intake: Intake) -> list[Finding]:
    """Authorities with fewer forms at a wave than the base of a percentage needs."""
    least = intake.dictionary.disclosure.threshold_percent_base
    counts = intake.kept.groupby(["wave", "authority"], sort=True).size()
    return [Finding(WARNING, f"Fewer than {least} forms were kept: most of its results will be withheld.",
                    wave=wave, authority=authority, count=int(count))
            for (wave, authority), count in counts.items() if authority and count < least]


def straight_lining(intake: Intake) -> list[Finding]:
    """Forms that give one and the same answer to a whole block of questions with one response set."""
    blocks = defaultdict(list)
    for place, item in enumerate(intake.coded.items):
        if item.kind is ItemKind.CHOICE:
            blocks[item.response_set].append(place)
    found = []
    for response_set, places in sorted(blocks.items()):
        codes, full = intake.coded.codes[:, places], (intake.coded.reasons[:, places] == HAS_CODE).all(axis=1)
        alike = int((full & np.equal(codes, codes[:, :1]).all(axis=1)).sum())
        if alike and len(places) >= _BLOCK:
            share = f"{100 * alike / full.sum():.0f} % of those that answer them all"
            found.append(Finding(NOTE, f"{number(alike, 'form gives', 'forms give')} one answer to all {len(places)} questions with the "
                                 f"response set '{response_set}', {share}.", count=alike))
    return found


def columns_identifying(intake: Intake) -> list[Finding]:
    """Identifying columns, dropped on reading."""
    return [Finding(NOTE, f"The identifying column '{header}' was dropped on reading, in {number(files, 'file')}.",
                    "ask for exports without it.", wave=wave, count=files)
            for (header, wave), files in sorted(intake.mapping.dropped.items()) if files]


def _has(intake: Intake, role: Role) -> pd.Series:
    """Which forms are of an export version with a column of a role."""
    versions = [one for one in set(intake.kept["version"]) if any(column.role is role for column in intake.instrument.columns_of(one))]
    return intake.kept["version"].isin(versions)


def cells_plain(intake: Intake) -> list[Finding]:
    """Cells of the exports that are no plain answers: hidden, struck through, spoilt, nothing but a comment, totals."""
    return [as_finding(one, *place) for one, place in intake.mapping.noticed.items()]


def weights_usable(intake: Intake) -> list[Finding]:
    """Forms without a weight that can be used, where the export has a column of weights; and places where every weight is zero."""
    forms = intake.kept[_has(intake, Role.WEIGHT)]
    weight, found = given_weights(forms), []
    for (wave, authority), rows in forms.groupby(["wave", "authority"], sort=True).groups.items():
        files = "; ".join(sorted(set(forms.loc[rows, "file"]))[:2])
        lacking = int(weight[rows].isna().sum())
        found += counted(FAILURE, lacking, "form has", "forms have", f" no weight from zero up in {files}; without one it is in no weighted figure.",
                         "correct the column of weights in the export; a weight of zero is allowed.")
        found += [Finding(FAILURE, f"Every weight in {files} is zero, so that nobody is represented.", "look at the column of weights.",
                          count=len(rows))] if lacking < len(rows) and not weight[rows].gt(0).any() else []
        found = [replace(one, wave=one.wave or wave, authority=one.authority or authority) for one in found]
    return found


def sampling_complete(intake: Intake) -> list[Finding]:
    """Forms without a stratum or cluster, where the export has a column of it; clusters that are in two strata."""
    found = []
    for role in (Role.STRATUM, Role.CLUSTER):
        lacking = intake.kept[_has(intake, role) & intake.kept[role].fillna("").eq("")]
        found += [Finding(WARNING, f"{number(len(rows), 'form has', 'forms have')} no {role.value}; together they count as one.",
                          "fill the column in the export.", wave=wave, authority=authority, count=len(rows))
                  for (wave, authority), rows in lacking.groupby(["wave", "authority"], sort=True)]
    both = intake.kept[_has(intake, Role.STRATUM) & _has(intake, Role.CLUSTER) & intake.kept[Role.CLUSTER].fillna("").ne("")]
    strata = both.groupby(["wave", Role.CLUSTER.value])[Role.STRATUM.value].nunique()
    for wave, several in strata[strata > 1].groupby("wave"):
        found.append(Finding(FAILURE, f"{number(len(several), 'cluster is', 'clusters are')} in more than one stratum; each part counts as a "
                             "cluster of its own.", "correct the columns of strata and clusters, or number clusters anew in every stratum.",
                             wave=str(wave), count=len(several)))
    return found


def columns_lacking(intake: Intake) -> list[Finding]:
    """Columns that may be lacking, and are."""
    return [Finding(NOTE, f"The column '{header}' is not there, in {number(files, 'file')}"
                    f"{'; its item counts as not asked' if item else ''}.", wave=wave, item=item, count=files)
            for (header, wave, item), files in sorted(intake.mapping.lacking.items())]


def repaired(intake: Intake) -> list[Finding]:
    """Answers that differ from a declared label only by spaces, case, apostrophes or a labelled number.

    A label that only few people gave is counted and not shown, and neither is a spelling of it.
    """
    least = intake.dictionary.disclosure.threshold_internal
    kinds = {item.item: item.kind for item in intake.coded.items}
    groups = defaultdict(list)
    for one in intake.coded.repaired:
        groups[one.item, one.wave, one.read_as].append(one)
    found, rare = [], defaultdict(int)
    for (item, wave, read_as), group in sorted(groups.items()):
        count, texts = sum(one.count for one in group), sorted({(one.text, one.count) for one in group if one.count >= least})
        if not texts:
            rare[item, wave] += count
            continue
        # What follows the number in a labelled number is not declared, so it is not shown.
        typed = kinds.get(item) is ItemKind.NUMBER and any(text.strip()[:1] in "-0123456789" for text, _ in texts)
        shown, others = "Text that begins with the number" if typed else said_by(*texts[0], least), len({one.text for one in group}) - 1
        if others and not typed:
            shown += f" and {number(others, 'other spelling')}"
        found.append(Finding(NOTE, f"{shown} read as {said_by(read_as, count, least)}, {number(count, 'answer')}.", wave=wave, item=item, count=count))
    withheld = f" in spellings that fewer than {least} people each used, read as declared answers {WITHHELD}."
    return found + [Finding(NOTE, f"{number(count, 'answer')}{withheld}", wave=wave, item=item, count=count)
                    for (item, wave), count in sorted(rare.items())]


def corrected(intake: Intake) -> list[Finding]:
    """Corrections applied."""
    return counted(NOTE, intake.corrected, "declared correction was", "declared corrections were", " applied.")


def never_answered(intake: Intake) -> list[Finding]:
    """Items that were asked at a wave and answered by nobody."""
    found = []
    for wave, rows in intake.rows_by_wave():
        reasons = intake.coded.reasons[rows]
        unanswered = (reasons != REASON_CODE[MissingReason.NOT_ASKED]).any(axis=0) & ~(reasons == HAS_CODE).any(axis=0)
        found += [Finding(WARNING, "The item was asked and nobody answered it.", "look whether its column in columns.csv is the right one.",
                          wave=wave, item=item.item, count=len(rows))
                  for item, none in zip(intake.coded.items, unanswered) if none]
    return found


def routing_contradicted(intake: Intake) -> list[Finding]:
    """Answers to questions that were for others."""
    return [Finding(WARNING, f"{number(one.count, 'answer')} to a question that the routing kept from the person; counted as not "
                    "applicable.", "look whether routing.csv is right.", wave=one.wave, item=one.item, count=one.count)
            for one in sorted(intake.contradictions)]


def comparability(intake: Intake) -> list[Finding]:
    """Items whose wording or answers changed between versions that were used."""
    used = set(intake.kept["version"])
    return [Finding(WARNING if one.comparable is Match.DIFFERS else NOTE, f"Export versions '{one.version_a}' and '{one.version_b}' "
                    f"({one.comparable.value}): {one.note.rstrip('.')}.", item=one.item)
            for one in intake.instrument.comparability
            if {one.version_a, one.version_b} <= used and one.comparable is not Match.SAME] + _undeclared(intake, used)


def _undeclared(intake: Intake, used: set[str]) -> list[Finding]:
    """Items that two versions that were used ask, and of which nothing says whether they can be compared."""
    instrument, declared = intake.instrument, {(one.item, frozenset((one.version_a, one.version_b))) for one in intake.instrument.comparability}
    asked, found = held(instrument), []
    for first, second in combinations(sorted(used), 2):
        waves = [intake.kept.loc[intake.kept["version"].eq(version), "wave"] for version in (first, second)]
        for item in (one.item for one in instrument.items if one.kind is not ItemKind.TEXT):
            if item in asked.get(first, ()) and item in asked.get(second, ()) and (item, frozenset((first, second))) not in declared:
                at = ", ".join(dict.fromkeys(str(wave) for part in waves for wave in part.unique() if wave))
                found.append(Finding(
                    WARNING, f"Nothing is declared of the export versions '{first}' and '{second}'"
                    f"{f' (waves {at})' if at else ''}: no change of it is tested between them.",
                    f"add a row to instruments/{instrument.record.id}/comparability.csv: same, close or differs.", item=item))
    return found


def reversed_items(intake: Intake) -> list[Finding]:
    """Items that go against the rest of their scale: stored, or declared, the wrong way round."""
    places = {item.item: place for place, item in enumerate(intake.coded.items)}
    found = []
    for scale in intake.dictionary.scales:
        members = [one for one in scale.items if one.item in places]
        if len(members) < 3 or scale.rule is ScaleRule.COUNT:
            continue
        signs = np.array([-1.0 if one.reverse else 1.0 for one in members])
        for wave, rows in intake.rows_by_wave():
            codes = intake.coded.codes[rows][:, [places[one.item] for one in members]] * signs
            codes = codes[~np.isnan(codes).any(axis=1)]
            if len(codes) < _ENOUGH:
                continue
            rest = codes.sum(axis=1)[:, None] - codes
            against = ((codes - codes.mean(axis=0)) * (rest - rest.mean(axis=0))).sum(axis=0) < 0
            found += [Finding(WARNING, f"The item goes against the rest of the scale '{scale.id}'.",
                              "look whether it is stored, or declared, the wrong way round.", wave=wave, item=one.item, count=len(codes))
                      for one, wrong in zip(members, against) if wrong]
    return found


@dataclass(frozen=True)
class Check:
    """A named check: what it finds, and what it says where it finds nothing."""

    name: str
    passes: str
    find: Find


CHECKS = (
    Check("forms_add_up", "Every form read is kept or excluded for a reason.", forms_add_up),
    Check("forms_kept", "Every wave and every authority has forms that count.", fitness.somebody_answered),
    Check("forms_eligible", "No authority has more forms than people who could have answered.", fitness.fewer_than_eligible),
    Check("forms_tests", "No test submissions.", _excluded(Exclusion.TEST, NOTE, "test submission")),
    Check("forms_partial", "No unfinished forms.", _either(
        _excluded(Exclusion.PARTIAL, NOTE, "unfinished form"),
        _kept(lambda intake: intake.kept["is_partial"], NOTE, "unfinished form", "", "questions after the last answer count as absent."))),
    Check("forms_late", "No forms finished after the fieldwork.", _either(
        _excluded(Exclusion.LATE, WARNING, "form finished after the fieldwork", "forms finished after the fieldwork"),
        _kept(lambda intake: intake.kept["is_late"], WARNING, "form finished after the fieldwork", "forms finished after the fieldwork",
              "look whether the days of fieldwork in the cohort's file are right."))),
    Check("forms_early", "No forms begun before the fieldwork.", _kept(
        lambda intake: intake.kept["is_early"], WARNING, "form begun before the fieldwork", "forms begun before the fieldwork",
        "look whether they are tests, and mark them so in the export.")),
    Check("forms_empty", "No empty forms.", _excluded(Exclusion.EMPTY, NOTE, "form with too few answers", "forms with too few answers")),
    Check("forms_duplicate", "No submission number occurs twice.", _excluded(
        Exclusion.DUPLICATE, WARNING, "form that repeats a submission number", "forms that repeat a submission number")),
    Check("forms_without_number", "Every form has a submission number.", _kept(
        lambda intake: intake.kept["submission"] == "", WARNING, "form has no submission number", "forms have no submission number",
        "duplicates among them cannot be seen.")),
    Check("times_readable", "Every time in the exports could be read.", _kept(
        _unread_times, WARNING, "form has a time that cannot be read", "forms have a time that cannot be read",
        "such a form is never late; export times in ISO form.")),
    Check("persons_once", "No person occurs twice at one wave.", fitness.persons_once),
    Check("waves_in_order", "The forms of every wave were filled in after those of the wave before.", fitness.waves_in_order),
    Check("waves_share_items", "Every two waves that are compared have questions in common.", fitness.waves_share_items),
    Check("authority_few_forms", "Every authority has enough forms for percentages.", few_forms),
    Check("cells_plain", "Every cell of the exports is a plain value that can be seen.", cells_plain),
    Check("columns_identifying", "No identifying columns came in.", columns_identifying),
    Check("weights_usable", "Every form that should have a weight has one.", weights_usable),
    Check("sampling_complete", "Strata and clusters are complete, and no cluster is in two strata.", sampling_complete),
    Check("columns_lacking", "Every declared column is there.", columns_lacking),
    Check("answers_repaired", "Every answer is spelled as declared.", repaired),
    Check("answers_whole", "Every answer to a scale of whole numbers is one.", fitness.numbers_whole),
    Check("answers_numbered", "No answers are numbers where others of the export are labels.", fitness.numbers_for_labels),
    Check("answers_exclusive", "No choice that excludes the others was made together with one.", fitness.exclusive_choices),
    Check("answers_none_ticked", "Every form ticks something in every question with several choices, or leaves it out.", fitness.nothing_ticked),
    Check("tests_declared", "Every label of the column that marks test forms is declared.", fitness.tests_declared),
    Check("answers_corrected", "No corrections are declared.", corrected),
    Check("items_never_answered", "Every item asked was answered by somebody.", never_answered),
    Check("routing_contradicted", "No answers contradict the routing.", routing_contradicted),
    Check("items_reversed", "Every item of a scale goes the way of the others.", reversed_items),
    Check("forms_alike", "No two forms of an authority give the same answers throughout.", _kept(
        _alike, WARNING, "form has", "forms have", "look whether forms were sent twice under two numbers.",
        " the same answers throughout as another form of the same authority; kept.")),
    Check("forms_of_others", "No form is also a form of another authority.", fitness.forms_of_two_authorities),
    Check("straight_lining", "No form gives one answer throughout a block.", straight_lining),
    Check("versions_comparable", "No item changed between the versions used, as far as is noted.", comparability),
)
#: the checks of a cohort with comparison authorities, besides
OF_COMPARISON = (Check("comparison_waves", "Every comparison authority has forms at every wave.", fitness.comparison_has_waves),)


def check_intake(intake: Intake) -> list[Found]:
    """What every check finds in one source; a check that finds nothing says so, and one that had nothing to look at says that."""
    checks = (*CHECKS, *OF_COMPARISON) if intake.cohort.comparison_authorities else CHECKS
    nobody = intake.kept.empty
    return [(one.name, intake.source, finding) for one in checks for finding in one.find(intake)
            or [Finding(NOTE, "Not checked: no form was kept.") if nobody else Finding(PASS, one.passes)]]


def check_folder(undeclared: list[str]) -> list[Found]:
    """What there is to say of the files in the data folder that no source declares."""
    found = [Finding(WARNING, f"The file '{name}' lies in the data folder and no source declares it; it was not read.",
                     "declare it in the cohort's file, or move it away.", count=1) for name in undeclared]
    return [("files_unexpected", "", one) for one in found or [Finding(PASS, "No undeclared files lie in the data folder.")]]


def check_waves(lacking: dict[str, dict[str, int]]) -> list[Found]:
    """What there is to say of files that are not there yet, by source and wave."""
    found = [("waves_to_come", source, Finding(
        WARNING, f"Source '{source}'{f', wave {wave!r}' if wave else ''}: {number(count, 'declared file')} not there yet; left out.",
        "nothing, if they are still to come; else put them into the data folder.", wave=wave, count=count))
        for source, waves in lacking.items() for wave, count in waves.items()]
    return found or [("waves_to_come", "", Finding(PASS, "Every declared wave has its files."))]


def check_files(inputs: pd.DataFrame) -> list[Found]:
    """What there is to say of files that hold the same, byte for byte; ``inputs`` has the checksum of each."""
    same = inputs[inputs.duplicated("sha256", keep=False)].groupby("sha256", sort=False)["file"].agg(sorted)
    found = [Finding(FAILURE, f"The files {', '.join(repr(name) for name in names)} are the same, byte for byte.",
                     "look whether one export was saved under two names.", count=len(names)) for names in same]
    return [("files_distinct", "", one) for one in found or [Finding(PASS, "No two files are the same.")]]
