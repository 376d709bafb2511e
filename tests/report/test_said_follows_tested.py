"""What a report says of a change is what its adjusted test, its interval and the declared size allow, wherever it says it."""

from __future__ import annotations

import re

import pytest

from nbeval.estimate.families import sizes, verdicts
from nbeval.frames import Size, Verdict
from nbeval.words import words_of
from tests.guards import some

#: interval, adjusted p, and the smallest meaningful change
ROWS = [
    ((6.0, 14.0), 0.01, 5.0), ((-14.0, -6.0), 0.01, 5.0), ((1.0, 4.0), 0.01, 5.0), ((-9.0, -1.0), 0.01, 5.0), ((-22.0, -3.0), 0.06, 5.0),
    ((3.0, 22.0), 0.06, 0.0), ((-22.0, -6.0), 0.06, 5.0), ((-4.0, -1.0), 0.3, 5.0), ((-4.0, 3.0), 0.6, 5.0), ((-9.0, 13.0), 0.6, 5.0),
    ((-1.0, 9.0), 0.03, 5.0), ((-1.0, 9.0), 0.03, 0.0),
]
CLEAR, POSSIBLE = {"rose", "fell"}, {"may have risen", "may have fallen"}


def judged(made, interval, p, least):
    """The invented results with another change of one measure, judged as the package judges."""
    low, high = interval
    middle = (low + high) / 2
    fields = {"estimate": middle, "conf_low": low, "conf_high": high, "p_value": p / 3, "p_adjusted": p,
              "verdict": str(verdicts(middle, low, high, p)), "size": str(sizes(middle, low, high, least))}
    return [one | fields if one["quantity"] == "change" and one["indicator"] == "calm" else one for one in made]


def test_the_rows_have_every_verdict_of_a_change_and_every_size():
    found = [judged([{"quantity": "change", "indicator": "calm"}], *one)[0] for one in ROWS]
    assert {one["verdict"] for one in found} == {*CLEAR, *POSSIBLE, "no clear change"}
    assert {one["size"] for one in found} == {str(size) for size in Size}


@pytest.mark.parametrize(("interval", "p", "least"), ROWS)
def test_words_agree_with_interval_adjusted_p_and_size(make, interval, p, least):
    report = make(change=lambda made: judged(made, interval, p, least))
    exhibit = report.exhibit("change").exhibit
    texts = [str(report.key_findings()), exhibit.figure.alt, exhibit.figure.description, str(report.text("{label}: {verdict}.", of="change")),
             *(" ".join(cell.text for cell in row.cells) for row in exhibit.rows)]
    lines = some(line for text in texts for line in re.split(r"\n|(?<=\.) ", text) if "Feels calm" in line)
    outside, decided = interval[0] > 0 or interval[1] < 0, p <= 0.05
    for line in lines:
        said = {word for word in (*CLEAR, *POSSIBLE, "no clear change", "possible rise", "possible fall") if re.search(rf"\b{word}\b", line)}
        if outside:
            assert "no clear change" not in said, line
        if not outside or not decided:
            assert not said & CLEAR, line
        if not outside or decided:
            assert not said & {*POSSIBLE, "possible rise", "possible fall"}, line
    assert "so no clear change" not in " ".join(texts)


@pytest.mark.parametrize(("size", "said"), [
    (Size.AT_LEAST, "lies beyond the smallest change declared meaningful"), (Size.SMALLER, "is smaller than the smallest change declared"),
    (Size.UNCERTAIN, "is uncertain"), (Size.NONE, ""),
])
def test_the_size_is_said_with_its_threshold(make, size, said):
    report = make(change=lambda made: [one | {"size": str(size)} if one["quantity"] == "change" and one["indicator"] == "calm" else one
                                       for one in made])
    notes = " ".join(report.exhibit("change").exhibit.notes)
    text = str(report.key_findings())
    assert said in text and ("declared meaningful" in text) is bool(said) and ("declared meaningful" in notes) is bool(said)
    if said:
        assert "percentage points" in notes


def test_the_adjustment_is_named_once_under_the_first_table_with_tests_and_in_the_methods(make):
    report = make()
    having = some(draft.spec.exhibit for draft in report.drafts.values() if any("adjusted for the number of tests" in note
                                                                    for note in report.exhibit(draft.spec.exhibit).exhibit.notes))
    assert len(having) == 1
    assert "Benjamini and Hochberg" in str(report.methods()) and "5%" in str(report.methods())


def test_no_entry_of_words_glues_a_field_to_a_word():
    glued = {key: text for key, text in words_of("en-GB").items() if key != "number_before" and re.search(r"[A-Za-z]\{\w+\}|\}[A-Za-z]", text.replace("}s ", "} "))}
    assert not glued


def test_no_sum_counts_what_was_not_tested(make):
    withheld = make(change=lambda made: [one | {"verdict": "", "suppression": "[c]", "estimate": float("nan"), "conf_low": float("nan"),
                                                "conf_high": float("nan"), "p_value": float("nan")} if one["quantity"] == "change" else one
                                         for one in made])
    said = withheld.drafts["change"].sentence()
    assert "no change was tested, or can be shown" in said and not re.search(r"\d", said)
    unclear = make(change=lambda made: [one | {"verdict": "no clear change"} if one["quantity"] == "change" else one for one in made])
    assert "no clear change on any of the" in unclear.drafts["change"].sentence()
    assert Verdict.MAY_BE_HIGHER.is_possible and not Verdict.CANNOT_TELL.is_clear
