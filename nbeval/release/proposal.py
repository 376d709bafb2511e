"""A release before and after people answer for it: its files, its audit, its checklists, its signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from nbeval.dictionary.enums import Signatory
from nbeval.dictionary.models import Cohort
from nbeval.errors import DisclosureError, OutputError, ParameterError, SignatureError
from nbeval.frames import ANALYST, result_key
from nbeval.left_out import places_left_out
from nbeval.publish.executed import foreign_outputs
from nbeval.publish.index import write_indexes
from nbeval.publish.staging import Staging, staging
from nbeval.release.declarations import changes_noted, check_declarations, declarations_shown
from nbeval.release.fingerprint import (
    code_digest, file_sha256, fingerprint_of_numbers, fingerprint_of_report, scope_of_report, sha256, sha256_of,
)
from nbeval.release.ledger import (
    PURPOSES, Release, pending, published_statements, releases_of, signature_name, signature_of, signers_of, statement_name,
    statements, unsigned,
)
from nbeval.release.policy import check_policy
from nbeval.release.provenance import PROVENANCE, read
from nbeval.release.sign import sign as sign_bytes
from nbeval.release.sign import Signer, signer_of, signers_file
from nbeval.release.verify import RESULTS_FILE, same_value
from nbeval.request import ReportRequest
from nbeval.study import Study
from nbeval.workspace import Workspace

#: what a person confirms by signing; nobody else can
BY_A_PERSON = {
    Signatory.AUTHOR: (
        "I have read every report of the release from beginning to end.",
        "What is withheld makes sense to somebody who knows the authorities, and nothing known locally fills a gap.",
        "Quotes, where there are any, were released by hand, one by one, and tell of nobody who could be recognised.",
        "The authorities and those who lead the programme have seen their reports.",
    ),
    Signatory.OUTPUT_CHECKER: (
        "I had no part in making the reports.",
        "I have read the audit, and looked at every table of small numbers and every quote.",
        "Nothing in the release, with what was released before, tells of a person.",
    ),
}
_BOX = re.compile(r"^- \[(?P<tick>[ xX])\] (?P<line>.+)$", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Proposal:
    """What would be published, and what was found about it."""

    cohort: str
    number: int
    reports: tuple[str, ...]
    files: dict[str, str]                       # sha256 by name below the cohort's folder
    audit: pd.DataFrame
    results: pd.DataFrame                       # one row per estimate that some report of the release shows
    signatories: tuple[Signatory, ...]
    numbers: Mapping[str, str]
    declarations: Mapping[str, str]             # checksum of each indicator and scale that is shown
    faults: tuple[str, ...] = ()                # what stands in the way
    notes: tuple[str, ...] = field(default=())  # what whoever signs should know

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way but checklists and signatures."""
        return not self.faults

    @property
    def digest(self) -> str:
        """One checksum over all that would be published."""
        return sha256_of(self.cohort, str(self.number), *(f"{name} {digest}" for name, digest in sorted(self.files.items())))


