"""What rows of results show."""

from __future__ import annotations

from nbeval.dictionary.models import Routing
from nbeval.disclosure.cells import CellKind, read_cells
from tests.disclosure.invented import complete, dictionary, indicator, percent

YES = indicator("yes", "yesno", ("1",))
CONTACT = indicator("contact", "contact", ("1",))
ROUTED = dictionary([YES, CONTACT], routing=[
    Routing(item="contact", asked_if_item="yesno", asked_if_codes=(1,), status="confirmed", source="S1")])


def test_how_many_were_asked_is_a_count_of_those_who_gave_the_answer_that_leads_there():
    asked = _asked(percent("contact", 20, 55, 60))
    assert asked.tolist() == [60.0]


def test_a_routed_question_that_was_not_in_the_questionnaire_says_nothing_of_the_answer_that_leads_there():
    not_asked = percent("contact", 0, 1, 0) | {"n_valid": 0.0, "missing_not_asked": 200.0, "missing_not_answered": 0.0}
    assert _asked(not_asked).empty


def _asked(row: dict):
    """The counts of those asked that two rows show."""
    cells = read_cells(complete([percent("yes", 60, 200), row]), ROUTED).table
    return cells.loc[cells["kind"].eq(CellKind.ASKED), "value"]
