"""What ``nbeval new`` writes: a programme of one short survey, with FILL IN marks, an invented cohort and notebooks; and a new cohort in
it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from nbeval import dictionary
from nbeval.errors import OutputError, ParameterError, suggestion

_HERE = Path(__file__).resolve().parent
#: marks a line whose content is an example
MARK = "FILL IN"
_RENAMED = {"gitignore": ".gitignore"}
_ID = re.compile(r"[a-z][a-z0-9_]*")


def new_project(folder: Path) -> list[tuple[str, int]]:
    """Write a new, empty programme that loads and renders as it is.

    Each file written, relative to the folder, and how many FILL IN marks it has; nothing is written where the folder has something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(f"there is something in '{folder.name}' already.", found="a folder that is not empty, or a file",
                             do="name a folder that does not exist yet.")
    try:
        for name in ("README.md", "gitignore"):
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_HERE / name, folder / _RENAMED.get(name, name))
        for name in ("data_dictionary", "notebooks"):
            shutil.copytree(_HERE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"), copy_function=shutil.copyfile)
        (folder / "reports").mkdir()
    except OSError as error:
        raise OutputError(f"the project cannot be written: {error.strerror}.", where=f"the folder '{folder.name}'",
                          do="choose a folder that you may write to, and run the command again.") from None
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8").count(MARK)) for path in written]


def begin_cohort(cohort: str, template: str, folder: Path | None = None) -> tuple[Path, list[tuple[int, str]]]:
    """Copy the declaration of a cohort to the file of a new one.

    The new file, and line and text of each place to fill in. Where the dictionary has faults afterwards, the file is not left behind.
    """
    declared = dictionary.load(folder)
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
        dictionary.load(folder)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    return path, [(number, line.strip()) for number, line in enumerate(copied.splitlines(), 1) if MARK in line]
