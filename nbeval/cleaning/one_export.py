"""Cleaning one export of a declared instrument, outside any cohort: the same steps as for a cohort's exports."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from nbeval.cleaning.checks import CHECKS, Intake
from nbeval.cleaning.coding import REASONS
from nbeval.cleaning.corrections import read_corrections
from nbeval.cleaning.findings import PASS, Finding, findings_table
from nbeval.cleaning.labels import SHOWN_FROM, labelled_items
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.reading import read_table
from nbeval.cleaning.survey import take_in
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import Cohort, Source, Wave
from nbeval.errors import ParameterError
from nbeval.frames import FINDINGS, check

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
    wave : the name of the wave, kept as a column
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
    name = "the table" if isinstance(source, pd.DataFrame) else Path(source).name
    table = _as_text(source) if isinstance(source, pd.DataFrame) else read_table(
        Path(source), header_rows=header_rows, encoding=encoding, sheet=sheet)
    file = ExportFile(Path(name), name, "survey", wave, "", version, header_rows, encoding, sheet)
    authorities = _authorities(table, instrument, version)
    cohort = Cohort(
        id="export", label="One export", starts="", source="clean", authorities=authorities,
        waves=(Wave(id=wave, label=wave),), sources=(Source(id="survey", instrument=instrument.record.id, label="Survey"),))
    path = Path(corrections) if corrections else Path("corrections.csv of no cohort")
    intake = take_in(cohort, _OneInstrument(instrument), cohort.sources[0], [(file, table)], read_corrections(path, cohort, path.name))
    frame, missing = _frames(intake, version)
    return Cleaned(frame, missing, _findings(intake), intake.accounting)


def _frames(intake: Intake, version: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The kept forms as a labelled frame, and the reasons for gaps in the same shape."""
    index = pd.Index(intake.kept["respondent"].to_numpy(), name="respondent")
    items = [item.item for item in intake.coded.items]
    frame = labelled_items(pd.DataFrame(intake.coded.codes, index=index, columns=items), intake.instrument, [version])
    attrs = frame.attrs
    known = {name: intake.kept[name].to_numpy() for name in ("wave", "authority") if intake.kept[name].ne("").any()}
    frame = pd.concat([pd.DataFrame(known, index=index), frame], axis=1)
    frame.attrs = attrs
    names = [reason.value for reason in REASONS]
    missing = pd.DataFrame({
        item: pd.Categorical.from_codes(intake.coded.reasons[:, place].astype(int) - 1, categories=names) for place, item in enumerate(items)
    }, index=index)
    return frame, missing


class _OneInstrument:
    """What cleaning asks of a dictionary, where there is an instrument and nothing else."""

    scales = ()
    codes = ()
    disclosure = SimpleNamespace(threshold_internal=SHOWN_FROM, threshold_percent_base=_FEW)

    def __init__(self, instrument: LoadedInstrument) -> None:
        self._instrument = instrument

    def instrument(self, _: str) -> LoadedInstrument:
        """The instrument."""
        return self._instrument

    def authority(self, authority: str) -> SimpleNamespace:
        """An authority, whose name is what the export says."""
        return SimpleNamespace(name=authority)


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


def _authorities(table: pd.DataFrame, instrument: LoadedInstrument, version: str) -> tuple[str, ...]:
    """The authorities that a column of the export names, as they are written there."""
    headers = [column.header for column in instrument.columns_of(version) if column.role is Role.AUTHORITY]
    found = [header for header in headers if header in table]
    return tuple(sorted({text.strip() for text in table[found[0]].dropna()} - {""})) if found else ()


def _findings(intake: Intake) -> pd.DataFrame:
    """What every check found."""
    found = []
    for one in CHECKS:
        found += [(one.name, intake.source, finding) for finding in one.find(intake) or [Finding(PASS, one.passes)]]
    return check(findings_table(found), FINDINGS)
