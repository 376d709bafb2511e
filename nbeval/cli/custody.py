"""The commands for what is in a team's keeping: who withdrew, and how long what is kept."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbeval.cli import options
from nbeval.cli.options import say, say_json, workspace_of

if TYPE_CHECKING:
    from nbeval.release.retention import Item
    from nbeval.release.withdrawals import Released

#: what is to be done about reports that are out, by the rule of the programme
_RELEASED = {
    "stay": "The programme's rule: what is out stays as it is; every later report does without the person.",
    "replace": "The programme's rule: these reports are made again without the person and released anew; take down the ones that are out.",
    "": "The programme declares no rule for reports that are out ([withdrawal] in programme.toml): decide whether they stay, and declare it.",
}


def withdraw(
    cohort: options.CohortName,
    source: Annotated[str, typer.Option("--source", help="The source: a survey, self-assessments, quotes, interviews.")] = "survey",
    wave: Annotated[str, typer.Option("--wave", help="The wave of the form; needed where others have its number too.")] = "",
    authority: options.AuthorityName = "",
    version: Annotated[str, typer.Option("--version", help="The export version, where two have the same numbers.")] = "",
    numbers: Annotated[Path | None, typer.Option(
        "--numbers", help="A file with the submission numbers, one a line; standard input where none is named.", metavar="FILE")] = None,
    sign_with: Annotated[Path | None, typer.Option("--sign-with", help="The SSH key to sign with.", metavar="KEY")] = None,
    as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Leave somebody who withdraws out of all further work.

    Asks for the submission number of the form (of a quote its number, of an interview its document, of ratings `managers` or `managers/2`)
    in a file or on standard input, so that it is in no history of a shell. Where the export names the person, all forms of the person at
    every wave go. What is recorded, signed, in the project's folder of releases is a keyed checksum and no personal data. Says which reports
    that are out may contain the person, and what the programme's rule says. Exit code 1: it is not recorded yet, for want of --sign-with.
    """
    from nbeval.cleaning.withdrawn import Wanted
    from nbeval.release import withdrawals

    workspace = workspace_of(dictionary, data)
    declared = workspace.dictionary.cohort(cohort)
    wanted = Wanted(source, wave, authority, version, _numbers(numbers))
    found = withdrawals.look_up(wanted, declared, workspace)
    released = withdrawals.released_with(wanted, found, declared, workspace.dictionary, workspace.releases)
    before = {one.subject for one in withdrawals.recorded(cohort, workspace.releases)}
    again = set(found.subjects) <= before
    new = withdrawals.withdraw(found, declared, workspace, sign_with) if sign_with and not again else 0
    rule = workspace.dictionary.programme.withdrawal
    if as_json:
        say_json({"cohort": cohort, "forms": found.forms, "waves": list(found.waves), "recorded": bool(new) or again, "new": new,
                  "corrections": found.corrections, "released": [{"release": one.release, "day": one.day, "report": one.report} for one in released],
                  "rule": rule.released, "about": rule.about})
    else:
        say(f"{found.forms} found: {'forms of the person at ' if found.people else ''}{', '.join(found.waves) or 'no wave'}.")
        if found.corrections:
            say(f"{found.corrections} lines of corrections.csv are of them and hold the number and an answer: take them out.")
        _print_released(released, _RELEASED[rule.released], rule.about)
        say("Recorded before; nothing was added." if again else f"Recorded and signed: {new} new lines. Every command leaves them out from now on."
            if new else "\nNot recorded. To leave them out, run the command again with --sign-with KEY.")
        if new:
            say("The exports still hold the form: ask for exports without it, or delete it there, and so in every copy.")
    if not new and not again:
        raise typer.Exit(1)


def _print_released(released: tuple[Released, ...], rule: str, about: str) -> None:
    """The reports that are out and may contain somebody, and what becomes of them."""
    if not released:
        say("No report that is out contains them.")
        return
    say(f"{len(released)} reports that are out may contain them:")
    for one in released:
        say(f"  release {one.release} of {one.day}  {one.report}")
    say(rule + (f"\n{about}" if about else ""))


def _numbers(file: Path | None) -> tuple[str, ...]:
    """The numbers, one a line, of a file or of standard input; typed on a terminal they are not shown."""
    from nbeval.errors import SourceError

    if file is None and sys.stdin.isatty():
        return (typer.prompt("Submission number", hide_input=True, err=True).strip(),)
    try:
        text = file.read_text(encoding="utf-8-sig") if file is not None else sys.stdin.read()
    except (OSError, ValueError):
        raise SourceError("the file of numbers cannot be read.", where=file.name if file else "standard input", do="name a text file, one number a line.") from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def retention(
    cohort: options.CohortName,
    out: Annotated[Path, typer.Option("--out", help="The folder with the reports.")] = Path("reports"),
    delete: Annotated[bool, typer.Option("--delete", help="Delete what is overdue; asks first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """List what is kept of a cohort, where, and for how long.

    Exports, corrections, unprotected results, internal reports, caches, leftovers, keys, ledger, bundles: how many files, who can read them,
    since when, how long the programme says ([[retention]] in programme.toml or the cohort), and what is overdue. Where nothing is
    declared only caches (30 days) and what killed runs left have a limit. --delete deletes what is overdue and notes it in the ledger; keys,
    ledger, signatures and published reports it never touches. Exit code 1: something is overdue.
    """
    from nbeval.release import retention as kept

    workspace = workspace_of(dictionary, data)
    declared, today = workspace.dictionary.cohort(cohort), kept.now().date()
    items = kept.kept_of(declared, workspace, out)
    overdue = [one for one in items if one.overdue(today)]
    if not as_json:
        _print_items(items, today)
    gone = 0
    if delete and overdue:
        if not yes and not typer.confirm(f"Delete {sum(one.files for one in overdue)} files in {len(overdue)} places?", err=True):
            raise typer.Exit(1)
        gone = kept.delete(items, declared, workspace, out)
    if as_json:
        say_json({"cohort": cohort, "overdue": len(overdue) - gone, "deleted": gone, "kept": [one.to_json(today) for one in items]})
    elif gone:
        say(f"\n{gone} deleted, and noted in {kept.LOG} of the ledger.")
    elif overdue:
        say(f"\n{len(overdue)} overdue. To delete them, run the command again with --delete.")
    if len(overdue) > gone:
        raise typer.Exit(1)


def _print_items(items: list[Item], today: date) -> None:
    """What is kept, a line each."""
    for one in items:
        entry = one.to_json(today)
        say(f"{entry['kind']:<17} {entry['where']:<44} {one.files:>5} files  {entry['readable_by']:<16} since {entry['since']}  {entry['rule']}"
            + (f", until {entry['until']}" if entry["until"] else "") + ("  OVERDUE" if entry["overdue"] else ""))
    if not items:
        say("Nothing is kept.")
