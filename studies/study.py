"""The study: every interval and every test of the reports, on samples whose truth is known; run, and written where a reviewer finds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from studies.rules import comparison, few_clusters, few_pooled, missing, raked, words
from studies.simulations import (
    LEVEL, Trial, adjusted, factors, families, make_up, means, ordered, pairs, percentages, pooled, same_people_unknown,
    scales, weighted,
)

from nbeval.errors import OutputError, ParameterError
from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.publish.document import read_document
from nbeval.publish.executed import notebook_bytes, scrub
from nbeval.publish.formats.html import html_bytes
from nbeval.publish.one_report import execute
from nbeval.report.displays import Shown

SOURCE = "simulated samples; the seed stands in the notebook"


def shown(table: pd.DataFrame, number: int, title: str, *, unit: str, base: str) -> Shown:
    """A table as a numbered exhibit."""
    names = [str(name) for name in table.columns]
    columns = tuple(Column(key=name, label=name, header=place == 0, numeric=name.startswith("n ")) for place, name in enumerate(names))
    rows = tuple(Row(tuple(Cell(str(value)) for value in values)) for values in table.itertuples(index=False))
    return Shown(Exhibit(
        id=f"study_{number}", label=f"Table {number}", title=title, columns=columns, rows=rows, unit=unit, base=base, source=SOURCE,
    ))


#: answers in one authority at one wave
SIZES = (20, 60, 150)
#: (what is simulated, runs for one run of the slowest)
SIMULATIONS = (
    (percentages, 10), (means, 10), (families, 5), (same_people_unknown, 5),
    (pairs, 2), (scales, 2), (weighted, 5), (make_up, 2), (pooled, 1),
    (ordered, 1), (factors, 0.5), (adjusted, 0.5),
    (words, 2), (few_pooled, 2), (few_clusters, 1), (comparison, 1), (raked, 1), (missing, 1),
)
#: of runs, this many standard errors are simulation error: one of 700 methods would lie outside by chance alone
ERRORS = 3.2

AS_PROMISED, CAUTIOUS, SHORT = VERDICTS = ("as promised", "more cautious than promised", "short of its promise")
RATES = "percent of runs, plus or minus simulation error (3.2 standard errors of a rate that is as promised)"
#: how the methods begin whose intervals reports print with a warning that they are too narrow
WARNED = ("change of one of ", "change in another authority")


@dataclass(frozen=True, eq=False)
class Study:
    """What came out: one row per method x size. ``table`` has ``kind`` (interval or test), ``method``, ``where`` (whose answers), ``n`` in
    one authority, ``runs``, ``rate`` and ``promised`` in percent, ``error`` (simulation error of the rate) and ``verdict``."""

    table: pd.DataFrame

    @property
    def intervals(self) -> Shown:
        """How often intervals held the truth: one row per method, one column per size."""
        return shown(self._laid_out("interval"), 2, "How often intervals held the truth", unit=RATES, base=self._runs("interval"))

    @property
    def tests(self) -> Shown:
        """How often tests declared what is not there: one row per method, one column per size."""
        return shown(self._laid_out("test"), 3, "How often tests declared what is not there", unit=RATES, base=self._runs("test"))

    @property
    def short(self) -> Shown:
        """Methods that do not keep their promise at some size."""
        rows = self.table[self.table["verdict"].eq(SHORT)]
        table = pd.DataFrame({
            "Method": rows["method"], "Kind": rows["kind"], "n in one authority": rows["n"].astype(str),
            "Rate, percent": _rates(rows), "Promised": rows["promised"].map("{:.0f}".format),
        })
        if rows.empty:
            table = pd.DataFrame([["None: every method keeps its promise", "", "", "", ""]], columns=table.columns)
        return shown(table, 4, "Methods short of their promise", unit="percent of runs", base=self._runs())

    @property
    def summary(self) -> Shown:
        """How many methods and sizes kept their promise."""
        counted = self.table.groupby(["kind", "verdict"]).size().unstack(fill_value=0).reindex(columns=list(VERDICTS), fill_value=0)
        table = counted.reset_index().rename(columns={"kind": "Kind"}).rename(columns=str.capitalize).rename_axis(columns=None)
        return shown(table, 1, "How many methods keep their promise, each at every size", unit="methods at a size", base=self._runs())

    def _laid_out(self, kind: str) -> pd.DataFrame:
        """Rates by size, the least favourable verdict beside them."""
        rows = self.table[self.table["kind"].eq(kind)]
        key = ["where", "method"]
        wide = rows.assign(rate=_rates(rows)).pivot(index=key, columns="n", values="rate")
        worst = rows.assign(place=rows["verdict"].map(VERDICTS.index)).sort_values("place").groupby(key)["verdict"].last()
        table = wide.rename(columns=lambda n: f"n {n}").assign(verdict=worst).reset_index().rename_axis(columns=None)
        return table[["method", "where", *table.columns[2:]]].rename(columns={"method": "Method", "where": "Answers of", "verdict": "Verdict"})

    def _runs(self, kind: str = "") -> str:
        """How many runs the rates stand on."""
        runs = self.table.loc[self.table["kind"].eq(kind) if kind else slice(None), "runs"]
        return f"{runs.min():,} to {runs.max():,} simulated samples for each rate"


def _rates(rows: pd.DataFrame) -> list[str]:
    """Rates with their simulation error, as printed."""
    return [f"{row.rate:.1f} \u00b1 {row.error:.1f}" for row in rows.itertuples()]


def run_study(runs: int = 400, seed: int = 1, sizes: tuple[int, ...] = SIZES, processes: int | None = None) -> Study:
    """Simulate every method at every size, in as many processes as the machine has processors; the numbers are the same with any."""
    tasks = [(simulate, n, max(1, round(runs * times)), seed) for simulate, times in SIMULATIONS for n in sizes]
    processes = processes or os.cpu_count() or 1
    if processes == 1:
        return Study(pd.DataFrame([row for task in tasks for row in _simulated(*task)]))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return Study(pd.DataFrame([row for rows in pool.map(_simulated, *zip(*tasks, strict=True)) for row in rows]))


def _simulated(simulate: Callable[..., Iterator[Trial]], n: int, runs: int, seed: int) -> list[dict[str, object]]:
    """The methods of one simulation at one size; it has samples of its own, whatever is simulated beside it and wherever."""
    draw = np.random.default_rng([seed, n, *simulate.__name__.encode()])
    return [_row(trial, n) for trial in simulate(draw, n, runs)]


def _row(trial: Trial, n: int) -> dict[str, object]:
    """One method at one size."""
    promised = LEVEL if trial.kind == "interval" else 1 - LEVEL
    happened = trial.happened
    rate = float(happened.mean()) if len(happened) else np.nan
    error = ERRORS * np.sqrt(promised * (1 - promised) / max(len(happened), 1))
    gap = rate - promised if trial.kind == "interval" else promised - rate
    verdict = SHORT if not gap >= -error else CAUTIOUS if gap > error else AS_PROMISED
    return {"kind": trial.kind, "where": trial.where, "method": trial.method, "n": n, "runs": len(happened),
            "rate": 100 * rate, "promised": 100 * promised, "error": 100 * error, "verdict": verdict}


NOTEBOOK = Path(__file__).with_name("intervals_and_tests.ipynb")
#: the folder of the study below that of the reports
FOLDER = "studies"


def write_study(out: Path, *, runs: int, seed: int) -> tuple[Path, Path]:
    """Run the notebook of the simulation study and write it with its page."""
    if runs < 1:
        raise ParameterError("the study needs runs.", found=str(runs), allowed="1 or more; 400 for a study to print", do="give more with --runs.")
    ran = execute(NOTEBOOK, {"runs": runs, "seed": seed})
    executed = scrub(ran, {"kind": FOLDER, "language": "en-GB", "invented": False})
    notebook, page = out / FOLDER / "report.ipynb", out / FOLDER / "report.html"
    content = html_bytes(read_document(executed))
    try:
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_bytes(notebook_bytes(executed))
        page.write_bytes(content)
    except OSError as error:
        raise OutputError("the study could not be written.", found=error.strerror or "", do="choose another place with --out.") from None
    return notebook, page
