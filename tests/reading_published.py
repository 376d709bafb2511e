"""Reads the published files of a release as an intruder would: what each says of each count of people.

Knows the dictionary (it is public) and nothing of how nbeval protects. A *fact* is a statement about one share, base or
mean: where it stands in print, and how closely it is given.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from math import inf
from os.path import commonprefix
from pathlib import Path
from typing import NamedTuple

import docx
import lxml.etree
import lxml.html
import openpyxl
import pypdf

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME
from tests.drawings import Drawing, Line, Shape, Words, of_page, of_pdf, of_svg

SYMBOL = re.compile(r"\[[cxz]\]|\[low\]")
NUMBER = re.compile(r"(?<![\w.])[+−-]?\d[\d,]*(?:\.\d+)?(?=%|\b)")

#: how far a level is from the number that leaves: two decimals
LEAVES = 0.005 + 1e-9
#: rows whose counts are of the people of their place: a model's, an unnamed place's or a comparison's are not
OF_THEIR_PLACE = ("percent", "mean", "sd", "change", "difference", "smallest_change", "overlap_bound", "overlap_widest", "item_nonresponse")

#: numbers beside a statement: intervals and their level, places without a name, what a slash parts from it in a picture
OF_OTHERS = re.compile(r"\([^)]*\)|\S+% in the (?:lowest|highest)\b|/ \S+%|\S+% (?:interval|limits)\b")
#: what the whole cohort is called
WHOLE = re.compile(r"\bAll |\ball of them\b")

_SAID = r"(\[[a-z]+\]|[+−-]?\d[\d.,]*%?(?: to [+−-]?\d[\d.,]*%?)?)"


class Cell(NamedTuple):
    """A count of people who gave certain answers, or all who gave one."""

    indicator: str
    wave: str
    authority: str
    group: str
    level: str


class Fact(NamedTuple):
    """``kind`` is share, base, percent or mean; the truth is within ``off`` of ``value``."""

    cell: Cell
    kind: str
    value: float
    off: float
    where: str


def facts_of(folder: Path, words: Names, files: Collection[str] = ()) -> tuple[list[Fact], set[Cell]]:
    """All facts of a release, and the cells that some file of it withholds; of the documents these alone are read, if named."""
    reports = [path.parent for path in sorted(folder.rglob("results.csv")) if _about(path.parent)["kind"] in words.waves_of_kind]
    withheld = {cell for one in reports for cell in _withheld((one / "results.csv").read_text(encoding="utf-8"))}
    facts = []
    for one in reports:
        facts += [fact for fact in _of_results((one / "results.csv").read_text(encoding="utf-8"), str(one.relative_to(folder)))]
        exhibits = _exhibits((one / "report.ipynb").read_bytes())
        place, wave = _about(one).get("authority", ""), words.waves_of_kind[_about(one)["kind"]]
        for name, text in _texts(one, files or READERS):
            rows = list(_rows_in(text, exhibits))
            for fact in (*_of_rows(rows), *_of_sentences(_without_rows(text, rows), words, place, wave)):
                if fact.cell in withheld:
                    facts.append(fact._replace(where=f"{one.relative_to(folder)}/{name}: {fact.where}"))
        drawn = _of_pictures(one, exhibits, files or READERS, words, place, wave)
        facts += [fact._replace(where=f"{one.relative_to(folder)}: {fact.where}") for fact in (*_of_cells(exhibits), *drawn) if fact.cell in withheld]
    return facts, withheld


def _about(report: Path) -> dict:
    """Which report it is."""
    return json.loads((report / "provenance.json").read_text(encoding="utf-8"))["parameters"]


class Names:
    """What things are called in print, in small letters, longer names first."""

    def __init__(self, dictionary, cohort) -> None:
        self.indicators = _longest_first((word, one.indicator) for one in dictionary.indicators for word in (one.label, one.short, one.says) if word)
        self.authorities = _longest_first((dictionary.authority(one).name, one) for one in cohort.authorities)
        self.levels = _longest_first((level.level_label, (name, level.level)) for name, levels in dictionary.groups.items() for level in levels)
        self.waves = _longest_first((wave.label, wave.id) for wave in cohort.waves)
        first, last = cohort.waves[0].id, cohort.waves[-1].id
        self.waves_of_kind = {kind.id: first if kind.wave == "first" else last for kind in dictionary.programme.reports if not kind.internal}
        self.first = first

    def without_waves(self, text: str) -> str:
        """A text without the names of waves, which may hold numbers."""
        for label, _ in self.waves:
            text = re.sub(re.escape(label), " ", text, flags=re.IGNORECASE)
        return text


def _longest_first(names: Iterable[tuple[str, object]]) -> list[tuple[str, object]]:
    """Names in small letters, each before those it holds."""
    return sorted({(word.lower(), one) for word, one in names}, key=lambda pair: (-len(pair[0]), pair))


# --- results.csv -----------------------------------------------------------------------------------

def _rows(text: str) -> Iterator[dict]:
    for row in csv.DictReader(io.StringIO(text)):
        if row["indicator"] and row["weighted"] == "False":
            yield row


def _cell(row: dict) -> Cell:
    return Cell(row["indicator"], row["wave"], row["authority"], row["group"], row["level"])


def _withheld(text: str) -> Iterator[Cell]:
    for row in _rows(text):
        if row["suppression"] == "[c]" and row["quantity"] == "percent" and not row["contrast"]:
            yield _cell(row)


def _of_results(text: str, where: str) -> Iterator[Fact]:
    """Bases, counts and estimates, of both sides of a change or a difference between levels."""
    for row in _rows(text):
        if row["quantity"] not in OF_THEIR_PLACE:
            continue
        here = _cell(row)
        other = here._replace(wave=row["reference"]) if row["contrast"] == "wave" else here._replace(level=row["reference"])
        sides = [(here, "numerator", "n_valid")]
        sides += [(other, "numerator_reference", "n_reference")] if row["contrast"] in ("wave", "level") else []
        for cell, count, base in sides:
            for name, kind in ((count, "share"), (base, "base")):
                if row[name]:
                    yield Fact(cell, kind, float(row[name]), 1e-6, f"{where}/results.csv")
        if row["estimate"] and not row["contrast"] and row["quantity"] in ("percent", "mean"):
            yield Fact(here, row["quantity"], float(row["estimate"]), LEAVES, f"{where}/results.csv")


# --- exhibits --------------------------------------------------------------------------------------

@lru_cache(maxsize=64)
def _exhibits(content: bytes) -> tuple[dict, ...]:
    """The structured exhibits of a notebook."""
    return tuple(data for mime, data in _outputs(content) if mime == EXHIBIT_MIME)


def _outputs(content: bytes) -> Iterator[tuple[str, dict]]:
    for cell in json.loads(content)["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for part in data.get(REPORT_MIME, {}).get("parts", ()):
                yield part["mime"], part["data"]
            yield from ((mime, data[mime]) for mime in (EXHIBIT_MIME, TEXT_MIME) if mime in data)


def _of_key(key: str) -> Cell | None:
    """The cell that a key of results stands for, where it is a level and not weighted."""
    _, indicator, quantity, wave, authority, group, level, contrast, _, weighted = key.split("|")
    return Cell(indicator, wave, authority, group, level) if quantity in ("percent", "mean") and not contrast and not weighted and indicator else None


def _said(text: str, cell: Cell, field: str, where: str) -> Iterator[Fact]:
    """A number in print as a fact about a cell."""
    found = NUMBER.search(text)
    if not found or field not in ("estimate", "n_valid", "numerator"):
        return
    digits = found[0].replace(",", "").replace("−", "-").lstrip("+")
    off = 0.5 * 10.0 ** -len(digits.partition(".")[2]) + 1e-9
    kind = {"n_valid": "base", "numerator": "share"}.get(field, "percent")
    yield Fact(cell, kind, float(digits), off if kind == "percent" else 1e-6, where)


def _of_cells(exhibits: tuple[dict, ...]) -> Iterator[Fact]:
    """What structured cells say."""
    for exhibit in exhibits:
        for row in exhibit["rows"]:
            for one in row["cells"]:
                cell = _of_key(one["result"]) if one["result"] else None
                if cell:
                    yield from _said(one["text"] if one["value"] is None else str(one["value"]), cell, one["field"], f"{exhibit['id']}, cell")


def _pattern(row: dict) -> tuple[re.Pattern, list[dict]]:
    """A pattern of a row in print, its cells that are symbols captured."""
    parts, caught = [], []
    for one in row["cells"]:
        if one["result"] and SYMBOL.fullmatch(one["text"]):
            parts.append(_SAID)
            caught.append(one)
        elif one["result"]:
            parts.append(r"\S+" + r" \S+" * one["text"].count(" "))
        else:
            parts.append(re.escape(" ".join(one["text"].split())))
    return re.compile(r"(?<!\S)" + " ".join(parts) + r"(?!\S)"), caught


def _segments(text: str, exhibits: tuple[dict, ...]) -> Iterator[tuple[dict, int, int]]:
    """Where each exhibit stands in a text: from its caption to the next caption."""
    heads = [(found.start(), one) for one in exhibits
             for found in re.finditer(re.escape(f"{one['label']}. {' '.join(one['title'].split())}"), text)]
    heads.sort(key=lambda pair: pair[0])
    for (start, one), (end, _) in zip(heads, [*heads[1:], (len(text), {})], strict=True):
        yield one, start, end


def _rows_in(text: str, exhibits: tuple[dict, ...]) -> Iterator[tuple[dict, re.Match, list[dict]]]:
    """Where each row of a table stands in a text: under the heading of its own block, where a table has blocks."""
    for exhibit, start, end in _segments(text, exhibits):
        headings = {" ".join(row["cells"][0]["text"].split()) for row in exhibit["rows"] if row["heading"]}
        seen = [(found.start(), name) for name in headings for found in re.finditer(re.escape(name), text[start:end])]
        seen = sorted((start + at, name) for at, name in seen)
        block = ""
        for row in exhibit["rows"]:
            if row["heading"]:
                block = " ".join(row["cells"][0]["text"].split())
                continue
            pattern, caught = _pattern(row)
            for found in pattern.finditer(text, start, end):
                above = bisect([at for at, _ in seen], found.start())
                if not block or not above or seen[above - 1][1] == block:
                    yield exhibit, found, caught


def _of_rows(rows: list[tuple[dict, re.Match, list[dict]]]) -> Iterator[Fact]:
    """What rows of tables say where the structured table has a symbol."""
    for exhibit, found, caught in rows:
        for one, said in zip(caught, found.groups(), strict=True):
            cell = _of_key(one["result"])
            if cell and not SYMBOL.fullmatch(said):
                yield from _said(said, cell, one["field"], f"{exhibit['id']}, row")


def _without_rows(text: str, rows: list[tuple[dict, re.Match, list[dict]]]) -> str:
    """A text with the rows of its tables taken out."""
    for start, end in sorted({found.span() for _, found, _ in rows}, reverse=True):
        text = text[:start] + " . " + text[end:]
    return text


# --- sentences -------------------------------------------------------------------------------------

def _of_sentences(text: str, words: Names, place: str, wave: str) -> Iterator[Fact]:
    """What sentences say: who, when, which measure, and the percentage beside them."""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        for said in _statements(sentence, words):
            pairs = [(one, said.percents[0]) for one in said.waves or (wave,)] if len(said.percents) == 1 else zip((words.first, wave), said.percents, strict=True)
            for when, percent in pairs:
                for authority in ("",) if said.of_all else said.authorities or (place,):
                    for group, level in said.levels or (("", ""),):
                        yield from _said(percent, Cell(said.indicator, when, authority, group, level), "estimate", f"sentence '{sentence[:60]}'")


class Statement(NamedTuple):
    """What one clause of a sentence says, in its own words; what it leaves out is understood from the report."""

    indicator: str
    waves: tuple[str, ...]
    authorities: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    of_all: bool
    percents: tuple[str, ...]


@lru_cache(maxsize=None)
def _statements(sentence: str, words: Names) -> tuple[Statement, ...]:
    """The clauses of a sentence that give a percentage, or two, of one measure."""
    indicators = _named(sentence, words.indicators) if "%" in sentence else ()
    if len(indicators) != 1:
        return ()
    authorities, levels = _named(sentence, words.authorities), _named(sentence, words.levels)
    found = []
    for clause in re.split(r";(?![^(]*\))", sentence):
        bare = OF_OTHERS.sub(" ", words.without_waves(clause))
        percents = tuple(one[0] for one in re.finditer(r"\d+(?:\.\d+)?(?=\s?%)", bare))
        if 1 <= len(percents) <= 2:                     # more are the ticks of an axis
            found.append(Statement(indicators[0], _named(clause, words.waves), authorities, levels, bool(WHOLE.search(clause)), percents))
    return tuple(found)


def _named(text: str, names: list[tuple[str, object]]) -> tuple:
    """What is named in a text; a name within a longer one does not count."""
    found, rest = {}, text.lower()
    for word, one in names:
        if word in rest:
            rest, count = re.subn(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest)
            found |= {one: None} if count else {}
    return tuple(found)


# --- files -----------------------------------------------------------------------------------------

def _texts(folder: Path, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words of files of a report."""
    for name in files:
        if (folder / name).is_file():
            yield name, _read(name, (folder / name).read_bytes())


