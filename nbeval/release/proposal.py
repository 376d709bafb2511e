"""A release before and after people answer for it: its files, its audit, its checklist, its record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from nbeval.errors import DisclosureError, OutputError, ParameterError
from nbeval.frames import ANALYST, result_key
from nbeval.publish.executed import foreign_outputs
from nbeval.publish.index import write_indexes
from nbeval.publish.staging import staging
from nbeval.release.verify import RESULTS_FILE, same_value
from nbeval.release.fingerprint import code_digest, file_sha256, fingerprint_of_report, scope_of_report
from nbeval.release.ledger import RECORD, Release, record_text, releases_of, signature_of
from nbeval.release.provenance import PROVENANCE, read
from nbeval.request import ReportRequest
from nbeval.study import CohortResults
from nbeval.workspace import Workspace

#: what a person confirms by signing; nobody else can
BY_A_PERSON = (
    "I have read every report of the release from beginning to end.",
    "What is withheld makes sense to somebody who knows the authorities, and nothing known locally fills a gap.",
    "Quotes, where there are any, were released by hand, one by one, and tell of nobody who could be recognised.",
    "The authorities and those who lead the programme have seen their reports.",
)


@dataclass(frozen=True, eq=False)
class Proposal:
    """What would be published, and what was found about it."""

    cohort: str
    reports: tuple[str, ...]
    files: dict[str, str]                       # sha256 by name below the cohort's folder
    audit: pd.DataFrame
    results: pd.DataFrame                       # one row per estimate that some report of the release shows
    faults: tuple[str, ...] = ()                # what stands in the way
    notes: tuple[str, ...] = field(default=())  # what whoever signs should know

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way but the signature."""
        return not self.faults


def propose(
    requested: list[ReportRequest], cohort: str, audit: pd.DataFrame, kept: CohortResults, workspace: Workspace, out: Path,
) -> Proposal:
    """Put together what would be published, and check it against what was protected and attacked."""
    home, declared = out / cohort, workspace.dictionary.cohort(cohort)
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
        faults += [*_altered(name, record, files), *_foreign(name, home / name / "report.ipynb")]
        scope = scope_of_report(workspace.dictionary, declared, kinds[name])
        if record["report"]["kind"] != kinds[name].id or record["dictionary"]["entries"] != fingerprint_of_report(scope, seen):
            faults.append(f"{name} was made with another state of the dictionary; render it again.")
    results = _shown([home / name / RESULTS_FILE for name in there])
    faults += _not_attacked(results, kept.disclosed.table)
    faults += [f"{(~audit['ok']).sum()} withheld numbers can be worked out."] if not audit["ok"].all() else []
    return Proposal(cohort, there, files, audit, results, tuple(faults), tuple(_notes(cohort, there, list(kinds), results, workspace, out)))


def sign(proposal: Proposal, name: str, day: date, workspace: Workspace, out: Path) -> Release:
    """Record a person's name and date with a release, and keep what it showed for the protection of all that comes after."""
    if not name.strip():
        raise ParameterError("a release is signed by a person.", found="an empty name", do="give the name with --signed-by.")
    if not proposal.ready:
        raise DisclosureError("the release cannot be signed as it stands; nothing was recorded.", found="\n".join(proposal.faults),
                              do="put right what is listed, render the reports again where it says so, and run the command again.")
    before = releases_of(proposal.cohort, out)
    number = len(before) + 1
    content = proposal.results.to_csv(index=False, lineterminator="\n").encode("utf-8")
    release = Release(
        number=number, signed_by=name.strip(), date=day.isoformat(), reports=proposal.reports, files=proposal.files,
        results=f"release-{number}.csv", results_sha256=hashlib.sha256(content).hexdigest(), audit=summary(proposal.audit), confirmed=BY_A_PERSON,
        dictionary=workspace.dictionary.digest, code=code_digest(),
    )
    with staging(out) as place:
        if releases_of(proposal.cohort, out) != before:
            raise OutputError("somebody else signed a release meanwhile.", where=RECORD, do="run the command again.")
        place.write(f"{proposal.cohort}/{release.results}", content)
        place.write(f"{proposal.cohort}/release-{number}-audit.csv", proposal.audit.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        place.write(f"{proposal.cohort}/{RECORD}", record_text(proposal.cohort, (*before, release)).encode("utf-8"))
        write_indexes(place, {proposal.cohort}, partial(signature_of, reports=out))
    return release


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


def _notes(cohort: str, there: tuple[str, ...], named: list[str], results: pd.DataFrame, workspace: Workspace, out: Path) -> list[str]:
    """What whoever signs should know."""
    missing = [name for name in named if name not in there]
    before = releases_of(cohort, out)
    unconfirmed = len(workspace.dictionary.unconfirmed())
    lines = [f"Not in the release, since not made: {', '.join(missing)}."] if missing else []
    lines += [f"Protected against what is out already: {one.about}." for one in before]
    own = int(results["source"].eq(ANALYST).sum()) if len(results) else 0
    lines += [f"{own:,} numbers are of analysts' own tables: each table is protected by itself, and the attack does not see what several tell "
              "together. Look at them beside the declared exhibits before you sign."] if own else []
    return [*lines, f"{unconfirmed} entries of the dictionary could not be confirmed; reports say so where they rest on one."]
