"""The survey of a cohort: from raw exports to answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nbeval.cleaning.checks import Intake, run_checks
from nbeval.cleaning.coding import Coded, HAS_CODE, REASONS, code_answers, follow_routing, mark_absent, questions, refuse_unknown
from nbeval.cleaning.corrections import apply_corrections, read_corrections
from nbeval.cleaning.files import CORRECTIONS, ExportFile, cohort_folder, locate, record_inputs
from nbeval.cleaning.findings import findings_table
from nbeval.cleaning.forms import Exclusion, FORM_ROLES, account, describe_forms, excluded, map_columns, name_authorities
from nbeval.cleaning.reading import read_export
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design, ItemKind, Role, SourceKind
from nbeval.dictionary.models import Cohort, Source
from nbeval.errors import SourceError
from nbeval.frames import ANSWERS, CleanedCohort, FINDINGS, RESPONDENTS, check


#: the kind of instrument (instrument.toml) that is cleaned here
SURVEY = "survey"


def clean_survey(cohort: Cohort, dictionary: Dictionary, data: Path) -> CleanedCohort:
    """The answers of a cohort's survey from its raw exports, one row per respondent x closed item: a code or a ``MissingReason``.

    Respondents are numbered by source, wave, authority and submission. The order of rows and columns in the exports does not matter,
    except for which of two forms with one number is the last where there are no times.
    """
    if _without_survey(cohort, dictionary):
        return _nothing_answered(data)
    batch = _gather(cohort, dictionary, data)
    return CleanedCohort(
        answers=check(_answer_table(batch.intakes, cohort), ANSWERS),
        respondents=check(_respondent_table(batch.intakes, cohort), RESPONDENTS),
        findings=check(findings_table(run_checks(batch.intakes, cohort, data)), FINDINGS),
        accounting=pd.concat([one.accounting for one in batch.intakes], ignore_index=True),
        inputs=batch.inputs,
    )


def typed_text(cohort: Cohort, dictionary: Dictionary, data: Path) -> pd.DataFrame:
    """What people typed, one row per respondent x item that was filled in, for reading inside the team; never to be published as it is."""
    columns = ["respondent", "wave", "authority", "item", "text"]
    parts = [pd.DataFrame(columns=columns)]
    for intake in _gather(cohort, dictionary, data).intakes:
        wide = pd.concat([intake.kept[columns[:3]], intake.texts], axis=1)
        long = wide.melt(columns[:3], var_name="item", value_name="text")
        parts.append(long[long["text"].fillna("").str.strip() != ""])
    return pd.concat(parts[1:], ignore_index=True).sort_values(["respondent", "item"], ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Batch:
    """Every survey source of a cohort."""

    intakes: list[Intake]
    inputs: pd.DataFrame


def _gather(cohort: Cohort, dictionary: Dictionary, data: Path) -> _Batch:
    """Read, exclude, correct and code every survey source; number the respondents across them."""
    surveys = [one for one in cohort.sources if one.files and dictionary.instrument(one.instrument).record.kind == SURVEY]
    if not surveys:
        raise SourceError(
            f"cohort '{cohort.id}' declares no survey with files.",
            allowed=f"a source whose instrument is of kind '{SURVEY}'",
            where=f"cohorts/{cohort.id}.toml", do="declare the source and its files, or choose another cohort.",
        )
    path = cohort_folder(cohort, data) / CORRECTIONS
    corrections = read_corrections(path, cohort, path.relative_to(data).as_posix())
    intakes, files, first = [], [], 0
    for source in surveys:
        located = locate(cohort, source, data)
        exports = [(file, read_export(file)) for file in located]
        intakes.append(take_in(cohort, dictionary, source, exports, corrections, first))
        files += located
        first += len(intakes[-1].kept)
    return _Batch(intakes, record_inputs(files, path if path.is_file() else None, data))


def take_in(
    cohort: Cohort, dictionary: Dictionary, source: Source, exports: list[tuple[ExportFile, pd.DataFrame]], corrections: pd.DataFrame,
    first: int = 0,
) -> Intake:
    """Take one source from its tables of text to codes, its respondents numbered from ``first`` + 1."""
    instrument = dictionary.instrument(source.instrument)
    rules = instrument.record
    mapping = map_columns(exports, instrument)
    forms = _stack(mapping.forms).reindex(columns=["row", "file", "source", "wave", "version", *FORM_ROLES])
    forms = forms.astype(dict.fromkeys(FORM_ROLES, "str"))
    forms["authority"] = name_authorities(forms, cohort, dictionary)
    forms = describe_forms(forms, cohort, rules)
    answers = _stack(mapping.texts)
    typed = [item.item for item in instrument.items if item.kind is ItemKind.TEXT and item.item in answers]
    closed = answers.drop(columns=typed)
    forms["excluded"] = excluded(forms, closed, rules)

    kept = forms[forms["excluded"] == Exclusion.KEPT]
    mine = corrections[corrections["source"] == source.id]
    closed = apply_corrections(closed.loc[kept.index], kept, mine)
    coded = code_answers(kept, closed, instrument)
    threshold = dictionary.disclosure.threshold_internal
    refuse_unknown(coded, kept, instrument, threshold, cohort=cohort.id, source=source.id)
    enough = _questions_answered(coded) >= rules.minimum_answered
    forms.loc[kept.index[~enough], "excluded"] = Exclusion.EMPTY.value

    order = _order(kept[enough], pd.concat([closed, answers[typed]], axis=1).loc[kept.index[enough]], cohort)
    rows = kept.index.get_indexer(order)
    kept = kept.loc[order].reset_index(drop=True).assign(respondent=np.arange(first + 1, first + 1 + len(order)))
    coded = Coded(coded.items, coded.codes[rows], coded.reasons[rows], coded.repaired)
    coded, contradictions = follow_routing(mark_absent(coded, kept, instrument), kept, instrument)
    return Intake(
        cohort, dictionary, source.id, instrument, forms, kept, answers.loc[order, typed].reset_index(drop=True), coded,
        mapping, account(forms, {file.name: len(table) for file, table in exports}), len(mine), contradictions,
    )


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all files under one another, columns in the order of their names."""
    stacked = pd.concat(parts, ignore_index=True)
    return stacked[sorted(stacked.columns)]


