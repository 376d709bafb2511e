"""The words: every key that the code says is in the file, every key of the file is said, and the languages fit together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbeval import words
from nbeval.dictionary import references
from nbeval.dictionary.record import fields_of
from nbeval.errors import ParameterError
from nbeval.frames import MISSING_COLUMNS, Decision, Size, Verdict
from nbeval.words import words_of
from tests.conftest import ROOT

ROOMS = (ROOT / "nbeval" / "report", ROOT / "nbeval" / "publish", ROOT / "nbeval" / "release")
MODULES = [ROOT / "nbeval" / "words.py", *sorted(path for room in ROOMS for path in room.rglob("*.py"))]
ENGLISH = words_of("en-GB")


def said(node: ast.AST, *, spoken: bool) -> ast.expr | None:
    """What a node says: the key of ``.say(key, ...)``, ``words[key]`` or ``words.get(key)``; where words are imported, also of ``said[key]``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        if node.func.attr == "say" or (node.func.attr == "get" and ast.unparse(node.func.value) == "context.words"):
            return node.args[0]
    if isinstance(node, ast.Subscript) and name(node.value) in (("words", "said") if spoken else ("words",)):
        return None if ast.unparse(node.value) == "data.words" else node.slice      # a chart brings its few words with it
    return None


def name(node: ast.expr) -> str:
    """The last part of a name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def pattern(text: ast.JoinedStr) -> str:
    """The keys that a text with fields may be, as a regular expression; empty where it begins with a field."""
    parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in text.values]
    return "" if parts[0] == ".+" else "".join(parts) + ".*"


def texts(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts that a key can be, without the conditions that choose among them."""
    if isinstance(node, ast.IfExp):
        yield from (text for part in (node.body, node.orelse) for text in texts(part))
    elif isinstance(node, ast.BinOp):
        yield from texts(node.left)
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Every module that may say something to readers, parsed."""
    for path in MODULES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def speaks(module: ast.Module) -> bool:
    """Whether what a module calls ``said`` are words: it takes them from here."""
    return any(isinstance(node, ast.ImportFrom) and node.module == "nbeval.words" for node in module.body)


def test_every_key_that_the_code_says_is_in_the_file():
    missing, found = [], 0
    for path, module in trees():
        for node in ast.walk(module):
            for text in texts(said(node, spoken=speaks(module))):
                found += 1
                known = text.value in ENGLISH if isinstance(text, ast.Constant) else any(re.fullmatch(pattern(text), key) for key in ENGLISH)
                missing += [] if known else [f"{path.name} line {text.lineno}: {ast.unparse(text)}"]
    assert found > 300
    assert not missing, missing


def test_every_key_of_the_file_is_said():
    constants, patterns = {*(one.value for one in (*Verdict, *Decision, *Size)), *MISSING_COLUMNS, *references.quantities()}, set()
    for _, module in trees():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z_]+_\.\+", pattern(node)):
                patterns.add(pattern(node))
    templates = [path.read_text(encoding="utf-8") for room in ROOMS for path in room.rglob("templates/*.*") if path.suffix in (".j2", ".typ")]
    constants |= {key for text in templates for key in re.findall(r"\b(?:said|words)\.(\w+)", text)} | {
        f"file_{key}" for key in constants if "." in key}
    unsaid = [key for key in ENGLISH if key not in constants and not any(re.fullmatch(one, key) for one in patterns)]
    assert not unsaid, unsaid


def test_every_verdict_and_decision_has_its_word():
    assert {one.value for one in (*Verdict, *Decision, *Size) if one} <= set(ENGLISH)


def test_both_layers_have_the_same_keys_and_the_plain_one_no_field_of_its_own():
    plain = words_of("en-GB", plain=True)
    changed = [key for key in plain if plain[key] != ENGLISH[key]]
    assert len(changed) > 30
    assert set(plain) == set(ENGLISH)
    for key in changed:
        assert set(fields_of(plain[key])) <= set(fields_of(ENGLISH[key])) | words.COMMON, key


def test_a_second_language_is_a_file_and_nothing_else(second_language):
    assert words.languages() == ("cy", "en-GB")
    assert set(words_of(second_language)) == set(ENGLISH)
    assert words_of(second_language, plain=True)["fell"] == words_of(second_language)["fell"]


@pytest.mark.parametrize(("old", "new", "message"), [
    ('visit = "', 'visite = "', "entries that do not exist.*1: visite"),
    ('visit = "', '# visit = "', "lacks entries.*1: visit"),
    ('visit = "', 'visit = "{day} ', "fields that are never filled.*1: visit"),
    ('back = "', 'back = "{people} ', "fields that are never filled.*1: back"),
    ("[columns]", "[columns", "no TOML.*line"),
])
def test_a_translation_that_does_not_fit_is_refused_by_key(second_language, old, new, message):
    file = words._FOLDER / f"{second_language}.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"\n{old}", f"\n{new}", 1), encoding="utf-8")
    with pytest.raises(ParameterError, match=f"(?s){message}"):
        words_of(second_language)


def test_a_language_without_words_is_refused():
    with pytest.raises(ParameterError, match="(?s)xx.*en-GB"):
        words_of("xx")
