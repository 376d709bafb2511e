"""What rows of results show."""

from __future__ import annotations

import pytest

from nbeval.dictionary.models import Routing
from nbeval.disclosure.cells import OF_ALL_ASKED, CellKind, read_cells
from nbeval.disclosure.protect import protect_release
from tests.disclosure import invented
from tests.disclosure.invented import WAVES, complete, dictionary, indicator, percent

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


@pytest.mark.parametrize("name", ["yes", "contact"])
@pytest.mark.parametrize("quantity", OF_ALL_ASKED)
def test_a_change_over_all_who_were_asked_rests_on_who_answered_what_and_on_how_many_were_asked(name, quantity):
    asked = 200.0 if name == "yes" else 60.0
    rows = [percent(one, *counts, wave=wave) for wave in WAVES for one, counts in (("yes", (60, 190, 200)), ("contact", (20, 55, 60)))]
    bound = percent(name, 20, asked, wave="after") | dict(
        quantity=quantity, contrast="wave", reference="before", n_eligible=None, numerator_reference=25.0, n_reference=asked)
    cells = read_cells(complete([*rows, bound]), ROUTED)
    of = cells.parts[cells.parts["row"].eq(len(rows))].merge(cells.table, on="cell", validate="many_to_one")
    wanted = {CellKind.BASE, CellKind.SHARE, CellKind.PEOPLE} | ({CellKind.ASKED} if name == "contact" else set())
    for wave in WAVES:
        assert set(of.loc[of["wave"].eq(wave) & of["field"].eq("estimate"), "kind"]) - {CellKind.BASE, CellKind.AT_LEAST} == wanted - {CellKind.BASE}
        assert CellKind.BASE in set(of.loc[of["wave"].eq(wave), "kind"])
    assert not cells.table.query("kind == 'base' and value == @asked").size, "those asked are not those who answered"


@pytest.mark.parametrize("quantity", OF_ALL_ASKED)
def test_a_change_over_all_who_were_asked_goes_with_a_share_of_few(quantity):
    rows = [percent("yes", count, 190, 200, wave=wave, authority=place) for wave in WAVES for place, count in (("", 6), ("a", 6))]
    bound = percent("yes", 40, 200, wave="after") | dict(
        quantity=quantity, contrast="wave", reference="before", n_eligible=None, numerator_reference=45.0, n_reference=200.0)
    cohort = invented.cohort("a")
    found = protect_release(complete([*rows, bound]), cohort, dictionary([YES], cohorts=[cohort])).table
    gone = found[found["quantity"].eq(quantity)]
    assert gone["estimate"].isna().all() and gone["suppression"].eq("[c]").all() and len(gone) == 1
