"""The rules of the house, read from the code itself. A rule that is broken names the file and the line."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nbeval import dictionary, errors
from nbeval.dictionary.enums import MissingReason
from nbeval.frames import Quantity
from nbeval.report.kinds import KINDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "nbeval"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_share" not in path.parts)
STAGES = ("specimen", "cleaning", "scoring", "estimate", "disclosure", "report", "publish")
#: modules at the top of the package that any floor may use
BELOW = ("bounded", "errors", "frames", "deviations", "left_out", "exhibit", "rounding", "dictionary", "words", "folders")
#: what publishing asks of `release` while it makes a report: its key, its provenance, its research object
WITH_EVERY_REPORT = ("release.fingerprint", "release.provenance", "release.crate")
#: what `release` may know of publishing: a report as it lies there, and how files are put in place
OF_A_REPORT = ("publish.document", "publish.executed", "publish.formats", "publish.index", "publish.job", "publish.staging")
UNDER_THE_DICTIONARY = ("errors", "rounding", "words", "folders")
#: the rooms that alone may know a library
ONLY_IN = {
    "seaborn": ("report/charts",), "matplotlib": ("report/charts", "publish"),
    "statsmodels": ("estimate",),
    "papermill": ("publish",), "nbconvert": ("publish",), "nbclient": ("publish",), "nbformat": ("publish", "release"),
    "typst": ("publish",), "pypandoc": ("publish",), "docx": ("publish",), "pptx": ("publish",), "gptables": ("publish",),
    "pyreadstat": ("cleaning", "specimen"), "python_calamine": ("cleaning",), "xlrd": ("cleaning",),
    "openpyxl": ("specimen", "publish"), "typer": ("cli",), "cryptography": ("release",),
}
LONGEST_FUNCTION = 40
DRAWERS = {"utils", "helpers", "common", "misc", "old", "base", "core", "util", "tools"}


def place(path: Path) -> str:
    """A module's place in the package."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a module imports, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_imports_obey_the_floors():
    wrong = []
    for path in MODULES:
        room = place(path).split("/")[0]
        if room in (*STAGES, "dictionary"):
            allowed = {room, *BELOW} if room != "dictionary" else {room, *UNDER_THE_DICTIONARY}
            wrong += [
                f"{place(path)} line {line}: {name}" for line, name in imported(path)
                if name.startswith("nbeval.") and name.split(".")[1] not in allowed
                and not (room == "publish" and within(name, WITH_EVERY_REPORT))
            ]
    assert not wrong, wrong


def within(name: str, modules: tuple[str, ...]) -> bool:
    """Whether an imported name is one of some modules of the package, or in it."""
    return any(f"{name}.".startswith(f"nbeval.{one}.") for one in modules)


def test_release_knows_a_report_as_it_lies_there_and_publishing_only_what_goes_with_every_report():
    from_release = [(place(path), name) for path in MODULES if place(path).startswith("release/") for _, name in imported(path)]
    of_publishing = [(module, name) for module, name in from_release if name.startswith("nbeval.publish.")]
    assert of_publishing and not [one for one in of_publishing if not within(one[1], OF_A_REPORT)]
    beneath = tuple(f"{one.replace('.', '/')}.py" for one in WITH_EVERY_REPORT)
    above = [one for one in from_release if one[0] in beneath and one[1].startswith("nbeval.release.") and not within(one[1], WITH_EVERY_REPORT)]
    assert not above, above


def test_libraries_are_known_only_in_their_rooms():
    wrong = [
        f"{place(path)} line {line}: {name}" for path in MODULES for line, name in imported(path)
        for library, rooms in ONLY_IN.items()
        if name.split(".")[0] == library and not place(path).startswith(rooms)
    ]
    assert not wrong, wrong


def test_a_function_fits_a_screen():
    wrong = []
    for path in MODULES:
        wrong += [
            f"{place(path)}: {node.name} has {length} lines" for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef) and (length := code_lines(node)) > LONGEST_FUNCTION
        ]
    assert not wrong, wrong


