"""What is in a published file, part by part, and in what two files differ.

Files are compared byte by byte. Where the bytes are not the same the parts of the two are: the members of an office file, the objects
of a PDF without compression, the lines of all else. Two parts are the same where they differ in nothing but decimals of nine digits
or more that are close to each other: such a number is no number in print, and its last digits depend on the machine.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from nbeval.bounded import MOST, read_json

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_DIGITS = 9
_OBJECT = re.compile(rb"(\d+ \d+) obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_LENGTH = re.compile(rb"/Length \d+")
LISTED = 3
#: a file of a release is compared only if it is not so many times (and megabytes) larger than the one that was just made
_TIMES = 10


def file_differences(old: Path, new: Path, rel: float, abs_: float) -> Iterator[str]:
    """One line for each part of a file that differs, without what is in it; none where the two say the same."""
    if old.stat().st_size > _TIMES * new.stat().st_size + _TIMES * 1_000_000:
        yield "far larger than the file that was just made"
        return
    before, after = old.read_bytes(), new.read_bytes()
    if before == after:
        return
    one, other = parts(old.name, before), parts(new.name, after)
    if one is None or other is None:
        yield "cannot be read"
        return
    found = [name for name in dict.fromkeys((*one, *other)) if not same_part(one.get(name), other.get(name), rel, abs_)]
    if found:
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        yield f"another content in {', '.join(found[:LISTED])}{more}"


def same_content(name: str, old: bytes, new: bytes, rel: float = 1e-9, abs_: float = 1e-12) -> bool:
    """Whether two contents of a file of this name say the same."""
    one, other = parts(name, old), parts(name, new)
    return old == new or (one is not None and other is not None and one.keys() == other.keys()
                          and all(same_part(one[part], other[part], rel, abs_) for part in one))


def parts(name: str, content: bytes) -> dict[str, bytes] | None:
    """The parts of a file by what they are called; None where it is not the kind of file that its name says."""
    kind = name.rpartition(".")[2]
    try:
        if kind in ("docx", "pptx", "xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = archive.namelist()
                if sum(member.file_size for member in archive.infolist()) > MOST:
                    return None
                return {member: archive.read(member) for member in names} if len(set(names)) == len(names) else None
        if kind == "pdf":
            return _pdf(content)
        if kind == "ipynb":
            read_json(content)
        return {f"line {number}": line for number, line in enumerate(content.split(b"\n"), start=1)}
    except (ValueError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError):
        return None


def same_part(old: bytes | None, new: bytes | None, rel: float, abs_: float) -> bool:
    """Whether two parts say the same: equal but for numbers of which one is long, and which are close."""
    if old == new:
        return True
    if old is None or new is None or _NUMBER.sub(b"\0", old) != _NUMBER.sub(b"\0", new):
        return False
    return all(one == other or ((_is_long(one) or _is_long(other)) and math.isclose(float(one), float(other), rel_tol=rel, abs_tol=abs_))
               for one, other in zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True))


def _is_long(number: bytes) -> bool:
    """Whether a number has decimals, and more digits than anybody prints."""
    return b"." in number and len(re.sub(rb"[eE].*|\D", b"", number).lstrip(b"0")) >= _DIGITS


def _pdf(content: bytes) -> dict[str, bytes]:
    """The objects of a PDF, without compression and lengths, and what stands before, between and behind them but for places in the file."""
    if not content.startswith(b"%PDF-"):
        raise ValueError("no PDF")
    found: dict[str, bytes] = {}
    for match in _OBJECT.finditer(content):
        name = f"object {match[1].decode('ascii')}"
        if name in found:
            raise ValueError("an object twice")
        found[name] = _STREAM.sub(_unpacked, _LENGTH.sub(b"/Length", match[2]))
    rest = re.sub(rb"\bxref\b.*?\btrailer\b|startxref\s+\d+", b"", _OBJECT.sub(b"", content), flags=re.DOTALL)
    return {**found, "trailer": rest}


def _unpacked(found: re.Match[bytes]) -> bytes:
    """A stream as it is without compression; one that has none, such as a picture of its own kind, as it is."""
    try:
        return b"stream\n" + zlib.decompress(found[1]) + b"\nendstream"
    except zlib.error:
        return found[0]
