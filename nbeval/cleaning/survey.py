"""Surveys: from raw exports to answers, of a whole cohort, or of one export outside any cohort by the same steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from nbeval.cleaning.checks import check_files, check_folder, check_intake, check_waves
from nbeval.cleaning.coding import HAS_CODE, REASONS, Coded, code_answers, follow_routing, mark_absent, refuse_unknown
from nbeval.cleaning.corrections import apply_corrections, read_corrections
from nbeval.cleaning.files import CORRECTIONS, ExportFile, cohort_folder, locate, not_there_yet, record_inputs, spelled_waves, unexpected
from nbeval.cleaning.findings import Intake, findings_table
from nbeval.cleaning.forms import (
    FORM_ROLES, ColumnMapping, Exclusion, account, blank_at_the_wave, describe_forms, excluded, given_weights, map_columns, name_authorities,
)
from nbeval.cleaning.labels import SHOWN_FROM, labelled_items
from nbeval.cleaning.reading import read_exports, read_table
from nbeval.cleaning.spss_values import as_declared
from nbeval.cleaning.usable import by_authority, check_exports, take_usable, with_own
from nbeval.cleaning.withdrawn import NOBODY, Withdrawn
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.enums import Design, ItemKind, Role, SourceKind
from nbeval.dictionary.models import Cohort, Source, Wave
from nbeval.errors import NoDataError, ParameterError
from nbeval.frames import ANSWERS, RESPONDENTS, CleanedCohort, check, empty
from nbeval.left_out import EXPORTS_USABLE

# --- a cohort -------------------------------------------------------------------------------------


def clean_survey(cohort: Cohort, dictionary: Dictionary, data: Path, withdrawn: Withdrawn = NOBODY) -> CleanedCohort:
    """The answers of a cohort's survey from its raw exports, one row per respondent x closed item: a code or a ``MissingReason``.

    Respondents are numbered by source, wave, authority and submission. The order of rows and columns in the exports does not matter,
    except for which of two forms with one number is the last where there are no times.
    """
    collected = [source for source in cohort.sources if source.files]
    surveys = [source for source in collected if dictionary.instrument(source.instrument).record.kind is SourceKind.SURVEY]
    if collected and not surveys:
        return CleanedCohort(
            answers=empty(ANSWERS), respondents=empty(RESPONDENTS), findings=findings_table([]),
            accounting=pd.DataFrame(columns=["file", "wave", "authority", "read", "kept"]), inputs=record_inputs([], None, data),
        )
    if not surveys:
        raise NoDataError(
            f"cohort '{cohort.id}' declares no survey with files.", allowed="a source whose instrument is of kind 'survey'",
            where=f"cohorts/{cohort.id}.toml", do="declare the source and its files, or choose another cohort.",
        )
    path = cohort_folder(cohort, data) / CORRECTIONS
    corrections = read_corrections(path, cohort, path.relative_to(data).as_posix())
    located = {source.id: locate(cohort, source, data) for source in surveys}
    intakes: list[Intake] = []
    of_exports = []
    for source in surveys:
        files, first = located[source.id], sum(len(one.kept) for one in intakes)
        taking = _taking(cohort, dictionary, source, files, corrections, first, withdrawn)
        intake, left = take_usable(files, taking, _parting(cohort, dictionary, source))
        intakes.append(intake)
        of_exports += check_exports(EXPORTS_USABLE, source.id, left, passed="Every export can be read and is what the dictionary says.")
    inputs = record_inputs([file for files in located.values() for file in files], path if path.is_file() else None, data)
    found = [one for intake in intakes for one in check_intake(intake)] + [
        *of_exports,
        *check_waves({source.id: not_there_yet(cohort, source, data) for source in collected}), *check_files(inputs),
        *check_folder(unexpected(cohort, data))]
    return CleanedCohort(
        answers=check(_answer_table(intakes, cohort), ANSWERS), respondents=check(_respondent_table(intakes, cohort), RESPONDENTS),
        findings=findings_table(found), accounting=pd.concat([one.accounting for one in intakes], ignore_index=True),
        inputs=inputs, known_by=frozenset().union(*(one.mapping.known_by for one in intakes)),
    )


def _taking(
    cohort: Cohort, dictionary: Dictionary, source: Source, located: Sequence[ExportFile], corrections: pd.DataFrame, first: int,
    withdrawn: Withdrawn,
) -> Callable[[Sequence[ExportFile]], Intake]:
    """Takes in some of the files of a source: with all corrections, or with those of the waves and authorities that the files are of."""
    def take(files: Sequence[ExportFile]) -> Intake:
        own = with_own(corrections, files, located)
        return _take_in(cohort, dictionary, source, list(zip(files, read_exports(files))), own, first, withdrawn)
    return take


def _parting(cohort: Cohort, dictionary: Dictionary, source: Source) -> Callable[[ExportFile], list[ExportFile]]:
    """Parts a file of several authorities by the column that names them."""
    def part(file: ExportFile) -> list[ExportFile]:
        columns = dictionary.instrument(source.instrument).columns_of(file.version)
        return by_authority(file, next((one.header for one in columns if one.role is Role.AUTHORITY), ""), cohort, dictionary)
    return part


def _take_in(
    cohort: Cohort, dictionary: Dictionary, source: Source, exports: list[tuple[ExportFile, pd.DataFrame]], corrections: pd.DataFrame,
    first: int = 0, withdrawn: Withdrawn = NOBODY,
) -> Intake:
    """Take one source from its tables of text to codes, its respondents numbered from ``first`` + 1."""
    instrument = dictionary.instrument(source.instrument)
    rules = instrument.record
    mapping, forms = forms_of(cohort, dictionary, instrument, exports)
    forms = describe_forms(forms, cohort, rules).assign(is_withdrawn=withdrawn.among(forms))
    answers = pd.concat(mapping.texts, ignore_index=True).sort_index(axis=1)
    typed = [item.item for item in instrument.items if item.kind is ItemKind.TEXT and item.item in answers]
    closed = answers.drop(columns=typed)
    forms["excluded"] = excluded(forms, closed, rules)

    kept = forms[forms["excluded"] == Exclusion.KEPT]
    mine = withdrawn.corrections_left(corrections[corrections["source"] == source.id], forms[forms["is_withdrawn"]])
    closed = apply_corrections(closed.loc[kept.index], kept, mine)
    coded = code_answers(kept, closed, instrument)
    refuse_unknown(coded, kept, instrument, dictionary.disclosure.threshold_internal, cohort=cohort.id, source=source.id)
    enough = _questions_answered(coded) >= rules.minimum_answered
    forms.loc[kept.index[~enough], "excluded"] = Exclusion.EMPTY.value
    forms.loc[blank_at_the_wave(forms, answers), "excluded"] = Exclusion.OTHER_WAVE.value

    order = _order(kept[enough], pd.concat([closed, answers[typed]], axis=1).loc[kept.index[enough]], cohort)
    rows = kept.index.get_indexer(order)
    kept = kept.loc[order].reset_index(drop=True).assign(respondent=np.arange(first + 1, first + 1 + len(order)))
    coded = replace(coded, codes=coded.codes[rows], reasons=coded.reasons[rows])
    coded, contradictions = follow_routing(mark_absent(coded, kept, instrument), kept, instrument)
    return Intake(
        cohort, dictionary, source.id, instrument, forms, kept, answers.loc[order, typed].reset_index(drop=True), coded,
        mapping, account(forms, mapping.read, mapping.unused), len(mine), contradictions,
    )


def forms_of(
    cohort: Cohort, dictionary: Dictionary, instrument: LoadedInstrument, exports: list[tuple[ExportFile, pd.DataFrame]],
) -> tuple[ColumnMapping, pd.DataFrame]:
    """The columns of a source's exports, and what is known of every form, one row each."""
    mapping = map_columns([(file, as_declared(file, table, instrument)) for file, table in exports], instrument)
    forms = pd.concat(mapping.forms, ignore_index=True).reindex(columns=["row", "file", "source", "wave", "version", *FORM_ROLES])
    forms = forms.astype(dict.fromkeys(FORM_ROLES, "str"))
    return mapping, forms.assign(authority=name_authorities(forms, cohort, dictionary))


