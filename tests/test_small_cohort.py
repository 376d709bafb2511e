"""A cohort of 24 goes all the way, weighted, though one authority cannot be weighted and a level has nobody in it."""

from __future__ import annotations

import shutil

import pytest

from nbeval import dictionary, pipeline
from nbeval.cli.app import main
from nbeval.dictionary.enums import Quantity
from nbeval.frames import Reason
from tests.cleaning.exports import AUTHORITIES, form, later, write_cohort
from tests.guards import some

WAVES = ("before", "after")
WEIGHTED = "".join([
    *(f'\n[[eligible]]\nauthority = "{place}"\nwave = "{wave}"\ncount = 64\nsource = "T1"\n' for wave in WAVES for place in AUTHORITIES
      if place != "north"),
    *(f'\n[[margins]]\nwave = "{wave}"\ngroup = "frequency"\nlevel = "{level}"\ncount = 96\nsource = "T1"\n' for wave in WAVES
      for level in ("often", "rarely")),
    '\n[weighting]\nmargins = ["authority", "frequency"]\n'])


@pytest.fixture(scope="module")
def place(root, tmp_path_factory):
    """Exports of 24 people and the tiny dictionary with weights; in south nobody says how often they read at the first wave."""
    place = tmp_path_factory.mktemp("small")
    folder = shutil.copytree(root / "tests" / "programmes" / "tiny", place / "dictionary")
    path = folder / "cohorts" / "first.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n[[notes]]", WEIGHTED + "\n[[notes]]", 1), encoding="utf-8")
    answers = ("Often", "Sometimes", "Sometimes", "Often")
    first = {name: [form(str(number), enjoy=str(number + 3), often="" if name == "south" else answers[number]) for number in range(4)]
             for name in AUTHORITIES}
    last = {name: [later(str(number), enjoy=str(number + 4), often=answers[number].replace("Often", "Often or always")) for number in range(4)]
            for name in AUTHORITIES}
    write_cohort(place / "data" / "first", first, last)
    return place


def test_it_goes_through_every_stage_and_names_who_is_unweighted(place):
    declared = dictionary.load(place / "dictionary")
    cohort = declared.cohort("first")
    cleaned = pipeline.clean(cohort, declared, place / "data")
    assert len(cleaned.respondents) == 24
    measured = pipeline.score(cleaned, cohort, declared)
    gaps = measured.findings.query("authority == 'south'")
    assert gaps[["check", "outcome", "wave", "count"]].to_numpy().tolist() == [["weights_made", "warning", "before", 4]]
    assert "'frequency'" in gaps["message"].item()
    results = pipeline.estimate(cleaned, measured, cohort, declared)
    levels = results[results["weighted"] & results["wave"].eq("before") & results["quantity"].isin([Quantity.MEAN, Quantity.PERCENT])
                     & results["group"].eq("") & results["indicator"].ne("")]
    south = levels[levels["authority"].eq("south") & levels["n_eligible"].gt(0)]
    assert set(some(south["warning"])) == {Reason.NO_WEIGHTS.not_estimable} and south["estimate"].isna().all()
    assert some(levels.loc[levels["authority"].eq("east"), "estimate"].dropna())
    disclosed = pipeline.protect(results, cohort, declared)
    assert disclosed.audit.empty or disclosed.audit["ok"].astype(bool).all()


def test_its_reports_are_made(place, capsys):
    line = ["render", "first", "baseline", "final", "authority_final", "--formats", "html"]
    assert main([*line, "--dictionary", str(place / "dictionary"), "--data", str(place / "data"), "--out", str(place / "out")]) == 0, \
        capsys.readouterr().err
    assert len(list((place / "out" / "first").rglob("report.html"))) == 5
