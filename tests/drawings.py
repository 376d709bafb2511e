"""Words and shapes of pictures, as they are drawn in an SVG or on a page of a PDF: what an eye sees, without what it means.

Places are in points from the left and from the top; those of a PDF begin elsewhere, which does not matter to who compares them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdf
from pypdf.generic import ContentStream, DecodedStreamObject, NameObject

Matrix = tuple[float, float, float, float, float, float]
FILLED, STROKED = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}, {b"S", b"s", b"B", b"B*", b"b", b"b*"}
_MARKED, _END = re.compile(rb"/\w+\s*<<[^<>]*/Alt\s*<([0-9A-Fa-f]*)>[^<>]*>>\s*BDC"), re.compile(rb"(?<=\s)EMC\b")
_STEP = re.compile(r"-?[\d.]+(?:e-?\d+)?")


class Words(NamedTuple):
    """A line of letters: ``x`` is within it, or where it is anchored; ``y`` is the middle of its height."""

    text: str
    x: float
    y: float


class Shape(NamedTuple):
    """The box around a closed path, with its colours; empty where it has none."""

    left: float
    top: float
    right: float
    bottom: float
    fill: str
    stroke: str

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def wide(self) -> float:
        return self.right - self.left

    @property
    def high(self) -> float:
        return self.bottom - self.top

    @property
    def look(self) -> str:
        """What parts it from those of another series: its colour, or that of its edge where it is open."""
        return self.fill if self.fill not in ("", "#ffffff") else f"open {self.stroke}"


class Line(NamedTuple):
    """A straight line with its colour."""

    x0: float
    y0: float
    x1: float
    y1: float
    stroke: str


class Drawing(NamedTuple):
    """A picture in the order in which it was drawn."""

    width: float
    words: list[Words]
    shapes: list[Shape]
    lines: list[Line]

    def path(self, points: list[tuple[float, float]], fill: str, stroke: str) -> None:
        """Add a path: of two points it is a line, and so is each piece of one that is not filled."""
        if fill and len(points) > 2:
            xs, ys = zip(*points, strict=True)
            self.shapes.append(Shape(min(xs), min(ys), max(xs), max(ys), fill, stroke))
        elif stroke:
            self.lines.extend(Line(*one, *other, stroke) for one, other in zip(points, points[1:], strict=False))


# --- SVG -------------------------------------------------------------------------------------------

def of_svg(svg) -> Drawing:
    """The drawing of an SVG element."""
    box = (svg.get("viewBox") or svg.get("viewbox") or "0 0 0 0").split()
    drawing = Drawing(float(box[2]), [], [], [])
    shared = {one.get("id"): one for one in svg.xpath(".//*[local-name()='defs']//*[local-name()='path']")}
    for one in svg.xpath(".//*[not(ancestor-or-self::*[local-name()='defs'])]"):
        kind, style = str(one.tag).rpartition("}")[2], _style(one)
        if kind == "text":
            drawing.words.append(_words(one, float(style.get("font-size", "8").removesuffix("px"))))
        elif kind == "path":
            drawing.path(_points(one.get("d")), style.get("fill", "#000000"), style.get("stroke", ""))
        elif kind == "use":
            path = shared.get((one.get("xlink:href") or one.get("{http://www.w3.org/1999/xlink}href") or "").removeprefix("#"))
            x, y = float(one.get("x", 0)), float(one.get("y", 0))
            points = [(x + across, y + down) for across, down in (_points(path.get("d")) if path is not None else [(0.0, 0.0)] * 3)]
            drawing.path(points, style.get("fill", "#000000"), style.get("stroke", ""))
    return drawing


def _style(element) -> dict[str, str]:
    """The style of an element, without what is none."""
    pairs = (part.partition(":") for part in (element.get("style") or "").split(";"))
    style = {name.strip(): value.strip() for name, _, value in pairs}
    return {name: "" if value == "none" else value for name, value in style.items()}


def _words(text, size: float) -> Words:
    """A text element."""
    moved = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", text.get("transform") or "")
    x, y = (text.get("x"), text.get("y")) if text.get("x") else moved.groups() if moved else (0, 0)
    return Words(" ".join(" ".join(text.itertext()).split()), float(x), float(y) - 0.36 * size)


def _points(path: str) -> list[tuple[float, float]]:
    """The points of a path, with those that steer its curves."""
    numbers = [float(one) for one in _STEP.findall(path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


# --- PDF -------------------------------------------------------------------------------------------

def of_pdf(content: bytes) -> tuple[str, list[tuple[str, Drawing]]]:
    """The words of a PDF outside its pictures, and its pictures, each with its alternative text: marked content that has one."""
    texts, pictures, fonts = [], [], {}
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        kept, last, data = b"", 0, page.get_contents().get_data()
        for found in _MARKED.finditer(data):
            inner = data[found.end():_END.search(data, found.end()).start()]
            assert b"BDC" not in inner, "a picture is marked within a picture"
            kept, last = kept + data[last:found.start()], found.end() + len(inner) + 3
            alt = bytes.fromhex(found[1].decode("ascii")).removeprefix(b"\xfe\xff").decode("utf-16-be")
            pictures.append((" ".join(alt.split()), _drawn(inner, page["/Resources"], page.pdf, fonts)))
        page[NameObject("/Contents")] = _stream(kept + data[last:])
        texts.append(page.extract_text())
    return " ".join(texts), pictures


def _stream(data: bytes) -> DecodedStreamObject:
    """The content of a page, or of a part of it."""
    stream = DecodedStreamObject()
    stream.set_data(data)
    return stream


class _Pen:
    """What a page is drawn with; ``glyphs`` are letters with where each begins and ends, and its height."""

    def __init__(self, reader, fonts: dict) -> None:
        self.reader, self.fonts, self.drawing, self.glyphs = reader, fonts, Drawing(0.0, [], [], []), []
        self.state = {"matrix": (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), "fill": "", "stroke": "", "font": None, "size": 1.0}
        self.kept, self.points, self.text = [], [], (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    def run(self, operations, resources) -> None:
        """Draw."""
        for operands, operator in operations:
            self.step([*operands] if isinstance(operands, list) else [], operator, resources)

    def step(self, operands: list, operator: bytes, resources) -> None:
        """Do what one operator says."""
        state = self.state
        if operator == b"q":
            self.kept.append(dict(state))
        elif operator == b"Q":
            self.state = self.kept.pop()
        elif operator == b"cm":
            state["matrix"] = _times(tuple(map(float, operands)), state["matrix"])
        elif operator in (b"scn", b"sc", b"rg", b"g"):
            state["fill"] = _colour(operands)
        elif operator in (b"SCN", b"SC", b"RG", b"G"):
            state["stroke"] = _colour(operands)
        elif operator in (b"m", b"l", b"c", b"v", b"y"):
            numbers = [float(one) for one in operands]
            self.points += [_at(state["matrix"], x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        elif operator == b"re":
            x, y, wide, high = map(float, operands)
            self.points += [_at(state["matrix"], x + a * wide, y + b * high) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
        elif operator in FILLED | STROKED | {b"n"}:
            self.drawing.path(self.points, state["fill"] if operator in FILLED else "", state["stroke"] if operator in STROKED else "")
            self.points = []
        elif operator == b"Do":
            self._form(resources["/XObject"][operands[0]].get_object())
        else:
            self._write(operands, operator, resources)

    def _form(self, form) -> None:
        """Draw what stands in an object of its own."""
        if form["/Subtype"] == "/Form":
            self.kept.append(dict(self.state))
            self.state["matrix"] = _times(tuple(map(float, form.get("/Matrix", (1, 0, 0, 1, 0, 0)))), self.state["matrix"])
            self.run(ContentStream(form, self.reader).operations, form["/Resources"])
            self.state = self.kept.pop()

    def _write(self, operands: list, operator: bytes, resources) -> None:
        """Write letters."""
        if operator == b"BT":
            self.text = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        elif operator == b"Tm":
            self.text = tuple(map(float, operands))
        elif operator in (b"Td", b"TD"):
            self.text = _times((1.0, 0.0, 0.0, 1.0, *map(float, operands)), self.text)
        elif operator == b"Tf":
            font = resources["/Font"].raw_get(operands[0])
            if str(font) not in self.fonts:
                self.fonts[str(font)] = _font(font.get_object())
            self.state["font"], self.state["size"] = self.fonts[str(font)], float(operands[1])
        elif operator in (b"Tj", b"TJ"):
            for part in operands[0] if operator == b"TJ" else operands:
                if isinstance(part, (int, float)):
                    self._move(-float(part) / 1000)
                    continue
                codes, (letters, widths) = part.original_bytes if isinstance(part, str) else bytes(part), self.state["font"]
                for code in (int.from_bytes(codes[at:at + 2], "big") for at in range(0, len(codes), 2)):
                    x, y = self._place()
                    self._move(widths.get(code, 0.5))
                    self.glyphs.append((letters.get(code, "\ufffd"), x, self._place()[0], y, self.state["size"]))

    def _place(self) -> tuple[float, float]:
        return _at(_times(self.text, self.state["matrix"]), 0.0, 0.0)

    def _move(self, ems: float) -> None:
        self.text = _times((1.0, 0.0, 0.0, 1.0, ems * self.state["size"], 0.0), self.text)


def _drawn(content: bytes, resources, reader, fonts: dict) -> Drawing:
    """The drawing that a part of a page makes; letters that follow one another make words."""
    pen = _Pen(reader, fonts)
    pen.run(ContentStream(_stream(content), reader).operations, resources)
    runs: list[list] = []
    for glyph in pen.glyphs:
        last = runs[-1][-1] if runs else None
        if last and abs(glyph[3] - last[3]) < 0.2 and abs(glyph[1] - last[2]) < 1.0:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    words = [Words(" ".join("".join(one[0] for one in run).split()), (run[0][1] + run[-1][2]) / 2, run[0][3] - 0.36 * run[0][4]) for run in runs]
    wide = max((shape.right for shape in pen.drawing.shapes), default=0.0) - min((shape.left for shape in pen.drawing.shapes), default=0.0)
    return pen.drawing._replace(width=wide, words=words)


def _times(one: Matrix, other: Matrix) -> Matrix:
    """First the one, then the other."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A place on the page, counted down."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, -(b * x + d * y + f)


