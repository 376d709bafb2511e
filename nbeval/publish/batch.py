"""Makes many reports: side by side, each alone, none stopping the others, none made twice for nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from nbeval.errors import NbevalError, ParameterError, RenderError, still_going
from nbeval.publish.formats import check_formats
from nbeval.publish.index import CRATE, Signature, entries, write_indexes
from nbeval.publish.job import Job, Origin, Outcome, Summary, Task, check_parameters, imported_modules
from nbeval.publish.staging import Staging, check_folder, staging
from nbeval.publish.workers import Cluster, Finished, Processes, Workers
from nbeval.release.provenance import PROVENANCE, is_whole, read, record_bytes, report_key, restated

DEADLINE = 900.0        # seconds; a report takes seconds, so that one which takes this long hangs
_STYLES = {"written": "green", "unchanged": "dim", "failed": "bold red"}


@dataclass(frozen=True)
class Options:
    """How the reports of a batch are to be made; see :func:`render`."""

    formats: tuple[str, ...]
    origin: Origin
    workers: int
    deadline: float
    modules: tuple[str, ...]
    preload: str
    environment: Mapping[str, str]
    fork: bool | None
    dask: str


def render(
    jobs: Iterable[Job], out: Path, *, formats: Sequence[str] = ("html",), origin: Origin | None = None,
    fresh: bool = False, workers: int | None = None, deadline: float = DEADLINE,
    modules: Sequence[str] = (), preload: str = "", environment: Mapping[str, str] | None = None,
    console: Console | None = None, fork: bool | None = None, dask: str = "", signature: Signature = lambda folder: None,
) -> Summary:
    """Make reports, and the indexes that lead to them.

    ``jobs`` are checked as a whole before anything is run. ``fresh`` makes also what is whole and unchanged; ``modules`` are imported,
    and ``preload`` ("module:function:argument") is called, once for all reports; ``environment`` is that of the notebooks; ``dask`` is
    the address of a cluster that makes the reports instead; ``signature`` says in which release a report went out.
    A report that fails leaves the last good one as it was; Ctrl-C leaves what was finished until then.
    """
    todo = list(jobs)
    cohorts = {job.cohort for job in todo}
    _check(todo, tuple(formats))
    options = Options(tuple(formats), origin or Origin(), workers or os.cpu_count() or 1, deadline, tuple(modules), preload,
                      dict(environment or {}), fork, dask)
    with staging(out) as stage, BatchProgress(len(todo), console) as progress:
        batch = _Batch(todo, stage, options, progress)
        outcomes = batch.run(fresh)
        write_indexes(stage, cohorts, signature)
        _write_crates(stage, cohorts, batch.stated)
    return Summary(tuple(outcomes))


def _check(jobs: list[Job], formats: tuple[str, ...]) -> None:
    """Refuse everything that can be refused before anything is run."""
    check_formats(formats)
    folders = [job.folder for job in jobs]
    if len(set(folders)) < len(folders):
        raise ParameterError("two reports of one run would be written to the same folder.",
                             found=", ".join(sorted({name for name in folders if folders.count(name) > 1})),
                             do="give every job a folder of its own.")
    for job in jobs:
        check_folder(job.folder)
        check_parameters(job.parameters, job.notebook)


def _write_crates(stage: Staging, cohorts: set[str], stated: set[str]) -> None:
    """Describe each cohort as one research object, where the provenance of one of its reports is new."""
    known = entries(stage.out)
    for cohort in sorted(cohorts & set(known)):
        if cohort in stated or not (stage.out / cohort / CRATE).is_file():
            from nbeval.release.crate import crate_bytes    # its libraries are not needed where nothing is new

            stage.write(f"{cohort}/{CRATE}", crate_bytes(cohort, known[cohort]))


class _Batch:
    """The jobs of one run, on their way."""

    def __init__(self, jobs: list[Job], stage: Staging, options: Options, progress: BatchProgress) -> None:
        self._jobs, self._stage, self._options, self._progress = jobs, stage, options, progress
        self._keys = [report_key(job, options.formats) for job in jobs]
        self._outcomes: dict[int, Outcome] = {}
        self._since: dict[int, float] = {}
        self._overdue: set[int] = set()
        self.stated: set[str] = set()           # cohorts of which a report has new provenance

    def run(self, fresh: bool) -> list[Outcome]:
        """Make what must be made; the outcomes in the order of the jobs."""
        waiting = []
        for number, job in enumerate(self._jobs):
            if not fresh and is_whole(self._stage.out / job.folder, self._keys[number]):
                self._restate(job)
                self._done(number, "unchanged")
            else:
                waiting.append(number)
        if waiting:
            self._make(waiting)
        return [self._outcomes[number] for number in range(len(self._jobs))]

    def _restate(self, job: Job) -> None:
        """Let the provenance of a report that need not be made again name the dictionary as it is now."""
        before = read(self._stage.out / job.folder)
        now = restated(before, job, self._options.origin)
        if now != before:
            self._stage.write(f"{job.folder}/{PROVENANCE}", record_bytes(now))
            self.stated.add(job.cohort)

    def _make(self, waiting: list[int]) -> None:
        """Keep as many reports running as there are workers, until none is left."""
        workers = self._workers({self._jobs[number].notebook for number in waiting})
        try:
            while waiting or self._since:
                while waiting and len(self._since) < self._options.workers:
                    number = waiting.pop(0)
                    self._progress.begin(self._jobs[number].folder)
                    workers.start(number, self._task(number))       # the first waits until all is preloaded
                    self._since[number] = time.monotonic()
                still_going()
                for finished in workers.wait(0.25):
                    self._take(finished)
                for number, since in self._since.items():
                    if time.monotonic() - since > self._options.deadline and number not in self._overdue:
                        self._overdue.add(number)
                        workers.kill(number)
        finally:
            workers.close()

    def _workers(self, notebooks: set[Path]) -> Workers:
        """Those that make the reports of these notebooks."""
        options = self._options
        if options.dask:
            return Cluster(options.dask)
        formats = (f"nbeval.publish.formats.{name}" for name in options.formats)
        modules = ("nbeval.publish.one_report", "mistune.plugins.table", *formats, *options.modules, *imported_modules(notebooks))
        return Processes(dict.fromkeys(modules), options.preload, options.environment, options.fork)

    def _task(self, number: int) -> Task:
        """The job as a worker receives it, with an empty folder to write to."""
        job, options = self._jobs[number], self._options
        return Task(job, self._stage.begin(job.folder), options.formats, options.origin, self._keys[number],
                    {**options.environment, "IPYTHONDIR": str(self._stage.folder / "ipython")})

    def _take(self, finished: Finished) -> None:
        """Publish a finished report; keep the fault of one that failed."""
        number, fault = finished.number, finished.fault
        folder = self._jobs[number].folder
        if number in self._overdue:
            fault = RenderError(f"the report was not finished after {self._options.deadline:.0f} seconds.",
                                do="look for a cell that waits for something, or allow more time.")
        elif fault is None and not is_whole(self._stage.new(folder), self._keys[number]):
            fault = RenderError("the report was left unfinished.", do="run the command again.")
        if fault is None:
            try:
                self._stage.publish(folder)
                self.stated.add(self._jobs[number].cohort)
            except NbevalError as error:
                fault = error
        self._done(number, "failed" if fault else "written", fault)

    def _done(self, number: int, state: str, fault: NbevalError | None = None) -> None:
        """Note what became of a job."""
        since = self._since.pop(number, None)
        seconds = time.monotonic() - since if since else 0.0
        self._outcomes[number] = Outcome(self._jobs[number], state, fault, seconds)
        self._progress.end(self._jobs[number].folder, state, seconds)


class BatchProgress(Progress):
    """One line per report; on a terminal also a bar over all and the reports that are running."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        console = console or Console(file=sys.stderr)
        super().__init__(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console,
                         transient=True, disable=not console.is_terminal)
        self._running: dict[str, TaskID] = {}
        self._all = self.add_task("Reports", total=total)

    def begin(self, folder: str) -> None:
        """A report has begun."""
        self._running[folder] = self.add_task(folder, total=1)

    def end(self, folder: str, state: str, seconds: float = 0.0) -> None:
        """A report is done with, one way or another."""
        if folder in self._running:
            self.remove_task(self._running.pop(folder))
        self.advance(self._all)
        time_taken = f"  {seconds:.1f} s" if seconds else ""
        word = "FAILED" if state == "failed" else state
        self.console.print(Text(f"{word:<10} {folder}{time_taken}", style=_STYLES[state]), soft_wrap=True)
