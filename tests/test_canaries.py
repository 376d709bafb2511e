"""What people typed or are known by is in nothing that leaves: words planted in every such cell are found nowhere."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from nbeval.cli.app import main
from tests.bad_input import rows_of
from tests.conftest import CANARY

#: invented names, addresses and numbers that stand in the identifying cells
KNOWN_BY = (r"Alma Fernsby", r"Otis Quill", r"person\d+@", r"192\.0\.2\.\d", r"<script>alert")


def texts_of(path: Path) -> list[str]:
    """All text of a file: of an office file that of its parts, of a PDF that of its pages and its metadata."""
    content = path.read_bytes()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return [parts.read(name).decode("utf-8", errors="replace") for name in parts.namelist()]
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        return [*(page.extract_text() for page in reader.pages), str(reader.metadata)]
    return [content.decode("utf-8", errors="replace")]


@pytest.fixture(scope="module")
def forbidden(tiny_place) -> re.Pattern[str]:
    """The canary, the people of the exports, and the survey tool's numbers of their forms."""
    numbers = {row[0] for file in (tiny_place / "first" / "before").glob("*.csv") for row in rows_of(file)[1:]}
    assert len(numbers) > 100
    return re.compile("|".join([CANARY, *KNOWN_BY, *(rf"\b{number}\b" for number in sorted(numbers))]))


def test_the_canaries_are_in_the_exports(tiny_place):
    cells = [cell for file in (tiny_place / "first" / "before").glob("*.csv") for row in rows_of(file) for cell in row]
    assert sum(CANARY in cell for cell in cells) > 100


def test_no_file_under_reports_holds_one_in_any_format(tiny_place, forbidden):
    files = [path for path in (tiny_place / "reports").rglob("*") if path.is_file()]
    assert {".html", ".pdf", ".docx", ".xlsx", ".ipynb", ".csv", ".json"} <= {path.suffix for path in files}
    found = {path.name for path in files if any(forbidden.search(text) for text in texts_of(path))}
    assert not found


def test_no_file_of_the_cache_holds_one(cache, tiny_place, forbidden):
    import pandas as pd

    tables = list((cache / "prepared").rglob("*.parquet"))
    assert tables
    for path in tables:
        assert not forbidden.search(pd.read_parquet(path).to_csv(index=False)), path.name
        assert CANARY.encode() not in path.read_bytes()


def test_nothing_that_is_said_or_written_inside_the_team_holds_one(tiny_place, forbidden, tmp_path, capsys, caplog):
    places = ["--dictionary", str(tiny_place / "dictionary"), "--data", str(tiny_place)]
    assert main(["check", "first", *places]) == 0
    assert main(["results", "first", "--internal", "--out", str(tmp_path / "results.csv"), *places]) == 0
    said = capsys.readouterr()
    for text in (said.out, said.err, caplog.text, (tmp_path / "results.csv").read_text(encoding="utf-8")):
        assert not forbidden.search(text)
