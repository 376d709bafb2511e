"""Official figures as one source of a cohort: the tables it names, in the newest vintage of each figure."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning.findings import Finding
from nbeval.cleaning.locating import ExportFile
from nbeval.cleaning.official import clean_official, newest_vintage
from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, Source
from nbeval.errors import SourceError
from nbeval.evidence_frames import OFFICIAL
from nbeval.frames import check


def clean_official_source(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile],
) -> tuple[pd.DataFrame, list[Finding]]:
    """Clean what the tables of one source say of a cohort's authorities.

    Parameters
    ----------
    cohort, dictionary, source
        The declarations; the version of each file is the id of an official table.
    files : list of ExportFile
        The published files, all in one folder and under the names that official/tables.csv gives them.

    Returns
    -------
    figures : pandas.DataFrame
        One row per authority x year x measure, from the vintage that was published last.
    findings : list of Finding
        As ``clean_official`` makes them.

    Raises
    ------
    SourceError
        A file bears another name than its table, or they lie in several folders; or as for ``clean_official``.
    """
    declared = {table.table: table.file for table in dictionary.official.tables}
    wrong = [file.name for file in files if file.path.name != declared[file.version]]
    folders = {file.path.parent for file in files}
    if wrong or len(folders) > 1:
        raise SourceError(
            f"source '{source.id}' of cohort '{cohort.id}': published files are not where their tables are declared.",
            found="; ".join(wrong) or f"{len(folders)} folders", allowed="; ".join(declared[file.version] for file in files),
            where=f"cohorts/{cohort.id}.toml", do="keep the published names, and all files in one folder.",
        )
    found = clean_official(cohort, dictionary, folders.pop(), tables={file.version for file in files})
    figures = newest_vintage(found.figures).assign(source=source.id)[list(OFFICIAL.columns)]
    numbers = {name: float for name in ("value", "conf_low", "conf_high")}
    texts = {name: str for name in ("source", "authority", "measure", "unit", "symbol")}
    notes = [Finding(one.outcome, one.message, one.do, one.wave, one.authority, one.item, one.count) for one in found.findings.itertuples()]
    return check(figures.astype({**numbers, **texts, "year": int}), OFFICIAL), notes
