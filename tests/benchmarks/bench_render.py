"""How long the reports take: a shell loop of papermill and nbconvert on the same notebooks, against ``nbeval render``.

    python tests/benchmarks/bench_render.py                everything
    python tests/benchmarks/bench_render.py --reports 4    the loop on the last so many reports only, worked out for all

Two comparisons. In the first, both sides find the results of the cohort worked out before: that leaves the making of
reports alone. In the second, neither finds anything: every notebook of the loop works out what it shows, as notebooks
do that share nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nbeval.request import ReportRequest, folder_of, notebook_of, requests
from nbeval.workspace import Workspace

COHORT = "specimen"
TARGETS = (8.0, 5.0)         # times as fast as the loop: as wanted, and with the same notebooks
SECOND = 2.0
FROM_NOTHING = 3             # reports of the loop in which each works out the cohort's results


def main(arguments: Sequence[str] = ()) -> None:
    """Run everything and print the ratios."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--reports", type=int, default=0)
    count = asked.parse_args(list(arguments)).reports
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ["NBEVAL_CACHE"] = str(place / "cache")
        workspace = Workspace()
        wanted = _wanted(workspace)
        say(f"{len(wanted)} reports of the cohort '{COHORT}' as HTML, {os.cpu_count()} processors")
        _from_nothing(place / "nothing", wanted, workspace)
        _worked_out_before(place / "before", wanted, wanted[-count:], workspace)
        _second(place / "before" / "out", wanted)
        _profile(wanted[0], workspace)
        say(f"largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


def _from_nothing(place: Path, wanted: list[ReportRequest], workspace: Workspace) -> None:
    """Neither side finds anything worked out; leaves the results of the cohort in the cache."""
    kept, loop = os.environ["NBEVAL_CACHE"], 0.0
    for number, one in enumerate(wanted[-FROM_NOTHING:]):
        os.environ["NBEVAL_CACHE"] = str(place / f"cache{number}")
        loop += _loop(place / "loop", [one], workspace)
    os.environ["NBEVAL_CACHE"] = kept
    whole = _render(place / "out", wanted)
    _say_ratio("from nothing", loop * len(wanted) / FROM_NOTHING, whole, f" (worked out from {FROM_NOTHING})")


def _worked_out_before(place: Path, wanted: list[ReportRequest], looped: list[ReportRequest], workspace: Workspace) -> None:
    """Both sides find the cohort's results; the command is timed before, between and after, and its median counts."""
    half = len(looped) // 2
    times, loop = [_render(place / "out", wanted)], 0.0
    for number, part in enumerate((looped[:half], looped[half:])):
        loop += _loop(place / "loop", part, workspace)
        times.append(_render(place / f"again{number}", wanted))
    scaled = "" if len(looped) == len(wanted) else f" (worked out from {len(looped)})"
    _say_ratio("results worked out before", loop * len(wanted) / len(looped), sorted(times)[1], scaled)
    cohort = workspace.dictionary.cohort(COHORT)
    same = sum(_cells(place / "loop" / folder_of(cohort, one)) == _cells(place / "out" / folder_of(cohort, one)) for one in looped)
    say(f"  notebooks with the same cells and outputs, to the byte: {same} of {len(looped)}")


def _say_ratio(what: str, loop: float, whole: float, scaled: str) -> None:
    """The two times, how many times as fast, and whether that is enough."""
    say(f"{what}: shell loop{scaled} {loop:.1f} s, nbeval render {whole:.1f} s: {loop / whole:.1f} times as fast")
    for target in TARGETS:
        say(f"  at least {target:.0f} wanted: {_word(loop / whole >= target)}")


def _cells(folder: Path) -> list[str]:
    """The sources and outputs of a notebook."""
    cells = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))["cells"]
    return [json.dumps([cell["source"], cell.get("outputs")], sort_keys=True) for cell in cells]


def _wanted(workspace: Workspace) -> list[ReportRequest]:
    """The programme's and the authorities' reports of every wave: what is published as HTML."""
    cohort = workspace.dictionary.cohort(COHORT)
    every = requests(cohort, workspace.dictionary)
    return [one for one in every if not one.kind.internal and (one.kind.per_authority or one.kind.wave) and one.kind.form == "report"]


def _loop(out: Path, wanted: list[ReportRequest], workspace: Workspace) -> float:
    """What is done today: papermill, then jupyter nbconvert, one report after the other."""
    cohort, began = workspace.dictionary.cohort(COHORT), time.monotonic()
    for one in wanted:
        folder = out / folder_of(cohort, one)
        folder.mkdir(parents=True)
        parameters = {"cohort": COHORT, "kind": one.kind.id} | ({"authority": one.authority} if one.authority else {})
        given = [word for name, value in parameters.items() for word in ("-p", name, value)]
        report = str(folder / "report.ipynb")
        _timed([sys.executable, "-m", "papermill", str(notebook_of(one.kind, workspace.dictionary)), report, *given, "--no-progress-bar"])
        _timed([sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", report])
    return time.monotonic() - began


def _render(out: Path, wanted: list[ReportRequest]) -> float:
    """The same reports by one command."""
    kinds = dict.fromkeys(one.kind.id for one in wanted)
    return _timed([sys.executable, "-m", "nbeval", "render", COHORT, *kinds, "--formats", "html", "--out", str(out)])


def _second(out: Path, wanted: list[ReportRequest]) -> None:
    """The same command once more: nothing has changed."""
    seconds = min(_render(out, wanted) for _ in range(3))
    say(f"second render, nothing changed: {seconds:.2f} s (at most {SECOND:.0f} s wanted) {_word(seconds <= SECOND)}")


def _profile(one: ReportRequest, workspace: Workspace) -> None:
    """Where the time of one report goes, in seconds of its process."""
    say(f"where the time goes, in seconds of a processor: {one.kind.id} {one.authority}".rstrip())
    marks = [("imports, once for all reports", time.process_time())]
    from nbeval.publish.document import read_document
    from nbeval.publish.one_report import execute
    from nbeval.publish.formats import FORMATS
    from nbeval.publish.executed import scrub
    from nbeval.study import open_report

    makers = {name: form.make for name, form in FORMATS.items()}
    marks.append(("results and dictionary, once for all reports", time.process_time()))
    report = open_report(COHORT, one.kind.id, authority=one.authority)
    marks.append(("tables and figures", time.process_time()))
    for section in dict.fromkeys(row.section for row in report.specs):
        report.section(section)
    marks.append(("the whole notebook, with tables and figures", time.process_time()))
    parameters = {"cohort": COHORT, "kind": one.kind.id} | ({"authority": one.authority} if one.authority else {})
    notebook = execute(notebook_of(one.kind, workspace.dictionary), parameters)
    marks.append(("reading it as a document", time.process_time()))
    document = read_document(scrub(notebook, {}))
    for name, make in makers.items():
        marks.append((f"writing {name}", time.process_time()))
        make(document)
    ends = [moment for _, moment in marks[1:]] + [time.process_time()]
    for (name, began), ended in zip(marks, ends, strict=True):
        say(f"  {name:<46} {ended - began:6.2f}")


def _word(kept: bool) -> str:
    """Whether a target is kept."""
    return "kept" if kept else "MISSED"


def _timed(line: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.monotonic()
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def say(text: str) -> None:
    """One line of the benchmark's output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(sys.argv[1:])
