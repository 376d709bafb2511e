"""A whole programme of 150 authorities at two waves: time from exports to HTML, and memory as reports are added.

    python tests/benchmarks/bench_national.py                     150 authorities
    python tests/benchmarks/bench_national.py --authorities 30
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COHORT = "national"
PEOPLE = 40                     # who answer, in an authority and wave
KINDS = ("baseline", "final", "authority_baseline", "authority_final")


def main(arguments: Sequence[str] = ()) -> None:
    """Print the time of each stage and the memory by number of reports."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--authorities", type=int, default=150)
    count = asked.parse_args(list(arguments)).authorities
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        dictionary = write_dictionary(place / "dictionary", count)
        os.environ["NBEVAL_CACHE"] = str(place / "cache")
        say(f"{count} authorities, two waves of {PEOPLE} answers in each")
        stages(dictionary, place / "out", count)
        first = f"place{0:03d}"
        measured("one authority's report", dictionary, place / "one", "authority_final", "--authority", first)
        measured("every authority's report", dictionary, place / "every", "authority_final")


def write_dictionary(folder: Path, count: int) -> Path:
    """The project's dictionary with a cohort of so many invented authorities, which has a survey and nothing else."""
    shutil.copytree(ROOT / "data_dictionary", folder)
    names = [f"place{number:03d}" for number in range(count)]
    with (folder / "authorities.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [one, f"Invented Authority {number:03d}", "North East", "true", "confirmed", "invented"] for number, one in enumerate(names))
    cohort = (folder / "cohorts" / "specimen.toml").read_text(encoding="utf-8")
    listed = "[" + ", ".join(f'"{one}"' for one in names) + "]"
    head = cohort[:cohort.index("[[sources]]")].replace('id = "specimen"', f'id = "{COHORT}"', 1)
    head = "\n".join(f"authorities = {listed}" if line.startswith("authorities = ") else line for line in head.splitlines())
    waves = "".join(f'\n  [[sources.files]]\n  wave = "{wave}"\n  pattern = "survey/{wave}/{{authority}}.csv"\n  version = "{version}"\n  header_rows = {rows}\n'
                    for wave, version, rows in (("baseline", "v2020", 1), ("final", "v2022", 2)))
    survey = f'\n[[sources]]\nid = "survey"\ninstrument = "ylbc"\nlabel = "Survey (invented answers)"\nsource = "invented"\n{waves}'
    eligible = "".join(f'\n[[eligible]]\nauthority = "{one}"\nwave = "{wave}"\ncount = {3 * PEOPLE}\nsource = "invented"\n'
                       for one in names for wave in ("baseline", "final"))
    (folder / "cohorts" / f"{COHORT}.toml").write_text(head + survey + eligible, encoding="utf-8")
    return folder


def stages(dictionary: Path, out: Path, count: int) -> None:
    """The exports, and then everything from nothing to HTML, with the time each step took."""
    began = time.monotonic()
    line = [sys.executable, "-m", "nbeval", "render", COHORT, *KINDS, "--formats", "html", "--out", str(out), "--dictionary", str(dictionary)]
    run = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    step = "writing the invented exports"
    for text in run.stderr:
        if text.rstrip().endswith(("exports", "results", "reports")):
            say(f"  {step:<34} {time.monotonic() - began:8.1f} s since the start")
            step = text.strip()
    if run.wait():
        raise SystemExit("a report was not made")
    say(f"  {step:<34} {time.monotonic() - began:8.1f} s since the start: {2 * count + 2} reports")


def measured(what: str, dictionary: Path, out: Path, *kinds: str) -> None:
    """The most memory that a run of one worker takes, all its processes together."""
    line = [sys.executable, "-m", "nbeval", "render", COHORT, *kinds, "--formats", "html", "--out", str(out), "--dictionary", str(dictionary)]
    run = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0.0
    while run.poll() is None:
        most = max(most, tree_memory(run.pid))
        time.sleep(0.2)
    say(f"  {what:<34} {most:8.0f} MiB at the most, all processes together")


def tree_memory(pid: int) -> float:
    """The memory of a process and its children in MiB, what they share counted once."""
    total = 0.0
    todo = [pid]
    while todo:
        one = todo.pop()
        try:
            todo += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(float(text.split()[1]) for text in rollup.splitlines() if text.startswith("Pss:")) / 1024
    return total


def say(text: str) -> None:
    """One line of the benchmark's output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
