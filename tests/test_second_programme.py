"""A second programme, evaluated by the same code: only its dictionary is its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nbeval
from nbeval.dictionary import Dictionary, load
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind
from nbeval.estimate.families import HEADLINES
from nbeval.rendering import render_cohort
from nbeval.workspace import Workspace
from tests.guards import some

PROGRAMME = Path(__file__).parent / "programmes" / "rse_uk"
COHORT = "uk"
FIRST, LAST = "2016", "2017"
AGREE = "agree"
TOLERANCE = 1e-6

#: column of the reference, by wave: quantity of the results, and the column there
LEVELS = {
    "n": ("percent", "n_valid"), "miss": ("percent", "missing_not_answered"), "top2": ("percent", "numerator"),
    "pct": ("percent", "estimate"), "wilson_lo": ("percent", "conf_low"), "wilson_hi": ("percent", "conf_high"),
    "mean": ("mean", "estimate"), "sd": ("sd", "estimate"),
}
#: column of the reference on the change between the waves: ending of the indicator, and the column of the results
CHANGES = {
    "diff_pp": ("toptwo", "estimate"), "newcombe_lo": ("toptwo", "conf_low"), "newcombe_hi": ("toptwo", "conf_high"),
    "chisq": ("toptwo", "statistic"), "p_chisq": ("toptwo", "p_value"), "p_chisq_BH": ("toptwo", "p_adjusted"),
    "welch_t": ("mean", "statistic"), "welch_df": ("mean", "df"), "p_welch": ("mean", "p_value"),
}
#: columns of the reference that results do not hold: Fisher's test (theirs is chosen by rule), Holm's correction
#: (theirs is that of Benjamini and Hochberg), and the tests of ranks
NOT_HELD = {"p_fisher", "p_chisq_holm", "MW_W", "p_mw", "p_mw_cc", "p_mw_holm", "p_mw_BH"}
#: column of the reference on scales: ending of the indicator, quantity, and the column of the results
SCALES = {
    "n_complete": ("complete", "mean", "n_valid"), "mean_complete": ("complete", "mean", "estimate"),
    "sd_complete": ("complete", "sd", "estimate"), "n_half": ("half", "mean", "n_valid"),
    "mean_half": ("half", "mean", "estimate"), "sd_half": ("half", "sd", "estimate"),
    "alpha_listwise": ("complete", "alpha", "estimate"),
}
#: alpha over pairs of answers, which results do not hold
SCALES_NOT_HELD = {"alpha_pairwise", "alpha_psych_raw"}


@pytest.fixture(scope="module")
def data(shared) -> Path:
    """The folder with the programme's exports."""
    return shared / "real" / "rse_uk"


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load(PROGRAMME)


@pytest.fixture(scope="module")
def findings(data) -> pd.DataFrame:
    return nbeval.open_study(COHORT, dictionary=PROGRAMME, data=data).clean().findings


@pytest.fixture(scope="module")
def results(data) -> pd.DataFrame:
    """Results for the whole cohort."""
    return _results(PROGRAMME, data)


@pytest.fixture(scope="module")
def results_together(data, tmp_path_factory) -> pd.DataFrame:
    """The same, all questions of agreement being one family: headline measures are one of their own, which the reference does not know."""
    folder = shutil.copytree(PROGRAMME, tmp_path_factory.mktemp("together") / "dictionary")
    declared = pd.read_csv(folder / "indicators.csv", dtype=str, keep_default_na=False)
    declared.loc[declared["family"].eq(AGREE), "headline"] = ""
    declared.to_csv(folder / "indicators.csv", index=False)
    return _results(folder, data)


def _results(dictionary: Path, data: Path) -> pd.DataFrame:
    every = nbeval.open_study(COHORT, dictionary=dictionary, data=data).estimate().table
    return every[every["group"].eq("") & every["authority"].eq("")]


