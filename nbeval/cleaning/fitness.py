"""Whether what was collected fits how it was to be collected: somebody answered, waves in order, shared questions, people once, counts that can be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import HAS_CODE, REASON_CODE
from nbeval.cleaning.findings import FAILURE, NOTE, WARNING, Finding, Intake, number
from nbeval.cleaning.forms import Exclusion
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Design, ItemKind, MissingReason, Role
from nbeval.errors import said_by

_FILES = 2
_NOT_ASKED = REASON_CODE[MissingReason.NOT_ASKED]
#: what a column that marks test forms usually holds for the others
_NO_TEST = {"", "no", "n", "0", "false", "real", "live", "none", "-", "not a test"}


def in_files(files: pd.Series) -> str:
    """The files of some forms, the first few by name."""
    names = sorted(set(files))
    return ", ".join(names[:_FILES]) + (f" and {len(names) - _FILES} more" if len(names) > _FILES else "")


def _places(forms: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The forms of each wave and authority."""
    yield from ((str(wave), str(authority), part) for (wave, authority), part in forms.groupby(["wave", "authority"], sort=True))


def somebody_answered(intake: Intake) -> list[Finding]:
    """Waves, and authorities at a wave, none of whose forms was kept."""
    forms, found = intake.forms[intake.forms["excluded"] != Exclusion.OTHER_WAVE], []
    for wave in (one.id for one in intake.cohort.waves if one.id in intake.waves):
        here = forms[forms["wave"].eq(wave)]
        if here["excluded"].eq(Exclusion.KEPT.value).any():
            found += [Finding(FAILURE, f"None of {number(len(part), 'form')} in {in_files(part['file'])} was kept: the authority has no answers.",
                              "look why they were excluded, at this wave's forms.", wave, authority, count=len(part))
                      for _, authority, part in _places(here) if authority and not part["excluded"].eq(Exclusion.KEPT.value).any()]
        else:
            later = wave != intake.cohort.waves[0].id
            what = f"None of {number(len(here), 'form')} in {in_files(here['file'])} was kept" if len(here) else "No row of the files is of the wave"
            found.append(Finding(WARNING if later and here.empty else FAILURE, f"{what}: nobody's answers are known.",
                                 "look why they were excluded; nothing is reported of nobody.", wave, count=len(here)))
    return found


def fewer_than_eligible(intake: Intake) -> list[Finding]:
    """Authorities with more forms than people who could have answered."""
    kept = intake.kept.groupby(["wave", "authority"]).size()
    return [Finding(FAILURE, f"{number(int(kept[place]), 'form was', 'forms were')} kept, and {one.count:,} people could have answered: "
                    "no response rate is worked out.", "correct [[eligible]] in the cohort's file, or look for forms of others.",
                    one.wave, one.authority, count=int(kept[place]))
            for one in intake.cohort.eligible if (place := (one.wave, one.authority)) in kept and kept[place] > one.count]


def persons_once(intake: Intake) -> list[Finding]:
    """People of a matched design who have several forms at a wave."""
    kept = intake.kept
    twice = kept["person"].fillna("").ne("") & (intake.cohort.design is Design.MATCHED) & kept.duplicated(["wave", "person"], keep=False)
    return [Finding(WARNING, f"{number(len(part), 'form is of a person who has', 'forms are of persons who have')} more than one, in "
                    f"{in_files(part['file'])}.", "waves cannot be linked for them; keep one form of each.", wave, authority, count=len(part))
            for wave, authority, part in _places(kept[twice])]


def waves_in_order(intake: Intake) -> list[Finding]:
    """Waves whose forms were filled in before those of an earlier wave: exports in one another's place."""
    when = intake.kept["finished_at"].fillna(intake.kept["started_at"])
    middle = when.groupby([intake.kept["authority"], intake.kept["wave"]]).median().dropna()
    found, ordered = [], [one.id for one in intake.cohort.waves]
    for authority in middle.index.get_level_values(0).unique():
        known = [(wave, middle[authority, wave]) for wave in ordered if (authority, wave) in middle.index]
        for (earlier, before), (later, after) in zip(known, known[1:]):
            if after < before:
                files = in_files(intake.kept.loc[intake.kept["authority"].eq(authority) & intake.kept["wave"].eq(later), "file"])
                found.append(Finding(FAILURE, f"Its forms, in {files}, were filled in before those of wave '{earlier}'.",
                                     "look whether the exports of two waves lie in one another's place.", later, str(authority)))
    return found


def waves_share_items(intake: Intake) -> list[Finding]:
    """Pairs of waves that are to be compared and have no question in common."""
    asked = {wave: (intake.coded.reasons[rows] != _NOT_ASKED).any(axis=0) for wave, rows in intake.rows_by_wave()}
    return [Finding(FAILURE if intake.cohort.contrasts else WARNING, f"No question was asked both at this wave and at wave '{earlier}': "
                    "nothing can be compared.", "correct the contrasts, or the items in columns.csv.", wave=later)
            for later, earlier in _pairs(intake) if later in asked and earlier in asked and not (asked[later] & asked[earlier]).any()]


def _pairs(intake: Intake) -> list[tuple[str, str]]:
    """The pairs of waves that are compared: as declared, or each with the first and with the one before."""
    waves = [one.id for one in intake.cohort.waves]
    usual = [(wave, earlier) for place, wave in enumerate(waves) for earlier in dict.fromkeys((waves[0], waves[max(place - 1, 0)])) if place]
    return list(intake.cohort.contrasts) or usual


