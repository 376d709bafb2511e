"""Whether what lies in a reports' folder is what people signed: statements, signatures, the chain they form, and the files they bind.

It takes the public keys of those who may sign, and neither a private key nor any data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Signatory
from nbeval.errors import SignatureError, SourceError
from nbeval.release.fingerprint import file_sha256
from nbeval.release.ledger import (
    Release, has_files_of, last_release, pending, signature_name, signers_of, statement_name, statements,
)


@dataclass(frozen=True)
class SignedReleases:
    """What the signatures of a cohort's releases say, and what is not as it was signed."""

    cohort: str
    notes: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.faults

    def __str__(self) -> str:
        """The answer for a person."""
        return "\n".join([*(f"{self.cohort}: {line}" for line in self.notes), *(f"NOT AS SIGNED  {line}" for line in self.faults)])

    def to_json(self) -> dict[str, Any]:
        """The answer for a program."""
        return {"cohort": self.cohort, "same": self.same, "notes": list(self.notes), "faults": list(self.faults)}


def check_releases(
    cohort: str, reports: Sequence[str], dictionary: Dictionary, ledger: Path, out: Path, *, every_file: bool,
) -> SignedReleases:
    """Check the signed releases of a cohort against the reports that lie in a folder.

    Parameters
    ----------
    reports : folders of reports below the cohort's
    ledger : the project's folder of releases; where it knows nothing of the cohort, the statements beside the reports are all there is
    every_file : whether a report that is not as it was last signed is a fault; else it is a draft, for the reports are made again anyway
    """
    home = out / cohort
    source = _source(cohort, ledger, out)
    try:
        found = statements(cohort, source)
    except SourceError as error:
        return SignedReleases(cohort, (), (f"{error.where}: {error.what}",))
    if source == ledger and pending(cohort, ledger):
        found = found[:-1]
    notes, faults = [], []
    for release in found:
        parts = dict.fromkeys((*release.signatories, *dictionary.disclosure.signed_by))
        if file_sha256(home / statement_name(release.number)) != file_sha256(source / cohort / statement_name(release.number)):
            faults.append(f"{cohort}/{statement_name(release.number)}: not the statement that was signed.")
            continue
        try:
            by = signers_of(release, home, ledger, parts)
            notes.append(f"{release.about}; signed by {', '.join(f'{one.name} ({part})' for part, one in by.items())}")
        except SignatureError as error:
            faults.append(f"{error.where}: {error.what} {error.found}".rstrip())
    for report in reports:
        said, wrong = _report(report, found, cohort, home, every_file)
        notes += said
        faults += wrong
    return SignedReleases(cohort, tuple(notes), tuple(faults))


def statement_files(cohort: str, ledger: Path, out: Path) -> set[str]:
    """The names of statements and signatures that may lie beside the reports of a cohort."""
    try:
        found = statements(cohort, _source(cohort, ledger, out))
    except SourceError:
        return set()
    return {name for one in found for name in (statement_name(one.number), *(signature_name(one.number, part) for part in Signatory))}


def _source(cohort: str, ledger: Path, out: Path) -> Path:
    """Where the statements of a cohort are read: in the project's ledger or, where it knows of none, beside the reports."""
    return ledger if any((ledger / cohort).glob("release-*.json")) else out


def _report(report: str, found: tuple[Release, ...], cohort: str, home: Path, every_file: bool) -> tuple[list[str], list[str]]:
    """What is to be noted of one report, and what of it is not as it was signed."""
    last = last_release(report, found)
    if last is None:
        return [f"{report} is a draft: it is in no release"], []
    if every_file:
        wrong = [f"{cohort}/{file}: not as it was signed in release {last.number}." for file in _altered(last, report, home)]
        return ([], wrong) if wrong else ([f"{report} is as it was signed in release {last.number}"], [])
    if has_files_of(last, report, home):
        return [f"{report} is as it was signed in release {last.number}"], []
    older = next((one for one in found if report in one.reports and has_files_of(one, report, home)), None)
    if older:
        return [], [f"{cohort}/{report}: the files of release {older.number}; the last release of it is {last.number}."]
    changed = ", ".join(file for file in _altered(last, report, home) if not file.endswith("/provenance.json"))
    return [f"{report} is a draft: other files than were signed in release {last.number} ({changed})"], []


def _altered(release: Release, report: str, home: Path) -> Iterator[str]:
    """The files of a report that are not those of a release, missing and further ones too."""
    signed = {file: digest for file, digest in release.files.items() if file.rpartition("/")[0] == report}
    there = {f"{report}/{path.relative_to(home / report).as_posix()}" for path in (home / report).rglob("*") if not path.is_dir()}
    for file in sorted({*signed, *there}):
        if file not in signed or file_sha256(home / file) != signed[file]:
            yield file
