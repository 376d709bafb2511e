"""Withdrawals: signed lines in the project's folder of releases, which say by a keyed checksum who is left out of all further work.

A line holds no personal data: a checksum that only whoever has the key of the exports can compare, the day, the name of that key, and the
signature of somebody who may record withdrawals (``nbeval-withdrawal`` in ``allowed_signers``)::

    releases/COHORT/withdrawals.csv         subject, day, key, signature

It is neither published nor bundled, for its length is a small count of people. A line that cannot be checked, or was made with another key,
stops every run: whoever withdrew would be back without a word.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbeval.cleaning.withdrawn import NOBODY, FoundForms, Wanted, Withdrawn, find_forms
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.errors import NoDataError, SignatureError, SourceError
from nbeval.publish.staging import staging
from nbeval.release.checksum_key import has_key, key_for, key_name
from nbeval.release.fingerprint import file_sha256
from nbeval.release.ledger import releases_of, results_of
from nbeval.release.sign import Purpose, sign, signer_of, signers_file
from nbeval.workspace import Workspace

WITHDRAWALS = "withdrawals.csv"
_COLUMNS = ("subject", "day", "key", "signature")
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70


@dataclass(frozen=True)
class Withdrawal:
    """One line: who, known by a checksum; when; with which key; and the signature."""

    subject: str
    day: str
    key: str
    signature: str

    def content(self, cohort: str) -> bytes:
        """What is signed."""
        return f"withdrawal\n{cohort}\n{self.subject}\n{self.day}\n{self.key}\n".encode("ascii")

    @property
    def armoured(self) -> str:
        """The signature as ``ssh-keygen`` writes it."""
        return "\n".join([_BEGIN, *textwrap.wrap(self.signature, _WIDTH), _END, ""])


@dataclass(frozen=True)
class Released:
    """A report that is out, and may contain somebody who withdraws."""

    release: int
    day: str
    report: str


def recorded(cohort: str, releases: Path) -> tuple[Withdrawal, ...]:
    """The lines of a cohort, as they are written.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    file = releases / cohort / WITHDRAWALS
    if not file.is_file():
        return ()
    try:
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="ascii")), restkey="", restval=None))
        if any("" in row or None in row.values() for row in rows) or rows and tuple(rows[0]) != _COLUMNS:
            raise ValueError
    except (OSError, ValueError, csv.Error):
        raise SourceError("the record of withdrawals cannot be read.", where=f"{cohort}/{WITHDRAWALS}",
                          do="restore it; until then nothing can be worked out without those who withdrew.") from None
    return tuple(Withdrawal(**row) for row in rows)


def withdrawals_digest(cohort: str, releases: Path) -> str:
    """A checksum that changes whenever somebody withdraws; empty text where nobody did."""
    file = releases / cohort / WITHDRAWALS
    return file_sha256(file) if file.is_file() else ""


def withdrawn_from(cohort: Cohort, data: Path, releases: Path) -> Withdrawn:
    """Who withdrew from a cohort: every line checked.

    Raises
    ------
    SignatureError
        A line is signed by nobody who may.
    SourceError
        It was made with another key than that of the exports.
    """
    lines = recorded(cohort.id, releases)
    if not lines:
        return NOBODY
    key = key_for(data) if has_key(data) else b""
    where = f"{cohort.id}/{WITHDRAWALS}"
    other = sum(not key or one.key != key_name(key) for one in lines)
    if other:
        raise SourceError(f"{other} of {len(lines)} withdrawals were recorded with another key than that of the exports.", where=where,
                          do="restore the key (.nbeval-checksum-key beside the exports, or the file that NBEVAL_KEY names): without it nobody knows whom they are of.")
    for number, one in enumerate(lines, start=2):
        try:
            signer_of(one.content(cohort.id), one.armoured, Purpose.WITHDRAWAL, signers_file(releases))
        except SignatureError as fault:
            raise SignatureError(f"a withdrawal is not signed as it should be: {fault.what}", found=fault.found, allowed=fault.allowed,
                                 where=f"{where}, line {number}", do=fault.do) from None
    return Withdrawn(frozenset(one.subject for one in lines), key)


def look_up(wanted: Wanted, cohort: Cohort, workspace: Workspace) -> FoundForms:
    """The forms that are to be withdrawn; see ``find_forms``."""
    if cohort.made_from is SourceKind.PUBLISHED or (cohort.invented and not workspace.data_folder):
        raise NoDataError(f"nobody can withdraw from cohort '{cohort.id}': " + ("its figures are in print." if not cohort.invented else
                          "its exports are invented, and written where they are needed."), do="name the folder of exports with --data.")
    data = workspace.data_of(cohort)
    return find_forms(wanted, cohort, workspace.dictionary, data, key_for(data))


def withdraw(found: FoundForms, cohort: Cohort, workspace: Workspace, key: Path) -> int:
    """Record a withdrawal, signed, with the day of the clock; how many lines are new: none where it was recorded before."""
    ledger, now = workspace.releases, datetime.now(UTC).date().isoformat()
    name = key_name(key_for(workspace.data_of(cohort)))
    with staging(ledger) as kept:
        before = recorded(cohort.id, ledger)
        new = [Withdrawal(one, now, name, "") for one in found.subjects if one not in {line.subject for line in before}]
        signed = []
        for one in new:
            armoured = sign(one.content(cohort.id), key, Purpose.WITHDRAWAL)
            signer_of(one.content(cohort.id), armoured, Purpose.WITHDRAWAL, signers_file(ledger))
            signed.append(Withdrawal(one.subject, one.day, one.key, "".join(armoured.split(_BEGIN)[1].split(_END)[0].split())))
        if signed:
            kept.write(f"{cohort.id}/{WITHDRAWALS}", _written([*before, *signed]))
    return len(signed)


def _written(lines: Sequence[Withdrawal]) -> bytes:
    """The file, with its lines in an order that says nothing of when a line came to it within a day."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows((one.subject, one.day, one.key, one.signature) for one in sorted(lines, key=lambda one: (one.day, one.subject)))
    return text.getvalue().encode("ascii")


def released_with(wanted: Wanted, found: FoundForms, cohort: Cohort, dictionary: Dictionary, ledger: Path) -> tuple[Released, ...]:
    """The reports that are out and may contain a form: those of its source and waves, of all authorities together or with its own against
    others; whether it was there already when a release was made is not known."""
    kinds = {one.id: one.wave for one in dictionary.programme.reports}
    first = {one.id for one in cohort.waves[:1]}
    in_quotes = dictionary.instrument(next(one.instrument for one in cohort.sources if one.id == wanted.source)).record.kind is SourceKind.QUOTES
    known = []
    for release in releases_of(cohort.id, ledger):
        table = results_of(release, ledger)
        rests = table["source"].eq(wanted.source) & (table["wave"].isin([*found.waves, ""]) | table["reference"].isin(found.waves))
        if in_quotes or rests.any():
            # a report of the first wave shows nothing of a later one
            known += [Released(release.number, release.day, report) for report in release.reports
                      if kinds.get(report.partition("/")[0]) != "first" or not found.waves or first & set(found.waves)]
    return tuple(known)