def code_lines(function: ast.FunctionDef) -> int:
    """The lines of a function without its docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = first.end_lineno if documented else function.lineno
    return function.end_lineno - start


#: what writes a format may read what is printed; so may what draws, from marks that carry the number beside its words
WRITERS = ("report/markup.py", "report/charts/")
ENDINGS = {"startswith", "endswith", "lstrip"}
#: records whose text is written by people
WRITTEN = {"note", "quote"}


def test_nothing_is_decided_by_what_is_printed():
    """Cells, marks and sentences carry the results they were made from; no module reads their text, or the ending of a name."""
    read = [path for path in MODULES if place(path).startswith("report/") and not place(path).startswith(WRITERS)]
    assert read
    wrong = [
        f"{place(path)} line {node.lineno}: .{node.attr}" for path in read for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        and (node.attr == "text" and getattr(node.value, "id", "") not in WRITTEN or node.attr in ENDINGS)
    ]
    assert not wrong, wrong


#: the one module of a report that reads stored texts back to members
READER = "report/results.py"
PARSERS = {"split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix"}
#: what people wrote in a list: keys of citations, attributes of a quote, names of what an exhibit shows; and sentences of a note
LISTS = {"source", "attributes", "part", "note", "name"}
#: a model that an analyst fitted, which names its method itself
FITTED = "read"


def test_texts_of_results_are_read_back_to_members_at_one_place():
    """Warnings, methods and verdicts are members of enums everywhere in a report but where a result is made."""
    read = [path for path in MODULES if place(path).startswith("report/") and not place(path).startswith((*WRITERS, READER))]
    assert read
    calls = [(path, node) for path in read for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
    wrong = [f"{place(path)} line {node.lineno}: .{node.attr}" for path, node in calls
             if node.attr in ("warning", "method") and getattr(node.value, "id", "") != FITTED
             or node.attr in PARSERS and getattr(node.value, "attr", getattr(node.value, "id", "")) not in LISTS]
    assert not wrong, wrong


def test_no_drawers():
    named = [place(path) for path in PACKAGE.rglob("*") if path.stem.lower() in DRAWERS]
    assert not named, f"a drawer without a name of its own: {named}"


def test_no_shortcuts():
    wrong = [
        f"{place(path)} line {node.lineno}: {fault}"
        for path in MODULES for node in ast.walk(tree(path)) for fault in shortcuts(node)
    ]
    assert not wrong, wrong


def shortcuts(node: ast.AST) -> Iterator[str]:
    """What a statement must not do."""
    if isinstance(node, ast.Assert):
        yield "assert"
    if isinstance(node, ast.Call):
        yield from call_faults(node)
    if isinstance(node, ast.FunctionDef):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if isinstance(default, ast.List | ast.Dict | ast.Set):
                yield "mutable default"


def call_faults(call: ast.Call) -> Iterator[str]:
    """What a call must not do, or must say."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg for keyword in call.keywords}
    if isinstance(call.func, ast.Name) and name == "print":
        yield "print"
    if name in ("filterwarnings", "simplefilter") and not in_context(call):
        yield f"{name} changes warnings for everybody"
    if any(keyword.arg == "inplace" and getattr(keyword.value, "value", None) is True for keyword in call.keywords):
        yield "inplace=True"
    of_cells = isinstance(call.func, ast.Attribute) and getattr(getattr(call.func.value, "func", None), "attr", "") == "cell"
    if name == "merge" and isinstance(call.func, ast.Attribute) and not of_cells and "validate" not in keywords:
        yield "merge without validate="
    by_row = any(keyword.arg == "axis" and getattr(keyword.value, "value", 0) in (1, "columns") for keyword in call.keywords)
    on_frame = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") != "np"
    if name == "sum" and by_row and on_frame and "min_count" not in keywords and is_frame(call):
        yield "row-wise sum without min_count="


def in_context(call: ast.Call) -> bool:
    """Warnings may be silenced within ``warnings.catch_warnings``; such calls name the category."""
    return any(keyword.arg == "category" for keyword in call.keywords)


