"""From a study to its rendered reports: what each is made from, and making them side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from nbeval import pipeline
from nbeval.release.analysis_plan import plans_digest
from nbeval.release.fingerprint import file_sha256, fingerprint_of_numbers, fingerprint_of_report, key_of, scope_of_report
from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.folders import internal_folder
from nbeval.publish.formats import check_formats
from nbeval.publish.job import Job, Origin, Summary
from nbeval.release.ledger import signature_of
from nbeval.request import ReportRequest, folder_of, notebook_of, requests
from nbeval.study import BATCH, CohortResults, Study, no_progress
from nbeval.workspace import Workspace, private_place, remove

#: imported once, before the reports of a batch are made
MODULES = ("nbeval.study", "nbeval.report", "pandas", "pyarrow.parquet", "matplotlib.backends.backend_svg", "seaborn")


def render_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    formats: Sequence[str] = ("html",), fresh: bool = False, workers: int | None = None, dask: str = "",
    on_progress: Callable[[str], None] = no_progress,
) -> Summary:
    """Make the reports of a cohort; all kinds, and every authority, where none is named.

    ``on_progress`` is called with each step before the reports; ``publish`` shows the progress of those.
    """
    check_formats(tuple(formats))
    study = Study(workspace.dictionary.cohort(cohort), workspace, on_progress=on_progress)
    requested = requests(study.cohort, study.dictionary, kinds, authority=authority)
    return render_requests(study, requested, out, formats=formats, fresh=fresh, workers=workers, dask=dask)


def render_requests(
    study: Study, requested: Sequence[ReportRequest], out: Path, *, formats: Sequence[str] = ("html",),
    fresh: bool = False, workers: int | None = None, dask: str = "",
) -> Summary:
    """Make the requested reports of a study; otherwise as ``render_cohort``."""
    results = study.results(fresh=fresh)
    origin = Origin(
        dictionary_digest=study.dictionary.digest, invented=study.cohort.invented, inputs=results.inputs,
        inputs_key=study.inputs_key, numbers=dict(fingerprint_of_numbers(study.scope)),
    )
    plan = plans_digest(study.cohort, study.dictionary, study.workspace.releases)
    study.on_progress("making the reports")
    jobs, outcomes = list(jobs_of(study.cohort, study.dictionary, requested, results, plan)), []
    remove(out / study.cohort.id / "internal")          # where earlier versions wrote what is never published
    for internal in sorted({job.internal for job in jobs}):
        place = private_place(internal_folder(out)) if internal else out
        outcomes += pipeline.publish(
            [job for job in jobs if job.internal is internal], place, formats=formats, origin=origin, fresh=fresh, workers=workers,
            modules=MODULES, preload=f"nbeval.study:preload:{study.cohort.id}", environment=_environment(study.workspace, results), dask=dask,
            signature=partial(signature_of, reports=out, ledger=study.workspace.releases),
        ).outcomes
    return Summary(tuple(outcomes))


def jobs_of(
    cohort: Cohort, dictionary: Dictionary, requested: Sequence[ReportRequest], results: CohortResults, plan: str = "",
) -> Iterator[Job]:
    """The reports as jobs: notebook, parameters, title, and the key of all that they show; ``plan`` is the checksum of what they are held to."""
    programme, shown, seen = dictionary.programme, {}, {}
    for one in requested:
        kind, place = one.kind, one.authority
        notebook = notebook_of(kind, dictionary)
        name = dictionary.authority(place).name if place else ""
        parameters = {"cohort": cohort.id, "kind": kind.id} | ({"authority": place} if place else {})
        if kind.id not in shown:
            shown[kind.id] = dict(fingerprint_of_report(scope_of_report(dictionary, cohort, kind), seen))
        yield Job(
            kind=kind.id, notebook=notebook, parameters=parameters, folder=folder_of(cohort, one),
            title=kind.title.format(programme=programme.name, cohort=cohort.label, authority=name),
            language=programme.language, internal=kind.internal, dictionary=shown[kind.id],
            content_key=_content_key(one, results, shown[kind.id], notebook, plan),
        )


def _content_key(request: ReportRequest, results: CohortResults, shown: dict[str, str], notebook: Path, plan: str) -> str:
    """The key of everything that a report is made from, and of nothing else."""
    never_shown = {"inputs", *(() if request.kind.internal else ("findings", "accounting"))}
    tables = {name: digest for name, digest in sorted(results.sums.items()) if name not in never_shown}
    return key_of(tables=tables, inputs=results.inputs, dictionary=shown, notebook=file_sha256(notebook), plan=plan)


def _environment(workspace: Workspace, results: CohortResults) -> dict[str, str]:
    """What lets the notebooks, which run in processes of their own, find the same dictionary, data and cache."""
    folders = {"NBEVAL_DICTIONARY": workspace.dictionary_folder, "NBEVAL_DATA": workspace.data_folder,
               "NBEVAL_CACHE": workspace.cache_folder, "NBEVAL_RELEASES": workspace.releases_folder}
    named = {name: str(Path(folder).resolve()) for name, folder in folders.items() if folder}
    return named | {BATCH: key_of(results=results.key, dictionary=results.dictionary.digest, folders=named)}
