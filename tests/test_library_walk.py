"""The library in use: public data, the values of R, and what an analyst relies on beside them."""

from __future__ import annotations

import ast
import doctest
import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import nbeval as nb
from nbeval.cleaning.labels import UndeclaredAnswers
from nbeval.errors import FrameError, ParameterError, UnknownCodeError
from tests.conftest import ROOT

#: modules whose public functions are the library
OPEN = ("nbeval", *(f"nbeval.{home}" for home in dict.fromkeys(nb._HOME.values())))
ANSWERS = ["Never", "Sometimes", "Often"]


def test_the_walk_runs_and_holds(shared):
    """Somebody else's survey, from two files to a protected table, with statsmodels and seaborn on the way."""
    done = subprocess.run(
        [sys.executable, str(shared / "library_walk.py")], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "the walk holds" in done.stdout


@pytest.mark.parametrize("name", OPEN)
def test_the_examples_of_the_library_run(name):
    found = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert not found.failed


def test_every_public_name_is_there_with_an_example():
    names = [name for name in nb.__all__ if name not in ("__version__", "plot", "NbevalError", "Study")]
    assert len(names) > 15
    for name in names:
        assert ">>>" in getattr(nb, name).__doc__, f"{name} has no example"
        assert getattr(nb, name).__name__ == name
    assert dir(nb) == sorted(nb.__all__) and len(nb.__all__) < 60


def test_a_public_name_is_no_module():
    """Importing a module of that name would put it in the place of the function."""
    modules = {path.stem for path in (ROOT / "nbeval").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert set(nb.__all__) & modules == {"plot"}


def test_type_checkers_see_what_is_imported_when_it_is_used():
    tree = ast.parse((ROOT / "nbeval" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body for alias in node.names}
    assert seen == set(nb.__all__) - {"__version__"}


def test_importing_the_library_imports_no_other_package():
    code = "import sys, nbeval; print(sorted({'pandas', 'numpy', 'statsmodels', 'scipy', 'seaborn', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# --- labels --------------------------------------------------------------------------------------------

@pytest.fixture
def survey() -> pd.DataFrame:
    return pd.DataFrame({"lonely": ["Never", "often ", "", "Sometimes", "rarely"] + ["Now and then"] * 6, "id": range(11)})


def test_what_is_not_declared_is_counted_and_only_shown_where_many_gave_it(survey):
    with pytest.warns(UndeclaredAnswers, match=r"'lonely': 7 of 11 answers: 'Now and then' \(6\), 1 given by fewer") as seen:
        labelled, missing = nb.label(survey, {"lonely": ANSWERS}, missing=[""], reasons=True)
    assert "rarely" not in str(seen[0].message)
    assert labelled["lonely"].cat.ordered and list(labelled["lonely"].cat.categories) == ANSWERS
    assert labelled["lonely"].notna().tolist() == [True, True, False, True] + [False] * 7
    assert labelled.attrs["missing"] == {"lonely": {"invalid": 7, "not_answered": 1}}
    assert missing["lonely"].astype(object).where(missing["lonely"].notna(), "").tolist() == ["", "", "not_answered", ""] + ["invalid"] * 7
    assert survey["lonely"].iloc[1] == "often ", "the frame given is not altered"


def test_labels_can_be_strict_and_have_codes_of_their_own(survey):
    with pytest.raises(UnknownCodeError, match="answers of 1 columns are not declared") as error:
        nb.label(survey, {"lonely": ANSWERS}, missing=[""], undeclared="raise")
    assert "rarely" not in str(error.value)
    coded = nb.label(pd.DataFrame({"q": [0, 1, 9, None]}), {"q": {0: "No", 1: "Yes"}}, missing={9: "dont_know"})
    assert coded["q"].tolist()[:2] == ["No", "Yes"] and coded.attrs["missing"]["q"] == {"not_answered": 1, "dont_know": 1}
    assert coded.attrs["ranges"]["q"] == (0.0, 1.0)
    with pytest.raises(ParameterError, match="no reason for a missing answer"):
        nb.label(survey, {"lonely": ANSWERS}, missing={"": "forgotten"})
    with pytest.raises(ParameterError, match="there is no column 'lonly'"):
        nb.label(survey, {"lonly": ANSWERS})


# --- scores --------------------------------------------------------------------------------------------

def test_a_scale_reads_labelled_answers_and_reverses_about_the_declared_range():
    frame = nb.label(pd.DataFrame({"a": ["Never", "Often"], "b": ["Often", "Often"]}), dict.fromkeys("ab", ANSWERS))
    scale = nb.Scale(items=["a", "b"], reverse=["b"], range=(1, 3), rule="sum", name="mood")
    score = nb.score(frame, scale)
    assert score.tolist() == [1 + 1, 3 + 1] and score.name == "mood" and score.attrs["n_scored"] == 2
    assert nb.score(frame[["a", "b"]].iloc[:0], scale).empty


@pytest.mark.parametrize(("parts", "message"), [
    ({"items": []}, "at least one item"), ({"items": ["a", "a"]}, "none of them twice"), ({"reverse": ["z"]}, "not items of the scale"),
    ({"reverse": ["a"], "range": None}, "reversed about a declared range"), ({"range": (5, 1)}, "from the lowest to the highest"),
    ({"rule": "median"}, "there is no rule 'median'"), ({"minimum_answered": 3}, "must be possible"), ({"rule": "count"}, "which codes count"),
    ({"items": "ab"}, "lists of columns"),
], ids=str)
def test_a_scale_that_contradicts_itself_is_refused(parts, message):
    with pytest.raises(ParameterError, match=message):
        nb.Scale(**{"items": ["a", "b"], "range": (1, 5), **parts})


def test_answers_outside_the_range_or_without_codes_are_refused_without_showing_them():
    scale = nb.Scale(items=["a"], range=(1, 5))
    with pytest.raises(FrameError, match="outside the declared range") as error:
        nb.score(pd.DataFrame({"a": [1.0, 77.0]}), scale)
    assert "77" not in str(error.value)
    with pytest.raises(ParameterError, match="are not numbers"):
        nb.score(pd.DataFrame({"a": ["private words"]}), scale)
    with pytest.raises(ParameterError, match="there is no column 'a'"):
        nb.score(pd.DataFrame({"b": [1]}), scale)


def test_recoding_keeps_gaps_and_refuses_what_it_would_lose():
    lonely = nb.label(pd.DataFrame({"lonely": [*ANSWERS, ""]}), {"lonely": ANSWERS}, missing=[""])["lonely"]
    assert nb.recode(lonely, {"Often": 1}, other=0).tolist()[:3] == [0.0, 0.0, 1.0]
    assert np.isnan(nb.recode(lonely, {"Often": 1}, other=0).iloc[3])
    assert nb.recode(lonely, {"Never": "no", "Sometimes": "yes", "Often": "yes"}).cat.categories.tolist() == ["no", "yes"]
    with pytest.raises(ParameterError, match="2 of 3 answers of 'lonely' have no new value"):
        nb.recode(lonely, {"Often": 1})
    with pytest.raises(ParameterError, match="are no categories of 'lonely'"):
        nb.recode(lonely, {"Oftn": 1}, other=0)


def test_bands_are_the_published_ones_and_agree_with_the_dictionary():
    from nbeval.scoring.recoding import published_bands

    codes = pd.Series(range(11), dtype=float)
    declared = nb.read_dictionary()
    of_bands = {"ons_life_satisfaction": "life_sat", "ons_worthwhile": "worthwhile", "ons_happiness": "happy_yest", "ons_anxiety": "anxious_yest"}
    assert set(of_bands) == set(published_bands())
    for bands, item in of_bands.items():
        placed = nb.band(codes, bands)
        parts = {tuple(codes[placed.eq(level)]) for level in placed.cat.categories}
        ours = {one.codes for one in declared.indicators if one.item == item and one.distribution.endswith("_bands")}
        assert ours, item
        assert parts == {tuple(float(code) for part in one for code in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)) for one in ours}
    with pytest.raises(ParameterError, match="1 of 2 scores of 'x' are in no band"):
        nb.band(pd.Series([4, 11], name="x"), "ons_life_satisfaction")
    with pytest.raises(ParameterError, match="there are no bands 'ons_life'"):
        nb.band(codes, "ons_life")


# --- clean and protect ---------------------------------------------------------------------------------

def test_an_export_is_cleaned_outside_a_cohort_as_within_one(prepared_specimen):
    study = nb.open_study(prepared_specimen.dictionary.cohorts[[one.invented for one in prepared_specimen.dictionary.cohorts].index(True)].id)
    whole = study.clean()
    folder = study.data / study.cohort.id / "survey"
    book = nb.read_dictionary()
    source = next(one for one in study.cohort.sources if one.id == "survey")
    first = source.files[0]
    authority = study.cohort.authorities[0]
    path = study.data / study.cohort.id / first.pattern.replace("{authority}", authority)
    assert folder.is_dir() and path.is_file()
    alone = nb.clean(path, book.instrument(source.instrument), version=first.version, header_rows=first.header_rows)
    inside = whole.frame[whole.frame["wave"].eq(first.wave) & whole.frame["authority"].eq(authority)]
    assert len(alone.frame) == len(inside) > 20
    items = list(alone.missing.columns)
    key = [item for item in items if pd.api.types.is_numeric_dtype(alone.frame[item])]
    for item in key:
        assert sorted(alone.frame[item].dropna()) == sorted(inside[item].dropna()), item
    assert key and (alone.frame[items].isna() == alone.missing.notna().to_numpy()).all(axis=None)
    text = repr(alone) + alone._repr_html_() + repr(whole) + whole._repr_html_()
    answers = {str(label) for labels in alone.frame.attrs["codes"].values() for label in labels.values() if len(str(label)) > 6}
    assert answers and not [answer for answer in answers if answer in text]


def test_the_displays_of_a_study_show_no_count_of_people_below_the_threshold(prepared_specimen):
    counts = prepared_specimen.counts
    assert set(counts) == {"clean", "score", "estimate", "protect"}
    people = [cell for stage in ("clean", "score") for row in counts[stage].rows for cell in row[1:] if cell.replace(",", "").isdigit()]
    assert people
    assert all(int(cell.replace(",", "")) == 0 or int(cell.replace(",", "")) >= prepared_specimen.disclosed.policy.threshold for cell in people)


def rng_table(seed: int) -> pd.DataFrame:
    """A crosstab with small cells."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"answer": rng.choice(list("abc"), 400, p=[0.05, 0.35, 0.6]), "area": rng.choice(list("uvwxy"), 400)})
    return nb.crosstab(frame, "answer", "area")


@pytest.mark.parametrize("seed", range(4))
def test_no_withheld_cell_follows_from_its_margins(seed):
    table = rng_table(seed)
    safe = nb.protect(table, threshold=10)
    gone = safe["suppression"].ne("")
    assert gone.any() and not gone.all()
    assert (table.loc[table["n"] < 10].index.isin(safe.index[gone])).all()
    assert safe.loc[gone, ["n", "estimate", "conf_low", "conf_high", "row_percent"]].isna().all(axis=None)
    assert "association" not in safe.attrs and "association" in table.attrs
    for key in ("answer", "area"):
        for _, part in safe.groupby(key, observed=True):
            assert part["n"].isna().sum() != 1 or part["base" if key == "area" else "row_percent"].isna().all()


def test_percentages_and_means_stand_on_enough_people_or_are_withheld():
    levels = pd.DataFrame({"area": ["a", "b", "c", "d"], "estimate": [4.0, 50.0, 97.0, 60.0], "n": [100, 100, 100, 8], "unit": "percent"})
    safe = nb.protect(levels)
    assert safe["suppression"].tolist() == ["[c]", "", "[c]", "[c]"] and safe["n"].isna().tolist() == [False, False, False, True]
    change = pd.DataFrame({"estimate": [1.0, 2.0], "n": [50, 50], "n_reference": [9, 50], "p_value": [0.1, 0.2], "verdict": ["rose", "rose"]})
    safe = nb.protect(change)
    assert safe["suppression"].tolist() == ["[c]", ""] and safe["verdict"].tolist() == ["", "rose"] and np.isnan(safe["p_value"].iloc[0])
    with pytest.raises(ParameterError, match="no column of counts"):
        nb.protect(pd.DataFrame({"estimate": [1.0]}))
    with pytest.raises(ParameterError, match="two rows for one cell"):
        nb.protect(pd.DataFrame({"a": ["x", "x"], "n": [20, 30]}))


def test_the_codebook_is_a_frame():
    book = nb.read_dictionary()
    instrument = book.instruments[0]
    table = nb.codebook(instrument)
    assert set(table["instrument"]) == {instrument.record.id} and len(nb.codebook(book)) >= len(table) > 20