def _questions_answered(coded: Coded) -> np.ndarray:
    """How many questions each form answers; a multi-select question counts once, if anything is chosen."""
    valid = coded.reasons == HAS_CODE
    counts = valid.sum(axis=1)
    for places in coded.questions().values():
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
    """One row per form kept, in the form of ``frames.RESPONDENTS``; ``person`` is filled only where the design links waves, and columns of
    the sampling are there where an instrument declares them."""
    kept = pd.concat([intake.kept for intake in intakes], ignore_index=True)
    roles = {column.role for intake in intakes for version in set(intake.kept["version"]) for column in intake.instrument.columns_of(version)}
    sampling = {
        Role.WEIGHT: lambda: {"survey_weight": given_weights(kept)},
        **{role: lambda role=role: {role.value: kept[role].fillna("").astype(str)} for role in (Role.STRATUM, Role.CLUSTER)},
    }
    return pd.DataFrame({
        "respondent": kept["respondent"].astype(int),
        "source": _category(kept["source"], [intake.source for intake in intakes]),
        "wave": _category(kept["wave"], [wave.id for wave in cohort.waves]),
        "authority": _category(kept["authority"], cohort.authorities),
        "person": (kept[Role.PERSON].fillna("") if cohort.design is Design.MATCHED else pd.Series("", kept.index)).astype(str),
        **{name: column for role, made in sampling.items() if role in roles for name, column in made().items()},
    })


