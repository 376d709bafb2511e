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
from pathlib import Path
from typing import NamedTuple

import docx
import lxml.etree
import lxml.html
import openpyxl
import pypdf

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME

SYMBOL = re.compile(r"\[[cxz]\]|\[low\]")
NUMBER = re.compile(r"(?<![\w.])[+−-]?\d[\d,]*(?:\.\d+)?(?=%|\b)")

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
        facts += [fact._replace(where=f"{one.relative_to(folder)}: {fact.where}") for fact in (*_of_cells(exhibits), *_of_pictures(one, exhibits))
                  if fact.cell in withheld]
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
            yield Fact(here, row["quantity"], float(row["estimate"]), 1e-9, f"{where}/results.csv")


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
    """The cell that a key of results stands for, where it is a level."""
    _, indicator, quantity, wave, authority, group, level, contrast, *_ = key.split("|")
    return Cell(indicator, wave, authority, group, level) if quantity in ("percent", "mean") and not contrast and indicator else None


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
    """The words of a page; of pictures their short text alone."""
    page = lxml.html.document_fromstring(content)
    for one in page.xpath("//style | //*[local-name()='svg']"):
        title = " ".join(one.xpath(".//*[local-name()='title']//text()"))
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
    reader = pypdf.PdfReader(io.BytesIO(content))
    return " ".join([*(page.extract_text() for page in reader.pages), *_alts(reader)]).replace("•", " . ")


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

def _of_pictures(folder: Path, exhibits: tuple[dict, ...]) -> Iterator[Fact]:
    """What marks and texts of the charts say beyond what their rows show."""
    page = (folder / "report.html").read_bytes()
    drawn = lxml.html.document_fromstring(page).xpath("//figure[.//*[local-name()='svg']]")
    by_id = {one["id"]: one for one in exhibits if one["figure"]}
    for figure in drawn:
        exhibit = by_id.get(figure.get("id", "").removeprefix("exhibit-"))
        if exhibit:
            yield from _of_picture(figure.xpath(".//*[local-name()='svg']")[0], exhibit)
    for exhibit in by_id.values():
        yield from _of_picture(lxml.html.fragment_fromstring(exhibit["figure"]["svg"]), exhibit)


def _of_picture(svg, exhibit: dict) -> Iterator[Fact]:
    """Marks in the row of a withheld cell that no shown number of the row explains."""
    scale, labels = _scale(svg), _labels(svg)
    if scale is None:
        return
    if not any(" ".join(row["cells"][0]["text"].split()) in labels and _hidden(row) for row in exhibit["rows"]):
        yield from _of_bars(svg, exhibit, scale)
        return
    lines = [(labels[" ".join(row["cells"][0]["text"].split())], row) for row in exhibit["rows"]
             if not row["heading"] and " ".join(row["cells"][0]["text"].split()) in labels]
    for value, y in (*_marks(svg, scale), *_printed(svg)):
        at, row = min(lines, key=lambda pair: abs(pair[0] - y))
        shown = [number for one in row["cells"] for number in _numbers(one)] + _described(exhibit, row)
        if abs(at - y) < 11 and _hidden(row) and not any(abs(value - number) < 0.75 for number in shown):
            for one in _hidden(row):
                yield Fact(_of_key(one["result"]), "percent", value, 0.75, f"{exhibit['id']}, mark")


def _of_bars(svg, exhibit: dict, scale: tuple[float, float]) -> Iterator[Fact]:
    """Bars of a stack whose width is that of no shown band."""
    labels = _labels(svg)
    rows = [row["cells"] for row in exhibit["rows"] if not row["heading"]]
    bands = {column["group"] or column["label"]: [cells[number] for cells in rows] for number, column in enumerate(exhibit["columns"])
             if rows and rows[0][number]["field"] == "estimate"}
    unexplained: dict[str, list[float]] = {name: [] for name in bands}
    for _, width, y in sorted(_bars(svg, scale)):
        name = min(bands, key=lambda one: abs(labels.get(one, y) - y))
        if not any(abs(width - one["value"]) < 0.75 for one in bands[name] if one["value"] is not None):
            unexplained[name].append(width)
    for name, widths in unexplained.items():
        hidden = [one for one in bands[name] if one["text"] == "[c]"]
        for one, width in zip(hidden, widths, strict=False):             # bands stand in their order
            yield Fact(_of_key(one["result"]), "percent", width, 0.75, f"{exhibit['id']}, bar")


def _scale(svg) -> tuple[float, float] | None:
    """Slope and intercept from a place across the picture to a value."""
    ticks = []
    for tick in svg.xpath(".//*[contains(@id, 'xtick_')]"):
        text = " ".join(tick.itertext()).split()
        line = tick.xpath(".//*[local-name()='path']/@d")
        number = NUMBER.search(" ".join(text))
        if line and number:
            ticks.append((float(line[0].split()[1]), float(number[0].replace("−", "-"))))
    if len(ticks) < 2:
        return None
    (x0, v0), (x1, v1) = ticks[0], ticks[-1]
    return (v1 - v0) / (x1 - x0), v0 - (v1 - v0) / (x1 - x0) * x0


def _place(text) -> tuple[float, float]:
    """Where a text stands."""
    moved = re.search(r"translate\(([\d.]+) ([\d.]+)\)", text.get("transform") or "")
    return (float(text.get("x")), float(text.get("y"))) if text.get("x") else (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)


def _labels(svg) -> dict[str, float]:
    """Height of each text of a picture."""
    return {" ".join(" ".join(one.itertext()).split()): _place(one)[1] - 3.0 for one in svg.xpath(".//*[local-name()='text']")}


def _marks(svg, scale: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Value and height of every mark and of both ends of every interval."""
    for use in svg.xpath(".//*[local-name()='use' and @x and @y and not(ancestor::*[contains(@id, 'tick_')])]"):
        yield scale[0] * float(use.get("x")) + scale[1], float(use.get("y"))
    for path in svg.xpath(".//*[contains(@id, 'LineCollection')]//*[local-name()='path']/@d"):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", path)]
        if len(numbers) == 4 and abs(numbers[1] - numbers[3]) < 0.1:
            yield from ((scale[0] * x + scale[1], numbers[1]) for x in numbers[::2])


def _printed(svg) -> Iterator[tuple[float, float]]:
    """Numbers with a sign of percent, and their height."""
    for one in svg.xpath(".//*[local-name()='text' and not(ancestor::*[contains(@id, 'tick_')])]"):
        for found in re.finditer(r"\d+(?:\.\d+)?(?=%)", " ".join(one.itertext())):
            yield float(found[0]), _place(one)[1] - 3.0


def _bars(svg, scale: tuple[float, float]) -> Iterator[tuple[float, float, float]]:
    """Start, width and height of every rectangle with an edge of its own."""
    for path in svg.xpath(".//*[contains(@id, 'patch_')]//*[local-name()='path' and contains(@style, 'stroke: #ffffff')]/@d"):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", path)]
        xs, ys = numbers[::2], numbers[1::2]
        if len(xs) >= 4 and max(xs) > min(xs):
            yield scale[0] * min(xs) + scale[1], scale[0] * (max(xs) - min(xs)), sum(ys[:4]) / 4


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