def propose(requested: list[ReportRequest], study: Study, audit: pd.DataFrame, out: Path) -> Proposal:
    """Put together what would be published, and check it against what was protected and attacked."""
    cohort, declared, workspace = study.cohort.id, study.cohort, study.workspace
    home, ledger = out / cohort, workspace.releases
    kinds = {"/".join(part for part in (one.kind.id, one.authority) if part): one.kind for one in requested if not one.kind.internal}
    there = tuple(name for name in kinds if read(home / name).get("completed"))
    if not there:
        raise ParameterError(
            f"there is no report of cohort '{cohort}' to release.", found="no finished report that may be published",
            where="the folder named by --out", do="make the reports with 'nbeval render', or name their folder with --out.",
        )
    files, faults, seen = {}, [], {}
    for name in there:
        record = read(home / name)
        files |= {f"{name}/{file}": file_sha256(home / name / file) for file in sorted([*record["outputs"], PROVENANCE])}
        faults += [*_altered(name, record, files), *_more(name, record, home), *_foreign(name, home / name / "report.ipynb")]
        scope = scope_of_report(workspace.dictionary, declared, kinds[name])
        if record["report"]["kind"] != kinds[name].id or record["dictionary"]["entries"] != fingerprint_of_report(scope, seen):
            faults.append(f"{name} was made with another state of the dictionary; render it again.")
    results = _shown([home / name / RESULTS_FILE for name in there])
    faults += _not_attacked(results, study.results().disclosed.table)
    faults += [f"Nothing rests on the answers of authority '{row.authority}' at wave '{row.wave}': {row.message} Mend its export, or name it under "
               "not_expected in the cohort, and render the reports again." for row in places_left_out(study.results().findings).itertuples(index=False)]
    faults += [f"{(~audit['ok']).sum()} withheld numbers can be worked out."] if not audit["ok"].all() else []
    return Proposal(
        cohort, len(releases_of(cohort, ledger)) + 1, there, files, audit, results, workspace.dictionary.disclosure.signed_by,
        fingerprint_of_numbers(study.scope), declarations_shown(study.scope, set(results.get("indicator", ()))), tuple(faults), tuple(_notes(declared, there, list(kinds), results, workspace)))


def sign(proposal: Proposal, signatory: Signatory, key: Path, workspace: Workspace, out: Path) -> Release:
    """Sign a release with a person's key; with the last signature that it takes, its results bind all that comes after.

    The author's signature makes the statement of the release, with the date of the clock; whoever signs next signs the same statement.
    Nothing is recorded unless every box of the checklist is ticked and the signature is of somebody who may sign for this part.
    """
    ledger = workspace.releases
    _may_be_signed(proposal, signatory, ledger)
    before = statements(proposal.cohort, ledger)
    waiting = pending(proposal.cohort, ledger)
    release = _statement(proposal, releases_of(proposal.cohort, ledger), workspace) if signatory is Signatory.AUTHOR else waiting
    if release is None or release.files != proposal.files or release.reports != proposal.reports:
        raise SignatureError("there is no statement of the author's on the reports as they are.",
                             where=f"{proposal.cohort}/{statement_name(proposal.number)}",
                             do="let the author sign them first, with --as author.")
    signature = sign_bytes(release.content, key, PURPOSES[signatory])
    signer = signer_of(release.content, signature, PURPOSES[signatory], signers_file(ledger))
    with staging(ledger) as kept:
        if statements(proposal.cohort, ledger) != before:
            raise OutputError("somebody else signed a release meanwhile.", where=f"releases/{proposal.cohort}", do="run the command again.")
        others = {} if signatory is Signatory.AUTHOR else _others(release, signatory, ledger)
        if any(signer.name == one.name or signer.key == one.key for one in others.values()):
            raise SignatureError("one person may not sign in two parts.", found=signer.name,
                                 do="let another person sign, with a key of their own.")
        _record(proposal, release, signatory, signature, kept)
    if not unsigned(release, ledger):
        with staging(out) as stage:
            publish_statements(release.cohort, ledger, stage)
            write_indexes(stage, {proposal.cohort}, partial(signature_of, reports=out, ledger=ledger))
    return release


def publish_statements(cohort: str, ledger: Path, stage: Staging) -> None:
    """Put the signed statements of a cohort beside its reports."""
    for name in published_statements(cohort, ledger):
        stage.write(f"{cohort}/{name}", (ledger / cohort / name).read_bytes())


def write_checklists(proposal: Proposal, ledger: Path) -> list[Path]:
    """Write the checklist of each of those who sign, where it is not there for these very files; what was ticked for them stays."""
    files = []
    with staging(ledger) as kept:
        for signatory in proposal.signatories:
            file = checklist(proposal, signatory, ledger)
            if not file.is_file() or proposal.digest not in file.read_text(encoding="utf-8"):
                boxes = "".join(f"- [ ] {line}\n" for line in BY_A_PERSON[signatory])
                kept.write(f"{proposal.cohort}/{file.name}", (
                    f"# Release {proposal.number} of {proposal.cohort}: what the {signatory.replace('_', ' ')} confirms\n\n"
                    "Tick each box, as in `[x]`, after you have done what it says. "
                    f"Of the files with the checksum {proposal.digest}.\n\n{boxes}").encode("utf-8"))
            files.append(file)
    return files