def _category(values, declared) -> pd.Categorical:
    """The values as a category, in declared order; the empty text is a level where it occurs."""
    levels = [*declared, *([""] if "" not in declared and (np.asarray(values, dtype=object) == "").any() else [])]
    return pd.Categorical(values, categories=levels)


# --- one export -----------------------------------------------------------------------------------

#: fewest forms of an authority for percentages to mean anything, where no policy is declared
_FEW = 10


@dataclass(frozen=True, eq=False, repr=False)
class Cleaned:
    """An export, cleaned.

    ``frame`` has one row per respondent kept (index ``respondent``): ``wave`` and ``authority`` where there are any, then one column
    per closed item: ordered categories, or numbers. Variable labels, codes and ranges are in ``frame.attrs``.
    ``missing`` has the same rows and items: why there is no answer, missing where there is one.
    ``findings`` has one row per finding of a check, ``accounting`` one row per file: forms read, kept, and excluded by reason.
    """

    frame: pd.DataFrame
    missing: pd.DataFrame
    findings: pd.DataFrame
    accounting: pd.DataFrame

    def __repr__(self) -> str:
        """Counts only; never an answer."""
        counts = self.accounting.select_dtypes("number").sum()
        excluded = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name not in ("read", "kept") and count)
        outcomes = self.findings["outcome"].value_counts()
        checks = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items())
        items = len(self.missing.columns)
        return (f"Cleaned: {counts['read']:,} forms read, {counts['kept']:,} kept, excluded: {excluded or 'none'}; "
                f"{items:,} items; checks: {checks or 'none'}")

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def clean(
    source: Path | str | pd.DataFrame, instrument: LoadedInstrument, *, version: str = "", wave: str = "", header_rows: int = 1,
    encoding: str = "", sheet: str = "", corrections: Path | str | None = None,
) -> Cleaned:
    """Clean an export of a declared instrument: read, repair as declared, code, give every gap its reason, check.

    Parameters
    ----------
    source : a CSV, XLSX, XLS, ODS or SPSS file, or a DataFrame with the headers of the export
    instrument : ``read_dictionary(folder).instrument(id)``, a survey
    version : the export version of ``columns.csv``; the only one unless there are several
    wave : the name of the wave, kept as a column; where a column of the export says it, the one wave that is wanted, or all
    header_rows, encoding, sheet : how a file is read; found out where they are not given
    corrections : a file of declared corrections, as beside a cohort's raw data

    Returns
    -------
    Cleaned
        ``.frame`` (one row per respondent, labelled), ``.missing`` (the reasons, same shape), ``.findings``, ``.accounting``. Displayed
        it shows counts. Identifying columns are dropped on reading; what people typed is not in the frame.

    Raises
    ------
    SourceError, UnknownHeaderError, UnknownCodeError, CorrectionError
        The export cannot be read, or is not what the instrument says; messages give counts and positions, never an answer.
    ParameterError
        The instrument is no survey, or has several export versions and none was named.

    Notes
    -----
    Tests, empty forms and duplicates are excluded by the rules of ``instrument.toml`` and counted in ``.accounting``. A respondent x
    item without an answer has one reason: not asked, not applicable (by the routing), not answered, don't know, prefer not to say,
    absent (the form stopped before), or invalid.

    Examples
    --------
    >>> import nbeval
    >>> study = nbeval.open_study("specimen")                                        # invented exports, written on the spot
    >>> export = sorted((study.data / "specimen" / "survey" / "baseline").glob("*.csv"))[0]
    >>> book = nbeval.read_dictionary()
    >>> cleaned = nbeval.clean(export, book.instrument("ylbc"), version="v2020")
    >>> len(cleaned.frame) == int(cleaned.accounting["kept"].sum()), cleaned.frame["lonely"].cat.ordered
    (True, True)
    """
    if not isinstance(instrument, LoadedInstrument) or not instrument.is_survey:
        found = instrument.record.kind if isinstance(instrument, LoadedInstrument) else type(instrument).__name__
        raise ParameterError("only an export of a survey can be cleaned by itself.", found=found, allowed="an instrument of kind survey",
                             where="clean", do='name one with book.instrument("...").')
    version = _version(instrument, version)
    if isinstance(source, pd.DataFrame):
        name, table = "the table", _as_text(source)
    else:
        name, table = Path(source).name, read_table(Path(source), header_rows=header_rows, encoding=encoding, sheet=sheet)
    waves = tuple(Wave(id=one, label=one) for one in _named(table, instrument, version, Role.WAVE) or (wave,))
    file = ExportFile(
        Path(name), name, "survey", wave, "", version, header_rows, encoding, sheet, waves=spelled_waves(waves, {}))
    cohort = Cohort(
        id="export", label="One export", starts="", source="clean", authorities=_named(table, instrument, version, Role.AUTHORITY),
        waves=waves, sources=(Source(id="survey", instrument=instrument.record.id, label="Survey"),))
    path = Path(corrections) if corrections else Path("corrections.csv of no cohort")
    intake = _take_in(cohort, _alone(instrument), cohort.sources[0], [(file, table)], read_corrections(path, cohort, path.name))
    frame, missing = _frames(intake, version)
    return Cleaned(frame, missing, findings_table(check_intake(intake)), intake.accounting)


