"""The browser, axe-core and the pages of the invented cohort. All three are asked for only by tests marked `browser`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.devtools import Browser
from tests.conftest import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
AXE_SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"


def missing(what: str) -> None:
    """Skip where something is not installed; in continuous integration its absence is a failure."""
    told = f"{what} is not installed; .ci/browser installs it"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser without a window and without a way to other machines."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing("Chromium")
    opened = Browser(program, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as it was when its checksum was written down."""
    if not AXE.is_file():
        missing("axe-core")
    source = AXE.read_bytes()
    assert hashlib.sha256(source).hexdigest() == AXE_SHA256, "this is not the axe-core that the checksum stands for"
    return source.decode("utf-8")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every HTML page of the invented cohort: those of NBEVAL_PAGES, else made for the tests."""
    folder = os.environ.get("NBEVAL_PAGES")
    if not folder:
        folder = tmp_path_factory.mktemp("reports")
        subprocess.run(
            [sys.executable, "-m", "nbeval", "render", "specimen", "--out", str(folder), "--formats", "html"],
            check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
        )
    found = sorted(Path(folder).rglob("*.html"))
    assert found, "there are no pages"
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
