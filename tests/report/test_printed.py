"""The report on printed figures: nothing invented, nothing computed by hand, every figure a step from its source."""

from __future__ import annotations

import lxml.html
import pytest

from nbeval import pipeline
from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind
from nbeval.errors import ParameterError
from nbeval.exhibit import Exhibit
from nbeval.frames import Decision
from nbeval.report import Report
from nbeval.request import requests
from nbeval.workspace import Workspace
from tests.guards import some


@pytest.fixture(scope="module")
def declared(root):
    """The dictionary of the project."""
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(declared):
    """The cohort that is made from printed figures."""
    return next(one for one in declared.cohorts if one.made_from is SourceKind.PUBLISHED)


@pytest.fixture(scope="module")
def report(declared, cohort):
    """Its report, by the route of every cohort."""
    kind = next(one for one in declared.programme.reports if one.made_from is SourceKind.PUBLISHED)
    cleaned = pipeline.clean(cohort, declared, declared.folder)
    disclosed = pipeline.protect(pipeline.estimate(cleaned, None, cohort, declared), cohort, declared)
    return Report(disclosed, declared, cohort, kind)


@pytest.fixture(scope="module")
def exhibits(report):
    """Every exhibit of the report, by its kind."""
    return {spec.kind: report.exhibit(spec.exhibit).exhibit for spec in report.specs}


def texts(exhibit: Exhibit, column: str) -> list[str]:
    """The cells of a column, without headings."""
    place = [one.key for one in exhibit.columns].index(column)
    return [row.cells[place].text for row in exhibit.rows if not row.heading]


def test_the_data_are_real_and_no_banner_says_otherwise(report, exhibits):
    assert report.title.front["banner"] == ""
    assert report.heading.endswith("2017-2024")
    assert not any(one.invented for one in exhibits.values())


def test_every_row_of_figures_leads_to_its_sources_and_they_are_there(report, exhibits):
    shown = (report.exhibit(spec.exhibit)._repr_mimebundle_()["text/html"] for spec in report.specs)
    page = lxml.html.document_fromstring("".join(shown))
    ids = set(page.xpath("//@id"))
    for kind, exhibit in exhibits.items():
        if kind != "printed_sources":
            rows = [row for row in exhibit.rows if not row.heading]
            assert rows and all(row.cells[-1].links for row in rows), kind
    inside = [link[1:] for link in page.xpath("//a/@href") if link.startswith("#")]
    assert inside and set(inside) <= ids


def test_every_source_has_an_address(exhibits):
    assert all(text.startswith("http") for text in some(texts(exhibits["printed_sources"], "address")))


def test_cells_with_links_survive_the_way_through_json(exhibits):
    for exhibit in some(exhibits.values()):
        assert Exhibit.from_json(exhibit.to_json()) == exhibit


def test_the_findings_are_worded_by_what_is_decided(report):
    text = str(report.key_findings())
    yes, no, left = (text.index(one) for one in ("Changed, whatever", "No change beyond chance", "Cannot be decided"))
    assert yes < text.index("Coping financially: 56% (2017-19) and 60%") < no
    assert no < text.index("33% (2017-19) and 34%") < left < text.index("6% (2017-19) and 5%")


def test_the_table_of_changes_says_yes_no_or_neither(exhibits):
    assert set(texts(exhibits["printed_changes"], "verdict")) == {"yes", "no", "cannot be decided", "not tested"}
    assert {one.value for one in Decision} == {
        "yes whatever the rounding", "no whatever the rounding", "cannot be decided from what was printed"}


def test_a_base_that_is_not_in_print_is_not_called_withheld(exhibits):
    bases = texts(exhibits["printed_levels"], "n")
    assert "[x]" in bases and "[c]" not in bases


def test_a_question_with_two_codings_shows_both(exhibits):
    codings = exhibits["printed_codings"]
    headings = [row.cells[0].text for row in codings.rows if row.heading]
    assert len(headings) == 4
    assert {"32", "16"} <= set(texts(codings, "estimate"))


def test_the_widest_range_between_authorities_is_shown(exhibits):
    found = exhibits["printed_range"]
    assert list(zip(texts(found, "lowest"), texts(found, "highest"), strict=True)) == [("14", "44"), ("20", "50")]


def test_kinds_of_report_follow_what_a_cohort_is_made_from(declared, cohort, root):
    workspace = Workspace(root / "data_dictionary")
    surveyed = next(one for one in declared.cohorts if one.invented)
    for one in (cohort, surveyed):
        asked = requests(one, workspace.dictionary, ())
        assert asked and all(wanted.kind.made_from is one.made_from for wanted in asked)
    with pytest.raises(ParameterError, match="cannot be made of cohort"):
        requests(cohort, workspace.dictionary, [requests(surveyed, workspace.dictionary)[0].kind.id])
    assert workspace.data_of(cohort).name == "published"
