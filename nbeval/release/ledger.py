"""The ledger of releases: what a cohort has published, who signed it, and against what everything later is protected.

It lies in the project's folder of releases and not among the reports, so that a report made elsewhere remembers too::

    releases/allowed_signers                    who may sign, and for what
    releases/COHORT/release-1.json              the statement that people sign
    releases/COHORT/release-1.json.author.sig   their signatures
    releases/COHORT/release-1.csv               the results that it showed
    releases/COHORT/release-1-audit.csv         what the attack on them found

Each statement holds the checksums of all files of its reports, of its results and of the statement before it: a chain. Statements and
signatures are published beside the reports as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbeval.bounded import read_bytes, read_json
from nbeval.dictionary.enums import Signatory
from nbeval.errors import SignatureError, SourceError
from nbeval.release.fingerprint import file_sha256, sha256, sha256_of
from nbeval.release.sign import Purpose, Signer, signature_text, signer_of, signers_file

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 2
PURPOSES = {Signatory.AUTHOR: Purpose.RELEASE, Signatory.OUTPUT_CHECKER: Purpose.OUTPUT_CHECK}
_REPAIR = "restore the folder of releases as it was when the release was signed; what was published cannot be published anew."


@dataclass(frozen=True)
class Release:
    """One release: what was in it, and the checksums of every file; who answers for it is in its signatures."""

    cohort: str
    number: int
    date: str                                   # of the clock, with time and zone
    signatories: tuple[str, ...]                # whose signatures it takes
    previous: str                               # sha256 of the statement of the release before; empty of the first
    reports: tuple[str, ...]                    # their folders below the cohort's, such as "baseline"
    files: Mapping[str, str]                    # sha256 by name below the cohort's folder
    results: str                                # sha256 of the table of results
    audit: Mapping[str, Any]                    # in counts
    audit_places: str                           # sha256 of the audit place by place
    confirmed: Mapping[str, tuple[str, ...]]    # what each of those who sign confirms
    dictionary: str
    numbers: Mapping[str, str]                  # fingerprint of the parts of the dictionary that numbers rest on
    code: str
    declarations: Mapping[str, str] = field(default_factory=dict)     # checksum of each indicator and scale that it shows
    schema: int = SCHEMA

    @property
    def name(self) -> str:
        """Its name in the ledger."""
        return f"release-{self.number}"

    @property
    def content(self) -> bytes:
        """The statement, as it is signed."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")

    @property
    def day(self) -> str:
        """The day of the release."""
        return self.date[:10]

    @property
    def about(self) -> str:
        """The release in one line."""
        return f"release {self.number} of {self.day}: {', '.join(self.reports)}"


def statement_name(number: int) -> str:
    """The file of a release's statement."""
    return f"release-{number}.json"


def signature_name(number: int, signatory: str) -> str:
    """The file of one signature of a release."""
    return f"{statement_name(number)}.{signatory}.sig"


def statements(cohort: str, ledger: Path) -> tuple[Release, ...]:
    """Every statement of a cohort's ledger, the first one first, whoever has signed it; each names the one before.

    Raises
    ------
    SourceError
        One cannot be read, is missing, or is not the one that the next one names.
    """
    found: list[Release] = []
    names = [path.stem.removeprefix("release-") for path in (ledger / cohort).glob("release-*.json")]
    there = {int(name) for name in names if name.isdecimal()}
    for number in range(1, max(there, default=0) + 1):
        file = ledger / cohort / statement_name(number)
        where = f"{cohort}/{file.name}"
        release = _read(file, where)
        if release.content != file.read_bytes() or (release.number, release.cohort) != (number, cohort):
            raise SourceError("the statement of a release is not as it was written.", where=where, do=_REPAIR)
        if release.previous != (sha256(found[-1].content) if found else ""):
            raise SourceError("the chain of releases is broken: a release does not follow the one before it.", where=where, do=_REPAIR)
        found.append(release)
    return tuple(found)


def releases_of(cohort: str, ledger: Path) -> tuple[Release, ...]:
    """The releases of a cohort that everybody has signed whose signature it takes, the first one first."""
    return tuple(one for one in statements(cohort, ledger) if not unsigned(one, ledger))


def pending(cohort: str, ledger: Path) -> Release | None:
    """The release that still waits for a signature; only the last one can."""
    last = next(reversed(statements(cohort, ledger)), None)
    return last if last and unsigned(last, ledger) else None


