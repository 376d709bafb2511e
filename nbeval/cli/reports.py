"""The commands that make reports and let them out: render, verify, attack, release, bundle; and the one that checks claims in print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nbeval.cli import options
from nbeval.cli.options import on_progress, say, say_json, study_of, workspace_of

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.release.ledger import Release
    from nbeval.release.proposal import Proposal
    from nbeval.study import Study


#: what an audit says of a number that can be worked out
_LEAK = ("source", "wave", "block", "authority", "group", "level", "part", "other", "what")


def render(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"),
    formats: Annotated[str, typer.Option(
        "--formats", help="Some of html, pdf, docx, xlsx, md, pptx, separated by commas; all but md and pptx where none is named.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Make also what has not changed.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="How many reports at a time.")] = None,
    dask: Annotated[str, typer.Option("--dask", help="Let a Dask cluster make them.", metavar="ADDRESS")] = "",
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Make a cohort's reports.

    Every kind and every authority, unless some are named. A report that is whole and unchanged is not made again;
    one that fails leaves the last good one as it was.
    """
    from nbeval.folders import internal_folder
    from nbeval.publish.formats import STANDARD
    from nbeval.rendering import render_cohort

    named = tuple(part.strip() for part in formats.split(",") if part.strip()) or STANDARD
    summary = render_cohort(
        cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, formats=named, fresh=fresh, workers=workers,
        dask=dask, on_progress=on_progress,
    )
    if summary.exit_code:
        on_progress(str(summary))
        raise typer.Exit(summary.exit_code)
    say(str(summary))
    if any(one.job.internal for one in summary.outcomes):
        say(f"What is never published is in {internal_folder(out)}, for you alone.")
    say(f"Open {out / cohort / 'index.html'}")