def _frames(intake: Intake, version: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The kept forms as a labelled frame, and the reasons for gaps in the same shape."""
    index = pd.Index(intake.kept["respondent"].to_numpy(), name="respondent")
    items = [item.item for item in intake.coded.items]
    frame = labelled_items(pd.DataFrame(intake.coded.codes, index=index, columns=items), intake.instrument, [version])
    attrs = frame.attrs
    known = {name: intake.kept[name].to_numpy() for name in ("wave", "authority") if intake.kept[name].ne("").any()}
    frame = pd.concat([pd.DataFrame(known, index=index), frame], axis=1)
    frame.attrs = attrs
    names, reasons = [reason.value for reason in REASONS], intake.coded.reasons.T.astype(int) - 1
    missing = {item: pd.Categorical.from_codes(codes, categories=names) for item, codes in zip(items, reasons)}
    return frame, pd.DataFrame(missing, index=index)


def _alone(instrument: LoadedInstrument) -> Any:
    """What cleaning asks of a dictionary, where there is an instrument and nothing else; an authority's name is what the export says."""
    return SimpleNamespace(
        scales=(), codes=(), disclosure=SimpleNamespace(threshold_internal=SHOWN_FROM, threshold_percent_base=_FEW),
        instrument=lambda _: instrument, authority=lambda name: SimpleNamespace(name=name),
    )


def _version(instrument: LoadedInstrument, version: str) -> str:
    """The export version: the one named, or the only one."""
    versions = instrument.versions
    if version or len(versions) == 1:
        instrument.columns_of(version or versions[0])
        return version or versions[0]
    raise ParameterError(f"instrument '{instrument.record.id}' has {len(versions)} export versions, and none was named.",
                         allowed=", ".join(versions), where="clean", do="name one with version=.")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table as text alone, as an export is read: whole numbers without a point, gaps empty."""
    text = {}
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        whole = pd.api.types.is_float_dtype(column) and column.dropna().mod(1).eq(0).all()
        text[place] = (column.astype("Int64") if whole else column).astype(object).where(column.notna(), "").astype(str)
    found = pd.DataFrame(text, index=table.index).reset_index(drop=True).astype("str")
    found.columns = [str(name) for name in table.columns]
    return found


def _named(table: pd.DataFrame, instrument: LoadedInstrument, version: str, role: Role) -> tuple[str, ...]:
    """What the column of a role in the export names, as it is written there: authorities, or waves."""
    headers = [column.header for column in instrument.columns_of(version) if column.role is role]
    found = [header for header in headers if header in table]
    return tuple(sorted({text.strip() for text in table[found[0]].dropna()} - {""})) if found else ()