def comparison_has_waves(intake: Intake) -> list[Finding]:
    """Comparison authorities without forms at a wave that others have: they cannot be compared over time."""
    there = set(zip(intake.kept["wave"], intake.kept["authority"]))
    waves = [one.id for one in intake.cohort.waves if one.id in {wave for wave, _ in there}]
    return [Finding(WARNING, f"The comparison authority has no form at {'the first' if place == 0 else 'this'} wave: it is in no comparison of "
                    f"changes {'at all' if place == 0 else 'at it'}.", "bring its export, or take it out of comparison_authorities.", wave, authority)
            for authority in intake.cohort.comparison_authorities for place, wave in enumerate(waves) if (wave, authority) not in there]


def numbers_whole(intake: Intake) -> list[Finding]:
    """Answers between the whole numbers of a scale (or of ages), where most are whole."""
    found = []
    for place, item in enumerate(intake.coded.items):
        if item.kind is not ItemKind.NUMBER or item.lowest % 1 or item.highest % 1:
            continue
        codes = pd.Series(intake.coded.codes[:, place])
        between = codes.notna() & codes.mod(1).ne(0)
        if 0 < between.sum() < codes.notna().sum() / 2:
            found += [Finding(WARNING, f"{number(len(part), 'answer lies', 'answers lie')} between the whole numbers, in {in_files(part['file'])}; "
                              "kept as they are, and in no band of whole numbers.", "correct them in corrections.csv if the question has whole "
                              "answers only.", wave, authority, item.item, len(part))
                      for wave, authority, part in _places(intake.kept[between.to_numpy()])]
    return found


def numbers_for_labels(intake: Intake) -> list[Finding]:
    """Questions whose answers are numbers in an export that has labels elsewhere: perhaps not numbered as the dictionary numbers them."""
    found = []
    for wave, by_code in intake.coded.by_code.items():
        labelled = intake.coded.by_label.get(wave, set()) - set(by_code)
        for item, count in sorted(by_code.items()) if labelled else ():
            found.append(Finding(WARNING, f"{number(count, 'answer is a number', 'answers are numbers')} where other questions have labels; read as "
                                 "the codes of response_sets.csv.", "look whether the survey tool numbers its answers in the same way.", wave,
                                 item=item, count=count))
    return found


def exclusive_choices(intake: Intake) -> list[Finding]:
    """Forms that make a choice which excludes the others together with one of them."""
    found, least = [], intake.dictionary.disclosure.threshold_internal
    for question, places in intake.coded.questions().items():
        chosen = intake.coded.codes[:, places] == 1
        alone = np.array([intake.coded.items[place].exclusive for place in places])
        both = chosen[:, alone].any(axis=1) & (chosen.sum(axis=1) > 1)
        for wave, authority, part in _places(intake.kept[both]):
            rows = chosen[intake.kept.index.get_indexer(part.index)]
            by = [(intake.coded.items[place].label, int(rows[:, column].sum())) for column, place in enumerate(places) if alone[column]]
            labels = ", ".join(dict.fromkeys(said_by(label, count, least) for label, count in by if count))
            found.append(Finding(
                WARNING, f"{number(len(part), 'form chooses', 'forms choose')} an answer that excludes the others {labels} in '{question}' together "
                "with another; both are counted.", "correct them in corrections.csv if one of the two is known to be wrong.", wave, authority,
                count=len(part)))
    return found


def nothing_ticked(intake: Intake) -> list[Finding]:
    """Forms in which every option of a question is marked as not chosen."""
    found = []
    for question, places in intake.coded.questions().items():
        none = (intake.coded.reasons[:, places] == HAS_CODE).all(axis=1) & (intake.coded.codes[:, places] == 0).all(axis=1)
        found += [Finding(NOTE, f"{number(len(part), 'form has', 'forms have')} nothing ticked in '{question}', and count as answers.",
                          "if the list has a choice for none, they may have left the question out.", wave, authority, count=len(part))
                  for wave, authority, part in _places(intake.kept[none])]
    return found


def tests_declared(intake: Intake) -> list[Finding]:
    """Labels in the column that marks test forms which nobody declared."""
    declared = {normalise(label) for label in intake.instrument.record.test_labels}
    marks = intake.forms[Role.TEST].fillna("").map(normalise)
    strange = ~marks.isin(declared | _NO_TEST) & intake.forms["excluded"].eq(Exclusion.KEPT.value)
    return [Finding(WARNING, f"{number(len(part), 'form has', 'forms have')} a label that is not declared in the column that marks test forms, in "
                    f"{in_files(part['file'])}; kept.", "declare it under test_labels in instrument.toml if it means a test.", wave, authority,
                    count=len(part)) for wave, authority, part in _places(intake.forms[strange])]


def forms_of_two_authorities(intake: Intake) -> list[Finding]:
    """Forms with the number and all the answers of a form of another authority: one export under two names."""
    given = intake.kept["submission"].fillna("").ne("")
    answers = pd.DataFrame(np.where(intake.coded.reasons == HAS_CODE, intake.coded.codes, np.nan))
    key = pd.util.hash_pandas_object(pd.concat([intake.kept[["wave", "submission"]], answers], axis=1)[given.to_numpy()], index=False)
    others = intake.kept.loc[given, "authority"].groupby(key.to_numpy()).transform("nunique") > 1
    return [Finding(FAILURE, f"{number(len(part), 'form has', 'forms have')} the number and the same answers as a form of another authority, in "
                    f"{in_files(part['file'])}.", "look whether one export was saved under two names.", wave, authority, count=len(part))
            for wave, authority, part in _places(intake.kept.loc[others.index[others]])]
