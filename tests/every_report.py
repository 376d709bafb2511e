"""Every report of every programme here: of the specimen, and of the programmes of ``tests/programmes``, opened from disclosed results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbeval
from nbeval.dictionary.enums import SourceKind
from nbeval.report import Report
from nbeval.request import requests
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.conftest import ROOT, SHARED
from tests.reading_clubs import write_panel, write_towns
from tests.test_three_waves import exports

PROGRAMMES = ROOT / "tests" / "programmes"


def every_study(folder: Path, tiny: Path) -> Iterator[tuple[str, Study]]:
    """Each cohort with its exports, which are written below ``folder`` where they are not kept; ``tiny`` is the tiny programme's place."""
    workspace = Workspace(ROOT / "data_dictionary")
    for cohort in workspace.dictionary.cohorts:
        if cohort.invented or cohort.made_from is SourceKind.PUBLISHED:
            yield cohort.id, Study(cohort, workspace)
    yield "tiny", nbeval.open_study("first", dictionary=tiny / "dictionary", data=tiny)
    yield "weighted", nbeval.open_study("pupils", dictionary=PROGRAMMES / "weighted", data=PROGRAMMES / "weighted" / "data")
    yield "three_waves", nbeval.open_study("readers", dictionary=PROGRAMMES / "three_waves", data=exports(folder / "three" / "readers").parent)
    yield "comparison", nbeval.open_study("towns", dictionary=PROGRAMMES / "comparison", data=write_towns(folder / "towns"))
    yield "matched_panel", nbeval.open_study("panel", dictionary=PROGRAMMES / "matched_panel", data=write_panel(folder / "panel"))
    if SHARED.is_dir():
        yield "rse_uk", nbeval.open_study("uk", dictionary=PROGRAMMES / "rse_uk", data=SHARED / "real" / "rse_uk")


def reports_of(name: str, study: Study) -> Iterator[tuple[str, Report]]:
    """Every report of a cohort, with a name for messages."""
    for kind, authority in requests(study.cohort, study.dictionary):
        yield f"{name} {kind.id} {authority}".strip(), study.report(kind.id, authority)