def _colour(operands: list) -> str:
    """A colour as in SVG; a pattern by its name."""
    if operands and isinstance(operands[-1], str):
        return f"url({operands[-1]})"
    parts = [round(255 * float(one)) for one in operands]
    return "#" + "".join(f"{part:02x}" for part in (parts * 3 if len(parts) == 1 else parts))


def _font(font) -> tuple[dict[int, str], dict[int, float]]:
    """The letters and the widths of the codes of a font."""
    letters, widths = {}, {}
    table = font["/ToUnicode"].get_data().decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        letters |= {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            letters |= {code: chr(int(text, 16) + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    listed = list(font["/DescendantFonts"][0].get_object().get("/W", ()))
    while listed:
        first, second = int(listed.pop(0)), listed.pop(0)
        if isinstance(second, list):
            widths |= {first + at: float(width) / 1000 for at, width in enumerate(second)}
        else:
            width = float(listed.pop(0)) / 1000
            widths |= {code: width for code in range(first, int(second) + 1)}
    return letters, widths


def of_page(page) -> Iterator[tuple[str, Drawing]]:
    """The drawings of a web page, each with the id of its figure."""
    for figure in page.xpath("//figure[.//*[local-name()='svg']]"):
        yield from ((figure.get("id", ""), of_svg(svg)) for svg in figure.xpath(".//*[local-name()='svg']"))
