"""An analyst's own exhibits: what they show, what is withheld of them, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import seaborn as sns
import statsmodels.formula.api as smf
from matplotlib import pyplot

import nbeval as nb
from nbeval.errors import DisclosureError, ParameterError
from nbeval.exhibit import EXHIBIT_MIME, Exhibit
from nbeval.frames import ANALYST, result_key
from nbeval.report import Report
from nbeval.report.analyst import _letters
from tests.report.invented import disclosed
from tests.report.own import CELLS, answers, opened

COUNTS = answers().groupby(["authority", "ethnicity"]).size()


@pytest.fixture
def report():
    return opened()


def grid(shown):
    """The texts of a table's rows."""
    return [[cell.text for cell in row.cells] for row in shown.exhibit.rows]


def test_counts_of_nought_to_three_are_withheld_with_what_would_give_them_back(report):
    shown = report.table(COUNTS, title="Who answered")
    texts = {tuple(row[:2]): row[2] for row in grid(shown)}
    assert len(texts) == 9, "the cell in which there is nobody is there too"
    assert texts["North place", "asian"] == texts["South place", "black"] == texts["West place", "black"] == "[c]"
    for at, names in ((0, ("North place", "South place", "West place")), (1, ("white", "asian", "black"))):
        for name in names:
            gone = [text for key, text in texts.items() if key[at] == name and text == "[c]"]
            assert len(gone) != 1, f"{name}: one withheld number is the sum less the others"
    rows = report.used()
    assert (rows["source"] == ANALYST).all() and len(rows) == 9
    gone = rows["suppression"] == "[c]"
    assert rows.loc[gone, ["estimate", "n_valid"]].isna().all(axis=None) and rows.loc[~gone, "estimate"].ge(10).all()
    assert {"[c]"} == {symbol for symbol, _ in shown.exhibit.legend}


@pytest.mark.parametrize("frame", [
    pd.crosstab(answers()["authority"], answers()["ethnicity"]), COUNTS.unstack(), COUNTS.reset_index(name="n"), COUNTS.to_frame("count"),
    nb.crosstab(answers(), "ethnicity", "authority")[["ethnicity", "authority", "n"]],
], ids=["crosstab", "unstacked", "tidy", "indexed", "nbeval"])
def test_a_table_of_counts_in_any_shape_is_the_same_table(report, frame):
    shown = {tuple(sorted(row[:2])): row[2] for row in grid(report.table(frame, title="Who took part"))}
    expected = {tuple(sorted(row[:2])): row[2] for row in grid(opened().table(COUNTS, title="Who took part"))}
    assert shown == expected


def test_every_number_of_a_cell_is_that_of_its_row_of_results(report):
    frame = nb.levels(answers(), "lonely", by="authority", unit="percent")
    shown = report.table(frame, title="Lonely by place", labels={"estimate": "Lonely"})
    rows = {result_key(row): row for row in report.used().to_dict("records")}
    assert [column.label for column in shown.exhibit.columns] == ["Place", "Lonely", "95% interval", "Number who answered"]
    assert shown.exhibit.unit == "Percentage of those who answered"
    cells = [cell for row in shown.exhibit.rows for cell in row.cells if cell.result and cell.value is not None]
    assert cells
    for cell in cells:
        assert rows[cell.result][cell.field] == cell.value
    assert Exhibit.from_json(shown._repr_mimebundle_()[EXHIBIT_MIME]) == shown.exhibit


def test_a_share_of_few_people_is_withheld_and_so_is_what_would_give_it_back(report):
    frame = pd.DataFrame({"authority": ["north", "south", "west"], "n": [60, 80, 90], "lonely": [2 / 60, 0.5, 0.4], "score": [5.0, 6.0, 7.0]})
    texts = grid(report.table(frame, title="Shares", units={"lonely": "share", "score": "mean"}))
    assert [row[1] for row in texts].count("[c]") == 2 and texts[0][1] == "[c]"
    assert [row[3] for row in texts] == ["60", "80", "90"]


def test_the_answers_to_one_question_are_protected_together(report):
    frame = pd.DataFrame({"authority": ["north"] * 3 + ["south"] * 3, "answer": ["yes", "no", "perhaps"] * 2, "n": [60] * 3 + [90] * 3,
                          "percent": [50.0, 46.7, 3.3, 30.0, 30.0, 40.0]})
    texts = grid(report.table(frame, title="Answers", units={"percent": "percent"}))
    gone = [row for row in texts if row[2] == "[c]"]
    assert {"North place"} < {row[0] for row in gone} and len([row for row in gone if row[0] == "North place"]) > 1


PERSONS = answers()