def _read(name: str, content: bytes) -> str:
    return _cached(name, hashlib.sha256(content).hexdigest(), _Content(content))


class _Content(bytes):
    """Bytes that a cache does not look at; the checksum beside them is the key."""

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return True


@lru_cache(maxsize=None)
def _cached(name: str, digest: str, content: bytes) -> str:
    return " ".join(READERS[name](content).split())


def _html(content: bytes) -> str:
    """The words of a page; of pictures their short and their long text alone."""
    page = lxml.html.document_fromstring(content)
    for one in page.xpath("//style | //*[local-name()='svg']"):
        title = " ".join(one.xpath(".//*[local-name()='title' or local-name()='desc']//text()"))
        one.tail = f" {title}. {one.tail or ''}" if title else one.tail
        for child in list(one):
            one.remove(child)
        one.text = None
    for one in page.iter("p", "li", "summary", "dd"):
        last = one[-1] if len(one) else None
        if last is None:
            one.text = f"{one.text or ''} ."
        else:
            last.tail = f"{last.tail or ''} ."
    return " ".join(page.xpath("//text()"))


def _docx(content: bytes) -> str:
    """The words of a document in their order, with alternative texts."""
    body = docx.Document(io.BytesIO(content)).element
    words = []
    for element in body.iter():
        kind = lxml.etree.QName(element).localname
        if kind == "p":
            words.append(" " if any(lxml.etree.QName(above).localname == "tc" for above in element.iterancestors()) else " . ")
        elif kind == "t":
            words.append(element.text or "")
        elif kind == "docPr":
            words.append(f". {element.get('descr') or ''}. {element.get('title') or ''}. ")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        notes = [archive.read(name) for name in archive.namelist() if re.search(r"(foot|end)notes\.xml$|comments\.xml$", name)]
    return "".join(words) + " " + " ".join(" ".join(lxml.etree.fromstring(one).itertext()) for one in notes)


