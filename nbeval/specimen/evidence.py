"""Invented exports of sources that are no survey, as authorities and the programme would return them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import MANY, Cohort, Source, SourceFiles
from nbeval.errors import ParameterError
from nbeval.specimen.export import Canary
from nbeval.specimen.files import write_file
from nbeval.specimen.inspection_rows import inspection_rows
from nbeval.specimen.invention import Invention
from nbeval.specimen.log_rows import condition_rows, plan_rows, visit_rows
from nbeval.specimen.official_table import write_official
from nbeval.specimen.quote_rows import quote_rows
from nbeval.specimen.rating_books import write_book
from nbeval.specimen.theme_rows import segment_rows

_AUTHORITY = "{authority}"
_ROWS: dict[SourceKind, Callable[[Invention], list[dict[str, str]]]] = {
    SourceKind.ACTION_PLAN: plan_rows, SourceKind.VISITS: visit_rows, SourceKind.ENTRY: condition_rows,
    SourceKind.INTERVIEWS: segment_rows, SourceKind.QUOTES: quote_rows,
    SourceKind.INSPECTIONS: inspection_rows,
}


def write_evidence(
    cohort: Cohort, dictionary: Dictionary, source: Source, out: Path, *, canary: Canary | None = None,
) -> list[Path]:
    """Write invented exports of one source that is no survey.

    Parameters
    ----------
    cohort : Cohort
        An invented cohort.
    dictionary : Dictionary
        It must have a specimen_evidence.toml.
    source : Source
        Its instrument says what the files hold, its files where they lie.
    out : Path
        The cohort's data folder.
    canary : callable, optional
        Rewrites what a person typed or is known by, as for ``write_specimen``.

    Returns
    -------
    list of Path
        The files written, in the order of declaration; the same dictionary gives the same bytes.

    Raises
    ------
    ParameterError
        The dictionary does not say what to invent.
    """
    if dictionary.specimen_evidence is None:
        raise ParameterError(
            f"the dictionary does not say what source '{source.id}' of cohort '{cohort.id}' is drawn from.",
            where="specimen_evidence.toml", do="write specimen_evidence.toml in the dictionary's folder.",
        )
    written = []
    for files in source.files:
        for authorities in _places(cohort, files):
            made = Invention(cohort, dictionary, source, files, authorities, canary)
            written.append(_write(made, out))
    return written


def _places(cohort: Cohort, files: SourceFiles) -> list[tuple[str, ...]]:
    """The authorities of each file."""
    returned = files.returned_by(cohort.authorities)
    return [(one,) for one in returned] if _AUTHORITY in files.pattern else [returned]


def _write(made: Invention, out: Path) -> Path:
    """Write one file."""
    path = out / made.name
    if made.instrument.record.kind == SourceKind.SELF_ASSESSMENT:
        write_book(path, made)
        return path
    if made.instrument.record.kind == SourceKind.OFFICIAL:
        write_official(path, made)
        return path
    headers = [field.header for field in made.fields if not field.header.endswith(MANY)]
    rows = _ROWS[SourceKind(made.instrument.record.kind)](made)
    cells = [[row.get(header, "") for header in headers] for row in rows]
    write_file(path, headers, cells, header_rows=made.files.header_rows, mark=False, encoding=made.files.encoding)
    return path