def verify(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"),
    signatures_only: Annotated[bool, typer.Option("--signatures-only", help="Check what was signed, without the data.")] = False,
    as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Make reports again and compare.

    Makes every published report again from the exports, in a folder apart, and compares it with the published one
    number by number, sentence by sentence and file by file; and checks every signed release. With --signatures-only it
    checks the files against what was signed, for which it takes no data. Exit code 1: something differs.
    """
    from nbeval.release.verify import check_signed, verify_cohort

    if signatures_only:
        answer = check_signed(cohort, kinds or (), workspace_of(dictionary), out, authority=authority)
    else:
        answer = verify_cohort(cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, on_progress=on_progress)
    if as_json:
        say_json(answer.to_json())
    else:
        say(str(answer))
    if not answer.same:
        raise typer.Exit(1)


def attack(
    cohort: options.CohortName, as_json: options.AsJson = False,
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Try to work out what a cohort's reports withhold.

    Takes everything that all reports of the cohort may show, and what was published before (the project's ledger of releases),
    and finds how closely each withheld number can be derived from it. Prints counts and places, never a number of
    people. Exit code 0: nothing can be worked out. 1: something can; the reports cannot be made.
    """
    audit = _audit(study_of(cohort, dictionary, data))
    if as_json:
        say_json({"cohort": cohort, "passed": bool(audit["ok"].all()), **_audit_record(audit)})
    else:
        _print_audit(audit)
    if not audit["ok"].all():
        raise typer.Exit(1)


def plan(
    cohort: options.CohortName,
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan to this file: .md, .html or .json.", metavar="FILE")] = None,
    sign_with: Annotated[Path | None, typer.Option("--sign-with", help="The SSH key to sign it with, which registers it.", metavar="KEY")] = None,
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Write the analysis plan of a cohort.

    What will be compared, tested and reported, from the dictionary as it is now: headline measures, families, thresholds, designs, weights,
    the smallest change that can be shown. Says which data are there already. With --sign-with the plan is signed by an SSH
    key that the file allowed_signers names, and registered in the project's folder of releases; every later report says what departs from it.
    """
    from nbeval.planning import draft_plan

    workspace = workspace_of(dictionary, data)
    draft = draft_plan(cohort, workspace)
    registered = draft.register(workspace.releases, sign_with) if sign_with else None
    counts = {part: len(entries) for part, entries in draft.record["plan"].items()}
    say(f"Analysis plan of {cohort}, {draft.record['written']}: {counts['headline']} headline measures, {counts['family']} families of tests, "
        f"{counts['contrast']} contrasts of waves.")
    for one in draft.record["data"]:
        say(f"  {one['wave']:<12} {one['there']} of {one['declared']} files are there" + (" already" if one["there"] else ""))
    if all(one["there"] for one in draft.record["data"]):
        say("Data of every wave are there: this plan is no pre-registration.")
    if out:
        draft.write(out, registered.signed_by if registered else "")
        say(f"written  {out}")
    if registered:
        say(f"Registered as {cohort}/{registered.file} by {registered.signed_by}, key {registered.key}; "
            f"sha256 {registered.sha256}.")
    else:
        say("Not signed, and so not registered. To register it, run the command again with --sign-with KEY.")


def release(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"),
    sign_with: Annotated[Path | None, typer.Option("--sign-with", help="The SSH key to sign with.", metavar="KEY")] = None,
    signatory: Annotated[Literal["author", "output_checker"], typer.Option("--as", help="In what part you sign.")] = "author",
    as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Say what would be published, or sign it.

    Lists the files with their checksums, the audit and the checklists of a release, whose boxes are ticked in the project's
    folder of releases. With --sign-with it is signed by an SSH key that the file allowed_signers there names; where the
    programme asks for two people, the release is out with the second signature. Every later report of the cohort is
    protected against it. Exit code 1: something stands in the way.
    """
    from nbeval.dictionary.enums import Signatory
    from nbeval.release.proposal import propose, sign, write_checklists
    from nbeval.request import requests

    study = study_of(cohort, dictionary, data)
    requested = requests(study.cohort, study.dictionary, kinds or (), authority=authority)
    proposal = propose(requested, study, _audit(study), out)
    if not as_json:
        _print_proposal(proposal, study.workspace.releases)
    signed = sign(proposal, Signatory(signatory), sign_with, study.workspace, out) if sign_with else None
    if proposal.ready and not signed:
        write_checklists(proposal, study.workspace.releases)
    if as_json:
        say_json({"cohort": cohort, "ready": proposal.ready, "signed": signed.about if signed else "", "reports": list(proposal.reports),
                  "files": dict(sorted(proposal.files.items())), "faults": list(proposal.faults), "notes": list(proposal.notes),
                  **_audit_record(proposal.audit)})
    elif proposal.ready:
        _print_signed(proposal, signed, study.workspace.releases)
    if not proposal.ready:
        raise typer.Exit(1)


def _print_signed(proposal: Proposal, signed: Release | None, ledger: Path) -> None:
    """What became of a release, and what is to be done next."""
    from nbeval.release.ledger import unsigned

    if signed is None:
        say(f"\nNot signed. Tick the boxes in releases/{proposal.cohort}/release-{proposal.number}.*.md, and run the command again "
            "with --sign-with KEY.")
        return
    left = unsigned(signed, ledger)
    say(f"\nSigned: {signed.about}.")
    say(f"It is not out before it is signed by: {', '.join(left)}." if left else f"Recorded in releases/{proposal.cohort}/{signed.name}.json.")


def bundle(
    cohort: options.CohortName,
    out: Annotated[Path, typer.Option("--out", help="The ZIP file to write.", metavar="FILE")],
    reports: Annotated[Path, typer.Option("--reports", help="The folder with the published reports.")] = Path("reports"),
    dictionary: options.DictionaryFolder = None,
) -> None:
    """Write a bundle for a reviewer.

    One archive with the program, pinned packages, dictionary, notebooks, released reports, instructions, and invented
    exports of the same shape. Nothing in it is confidential.
    """
    from nbeval.release.bundle import write_bundle

    workspace = workspace_of(dictionary)
    count = write_bundle(workspace.dictionary.cohort(cohort), workspace, reports, out)
    say(f"{count} files written to {out}. Its README.md says what a reviewer does with it.")


def _audit(study: Study) -> pd.DataFrame:
    """The audit of a fresh attack, with how the withheld cells had been chosen."""
    from nbeval import pipeline
    from nbeval.release.ledger import earlier_results

    earlier = earlier_results(study.cohort.id, study.workspace.releases)
    return pipeline.attack(study.results().disclosed, study.cohort, study.dictionary, earlier=earlier)


def _audit_record(audit: pd.DataFrame) -> dict[str, Any]:
    """An audit in counts, and whatever can be worked out, by place."""
    from nbeval.release.proposal import summary

    return {"audit": summary(audit), "leaks": audit.loc[~audit["ok"].astype(bool), list(_LEAK)].to_dict("records")}


def _print_audit(audit: pd.DataFrame) -> None:
    """An audit in lines: what was tried, and whatever can be worked out."""
    from nbeval.release.proposal import summary

    counts = summary(audit)
    say(f"{counts['withheld']} withheld numbers attacked; {counts['derivable']} can be worked out too closely.")
    if counts["withheld"]:
        say(f"  the narrowest interval that anybody can derive holds {counts['narrowest_interval'] + 1:.0f} values")
        say(f"  chosen exactly: {counts['chosen_exactly']}; by the heuristic for very large tables: {counts['chosen_by_heuristic']}")
    for leak in audit[~audit["ok"]].to_dict("records"):
        say(f"  LEAK  {', '.join(leak[name] for name in _LEAK if leak[name])}\n        from {leak['meets']}")


def _print_proposal(proposal: Proposal, ledger: Path) -> None:
    """The files, the audit and the checklists."""
    from nbeval.release.proposal import BY_A_PERSON, open_boxes

    say(f"{len(proposal.reports)} reports of {proposal.cohort}, {len(proposal.files)} files:")
    for name, digest in sorted(proposal.files.items()):
        say(f"  {digest}  {name}")
    say("\nThe attack")
    _print_audit(proposal.audit)
    say("\nChecklist")
    for fault in proposal.faults or ("every file is as it was made, from the results that were attacked.",):
        say(f"  [{' ' if proposal.faults else 'x'}] {fault}")
    for note in proposal.notes:
        say(f"  [i] {note}")
    for signatory in proposal.signatories:
        left = open_boxes(proposal, signatory, ledger)
        for line in BY_A_PERSON[signatory]:
            say(f"  [{' ' if line in left else 'x'}] {signatory.replace('_', ' ')}: {line}")


CLAIMS_HELP = """Work printed claims out again, and say of each what the figures behind it allow.

FILE is a CSV file of claims, one per row (--template writes one to fill in), or report.html or results.csv of a report
that nbeval made, in its folder: its percentages are then held against the counts and bases of its results.

Kinds of claim, and the columns each needs: percentage (percent, n; count), addition (parts; total, whole, n, count),
shared_base (parts; n, and lowest and highest for the bases to try), comparison (percent, n, other_percent, other_n, word),
phrase (percent, word; other_percent for a multiple), average (mean, n; sd, items, lowest, highest), test (test, statistic,
df1, df2, p; tails). In a comparison a percentage may be [c], [x], [z] or [low]. rounded_to is 5 or 10 where counts were
rounded; rounding is half_up, half_even or unknown.

Verdicts: reproduces, consistent, cannot be decided; misprint, impossible, does not follow: with one of these three the
exit code is 1.
"""


def claims(
    file: Annotated[Path | None, typer.Argument(help="The file of claims, or a report.", metavar="FILE")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A folder for claims.html and claims.csv.")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="Write a file of claims to fill in, and stop.")] = None,
) -> None:
    """Judge the claims of a file."""
    from nbeval.claims.files import count_verdicts, write_all, write_template
    from nbeval.claims.judges import judge_file

    if template is not None:
        write_template(template)
        say(f"written  {template}")
        return
    if file is None:
        raise typer.BadParameter("name a file of claims or a report, or write a template with --template FILE.")
    judged = judge_file(file)
    _print_claims([one for one in judged if not one.judgement.holds] if len(judged) > 60 else judged)
    say(count_verdicts(judged))
    if out is not None:
        for path in write_all(judged, out, file.name):
            say(f"written  {path}")
    if not all(one.judgement.holds for one in judged):
        raise typer.Exit(1)


def _print_claims(judged: list) -> None:
    """Print claims as a table; of a long file, those that do not hold."""
    if not judged:
        return
    from rich.console import Console        # no other command needs it
    from rich.table import Table

    table = Table(show_lines=False, box=None, pad_edge=False)
    for head in ("claim", "verdict", "would be right", "arithmetic"):
        table.add_column(head, overflow="fold")
    for one in judged:
        found = one.judgement
        table.add_row(*(_plain(cell) for cell in (one.claim.claim, found.verdict.value, found.right, found.arithmetic)))
    Console(highlight=False, markup=False, soft_wrap=False).print(table)


def _plain(text: str) -> str:
    """A text that the terminal takes for nothing but text."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