def _xlsx(content: bytes) -> str:
    """Every cell of a workbook, and what is written on cells."""
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            shown = [cell for cell in row if cell.value is not None]
            lines.append(" ".join(str(cell.value) for cell in shown) + (" ." if len(shown) == 1 else ""))
            lines += [f"{cell.comment.text} ." for cell in shown if cell.comment]
    return " ".join(re.sub(r" \[note \d+\]", "", line) for line in lines)


def _pdf(content: bytes) -> str:
    """The words of a PDF, without those that are drawn in its pictures, which are no sentences; and its alternative texts."""
    return " ".join([_pdf_of(content)[0], *_alts(pypdf.PdfReader(io.BytesIO(content)))]).replace("•", " . ")


def _pdf_of(content: bytes) -> tuple[str, list[tuple[str, Drawing]]]:
    """The words and the pictures of a PDF."""
    return _parted(hashlib.sha256(content).hexdigest(), _Content(content))


@lru_cache(maxsize=None)
def _parted(digest: str, content: bytes) -> tuple[str, list[tuple[str, Drawing]]]:
    return of_pdf(content)


def _alts(reader: pypdf.PdfReader) -> list[str]:
    """Alternative texts of a tagged PDF."""
    found, todo = [], [reader.trailer["/Root"].get("/StructTreeRoot")]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, dict):
            found += [f". {node['/Alt']}."] if "/Alt" in node else []
            inner = node.get("/K", [])
            todo += inner if isinstance(inner, list) else [inner]
    return found