def is_frame(call: ast.Call) -> bool:
    """Whether a sum is asked of a frame: arrays are indexed or compared, frames are named so."""
    return isinstance(call.func.value, ast.Name) and call.func.value.id in ("frame", "table", "df", "wide")


def test_no_id_of_a_programme_occurs_in_the_code():
    declared = dictionary.load(ROOT / "data_dictionary")
    ids = {one.id for one in declared.cohorts} | {one.authority for one in declared.authorities}
    ids |= {wave.id for cohort in declared.cohorts for wave in cohort.waves}
    ids |= {one.indicator for one in declared.indicators} | {one.benchmark for one in declared.benchmarks}
    ids |= {one.id for one in declared.scales} | {one.exhibit for one in declared.exhibits}
    ids |= {item.item for one in declared.instruments for item in one.items} | set(declared.groups)
    closed = {quantity.value for quantity in Quantity} | {reason.value for reason in MissingReason}
    closed |= set(KINDS)
    #: words of the language that a programme happens to use as ids too
    ordinary = {"age", "happy", "better", "plans", "specimen"}
    found = [
        f"{place(path)} line {node.lineno}: '{node.value}'"
        for path in MODULES for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and node.value in ids - closed - ordinary
    ]
    assert not found, f"ids of the programme in the code: {found}"


def test_what_is_public_is_typed_and_documented():
    wrong = []
    for path in MODULES:
        wrong += [f"{place(path)} has no docstring"] * (not ast.get_docstring(tree(path)))
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not is_record(node):
                wrong.append(f"{place(path)}: {node.name} has no docstring")
            if isinstance(node, ast.FunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if any(one.annotation is None for one in given):
                    wrong.append(f"{place(path)}: {node.name} has arguments without a type")
    assert not wrong, wrong


def is_record(node: ast.stmt) -> bool:
    """Records whose fields say it all may do without a docstring."""
    return isinstance(node, ast.ClassDef) and any(getattr(one, "id", "") == "Record" for one in node.bases)


def test_every_error_is_documented_and_raised_somewhere_with_a_remedy():
    family = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.NbevalError)]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert family
    for one in family:
        assert one.__doc__, one.__name__
        assert one is errors.NbevalError or one.__name__ in tests, f"no test raises {one.__name__}"


# --- notebooks -------------------------------------------------------------------------------------

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: for analysts, inside the secure area: they compute, and no report is made of them
OF_ANALYSTS = {"explore"}
REPORTS = [path for path in NOTEBOOKS if path.stem not in OF_ANALYSTS]
#: how answers become results, one cell a stage
ROUTE = ["study = nbeval.open_study(cohort)", "study.clean()", "study.score()", "study.estimate()", "study.protect()"]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_shows_the_route_from_answers_to_results(path):
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    tagged = [place for place, cell in enumerate(code) if "route" in cell["metadata"].get("tags", ())]
    assert ["".join(code[place]["source"]) for place in tagged] == ROUTE
    assert tagged == list(range(2, 7)), "after the parameters, and before the report"
    assert "".join(code[7]["source"]).startswith("report = study.report(kind")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert code and all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_shows_and_does_not_compute(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", ())]
    assert len(tagged) == 1, "one cell is tagged 'parameters'"
    for statement in ast.parse("".join(tagged[0]["source"])).body:
        assert isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant), "parameters are literals"
    for cell in code:
        source = "".join(cell["source"])
        assert not cell["outputs"] and cell["execution_count"] is None, "stored without outputs"
        assert len(source.splitlines()) <= 5, source
        for node in ast.walk(ast.parse(source)):
            allowed = (ast.Module, ast.Expr, ast.Assign, ast.Import, ast.ImportFrom, ast.alias, ast.Call, ast.Name,
                       ast.Attribute, ast.Constant, ast.keyword, ast.Load, ast.Store)
            assert isinstance(node, allowed), f"{type(node).__name__} in a cell: {source}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_number_is_typed_into_prose(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = [line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()]
    typed = [line for line in prose if re.search(r"\d", line) and not line.startswith("#")]
    assert not typed, typed


