"""Scoring and levels of thirty indicators by wave and authority, for a thousand to a million respondents.

Beside it, in the same run: a plain pandas group-by of the same values, and R's ``survey::svyby`` where R is
present (of the smaller sizes; it does more, and takes longer).
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from nbeval.estimate.levels import levels
from nbeval.estimate.plan import PLACE, Plan, tally
from nbeval.scoring import derive_indicators
from tests.benchmarks.invented import WAVES, answers, indicators

SIZES = (1_000, 10_000, 100_000, 1_000_000)
AUTHORITIES = 30
MOST_FOR_R = 10_000
SVYBY = """
suppressMessages(library(survey)); data <- read.csv(commandArgs(TRUE)[1]); start <- proc.time()[["elapsed"]]
for (name in grep("^x", names(data), value = TRUE)) {
  data$y <- data[[name]]
  svyby(~y, ~wave + authority, svydesign(~1, weights = ~1, data = data), svymean, na.rm = TRUE, vartype = "ci")
}
cat(proc.time()[["elapsed"]] - start)
"""


def ours(given: pd.DataFrame, declared) -> pd.DataFrame:
    """From answers to rows of levels: indicators derived, counted in one pass, intervals given."""
    values = derive_indicators(given, declared)
    places = tuple(given["authority"].cat.categories)
    axes = {"indicator": values["indicator"], "wave": values["wave"], "authority": values["authority"]}
    counted = tally(values, axes)
    counted = counted.assign(**{name: counted[name].astype(str) if name in counted else "" for name in PLACE})
    programme = SimpleNamespace(conf_level=0.95)
    cohort = SimpleNamespace(id="invented", authorities=places, waves=[SimpleNamespace(id=wave) for wave in WAVES])
    people = pd.DataFrame({"source": ["survey"]})
    return levels(Plan(cohort, SimpleNamespace(programme=programme, indicators=declared), values, values, people, people, counted))


def plain(given: pd.DataFrame, declared) -> pd.DataFrame:
    """The same counts by a group-by of pandas, on values that are already derived."""
    values = derive_indicators(given, declared)
    start = time.perf_counter()
    values.groupby(["indicator", "wave", "authority"], observed=False)["value"].agg(["count", "mean", "sem"])
    return time.perf_counter() - start


def peak(work) -> float:
    """The most memory that a piece of work holds at once, in bytes."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def svyby(given: pd.DataFrame, declared) -> float:
    """Seconds that R takes for the same levels by wave and authority; missing where R or its package is not there."""
    if not shutil.which("Rscript"):
        return np.nan
    values = derive_indicators(given, declared)
    wide = values.pivot(index="respondent", columns="indicator", values="value")
    wide.columns = [f"x{k}" for k in range(wide.shape[1])]
    people = values.drop_duplicates("respondent").set_index("respondent")[["wave", "authority"]]
    with tempfile.TemporaryDirectory() as folder:
        script, data = Path(folder) / "svyby.R", Path(folder) / "data.csv"
        script.write_text(SVYBY, encoding="utf-8")
        people.join(wide).to_csv(data, index=False)
        done = subprocess.run(["Rscript", str(script), str(data)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else np.nan


def main() -> None:
    """Print one line per size: seconds, processor time, memory per value, and the alternatives' time over ours."""
    declared = indicators()
    print(f"{'respondents':>12} {'rows':>7} {'seconds':>9} {'cpu':>7} {'us/value':>9} {'bytes/value':>12} {'group-by':>9} {'svyby':>9}   (times over ours)")
    for size in SIZES:
        given = answers(size, AUTHORITIES)
        start, started = time.perf_counter(), time.process_time()
        rows = len(ours(given, declared))
        taken, worked = time.perf_counter() - start, time.process_time() - started
        values = size * len(declared)
        held = peak(lambda given=given: ours(given, declared)) if size < max(SIZES) else np.nan
        beside = plain(given, declared) / taken
        r = svyby(given, declared) / taken if size <= MOST_FOR_R else np.nan
        print(f"{size:>12,} {rows:>7,} {taken:>9.3f} {worked:>7.2f} {1e6 * worked / values:>9.3f} {held / values:>12.1f} {beside:>9.2f} {r:>9.1f}", flush=True)
    print(f"largest memory of the whole run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", file=sys.stdout)


if __name__ == "__main__":
    main()
