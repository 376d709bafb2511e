"""What a run of nbeval stands on: its code, the lock, Python, the platform and the packages."""

from __future__ import annotations

import platform
import re
import subprocess
from functools import cache
from importlib import metadata
from typing import Any

from nbeval.checksums import code_digest, lock_digest
from nbeval.folders import PACKAGE, is_checkout


@cache
def software() -> dict[str, Any]:
    """The code, Python, platform and packages of this process."""
    return {
        "nbeval": {"version": version("nbeval"), "code": code_digest(), "lock": lock_digest(), **_git()},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in _required()},
    }


def version(package: str) -> str:
    """The installed version of a package; empty text where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _required() -> list[str]:
    """The names of the packages that nbeval itself asks for."""
    try:
        lines = metadata.requires("nbeval") or []
    except metadata.PackageNotFoundError:
        return []
    plain = (line for line in lines if "extra ==" not in line)
    return sorted({re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in plain}, key=str.lower)


def _git() -> dict[str, Any]:
    """The commit the package stands at and whether its files are as committed; nothing without git."""
    def ask(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(PACKAGE.parent), *words], capture_output=True, text=True,
                              timeout=20, check=True)
        return done.stdout.strip()

    if not is_checkout() or not (PACKAGE.parent / ".git").exists():
        return {}
    try:
        return {"commit": ask("rev-parse", "HEAD"),
                "clean": not ask("status", "--porcelain", "--", "nbeval", "notebooks", "data_dictionary")}
    except (OSError, subprocess.SubprocessError):
        return {}
