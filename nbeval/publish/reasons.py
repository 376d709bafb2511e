"""Why two makings of a report may differ, from their provenance; the likeliest reason first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LISTED = 10         # entries of the dictionary that are named


def likely_reasons(old: dict[str, Any], new: dict[str, Any], altered: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What differs between what two reports rest on.

    Parameters
    ----------
    old, new : dict
        The content of their ``provenance.json``.
    altered : tuple of str
        Files of the old report that are not as they were made.

    Returns
    -------
    tuple of str
        Files altered, data, parameters, dictionary, notebook, code, versions, platform, in this order; a sentence
        that says so where nothing differs.
    """
    by_hand = (f"the old report was altered after it was made: {', '.join(altered)}",) if altered else ()
    found = (*by_hand, *_reasons(old, new))
    return found or ("no difference in data, dictionary, code or versions is recorded: "
                     "look for a step that is not seeded, or for a file changed by hand",)


def other_sources(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """The exports and the entries of the dictionary that are not those of the old report, whether or not a number moved."""
    return (*(f"export {name}" for name in _changed(_inputs(old), _inputs(new))),
            *(f"dictionary: {name}" for name in _of_dictionary(old.get("dictionary", {}), new.get("dictionary", {}))))


def _reasons(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Each difference in words."""
    changed = _changed(_inputs(old), _inputs(new))
    if changed:
        yield f"other data: {', '.join(changed)}"
    for key, words in (("parameters", "other parameters"), ("notebook", "another notebook"), ("seeds", "other seeds")):
        if old.get(key) != new.get(key):
            yield words
    yield from _dictionary(old.get("dictionary", {}), new.get("dictionary", {}))
    yield from other_software(old, new)


def other_software(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Other code, another lock, other versions, another Python and another platform, in words."""
    before, after = old.get("nbeval", {}), new.get("nbeval", {})
    if before.get("code") != after.get("code"):
        yield f"other code: nbeval {before.get('version', '?')} then, {after.get('version', '?')} now"
    if before.get("lock") != after.get("lock"):
        yield "another lock of versions"
    was, now = old.get("packages", {}), new.get("packages", {})
    packages = [f"{name} {was.get(name) or 'none'} then, {now.get(name) or 'none'} now" for name in _changed(was, now)]
    if packages:
        yield f"other versions: {', '.join(packages)}"
    for key in ("python", "platform"):
        if old.get(key) != new.get(key):
            yield f"another {key}: {old.get(key)} then, {new.get(key)} now"


def _dictionary(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What differs between two dictionaries, in words."""
    changed = _of_dictionary(old, new)
    if changed:
        more = f" and {len(changed) - LISTED} more" if len(changed) > LISTED else ""
        yield f"another dictionary: {', '.join(changed[:LISTED])}{more}"
    elif old.get("digest") != new.get("digest"):
        yield "another dictionary, in entries that this report neither shows nor rests on"


def _of_dictionary(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The entries that the report can show, and the parts that its numbers rest on where no such entry says as much."""
    shown = _changed(old.get("entries", {}), new.get("entries", {}))
    behind = _changed(old.get("grounds", {}), new.get("grounds", {}))
    return [*shown, *(name for name in behind if not any(entry.startswith(f"{name} ") for entry in shown))]


def _inputs(record: dict[str, Any]) -> dict[str, str]:
    """The inputs' checksums by name."""
    return {entry["name"]: entry["sha256"] for entry in record.get("inputs", ())}


def _changed(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The names whose values differ or that only one has, in order."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
