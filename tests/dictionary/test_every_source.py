"""Every source that any cohort declares can be invented, read, and found in a report."""

from __future__ import annotations

import json

import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind
from tests.guards import some

#: kinds without exports of their own: figures that stand in print are declared in the dictionary itself
DECLARED = {SourceKind.PUBLISHED}


@pytest.fixture(scope="module")
def project(root):
    return load(root / "data_dictionary")


def kind_of(project, source) -> SourceKind:
    """The kind of a source's instrument; figures in print have none."""
    return source.kind or SourceKind(project.instrument(source.instrument).record.kind)


@pytest.mark.parametrize("kind", sorted(set(SourceKind) - DECLARED))
def test_the_specimen_has_invented_exports_of_every_kind_of_source(project, kind):
    own = [one for one in project.cohort("specimen").sources if kind_of(project, one) == kind]
    assert own and all(one.files for one in own)


def test_every_source_of_every_cohort_has_an_exhibit_in_its_baseline_or_final_report(project):
    shown = {one.source_id for one in project.exhibits if {"baseline", "final", "in_print"} & set(one.reports)}
    named = {(cohort.id, one.id) for cohort in project.cohorts for one in cohort.sources}
    assert not [pair for pair in named if pair[1] not in shown]


def test_every_section_that_an_exhibit_stands_in_is_shown_by_the_notebook_of_its_report(project, root):
    sections = {}
    for kind in project.programme.reports:
        cells = json.loads((root / "notebooks" / f"{kind.notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        sections[kind.id] = "".join("".join(cell["source"]) for cell in cells)
    missing = [(kind, one.exhibit) for one in project.exhibits for kind in one.reports if f'"{one.section}"' not in sections[kind]]
    assert not missing


def test_sources_that_are_nobodys_answers_are_named_by_the_disclosure_rules(project):
    others = {one.id for cohort in project.cohorts for one in cohort.sources
              if kind_of(project, one) not in (SourceKind.SURVEY, SourceKind.PUBLISHED)}
    assert others == set(project.disclosure.not_of_answers)


def test_every_area_speaks_under_a_label_of_its_own_instrument(project):
    for one in some(project.evidence):
        labels = [area.label for area in one.areas]
        assert len(set(labels)) == len(labels), one.record.id
