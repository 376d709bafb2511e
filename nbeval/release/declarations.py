"""Scales and indicators that are declared otherwise than when a release that shows them was signed: named, and stopped unless decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Status
from nbeval.dictionary.models import Cohort
from nbeval.errors import ChangedDeclarationError
from nbeval.deviations import ChangedDeclaration
from nbeval.release.fingerprint import fingerprint_of_part, scope_of_numbers
from nbeval.release.ledger import releases_of

#: how a measure is called, shown and confirmed: another word there makes no other figure
_NOT_MEASURED = {"label": "", "short": "", "unit": "", "decimals": 0, "domain": "", "outcomes": (), "status": Status.CONFIRMED}


def declarations_shown(scope: Dictionary, shown: Collection[str]) -> dict[str, str]:
    """A short checksum of each indicator that is shown, and of each scale that is shown or that one of them reads; readers' words count not."""
    return {f"{kind} {name}": digest for kind, name, digest in _declared(scope, shown)}


def changed_declarations(cohort: Cohort, dictionary: Dictionary, ledger: Path) -> tuple[ChangedDeclaration, ...]:
    """What is declared otherwise than in a signed release of the cohort, each with those releases and the decision that allows it, if any."""
    releases = [one for one in releases_of(cohort.id, ledger) if one.declarations]
    if not releases:
        return ()
    scope = scope_of_numbers(dictionary, cohort.id)
    everything = {one.indicator for one in scope.indicators} | {one.id for one in scope.scales}
    decisions = {name: one.decision for one in cohort.changed_since_release for name in one.of}
    labels = {f"indicator {one.indicator}": one.label for one in dictionary.indicators} | {f"scale {one.id}": one.label for one in dictionary.scales}
    found = []
    for kind, name, digest in _declared(scope, everything):
        key = f"{kind} {name}"
        other = tuple((one.number, one.day) for one in releases if one.declarations.get(key, digest) != digest)
        if other:
            found.append(ChangedDeclaration(kind, name, labels[key], other, decisions.get(name, 0)))
    return tuple(found)


def check_declarations(cohort: Cohort, dictionary: Dictionary, ledger: Path) -> tuple[ChangedDeclaration, ...]:
    """What is declared otherwise than in a signed release, as a decision allows.

    Raises
    ------
    ChangedDeclarationError
        No decision allows one of them; the message names all of those.
    """
    changed = changed_declarations(cohort, dictionary, ledger)
    undecided = [one for one in changed if not one.decision]
    if undecided:
        raise ChangedDeclarationError(
            f"{len(undecided)} scales and indicators of cohort '{cohort.id}' are declared otherwise than in a signed release.",
            found="\n".join(f"{one.kind} '{one.id}', changed since release {_numbers(one)}" for one in undecided),
            allowed="what was signed, or a change that a decision allows", where=f"cohorts/{cohort.id}.toml",
            do="restore the declaration; or record in decisions.md why it changed and which figures moved, and write into the cohort\n"
               f'[[changed_since_release]] with of = ["{undecided[0].id}"] and decision = its number.')
    return changed


def changes_noted(changed: Collection[ChangedDeclaration]) -> Iterator[str]:
    """A line for each change, for whoever signs."""
    for one in changed:
        yield f"The {one.kind} '{one.id}' is declared otherwise than in release {_numbers(one)}, as decision {one.decision} allows."


def _numbers(one: ChangedDeclaration) -> str:
    """The numbers of the releases that a declaration differs from."""
    return ", ".join(str(number) for number, _ in one.releases)


def _declared(scope: Dictionary, shown: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, id and checksum of each indicator and scale that is shown, or read by what is shown."""
    indicators = [one for one in scope.indicators if one.indicator in shown]
    scales = {*shown, *(one.scale for one in indicators)}
    for kind, name, record in (*(("indicator", one.indicator, one) for one in indicators),
                               *(("scale", one.id, one) for one in scope.scales if one.id in scales)):
        blank = {field: value for field, value in _NOT_MEASURED.items() if field in type(record).model_fields}
        yield kind, name, fingerprint_of_part(kind, record.model_copy(update=blank))
