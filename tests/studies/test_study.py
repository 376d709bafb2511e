"""The simulation study, in short: every interval and every test keeps its promise, and a broken one would be seen."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.errors import ParameterError
from nbeval.estimate.proportions import wilson
from studies import run_study
from studies import study as study_module
from studies.simulations import held, misled
from nbeval.words import words_of
from studies.study import AS_PROMISED, CAUTIOUS, SHORT, WARNED, _row, write_study


@pytest.fixture(scope="module")
def study():
    """A study of one size and few runs."""
    return run_study(runs=20, seed=7, sizes=(60,), processes=1)


def test_no_method_falls_short_of_its_promise_but_those_that_reports_warn_of(study):
    assert [method for method in study.table.loc[study.table["verdict"].eq(SHORT), "method"] if not method.startswith(WARNED)] == []
    assert all("narrow" in words_of("en-GB")[note] for note in ("note_shrunken", "note_prediction"))


def test_every_interval_and_test_of_the_reports_is_in_the_study(study):
    named = " ".join(study.table["method"])
    for method in ("Wilson", "Newcombe", "Welch", "t interval", "Hedges g", "DeLong", "Mann-Whitney", "chi-squared or Boschloo", "score test",
                   "proportional odds", "delta method", "odds ratio", "marginal effect", "Hartung-Knapp", "Cochran Q", "Korn-Graubard",
                   "linearised", "McNemar", "signed ranks", "standardised by the first wave", "Feldt", "Cramer V", "overlap",
                   "Benjamini-Hochberg", "Holm", "words: rose or fell", "may have", "share of them that is wrong", "at least the smallest", "smaller than",
                   *(f"{of} {k} authorities" for of in ("mean change of", "change of one of") for k in (4, 8, 17)),
                   *(f"change in another authority, from {k}: prediction interval" for k in (4, 8, 17)),
                   *(f"over {k} authorities: CR2" for k in (5, 8, 20)), "imputed: Rubin", "bounded", "raked percentage", "change of raked",
                   *(f"difference in differences, {own} authorities beside {others}: {method}" for own, others in ((4, 4), (8, 8), (8, 3))
                     for method in ("CR2", "Welch"))):
        assert method in named, method


def test_the_same_seed_gives_the_same_study():
    first, again = (run_study(runs=1, seed=3, sizes=(20,), processes=1).table for _ in range(2))
    assert first.equals(again)


def test_samples_are_those_of_their_scenario_whatever_is_simulated_beside_it_and_in_how_many_processes(monkeypatch):
    every = run_study(runs=1, seed=3, sizes=(20,), processes=1).table
    monkeypatch.setattr(study_module, "SIMULATIONS", tuple(one for one in study_module.SIMULATIONS if one[0].__name__ in ("means", "words")))
    few = run_study(runs=1, seed=3, sizes=(20,), processes=2).table
    assert len(few) > 5 and few.equals(every[every["method"].isin(few["method"])].reset_index(drop=True))


def test_another_seed_gives_other_samples(monkeypatch):
    monkeypatch.setattr(study_module, "SIMULATIONS", tuple(one for one in study_module.SIMULATIONS if one[0].__name__ == "percentages"))
    assert not run_study(runs=1, seed=3, sizes=(20,), processes=1).table.equals(run_study(runs=1, seed=4, sizes=(20,), processes=1).table)


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
