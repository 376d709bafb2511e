"""What is declared of two versions of a question is obeyed: in estimates of every kind, in verdicts, in sentences, notes and checks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

import nbeval
from nbeval.dictionary import load
from nbeval.dictionary.comparability import Comparisons
from nbeval.dictionary.enums import Design, Match
from nbeval.frames import Contrast, Quantity, Reason
from nbeval.specimen import write_specimen
from nbeval.study import open_report
from tests.conftest import TINY, results_of
from tests.guards import some

NOT_TESTED = Reason.NOT_COMPARABLE.not_estimable
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "p_adjusted"]
DECLARED = "two_waves_differs"
UNDECLARED = "two_waves_norow"


@pytest.fixture(scope="module", params=[DECLARED, UNDECLARED])
def place(request, shared, tmp_path_factory):
    """A programme of two waves whose question differs, or of which nothing is declared, with its exports."""
    folder = shared / "cases" / "programmes" / request.param
    assert folder.is_dir(), f"the programme '{request.param}' is not among the shared cases"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield folder


@pytest.fixture(scope="module")
def study(place):
    return nbeval.open_study("c", dictionary=place / "dictionary", data=place / "data")


@pytest.fixture(scope="module")
def report(place):
    return open_report("c", "final", dictionary=place / "dictionary", data=place / "data")


class TestTwoWavesThatDiffer:
    def test_both_levels_are_estimated(self, study, place):
        levels = study.estimate().table.query("quantity == 'percent' and indicator == 'plan_yes'").set_index("wave")["estimate"]
        for wave in ("w1", "w2"):
            answers = pd.read_csv(place / "data" / f"{wave}.csv", dtype=str)["plan"]
            assert levels[wave] == pytest.approx(100 * answers.eq("Yes").mean())

    def test_nothing_between_them_has_a_number_or_a_word(self, study):
        table = study.estimate().table
        between = table[table["contrast"].eq("wave") & table["indicator"].eq("plan_yes")]
        assert {"change", "smallest_change"} <= set(between["quantity"])
        assert between[NUMBERS].isna().all(axis=None)
        assert set(between["verdict"]) == {""} and set(between["warning"]) == {NOT_TESTED}
        assert between.loc[between["quantity"].eq("change"), ["n_valid", "n_reference"]].notna().all(axis=None)

    def test_the_check_names_the_question(self, study, place):
        found = study.clean().findings.query("check == 'versions_comparable'")
        assert found[["outcome", "item"]].to_numpy().tolist() == [["warning", "plan"]]
        said = "Another question" if place.name == DECLARED else "Nothing is declared of the export versions 'v1' and 'v2' (waves w1, w2)"
        assert said in found["message"].iloc[0]
        if place.name == UNDECLARED:
            assert "comparability.csv" in found["do"].iloc[0]

    def test_the_report_shows_both_levels_and_does_not_compare_them(self, report, place):
        shown = report.exhibit("chg").exhibit
        row = next(row for row in shown.rows if not row.heading)
        texts = [cell.text for cell in row.cells]
        assert {"50", "83"} <= set(texts) and "not compared: asked differently" in texts
        note = "Another question" if place.name == DECLARED else "nobody has declared whether the question was put alike"
        assert any(note in one and "Has a plan" in one for one in shown.notes)
        assert note in str(report.limits())
        said = " ".join([shown.sentence, str(report.key_findings()), str(report.section("change"))])
        for word in ("rose", "fell", "no clear change", "33"):
            assert word not in said, word

    def test_the_key_findings_give_both_levels_and_say_why_they_are_not_compared(self, report):
        assert "Has a plan: 50% before and 83% after; the question or its answers differ" in str(report.key_findings())


class TestEveryEstimate:
    """The tiny programme, with one question that differs: whatever is estimated between its waves."""

    @pytest.fixture(params=["repeated_cross_sections", "matched"])
    def results(self, request, tmp_path_factory):
        folder = tmp_path_factory.mktemp("differs")
        shutil.copytree(TINY, folder / "dictionary")
        table = folder / "dictionary" / "instruments" / "reading_survey" / "comparability.csv"
        table.write_text(table.read_text().replace("enjoy,2020,2022,same", "enjoy,2020,2022,differs"), encoding="utf-8")
        programme = load(folder / "dictionary")
        cohort = programme.cohorts[0].model_copy(update={"design": Design(request.param)})
        write_specimen(programme.cohorts[0], programme, folder / cohort.id)
        return results_of(cohort, programme, folder)

    def test_nothing_is_tested_of_what_differs_and_all_else_is(self, results):
        between = results[results["contrast"].eq(Contrast.WAVE) & results["indicator"].ne("")]
        differing = between["indicator"].str.startswith(("enjoy", "reader"))      # the item, and the scale that has it
        assert {Quantity.CHANGE, Quantity.SMALLEST_CHANGE, Quantity.EFFECT_SIZE} <= set(between.loc[differing, "quantity"])
        assert between.loc[differing, NUMBERS].isna().all(axis=None)
        assert set(between.loc[differing, "warning"]) == {NOT_TESTED}
        assert NOT_TESTED not in set(between.loc[~differing, "warning"])
        levels = results[results["indicator"].str.startswith("enjoy") & results["contrast"].eq("") & results["quantity"].eq("percent")]
        assert some(levels["estimate"].dropna())


@pytest.fixture(scope="module")
def known():
    """The versions of the tiny programme's questions."""
    programme = load(TINY)
    cohort = programme.cohorts[0]
    return Comparisons(next(one for one in cohort.sources if one.files), cohort, programme)


