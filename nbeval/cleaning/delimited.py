"""Delimited text (CSV, tab-separated) as rows of text."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from nbeval.errors import SourceError

DELIMITERS = (",", ";", "\t")
_SAMPLE = 30
#: a first line by which Excel is told the delimiter
_DECLARED = re.compile(r"sep=([,;\t])\r?\n")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Free text may be longer than the csv module's default of 131,072 characters.
_LONGEST_CELL = 10_000_000


def read_delimited(raw: bytes, name: str, encoding: str = "") -> list[list[str]]:
    """Read delimited text as it stands: no cell is taken for a number, a date or a missing value.

    Parameters
    ----------
    raw : bytes
        The file as received.
    name : str
        The file's name in messages.
    encoding : str
        As declared; empty for UTF-8 (with or without byte-order mark), UTF-16, then cp1252, then latin-1.

    Returns
    -------
    list of list of str
        One list per record that is not empty, the header among them; all of one length.

    Raises
    ------
    SourceError
        The bytes are not text, a quotation mark is never closed, or records differ in length.
    """
    text = _decode(raw, name, encoding)
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    text = text[declared.end():] if declared else text
    rows = []
    try:
        for row in _reader(text, delimiter):
            rows.append(row)
    except csv.Error:
        raise SourceError(
            f"'{name}' cannot be parted into cells after record {len(rows)}.",
            found="a quotation mark that is never closed, or text after a closing one",
            allowed="cells in double quotation marks, with a quotation mark inside a cell written twice",
            where=name, do="export the file again; a download that was cut short looks like this.",
        ) from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    _refuse_ragged(rows, name)
    return rows


def _decode(raw: bytes, name: str, encoding: str) -> str:
    """The bytes as text, in the declared encoding or the first one that fits."""
    marked = [codec for mark, codec in _MARKS if raw.startswith(mark)]
    if encoding:
        candidates = marked or [encoding]
    elif marked:
        candidates = marked
    elif b"\x00" in raw:
        candidates = _unmarked_utf16(raw)
    else:
        candidates = ["utf-8", "cp1252", "latin-1"]
    for codec in candidates:
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SourceError(
        f"'{name}' cannot be read as text.",
        found=f"bytes that are not {encoding}" if encoding else "bytes that belong to no text",
        allowed="UTF-8, UTF-16, cp1252, latin-1, or the encoding declared in the cohort's file",
        where=name, do="declare `encoding` for these files in the cohort's file, or export them again as CSV UTF-8.",
    )


def _unmarked_utf16(raw: bytes) -> list[str]:
    """The UTF-16 without byte-order mark that the position of the zero bytes suggests, if any."""
    even, odd = raw[0::2].count(0), raw[1::2].count(0)
    half = len(raw) // 4
    if len(raw) % 2 == 0 and odd > half > even:
        return ["utf-16-le"]
    if len(raw) % 2 == 0 and even > half > odd:
        return ["utf-16-be"]
    return []


def _reader(text: str, delimiter: str):
    """The records of the text, parted at ``delimiter``."""
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """The delimiter that gives the first records one length, and the greatest such length."""
    def fit(delimiter: str) -> tuple[bool, int]:
        lengths = []
        try:
            for row in islice(_reader(text, delimiter), _SAMPLE):
                lengths += [len(row)] if row else []
        except csv.Error:
            return False, lengths[0] if lengths else 0
        return len(set(lengths)) == 1 and lengths[0] > 1, lengths[0] if lengths else 0
    return max(DELIMITERS, key=fit)


def _refuse_ragged(rows: list[list[str]], name: str) -> None:
    """Stop where a record has more or fewer cells than the first one: its answers would shift."""
    wrong = [number for number, row in enumerate(rows, start=1) if len(row) != len(rows[0])]
    if wrong:
        several = len(wrong) > 1
        raise SourceError(
            f"'{name}': {len(wrong)} {'records do' if several else 'record does'} not have the {len(rows[0])} cells"
            " of the first record.",
            found=f"record {wrong[0]} has {len(rows[wrong[0] - 1])} cells",
            allowed=f"{len(rows[0])} cells in every record", where=name,
            do="export the file again; a line break or a delimiter in an answer that stands without quotation marks,"
               " or a download that was cut short, looks like this.",
        )
