"""What a report says of a change is what its adjusted test, its interval and the declared size allow, wherever it says it."""

from __future__ import annotations

import re

import pytest

from nbeval.estimate.families import sizes, verdicts
from nbeval.frames import Reason, Size, Verdict
from nbeval.report.charts.chart import known_charts
from nbeval.words import words_of
from tests.guards import some
from tests.report.invented import NUMBERS

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


#: the words of what is clear, wherever an exhibit prints them
CLEAR_WORDS = re.compile(r"\b(?:rose|fell)\b|(?<!may be )\b(?:higher|lower)\b|^(?:away from it|towards it)|\b[1-9]\d* clearly (?:got )?(?:better|worse)")
POSSIBLE_WORDS = re.compile(r"\bmay (?:have (?:risen|fallen)|be (?:higher|lower))\b|\bpossible (?:rise|fall)\b|perhaps (?:towards|away)")
NO_WORDS = re.compile(r"\bno clear (?:change|difference)\b")
#: kinds of exhibit that print verdicts, as far as the invented results have them
WITH_VERDICT = {"change", "change_adjusted", "change_by_authority", "differences", "comparison", "overlap", "change_missing", "evidence", "standing", "attrition"}


def all_judged(made, interval, p, least):
    """The invented results, every tested row of them with one interval and one p, judged as the package judges."""
    (low, high), middle = interval, sum(interval) / 2
    fields = {"estimate": middle, "conf_low": low, "conf_high": high, "p_value": p / 3, "p_adjusted": p}
    return [one | fields | {"verdict": str(verdicts(middle, low, high, p, change=one["contrast"] == "wave")),
                            "size": str(sizes(middle, low, high, least)) if one["contrast"] == "wave" else ""}
            if one["verdict"] and not one["suppression"] else one for one in made]


def printed(draft):
    """What an exhibit says of each line: its cells, and the text that stands for its chart; and what it says of all of them."""
    lines = [" | ".join(cell.text for cell in row.cells[1:]) for row in draft.table.rows if not row.heading]
    if draft.spec.chart:
        chart, data = known_charts()[draft.spec.chart], draft.chart_data()
        lines += [line.split(": ", 1)[-1] for line in chart.description(data, draft.say).split("\n") if line != data.remark and "nothing to draw" not in line]
    return lines, draft.sentence()


@pytest.mark.parametrize(("interval", "p", "least"), ROWS)
def test_every_exhibit_with_a_verdict_says_what_was_tested(make, interval, p, least):
    outside, decided = interval[0] > 0 or interval[1] < 0, p <= 0.05
    seen = set()
    for report in (make(change=lambda made: all_judged(made, interval, p, least)), make("place", "north", change=lambda made: all_judged(made, interval, p, least))):
        for draft in report.drafts.values():
            if not any(row.p_adjusted == p for row in draft.judged) and draft.id not in ("evidence", "standing"):
                continue
            seen.add(draft.id)
            lines, sentence = printed(draft)
            assert lines, draft.spec.exhibit
            said = "\n".join((*lines, sentence))
            if not (outside and decided):
                assert not CLEAR_WORDS.search(said), (draft.spec.exhibit, said)
            if outside and decided:
                assert not POSSIBLE_WORDS.search(said), (draft.spec.exhibit, said)
            if outside:
                assert not NO_WORDS.search("\n".join(lines)), (draft.spec.exhibit, said)
            if not outside:
                assert not POSSIBLE_WORDS.search(said), (draft.spec.exhibit, said)
            assert "smaller than the smallest" not in said or -least < interval[0] and interval[1] < least, said
            assert "at least the smallest" not in said or interval[0] >= least or interval[1] <= -least, said
    assert seen == WITH_VERDICT


def test_tables_of_the_annex_have_the_adjusted_p_before_what_is_said(make):
    def tested(made):
        return all_judged(made, (1.0, 4.0), 0.0312, 5.0)

    drafts = make(change=tested).drafts
    assert not [one.spec.exhibit for one in drafts.values() if one.spec.section == "main" and any(column.key == "p_adjusted" for column in one.table.columns)]
    overlap = next(one for one in drafts.values() if one.id == "overlap")
    annexed = type(overlap)(overlap.spec.model_copy(update={"section": "annex"}), overlap.context)
    keys = [column.key for column in annexed.table.columns]
    assert keys[keys.index("verdict") - 1] == "p_adjusted"
    assert "adjusted for the tests of its family" in annexed.table.columns[keys.index("p_adjusted")].label
    assert [row.cells[keys.index("p_adjusted")].text for row in annexed.table.rows if not row.heading] == ["0.031"]


WITHHELD = {"suppression": "[c]", "verdict": "", "warning": ""}
NO_FIGURE = {
    "not asked": ({"suppression": "[x]", "verdict": "", "warning": Reason.NOT_ASKED.not_estimable}, "the question was not asked"),
    "nobody": ({"suppression": "[x]", "verdict": "", "warning": Reason.NOBODY.not_estimable}, "nobody answered"),
    "too few": ({"suppression": "[x]", "verdict": "", "warning": Reason.TOO_FEW.not_estimable}, "too few answers"),
    "withheld": (WITHHELD, "is withheld, because showing it could give a person away"),
}


def without(fields, wave="after"):
    """The invented results without the numbers of one measure at the last wave, and without its change."""
    def gone(made):
        return [one | dict.fromkeys(NUMBERS, float("nan")) | fields if one["indicator"] == "calm" and one["wave"] == wave else one for one in made]
    return gone


@pytest.mark.parametrize("why", NO_FIGURE)
def test_why_there_is_no_figure_is_said_of_that_reason_alone(make, why):
    fields, said = NO_FIGURE[why]
    others = [words for other, (_, words) in NO_FIGURE.items() if other != why]
    report = make(change=without(fields))
    finding = some(line for line in str(report.key_findings()).split("\n") if "Feels calm" in line)
    exhibit = report.exhibit("levels").exhibit
    texts = [str(report.text("{label}: {estimate}.", indicator="calm")), *(note for note in exhibit.notes if "Feels calm" in note and "no figure" in note)]
    assert all(said in text for text in texts) and len(texts) == (1 if why == "withheld" else 2), texts
    assert not [text for text in (*texts, *finding) if any(other in text for other in others)]
    assert ("not asked at After" in " ".join(finding)) is (why == "not asked")
    heading = str(report.key_findings()).split("Feels calm")[0].strip("\n*- “").split("\n")
    assert any("Not shown" in line for line in heading) is (why == "withheld"), heading
    evidence = [cell.text for row in report.exhibit("matrix").exhibit.rows if row.cells[0].text == "Feels calm" for cell in row.cells]
    assert ("not asked" in evidence) is (why == "not asked") and ("withheld" in evidence) is (why == "withheld"), evidence


@pytest.mark.parametrize(("why", "standing"), [("not asked", "not_asked"), ("nobody", "not_tested"), ("too few", "not_tested"), ("withheld", "not_shown")])
def test_a_measure_without_figures_is_counted_as_what_it_is(make, why, standing):
    report = make("place", "north", change=without(NO_FIGURE[why][0]))
    assert {one.indicator.indicator: one.standing for one in report.drafts["stands"].assessed}["calm"] == standing
    said = str(report.strengths_and_priorities())
    assert {"not_asked": "1 more were not asked about here", "not_tested": "could not be tested, as nobody answered", "not_shown": "1 are withheld"}[standing] in said
    assert ("because too few people stand behind" in str(report.to_discuss())) is (why == "withheld")


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
