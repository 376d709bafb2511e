"""A record says all that is wrong with it, what it refers to and what only readers see of it."""

from __future__ import annotations

import doctest

import pytest
from pydantic import ValidationError

from nbeval.dictionary import record
from nbeval.dictionary.models import Area, Authority, Column, Domain, ExhibitRow, Indicator, Programme, Scale
from nbeval.dictionary.record import readers_only, without_words


def test_the_examples_hold():
    result = doctest.testmod(record)
    assert result.attempted and not result.failed


def test_every_contradiction_of_a_record_is_found_at_once():
    with pytest.raises(ValidationError) as error:
        Scale(id="s", label="S", items=({"item": "a"}, {"item": "a"}), rule="count", minimum_answered=3, lowest=1, highest=0,
              citation="C", licence="L", status="confirmed")
    found = {(one["loc"], one["ctx"]["what"]) for one in error.value.errors()}
    assert found == {
        (("minimum_answered",), "is 3 of 2 items"), (("lowest",), "is not below highest"), (("items",), "an item is named twice"),
        (("items", 0, "counts_when"), "is empty for the rule count"), (("items", 1, "counts_when"), "is empty for the rule count"),
    }


@pytest.mark.parametrize(("one", "named"), [
    (Authority(authority="a", name="A", source="S1; S2"), {("source", "S1", "source key"), ("source", "S2", "source key")}),
    (Column(version="v", role="item", item="x"), {("item", "x", "item")}),
    (Column(version="v", role="options", item="x"), {("item", "x", "multi-select question")}),
    (Column(version="v", role="ignored"), set()),
    (ExhibitRow(exhibit="e", reports=(), section="s", order=1, title="T", kind="levels", source_id="survey", quantities=(),
                indicators=("headline", "low", "domain:joy", "source:x")),
     {("source_id", "survey", "kind of source"), ("indicators", "low", "indicator"), ("indicators", "joy", "domain of indicators"),
      ("indicators", "x", "kind of source")}),
])
def test_a_record_names_what_it_refers_to(one, named):
    assert {(reference.field, reference.value, reference.ref.kind) for reference in one.references()} == named


def test_what_only_readers_see_is_marked_on_the_field():
    assert set(readers_only(Indicator)) == {"says", "plain", "note", "source"}
    assert "label" not in readers_only(Area), "exports may hold the labels of areas"


def test_words_are_left_out_at_every_depth(loaded):
    bare = without_words(loaded.programme)
    assert isinstance(bare, Programme) and bare.name == "" and bare.conf_level == loaded.programme.conf_level
    assert bare.domains and all(isinstance(one, Domain) and one.id and not one.label for one in bare.domains)
