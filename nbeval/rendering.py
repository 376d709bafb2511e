"""From a study to its rendered reports: what each is made from, and making them side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from nbeval import pipeline
from nbeval.release.analysis_plan import plans_digest
from nbeval.release.declarations import check_declarations
from nbeval.release.fingerprint import file_sha256, fingerprint_of_numbers, fingerprint_of_report, key_of, scope_of_report
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.errors import NoDataError
from nbeval.folders import internal_folder, remove
from nbeval.left_out import left_out, places_without_answers, sources_left_out
from nbeval.publish.formats import check_formats
from nbeval.publish.job import Job, Origin, Outcome, Summary
from nbeval.release.ledger import signature_of
from nbeval.release.provenance import PROVENANCE
from nbeval.request import ReportRequest, folder_of, notebook_of, requests
from nbeval.study import BATCH, CohortResults, Study, no_progress
from nbeval.workspace import Workspace, private_place

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
    return render_requests(study, requested, out, formats=formats, fresh=fresh, workers=workers, dask=dask, named=bool(kinds))


def render_requests(
    study: Study, requested: Sequence[ReportRequest], out: Path, *, formats: Sequence[str] = ("html",),
    fresh: bool = False, workers: int | None = None, dask: str = "", named: bool = True,
) -> Summary:
    """Make the requested reports of a study; otherwise as ``render_cohort``.

    A report on nobody is not made, and stops no other. Of a wave that is still to come it fails only where it was ``named``.
    """
    changed = check_declarations(study.cohort, study.dictionary, study.workspace.releases)
    results = study.results(fresh=fresh)
    lacking = {one: fault for one in requested if (fault := nobody_in(one, study.cohort, results))}
    later = [] if named else [one for one in lacking if _to_come(one, study.cohort, results)]
    if later:
        study.on_progress(f"not made yet, for their wave is still to come: {', '.join(dict.fromkeys(one.kind.id for one in later))}")
    failed = tuple(Outcome(job, "failed", lacking[one]) for one in lacking if one not in later
                   for job in jobs_of(study.cohort, study.dictionary, [one], results))
    requested = [one for one in requested if one not in lacking]
    if not requested:
        return Summary(failed, left_out(results.findings))
    origin = Origin(
        dictionary_digest=study.dictionary.digest, invented=study.cohort.invented, inputs=results.inputs,
        inputs_key=study.inputs_key, numbers=dict(fingerprint_of_numbers(study.scope)),
    )
    held_to = plans_digest(study.cohort, study.dictionary, study.workspace.releases) + "".join(map(repr, (*changed, *sources_left_out(results.findings))))
    study.on_progress("making the reports")
    jobs, outcomes = list(jobs_of(study.cohort, study.dictionary, requested, results, held_to)), []
    _clear_internal(out / study.cohort.id / "internal")
    for internal in sorted({job.internal for job in jobs}):
        place = private_place(internal_folder(out)) if internal else out
        outcomes += pipeline.publish(
            [job for job in jobs if job.internal is internal], place, formats=formats, origin=origin, fresh=fresh, workers=workers,
            modules=MODULES, preload=f"nbeval.study:preload:{study.cohort.id}", environment=_environment(study.workspace, results), dask=dask,
            signature=partial(signature_of, reports=out, ledger=study.workspace.releases),
        ).outcomes
    return Summary((*outcomes, *failed), left_out(results.findings))


def _clear_internal(folder: Path) -> None:
    """Take away the reports that earlier versions wrote among the published ones though they are never published; nothing else."""
    for report in folder.glob(f"*/{PROVENANCE}"):
        remove(report.parent)
    with suppress(OSError):
        folder.rmdir()


def nobody_in(request: ReportRequest, cohort: Cohort, results: CohortResults) -> NoDataError | None:
    """Why a report would be on nobody: no form of its wave counts, or none of its authority's at that wave, though there should be some."""
    table, kind = results.accounting, request.kind
    if cohort.made_from is not SourceKind.SURVEY or kind.internal or table.empty:
        return None
    waves = _waves_of(request, cohort)
    if not table.loc[table["wave"].isin(waves), "kept"].sum():
        what, do = f"at wave {waves[0]!r}" if kind.wave else "at any wave", "run nbeval check, which says what is still to come or was excluded."
    elif request.authority and _failed(results, waves, request.authority):
        what, do = f"of authority '{request.authority}'", "run nbeval check, which says why its forms do not count."
    else:
        return None
    return NoDataError(f"report '{kind.id}' of cohort '{cohort.id}' would be on nobody: no form counts {what}.", do=do)


def _waves_of(request: ReportRequest, cohort: Cohort) -> tuple[str, ...]:
    """The waves that a report is of: the first, the last, or all."""
    waves = tuple(one.id for one in cohort.waves)
    return {"first": waves[:1], "last": waves[-1:]}.get(request.kind.wave, waves)


def _failed(results: CohortResults, waves: tuple[str, ...], authority: str) -> bool:
    """Whether the check found that none of an authority's forms counts at one of the waves."""
    found = places_without_answers(results.findings)
    return bool((found["authority"].eq(authority) & found["wave"].isin([*waves, ""])).any())


def _to_come(request: ReportRequest, cohort: Cohort, results: CohortResults) -> bool:
    """Whether the wave of a report is still to come."""
    found = results.findings
    return set(_waves_of(request, cohort)) <= set(found["wave"][found["check"].eq("waves_to_come") & found["outcome"].ne("pass")])


def jobs_of(
    cohort: Cohort, dictionary: Dictionary, requested: Sequence[ReportRequest], results: CohortResults, held_to: str = "",
) -> Iterator[Job]:
    """The reports as jobs: notebook, parameters, title, and the key of all that they show; ``held_to`` is the plan and the signed
    declarations that they are held to."""
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
            content_key=_content_key(one, results, shown[kind.id], notebook, held_to),
        )


def _content_key(request: ReportRequest, results: CohortResults, shown: dict[str, str], notebook: Path, held_to: str) -> str:
    """The key of everything that a report is made from, and of nothing else."""
    never_shown = {"inputs", *(() if request.kind.internal else ("findings", "accounting"))}
    tables = {name: digest for name, digest in sorted(results.sums.items()) if name not in never_shown}
    return key_of(tables=tables, inputs=results.inputs, dictionary=shown, notebook=file_sha256(notebook), plan=held_to)


def _environment(workspace: Workspace, results: CohortResults) -> dict[str, str]:
    """What lets the notebooks, which run in processes of their own, find the same dictionary, data and cache."""
    folders = {"NBEVAL_DICTIONARY": workspace.dictionary_folder, "NBEVAL_DATA": workspace.data_folder,
               "NBEVAL_CACHE": workspace.cache_folder, "NBEVAL_RELEASES": workspace.releases_folder}
    named = {name: str(Path(folder).resolve()) for name, folder in folders.items() if folder}
    return named | {BATCH: key_of(results=results.key, dictionary=results.dictionary.digest, folders=named)}
