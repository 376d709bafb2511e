"""The simulation study, in short: every interval and every test keeps its promise, and a broken one would be seen."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.errors import ParameterError
from nbeval.estimate.proportions import wilson
from studies import run_study
from studies.simulations import held, misled
from studies.study import AS_PROMISED, CAUTIOUS, SHORT, _row, write_study


@pytest.fixture(scope="module")
def study():
    """A study of one size and few runs."""
    return run_study(runs=20, seed=7, sizes=(60,))


def test_no_method_falls_short_of_its_promise(study):
    assert study.table.loc[study.table["verdict"].eq(SHORT), "method"].tolist() == []


def test_every_interval_and_test_of_the_reports_is_in_the_study(study):
    named = " ".join(study.table["method"])
    for method in ("Wilson", "Newcombe", "Welch", "t interval", "Hedges g", "DeLong", "Mann-Whitney", "chi-squared or Boschloo", "score test",
                   "proportional odds", "delta method", "odds ratio", "marginal effect", "Hartung-Knapp", "Cochran Q", "Korn-Graubard",
                   "linearised", "McNemar", "signed ranks", "standardised by the first wave", "Feldt", "Cramer V", "overlap",
                   "Benjamini-Hochberg", "Holm", "words: rose or fell", "may have", "share of them that is wrong", "at least the smallest", "smaller than",
                   "mean change of 3 authorities", "mean change of 20 authorities", "over 5 authorities: CR2", "over 8 authorities: CR2",
                   "over 20 authorities: CR2", "imputed: Rubin", "bounded", "difference in differences, 4 authorities",
                   "difference in differences, 12 authorities"):
        assert method in named, method


def test_the_same_seed_gives_the_same_study():
    first, again = (run_study(runs=1, seed=3, sizes=(20,)).table for _ in range(2))
    assert first.equals(again)


def test_a_method_that_breaks_its_promise_is_called_short():
    draw = np.random.default_rng(1)
    x = draw.binomial(60, 0.3, 3000)
    narrow = wilson(x, 60, 0.85)
    assert _row(held("too narrow", narrow.conf_low, narrow.conf_high, 0.3), 60)["verdict"] == SHORT
    assert _row(misled("too eager", draw.random(3000) * 0.7), 60)["verdict"] == SHORT


def test_a_method_that_keeps_more_than_its_promise_is_called_cautious():
    wide = wilson(np.random.default_rng(1).binomial(60, 0.3, 3000), 60, 0.999)
    assert _row(held("wide", wide.conf_low, wide.conf_high, 0.3), 60)["verdict"] == CAUTIOUS
    assert _row(misled("uniform", np.random.default_rng(2).random(3000)), 60)["verdict"] == AS_PROMISED


def test_a_method_without_any_interval_keeps_no_promise():
    assert _row(held("nothing", [np.nan], [np.nan], 0.3), 20)["verdict"] == SHORT


def test_a_study_without_runs_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="the study needs runs"):
        write_study(tmp_path, runs=0, seed=1)
    assert not list(tmp_path.iterdir())


def test_tables_of_the_study_show_every_method_once(study):
    table = study.intervals.exhibit
    names = [row.cells[0].text for row in table.rows]
    assert len(names) == len(set(names)) == len(study.table.query("kind == 'interval'")) and "±" in table.rows[0].cells[2].text
