"""The blocks of a release, and what of the routing they rest on."""

from __future__ import annotations

import pytest

from nbeval.dictionary.models import Routing
from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.cells import CellKind, read_cells
from nbeval.disclosure.relations import blocks
from tests.disclosure.invented import cohort, complete, dictionary, indicator, percent

YES, NO = indicator("yes", "yesno", ("1",)), indicator("no", "yesno", ("0",))
CONTACT = indicator("contact", "contact", ("1",))
ROUTED = dictionary([YES, NO, CONTACT], routing=[
    Routing(item="contact", asked_if_item="yesno", asked_if_codes=(1,), status="confirmed", source="S1")])


def asked(*rows: dict) -> bool:
    """Whether the block of the earlier question counts those who were asked the later one."""
    cells = read_cells(complete(list(rows)), ROUTED).table
    return any((block.kinds == CellKind.ASKED).any() for block in blocks(cells, cohort(()), ROUTED))


def test_those_who_were_asked_gave_the_answer_that_leads_there():
    assert asked(percent("no", 120, 200), percent("contact", 40, 78, 80))


@pytest.mark.parametrize("gate", [percent("yes", 80, 200), percent("no", 120, 200), percent("yes", 20, 84)], ids=["yes", "no", "base"])
def test_answers_kept_behind_a_blank_question_are_not_taken_for_answers_to_it(gate):
    """Five answered the later question and left the earlier one out: more were asked than said yes."""
    behind = percent("contact", 40, 83, 85)
    assert not asked(gate, behind)
    protect_release(complete([gate, behind]), cohort(()), ROUTED)