def _ipynb(content: bytes) -> str:
    """The words of a notebook's outputs: structured texts, plain texts and pages."""
    words = []
    for mime, data in _outputs(content):
        if mime == TEXT_MIME:
            words += [text.replace("\n", " . ") for text in _strings(data)]
            continue
        words.append(f"{data['label']}. {data['title']} . {data['sentence']} . {data['base']} . " + " . ".join(data["notes"]))
        if data["figure"]:
            words += [data["figure"]["alt"], " . ", data["figure"]["description"].replace("\n", " . ")]
    for cell in json.loads(content)["cells"]:
        for output in cell.get("outputs", ()):
            words += [_html("".join(page).encode()) for page in [output.get("data", {}).get("text/html", "")] if page]
            words += ["".join(plain).replace("\n", " . ") for plain in (output.get("data", {}).get("text/plain", ""), output.get("text", ""))]
    return " . ".join(words)


def _strings(data: object) -> Iterator[str]:
    """Every text within structured data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _strings(one)


READERS = {"report.html": _html, "report.docx": _docx, "tables.xlsx": _xlsx, "report.pdf": _pdf, "report.ipynb": _ipynb}


# --- pictures --------------------------------------------------------------------------------------

#: the looks of a number that stands alone, and of those of a line, which a slash parts
VALUE = r"(?:\[[a-z]+\]|[+−-]?\d[\d,]*(?:\.\d+)?%?)"
VALUES = re.compile(rf"({VALUE}(?: / {VALUE})*)(?:\s*\(.*\)|, .*)?")
#: how near a mark must be to a number in print to be explained by it, where it is not known whose it is
NEAR = 0.75


class Read(NamedTuple):
    """A picture as it was read: the file and the exhibit, the levels that its table shows, what it says of any level, and its other words."""

    file: str
    exhibit: str
    shown: frozenset[Cell]
    facts: tuple[Fact, ...]
    texts: tuple[str, ...]


def pictures_of(folder: Path) -> Iterator[Read]:
    """Each picture of a release."""
    for one in sorted(path.parent for path in folder.rglob("results.csv")):
        yield from _read_pictures(one, _exhibits((one / "report.ipynb").read_bytes()), READERS)


def _of_pictures(folder: Path, exhibits: tuple[dict, ...], files: Collection[str], words: Names, place: str, wave: str) -> Iterator[Fact]:
    """What the marks, bars, numbers and sentences of the pictures of a report say."""
    for one in _read_pictures(folder, exhibits, files):
        for fact in (*one.facts, *(fact for text in one.texts for fact in _of_sentences(text, words, place, wave))):
            yield fact._replace(where=f"{one.file}: {fact.where}")


def _read_pictures(folder: Path, exhibits: tuple[dict, ...], files: Collection[str]) -> Iterator[Read]:
    """The pictures of a report: of its web page, of its notebook and of its PDF, those for telephones too."""
    by_id = {one["id"]: one for one in exhibits if one["figure"]}
    for name, pictures in PICTURES.items():
        if by_id and (name in files or name != "report.pdf") and (folder / name).is_file():
            content, structured = (folder / name).read_bytes(), json.dumps(by_id, sort_keys=True).encode()
            yield from _pictured(name, hashlib.sha256(content).hexdigest(), hashlib.sha256(structured).hexdigest(), _Content(content), _Content(structured))


@lru_cache(maxsize=None)
def _pictured(name: str, digest: str, behind: str, content: bytes, structured: bytes) -> tuple[Read, ...]:
    """The pictures of a file with these exhibits."""
    read = []
    for exhibit, drawing in PICTURES[name](content, json.loads(structured)):
        picture = Picture(drawing, exhibit)
        cells = (picture.cell(row, series) for row in exhibit["rows"] if not row["heading"] for series, place in picture.series.items()
                 if row["cells"][place]["value"] is not None)
        read.append(Read(name, exhibit["id"], frozenset(filter(None, cells)), tuple(picture.facts()), tuple(picture.texts())))
    return tuple(read)


def _in_page(content: bytes, by_id: dict[str, dict]) -> Iterator[tuple[dict, Drawing]]:
    for name, drawing in of_page(lxml.html.document_fromstring(content)):
        if name.removeprefix("exhibit-") in by_id:
            yield by_id[name.removeprefix("exhibit-")], drawing


def _in_notebook(content: bytes, by_id: dict[str, dict]) -> Iterator[tuple[dict, Drawing]]:
    for exhibit in by_id.values():
        for svg in filter(None, (exhibit["figure"]["svg"], exhibit["figure"]["slim"])):
            yield exhibit, of_svg(lxml.html.fragment_fromstring(svg))


def _in_pdf(content: bytes, by_id: dict[str, dict]) -> Iterator[tuple[dict, Drawing]]:
    for words, drawing in _pdf_of(content)[1]:
        exhibit = max(by_id.values(), key=lambda one: len(commonprefix([words, _alternative(one)])))
        if commonprefix([words, _alternative(exhibit)]):
            yield exhibit, drawing


PICTURES = {"report.html": _in_page, "report.ipynb": _in_notebook, "report.pdf": _in_pdf}


def _alternative(exhibit: dict) -> str:
    """The words for those who cannot see a picture."""
    return " ".join(f"{exhibit['figure']['alt']} {exhibit['figure']['description']}".split())


class Label(NamedTuple):
    """What is named in a picture: a row or a column of the table, in one line of words or in several."""

    name: str
    first: float                # height of its first line, and of its middle
    y: float
    x: float
    lead: str                   # a number before it, and what is behind it
    rest: str
    words: tuple[int, ...]


class Scale(NamedTuple):
    """From a place in a picture to a value."""

    slope: float
    start: float
    strokes: frozenset[str]
    words: frozenset[int]

    def at(self, place: float) -> float:
        return self.start + self.slope * place


class Picture:
    """A picture with the table behind it, and what its marks, bars and numbers say of the levels of the table."""

    def __init__(self, drawing: Drawing, exhibit: dict) -> None:
        self.drawing, self.exhibit = drawing, exhibit
        self.series = _levels(exhibit)
        self.down = _scale(drawing, across=False)
        self.across = _scale(drawing, across=True, bare=self.down is not None)
        grid = [line for line in drawing.lines if self.across and line.stroke in self.across.strokes and abs(line.x0 - line.x1) < 0.01]
        self.top = max((min(line.y0, line.y1) for line in grid), default=inf)          # the key is above the lines of the scale
        self.slim = drawing.width < 300
        self.signs = [one for one in drawing.shapes if one.high <= 11 and one.wide <= 15 and one.look != "open "]
        self.columns = _named_in(drawing, self.series)
        self.key = {sign.look: label.name for label in self.columns if (sign := self._sign(label))}
        signed = {label.words for label in self.columns if self._sign(label)}
        self.rows = [(label, row) for label, row in self._rows() if label.words not in signed]
        self.patches = [(sign, row) for label, row in self.rows if (sign := self._sign(label)) and sign.wide > 10 and sign.stroke]
        others = {" ".join(one["text"].split()) for row in exhibit["rows"] for one in row["cells"][1:] if not one["field"] and not NUMBER.fullmatch(one["text"])}
        self.others = _named_in(drawing, others - {label.name for label, _ in self.rows} - {"", *self.series})
        self.used = {number for label in (*self.columns, *self.others, *(one for one, _ in self.rows)) for number in label.words}
        self.used |= {number for scale in (self.across, self.down) if scale for number in scale.words}

    def facts(self) -> Iterator[Fact]:
        """What it says, by how it is drawn."""
        if self.patches and self.across:
            yield from self._of_bars()
        elif self.across and self.down:
            yield from self._of_plane()
        elif self.across:
            yield from self._of_lines()
        else:
            yield from self._of_words()

    def texts(self) -> list[str]:
        """What else is written: neither names of rows and columns nor bare numbers."""
        texts, last = [], -2
        for number, words in enumerate(self.drawing.words):
            if number not in self.used and not VALUES.fullmatch(words.text):
                texts = [*texts[:-1], f"{texts[-1]} {words.text}"] if last == number - 1 else [*texts, words.text]
                last = number
        return texts

    # --- what is named ---

    def _rows(self) -> Iterator[tuple[Label, dict]]:
        """The rows that are named, each under the heading of its block."""
        by_name: dict[tuple[str, str], list[dict]] = {}
        heading, headings = "", set()
        for row in self.exhibit["rows"]:
            name = " ".join(row["cells"][0]["text"].split())
            heading = name if row["heading"] else heading
            headings |= {name} if row["heading"] else set()
            if not row["heading"]:
                by_name.setdefault((heading, name), []).append(row)
        heading, seen = "", dict.fromkeys(by_name, 0)
        for label in _named_in(self.drawing, {*headings, *(name for _, name in by_name)}):
            heading = label.name if label.name in headings else heading
            for key in ((heading, label.name), *(one for one in by_name if one[1] == label.name)):
                if key in by_name and seen[key] < len(by_name[key]):
                    yield label, by_name[key][seen[key]]
                    seen[key] += 1
                    break

    def _sign(self, label: Label) -> Shape | None:
        """The sign of an entry of a key, which stands before its words."""
        before = [one for one in self.signs if one.x < label.x and abs(one.y - label.y) < 5]
        return max(before, key=lambda one: one.x) if before and label.y < self.top else None

    def _row_at(self, y: float) -> dict | None:
        """The row of a height: on a telephone the one whose name is above it; none where it is of something else."""
        named = [*self.rows, *((label, None) for label in self.others)]
        if self.slim:
            above = [(label.first, row) for label, row in named if label.first < y + 3]
            last = max(above, key=lambda pair: pair[0], default=None)
            return last[1] if last and y - last[0] < 70 else None
        near = min(named, key=lambda pair: abs(pair[0].y - y), default=None)
        return near[1] if near and abs(near[0].y - y) < 14 else None

    def cell(self, row: dict | None, series: str | None) -> Cell | None:
        """The level of a row in a column."""
        one = row["cells"][self.series[series]] if row and series else None
        return _of_key(one["result"]) if one and one["field"] == "estimate" and one["result"] else None

    def _whose(self, look: str) -> str | None:
        """The column that a look stands for; without a key, the only one."""
        if self.key:
            return self.key.get(look)
        return next(iter(self.series)) if len(self.series) == 1 and not look.startswith("open") else None

    def _fact(self, cell: Cell, value: float, off: float, kind: str) -> Fact:
        return Fact(cell, "percent", value, off, f"{self.exhibit['id']}, {kind}")

    def _unexplained(self, value: float, row: dict | None, kind: str, columns: Collection[str] = ()) -> Iterator[Fact]:
        """A number that is not known to be another's can be that of anything that its row withholds."""
        hidden = [] if row is None else [one for one in _hidden(row) if not columns or _of_key(one["result"]) in {self.cell(row, name) for name in columns}]
        if hidden and not any(abs(value - number) < NEAR for number in [number for one in row["cells"] for number in _numbers(one)] + _described(self.exhibit, row)):
            yield from (self._fact(_of_key(one["result"]), value, NEAR, kind) for one in hidden)

    # --- how it is drawn ---

    def _of_lines(self) -> Iterator[Fact]:
        """Marks with their intervals on lines, and numbers beside them."""
        signs = {sign for label in self.columns if (sign := self._sign(label))}
        off = 0.02 * abs(self.across.slope) + LEAVES
        for one in self.drawing.shapes:
            row = self._row_at(one.y)
            if one in signs or max(one.wide, one.high) > 10 or row is None or one.look == "open ":
                continue
            cell, value = self.cell(row, self._whose(one.look)), self.across.at(one.x)
            yield from [self._fact(cell, value, off, "mark")] if cell else self._unexplained(value, row, "mark")
        for line in self.drawing.lines:
            row = self._row_at(line.y0)
            if abs(line.y0 - line.y1) < 0.05 and abs(line.x0 - line.x1) > 0.1 and row and line.stroke not in self.across.strokes:
                cell, ends = self.cell(row, self._whose(line.stroke)), sorted(map(self.across.at, (line.x0, line.x1)))
                if cell:
                    yield self._fact(cell, sum(ends) / 2, (ends[1] - ends[0]) / 2 + off, "interval")
        yield from self._of_numbers()

    def _of_numbers(self) -> Iterator[Fact]:
        """The numbers of a line, in the order of the key."""
        order = list(dict.fromkeys(label.name for label in self.columns if self._sign(label))) or list(self.series)
        for number, words in enumerate(self.drawing.words):
            found = VALUES.fullmatch(words.text)
            row = self._row_at(words.y) if found and number not in self.used else None
            if row is None:
                continue
            parts = found[1].split(" / ")
            for part, name in zip(parts, order if len(parts) == len(order) else [None] * len(parts), strict=True):
                cell = self.cell(row, name)
                if SYMBOL.fullmatch(part):
                    continue
                for fact in _said(part, cell or Cell("", "", "", "", ""), "estimate", f"{self.exhibit['id']}, number"):
                    yield from [fact] if cell else self._unexplained(fact.value, row, "number")

    def _of_bars(self) -> Iterator[Fact]:
        """Bars, whose colours are those of the patches of a key above them, and numbers on them."""
        slope, strangers = abs(self.across.slope), []
        bars = [one for one in self.drawing.shapes if one.high > 15 and one.look != "open " and one.wide < 0.95 * self.drawing.width]
        for bar in bars:
            above = [(sign, row) for sign, row in self.patches if sign.y < bar.y]
            names, row = self._bar_of(bar.y), max((pair for pair in above if pair[0].look == bar.look), key=lambda pair: pair[0].y, default=(None, None))[1]
            cell = self.cell(row, names[0]) if len(names) == 1 else None
            if cell:
                yield self._fact(cell, slope * bar.wide, 0.03 * slope + LEAVES, "bar")
            elif not any(abs(slope * bar.wide - one) < NEAR for name in names for _, other in above for one in _numbers(other["cells"][self.series[name]])):
                hidden = [one for _, other in above for one in self._unexplained(slope * bar.wide, other, "bar", names)]
                yield from hidden[len(strangers):len(strangers) + 1]         # bands stand in their order
                strangers.append(bar)
            for number, words in enumerate(self.drawing.words):
                if cell and number not in self.used and bar.left < words.x < bar.right and bar.top < words.y < bar.bottom:
                    yield from _said(words.text, cell, "estimate", f"{self.exhibit['id']}, number on a bar")
        for number, words in enumerate(self.drawing.words):
            if VALUES.fullmatch(words.text) and number not in self.used and not any(
                    one.left < words.x < one.right and one.top < words.y < one.bottom for one in bars):
                for _, row in self.patches:
                    yield from (other for fact in _said(words.text, Cell("", "", "", "", ""), "estimate", "")
                                for other in self._unexplained(fact.value, row, "number", self._bar_of(words.y)))
        for label, row in self.rows:
            for found in NUMBER.finditer(SYMBOL.sub(" ", label.rest)):
                yield from self._unexplained(float(found[0]), row, "number in the key")

    def _bar_of(self, y: float) -> list[str]:
        """The column that the bar at a height is of, by the name before it."""
        named = [label for label in self.columns if abs(label.y - y) < 14]
        return [min(named, key=lambda label: abs(label.y - y)).name] if named else list(self.series)

    def _of_plane(self) -> Iterator[Fact]:
        """Marks by how many answered, from left to right, and by their percentage, from the bottom up."""
        if len(self.series) != 1:
            return
        (name, place), = self.series.items()
        rows = [row for row in self.exhibit["rows"] if not row["heading"] and self.cell(row, name)]
        for one in self.drawing.shapes:
            n, value = self.across.at(one.x), self.down.at(one.y)
            if max(one.wide, one.high) > 10 or one.look == "open " or n < 0:
                continue
            bases = {id(row): [number for other in row["cells"] if other["field"] == "n_valid" for number in _numbers(other)] for row in rows}
            alike = [row for row in rows if not bases[id(row)] or abs(bases[id(row)][0] - n) < 0.6 + 0.02 * abs(self.across.slope)]
            shown = [row for row in alike if any(abs(number - value) < NEAR for number in _numbers(row["cells"][place]))]
            for row in alike if len(alike) == 1 else shown or [row for row in alike if _hidden(row)]:
                yield self._fact(self.cell(row, name), value, 0.02 * abs(self.down.slope) + LEAVES, "mark")

    def _of_words(self) -> Iterator[Fact]:
        """A number before the name of its row is that of the last column; a grid of words has them in the order of the columns; or people are filled."""
        yield from self._of_people()
        for label, row in self.rows:
            levels = [one for one in row["cells"] if one["field"] == "estimate" and one["result"] and _of_key(one["result"])]
            if label.lead and levels:
                yield from _said(label.lead, _of_key(levels[-1]["result"]), "estimate", f"{self.exhibit['id']}, number")
            beside = sorted((words.x, words.text) for number, words in enumerate(self.drawing.words)
                            if number not in self.used and abs(words.y - label.y) < 3 and words.x > label.x)
            for one, (_, text) in zip(levels, beside, strict=True) if len(levels) == len(beside) else ():
                if text != one["text"] and not SYMBOL.search(text):
                    yield from _said(text, _of_key(one["result"]), "estimate", f"{self.exhibit['id']}, cell")


    def _of_people(self) -> Iterator[Fact]:
        """Ten people in a line, so many of them filled as there are tenths, and the number behind them."""
        tall = [one for one in self.drawing.shapes if 20 < one.high < 30 and one.wide < 15]
        for height in sorted({round(one.y, 1) for one in tall}):
            people = [one for one in tall if abs(one.y - height) < 0.2]
            named = [label for label in self.columns if abs(label.y - height) < 14]
            name = min(named, key=lambda label: abs(label.y - height)).name if named else list(self.series)[-1]
            label, row = max((pair for pair in self.rows if pair[0].y < height), key=lambda pair: pair[0].y, default=(None, None))
            cell = self.cell(row, name)
            if len(people) == 10 and cell:
                yield self._fact(cell, 10.0 * sum(one.fill not in ("", "#ffffff") for one in people), 5.0 + LEAVES, "people")
            for number, words in enumerate(self.drawing.words):
                if cell and number not in self.used and abs(words.y - height) < 4 and re.fullmatch(VALUE, words.text):
                    yield from _said(words.text, cell, "estimate", f"{self.exhibit['id']}, number")


