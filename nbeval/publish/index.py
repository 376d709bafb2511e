"""The ways in: an index per cohort and one over all, from the provenance of the reports that are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nbeval.publish.page import INVENTED, environment, stylesheet
from nbeval.publish.provenance import FILE, read
from nbeval.publish.staging import WORKROOM, Staging

#: describes the reports of a cohort as one research object
CRATE = "ro-crate-metadata.json"
_FILES = {
    "report.html": "Web page", "report.pdf": "PDF", "report.docx": "Word", "tables.xlsx": "Workbook of tables",
    "results.csv": "Results (CSV)", "report.ipynb": "Notebook", FILE: "Provenance",
}


@dataclass(frozen=True)
class Entry:
    """One report that is there."""

    folder: str
    record: dict[str, Any]

    @property
    def title(self) -> str:
        """Its title."""
        return self.record["report"]["title"]

    @property
    def about(self) -> dict[str, Any]:
        """What its provenance says of the report itself."""
        return self.record["report"]

    def files(self, start: str) -> list[tuple[str, str]]:
        """Its files as (address from the folder ``start``, name), in the order readers want them."""
        there = {*self.record["outputs"], FILE}
        below = self.folder.removeprefix(start).lstrip("/")
        return [(f"{below}/{file}", name) for file, name in _FILES.items() if file in there]


def write_indexes(place: Staging, cohorts: set[str]) -> None:
    """Write ``<cohort>/index.html`` for these cohorts, and ``index.html`` over all that are there.

    Parameters
    ----------
    place : Staging
        Of the run; each index is replaced in one step and only where it changes.
    cohorts : set of str
        Those whose reports were made.
    """
    by_cohort = entries(place.out)
    for cohort in sorted(cohorts & set(by_cohort)):
        place.write(f"{cohort}/index.html", cohort_page(cohort, by_cohort[cohort]).encode("utf-8"))
    place.write("index.html", overall_page(by_cohort).encode("utf-8"))


def entries(out: Path) -> dict[str, list[Entry]]:
    """The reports below the reports' folder, by cohort, in the order of their folders."""
    found: dict[str, list[Entry]] = {}
    for file in sorted(out.glob(f"*/**/{FILE}")):
        folder = file.parent.relative_to(out).as_posix()
        record = read(file.parent)
        if record.get("completed") and not record["report"].get("internal") and not folder.startswith(WORKROOM):
            found.setdefault(folder.split("/", 1)[0], []).append(Entry(folder, record))
    return found


def cohort_page(cohort: str, reports: list[Entry]) -> str:
    """The page of one cohort: its reports first, then those about one authority each."""
    whole = [entry for entry in reports if entry.folder.count("/") == 1]
    single = [entry for entry in reports if entry.folder.count("/") > 1]
    groups = [("Reports on the whole cohort", whole), ("Reports on one authority each", single)]
    name = reports[0].about.get("summary", {}).get("cohort_label") or cohort
    return _page(f"Reports: {name}", reports, [(title, part) for title, part in groups if part], start=cohort, up=True)


def overall_page(by_cohort: dict[str, list[Entry]]) -> str:
    """The page over all cohorts; each is one group that leads to its own page."""
    reports = [entry for part in by_cohort.values() for entry in part]
    groups = [(part[0].about.get("summary", {}).get("cohort_label") or cohort,
               [entry for entry in part if entry.folder.count("/") == 1] or part[:1])
              for cohort, part in by_cohort.items()]
    return _page("Evaluation reports", reports, groups, start="", up=False)


def _page(title: str, reports: list[Entry], groups: list[tuple[str, list[Entry]]], *, start: str, up: bool) -> str:
    """An index page."""
    return environment().get_template("index.html.j2").render(
        title=title, groups=groups, start=start, up=up,
        language=reports[0].about["language"] if reports else "en-GB",
        invented=bool(reports) and all(entry.about["invented"] for entry in reports),
        invented_note=INVENTED, css=Markup(stylesheet("report.css")),
    )