def test_every_notebook_is_a_kind_of_report_and_the_reverse():
    declared = dictionary.load(ROOT / "data_dictionary").programme.reports
    assert {path.stem for path in REPORTS} == {kind.notebook for kind in declared}
    assert {path.stem for path in NOTEBOOKS} - {path.stem for path in REPORTS} == OF_ANALYSTS


# --- pins ------------------------------------------------------------------------------------------

def test_the_lock_pins_every_dependency_by_hash_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = set(re.findall(r"^([a-z0-9._-]+)==", lock, flags=re.MULTILINE))
    blocks = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if block.strip() and not block.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.match(r"[A-Za-z0-9._-]+", one)[0].lower().replace("_", "-") for one in project["dependencies"]}
    assert not named - {pin.replace("_", "-") for pin in pins}


def test_every_pin_lies_within_what_the_project_declares():
    from packaging.requirements import Requirement

    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned: dict[str, set[str]] = {}
    found = list(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE))
    assert found
    for name, version in found:
        pinned.setdefault(name.replace("_", "-"), set()).add(version)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        wanted = Requirement(line)
        versions = pinned[wanted.name.lower().replace("_", "-")]
        assert all(version in wanted.specifier for version in versions), f"{line}: locked at {versions}"


def test_conda_users_get_the_same_pins():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.search(r"^\s*- pip:\n\s*- --?r(?:equirement)? requirements\.lock$", text, flags=re.MULTILINE), text
    assert re.search(r"^\s*- python=3\.1[1-4]$", text, flags=re.MULTILINE)


# --- tests that can fail ----------------------------------------------------------------------------

def test_no_test_asserts_only_of_each_of_what_may_be_none():
    """A loop over nothing asserts nothing: it stands over ``some(...)``, over a literal, or beside an assertion of its own."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    empty = [f"{path.relative_to(ROOT)}:{test.lineno} {test.name}" for path in files for test in ast.walk(tree(path))
             if isinstance(test, ast.FunctionDef) and test.name.startswith("test_") and (found := list(assertions(test))) and all(found)]
    assert files and not empty, empty


def assertions(node: ast.AST, conditional: bool = False) -> Iterator[bool]:
    """Every assertion of a test: whether it is made only of the members of a collection that may be empty."""
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.Assert):
            yield conditional or each_of_some_collection(one.test)
        elif isinstance(one, ast.Call) and ast.unparse(one.func).startswith(("pytest.raises", "pytest.fail", "np.testing", "pd.testing")):
            yield conditional
        yield from assertions(one, conditional or isinstance(one, ast.For) and may_be_empty(one.iter))


def each_of_some_collection(test: ast.expr) -> bool:
    """Whether an assertion is all(...) or not any(...) of what may be nothing."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Call) and ast.unparse(test.operand.func) == "any" and may_be_empty(test.operand.args[0])
    return isinstance(test, ast.Call) and ast.unparse(test.func) == "all" and may_be_empty(test.args[0])


def may_be_empty(iterated: ast.expr) -> bool:
    """Whether nothing shows that a loop runs: no literal, no constant of the module, no range and no ``some``."""
    if isinstance(iterated, ast.GeneratorExp | ast.ListComp):
        return may_be_empty(iterated.generators[0].iter)
    text = ast.unparse(iterated)
    return not (isinstance(iterated, ast.Tuple | ast.List | ast.Set | ast.Dict) or text.isupper()
                or text.startswith(("some(", "range(", "enumerate((")))


# --- privacy of the place --------------------------------------------------------------------------

def test_the_tree_names_no_path_of_a_machine():
    own = (f"{ROOT}/", str(ROOT.parent / "shared"))
    texts = [path for path in ROOT.rglob("*") if path.is_file() and path.suffix in (".py", ".md", ".toml", ".csv", ".ipynb", ".yml", ".html", ".json")
             and not {".venv", ".git", ".nbeval", "__pycache__"} & set(path.relative_to(ROOT).parts)]
    named = [path.relative_to(ROOT).as_posix() for path in texts if any(one in path.read_text(encoding="utf-8", errors="ignore") for one in own)]
    assert not named
