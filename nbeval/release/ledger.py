"""The ledger of releases: what a cohort has published, against which everything later is protected."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbeval.errors import SourceError
from nbeval.release.fingerprint import file_sha256

if TYPE_CHECKING:
    import pandas as pd


RECORD = "release.json"
SCHEMA = 1
_REPAIR = "restore the folder as it was when the release was signed; what was published cannot be published anew."


@dataclass(frozen=True)
class Release:
    """One release: who answered for it and when, what was in it, and the checksums of every file."""

    number: int
    signed_by: str
    date: str
    reports: tuple[str, ...]                    # their folders below the cohort's, such as "baseline"
    files: dict[str, str]                       # sha256 by name below the cohort's folder
    results: str                                # name of the table of results
    results_sha256: str
    audit: dict[str, Any]                       # counts only; place by place in release-<number>-audit.csv
    confirmed: tuple[str, ...]                  # what the person who signed confirmed
    dictionary: str
    code: str

    @property
    def about(self) -> str:
        """The release in one line."""
        return f"release {self.number}, signed by {self.signed_by} on {self.date}: {', '.join(self.reports)}"


def releases_of(cohort: str, reports: Path) -> tuple[Release, ...]:
    """The releases of a cohort so far, the first one first; none where there is no record."""
    file = reports / cohort / RECORD
    if not file.is_file():
        return ()
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))["releases"]
        return tuple(Release(**{**entry, "reports": tuple(entry["reports"]), "confirmed": tuple(entry["confirmed"])}) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError(f"the record of the releases of cohort '{cohort}' cannot be read.", where=f"{cohort}/{RECORD}", do=_REPAIR) from None


def earlier_results(cohort: str, reports: Path) -> list[pd.DataFrame]:
    """What a cohort has published so far."""
    return [_table(cohort, one, reports) for one in releases_of(cohort, reports)]


def releases_digest(cohort: str, reports: Path) -> str:
    """A checksum that changes whenever something more is published; empty text where nothing was."""
    sums = "".join(one.results_sha256 for one in releases_of(cohort, reports))
    return hashlib.sha256(sums.encode()).hexdigest() if sums else ""


def signature_of(folder: str, reports: Path) -> tuple[int, str] | None:
    """The number and the day of the last release of a report, if its files are as they went out; None where it is a draft.

    The provenance holds the hour at which the files were made, and is not compared: the same files made again are the same report.
    """
    cohort, _, name = folder.partition("/")
    last = next((one for one in reversed(releases_of(cohort, reports)) if name in one.reports), None)
    if last is None:
        return None
    own = {file: digest for file, digest in last.files.items() if file.rpartition("/")[0] == name and not file.endswith("/provenance.json")}
    same = all(file_sha256(reports / cohort / file) == digest for file, digest in own.items())
    return (last.number, last.date) if same else None


def record_text(cohort: str, releases: tuple[Release, ...]) -> str:
    """The content of ``release.json``."""
    entries = [asdict(one) for one in releases]
    return json.dumps({"schema": SCHEMA, "cohort": cohort, "releases": entries}, indent=2, ensure_ascii=False) + "\n"


def _table(cohort: str, release: Release, reports: Path) -> pd.DataFrame:
    """The results that one release showed, if they are as they were signed."""
    file = reports / cohort / release.results
    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != release.results_sha256:
        raise SourceError(
            f"the results of release {release.number} of cohort '{cohort}' are not as they were signed.",
            found="another content" if content else "no such file", where=f"{cohort}/{release.results}", do=_REPAIR,
        )
    import pandas as pd  # not needed where nothing is read again

    return pd.read_csv(file, dtype=str, keep_default_na=False)