def unsigned(release: Release, ledger: Path) -> list[str]:
    """Whose signatures a release still waits for."""
    return [one for one in release.signatories if not (ledger / release.cohort / signature_name(release.number, one)).is_file()]


def signers_of(release: Release, folder: Path, ledger: Path, signatories: Iterable[str]) -> dict[str, Signer]:
    """Who signed a release in these parts, as the signatures in a folder prove; each is another person with another key.

    Raises
    ------
    SignatureError
        A signature is missing, of another content, or of somebody who may not sign; the message names its file.
    """
    found: dict[str, Signer] = {}
    for signatory in dict.fromkeys(Signatory(one) for one in signatories):
        name = signature_name(release.number, signatory)
        where = f"{release.cohort}/{name}"
        if not (folder / name).is_file():
            raise SignatureError("a signature is missing.", where=where, do=f"let the {signatory.replace('_', ' ')} sign the release.")
        try:
            signer = signer_of(release.content, signature_text(folder / name), PURPOSES[signatory], signers_file(ledger), datetime.fromisoformat(release.date))
        except SignatureError as error:
            raise SignatureError(error.what, found=error.found, allowed=error.allowed, where=where, do=error.do) from None
        if any(signer.name == one.name or signer.key == one.key for one in found.values()):
            raise SignatureError("one person signed in two parts.", where=where, do="let another person sign, with a key of their own.")
        found[signatory] = signer
    return found


def earlier_results(cohort: str, ledger: Path) -> list[pd.DataFrame]:
    """What a cohort has published so far."""
    return [results_of(one, ledger) for one in releases_of(cohort, ledger)]


def releases_digest(cohort: str, ledger: Path) -> str:
    """A checksum that changes whenever something more is published; empty text where nothing was."""
    sums = [one.results for one in releases_of(cohort, ledger)]
    return sha256_of(*sums) if sums else ""


def signature_of(folder: str, reports: Path, ledger: Path) -> tuple[int, str] | None:
    """The number and the day of the last release of a report, if its files are as they went out; None where it is a draft."""
    cohort, _, name = folder.partition("/")
    last = last_release(name, releases_of(cohort, ledger))
    if last is None or not has_files_of(last, name, reports / cohort):
        return None
    return last.number, last.day


def published_statements(cohort: str, ledger: Path) -> list[str]:
    """The files of a cohort's ledger that are published: statements and signatures of whole releases."""
    return [name for one in releases_of(cohort, ledger) for name in
            (statement_name(one.number), *(signature_name(one.number, part) for part in Signatory
                                           if (ledger / cohort / signature_name(one.number, part)).is_file()))]


def last_release(report: str, releases: tuple[Release, ...]) -> Release | None:
    """The last release that a report was in."""
    return next((one for one in reversed(releases) if report in one.reports), None)


def has_files_of(release: Release, report: str, home: Path) -> bool:
    """Whether a report's files are those of a release.

    The provenance holds the hour at which the files were made, and is not compared: the same files made again are the same report.
    """
    own = {file: digest for file, digest in release.files.items()
           if file.rpartition("/")[0] == report and not file.endswith("/provenance.json")}
    return bool(own) and all(file_sha256(home / file) == digest for file, digest in own.items())


def _read(file: Path, where: str) -> Release:
    """One statement."""
    try:
        entry = read_json(read_bytes(file))
        lists = {name: tuple(entry[name]) for name in ("signatories", "reports")}
        return Release(**{**entry, **lists, "confirmed": {name: tuple(lines) for name, lines in entry["confirmed"].items()}})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SourceError("the statement of a release cannot be read." if file.is_file() else
                          "the chain of releases is broken: the statement of a release is missing.", where=where, do=_REPAIR) from None


def results_of(release: Release, ledger: Path) -> pd.DataFrame:
    """The results that one release showed, if they are as they were signed."""
    file = ledger / release.cohort / f"{release.name}.csv"
    if file_sha256(file) != release.results:
        raise SourceError(
            f"the results of release {release.number} of cohort '{release.cohort}' are not as they were signed.",
            found="another content" if file.is_file() else "no such file", where=f"{release.cohort}/{file.name}", do=_REPAIR,
        )
    import pandas as pd  # not needed where nothing is read again

    return pd.read_csv(file, dtype=str, keep_default_na=False)
