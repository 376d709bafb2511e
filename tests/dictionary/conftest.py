"""A copy of the tiny programme that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nbeval.dictionary import load

TINY = Path(__file__).resolve().parents[1] / "programmes" / "tiny"


@pytest.fixture
def tiny(tmp_path) -> Path:
    """The folder of a tiny dictionary without fault, free to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def edit(tiny) -> Callable[[str, str, str], None]:
    """Replace a text of a file that holds it exactly once; an empty text to find means: add at the end."""
    def replace(name: str, old: str, new: str) -> None:
        path = tiny / name
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    return replace


@pytest.fixture(scope="session")
def loaded():
    """The tiny dictionary, loaded."""
    return load(TINY)
