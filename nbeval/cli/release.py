"""The commands about what may leave: the attack on it, and the release that a person signs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbeval.cli.app import AuthorityName, CohortName, DataFolder, DictionaryFolder, Kinds, OutFolder, app

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.signing import Proposal
    from nbeval.workspace import Workspace


@app.command()
def attack(
    cohort: CohortName, out: OutFolder = Path("reports"), dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Try to work out what a cohort's reports withhold.

    Takes everything that all reports of the cohort may show, and what was published before (the record in --out),
    and finds how closely each withheld number can be derived from it. Prints counts and places, never a number of
    people. Exit code 0: nothing can be worked out. 1: something can; the reports cannot be made.
    """
    audit = _audit(cohort, _workspace(dictionary, data, out))
    _print_audit(audit)
    if not audit["ok"].all():
        raise typer.Exit(1)


@app.command()
def release(
    cohort: CohortName, kinds: Kinds = None, authority: AuthorityName = "", out: OutFolder = Path("reports"),
    signed_by: Annotated[str, typer.Option("--signed-by", help="The person who answers for the release.", metavar="NAME")] = "",
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the release.")] = None,
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Say what would be published, or sign it.

    Lists the files with their checksums, the audit and the checklist of a release. With --signed-by a person's name and
    the date are recorded in COHORT/release.json, with the results that went out; every later report of the cohort is
    protected against them. Exit code 1: something stands in the way.
    """
    from nbeval.prepared import prepare
    from nbeval.wanted import reports_asked_for
    from nbeval.signing import propose, sign

    workspace = _workspace(dictionary, data, out)
    declared = workspace.dictionary.cohort(cohort)
    wanted = reports_asked_for(declared, kinds or (), workspace, authority=authority)
    proposal = propose(wanted, cohort, _audit(cohort, workspace), prepare(declared, workspace), workspace, out)
    _print_proposal(proposal)
    if signed_by:
        signed = sign(proposal, signed_by, day.date() if day else date.today(), workspace, out)
        typer.echo(f"\nRecorded in {cohort}/release.json: {signed.about}.")
    elif proposal.ready:
        typer.echo("\nNot signed. To release it, run the command again with --signed-by NAME.")
    if not proposal.ready:
        raise typer.Exit(1)


def _workspace(dictionary: Path | None, data: Path | None, out: Path) -> Workspace:
    """The places to work with; what was published before is recorded beside the reports."""
    from nbeval.workspace import Workspace

    return Workspace(dictionary, data).releasing_to(out)


def _audit(cohort: str, workspace: Workspace) -> pd.DataFrame:
    """The audit of a fresh attack, with how the withheld cells had been chosen."""
    from nbeval import pipeline
    from nbeval.prepared import prepare
    from nbeval.releases import earlier_results

    declared = workspace.dictionary.cohort(cohort)
    prepared = prepare(declared, workspace, tell=lambda step: typer.echo(step, err=True))
    earlier = earlier_results(cohort, workspace.releases)
    return pipeline.attacked(prepared.disclosed, declared, workspace.dictionary, earlier=earlier)


def _print_audit(audit: pd.DataFrame) -> None:
    """An audit in lines: what was tried, and whatever can be worked out."""
    from nbeval.signing import summary

    counts = summary(audit)
    typer.echo(f"{counts['withheld']} withheld numbers attacked; {counts['derivable']} can be worked out too closely.")
    if counts["withheld"]:
        typer.echo(f"  the narrowest interval that anybody can derive holds {counts['narrowest_interval'] + 1:.0f} values")
        typer.echo(f"  chosen exactly: {counts['chosen_exactly']}; by the heuristic for very large tables: {counts['chosen_by_heuristic']}")
    for leak in audit[~audit["ok"]].itertuples(index=False):
        about = ", ".join(part for part in (leak.source, leak.wave, leak.block, leak.authority, leak.group, leak.level, leak.what) if part)
        typer.echo(f"  LEAK  {about}\n        from {leak.meets}")


def _print_proposal(proposal: Proposal) -> None:
    """The files, the audit and the checklist."""
    from nbeval.signing import BY_A_PERSON

    typer.echo(f"{len(proposal.reports)} reports of {proposal.cohort}, {len(proposal.files)} files:")
    for name, digest in sorted(proposal.files.items()):
        typer.echo(f"  {digest}  {name}")
    typer.echo("\nThe attack")
    _print_audit(proposal.audit)
    typer.echo("\nChecklist")
    for fault in proposal.faults or ("every file is as it was made, from the results that were attacked.",):
        typer.echo(f"  [{' ' if proposal.faults else 'x'}] {fault}")
    for note in proposal.notes:
        typer.echo(f"  [i] {note}")
    for line in BY_A_PERSON:
        typer.echo(f"  [ ] {line}")
