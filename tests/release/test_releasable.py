"""The release: what no exhibit asks for is not in it, and what one asks for is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.frames import RESULTS
from nbeval.release.releasable import releasable


@pytest.fixture(scope="module")
def declared(root):
    """The dictionary of the miniature programme."""
    return dictionary.load(root / "tests" / "programmes" / "tiny")


def rows(*given: dict) -> pd.DataFrame:
    """Rows of results with these parts."""
    texts = {name: "" for name, column in RESULTS.columns.items() if str(column.dtype) != "float64"}
    table = pd.DataFrame([texts | {"cohort": "first", "source": "survey", "weighted": False} | one for one in given])
    return table.reindex(columns=list(RESULTS.columns))


def shown(declared, **parts) -> bool:
    """Whether a row with these parts is in the release."""
    return len(releasable(rows(parts), declared.cohorts[0], declared)) == 1


def test_every_declared_exhibit_finds_its_indicators_and_quantities(declared):
    cohort = declared.cohorts[0]
    assert declared.exhibits
    for exhibit in declared.exhibits:
        for one in declared.indicators_named(exhibit.indicators) if exhibit.indicators else ():
            wanted = {"indicator": one.indicator, "quantity": exhibit.quantities[0], "wave": cohort.waves[0].id}
            assert shown(declared, **wanted), (exhibit.exhibit, one.indicator)


def test_an_indicator_that_no_exhibit_names_is_not_in_the_release(declared):
    assert not shown(declared, indicator="unheard_of", quantity="percent", wave="before")


def test_a_quantity_that_no_exhibit_names_is_not_in_the_release(declared):
    assert not shown(declared, indicator="card_yes", quantity="odds_ratio", wave="before")


def test_the_order_of_the_rows_is_kept(declared):
    first = {"indicator": "card_yes", "quantity": "percent"}
    table = rows(first | {"wave": "after"}, {"indicator": "unheard_of", "quantity": "percent"}, first | {"wave": "before"})
    assert releasable(table, declared.cohorts[0], declared)["wave"].tolist() == ["after", "before"]


def with_exhibit(declared, **fields):
    """The dictionary with one exhibit more, made from the first."""
    more = declared.exhibits[0].model_copy(update={"exhibit": "more", "groups": (), **fields})
    return replace(declared, exhibits=(*declared.exhibits, more))


def test_an_exhibit_of_strengths_releases_what_sets_each_place_against_the_rest(declared):
    against = {"indicator": "card_yes", "quantity": "difference", "wave": "after", "authority": "north", "contrast": "rest"}
    assert not shown(declared, **against)
    more = with_exhibit(declared, kind="standing", indicators=("card_yes",), quantities=("difference",), reports=("authority_final",))
    assert shown(more, **against)


def test_an_exhibit_of_plans_releases_the_changes_of_the_indicators_it_names(declared):
    change = {"indicator": "reads_novels", "quantity": "change", "wave": "after", "contrast": "wave", "reference": "before"}
    assert not shown(declared, **change)
    more = with_exhibit(declared, kind="addressed_by", source_id="plans", indicators=("reads_novels",), quantities=("count", "change"))
    assert shown(more, **change)


def test_who_was_lost_is_released_where_an_exhibit_asks(declared):
    stayed = {"indicator": "card_yes", "quantity": "difference", "wave": "before", "contrast": "stayed", "reference": "after"}
    assert not shown(declared, **stayed)
    assert shown(with_exhibit(declared, kind="attrition", indicators=("card_yes",), quantities=("attrition", "difference")), **stayed)