class TestMatch:
    """How the rows of comparability.csv are read."""

    def waves(self, known):
        return [wave.id for wave in known.cohort.waves]

    def test_one_version_is_the_same_as_itself(self, known):
        for wave in some(self.waves(known)):
            assert len(known.versions((wave,))) == 1
            assert known.match(("often",), (wave, wave)) is Match.SAME

    def test_what_is_declared_holds_whichever_wave_comes_first(self, known):
        waves = self.waves(known)
        assert known.match(("often",), waves) is known.match(("often",), waves[::-1]) is Match.CLOSE
        assert known.notes(("often", "card"), waves) == ("The first answer was worded differently",)

    def test_what_is_not_declared_differs(self, known):
        undeclared = known.instrument.comparability[1:]
        alone = replace(known.dictionary, instruments=(replace(known.instrument, comparability=undeclared),))
        other = Comparisons(known.source, known.cohort, alone)
        found = {item: other.match((item,), self.waves(known)) for item in ("often", "card")}
        assert found == {"often": Match.DIFFERS, "card": Match.SAME}

    def test_several_items_are_as_the_worst_of_them(self, known):
        found = {items: known.match(items, self.waves(known)) for items in (("card", "enjoy"), ("card", "often"))}
        assert found == {("card", "enjoy"): Match.SAME, ("card", "often"): Match.CLOSE}

    def test_a_scale_of_which_an_item_was_not_asked_is_another_scale(self, known):
        columns = tuple(one for one in known.instrument.columns if (one.version, one.item) != ("2022", "card"))
        rows = tuple(one for one in known.instrument.comparability if one.item != "card")
        lacking = replace(known.dictionary, instruments=(replace(known.instrument, columns=columns, comparability=rows),))
        other = Comparisons(known.source, known.cohort, lacking)
        found = {items: other.match(items, self.waves(known)) for items in (("card",), ("card", "enjoy"))}
        assert found == {("card",): Match.SAME, ("card", "enjoy"): Match.DIFFERS}

    def test_the_versions_of_one_wave_count_too(self, known):
        source = known.source.model_copy(update={"files": tuple(
            files.model_copy(update={"wave": self.waves(known)[0]}) for files in known.source.files)})
        both = Comparisons(source, known.cohort, known.dictionary)
        wave = self.waves(known)[0]
        assert both.match(("often",), (wave, wave)) is Match.CLOSE

    def test_an_authority_is_judged_by_its_own_files(self, known):
        authorities = known.cohort.authorities
        first, last = known.source.files
        own = (first, last.model_copy(update={"authorities": authorities[1:]}),
               last.model_copy(update={"version": first.version, "authorities": authorities[:1]}))
        mixed = Comparisons(known.source.model_copy(update={"files": own}), known.cohort, known.dictionary)
        found = [mixed.match(("often",), self.waves(known), authority) for authority in ("", *authorities[:2])]
        assert found == [Match.CLOSE, Match.SAME, Match.CLOSE]


def test_the_specimen_declares_every_pair_of_versions_that_it_compares(root):
    """So that no figure of the published reports rests on a pair of which nothing is declared."""
    programme = load(root / "data_dictionary")
    for cohort in some(one for one in programme.cohorts if one.invented and len(one.waves) > 1):
        survey = next(one for one in cohort.sources if programme.instrument(one.instrument).is_survey)
        known = Comparisons(survey, cohort, programme)
        items = [one.item for one in programme.indicators if one.item and one.item in known._held[survey.files[0].version]]
        pairs = [pair for waves in combinations([wave.id for wave in cohort.waves], 2) for pair in known.pairs(items[:1], waves)]
        assert all(pair.declared for pair in some(pairs))
