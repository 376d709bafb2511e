"""Checksums: of bytes, of files, of the package's code and of the pinned packages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from nbeval.folders import PACKAGE, supplied


def sha256(content: bytes) -> str:
    """The sha256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The sha256 of a file; empty text where there is no such file."""
    return sha256(path.read_bytes()) if path.is_file() else ""


def sha256_of(*parts: str) -> str:
    """One sha256 over several texts, which cannot run into each other."""
    return sha256("".join(f"{len(part)}\0{part}" for part in parts).encode())


@cache
def code_digest() -> str:
    """The sha256 of every file of the package's code: names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and not {"__pycache__", "_share"} & set(path.parts):
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def lock_digest() -> str:
    """The sha256 of the pinned packages."""
    return file_sha256(supplied("requirements.lock"))
