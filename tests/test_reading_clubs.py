"""Two invented programmes from exports to reports: one with towns that did not take part, one with a panel of three waves."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest
from scipy import stats

import nbeval
from nbeval.cli.app import main
from nbeval.errors import DictionaryError
from nbeval.frames import ROLE, Reason
from tests.conftest import ROOT, results_by_command
from tests.guards import some
from tests.reading_clubs import WEEKLY, write_panel, write_towns

TOWNS, PANEL = (ROOT / "tests" / "programmes" / name for name in ("comparison", "matched_panel"))
#: what is said only where there are comparison authorities
ONLY_THERE = re.compile(
    r"quasi-experimental|comparison (authorit|town)|that did not take part|differences? (of|in) (the changes|differences)", re.IGNORECASE)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    return nbeval.open_study("towns", dictionary=TOWNS, data=write_towns(tmp_path_factory.mktemp("towns")))


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return nbeval.open_study("panel", dictionary=PANEL, data=write_panel(tmp_path_factory.mktemp("panel")))


def row(study, **key) -> pd.Series:
    """The one unprotected result of the whole cohort with this key."""
    table = study.estimate().table
    found = table[(table[["authority", "group"]].eq("").all(axis=1) if "group" not in key else table["authority"].eq(""))
                  & pd.concat([table[name].eq(value) for name, value in key.items()], axis=1).all(axis=1)]
    assert len(found) == 1, key
    return found.iloc[0]


# --- towns that did not take part ----------------------------------------------------------------------

def test_the_difference_of_changes_is_that_of_the_counts(towns):
    """The towns' changes are 25, 22.5, 25, 27.5 and 20 points, and 2.5, 5, 2.5 and 5: variances 8.125 / 5 and 2.0833 / 4."""
    found = row(towns, quantity="difference_in_differences", indicator="reads_weekly")
    alike = row(towns, quantity="difference_in_differences_authorities", indicator="reads_weekly")
    assert (found["wave"], found["reference"], found["verdict"]) == ("last", "first", "higher")
    assert found["estimate"] == pytest.approx(24 - 3.75) == alike["estimate"]
    assert found["std_error"] == pytest.approx((8.125 / 5 + 25 / 12 / 4) ** 0.5) == alike["std_error"]
    assert (found["numerator"], found["numerator_reference"]) == (5, 4)


def test_a_wave_before_the_programme_asks_whether_both_kinds_changed_alike(towns):
    found = row(towns, quantity="event_study", indicator="reads_weekly")
    before = [[100 * (counts[0] - counts[1]) / 40 for town, counts in WEEKLY.items() if (town < "f") == ours] for ours in (True, False)]
    assert (found["wave"], found["reference"]) == ("before", "first")
    assert found["estimate"] == pytest.approx(sum(before[0]) / 5 - sum(before[1]) / 4)
    assert found["verdict"] == "no clear difference"


def test_the_programmes_own_figures_leave_the_others_out(towns):
    table = towns.estimate().table
    assert set(table["authority"]) == {"", *(town for town in WEEKLY if town < "f")}
    assert row(towns, quantity="count", wave="last")["estimate"] == 5 * 40
    assert row(towns, quantity="percent", indicator="reads_weekly", wave="last", contrast="")["numerator"] == sum(
        counts[2] for town, counts in WEEKLY.items() if town < "f")
    beside = row(towns, quantity="percent", indicator="reads_weekly", wave="last", contrast="", group=ROLE)
    assert beside["numerator"] == sum(counts[2] for town, counts in WEEKLY.items() if town >= "f")


def test_they_have_no_report_of_their_own(towns):
    assert towns.report("authority_final", "aldby")
    with pytest.raises(nbeval.NbevalError):
        towns.report("authority_final", "hollin")


def test_the_report_says_what_the_design_can_and_cannot_show(towns):
    report = towns.report("final")
    shown = report.exhibit("against").exhibit
    assert shown.sentence == ("Reads every week: from 42% to 66% in the programme, from 41% to 44% in the towns that it is compared with; the "
                              "difference of the changes is +20 (+17 to +24): rose more, or fell less, in the programme.")
    assert any("quasi-experimental" in note for note in shown.notes) and any("Before (2018)" in note for note in shown.notes)
    assert "5 in the programme, 4 that did not take part" in shown.base
    assert len(some(report.exhibit("sides").exhibit.rows)) == 6
    assert "5 towns take part" in str(report.section("programme"))


