"""What ``nbeval new`` writes: a programme of one short survey, with FILL IN marks, an invented cohort and notebooks."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbeval.errors import OutputError, ParameterError

_HERE = Path(__file__).resolve().parent
#: marks a line whose content is an example
MARK = "FILL IN"
_RENAMED = {"gitignore": ".gitignore"}


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
