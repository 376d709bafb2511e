"""The report: what it refuses, how it numbers, what it says it has shown."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pandas as pd
import pytest

from nbeval.errors import DisclosureError, ParameterError
from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME, TEXT_MIME, Exhibit
from nbeval.left_out import LeftOutSource
from nbeval.report import Report
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.of_source import OfSource
from nbeval.report.kinds.printed import Printed
from nbeval.report.kinds.evidence import StrengthsAndPriorities
from tests.report.invented import HOSTILE, disclosed, row, rows, withheld
from tests.guards import some

#: kinds that show something only of three waves, of linked people, or beside authorities that did not take part
OF_OTHER_DESIGNS = {"trend", "transitions", "comparison_levels", "difference_in_differences"}


def test_only_disclosed_results_become_a_report(tiny):
    table = disclosed().table
    with pytest.raises(DisclosureError, match="DataFrame"):
        Report(table, tiny, tiny.cohort("c"), tiny.programme.reports[0])


def test_an_authority_of_another_cohort_is_refused(make):
    with pytest.raises(ParameterError, match="not one of the cohort"):
        make("place", "elsewhere")


@pytest.mark.parametrize(("kind", "authority"), [("place", ""), ("end", "north")])
def test_an_authority_is_given_exactly_where_the_kind_needs_one(make, kind, authority):
    with pytest.raises(ParameterError):
        make(kind, authority)


@pytest.mark.parametrize(("kind", "authority"), [("start", ""), ("end", ""), ("place", "north")])
def test_every_form_and_chart_displays_in_every_kind_of_report(make, kind, authority):
    report = make(kind, authority)
    for spec in report.specs:
        bundle = report.exhibit(spec.exhibit)._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain", EXHIBIT_MIME}
        again = Exhibit.from_json(bundle[EXHIBIT_MIME])
        assert again == report.exhibit(spec.exhibit).exhibit
        assert (again.figure is not None) == bool(spec.chart)
    of_places = {StrengthsAndPriorities.id}
    if kind == "end":
        assert {spec.kind for spec in report.specs} == {name for name, kind in KINDS.items() if not issubclass(kind, OfSource | Printed)} - of_places - OF_OTHER_DESIGNS
    assert of_places <= {spec.kind for spec in report.specs} or kind != "place"


def test_numbers_follow_the_dictionary_and_not_the_order_of_calls(make):
    forwards, backwards = make(), make()
    names = [spec.exhibit for spec in forwards.specs]
    labels = {name: forwards.exhibit(name).exhibit.label for name in names}
    assert {name: backwards.exhibit(name).exhibit.label for name in reversed(names)} == labels
    assert labels["levels"] == "Figure 1"
    assert labels["bare"] == "Table 1"


def test_a_report_of_the_first_wave_has_no_change(make):
    assert not {"change", "adjusted", "local"} & set(make("start").numbers)


def test_an_exhibit_without_results_is_one_sentence_and_takes_no_number(make):
    report = make()
    bundle = report.exhibit("nothing")._repr_mimebundle_()
    assert "did not collect" in bundle["text/plain"]
    assert "nothing" not in report.numbers


def test_a_statistic_on_request_has_its_column_where_the_exhibit_names_it(tiny):
    named = tuple(one.model_copy(update={"quantities": (*one.quantities, "risk_ratio")}) if one.exhibit == "change" else one
                  for one in tiny.exhibits)
    ratio = row(quantity="risk_ratio", indicator="calm", wave="after", contrast="wave", reference="before", estimate=0.7804,
                conf_low=0.561, conf_high=1.085, conf_level=0.95, unit="ratio")
    results, declared = disclosed([*rows(), ratio]), next(one for one in tiny.programme.reports if one.id == "end")

    def printed(dictionary):
        return Report(results, dictionary, dictionary.cohort("c"), declared).exhibit("change")._repr_mimebundle_()["text/plain"]

    shown = printed(replace(tiny, exhibits=named))
    assert "Ratio of the shares" in shown and "0.78" in shown and "0.56 to 1.09" in shown
    assert "Ratio of the shares" not in printed(tiny)


def test_a_section_holds_its_exhibits_in_declared_order(make):
    bundle = make().section("main")._repr_mimebundle_()
    ids = [part["data"]["id"] for part in bundle[REPORT_MIME]["parts"] if part["mime"] == EXHIBIT_MIME]
    assert ids[:3] == ["levels", "bare", "beside"]
    assert bundle["text/html"].count("<figure") == len(ids)


def test_an_empty_section_is_one_sentence(make):
    bundle = make().section("nowhere")._repr_mimebundle_()
    assert [part["mime"] for part in bundle[REPORT_MIME]["parts"]] == [TEXT_MIME]
    assert bundle[REPORT_MIME]["parts"][0]["data"]["parts"][0]["kind"] == "absent"
    assert "Nothing was collected" in bundle["text/plain"]


def test_an_exhibit_of_another_kind_of_report_is_refused(make):
    with pytest.raises(ParameterError, match="does not belong"):
        make("place", "north").exhibit("tea")


def test_an_exhibit_that_does_not_exist_is_refused(make):
    with pytest.raises(ParameterError, match="no such"):
        make().exhibit("no such")


def test_used_holds_every_result_that_a_cell_shows_and_no_other(make):
    report = make()
    assert report.used().empty
    shown = report.exhibit("change").exhibit
    keys = {cell.result for row in shown.rows for cell in row.cells if cell.result}
    used = report.used()
    assert len(used) == len(keys)
    assert set(used["exhibit"]) == {"change"}
    report.text("{estimate}", indicator="tea")
    assert len(report.used()) == len(keys) + 1


def test_the_front_matter_says_that_data_are_invented(make):
    bundle = make().title._repr_mimebundle_()
    assert bundle[REPORT_MIME]["front"]["invented"]
    assert "invented data" in bundle["text/plain"]
    assert bundle["text/html"].count("<h1") == 1
    assert "Programme &lt;P&gt;" in bundle["text/html"]


def test_key_findings_follow_the_verdict_and_never_the_sign(make):
    def contradict(made):
        return [one | {"verdict": "no clear change"} if one["quantity"] == "change" and one["indicator"] == "calm"
                and not one["authority"] else one for one in made]

    assert "What changed" in str(make().key_findings())
    findings = str(make(change=contradict).key_findings())
    assert "What changed" not in findings
    assert "fell" not in findings.partition("These are all")[0]


def test_a_withheld_headline_is_said_and_not_shown(make):
    def hide(made):
        return [withheld(one) if one["indicator"] == "calm" and one["quantity"] == "change" else one for one in made]

    findings = str(make(change=hide).key_findings())
    assert "Not shown" in findings
    assert "“Feels calm” is withheld" in findings
    assert "31%" not in findings


def test_methods_come_from_the_results_shown(make):
    text = str(make().methods())
    assert "Wilson interval" in text
    assert "95%" in text
    assert "Weighted figures stand beside them" in text
    assert "no count under 10" in text


def test_limits_name_notes_disagreements_and_what_is_unconfirmed(make):
    text = str(make().limits())
    for part in ("a storm before", "How many places: three; four", "“Feels calm”", "“After”", "“The nation (2019)”"):
        assert part in text


def test_the_list_of_exhibits_leads_to_their_places(make):
    report = make()
    html = report.exhibit_list()._repr_mimebundle_()["text/html"]
    page = html + report.exhibit("levels")._repr_mimebundle_()["text/html"]
    assert 'href="#exhibit-levels"' in html
    assert 'id="exhibit-levels"' in page


def test_the_list_of_exhibits_has_none_that_the_notebook_did_not_show(make):
    report = make()
    report.exhibit("levels")
    said = str(report.exhibit_list())
    assert "About levels of" in said and "About bare of" not in said


def test_the_glossary_is_in_the_order_of_the_alphabet(make):
    assert [item[0] for item in make().glossary().parts[0].items] == ["Base", "wave"]


def test_hostile_labels_stay_text_in_every_display(make):
    report = make()
    html = "".join(report.exhibit(spec.exhibit)._repr_mimebundle_()["text/html"] for spec in report.specs)
    html += report.key_findings()._repr_mimebundle_()["text/html"]
    assert "<b>A" not in html
    assert "&lt;b&gt;A &amp; B" in html
    assert HOSTILE in report.exhibit("bare").exhibit.title or HOSTILE in str(report.exhibit("levels"))


def test_rows_in_another_order_make_the_same_report(make):
    plain, turned = make(), make(change=lambda made: made[::-1])
    for spec in some(plain.specs):
        assert turned.exhibit(spec.exhibit).exhibit == plain.exhibit(spec.exhibit).exhibit, spec.exhibit


def test_figures_are_unweighted_and_the_weighted_ones_stand_beside_them_in_a_table_of_their_own(make):
    report = make()
    assert str(report.text("{estimate}", indicator="calm")) == "25%"
    table = report.exhibit("beside_weighted").exhibit
    shown = dict(zip((column.key for column in table.columns), table.rows[0].cells, strict=True))
    assert (shown["unweighted_estimate"].text, shown["weighted_estimate"].text, shown["effective"].text) == ("25", "26", "150")
    assert not any(row.cells[-1].result.endswith("|weighted") for name in ("levels", "change") for row in
                   report.exhibit(name).exhibit.rows)
    assert set(report.used()["weighted"]) == {False, True}


def test_the_checks_of_the_data_are_refused_in_a_report_that_may_be_published(make):
    report = make()
    with pytest.raises(ParameterError, match="internal report only"):
        report.findings()
    with pytest.raises(ParameterError, match="internal report only"):
        report.accounting()


def test_an_internal_report_shows_findings_gravest_first_and_how_forms_add_up(tiny):
    kind = tiny.programme.reports[1].model_copy(update={"internal": True})
    found = pd.DataFrame({
        "outcome": ["pass", "failure"], "message": ["All is well", "<i>Not</i>"], "count": [0, 1234], "wave": "", "authority": "",
        "item": "", "do": ["", "look"],
    })
    report = Report(disclosed(), tiny, tiny.cohort("c"), kind, findings=found,
                    accounting=pd.DataFrame({"file": ["a.csv"], "kept": [1200]}))
    rows_shown = [[cell.text for cell in row.cells] for row in report.findings().exhibit.rows]
    assert [row[1] for row in rows_shown] == ["<i>Not</i>", "All is well"]
    assert rows_shown[0][2] == "1,234"
    assert "a.csv\t1,200" in str(report.accounting())
    assert "found nothing" in str(Report(disclosed(), tiny, tiny.cohort("c"), kind).findings())


def test_closing_hands_over_every_result_shown_with_all_digits(make):
    report = make()
    report.exhibit("odds")
    table = pd.read_csv(StringIO(report.close().data["results"]), keep_default_na=False)
    assert set(table["exhibit"]) == {"odds"}
    assert set(table["estimate"].astype(float)) == {1.8, 7.6, 10.1}
    assert report.close()._repr_mimebundle_()["text/plain"] == ""


def test_whose_entries_are_missing_is_said_at_the_opening_and_among_the_limits(make):
    plain = make()
    cohort, context = plain.context.cohort, plain.context
    one, other = cohort.authorities[:2]
    left_out = (LeftOutSource(cohort.sources[0].id, "", one), LeftOutSource(cohort.sources[0].id, cohort.waves[0].id, other))
    said = [f"{context.authority_name(one)}, {cohort.sources[0].label}", f"{context.authority_name(other)}, {cohort.sources[0].label}, {cohort.waves[0].label}"]
    report = make(left_out=left_out)
    for text in (str(report.title), str(report.limits())):
        assert all(words in text for words in said)
    assert "Not in these figures" in str(report.title) and "Not in these figures" not in str(plain.title)
    assert not any(words in str(plain.title) + str(plain.limits()) for words in said)
