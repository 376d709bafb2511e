"""A new cohort: its file as a copy of another's, with the places to fill in."""

from __future__ import annotations

import re
from pathlib import Path

from nbeval import dictionary as dictionaries
from nbeval.errors import ParameterError, suggestion
from nbeval.starter import MARK

_ID = re.compile(r"[a-z][a-z0-9_]*")


def begin_cohort(cohort: str, template: str, folder: Path | None = None) -> tuple[Path, list[tuple[int, str]]]:
    """Copy the declaration of a cohort to the file of a new one.

    The new file, and line and text of each place to fill in. Where the dictionary has faults afterwards, the file is not left behind.
    """
    declared = dictionaries.load(folder)
    known = [one.id for one in declared.cohorts]
    if not _ID.fullmatch(cohort):
        raise ParameterError("the id of a cohort is not in the form of one.", found=cohort,
                             allowed="small letters, figures and underscores, a letter first", do="choose another id.")
    path = declared.folder / "cohorts" / f"{cohort}.toml"
    if cohort in known or path.exists():
        raise ParameterError(f"there is a cohort '{cohort}' already.", found=cohort, where="cohorts/",
                             do="choose another id, or edit the file that is there.")
    if template not in known:
        raise ParameterError(f"there is no cohort '{template}' to copy.", found=template, allowed=", ".join(known),
                             do=suggestion(template, known))
    text = (declared.folder / "cohorts" / f"{template}.toml").read_text(encoding="utf-8")
    copied = re.sub(rf'^id = "{re.escape(template)}"', f'id = "{cohort}"', text, count=1, flags=re.M)
    with path.open("x", encoding="utf-8", newline="\n") as file:       # a new file, and only a new one
        file.write(copied)
    try:
        dictionaries.load(folder)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    return path, [(number, line.strip()) for number, line in enumerate(copied.splitlines(), 1) if MARK in line]