def test_with_two_waves_the_report_says_that_parallel_trends_cannot_be_tested(tmp_path):
    shutil.copytree(TOWNS, tmp_path / "dictionary")
    file = tmp_path / "dictionary" / "cohorts" / "towns.toml"
    text = file.read_text().replace('reference_wave = "first"\n', "")
    text = re.sub(r'\n\[\[(waves|sources.files)\]\]\n(id|wave) = "before".*?(?=\n\[\[)', "", text, flags=re.DOTALL)
    file.write_text(text)
    data = write_towns(tmp_path, without=(("hollin", "first"), ("irthing", "first"), ("glenmoor", "first")))
    file.write_text(file.read_text().replace('pattern = "first/{authority}.csv"', 'pattern = "first/{authority}.csv"\nnot_expected = ["hollin", "irthing", "glenmoor"]'))
    study = nbeval.open_study("towns", dictionary=tmp_path / "dictionary", data=data)
    findings = study.clean().findings
    missed = findings[findings["check"].eq("comparison_waves")]
    assert set(missed["authority"]) == {"hollin", "irthing", "glenmoor"} and set(missed["wave"]) == {"first"}
    found = row(study, quantity="difference_in_differences", indicator="reads_weekly")
    assert found["warning"] == Reason.ALONE and pd.isna(found["conf_low"]) and found["verdict"] == "cannot tell"
    notes = study.report("final").exhibit("against").exhibit.notes
    assert any("cannot be tested here" in note for note in notes)


@pytest.mark.parametrize("named", ['["nowhere"]', '["aldby", "aldby"]', '["aldby", "brinkholm", "corvedale", "dunmarsh", "eastwick", "farholt", '
                                   '"glenmoor", "hollin", "irthing"]'])
def test_comparison_authorities_are_some_of_the_cohorts(tmp_path, named):
    shutil.copytree(TOWNS, tmp_path / "dictionary")
    file = tmp_path / "dictionary" / "cohorts" / "towns.toml"
    file.write_text(re.sub(r"comparison_authorities = .*", f"comparison_authorities = {named}", file.read_text()))
    with pytest.raises(DictionaryError, match="comparison_authorities"):
        nbeval.read_dictionary(tmp_path / "dictionary")


def test_with_weights_the_difference_of_changes_is_that_of_weighted_shares(tmp_path):
    """Whoever reads every week weighs two, the others one; the comparison towns' rows are weighted too."""
    shutil.copytree(TOWNS, tmp_path / "dictionary")
    columns, cohort = tmp_path / "dictionary" / "instruments" / "club_survey" / "columns.csv", tmp_path / "dictionary" / "cohorts" / "towns.toml"
    columns.write_text(columns.read_text() + "v1,W,weight,,true\n")
    cohort.write_text(cohort.read_text().replace('reference_wave = "first"\n', 'reference_wave = "first"\nmain_figures = "weighted"\n'))
    write_towns(tmp_path)
    for file in (tmp_path / "towns").rglob("*.csv"):
        table = pd.read_csv(file)
        table.assign(W=table["Weekly"].map({"Yes": 2, "No": 1})).to_csv(file, index=False)
    study = nbeval.open_study("towns", dictionary=tmp_path / "dictionary", data=tmp_path)
    share = {town: [2 * count / (40 + count) for count in counts] for town, counts in WEEKLY.items()}
    moved = {town: 100 * (shares[2] - shares[1]) for town, shares in share.items()}
    ours, others = ([value for town, value in moved.items() if (town < "f") == side] for side in (True, False))
    alike = row(study, quantity="difference_in_differences_authorities", indicator="reads_weekly")
    assert alike["weighted"] and alike["estimate"] == pytest.approx(sum(ours) / 5 - sum(others) / 4)
    found = row(study, quantity="difference_in_differences", indicator="reads_weekly")
    assert found["weighted"] and found["method"].startswith("weighted") and found["estimate"] == pytest.approx(alike["estimate"], abs=1.5)
    beside = row(study, quantity="percent", indicator="reads_weekly", wave="last", contrast="", group=ROLE, weighted=True)
    count = sum(counts[2] for town, counts in WEEKLY.items() if town >= "f")
    assert beside["estimate"] == pytest.approx(100 * 2 * count / (160 + count))
    notes = study.report("final").exhibit("against").exhibit.notes
    assert any("weight" in note.lower() for note in notes) and not any("without weights" in note for note in notes)


# --- a panel of three waves ------------------------------------------------------------------------------

def test_changes_of_the_panel_are_those_of_its_pairs(panel):
    """Of 81 pairs 31 came to read every week and 15 ceased to: McNemar's chi-squared is 16^2 / 46."""
    found = row(panel, quantity="change", indicator="reads_weekly", wave="w3", reference="w1")
    assert (found["n_valid"], found["estimate"]) == (81, pytest.approx(100 * 16 / 81))
    assert found["statistic"] == pytest.approx(16**2 / 46)
    assert row(panel, quantity="change", indicator="reads_weekly", wave="w3", reference="w2")["estimate"] == 0
    level = row(panel, quantity="percent", indicator="reads_weekly", wave="w1", reference="w3")
    assert (level["contrast"], level["numerator"], level["n_valid"]) == ("pairs", 33, 81)


def test_over_the_towns_the_change_has_clustered_errors(panel):
    """Changes of 5, 5 and 6 of 27 pairs: the error is their standard deviation over the root of three, on two degrees of freedom."""
    found = row(panel, quantity="change_pooled", indicator="reads_weekly", wave="w3", reference="w1")
    assert (found["std_error"], found["df"]) == (pytest.approx(100 / 27 / 3), pytest.approx(2))


