"""From a dictionary to an analysis plan: what data are there, the record, its page, and its registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbeval.cleaning.files import files_by_wave
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Programme
from nbeval.errors import ParameterError, SourceError
from nbeval.publish.document import Document
from nbeval.publish.formats.html import html_bytes
from nbeval.publish.formats.md import markdown_bytes
from nbeval.release.analysis_plan import Plan, compose, plan_bytes, register
from nbeval.release.plan_document import plan_document
from nbeval.workspace import Workspace, atomic_file

#: what a plan can be written as, by the ending of the file
FORMATS = {".md": markdown_bytes, ".html": html_bytes}


@dataclass(frozen=True, eq=False)
class Draft:
    """An analysis plan that was written and is not registered yet."""

    cohort: Cohort
    record: dict[str, Any]
    programme: Programme

    def document(self, signed_by: str = "") -> Document:
        """The plan for people."""
        return plan_document(self.record, self.programme, invented=self.cohort.invented, signed_by=signed_by)

    def write(self, file: Path, signed_by: str = "") -> None:
        """Write the plan as Markdown or as a page, or its record as JSON, by the ending of the file."""
        if file.suffix not in (*FORMATS, ".json"):
            raise ParameterError("a plan cannot be written in this form.", found=file.suffix or "no ending", allowed=", ".join((*FORMATS, ".json")),
                                 do="give the file one of these endings.")
        content = plan_bytes(self.record) if file.suffix == ".json" else FORMATS[file.suffix](self.document(signed_by))
        with atomic_file(file, "the plan") as half:
            half.write_bytes(content)

    def register(self, releases: Path, key: Path) -> Plan:
        """Keep the plan beside the releases, signed with a person's SSH key."""
        return register(self.record, lambda name: html_bytes(self.document(name)), releases, key)


def draft_plan(cohort: str, workspace: Workspace) -> Draft:
    """Write the analysis plan of a cohort from the dictionary as it is now, dated by the clock."""
    declared = workspace.dictionary.cohort(cohort)
    if declared.made_from is SourceKind.PUBLISHED:
        raise ParameterError("a cohort of figures in print has no analysis plan.", found=cohort, allowed="a cohort with answers",
                             do="name a cohort that is surveyed.")
    if not declared.waves:
        raise ParameterError("a cohort without waves has no analysis plan.", where=f"cohorts/{cohort}.toml", do="declare its waves first.")
    try:
        folder = workspace.data_of(declared)
    except SourceError:         # there is no folder of data: none was collected yet
        folder = workspace.cache / "no data"
    record = compose(declared, workspace.dictionary, files_by_wave(declared, folder), datetime.now(UTC))
    return Draft(declared, record, workspace.dictionary.programme)
