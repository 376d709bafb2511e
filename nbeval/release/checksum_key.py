"""Keyed checksums of confidential files (HMAC-SHA256), which tell nothing to whoever does not have the key.

A plain checksum of an export, or of the list of names that must not appear, can be tried: a few hundred guesses find its content. The
key is made where the exports lie when it is first needed, can be read by its owner alone, and never leaves: whoever holds data
and key can compare, and nobody else can.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from nbeval import folders
from nbeval.errors import OutputError, SourceError

#: beside the exports; NBEVAL_KEY names another file
KEY_FILE = ".nbeval-checksum-key"
_BYTES = 32


class PublishedChecksums(NamedTuple):
    """Checksums of exports as a report names them, and the name of the key they were made with."""

    by_file: Mapping[str, str]
    key: str


def key_file(data: Path) -> Path:
    """Where the key of a folder of exports is."""
    named = os.environ.get("NBEVAL_KEY")
    return Path(named) if named else data / KEY_FILE


def has_key(data: Path) -> bool:
    """Whether the key of a folder of exports is there."""
    return key_file(data).is_file()


def key_for(data: Path) -> bytes:
    """The key of a folder of exports, made at first use.

    Raises
    ------
    SourceError
        What lies there is no key, or would be published with the reports.
    OutputError
        It cannot be written.
    """
    file = key_file(data)
    if folders.is_published(file):
        raise SourceError("the key of checksums lies in a folder that is published.", where=file.name,
                          do="move the exports out of the reports' folder, or name another file in the variable NBEVAL_KEY.")
    try:
        _make(file)
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        if len(key) != _BYTES:
            raise ValueError
    except ValueError:
        raise SourceError("the key of checksums cannot be read.", where=file.name,
                          do="restore it; published checksums cannot be compared without it.") from None
    except OSError as error:
        raise OutputError("the key of checksums cannot be made or read.", found=error.strerror or "", where=file.name,
                          do="let whoever owns the exports run the command once, or name a file in the variable NBEVAL_KEY.") from None
    return key


def keyed(key: bytes, name: str, digest: str) -> str:
    """The keyed checksum of a file, from its name below the data folder and its plain SHA-256: equal files do not show as equal."""
    return hmac.new(key, f"{name}\0{digest}".encode(), sha256).hexdigest()


def key_name(key: bytes) -> str:
    """What a key is known by, in public: whether two checksums were made with the same one."""
    return hmac.new(key, b"name", sha256).hexdigest()[:16]


def _make(file: Path) -> None:
    """Write a new key, whole from the first moment, unless there is one."""
    if file.is_file():
        return
    half = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(_BYTES) + "\n")
        try:
            os.link(half, file)             # whoever is first has made it
        except FileExistsError:
            pass
        except OSError:
            os.replace(half, file)          # a disk without links
    finally:
        half.unlink(missing_ok=True)
