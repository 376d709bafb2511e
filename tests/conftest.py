"""Fixtures every test may use."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbeval import words
from nbeval.errors import OutputError
from nbeval.publish.staging import locked
from tests.estimate import reference
from tests.translating import translated

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
TINY = ROOT / "tests" / "programmes" / "tiny"
#: stands in every cell of the tiny programme's exports that a person typed or is known by
CANARY = "kanarienvogel"
_PLACES = ("NBEVAL_DICTIONARY", "NBEVAL_DATA")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note with each test the row of the reference that it compares."""
    for item in items:
        row = getattr(item, "callspec", None) and item.callspec.params.get("row")
        if isinstance(row, reference.Expected):
            item.user_properties.append(("compared", (row.table, row.id)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows of the reference were compared."""
    passed = [dict(report.user_properties).get("compared") for report in terminalreporter.stats.get("passed", [])]
    lines = reference.summary(tuple(one) for one in passed if one)
    if lines:
        terminalreporter.section("reference values")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference values and real public data, which lie beside the checkout and are not part of it."""
    if SHARED.is_dir():
        return SHARED
    message = "the folder 'shared' with reference values and real public data is not beside this checkout"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def second_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The tag of a language that is nothing but a file beside the English one: every sentence of it between marks."""
    folder = tmp_path / "words"
    shutil.copytree(ROOT / "nbeval" / "report" / "words", folder)
    (folder / "cy.toml").write_text(translated(folder / "en-GB.toml"), encoding="utf-8")
    monkeypatch.setattr(words, "_FOLDER", folder)
    words.words_of.cache_clear()
    yield "cy"
    words.words_of.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this run of the tests alone, common to all its processes."""
    common = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        common = common.parent
    folder = common / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(folder))
        for name in _PLACES:
            patch.delenv(name, raising=False)
        yield folder


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Let the other processes of this run of the tests wait until the block is done."""
    file.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            with locked(file, "the tests"):
                yield
                return
        except OutputError:
            time.sleep(0.2)


@pytest.fixture(scope="session")
def prepared_specimen(cache: Path):
    """The specimen cohort, prepared once for all tests of this run."""
    from nbeval.study import Study
    from nbeval.workspace import Workspace

    workspace = Workspace(ROOT / "data_dictionary")
    with one_at_a_time(cache / "specimen.lock"):
        return Study(next(one for one in workspace.dictionary.cohorts if one.invented), workspace).results()


def results_by_command(cohort: str, dictionary: Path, data: Path, out: Path):
    """Every unprotected result as ``nbeval results`` writes it, as text."""
    import pandas as pd

    from nbeval.cli.app import main

    assert main(["results", cohort, "--internal", "--dictionary", str(dictionary), "--data", str(data), "--out", str(out)]) == 0
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert len(table)
    return table


def results_of(cohort, dictionary, data: Path):
    """Every result of a cohort, unprotected, from its exports."""
    from nbeval import pipeline

    cleaned = pipeline.clean(cohort, dictionary, data)
    return pipeline.estimate(cleaned, pipeline.score(cleaned, cohort, dictionary), cohort, dictionary)


@pytest.fixture(scope="session")
def tiny_place(cache: Path) -> Path:
    """The tiny programme with exports, canaries in them, and every report in every format: to be copied, not changed."""
    from nbeval.cli.app import main
    from nbeval.dictionary import load
    from nbeval.specimen import write_specimen

    place = cache.parent / "tiny_place"
    with one_at_a_time(cache / "tiny.lock"):
        if not (place / "complete").exists():
            shutil.copytree(TINY, place / "dictionary")
            programme = load(TINY)
            cohort = programme.cohorts[0]
            write_specimen(cohort, programme, place / cohort.id, canary=lambda text: f"{text} {CANARY}")
            options = ["--dictionary", str(place / "dictionary"), "--data", str(place), "--out", str(place / "reports")]
            assert main(["render", cohort.id, *options]) == 0
            (place / "complete").touch()
    return place