def _questions_answered(coded: Coded) -> np.ndarray:
    """How many questions each form answers; a multi-select question counts once, if anything is chosen."""
    valid = coded.reasons == HAS_CODE
    counts = valid.sum(axis=1)
    for places in questions(coded.items).values():
        counts += (coded.codes[:, places] == 1).any(axis=1) - valid[:, places].sum(axis=1).astype(int)
    return counts


def _order(kept: pd.DataFrame, answers: pd.DataFrame, cohort: Cohort) -> pd.Index:
    """The forms in the order of wave, authority and submission; ties in that of their answers."""
    waves = {wave.id: place for place, wave in enumerate(cohort.waves)}
    keys = pd.concat([
        kept["wave"].map(waves).fillna(-1).rename("_wave"), kept["authority"].rename("_authority"),
        kept["submission"].fillna("").rename("_submission"), answers.fillna(""),
    ], axis=1)
    first = ["_wave", "_authority", "_submission"]
    by = first if not keys.duplicated(first).any() else [*first, *sorted(answers.columns)]
    return keys.sort_values(by, kind="stable").index


def _answer_table(intakes: list[Intake], cohort: Cohort) -> pd.DataFrame:
    """Every source's answers in the form of ``frames.ANSWERS``: one row per respondent x closed item."""
    items = list(dict.fromkeys(item.item for intake in intakes for item in intake.coded.items))
    place = {item: number for number, item in enumerate(items)}
    kept = pd.concat([intake.kept for intake in intakes], ignore_index=True)
    rows = np.repeat(np.arange(len(kept)), np.concatenate([np.full(len(one.kept), len(one.coded.items)) for one in intakes]))
    asked = [np.tile([place[item.item] for item in intake.coded.items], len(intake.kept)) for intake in intakes]
    missing = np.concatenate([intake.coded.reasons.ravel() for intake in intakes]) - 1
    return pd.DataFrame({
        "respondent": kept["respondent"].to_numpy(dtype=int)[rows],
        "wave": _category(kept["wave"], [wave.id for wave in cohort.waves])[rows],
        "authority": _category(kept["authority"], cohort.authorities)[rows],
        "item": pd.Categorical.from_codes(np.concatenate(asked), items),
        "code": np.concatenate([intake.coded.codes.ravel() for intake in intakes]).astype(float),
        "missing": pd.Categorical.from_codes(missing, [reason.value for reason in REASONS]),
    })


def _respondent_table(intakes: list[Intake], cohort: Cohort) -> pd.DataFrame:
    """One row per form kept, in the form of ``frames.RESPONDENTS``; ``person`` is filled only where the design links waves."""
    kept = pd.concat([intake.kept for intake in intakes], ignore_index=True)
    linked = cohort.design is Design.MATCHED
    return pd.DataFrame({
        "respondent": kept["respondent"].astype(int),
        "source": _category(kept["source"], [intake.source for intake in intakes]),
        "wave": _category(kept["wave"], [wave.id for wave in cohort.waves]),
        "authority": _category(kept["authority"], cohort.authorities),
        "person": (kept[Role.PERSON].fillna("") if linked else pd.Series("", kept.index)).astype(str),
    })


def _category(values, declared) -> pd.Categorical:
    """The values as a category, in declared order; the empty text is a level where it occurs."""
    levels = [*declared, *([""] if "" not in declared and (np.asarray(values, dtype=object) == "").any() else [])]
    return pd.Categorical(values, categories=levels)


def _without_survey(cohort: Cohort, dictionary: Dictionary) -> bool:
    """Whether a cohort has files of some source and none of a survey."""
    kinds = {dictionary.instrument(source.instrument).record.kind for source in cohort.sources if source.files}
    return bool(kinds) and SourceKind.SURVEY not in kinds


def _nothing_answered(data: Path) -> CleanedCohort:
    """The tables of a cohort without a survey: no answers, nobody, no file."""
    answers = pd.DataFrame({
        "respondent": pd.Series(dtype=int), "wave": _no_category(), "authority": _no_category(), "item": _no_category(),
        "code": pd.Series(dtype=float), "missing": _no_category(),
    })
    respondents = pd.DataFrame({
        "respondent": pd.Series(dtype=int), "source": _no_category(), "wave": _no_category(), "authority": _no_category(),
        "person": pd.Series(dtype=str),
    })
    return CleanedCohort(
        answers=check(answers, ANSWERS), respondents=check(respondents, RESPONDENTS), findings=findings_table([]),
        accounting=pd.DataFrame(columns=["file", "wave", "authority", "read", "kept"]), inputs=record_inputs([], None, data),
    )


def _no_category() -> pd.Series:
    """An empty column of categories."""
    return pd.Series(pd.Categorical([], categories=pd.Index([], dtype=str)))