def test_who_moved_and_who_was_lost(panel):
    counts = {name: row(panel, quantity=name, indicator="reads_weekly", wave="w3", reference="w1")["numerator"]
              for name in ("moved_up", "moved_down", "stayed")}
    assert counts == {"moved_up": 31, "moved_down": 15, "stayed": 35}
    lost = {key: row(panel, quantity="attrition", wave=key[0], contrast=key[1])["numerator"] for key in (("w2", ""), ("w3", ""), ("w3", "stayed"))}
    assert lost == {("w2", ""): 6, ("w3", ""): 9, ("w3", "stayed"): 9}


def test_who_answered_twice_is_not_lost(tmp_path):
    study = nbeval.open_study("panel", dictionary=PANEL, data=write_panel(tmp_path, twice=("A000", "B001")))
    found = row(study, quantity="attrition", wave="w3", contrast="")
    assert (found["numerator"], found["n_valid"], found["n_eligible"]) == (9, 88, 90)


def test_the_report_of_the_panel_shows_pairs_and_moves_and_not_who_left(panel):
    report = panel.report("final")
    change = report.exhibit("change_main").exhibit
    assert change.sentence.startswith("Reads every week: rose among those who answered both times, from 41% to 60%; the interval")
    assert "81" in change.base
    moved = report.exhibit("moved").exhibit
    first = [line for line in moved.rows if not line.heading][0]
    assert [cell.text for cell in first.cells][0] == "came to give this answer" and "31" in [cell.text for cell in first.cells]
    assert not ONLY_THERE.search(str(report.section("change")) + str(report.methods()) + str(report.limits()))
    table = panel.protect().table
    shown = table[table["quantity"].isin(["change", "moved_up", "moved_down", "stayed"])]
    assert some(shown.index.tolist()) and shown["suppression"].eq("").all()
    gone = table[table["quantity"].eq("difference") & table["contrast"].eq("stayed")]
    assert len(gone) and gone["suppression"].ne("").all()


def test_every_table_of_levels_is_of_the_pairs_by_town_too(panel):
    """Of 81 pairs 33 read every week at first and 49 at last; of everybody at the last wave the same 81, at the first 90."""
    report = panel.report("final")
    shown = report.exhibit("levels_last").exhibit
    weekly = next(line for line in shown.rows if not line.heading)
    assert [cell.text for cell in weekly.cells][1] == "41%" and shown.sentence == "Reads every week: 60%."
    assert any("answered both times" in note for note in shown.notes)
    keys = [cell.result for line in shown.rows for cell in line.cells if cell.result]
    assert some(keys) and all("|pairs|" in key for key in keys)
    towns = report.exhibit("by_town").exhibit
    keys = [cell.result for line in towns.rows for cell in line.cells if cell.result]
    assert some(keys) and all("|pairs|" in key for key in keys)
    first = panel.report("baseline").exhibit("levels_first").exhibit
    assert not any("|pairs|" in cell.result for line in first.rows for cell in line.cells if cell.result)


def test_the_trend_of_the_panel_is_that_of_those_who_answered_every_time(panel):
    """Of 81 who answered three times 31 came to read every week and 15 ceased to: slopes of 1/2, -1/2 and 0."""
    found = row(panel, quantity="trend", indicator="reads_weekly")
    slopes = [0.5] * 31 + [-0.5] * 15 + [0.0] * 35
    textbook = stats.ttest_1samp(slopes, 0)
    assert (found["estimate"], found["p_value"], found["n_valid"]) == (pytest.approx(100 * 8 / 81), pytest.approx(textbook.pvalue), 81)
    table = panel.protect().table
    assert table.loc[table["quantity"].eq("trend"), "suppression"].eq("").all() and set(table.loc[table["quantity"].eq("trend"), "authority"]) == {""}
    assert table.loc[table["quantity"].eq("change"), "suppression"].eq("").all()
    shown = panel.report("final").exhibit("trends").exhibit
    line = next(line for line in shown.rows if not line.heading)
    assert "81" in [cell.text for cell in line.cells] and any("answered every time" in note for note in shown.notes)


def test_results_are_written_and_reports_rendered(tmp_path):
    data = write_towns(write_panel(tmp_path / "data"))
    for cohort, dictionary, quantity in (("towns", TOWNS, "difference_in_differences"), ("panel", PANEL, "moved_up")):
        table = results_by_command(cohort, dictionary, data, tmp_path / f"{cohort}.csv")
        assert quantity in set(table["quantity"])
        assert main(["render", cohort, "final", "--dictionary", str(dictionary), "--data", str(data), "--out", str(tmp_path / "out"),
                     "--formats", "html"]) == 0
        page = next((tmp_path / "out").rglob(f"{cohort}/final/report.html")).read_text(encoding="utf-8")
        assert bool(ONLY_THERE.search(re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))) == (cohort == "towns")
