"""Makes many reports: side by side, each alone, none stopping the others, none made twice for nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from nbeval.errors import NbevalError, ParameterError, RenderError
from nbeval.publish.formats import FORMATS, check_formats
from nbeval.publish.index import CRATE, Signature, entries, write_indexes
from nbeval.publish.job import Job, Origin, Task
from nbeval.publish.parameters import check_parameters, imported_modules
from nbeval.publish.processes import Ended, processes
from nbeval.publish.progress import BatchProgress
from nbeval.publish.provenance import FILE, is_whole, read, record_bytes, report_key, restated
from nbeval.publish.staging import Staging, check_folder, staging
from nbeval.publish.summary import Outcome, Summary

DEADLINE = 900.0        # seconds; a report takes seconds, so that one which takes this long hangs


@dataclass(frozen=True)
class Options:
    """How a batch is to be made."""

    formats: tuple[str, ...]
    engine: str
    workers: int
    deadline: float
    modules: tuple[str, ...]
    warm: str
    fork: bool | None
    dask: str = ""


def render(
    jobs: Iterable[Job], out: Path, *, formats: Sequence[str] = ("html",), origin: Origin | None = None,
    fresh: bool = False, workers: int | None = None, engine: str = "nbeval", deadline: float = DEADLINE,
    modules: Sequence[str] = (), warm: str = "", console: Console | None = None, fork: bool | None = None,
    dask: str = "", signature: Signature = lambda folder: None,
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
    engine : str
        ``nbeval`` or ``nbclient``.
    deadline : float
        Seconds after which a report is ended.
    modules : sequence of str
        Modules to import once for all reports, beside those that the notebooks import themselves.
    warm : str
        "module:function:argument" to call once for all reports, before they are forked.
    console : Console, optional
        Where progress is shown; standard error by default.
    fork : bool, optional
        Fork the processes or start them afresh; by default, whatever the system can do.
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
        A parameter, a format, an engine or a folder is not one that exists; nothing was run.
    OutputError
        The reports' folder cannot be written to or is in use; the last good reports are as they were.
    KeyboardInterrupt
        Somebody stopped it; what was finished until then stays, what was not leaves no trace.
    """
    todo = list(jobs)
    _check(todo, tuple(formats), engine)
    options = Options(tuple(formats), engine, workers or os.cpu_count() or 1, deadline, tuple(modules), warm, fork, dask)
    with staging(out) as place, BatchProgress(len(todo), console) as progress:
        batch = _Batch(todo, place, origin or Origin(), options, progress)
        outcomes = batch.run(fresh)
        write_indexes(place, {job.cohort for job in todo}, signature)
        _write_crates(place, {job.cohort for job in todo}, batch.stated)
    return Summary(tuple(outcomes))


def _check(jobs: list[Job], formats: tuple[str, ...], engine: str) -> None:
    """Refuse everything that can be refused before anything is run."""
    check_formats(formats)
    if engine not in ("nbeval", "nbclient"):
        raise ParameterError(f"there is no engine '{engine}'.", allowed="nbeval, nbclient", do="choose one of these.")
    folders = [job.folder for job in jobs]
    if len(set(folders)) < len(folders):
        raise ParameterError("two reports of one run would be written to the same folder.",
                             found=", ".join(sorted({name for name in folders if folders.count(name) > 1})),
                             do="give every job a folder of its own.")
    for job in jobs:
        check_folder(job.folder)
        check_parameters(job.parameters, job.notebook)


def _write_crates(place: Staging, cohorts: set[str], stated: set[str]) -> None:
    """Describe each cohort as one research object, where the provenance of one of its reports is new."""
    known = entries(place.out)
    for cohort in sorted(cohorts & set(known)):
        if cohort in stated or not (place.out / cohort / CRATE).is_file():
            from nbeval.publish.crate import crate_bytes    # its libraries are not needed where nothing is new

            place.write(f"{cohort}/{CRATE}", crate_bytes(cohort, known[cohort]))


class _Batch:
    """The jobs of one run, on their way."""

    def __init__(self, jobs: list[Job], place: Staging, origin: Origin, options: Options,
                 progress: BatchProgress) -> None:
        self._jobs, self._place, self._origin = jobs, place, origin
        self._options, self._progress = options, progress
        self._keys = [report_key(job, options.formats, options.engine) for job in jobs]
        self._outcomes: dict[int, Outcome] = {}
        self._since: dict[int, float] = {}
        self._overdue: set[int] = set()
        self.stated: set[str] = set()           # cohorts of which a report has new provenance

    def run(self, fresh: bool) -> list[Outcome]:
        """Make what must be made; the outcomes in the order of the jobs."""
        waiting = []
        for number, job in enumerate(self._jobs):
            if not fresh and is_whole(self._place.out / job.folder, self._keys[number]):
                self._restate(job)
                self._done(number, "unchanged")
            else:
                waiting.append(number)
        if waiting:
            self._make(waiting)
        return [self._outcomes[number] for number in range(len(self._jobs))]

    def _restate(self, job: Job) -> None:
        """Let the provenance of a report that need not be made again tell of the dictionary as it is now."""
        before = read(self._place.out / job.folder)
        now = restated(before, job, self._origin)
        if now != before:
            self._place.write(f"{job.folder}/{FILE}", record_bytes(now))
            self.stated.add(job.cohort)

    def _make(self, waiting: list[int]) -> None:
        """Keep as many reports running as there are workers, until none is left."""
        makers = [FORMATS[name].module for name in self._options.formats]
        notebooks = {self._jobs[number].notebook for number in waiting}
        modules = dict.fromkeys([*makers, *self._options.modules, *imported_modules(notebooks)])
        crew = processes(self._place.room, modules, warm=self._options.warm, fork=self._options.fork,
                         dask=self._options.dask)
        try:
            while waiting or self._since:
                while waiting and len(self._since) < self._options.workers:
                    number = waiting.pop(0)
                    task = self._task(number)
                    self._since[number] = time.monotonic()
                    self._progress.started(self._jobs[number].folder)
                    crew.start(task)
                for ended in crew.wait(0.25):
                    self._take(ended)
                for number, since in self._since.items():
                    if time.monotonic() - since > self._options.deadline and number not in self._overdue:
                        self._overdue.add(number)
                        crew.kill(number)
        finally:
            crew.close()

    def _task(self, number: int) -> Task:
        """The job as a worker receives it, with an empty place to write to."""
        job = self._jobs[number]
        return Task(number, job, self._place.place(job.folder), self._options.formats, self._options.engine,
                    self._origin, self._keys[number])

    def _take(self, ended: Ended) -> None:
        """Publish a finished report; keep the fault of one that failed."""
        number, fault = ended.number, ended.fault
        folder = self._jobs[number].folder
        if number in self._overdue:
            fault = RenderError(f"the report was not finished after {self._options.deadline:.0f} seconds.",
                                do="look for a cell that waits for something, or allow more time.")
        elif fault is None and not is_whole(self._place.room / "new" / folder, self._keys[number]):
            fault = RenderError("the report was left unfinished.", do="run the command again.")
        if fault is None:
            try:
                self._place.publish(folder)
                self.stated.add(self._jobs[number].cohort)
            except NbevalError as error:
                fault = error
        self._done(number, "failed" if fault else "written", fault)

    def _done(self, number: int, state: str, fault: NbevalError | None = None) -> None:
        """Note what became of a job."""
        since = self._since.pop(number, None)
        seconds = time.monotonic() - since if since else 0.0
        self._outcomes[number] = Outcome(self._jobs[number], state, fault, seconds)
        self._progress.ended(self._jobs[number].folder, state, seconds)
