"""Makes many reports: side by side, each alone, none stopping the others, none made twice for nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from nbeval.errors import NbevalError, ParameterError, RenderError
from nbeval.publish.formats import check_formats
from nbeval.publish.index import CRATE, Signature, entries, write_indexes
from nbeval.publish.job import Job, Origin, Outcome, Summary, Task, check_parameters, imported_modules
from nbeval.release.provenance import PROVENANCE, is_whole, read, record_bytes, report_key, restated
from nbeval.publish.staging import Staging, check_folder, staging
from nbeval.publish.workers import Cluster, Finished, Processes, Workers

DEADLINE = 900.0        # seconds; a report takes seconds, so that one which takes this long hangs
_STYLES = {"written": "green", "unchanged": "dim", "failed": "bold red"}


@dataclass(frozen=True)
class Options:
    """How a batch is to be made; see :func:`render`."""

    formats: tuple[str, ...] = ("html",)
    origin: Origin = field(default_factory=Origin)
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    deadline: float = DEADLINE
    modules: tuple[str, ...] = ()
    preload: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    fork: bool | None = None
    dask: str = ""


def render(
    jobs: Iterable[Job], out: Path, *, formats: Sequence[str] = ("html",), origin: Origin | None = None,
    fresh: bool = False, workers: int | None = None, deadline: float = DEADLINE,
    modules: Sequence[str] = (), preload: str = "", environment: Mapping[str, str] | None = None,
    console: Console | None = None, fork: bool | None = None, dask: str = "", signature: Signature = lambda folder: None,
) -> Summary:
    """Make reports, and the indexes that lead to them.

    Parameters
    ----------
    jobs : iterable of Job
        Checked as a whole, by name and type of their parameters, before anything is run.
    out : Path
        The reports' folder.
    formats : sequence of str
        Names of ``formats.FORMATS``.
    origin : Origin, optional
        What the reports rest on.
    fresh : bool
        Make also what is whole and unchanged.
    workers : int, optional
        How many at a time; as many as there are processors by default.
    deadline : float
        Seconds after which a report is ended.
    modules : sequence of str
        Modules to import once for all reports, beside those that the notebooks import themselves.
    preload : str
        "module:function:argument" to call once for all reports, before they are forked.
    environment : mapping of str, optional
        Variables of the environment in which the notebooks run, such as the folders they read.
    console : Console, optional
        Where progress is shown; standard error by default.
    fork : bool, optional
        Fork the processes or begin each anew; by default, whatever the system can do.
    dask : str
        The address of a Dask cluster that makes the reports instead.
    signature : Signature
        Says in which release a report went out, for the indexes; by default all are drafts.

    Returns
    -------
    Summary
        What became of every job, in the order of the jobs.

    Raises
    ------
    ParameterError
        A parameter, a format or a folder is not one that exists; nothing was run.
    OutputError
        The reports' folder cannot be written to or is in use; the last good reports are as they were.
    KeyboardInterrupt
        Somebody stopped it; what was finished until then stays, what was not leaves no trace.
    """
    todo = list(jobs)
    _check(todo, tuple(formats))
    options = Options(tuple(formats), origin or Origin(), workers or os.cpu_count() or 1, deadline, tuple(modules), preload,
                      dict(environment or {}), fork, dask)
    with staging(out) as stage, BatchProgress(len(todo), console) as progress:
        batch = _Batch(todo, stage, options, progress)
        outcomes = batch.run(fresh)
        write_indexes(stage, {job.cohort for job in todo}, signature)
        _write_crates(stage, {job.cohort for job in todo}, batch.stated)
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
                    self._progress.started(self._jobs[number].folder)
                    workers.start(number, self._task(number))       # the first waits until all is preloaded
                    self._since[number] = time.monotonic()
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
        modules = dict.fromkeys(["nbeval.publish.one_report", *(f"nbeval.publish.formats.{name}" for name in options.formats),
                                 *options.modules, *imported_modules(notebooks)])
        return Processes(modules, options.preload, options.environment, options.fork)

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
        self._progress.finished(self._jobs[number].folder, state, seconds)


class BatchProgress:
    """One line per report; on a terminal also a bar over all and the reports that are running."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._running: dict[str, float] = {}
        self._bar = Progress(TextColumn("Reports"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=self._console)
        self._total = self._bar.add_task("reports", total=total)
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> BatchProgress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def started(self, folder: str) -> None:
        """A report has begun."""
        self._running[folder] = time.monotonic()

    def finished(self, folder: str, state: str, seconds: float = 0.0) -> None:
        """A report is done with, one way or another."""
        self._running.pop(folder, None)
        self._bar.advance(self._total)
        time_taken = f"  {seconds:.1f} s" if seconds else ""
        word = "FAILED" if state == "failed" else state
        self._console.print(Text(f"{word:<10} {folder}{time_taken}", style=_STYLES[state]), soft_wrap=True)

    def _table(self) -> Group:
        """What a terminal shows at this moment."""
        table = Table.grid(padding=(0, 2))
        for folder, since in self._running.items():
            table.add_row(Text("running", style="cyan"), Text(folder), f"{time.monotonic() - since:.0f} s")
        return Group(table, self._bar)
