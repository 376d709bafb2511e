"""A programme of three waves, from its exports to its reports: counts by hand, one question from the second wave on, one that changed, a group of two."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import nbeval
from nbeval.cli.app import main
from nbeval.frames import Reason
from nbeval.study import open_report
from tests.conftest import results_by_command
from tests.guards import some

PROGRAMME = Path(__file__).parent / "programmes" / "three_waves"
COHORT, WAVES, LIBRARIES = "readers", ("w1", "w2", "w3"), ("north", "south", "east")
#: of 60 readers of each library, at each wave: how many have a card, are in a club (None: not asked), read alone; one in two is under 30
CARD = {"north": (20, 30, 42), "south": (22, 28, 40), "east": (24, 26, 38)}
CLUB = {"north": (None, 20, 30), "south": (None, 22, 34), "east": (None, 24, 35)}
ALONE = {"north": (20, 22, 40), "south": (21, 23, 41), "east": (22, 24, 42)}
READERS = 60


def exports(folder: Path, waves: tuple[str, ...] = WAVES) -> Path:
    """Write the exports of some waves, as they are declared; enjoyment goes up by one from wave to wave."""
    for place, wave in enumerate(WAVES):
        forms = []
        for library in LIBRARIES:
            for k in range(READERS):
                answers = {name: table[library][place] for name, table in (("card", CARD), ("club", CLUB), ("alone", ALONE))}
                forms.append({"Number": f"{library}{k}", "Library": f"{library.capitalize()} Library", "enjoy": str(3 + k % 5 + place), "age": "20" if k % 2 else "40"}
                             | {name: "Yes" if k < count else "No" for name, count in answers.items() if count is not None})
        table = pd.DataFrame(forms)
        if wave in waves:
            folder.mkdir(parents=True, exist_ok=True)
            table.drop(columns=["age"] if place == 0 else []).to_csv(folder / f"year_{place + 1}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return exports(tmp_path_factory.mktemp("three") / COHORT).parent


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def results(data, own_cache) -> pd.DataFrame:
    return nbeval.open_study(COHORT, dictionary=PROGRAMME, data=data).estimate().table


@pytest.fixture(scope="module")
def report(data, own_cache):
    return open_report(COHORT, "final", dictionary=PROGRAMME, data=data)


def pairs(results: pd.DataFrame, indicator: str, quantity: str = "change", authority: str = "", group: str = "") -> pd.DataFrame:
    rows = results[results["indicator"].eq(indicator) & results["quantity"].eq(quantity) & results["contrast"].eq("wave")
                   & results["authority"].eq(authority) & results["group"].eq(group)]
    return rows.set_index(["wave", "reference"] if not group else ["wave", "reference", "level"])


def totals(counts: dict) -> list[int]:
    return [sum(counts[library][place] for library in LIBRARIES) for place in range(3)]


class TestResults:
    def test_each_wave_is_contrasted_with_the_first_and_the_one_before(self, results):
        found = pairs(results, "card_yes")
        assert set(found.index) == {("w2", "w1"), ("w3", "w1"), ("w3", "w2")}
        first, middle, last = totals(CARD)
        for (wave, reference), points in {("w2", "w1"): middle - first, ("w3", "w1"): last - first, ("w3", "w2"): last - middle}.items():
            assert found.loc[(wave, reference), "estimate"] == pytest.approx(100 * points / 180)

    def test_what_was_not_asked_never_says_that_nobody_answered(self, results):
        of_club = results[results["indicator"].eq("club_yes")]
        first = some(row for row in of_club[of_club["wave"].eq("w1") & of_club["estimate"].isna()].itertuples())
        assert {row.quantity for row in first} >= {"percent", "difference", "item_nonresponse"} and {row.contrast for row in first} >= {"", "rest"}
        assert {row.warning for row in first} == {Reason.NOT_ASKED.not_estimable} and {row.verdict for row in first} == {""}
        assert not of_club["warning"].str.contains("nobody").any()

    def test_what_was_asked_from_the_second_wave_counts_from_there(self, results):
        found = pairs(results, "club_yes")
        assert list(found.index) == [("w3", "w2")]
        assert found["estimate"].iloc[0] == pytest.approx(100 * (99 - 66) / 180) and found["verdict"].iloc[0] == "rose"

    def test_a_pair_that_differs_is_not_tested_and_the_others_are(self, results):
        found = pairs(results, "alone_yes")
        assert found.loc[("w2", "w1"), "estimate"] == pytest.approx(100 * (69 - 63) / 180)
        # from the first to the third nobody declared anything
        for pair in (("w3", "w2"), ("w3", "w1")):
            assert pd.isna(found.loc[pair, "estimate"]) and found.loc[pair, "verdict"] == ""
            assert found.loc[pair, "warning"].startswith("not estimable: not tested: the question")
        levels = results.query("indicator == 'alone_yes' and quantity == 'percent' and authority == '' and group == ''").set_index("wave")
        assert levels["estimate"].round(6).to_dict() == {wave: round(100 * count / 180, 6) for wave, count in zip(WAVES, totals(ALONE), strict=True)}

    def test_the_trend_is_counted_by_hand(self, results):
        found = pairs(results, "card_yes", "trend")
        x, n = totals(CARD), 180
        share = sum(x) / (3 * n)
        along, spread = x[2] - x[0], 2 * n
        row = found.loc[("w3", "w1")]
        assert row["estimate"] == pytest.approx(100 * along / spread) and row["verdict"] == "rose"
        assert row["statistic"] == pytest.approx(along**2 / (share * (1 - share) * spread))
        assert pairs(results, "enjoy_mean", "trend")["estimate"].tolist() == [pytest.approx(1.0)]
        assert pairs(results, "club_yes", "trend").empty                # two waves only
        untested = pairs(results, "alone_yes", "trend")
        assert len(untested) == 1 and untested["estimate"].isna().all()
        for library in LIBRARIES:
            assert pairs(results, "card_yes", "trend", library)["estimate"].tolist() == [pytest.approx(100 * (CARD[library][2] - CARD[library][0]) / 120)]

    def test_a_group_of_two_waves_is_used_in_those(self, results):
        by_age = results[results["group"].eq("age_band") & results["indicator"].eq("card_yes")]
        assert set(by_age["wave"]) == {"w2", "w3"} and set(by_age.loc[by_age["contrast"].eq("wave"), "reference"]) == {"w2"}
        young = pairs(results, "card_yes", group="age_band").loc[("w3", "w2", "young")]
        assert young["n_valid"] == young["n_reference"] == 90
        made_up = results[results["group"].eq("age_band") & results["indicator"].eq("") & results["quantity"].eq("percent")]
        assert set(made_up["wave"]) == {"w2", "w3"}


class TestReport:
    def test_the_table_of_changes_has_every_wave_and_every_pair(self, report):
        shown = report.exhibit("changed").exhibit
        heads = [column.label for column in shown.columns]
        assert [head for head in heads if head.startswith("Year")] == ["Year 1 (2020)", "Year 2 (2021)", "Year 3 (2022)"]
        headings = [row.cells[0].text for row in shown.rows if row.heading]
        assert headings == ["Year 3 (2022) against Year 2 (2021)", "Year 2 (2021) against Year 1 (2020)"]
        card = next(row for row in shown.rows if row.cells[0].text == "Has a library card")
        assert [cell.text for cell in card.cells[1:5]] == ["37%", "47%", "67%", "+30"]

    def test_the_sentence_is_about_the_last_wave_against_the_first(self, report):
        assert "Has a library card: rose, from 37% (Year 1 (2020)) to 67% (Year 3 (2022))." in report.exhibit("changed").exhibit.sentence

    def test_key_findings_count_from_the_first_wave_that_asked(self, report):
        said = str(report.key_findings())
        assert "Is in a reading club: rose from 37% to 55%" in said
        assert "Reads alone: 35% before and 68% after; the question or its answers differ" in said

    def test_the_table_of_trends(self, report):
        shown = report.exhibit("trends").exhibit
        rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in shown.rows if not row.heading}
        assert set(rows) == {"Has a library card", "Mean enjoyment of reading", "Reads alone"}
        assert "+15" in rows["Has a library card"] and "rose" in rows["Has a library card"]
        assert "not compared: asked differently" in rows["Reads alone"]

    def test_notes_say_what_was_asked_otherwise(self, report):
        notes = some(report.exhibit("changed").exhibit.notes)
        assert any("called by another name" in note and "enjoyment" in note.lower() for note in notes)
        assert any("Reading aloud to children" in note and "Reads alone" in note for note in notes)

    def test_levels_and_libraries_show_every_wave(self, report):
        for exhibit in ("levels", "by_library"):
            text = str(report.exhibit(exhibit))
            for label in ("Year 1 (2020)", "Year 2 (2021)", "Year 3 (2022)"):
                assert label in text, (exhibit, label)


class TestWavesToCome:
    def test_a_baseline_report_needs_no_later_wave(self, tmp_path, own_cache):
        data = exports(tmp_path / COHORT, ("w1",)).parent
        first = open_report(COHORT, "baseline", dictionary=PROGRAMME, data=data)
        assert "37%" in [cell.text for row in first.exhibit("levels").exhibit.rows for cell in row.cells]
        table = nbeval.open_study(COHORT, dictionary=PROGRAMME, data=data).estimate().table
        assert set(table["wave"]) <= {"w1", ""} and not table["contrast"].eq("wave").any()

    def test_two_waves_of_three_are_compared(self, tmp_path, own_cache):
        data = exports(tmp_path / COHORT, ("w1", "w2")).parent
        table = nbeval.open_study(COHORT, dictionary=PROGRAMME, data=data).estimate().table
        assert list(pairs(table, "card_yes").index) == [("w2", "w1")]
        assert not table["quantity"].eq("trend").any()


def test_results_are_written_and_a_report_rendered(data, own_cache, tmp_path):
    table = results_by_command(COHORT, PROGRAMME, data, tmp_path / "results.csv")
    assert {*table["wave"]} >= set(WAVES) and table["quantity"].eq("trend").any()
    assert main(["render", COHORT, "final", "--dictionary", str(PROGRAMME), "--data", str(data), "--out", str(tmp_path / "out"), "--formats", "html"]) == 0
    page = (tmp_path / "out" / COHORT / "final" / "report.html").read_text(encoding="utf-8")
    assert "Year 3 (2022) against Year 2 (2021)" in page