def checklist(proposal: Proposal, signatory: Signatory, ledger: Path) -> Path:
    """The file with the boxes of one of those who sign."""
    return ledger / proposal.cohort / f"release-{proposal.number}.{signatory}.md"


def open_boxes(proposal: Proposal, signatory: Signatory, ledger: Path) -> list[str]:
    """What a person has not yet confirmed of these very files."""
    file = checklist(proposal, signatory, ledger)
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    ticked = {one["line"].strip() for one in _BOX.finditer(text) if one["tick"] != " "} if proposal.digest in text else set()
    return [line for line in BY_A_PERSON[signatory] if line not in ticked]


def _may_be_signed(proposal: Proposal, signatory: Signatory, ledger: Path) -> None:
    """Refuse what may not be signed yet."""
    if signatory not in proposal.signatories:
        raise ParameterError("the programme does not ask for this signature.", found=signatory, allowed=", ".join(proposal.signatories),
                             do="sign with --as and one of those that are allowed.")
    if not proposal.ready:
        raise DisclosureError("the release cannot be signed as it stands; nothing was recorded.", found="\n".join(proposal.faults),
                              do="put right what is listed, render the reports again where it says so, and run the command again.")
    left = open_boxes(proposal, signatory, ledger)
    if left:
        write_checklists(proposal, ledger)
        raise SignatureError("a checklist with open boxes cannot be signed; nothing was recorded.", found="\n".join(left),
                             where=f"{proposal.cohort}/{checklist(proposal, signatory, ledger).name}",
                             do="do what it says, tick the boxes in this file of the project's folder of releases, and run the command again.")


def _statement(proposal: Proposal, before: tuple[Release, ...], workspace: Workspace) -> Release:
    """The statement of a release, with the date of the clock."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if before and now < before[-1].date:
        raise SignatureError("the clock says an earlier day than that of the release before.", found=now, allowed=f"after {before[-1].date}",
                             do="set the clock of this machine.")
    return Release(
        cohort=proposal.cohort, number=proposal.number, date=now, signatories=tuple(proposal.signatories),
        previous=sha256(before[-1].content) if before else "", reports=proposal.reports, files=proposal.files,
        results=sha256(_table_bytes(proposal.results)), audit=summary(proposal.audit), audit_places=sha256(_table_bytes(proposal.audit)),
        confirmed={part: BY_A_PERSON[part] for part in proposal.signatories}, dictionary=workspace.dictionary.digest,
        numbers=dict(proposal.numbers), code=code_digest(), declarations=dict(proposal.declarations))


def _others(release: Release, signatory: Signatory, ledger: Path) -> dict[str, Signer]:
    """Who has signed already in another part."""
    there = [one for one in release.signatories if one != signatory and one not in unsigned(release, ledger)]
    return signers_of(release, ledger / release.cohort, ledger, there)


def _record(proposal: Proposal, release: Release, signatory: Signatory, signature: str, kept: Staging) -> None:
    """Write the statement with what belongs to it, and the signature last: before it is there nothing is released."""
    if signatory is Signatory.AUTHOR:
        for part in Signatory:
            (kept.out / release.cohort / signature_name(release.number, part)).unlink(missing_ok=True)
        kept.write(f"{release.cohort}/{release.name}.csv", _table_bytes(proposal.results))
        kept.write(f"{release.cohort}/{release.name}-audit.csv", _table_bytes(proposal.audit))
        kept.write(f"{release.cohort}/{statement_name(release.number)}", release.content)
    kept.write(f"{release.cohort}/{signature_name(release.number, signatory)}", signature.encode("ascii"))


def _table_bytes(table: pd.DataFrame) -> bytes:
    """A table as it is kept."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def summary(audit: pd.DataFrame) -> dict[str, int | float]:
    """An audit in a few counts."""
    counts = audit.groupby("solved")["solved"].count() if "solved" in audit else {}
    return {
        "withheld": int(len(audit)), "derivable": int((~audit["ok"].astype(bool)).sum()),
        "narrowest_interval": float(audit["width"].min()) if len(audit) else 0.0,
        "chosen_exactly": int(counts.get("exact", 0)), "chosen_by_heuristic": int(counts.get("heuristic", 0)),
    }