def _levels(exhibit: dict) -> dict[str, int]:
    """The columns of levels by their name, those of one name being the first's."""
    found: dict[str, int] = {}
    for place, column in enumerate(exhibit["columns"]):
        if any(row["cells"][place]["field"] == "estimate" and row["cells"][place]["result"] and _of_key(row["cells"][place]["result"])
               for row in exhibit["rows"] if not row["heading"]):
            found.setdefault(" ".join((column["group"] or column["label"]).split()), place)
    return found


def _named_in(drawing: Drawing, names: Iterable[str]) -> list[Label]:
    """Where names stand in a picture, on as many lines as they take; the longest run of words counts."""
    sought = {"".join(name.split()): name for name in names if name}
    found, at, words = [], 0, drawing.words
    while at < len(words):
        best, text = None, ""
        for end in range(at, min(at + 7, len(words))):
            text += "".join(words[end].text.split())
            apart = any(re.fullmatch(VALUE, words[place].text) for place in (at, end))
            for bare, lead, rest in _bare(text, cut=best is None):
                if bare in sought and not ((lead or rest) and apart):
                    ys = [one.y for one in words[at:end + 1]]
                    best = Label(sought[bare], ys[0], sum(ys) / len(ys), words[at].x, lead, rest, tuple(range(at, end + 1)))
                    break
        found += [best] if best else []
        at = best.words[-1] + 1 if best else at + 1
    return found


