"""Quotes leave only where the screen is answered by a person and nobody stands alone behind what is printed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.models import Source
from nbeval.errors import DisclosureError
from nbeval.disclosure.quotes import COLUMNS, known_to, release_quotes
from nbeval.disclosure.screen import found_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(dictionary):
    source = Source(id="quotes", instrument="quote_bank", label="Quotes", source="invented")
    return dictionary.cohort("specimen").model_copy(update={"sources": (source,)})


@pytest.fixture(scope="module")
def people():
    """Twelve women aged 18 to 20 and nine aged 21 to 25, at the final wave."""
    return pd.DataFrame({"wave": "final", "age_band": ["18_20"] * 12 + ["21_25"] * 9, "gender": "female"})


def quotes(text="They rang back.", **changes):
    row = {"source": "quotes", "wave": "final", "quote": "f1", "speaker": "care_leaver", "area": "voice_worker", "text": text,
           "attributes": "", "decision": "", "signed": False, "overruled": ""}
    return pd.DataFrame([{**row, **changes}])


def test_a_quote_without_hits_leaves_with_nothing_else_than_what_is_printed(dictionary, cohort, people):
    out = release_quotes(quotes(attributes="age_band=18_20"), (), people, cohort, dictionary)
    assert tuple(out.columns) == COLUMNS and out["text"].tolist() == ["They rang back."]


@pytest.mark.parametrize("text", [
    "Jo Example rang.", "Ring 07700 900123.", "I moved to ZE1 0AA.", "jo@example.org", "Quillshire was good to me.", "www.example.org",
])
def test_a_hit_stops_the_release_until_somebody_has_decided_and_signed(dictionary, cohort, people, text):
    for undecided in (quotes(text), quotes(text, decision="print"), quotes(text, signed=True)):
        with pytest.raises(DisclosureError) as stopped:
            release_quotes(undecided, ("Jo Example",), people, cohort, dictionary)
        assert "f1" in str(stopped.value) and text not in str(stopped.value) and stopped.value.do
    kinds = dict.fromkeys(kind.value for kind, _, _ in found_in(text, known_to(("Jo Example",), cohort, dictionary)))
    with pytest.raises(DisclosureError, match="nobody has decided on all of it"):
        release_quotes(quotes(text, decision="print", signed=True), ("Jo Example",), people, cohort, dictionary)
    overruled = quotes(text, decision="print", signed=True, overruled="; ".join(kinds))
    assert len(release_quotes(overruled, ("Jo Example",), people, cohort, dictionary)) == 1
    assert release_quotes(quotes(text, decision="keep_back", signed=True), ("Jo Example",), people, cohort, dictionary).empty


@pytest.mark.parametrize("changes", [
    {"attributes": "age_band=21_25"}, {"attributes": "age_band=18_20", "wave": "baseline"}, {"attributes": "age_band=18_20; gender=male"},
    {"attributes": "age_band=18_20", "speaker": "manager"},
])
def test_attributes_that_describe_too_few_stop_the_release(dictionary, cohort, people, changes):
    with pytest.raises(DisclosureError, match="too few people"):
        release_quotes(quotes(**changes), (), people, cohort, dictionary)


def test_a_decision_lets_pass_what_it_names_and_nothing_else(dictionary, cohort, people):
    text = "Jo Example lives at Beechwood House."
    found = quotes(text, decision="print", signed=True, overruled="place")
    with pytest.raises(DisclosureError) as stopped:
        release_quotes(found, ("Jo Example",), people, cohort, dictionary)
    assert "quote f1: name at 1 to 10" in str(stopped.value) and "place at" not in str(stopped.value)
    assert not any(word in str(stopped.value) for word in ("Jo", "Beechwood"))


def test_people_named_in_identifying_columns_of_the_exports_are_found(dictionary, cohort, people):
    known = known_to(("ana bell",), cohort, dictionary)
    assert [kind.value for kind, _, _ in found_in("it was ana bell, always", known)] == ["name"]


def test_attributes_without_a_survey_to_hold_them_to_stop_the_release(dictionary, cohort):
    with pytest.raises(DisclosureError, match="too few people"):
        release_quotes(quotes(attributes="age_band=18_20"), (), pd.DataFrame(), cohort, dictionary)
    assert len(release_quotes(quotes(), (), pd.DataFrame(), cohort, dictionary)) == 1
