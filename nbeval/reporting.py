"""From a cohort to its reports: what each is made from, and making them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nbeval.checksums import file_sha256, sha256_of
from nbeval.dictionary.models import Cohort
from nbeval.grounds import grounds, grounds_named
from nbeval.narrowing import entries, narrowed
from nbeval.prepared import BATCH, Prepared, prepare, silent
from nbeval.publish.batch import render
from nbeval.publish.formats import check_formats
from nbeval.publish.job import Job, Origin
from nbeval.publish.summary import Summary
from nbeval.releases import signature_of
from nbeval.wanted import Wanted, folder_of, notebook_of, reports_asked_for
from nbeval.workspace import Workspace

#: imported once, before the reports of a batch are forked
MODULES = ("nbeval.opening", "nbeval.report", "pandas", "pyarrow.parquet", "matplotlib.backends.backend_svg", "seaborn")


def render_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    formats: Sequence[str] = ("html",), fresh: bool = False, workers: int | None = None, dask: str = "",
    tell: Callable[[str], None] = silent,
) -> Summary:
    """Make the reports of a cohort; all kinds, and every authority, where none is named.

    ``tell`` is told of each step before the reports; ``publish`` shows the progress of those.

    Raises
    ------
    NbevalError
        Something that the analyst can put right; no report was touched.
    """
    declared = workspace.dictionary.cohort(cohort)
    check_formats(tuple(formats))
    wanted = reports_asked_for(declared, kinds, workspace, authority=authority)
    return render_wanted(declared, wanted, workspace.releasing_to(out), out, formats=formats, fresh=fresh, workers=workers, dask=dask, tell=tell)


def render_wanted(
    cohort: Cohort, wanted: Sequence[Wanted], workspace: Workspace, out: Path, *, formats: Sequence[str] = ("html",),
    fresh: bool = False, workers: int | None = None, dask: str = "", tell: Callable[[str], None] = silent,
) -> Summary:
    """Make the reports of ``reports_asked_for``; otherwise as ``render_cohort``."""
    prepared = prepare(cohort, workspace, fresh=fresh, tell=tell)
    jobs = list(jobs_of(cohort, wanted, workspace, prepared))
    origin = Origin(
        dictionary_digest=workspace.dictionary.digest, invented=cohort.invented, inputs=prepared.inputs,
        grounds=dict(grounds_named(grounds(workspace.dictionary, cohort.id))),
    )
    tell("making the reports")
    with _known_to_notebooks(workspace):
        return render(jobs, out, formats=formats, origin=origin, fresh=fresh, workers=workers, modules=MODULES,
                      warm=f"nbeval.opening:warm_up:{cohort.id}", dask=dask, signature=partial(signature_of, reports=out))


def jobs_of(cohort: Cohort, wanted: Sequence[Wanted], workspace: Workspace, prepared: Prepared) -> Iterator[Job]:
    """The reports as jobs: notebook, parameters, title, and the key of all that they show."""
    programme, shown = workspace.dictionary.programme, {}
    for one in wanted:
        kind, place = one.kind, one.authority
        notebook = notebook_of(kind, workspace)
        name = workspace.dictionary.authority(place).name if place else ""
        parameters = {"cohort": cohort.id, "kind": kind.id} | ({"authority": place} if place else {})
        if kind.id not in shown:
            shown[kind.id] = dict(entries(narrowed(workspace.dictionary, cohort, kind)))
        yield Job(
            kind=kind.id, notebook=notebook, parameters=parameters, folder=folder_of(cohort, one),
            title=kind.title.format(programme=programme.name, cohort=cohort.label, authority=name),
            language=programme.language, internal=kind.internal, dictionary=shown[kind.id],
            content_key=_content_key(one, prepared, shown[kind.id], notebook),
        )


def _content_key(wanted: Wanted, prepared: Prepared, shown: dict[str, str], notebook: Path) -> str:
    """The key of everything that a report is made from, and of nothing else."""
    hidden = {"inputs", *(() if wanted.kind.internal else ("findings", "accounting"))}
    tables = {name: digest for name, digest in sorted(prepared.sums.items()) if name not in hidden}
    return sha256_of(
        json.dumps(tables), json.dumps(prepared.inputs), json.dumps(shown), file_sha256(notebook),
    )


@contextmanager
def _known_to_notebooks(workspace: Workspace) -> Iterator[None]:
    """Let the notebooks, which run in processes of their own, find the same dictionary, data and cache."""
    places = {"NBEVAL_DICTIONARY": workspace.dictionary_folder, "NBEVAL_DATA": workspace.data_folder,
              "NBEVAL_CACHE": workspace.cache_folder, "NBEVAL_RELEASES": workspace.releases_folder}
    before = {name: os.environ.get(name) for name in (*places, BATCH)}
    os.environ.update({name: str(Path(place).resolve()) for name, place in places.items() if place} | {BATCH: "1"})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({name: value} if value is not None else {})
