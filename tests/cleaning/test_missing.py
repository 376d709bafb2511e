"""Why there is no answer."""

from __future__ import annotations

from dataclasses import replace

from nbeval.cleaning import clean_survey
from nbeval.dictionary.models import Routing
from tests.cleaning.exports import form, later, write_cohort


def _cells(cleaned, wave="before"):
    """One list per respondent of one authority: enjoy, often, card, novels, comics."""
    answers = cleaned.answers.query("wave == @wave and authority == 'north'")
    values = [missing if isinstance(missing, str) else code for code, missing in zip(answers["code"], answers["missing"])]
    return [values[start:start + 5] for start in range(0, len(values), 5)]


def _north(dictionary, cohort, data, forms, after=()):
    return clean_survey(cohort, dictionary, write_cohort(data, {"north": forms}, {"north": list(after) or [later()]}))


def test_what_the_routing_keeps_from_a_person_is_not_applicable(tiny, cohort, tmp_path):
    # the library card is asked of those who read often or sometimes
    forms = [form("1", often="Never", card=""), form("2", often="Often", card=""), form("3", often="", card=""),
             form("4", often="Don't know", card=""), form("5", often="", card="Yes")]
    rows = _cells(_north(tiny, cohort, tmp_path, forms))
    assert [row[2] for row in rows] == ["not_applicable", "not_answered", "not_applicable", "not_applicable", 1]


def test_an_answer_against_the_routing_is_kept_out_and_found(tiny, cohort, tmp_path):
    forms = [form("1", often="Never", card="Yes"), form("2", often="Never", card="No"), form("3")]
    cleaned = _north(tiny, cohort, tmp_path, forms)
    assert [row[2] for row in _cells(cleaned)] == ["not_applicable", "not_applicable", 1]
    found = cleaned.findings.query("check == 'routing_contradicted'").iloc[0]
    assert (found["item"], found["wave"], found["count"], found["outcome"]) == ("card", "before", 2, "warning")
    assert found["message"].startswith("2 answers to a question that the routing kept")


def test_routing_reaches_through_and_takes_whole_questions(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    onward = Routing(item="reads", asked_if_item="card", asked_if_codes=(1,), status="confirmed", source="T1")
    chained = replace(tiny, instruments=(replace(loaded, routing=(*loaded.routing, onward)),))
    forms = [form("1", often="Never", card="", novels="", comics=""), form("2", card="No", novels="", comics="No"), form("3")]
    cleaned = _north(chained, cohort, tmp_path, forms)
    assert _cells(cleaned) == [
        [7, 3, "not_applicable", "not_applicable", "not_applicable"], [7, 2, 0, "not_applicable", "not_applicable"],
        [7, 2, 1, 1, 0],
    ]
    # an option that was not ticked contradicts nothing
    assert cleaned.findings.query("check == 'routing_contradicted'")["outcome"].tolist() == ["pass"]


def test_an_unfinished_form_is_absent_after_its_last_answer(tiny, cohort, tmp_path):
    forms = [form("1", status="Partial", card="", novels="", comics=""),
             form("2", status="Partial", often="", card="", novels="No", comics="0"),
             form("3", status="Partial", enjoy="", often="", card="", novels="Yes", comics=""),
             form("4", card="", novels="", comics="")]
    assert _cells(_north(tiny, cohort, tmp_path, forms)) == [
        [7, 2, "absent", "absent", "absent"], [7, "absent", "absent", "absent", "absent"],
        ["not_answered", "not_answered", "not_applicable", 1, 0], [7, 2, "not_answered", "not_answered", "not_answered"],
    ]


def test_a_question_closed_before_the_form_stopped_is_not_applicable(tiny, cohort, tmp_path):
    forms = [form("1", status="Partial", often="Never", card="", novels="", comics="")]
    assert _cells(_north(tiny, cohort, tmp_path, forms)) == [[7, 3, "not_applicable", "absent", "absent"]]


def test_an_item_that_a_version_does_not_have_was_not_asked(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    fewer = tuple(column for column in loaded.columns if (column.version, column.item) != ("2022", "card"))
    from tests.cleaning.exports import AFTER, AUTHORITIES, write_after

    data = write_cohort(tmp_path)
    for authority in AUTHORITIES:
        write_after(data / "after" / f"{authority}.xlsx", [later("1", status="Partial"), later("2", often="Never")],
                    {name: header for name, header in AFTER.items() if name != "card"})
    cleaned = clean_survey(cohort, replace(tiny, instruments=(replace(loaded, columns=fewer),)), data)
    # neither an early end nor the routing makes anything else of it
    assert _cells(cleaned, "after") == [[7, 1, "not_asked", 1, 0], [7, 3, "not_asked", 1, 0]]
    assert _cells(cleaned) == [[7, 2, 1, 1, 0]]
