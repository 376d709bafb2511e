"""The browser, axe-core, and the pages of the committed reports. All three are asked for only by tests marked `browser`."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.devtools import Browser
from tests.conftest import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
#: every HTML page below this folder is tested: reports that were just made can be named instead of those committed
PAGES = Path(os.environ.get("NBEVAL_PAGES", ROOT / "reports"))
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a ``page`` is run on each."""
    if "page" in metafunc.fixturenames:
        pages = sorted(PAGES.rglob("*.html"))
        metafunc.parametrize("page", pages, ids=[page.relative_to(PAGES).with_suffix("").as_posix() for page in pages])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
