"""Languages: the file of a whole other language is followed everywhere, and plain words are plain."""

from __future__ import annotations

import re

import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import ReportForm
from nbeval.report import Report
from nbeval.words import words_of
from tests.conftest import ROOT
from tests.report.invented import disclosed, rows
from tests.translating import CLOSE, OPEN, outside
from tests.guards import some


def translated(tiny, language):
    """A report of the invented programme in another language."""
    programme = tiny.programme.model_copy(update={"language": language})
    changed = type(tiny)(**{**vars(tiny), "programme": programme})
    return Report(disclosed(rows()), changed, tiny.cohort("c"), programme.reports[1])


def of_the_package(text: str) -> list[str]:
    """The runs of four words and more that stand in an English sentence of the package."""
    known = " ".join(words_of("en-GB").values()).lower()
    words = re.findall(r"[a-z']+", text.lower())
    runs = (" ".join(words[place:place + 4]) for place in range(len(words) - 3))
    return [run for run in runs if run in known]


def test_no_sentence_of_the_package_stands_outside_the_file(tiny, second_language):
    report = translated(tiny, second_language)
    shown = [report.title, report.key_findings(), report.methods(), report.limits(), report.glossary(), report.exhibit_list(),
             report.section("programme"), report.section("main"), report.section("nowhere"),
             report.text("{estimate}", indicator="absent")]
    shown += [report.exhibit(spec.exhibit) for spec in some(report.specs)]
    for one in some(shown):
        page = re.sub(r"<style>.*?</style>|<svg.*?<title|<[^>]*>", " ", one._repr_mimebundle_()["text/html"], flags=re.DOTALL)
        assert not of_the_package(outside(page)), of_the_package(outside(page))


def test_another_language_is_followed_to_the_word(tiny, second_language):
    report = translated(tiny, second_language)
    assert f"{OPEN}Describe {OPEN}Figure 1{CLOSE} in words{CLOSE}" in report.exhibit("levels")._repr_mimebundle_()["text/html"]
    assert of_the_package(str(report.limits()))


def test_plain_words_stand_in_for_sentences_that_exist():
    assert words_of("en-GB", plain=True)["fell"] == "went down"
    assert words_of("en-GB")["fell"] == "fell"
    assert set(words_of("en-GB", plain=True)) == set(words_of("en-GB"))


# --- reading age -----------------------------------------------------------------------------------

def syllables(word: str) -> int:
    """How many syllables a word has, by its groups of vowels; a silent e at the end is none."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text.

    0.39 x words per sentence + 11.8 x syllables per word - 15.59 (Kincaid, Fishburne, Rogers and Chissom 1975,
    Research Branch Report 8-75). Grade 6 is about eleven years of age.
    """
    parts = [part for part in re.split(r"[.!?:]+\s+|\n+", text) if re.search(r"[a-z]", part.lower())]
    words = [re.findall(r"[a-z']+", part.lower()) for part in parts]
    count = sum(map(len, words))
    return 0.39 * count / len(parts) + 11.8 * sum(syllables(word) for part in words for word in part) / count - 15.59


def test_the_formula_gives_the_grade_of_known_sentences():
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade("The evaluation of institutional heterogeneity necessitates methodological sophistication.") > 20


def test_everything_that_young_people_read_is_for_about_eleven_year_olds():
    import json

    declared = load(ROOT / "data_dictionary")
    kinds = [kind for kind in declared.programme.reports if kind.form is ReportForm.PLAIN]
    assert kinds
    for kind in kinds:
        cells = json.loads((ROOT / "notebooks" / f"{kind.notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        prose = ["".join(cell["source"]).replace("#", "") for cell in cells if cell["cell_type"] == "markdown"]
        shown = [one for one in declared.exhibits if kind.id in one.reports]
        prose += [text for one in shown for text in (one.title, one.notes, one.sentence.replace("{label}", ""))]
        used = {name for one in shown for name in one.indicators}
        labels = [one.plain for one in declared.indicators if one.indicator in used]
        assert all(labels), "every measure that young people see has plain words"
        whole, plain = words_of("en-GB"), words_of("en-GB", plain=True)
        filed = [plain[key] for key in plain if plain[key] != whole[key] and plain[key].endswith(".")]
        assert filed
        for name, text in (("prose", "\n".join(prose)), ("labels", "\n".join(labels)), ("sentences", "\n".join(filed))):
            assert grade(re.sub(r"\{\w+\}", "six", text)) <= 6.0, (name, grade(text))
