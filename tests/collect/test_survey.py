"""From exports to answers, as a whole."""

from __future__ import annotations

from nbeval.collect import collect
from tests.collect.exports import form, write_cohort


def test_every_respondent_has_a_row_for_every_closed_item(tiny, cohort, tmp_path):
    collected = collect(cohort, tiny, write_cohort(tmp_path, before={"north": [form("1"), form("2")]}))
    assert len(collected.respondents) == 7
    assert collected.answers.groupby("respondent", observed=True).size().eq(5).all()
    assert "comment" not in collected.answers["item"].cat.categories


def test_each_answer_has_a_code_or_a_reason_and_never_both(tiny, cohort, tmp_path):
    forms = [form("1"), form("2", often="", card=""), form("3", enjoy="Prefer not to say")]
    answers = collect(cohort, tiny, write_cohort(tmp_path, before={"north": forms})).answers
    assert (answers["code"].isna() == answers["missing"].notna()).all()