@pytest.mark.parametrize(("frame", "units", "fault"), [
    (PERSONS, {}, "how many people"),
    (pd.concat([PERSONS] * 3).assign(n=1), {}, "look like persons"),
    (PERSONS.assign(n=1).head(30), {"lonely": "mean", "score": "mean"}, "look like persons"),
    (pd.DataFrame({"authority": ["a", "b"], "percent": [20.0, 30.0]}), {"percent": "percent"}, "how many people"),
    (pd.DataFrame({"authority": ["a", "b"], "percent": [20.0, 30.0], "n": [20, None]}), {"percent": "percent"}, "does not count people in every row"),
    (pd.DataFrame({"authority": ["a", "b"], "percent": [20.0, 30.0], "n": [20, 10.5]}), {"percent": "percent"}, "does not count people in every row"),
    (pd.crosstab(PERSONS["authority"], PERSONS["ethnicity"], normalize=True), {}, "how many people"),
], ids=["people", "many rows", "counts of one", "no n", "n missing", "n not whole", "shares without n"])
def test_what_is_no_table_of_aggregates_is_refused_without_its_values(report, frame, units, fault):
    with pytest.raises(DisclosureError, match=fault) as caught:
        report.table(frame, title="People", units=units)
    assert "asian" not in str(caught.value)


@pytest.mark.parametrize(("frame", "units", "fault"), [
    (pd.DataFrame({"authority": ["a", "b"], "n": [40, 50], "lonely": [0.5, 0.4]}), {}, "has to be said"),
    (pd.DataFrame({"authority": ["a", "b"], "n": [40, 50], "lonely": [0.5, 0.4]}), {"lonely": "mean"}, "are shares of people"),
    (pd.DataFrame({"authority": ["a", "b"], "n": [40, 50], "n_lonely": [2, 20]}), {}, "has to be said"),
    (pd.DataFrame({"authority": ["a", "b"], "n": [40, 50], "n_lonely": [2, 20]}), {"n_lonely": "count"}, "second column of counts"),
    (pd.DataFrame({"authority": ["a", "b"], "n": [40, 50], "lonely": [0.5, 0.4]}), {"lonely": "weight"}, "units names"),
    (pd.DataFrame({"authority": ["a", "a"], "n": [40, 50]}), {}, "same names"),
    (pd.crosstab(PERSONS["authority"], PERSONS["ethnicity"], margins=True), {}, "sum of the others"),
], ids=["no unit", "a share called a mean", "a count without a unit", "a second count", "unknown unit", "doubles", "totals"])
def test_what_cannot_be_read_safely_is_refused(report, frame, units, fault):
    with pytest.raises(ParameterError, match=fault):
        report.table(frame, title="Odd", units=units)


def test_own_exhibits_are_numbered_where_they_are_shown_and_the_declared_ones_keep_their_numbers(report):
    labels = [report.table(COUNTS, title="First").exhibit.label, report.exhibit("bare").exhibit.label, report.table(COUNTS, title="Second").exhibit.label,
              report.table(COUNTS, title="Third").exhibit.label, report.table(COUNTS, title="Second").exhibit.label]
    assert labels == ["Table A1", "Table 1", "Table 1A", "Table 1B", "Table 1A"]
    assert "Table 1A. Second" in str(report.exhibit_list())
    assert [_letters(count) for count in (1, 26, 27, 52, 53)] == ["A", "Z", "AA", "AZ", "BA"]


def test_an_id_is_given_once(report):
    report.table(COUNTS, title="First", id="mine")
    for title, name in (("Second", "mine"), ("Third", "bare"), ("", "")):
        with pytest.raises(ParameterError):
            report.table(COUNTS, title=title, id=name)
    with pytest.raises(ParameterError, match="no such lines"):
        report.table(COUNTS, title="Fourth", colour="red")


def test_a_report_without_disclosure_control_shows_no_table(tiny):
    bare = Report(disclosed(), tiny, tiny.cohort("c"), next(one for one in tiny.programme.reports if one.id == "end"))
    with pytest.raises(DisclosureError, match="without disclosure control"):
        bare.table(COUNTS, title="Who took part")


# --- charts ----------------------------------------------------------------------------------------

LARGE = nb.levels(answers(), "lonely", by="authority", unit="percent")


def test_a_chart_of_seaborn_is_a_figure_with_its_words_and_its_table(report):
    data = report.protect(LARGE)
    axes = sns.barplot(data, x="estimate", y="authority")
    shown = report.chart(axes, data=data, title="Lonely by place", alt="Three bars of about the same length.")
    figure = shown.exhibit.figure
    assert shown.exhibit.label == "Figure A1" and figure.alt == "Three bars of about the same length." and figure.width_mm <= 160
    assert figure.svg.startswith("<svg") and "North place: " not in figure.alt and "North place" in figure.description
    assert len(shown.exhibit.rows) == 3 and not pyplot.get_fignums()
    assert "Three bars" in shown._repr_mimebundle_()["text/html"]


def test_a_chart_without_words_is_refused_and_closed(report):
    axes = sns.barplot(LARGE, x="estimate", y="authority")
    with pytest.raises(ParameterError, match="no words"):
        report.chart(axes, data=LARGE, title="Lonely", alt=" ")
    assert not pyplot.get_fignums()


