"""Checksums of files and folders, and what a run of nbeval stands on: code, lock, versions."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import nbeval

PACKAGE = Path(nbeval.__file__).parent


def sha256(content: bytes) -> str:
    """The sha256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The sha256 of a file; empty text where there is no such file."""
    return sha256(path.read_bytes()) if path.is_file() else ""


@cache
def code_digest() -> str:
    """The sha256 of every file of the package that makes a report: names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def lock_digest() -> str:
    """The sha256 of the project's lock; empty text where the package stands without one."""
    return file_sha256(PACKAGE.parent / "requirements.lock")


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

    if not (PACKAGE.parent / ".git").exists():
        return {}
    try:
        return {"commit": ask("rev-parse", "HEAD"),
                "clean": not ask("status", "--porcelain", "--", "nbeval", "notebooks", "data_dictionary")}
    except (OSError, subprocess.SubprocessError):
        return {}
