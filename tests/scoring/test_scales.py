"""Worked people: answers, and the scores a person with a pencil gives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.enums import ScaleRule, Status
from nbeval.dictionary.models import Conversion, ScaleItem
from nbeval.dictionary.models import Scale as DeclaredScale
from nbeval.errors import FrameError
from nbeval.scoring.scales import Scale, scale_items, score_answers

ITEMS = ("a", "b", "c", "d")
RANGES = dict.fromkeys(ITEMS, (1.0, 5.0))
REASONS = ["not_asked", "not_applicable", "not_answered", "dont_know", "prefer_not_to_say", "invalid", "absent"]
#: four people, answers to a, b, c, d; a text is a reason for missing
PEOPLE = {
    1: (4, 5, 2, 3),
    2: (1, 1, "not_answered", 5),
    3: ("not_asked", "not_asked", "not_asked", "not_asked"),
    4: ("dont_know", 3, "not_answered", "not_answered"),
}


@pytest.fixture
def answers() -> pd.DataFrame:
    """The four people as answers."""
    rows = [
        (person, item, np.nan if isinstance(given, str) else float(given), given if isinstance(given, str) else None)
        for person, all_given in PEOPLE.items() for item, given in zip(ITEMS, all_given, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["respondent", "item", "code", "missing"])
    return table.assign(
        wave=pd.Categorical(["w1"] * len(table)), authority=pd.Categorical([""] * len(table)),
        item=pd.Categorical(table["item"]), missing=pd.Categorical(table["missing"], categories=REASONS),
    )


def scale(rule: ScaleRule, *, minimum: int = 4, reverse: str = "c", **further: object) -> DeclaredScale:
    """A scale of the four items, with item c keyed the other way."""
    items = tuple(ScaleItem(item=item, reverse=item == reverse, counts_when=("1-2",) if rule is ScaleRule.COUNT else ())
                  for item in ITEMS)
    return DeclaredScale(id="s", label="S", items=items, rule=rule, minimum_answered=minimum, lowest=1, highest=20,
                 citation="invented", licence="none", status=Status.CONFIRMED, **further)


def scores(answers: pd.DataFrame, declared: Scale) -> list[float | None]:
    """The four scores, None where there is none."""
    found = score_answers(answers, Scale.declared(declared, RANGES))["score"]
    return [None if pd.isna(score) else score for score in found]


def test_a_sum_reflects_the_reversed_item_about_the_declared_range(answers):
    # person 1: 4 + 5 + (6 - 2) + 3; nobody else answered all four
    assert scores(answers, scale(ScaleRule.SUM)) == [16.0, None, None, None]


def test_a_plain_sum_needs_every_item_whatever_minimum_is_declared(answers):
    assert scores(answers, scale(ScaleRule.SUM, minimum=1))[1] is None


def test_a_mean_is_over_the_items_answered(answers):
    # person 2: (1 + 1 + 5) / 3; person 4 answered one item only
    assert scores(answers, scale(ScaleRule.MEAN, minimum=3)) == [4.0, pytest.approx(7 / 3), None, None]


def test_a_prorated_sum_is_the_mean_times_the_number_of_items(answers):
    assert scores(answers, scale(ScaleRule.PRORATED_SUM, minimum=3)) == [16.0, pytest.approx(28 / 3), None, None]


def test_a_count_counts_the_answers_in_the_declared_codes(answers):
    # low answers (1-2): person 1 has c; person 2 has a and b
    assert scores(answers, scale(ScaleRule.COUNT, minimum=3)) == [1.0, 2.0, None, None]


def test_reversing_twice_changes_nothing(answers):
    once = score_answers(answers, Scale.declared(scale(ScaleRule.SUM, reverse="c"), RANGES))["score"][0]
    reflected = answers.assign(code=np.where(answers["item"].eq("c"), 6 - answers["code"], answers["code"]))
    assert score_answers(reflected, Scale.declared(scale(ScaleRule.SUM, reverse=""), RANGES))["score"][0] == once


def test_a_conversion_table_is_for_complete_totals_only(answers):
    table = tuple(Conversion(raw=raw, score=raw / 2) for raw in range(4, 21))
    assert scores(answers, scale(ScaleRule.PRORATED_SUM, minimum=1, conversion=table)) == [8.0, None, None, None]


def test_a_total_outside_the_conversion_table_is_refused(answers):
    with pytest.raises(FrameError, match="1 raw totals are not in its conversion table"):
        score_answers(answers, Scale.declared(scale(ScaleRule.SUM, conversion=(Conversion(raw=4, score=1),)), RANGES))


def test_no_score_says_why(answers):
    missing = score_answers(answers, Scale.declared(scale(ScaleRule.MEAN, minimum=3), RANGES))["missing"]
    assert [None if pd.isna(reason) else reason for reason in missing] == [None, None, "not_asked", "not_answered"]


def test_the_answers_are_not_altered_and_their_order_does_not_matter(answers):
    before = answers.copy(deep=True)
    declared = scale(ScaleRule.MEAN, minimum=2)
    plain = score_answers(answers, Scale.declared(declared, RANGES))
    shuffled = score_answers(answers.sample(frac=1, random_state=3), Scale.declared(declared, RANGES))
    pd.testing.assert_frame_equal(answers, before)
    pd.testing.assert_frame_equal(plain, shuffled)


def test_keyed_items_reflect_what_is_reversed(answers):
    keyed = scale_items(answers, [Scale.declared(scale(ScaleRule.SUM), RANGES)])
    first = keyed[keyed["respondent"].eq(1)].set_index("item")["code"]
    assert first.to_dict() == {"a": 4.0, "b": 5.0, "c": 4.0, "d": 3.0}