@pytest.fixture(scope="module")
def published(data) -> pd.DataFrame:
    return pd.read_csv(data / "published_counts_rse_uk.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def items(data) -> pd.DataFrame:
    """The reference on questions."""
    return pd.read_csv(data / "expected_rse_uk_2016_2017_items.csv")


@pytest.fixture(scope="module")
def scales(data) -> pd.DataFrame:
    """The reference on scales."""
    return pd.read_csv(data / "expected_rse_uk_scales.csv", dtype={"wave": str})


@pytest.fixture(scope="module")
def repaired(findings) -> dict[tuple[str, str, str], int]:
    """Answers that were read as a label although they are spelled otherwise, by wave, item and label."""
    rows = findings[findings["check"].eq("answers_repaired") & findings["item"].ne("")]
    label = rows["message"].str.extract(r"read as '(.*)', \d")[0]
    return dict(zip(zip(rows["wave"], rows["item"], label, strict=True), rows["count"], strict=True))


class TestPublishedCounts:
    def test_all_766_are_reproduced(self, published, results, repaired, dictionary):
        levels = results[results["quantity"].eq("percent")].set_index(["indicator", "wave"])
        differing = []
        for row in published.itertuples(index=False):
            ours = _count(row, levels, repaired, dictionary)
            if ours != int(row.published_count):
                differing.append(f"{row.wave} {row.column} [{row.label}]: {row.published_count} published, {ours} ours")
        assert len(published) == 766
        assert not differing, "\n".join(differing)

    def test_the_stray_label_is_reported_and_its_answers_count(self, data, results, repaired):
        export = pd.read_csv(data / "uk_2016_public_data.csv", dtype=str, keep_default_na=False)
        stray = export.eq("Never ").sum()
        told = {item: count for (wave, item, label), count in repaired.items() if (wave, label) == (FIRST, "Never")}
        assert told == {header.split(".")[0].lower(): count for header, count in stray[stray > 0].items()}
        levels = results[results["quantity"].eq("percent") & results["wave"].eq(FIRST)].set_index("indicator")
        for item, count in told.items():
            clean = export[next(name for name in export if name.lower().startswith(f"{item}."))].eq("Never").sum()
            assert levels.loc[f"{item}_answer_never", "numerator"] == clean + count

    def test_only_the_stray_label_needs_a_repair(self, repaired):
        assert {label for _, _, label in repaired} == {"Never"}
        assert len(repaired) == 10

    def test_the_answers_of_every_question_share_out_its_base(self, results, dictionary):
        levels = results[results["quantity"].eq("percent")]
        of = {one.indicator: one.distribution for one in dictionary.indicators if one.distribution}
        shared_out = levels.assign(distribution=levels["indicator"].map(of)).dropna(subset=["distribution"])
        totals = shared_out.groupby(["distribution", "wave"])[["numerator"]].sum().join(
            shared_out.groupby(["distribution", "wave"])["n_valid"].max())
        assert len(totals) > 100
        assert (totals["numerator"] == totals["n_valid"]).all()


class TestItems:
    @pytest.mark.parametrize("wave", [FIRST, LAST])
    def test_levels_are_those_of_the_reference(self, items, results, wave):
        for name, (quantity, column) in LEVELS.items():
            ending = "toptwo" if quantity == "percent" else "mean"
            ours = _picked(results, items["item"], ending, quantity=quantity, wave=wave)[column]
            _hold(ours, items[f"{name}_{wave}"], name, items["item"])

    def test_changes_and_tests_are_those_of_the_reference(self, items, results_together):
        for name, (ending, column) in CHANGES.items():
            known = items.dropna(subset=[name])
            ours = _picked(results_together, known["item"], ending, quantity="change", wave=LAST)[column]
            _hold(ours, known[name], name, known["item"])

    def test_fourteen_tests_are_read_together_unless_they_are_headlines(self, items, results, results_together, dictionary):
        together = {one.indicator for one in dictionary.indicators if one.family == AGREE}
        assert together == {f"{item.lower()}_toptwo" for item in items.loc[items["scale"].eq("agree5"), "item"]}
        headlines = {one.indicator for one in dictionary.indicators if one.headline}
        for table, family, members in ((results_together, AGREE, together), (results, AGREE, together - headlines), (results, HEADLINES, headlines)):
            rows = table[table["family"].eq(family) & table["quantity"].eq("change")]
            assert set(rows["indicator"]) == members and len(rows) == len(some(members))
        assert len(together) == 14

    def test_every_column_of_the_reference_is_held_or_named_as_not_held(self, items):
        held = {f"{name}_{wave}" for name in LEVELS for wave in (FIRST, LAST)} | set(CHANGES)
        assert set(items.columns) == held | NOT_HELD | {"item", "scale"}


class TestScales:
    @pytest.mark.parametrize("wave", [FIRST, LAST])
    def test_alpha_means_and_deviations_are_those_of_the_reference(self, scales, results, wave):
        known = scales[scales["wave"].eq(wave)]
        for name, (ending, quantity, column) in some(SCALES.items()):
            ours = _picked(results, known["scale"], ending, quantity=quantity, wave=wave)[column]
            np.testing.assert_allclose(ours, known[name], atol=1e-5, rtol=0, err_msg=f"{name}, {wave}")

    def test_every_column_of_the_reference_is_held_or_named_as_not_held(self, scales, dictionary):
        assert set(scales.columns) == {*SCALES, *SCALES_NOT_HELD, "scale", "wave", "k", "reversed"}
        for row in scales.itertuples(index=False):
            items = dictionary.scale(f"{row.scale.lower()}_half").items
            assert (len(items), any(one.reverse for one in items)) == (row.k, isinstance(row.reversed, str))


class TestReading:
    def test_every_form_is_kept(self, data):
        accounting = nbeval.open_study(COHORT, dictionary=PROGRAMME, data=data).clean().accounting
        assert dict(zip(accounting["wave"], accounting["kept"], strict=True)) == {FIRST: 273, LAST: 253}
        assert (accounting["kept"] == accounting["read"]).all()

    def test_identifying_columns_are_dropped_and_named(self, findings):
        assert findings["check"].eq("columns_identifying").sum() == 2

    def test_no_answer_contradicts_the_routing(self, findings):
        assert findings.loc[findings["check"].eq("routing_contradicted"), "outcome"].tolist() == ["pass"]

    def test_free_text_is_declared_as_such(self, dictionary):
        typed = {item.item for item in dictionary.instruments[0].items if item.kind is ItemKind.TEXT}
        assert {"edu3", "currentemp5", "conf2can", "train3", "ukrse3"} <= typed
        assert not typed & {one.item for one in dictionary.indicators}


class TestReports:
    @pytest.fixture
    def workspace(self, data, tmp_path, monkeypatch) -> Workspace:
        """The programme's places; what is kept in between goes to a folder of the test's own."""
        monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
        for name, value in (("NBEVAL_DICTIONARY", PROGRAMME), ("NBEVAL_DATA", data)):
            monkeypatch.setenv(name, str(value))
        return Workspace(PROGRAMME, data)

    def test_there_is_a_baseline_and_a_final_report(self, workspace, tmp_path):
        summary = render_cohort(COHORT, ["baseline", "final"], workspace, tmp_path / "reports", formats=("html", "xlsx"))
        assert not summary.failed
        for kind, said in (("baseline", "65% of the research software engineers"), ("final", "from 65% to 85%")):
            folder = tmp_path / "reports" / COHORT / kind
            page = (folder / "report.html").read_text(encoding="utf-8")
            assert "Enjoyment in the job" in page and said in page
            assert "young people" not in page and "care leaver" not in page
            assert (folder / "results.csv").stat().st_size > 0


class TestNoCodeOfItsOwn:
    def test_the_programme_is_a_dictionary_and_nothing_else(self):
        assert {path.suffix for path in PROGRAMME.rglob("*") if path.is_file()} == {".csv", ".toml", ".md"}

    def test_no_module_mentions_it(self, root):
        told = re.compile(r"\brse|research software engineer|software sustainability", re.IGNORECASE)
        naming = [path for path in (root / "nbeval").rglob("*.py") if told.search(path.read_text(encoding="utf-8"))]
        assert not naming


def _count(row, levels: pd.DataFrame, repaired: dict, dictionary: Dictionary) -> int:
    """Our count of one published answer, spelled as it is published."""
    instrument = dictionary.instruments[0]
    item = next(one.item for one in instrument.columns_of(row.wave) if normalise(one.header) == normalise(row.column))
    answer = next((one for one in instrument.codebook(item, row.wave)
                   if row.label in (one.label, *one.also.split(" | "))), None)
    mine = [one for one in dictionary.indicators if one.item == item and one.measure.value == "percent"]
    if answer is not None and answer.missing:
        return int(levels.loc[(mine[0].indicator, row.wave), f"missing_{answer.missing.value}"])
    code = "1" if instrument.item(item).kind is ItemKind.OPTION else str(answer.code) if answer else row.label
    indicator = next(one for one in mine if one.codes == (code,))
    label = answer.label if answer else row.label
    return int(levels.loc[(indicator.indicator, row.wave), "numerator"]) - repaired.get((row.wave, item, label), 0)


def _picked(results: pd.DataFrame, names: pd.Series, ending: str, *, quantity: str, wave: str) -> pd.DataFrame:
    """The results of the named items or scales, in their order."""
    rows = results[results["quantity"].eq(quantity) & results["wave"].eq(wave)].set_index("indicator")
    return rows.loc[[f"{name.lower()}_{ending}" for name in names]]


def _hold(ours: pd.Series, reference: pd.Series, name: str, items: pd.Series) -> None:
    """Hold numbers to the reference: 1e-6; p-values to 1e-6 or, where that is more, a ten-thousandth of themselves."""
    allowed = np.maximum(TOLERANCE, 1e-4 * reference.abs().to_numpy() if name.startswith("p_") else 0.0)
    off = np.abs(ours.to_numpy(dtype=float) - reference.to_numpy(dtype=float))
    wrong = ~(off <= allowed)
    assert not wrong.any(), f"{name}: {list(items[wrong])} are off by {off[wrong]}"