def _altered(name: str, record: dict, files: dict[str, str]) -> list[str]:
    """Files that are not as they were made."""
    return [f"{name}/{file} is not as it was made; render the report again."
            for file, digest in record["outputs"].items() if files[f"{name}/{file}"] != digest]


def _more(name: str, record: dict, home: Path) -> list[str]:
    """Files beside a report that no rendering made."""
    known = {*record["outputs"], PROVENANCE}
    there = sorted(path.relative_to(home / name).as_posix() for path in (home / name).rglob("*") if not path.is_dir())
    return [f"{name}/{file} is no part of the report; take it away." for file in there if file not in known]


def _foreign(name: str, file: Path) -> list[str]:
    """Outputs of an executed notebook that did not come through the report object, and so through no disclosure control."""
    import nbformat  # takes a second, which reading the record of releases does not have

    try:
        found = foreign_outputs(nbformat.read(file, as_version=4))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{name}/{file.name} cannot be read; render the report again."]
    return [f"{name}: {one}, which did not come through the report and is under no disclosure control; take it out of the notebook "
            "and render the report again." for one in found]


def _shown(tables: list[Path]) -> pd.DataFrame:
    """One row per estimate that any of the reports shows."""
    read_in = [pd.read_csv(table, dtype=str, keep_default_na=False) for table in tables if table.is_file()]
    rows = [table.drop(columns=["exhibit"], errors="ignore") for table in read_in]
    return pd.concat(rows, ignore_index=True).drop_duplicates(ignore_index=True) if rows else pd.DataFrame()


def _not_attacked(shown: pd.DataFrame, protected: pd.DataFrame) -> list[str]:
    """What the reports show of declared exhibits and the attack did not see."""
    if shown.empty:
        return []
    known = {result_key(row): row for row in protected.to_dict("records")}
    other = 0
    for row in shown[shown["source"].ne(ANALYST)].to_dict("records"):
        mine = known.get(result_key({**row, "weighted": row["weighted"] == "True"}))
        other += mine is None or any(not _same(row[name], mine[name]) for name in shown.columns if name in mine)
    return [f"{other} results in the reports are not those that were protected; render the reports again."] if other else []


def _same(printed: str, value: object) -> bool:
    """Whether a cell of ``results.csv`` is the value that was protected."""
    text = "" if pd.isna(value) else str(value)
    return same_value(printed or None, text or None, 1e-9, 1e-12)


def _notes(cohort: Cohort, there: tuple[str, ...], named: list[str], results: pd.DataFrame, workspace: Workspace) -> list[str]:
    """What whoever signs should know."""
    missing = [name for name in named if name not in there]
    before = releases_of(cohort.id, workspace.releases)
    unconfirmed = len(workspace.dictionary.unconfirmed())
    lines = [f"Not in the release, since not made: {', '.join(missing)}."] if missing else []
    lines += [f"Protected against what is out already: {one.about}." for one in before]
    lines += changes_noted(check_declarations(cohort, workspace.dictionary, workspace.releases))
    own = int(results["source"].eq(ANALYST).sum()) if len(results) else 0
    lines += [f"{own:,} numbers are of analysts' own tables: each table is protected by itself, and the attack does not see what several tell "
              "together. Look at them beside the declared exhibits before you sign."] if own else []
    weaker, signer = check_policy(workspace.dictionary, workspace.releases)
    lines += [f"The policy is weaker than declared, as {signer.name} signed: {one}." for one in weaker]
    return [*lines, f"{unconfirmed} entries of the dictionary could not be confirmed; reports say so where they rest on one."]