def _bare(text: str, *, cut: bool) -> Iterator[tuple[str, str, str]]:
    """A text, and what is left of it without a number before it or behind it, and, to ``cut`` it, without what follows a colon."""
    yield text, "", ""
    behind = re.fullmatch(rf"(.*?[^\d.,%\]+−-])({VALUE}+)", text)
    if behind:
        yield behind[1], "", behind[2]
    before = re.fullmatch(rf"({VALUE})(\D.*)", text)
    if before:
        yield before[2], before[1], ""
    if cut and ":" in text:
        yield text.rpartition(":")[0], "", ""
        yield (before[2] if before else text).rpartition(":")[0], before[1] if before else "", ""


def _scale(drawing: Drawing, *, across: bool, bare: bool = False) -> Scale | None:
    """The scale of numbers in one line, each at a line of the grid, or ``bare`` of one; none where it is not even."""
    numbers = [(number, words, found[0]) for number, words in enumerate(drawing.words) if (found := re.fullmatch(r"[+−-]?\d[\d.,]*%?", words.text))]
    best: list[tuple[float, float, str, int]] = []
    for _, words, _ in numbers:
        ticks = []
        for number, other, text in numbers:
            beside = other.y - words.y if across else other.x - words.x
            at = [line for line in drawing.lines if _is_tick(line, other, across)]
            if abs(beside) < (1 if across else 14) and (at or bare):
                value = float(text.rstrip("%").replace(",", "").replace("−", "-"))
                place = (at[0].x0 if across else at[0].y0) if at else other.x
                ticks.append((place, value, at[0].stroke if at else "", number))
        best = max(best, ticks, key=len)
    if len(best) < 2 or best[0][0] == best[-1][0]:
        return None
    slope = (best[-1][1] - best[0][1]) / (best[-1][0] - best[0][0])
    start = best[0][1] - slope * best[0][0]
    if any(abs(start + slope * place - value) > (0.5 if bare else 0.1) * abs(slope) for place, value, _, _ in best):
        return None
    return Scale(slope, start, frozenset(one[2] for one in best), frozenset(one[3] for one in best))


def _is_tick(line: Line, words: Words, across: bool) -> bool:
    """Whether a line stands at a number of a scale."""
    if across:
        return abs(line.x0 - line.x1) < 0.01 and abs(line.x0 - words.x) < 1
    return abs(line.y0 - line.y1) < 0.01 and abs(line.y0 - words.y) < 1.5 and min(line.x0, line.x1) > words.x


def _hidden(row: dict) -> list[dict]:
    """The withheld levels of a row."""
    return [one for one in row["cells"] if one["text"] == "[c]" and one["field"] == "estimate" and one["result"] and _of_key(one["result"])]


def _described(exhibit: dict, row: dict) -> list[float]:
    """The numbers that the long description gives for a row: intervals too."""
    label = " ".join(row["cells"][0]["text"].split())
    lines = [line for line in exhibit["figure"]["description"].split("\n") if f"{label}:" in line]
    return [float(found[0].replace(",", "").replace("−", "-")) for line in lines for found in NUMBER.finditer(line)]


def _numbers(one: dict) -> list[float]:
    """The numbers that a structured cell shows."""
    if one["value"] is not None:
        return [one["value"]]
    return [float(found[0].replace(",", "").replace("−", "-")) for found in NUMBER.finditer(one["text"])]
