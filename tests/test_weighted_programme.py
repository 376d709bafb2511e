"""One weighted survey, once: sampled schools in strata, several answers, a routed question, no areas; weighted figures are the main ones."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import nbeval
from nbeval.cli.app import main
from nbeval.disclosure.attack import attack_release
from nbeval.disclosure.protect import protect_release
from nbeval.frames import Quantity
from tests.conftest import results_by_command
from tests.guards import some

PROGRAMME = Path(__file__).parent / "programmes" / "weighted"
#: headers of the export
WEIGHT, STRATUM, SCHOOL = "Weight", "Stratum", "School"
ENJOY, OFTEN, CARD = "How much do you enjoy reading?", "How often do you read?", "Do you have a library card?"


@pytest.fixture(scope="module")
def study():
    return nbeval.open_study("pupils", dictionary=PROGRAMME, data=PROGRAMME / "data")


@pytest.fixture(scope="module")
def results(study) -> pd.DataFrame:
    return study.estimate().table


@pytest.fixture(scope="module")
def report(study):
    return study.report("baseline")


@pytest.fixture(scope="module")
def export() -> pd.DataFrame:
    table = pd.read_csv(PROGRAMME / "data" / "pupils" / "pupils.csv", keep_default_na=False)
    return table.assign(w=table[WEIGHT].astype(float))


def by_hand(export: pd.DataFrame, y: pd.Series, here: pd.Series) -> tuple[float, float, int, int]:
    """Mean, linearised error, answers and degrees of freedom: totals of schools around the mean of their stratum, school by school."""
    here = here & y.notna()
    total = export["w"][here].sum()
    mean = (export["w"] * y)[here].sum() / total
    z = (export["w"] * (y - mean) / total).where(here, 0.0)
    variance = 0.0
    for _, stratum in z.groupby(export[STRATUM]):
        schools = stratum.groupby(export[SCHOOL][stratum.index]).sum()
        variance += len(schools) / (len(schools) - 1) * ((schools - schools.mean()) ** 2).sum()
    schools = export[here & export["w"].gt(0)]
    return mean, np.sqrt(variance), int(here.sum()), schools[SCHOOL].nunique() - schools[STRATUM].nunique()


def one(results: pd.DataFrame, indicator: str, quantity: Quantity, **at) -> pd.Series:
    chosen = results[results["indicator"].eq(indicator) & results["quantity"].eq(quantity) & results["weighted"]]
    for name, value in ({"group": "", "level": "", "contrast": ""} | at).items():
        chosen = chosen[chosen[name].eq(value)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def answered(export: pd.DataFrame) -> dict[str, pd.Series]:
    joy = pd.to_numeric(export[ENJOY], errors="coerce")
    card = export[CARD].map({"Yes": 1.0, "No": 0.0})
    return {"enjoy_low": joy.le(4).astype(float).where(joy.notna()), "enjoy_mean": joy, "card_yes": card}


@pytest.mark.parametrize("indicator", ["enjoy_low", "enjoy_mean", "card_yes"])
@pytest.mark.parametrize("often", ["", "often"])
def test_weighted_levels_are_those_worked_out_by_hand(results, export, indicator, often):
    here = export[OFTEN].eq("Often") if often else pd.Series(True, export.index)
    mean, error, n, df = by_hand(export, answered(export)[indicator], here)
    percent = indicator != "enjoy_mean"
    row = one(results, indicator, Quantity.PERCENT if percent else Quantity.MEAN, **({"group": "frequency", "level": often} if often else {}))
    factor = 100 if percent else 1
    assert (row["estimate"], row["std_error"]) == pytest.approx((factor * mean, factor * error), rel=1e-9)
    assert (row["n_valid"], row["df"]) == (n, df)
    if not percent:
        assert row["conf_high"] - row["estimate"] == pytest.approx(stats.t.ppf(0.975, df) * error, rel=1e-9)


def test_differences_between_levels_of_a_group_take_in_that_they_share_schools(results, export):
    row = one(results, "enjoy_mean", Quantity.DIFFERENCE, group="frequency", level="rarely", contrast="level")
    y, often = answered(export)["enjoy_mean"], export[OFTEN]
    sides = {level: often.isin(labels) for level, labels in (("often", ["Often"]), ("rarely", ["Sometimes", "Hardly ever or never"]))}
    means = {level: by_hand(export, y, here)[0] for level, here in sides.items()}
    z = sum(sign * (export["w"] * (y - means[level]) / export["w"][sides[level] & y.notna()].sum()).where(sides[level] & y.notna(), 0.0)
            for level, sign in (("rarely", 1), ("often", -1)))
    variance = sum(8 / 7 * ((t - t.mean()) ** 2).sum() for _, s in z.groupby(export[STRATUM])
                   for t in [s.groupby(export[SCHOOL][s.index]).sum()])
    assert export.groupby(STRATUM)[SCHOOL].nunique().eq(8).all()
    assert (row["estimate"], row["std_error"]) == pytest.approx((means["rarely"] - means["often"], np.sqrt(variance)), rel=1e-9)


def test_a_routed_question_has_the_base_of_those_who_were_asked(results, export):
    row = one(results, "card_yes", Quantity.PERCENT)
    assert row["n_eligible"] == export[OFTEN].isin(["Often", "Sometimes"]).sum() and row["missing_not_applicable"] > 0


def test_tables_print_weighted_figures_with_the_number_who_answered(report, results):
    table = report.exhibit("levels_joy").exhibit
    row = one(results, "enjoy_low", Quantity.PERCENT)
    plain = results[results["indicator"].eq("enjoy_low") & results["quantity"].eq("percent") & results["group"].eq("") & ~results["weighted"]].iloc[0]
    cells = next(row.cells for row in table.rows if row.cells[0].text.startswith("Low enjoyment"))
    assert f"{row['estimate']:.0f}" in cells[1].text and f"{row['n_valid']:.0f}" in cells[-1].text
    assert round(row["estimate"]) != round(plain["estimate"])
    assert cells[1].result.endswith("weighted") or "weighted" in cells[1].result
    assert any("weighted" in note for note in table.notes)


def test_sentences_and_findings_print_weighted_figures(report, results):
    row = one(results, "enjoy_low", Quantity.PERCENT)
    said = report.exhibit("levels_joy").exhibit.sentence
    assert said.startswith(f"{row['estimate']:.0f}%") and f"{row['n_valid']:.0f} answered" in said
    assert f"{row['estimate']:.0f}%" in str(report.key_findings()._repr_mimebundle_())


def test_every_result_of_answers_that_the_report_shows_is_weighted_but_in_the_table_of_both(report):
    drafts = some(list(report.drafts.values()))
    shown = some([row for draft in drafts if not draft.says_weights for row in draft.shown if row.indicator])
    assert {row.indicator for row in shown if row.weighted} >= {"enjoy_low", "card_yes", "enjoy_mean", "reads_novels"}
    assert {row.quantity for row in shown if not row.weighted} <= {"benchmark"}
    both = next(draft for draft in drafts if draft.says_weights).shown
    assert {row.weighted for row in both} == {True, False}


def test_charts_draw_weighted_figures(report, results):
    row, drafts = one(results, "card_yes", Quantity.PERCENT, group="frequency", level="rarely"), report.drafts
    marks = some(drafts["levels_joy"].chart_data().marks["value"].tolist())
    assert any(abs(one(results, "enjoy_low", Quantity.PERCENT)["estimate"] - mark) <= 0.05 for mark in marks)      # one decimal leaves
    assert any(found.weighted and abs(found.estimate - row["estimate"]) <= 0.05 for found in drafts["by_frequency"].shown)


def test_methods_say_how_figures_are_weighted(report):
    said = str(report.methods()._repr_mimebundle_())
    assert "Figures are weighted" in said and "Weights came with the answers" in said and "not weighted: each person" not in said


def test_no_weight_stratum_or_school_is_printed(study, report):
    text = " ".join(str(report.exhibit(name).exhibit) for name in some(list(report.drafts))) + str(study.clean().findings.to_dict())
    assert not re.search(r"North \d|South \d|West \d", text)


def test_what_is_withheld_is_withheld_weighted_and_unweighted(study):
    """With a high threshold, small groups go in both readings, and the attack finds nothing."""
    policy = study.dictionary.disclosure.model_copy(update={"threshold": 120, "threshold_percent_base": 120})
    dictionary = replace(study.dictionary, disclosure=policy)
    table = study.estimate().table
    kept = table[table["quantity"].isin(["percent", "mean"]) & table["contrast"].eq("")].reset_index(drop=True)
    found = protect_release(kept, study.cohort, dictionary).table
    key = ["indicator", "quantity", "wave", "group", "level"]
    gone = {weighted: {tuple(row) for row in part.loc[part["suppression"].ne(""), key].to_numpy()} for weighted, part in
            found[found["indicator"].ne("")].groupby("weighted")}
    assert gone[True] and gone[True] == gone[False]


def test_a_weighted_figure_beside_a_withheld_count_is_found_by_the_attack(study):
    disclosed = study.results().disclosed.table
    mine = disclosed["indicator"].eq("card_yes") & disclosed["quantity"].eq("percent") & disclosed["group"].eq("") & disclosed["contrast"].eq("")
    assert mine.sum() == 2
    leaking = disclosed.copy()
    numbers = [name for name in leaking if leaking[name].dtype == float]
    plain = mine & ~leaking["weighted"]
    leaking.loc[plain, numbers] = np.nan
    leaking.loc[plain, "suppression"] = study.dictionary.disclosure.symbols["withheld"]
    others = (leaking["indicator"].eq("card_yes") & ~mine) | leaking["indicator"].eq("")
    audit = attack_release(leaking[~others].reset_index(drop=True), study.cohort, study.dictionary)
    assert (~audit["ok"] & audit["what"].eq("percent")).any()


def test_results_are_written_and_a_report_rendered(tmp_path, monkeypatch):
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    data = PROGRAMME / "data"
    table = results_by_command("pupils", PROGRAMME, data, tmp_path / "results.csv")
    assert table["weighted"].eq("True").any()
    assert main(["render", "pupils", "baseline", "--dictionary", str(PROGRAMME), "--data", str(data), "--out", str(tmp_path / "out"), "--formats", "html"]) == 0
    page = (tmp_path / "out" / "pupils" / "baseline" / "report.html").read_text(encoding="utf-8")
    assert "weighted" in page
