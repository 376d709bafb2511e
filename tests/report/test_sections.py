"""Sections: headings by domain, cautions once, an account of the programme, and what was not collected."""

from __future__ import annotations

import json
import re

import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import ReportForm
from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME
from nbeval.report import Report
from nbeval.report.kinds import KINDS
from nbeval.report.account import BY_DOMAIN
from tests.conftest import ROOT
from tests.report.invented import disclosed, rows
from tests.guards import some


def shaped(tiny, *, section="domains", form="report"):
    """A report whose exhibits all stand in one section, of a kind of a certain form."""
    exhibits = tuple(one.model_copy(update={"section": section}) for one in tiny.exhibits)
    changed = type(tiny)(**{**vars(tiny), "exhibits": exhibits})
    kind = tiny.programme.reports[1].model_copy(update={"form": ReportForm(form)})
    return Report(disclosed(rows()), changed, tiny.cohort("c"), kind)


@pytest.fixture
def parts(make):
    """The parts of a section, each as its kind and first text, or the id of its exhibit."""
    def read(report, name):
        for part in report.section(name)._repr_mimebundle_()[REPORT_MIME]["parts"]:
            if part["mime"] == EXHIBIT_MIME:
                yield "exhibit", part["data"]["id"]
            else:
                yield from ((one["kind"], one["items"][0][0]) for one in part["data"]["parts"])
    return read


def test_a_section_by_domain_heads_each_domain_before_its_first_exhibit(tiny, parts):
    read = list(parts(shaped(tiny), "domains"))
    place = read.index(("section", "Domain one"))
    assert read[place + 1] == ("paragraph", "All of one.")
    assert read[place + 2][0] == "exhibit"
    assert ("section", "Domain two") in read


def test_a_section_of_another_name_has_no_headings(tiny, parts):
    assert "elsewhere" not in BY_DOMAIN
    assert not [one for one in parts(shaped(tiny, section="elsewhere"), "elsewhere") if one[0] == "section"]


def test_slides_have_no_headings_by_domain(tiny, parts):
    assert not [one for one in parts(shaped(tiny, form="slides"), "domains") if one[0] == "section"]


def test_what_to_mind_about_change_is_said_in_full_once(make, parts):
    report = make()
    read = list(parts(report, "main"))
    assert read[1] == ("bullets", "There was a storm before.")
    assert sum("storm" in text for _, text in read) == 1
    assert not any("storm" in note for spec in report.specs for note in report.exhibit(spec.exhibit).exhibit.notes)
    assert not any("storm" in text for _, text in parts(make("start"), "main"))


def test_the_account_of_the_programme_names_places_waves_sources_and_disagreements(make):
    text = str(make().section("programme"))
    for part in ("3 places take part in Cohort C: North place, South place, West place.", "Before (2 January 2020 to 3 February 2020).",
                 "The survey", "Domain one: All of one.", "More peace", "How many places: three; four"):
        assert part in text


def test_disagreements_stand_once_in_a_report(make):
    report = make()
    assert "three; four" in str(report.limits())
    report.section("programme")
    assert "three; four" not in str(report.limits())


def test_sections_for_which_nothing_was_collected_are_named_under_the_limits(make):
    report = make()
    report.section("voices")
    report.section("nowhere_at_all")
    assert "Voices: what people said in their own words." in str(report.limits())
    assert "Nowhere at all." in str(report.limits())


def test_exhibits_are_numbered_in_the_order_of_the_sections(tiny):
    kind = tiny.programme.reports[1].model_copy(update={"sections": ("annex", "main")})
    assert next(iter(Report(disclosed(), tiny, tiny.cohort("c"), kind).numbers)) == "tea"


def test_a_published_figure_whose_definition_differs_is_no_finding(make):
    found = str(make("start").key_findings())
    assert "lower than the published 40.5% (The nation, 2019)" in found
    assert "Others" not in found


def test_a_sentence_is_about_the_first_measure_that_has_its_numbers(make, tiny):
    def hide(made):
        return [one | {"estimate": float("nan"), "suppression": "[c]"} if one["indicator"] == "calm" and one["quantity"] == "percent"
                and not one["authority"] and not one["group"] else one for one in made]

    exhibits = tuple(one.model_copy(update={"sentence": "{estimate} {says}."}) for one in tiny.exhibits)
    changed = type(tiny)(**{**vars(tiny), "exhibits": exhibits})
    report = Report(disclosed(hide(rows())), changed, tiny.cohort("c"), tiny.programme.reports[1])
    assert report.exhibit("levels").exhibit.sentence == "17% said angry."


def test_every_section_that_has_exhibits_is_called_by_the_notebook_of_its_reports():
    declared = load(ROOT / "data_dictionary")
    for kind in some(declared.programme.reports):
        cells = json.loads((ROOT / "notebooks" / f"{kind.notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        called = re.findall(r'report\.section\("(\w+)"\)', "\n".join("".join(cell["source"]) for cell in cells))
        wanted = {one.section for one in declared.exhibits if kind.id in one.reports}
        assert wanted <= set(called), (kind.id, wanted - set(called))
        assert kind.sections == tuple(called), f"exhibits of {kind.id} would be numbered in another order than they stand in"


def test_every_exhibit_of_the_survey_opens_with_a_sentence():
    declared = load(ROOT / "data_dictionary").exhibits
    bare = [one.exhibit for one in declared if one.source_id == "survey" and not one.sentence and not KINDS[one.kind].sums_up]
    assert not bare
