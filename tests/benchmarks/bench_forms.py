"""A hundred thousand forms of the project's survey, from CSV exports to every result: when each step began, and the most memory."""

from __future__ import annotations

import csv
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from tests.benchmarks.bench_national import COHORT, PEOPLE, say, write_dictionary

FORMS, AUTHORITIES, WAVES = 100_000, 20, 2


def main() -> None:
    """Write the exports, then read, clean, score and estimate them, and print where the time goes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        dictionary, data = write_dictionary(place / "dictionary", AUTHORITIES), place / "data"
        nbeval("specimen", "--out", str(data), "--dictionary", str(dictionary))
        numbers = count(1)
        for file in sorted((data / COHORT).rglob("*.csv")):
            repeat(file, FORMS // (AUTHORITIES * WAVES * PEOPLE), numbers)
        size = sum(file.stat().st_size for file in (data / COHORT).rglob("*.csv"))
        say(f"{FORMS:,} forms, {size / 1e6:,.0f} MB of CSV in {AUTHORITIES * WAVES} files")
        os.environ["NBEVAL_CACHE"] = str(place / "cache")
        began = time.monotonic()
        said = nbeval("--verbose", "results", COHORT, "--internal", "--out", str(place / "results.csv"), "--data", str(data), "--dictionary", str(dictionary))
        for line in said.splitlines():
            if re.match(r" +\d+\.\d s ", line):
                say(line)
        say(f"  {time.monotonic() - began:5.1f} s  done")
        say(f"  {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:8.0f} MiB at the most, in one process")


def repeat(file: Path, times: int, numbers: count) -> None:
    """Write the forms of an export so many times, each with a number of its own."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    first = next(place for place, row in enumerate(rows) if row[0].isdigit())
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        write = csv.writer(stream)
        write.writerows(rows[:first])
        for _ in range(times):
            write.writerows([str(next(numbers) + 200_000_000), *row[1:]] for row in rows[first:])


def nbeval(*words: str) -> str:
    """Run a command of nbeval; what it says of its progress."""
    done = subprocess.run([sys.executable, "-m", "nbeval", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stderr

