"""The ways in: an index per cohort and one over all, from the provenance of the reports that are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nbeval.publish.page import environment, template_text
from nbeval.release.provenance import PROVENANCE, read
from nbeval.publish.staging import WORK, Staging
from nbeval.words import REFERENCE, Words, words_of

#: describes the reports of a cohort as one research object
CRATE = "ro-crate-metadata.json"
#: the number and the day of the release in which the report of a folder went out as it is; None for a draft
Signature = Callable[[str], tuple[int, str] | None]
_PAGE = "report.html"


@dataclass(frozen=True)
class Entry:
    """One report that is there."""

    folder: str
    record: dict[str, Any]

    @property
    def title(self) -> str:
        """Its title."""
        return self.about["title"]

    @property
    def about(self) -> dict[str, Any]:
        """What its provenance says of the report itself: title, language, whether its data are invented."""
        return self.record["report"]

    @property
    def summary(self) -> dict[str, Any]:
        """Its front matter: what its cohort is called, whom it is for, when people were asked."""
        return self.about.get("summary", {})

    @property
    def cohort(self) -> str:
        """What its cohort is called."""
        return self.summary.get("cohort_label") or self.folder.split("/", 1)[0]

    @property
    def whole(self) -> bool:
        """Whether it is about the whole cohort, and not about one authority."""
        return self.folder.count("/") == 1

    @property
    def exhibits(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Its tables and figures by heading, in order; none where it has no web page."""
        listed = [one for one in self.record["exhibits"] if one.get("anchor")] if _PAGE in self.record["outputs"] else []
        return [(heading, list(shown)) for heading, shown in groupby(listed, key=lambda one: one["heading"])]

    def page(self, start: str) -> str:
        """The address of its web page from the folder ``start``; empty where it has none."""
        return next((address for address, file in self.files(start) if file == _PAGE), "")

    def files(self, start: str) -> list[tuple[str, str]]:
        """Its files as (address from the folder ``start``, file), in the order readers want them."""
        there = {*self.record["outputs"], PROVENANCE}
        below = self.folder.removeprefix(start).lstrip("/")
        order = list(words_of(self.about["language"]))
        return [(f"{below}/{file}", file) for file in sorted(there, key=lambda file: order.index(f"file_{file}"))]


@dataclass(frozen=True)
class Group:
    """Reports under one heading; ``page`` is the address of an index of their own."""

    heading: str
    entries: list[Entry]
    page: str = ""


def write_indexes(stage: Staging, cohorts: set[str], signature: Signature) -> None:
    """Write ``<cohort>/index.html`` for these cohorts, and ``index.html`` over all that are there; each only where it changes."""
    by_cohort = entries(stage.out)
    for cohort in sorted(cohorts & set(by_cohort)):
        stage.write(f"{cohort}/index.html", cohort_page(cohort, by_cohort[cohort], signature).encode("utf-8"))
    if by_cohort:
        stage.write("index.html", overall_page(by_cohort, signature).encode("utf-8"))


def entries(out: Path) -> dict[str, list[Entry]]:
    """The reports below the reports' folder, by cohort, in the order of their folders."""
    found: dict[str, list[Entry]] = {}
    for file in sorted(out.glob(f"*/**/{PROVENANCE}")):
        folder = file.parent.relative_to(out).as_posix()
        record = read(file.parent)
        if record.get("completed") and not record["report"].get("internal") and not folder.startswith(WORK):
            found.setdefault(folder.split("/", 1)[0], []).append(Entry(folder, record))
    return found


def cohort_page(cohort: str, reports: list[Entry], signature: Signature) -> str:
    """The page of one cohort: its reports first, then those about one authority each."""
    wording = words_of(_language(reports))
    groups = [Group(wording["on_cohort"], [entry for entry in reports if entry.whole]),
              Group(wording["on_authorities"], [entry for entry in reports if not entry.whole])]
    title = wording["index_title"].format(cohort=reports[0].cohort)
    return _page(title, [group for group in groups if group.entries], signature, start=cohort)


def overall_page(by_cohort: dict[str, list[Entry]], signature: Signature) -> str:
    """The page over all cohorts; each is one group that leads to its own page."""
    wording = words_of(_language([entry for part in by_cohort.values() for entry in part]))
    groups = [Group(part[0].cohort, [entry for entry in part if entry.whole] or part[:1], f"{cohort}/index.html")
              for cohort, part in by_cohort.items()]
    return _page(wording["index_over_all"], groups, signature, start="")


def _page(title: str, groups: list[Group], signature: Signature, *, start: str) -> str:
    """An index page; ``start`` is the folder it lies in, empty for the one over all."""
    reports = [entry for group in groups for entry in group.entries]
    wording = words_of(_language(reports))
    invented = bool(reports) and all(entry.about["invented"] for entry in reports)
    return environment().get_template("index.html.j2").render(
        title=title, groups=groups, start=start, up=bool(start), language=_language(reports), words=wording,
        banner=wording["invented_document"] if invented else "", css=Markup(template_text("report.css")),
        status=lambda entry: _status(signature(entry.folder), wording),
        exhibits=[entry for entry in reports if entry.exhibits], script=Markup(template_text("index.js")),
    )


def _language(reports: list[Entry]) -> str:
    """The language of the first report; of a page without reports, English."""
    return reports[0].about["language"] if reports else REFERENCE


def _status(signed: tuple[int, str] | None, wording: Words) -> str:
    """Whether a report is a draft, or when it was released."""
    if signed is None:
        return wording["draft"]
    number, when = signed[0], date.fromisoformat(signed[1])
    return wording.say("released", day=wording.day(when), number=number)