def test_a_chart_of_what_has_to_be_withheld_is_refused_unless_it_is_drawn_without(report):
    frame = COUNTS.reset_index(name="n")
    with pytest.raises(DisclosureError, match="have to be withheld"):
        report.chart(sns.barplot(frame, x="n", y="authority", hue="ethnicity"), data=frame, title="Who took part", alt="Bars.")
    safe = report.protect(frame)
    assert safe["n"].isna().sum() > 2 and safe.loc[safe["n"].isna(), "suppression"].eq("[c]").all()
    shown = report.chart(sns.barplot(safe, x="n", y="authority", hue="ethnicity"), data=safe, title="Who took part", alt="Bars.")
    assert "[c]" in str(shown) and "asian; [c]" not in shown.exhibit.figure.alt


def test_a_chart_of_people_is_refused(report):
    people = answers()
    with pytest.raises(DisclosureError, match="how many people"):
        report.chart(sns.scatterplot(people, x="age", y="score"), data=people, title="People", alt="Dots.")
    data = report.protect(LARGE)
    with pytest.raises(DisclosureError, match="more points than its data have rows"):
        report.chart(sns.scatterplot(people, x="age", y="score"), data=data, title="People", alt="Dots.")
    with pytest.raises(ParameterError, match="nothing that matplotlib drew"):
        report.chart("a chart", data=data, title="People", alt="Dots.")


# --- breakdowns ------------------------------------------------------------------------------------

def test_a_breakdown_that_the_release_has_shows_its_results(report):
    shown = report.breakdown("calm", by="authority", title="Calm by place")
    keys = {cell.result for row in shown.exhibit.rows for cell in row.cells if cell.result}
    assert keys and keys <= set(report.context.results.by_key)
    assert set(report.used()["source"]) == {"survey"}


def test_another_is_estimated_from_the_answers_and_protected_or_refused_without():
    table = pd.DataFrame({"age": ["young", "old"], "authority": ["north", "north"], "estimate": [50.0, 3.0], "conf_low": [40.0, 1.0], "conf_high": [60.0, 9.0],
                          "n": [60, 70], "unit": "percent"})
    asked = []

    def levels(indicator, by, wave, authority):
        asked.append((indicator, by, wave, authority))
        return opened().context.dictionary.indicator("calm"), table

    shown = opened(levels=levels).breakdown("calm", by=["age", "authority"], title="Calm")
    assert asked == [("calm", ("age", "authority"), "after", "")]
    assert [row[2] for row in grid(shown)] == ["[c]", "[c]"] and grid(shown)[0][0] == "young ones"
    with pytest.raises(ParameterError, match="no access to the answers"):
        opened().breakdown("calm", by=["age", "authority"], title="Calm")
    with pytest.raises(ParameterError, match="declared groups"):
        opened().breakdown("calm", by="shoe_size", title="Calm")
    with pytest.raises(ParameterError, match="declared groups"):
        opened("place", "north", levels=levels).breakdown("calm", by="authority", title="Other places")


# --- models ----------------------------------------------------------------------------------------

def fitted(formula, frame, family="logit"):
    return getattr(smf, family)(formula, frame).fit(**({"disp": 0} if family == "logit" else {}))


def test_a_logistic_model_shows_odds_ratios_and_says_so(report):
    fit = fitted("lonely ~ score + age", answers())
    shown = report.model(fit, title="What goes with loneliness", labels={"score": "Score, by one"})
    assert [column.label for column in shown.exhibit.columns] == ["Term", "Odds ratio", "95% interval", "p", "n"]
    assert grid(shown)[1][0] == "Score, by one" and shown.exhibit.unit.startswith("Odds ratios")
    rows = report.used().set_index("level")
    assert rows.loc["score", "estimate"] == pytest.approx(np.exp(fit.params["score"])) and rows.loc["score", "quantity"] == "odds_ratio"
    assert rows["n_valid"].eq(len(answers())).all()


def test_a_linear_model_shows_coefficients(report):
    fit = fitted("score ~ C(ethnicity)", answers()[answers()["ethnicity"] != "black"], "ols")
    shown = report.model(fit, title="Scores")
    assert shown.exhibit.columns[1].label == "Coefficient"
    assert report.used().set_index("level").loc["Intercept", "conf_low"] == pytest.approx(fit.conf_int().loc["Intercept", 0])


def test_a_model_on_too_few_people_is_refused_without_the_number(report):
    people = answers()
    rare = people.assign(lonely=(np.arange(len(people)) < 4).astype(int))
    few = people.assign(rare=(np.arange(len(people)) < 7).astype(int))
    for formula, frame, family in (("lonely ~ score", rare, "logit"), ("score ~ rare", few, "ols"), ("score ~ age", people.head(9), "ols"),
                                   ("score ~ C(authority) * C(ethnicity)", people[people["ethnicity"] != "black"], "ols")):
        with pytest.raises(DisclosureError, match="too few people") as caught:
            report.model(fitted(formula, frame, family), title="Few")
        assert "fewer than 10" in str(caught.value)
    with pytest.raises(ParameterError, match="not one that a report can show"):
        report.model(people, title="No model")


def test_what_is_displayed_of_the_machinery_shows_no_number():
    report = opened()
    report.table(COUNTS, title="Who took part")
    assert repr(report._own) == "<OwnExhibits: 1>"
    assert set(CELLS.values()) and not any(str(count) in repr(report._own._protected(COUNTS, {}, "", ())) for count in (60, 70, 25))
