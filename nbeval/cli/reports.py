"""The commands that make reports and let them out: render, verify, attack, release, bundle; and the one that checks claims in print."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nbeval.cli import options
from nbeval.cli.options import on_progress, say, say_json, study_of, workspace_of

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.release.proposal import Proposal
    from nbeval.study import Study


#: what an audit says of a number that can be worked out
_LEAK = ("source", "wave", "block", "authority", "group", "level", "part", "other", "what")


def render(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"),
    formats: Annotated[str, typer.Option(
        "--formats", help="Some of html, pdf, docx, xlsx, md, separated by commas; all but md where none is named.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Make also what has not changed.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="How many reports at a time.")] = None,
    dask: Annotated[str, typer.Option("--dask", help="Let a Dask cluster make them.", metavar="ADDRESS")] = "",
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Make a cohort's reports.

    Every kind and every authority, unless some are named. A report that is whole and unchanged is not made again;
    one that fails leaves the last good one as it was.
    """
    from nbeval.publish.formats import STANDARD
    from nbeval.rendering import render_cohort

    named = tuple(part.strip() for part in formats.split(",") if part.strip()) or STANDARD
    summary = render_cohort(
        cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, formats=named, fresh=fresh, workers=workers,
        dask=dask, on_progress=on_progress,
    )
    if summary.failed:
        on_progress(str(summary))
        raise typer.Exit(summary.exit_code)
    say(str(summary))
    say(f"Open {out / cohort / 'index.html'}")


def verify(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"), as_json: options.AsJson = False,
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Make reports again and compare.

    Makes every published report again from the exports, in a folder apart, and compares it with the published one
    number by number and sentence by sentence. Exit code 1: something differs.
    """
    from nbeval.release.verify import verify_cohort

    answer = verify_cohort(cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, on_progress=on_progress)
    if as_json:
        say_json(answer.to_json())
    else:
        say(str(answer))
    if not answer.same:
        raise typer.Exit(1)


def attack(
    cohort: options.CohortName, out: options.OutFolder = Path("reports"), as_json: options.AsJson = False,
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Try to work out what a cohort's reports withhold.

    Takes everything that all reports of the cohort may show, and what was published before (the record in --out),
    and finds how closely each withheld number can be derived from it. Prints counts and places, never a number of
    people. Exit code 0: nothing can be worked out. 1: something can; the reports cannot be made.
    """
    audit = _audit(study_of(cohort, dictionary, data, out))
    if as_json:
        say_json({"cohort": cohort, "passed": bool(audit["ok"].all()), **_audit_record(audit)})
    else:
        _print_audit(audit)
    if not audit["ok"].all():
        raise typer.Exit(1)


def plan(
    cohort: options.CohortName,
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan to this file: .md, .html or .json.", metavar="FILE")] = None,
    signed_by: Annotated[str, typer.Option("--signed-by", help="Register the plan in the name of this person.", metavar="NAME")] = "",
    key: Annotated[Path | None, typer.Option("--key", help="Register it signed with this person's SSH key.", metavar="FILE")] = None,
    releases: Annotated[Path, typer.Option("--reports", help="The folder of reports, beside whose releases plans are kept.")] = Path("reports"),
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Write the analysis plan of a cohort.

    What will be compared, tested and reported, from the dictionary as it is now: headline measures, families, thresholds, designs, weights,
    the smallest change that can be shown. Says which data are there already. With --signed-by or --key the plan is registered beside
    the releases, and every later report says what departs from it.
    """
    from nbeval.planning import draft_plan

    workspace = workspace_of(dictionary, data, releases)
    draft = draft_plan(cohort, workspace)
    registered = draft.register(workspace.releases, signed_by=signed_by, key=key) if signed_by or key else None
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
        say(f"Registered as {cohort}/{registered.file} by {registered.signed_by}{f', key {registered.key}' if registered.key else ''}; "
            f"sha256 {registered.sha256}.")
    else:
        say("Not registered. To register it, run the command again with --signed-by NAME or --key FILE.")


def release(
    cohort: options.CohortName, kinds: options.Kinds = None, authority: options.AuthorityName = "",
    out: options.OutFolder = Path("reports"),
    signed_by: Annotated[str, typer.Option("--signed-by", help="The person who answers for the release.", metavar="NAME")] = "",
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the release.")] = None,
    as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Say what would be published, or sign it.

    Lists the files with their checksums, the audit and the checklist of a release. With --signed-by a person's name and
    the date are recorded in COHORT/release.json, with the results that went out; every later report of the cohort is
    protected against them. Exit code 1: something stands in the way.
    """
    from nbeval.request import requests
    from nbeval.release.proposal import propose, sign

    study = study_of(cohort, dictionary, data, out)
    requested = requests(study.cohort, study.dictionary, kinds or (), authority=authority)
    proposal = propose(requested, cohort, _audit(study), study.results(), study.workspace, out)
    if not as_json:
        _print_proposal(proposal)
    signed = sign(proposal, signed_by, day.date() if day else date.today(), study.workspace, out) if signed_by else None
    if as_json:
        say_json({"cohort": cohort, "ready": proposal.ready, "signed": signed.about if signed else "", "reports": list(proposal.reports),
                  "files": dict(sorted(proposal.files.items())), "faults": list(proposal.faults), "notes": list(proposal.notes),
                  **_audit_record(proposal.audit)})
    elif signed:
        say(f"\nRecorded in {cohort}/release.json: {signed.about}.")
    elif proposal.ready:
        say("\nNot signed. To release it, run the command again with --signed-by NAME.")
    if not proposal.ready:
        raise typer.Exit(1)


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


def _print_proposal(proposal: Proposal) -> None:
    """The files, the audit and the checklist."""
    from nbeval.release.proposal import BY_A_PERSON

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
    for line in BY_A_PERSON:
        say(f"  [ ] {line}")


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
