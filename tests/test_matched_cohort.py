"""A cohort that asks the same people twice, from its exports to its report: they are linked, compared with themselves, and said to be the same."""

from __future__ import annotations

import csv
import re
import shutil

import pandas as pd
import pytest

from nbeval.study import open_report
from tests.conftest import TINY

COHORT, KEY = "first", "Member number"
LIBRARIES = ("north", "south", "east")
#: of every library, by whether they had a card at first and have one at last; those who were lost, by whether they had one
CARDS = {(True, True): 24, (False, True): 22, (True, False): 11, (False, False): 23}
LOST = {True: 11, False: 12}
EXHIBITS = """\
exhibit,reports,section,order,title,kind,chart,source_id,quantities,indicators,groups,notes,sentence
took_part,baseline; final,participation,1,Who took part in {cohort},participation,,survey,response_rate; count,,,,
lost,final,comparability,1,Who was lost,attrition,,survey,attrition; difference,headline,,,"{estimate} of those who could be followed did not answer again."
bands,baseline; final,comparability,2,Enjoyment in bands,distribution,stacked,survey,percent,distribution:enjoy_bands,,,
change_main,final,change,1,What changed,change,dumbbell,survey,percent; change; smallest_change,card_yes,,,"{label}: {verdict}, from {before} to {after}."
"""


def people(library: str) -> list[tuple[str, bool, bool | None]]:
    """The people of a library: their number, whether they had a card at first, and whether they have one at last, if they answered."""
    first_and_last = [pair for pair, count in CARDS.items() for _ in range(count)]
    first_and_last += [(had, None) for had, count in LOST.items() for _ in range(count)]
    return [(f"{library[0].upper()}{place:03d}", *pair) for place, pair in enumerate(first_and_last)]


def form(number: int, person: str, card: bool, month: str) -> dict[str, str]:
    """One form as the export has it."""
    return {
        "Response ID": str(number), "Status": "Complete", "Started": f"0{1 + number % 9}/{month} 10:00", "Finished": f"0{1 + number % 9}/{month} 10:12",
        "E-mail address": f"{person}@example.org", "IP address": "192.0.2.1", "How much do you enjoy reading?": str(number % 11),
        "How often do you read?": "Often" if number % 2 else "Sometimes", "Do you have a library card?": "Yes" if card else "No", KEY: person,
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The tiny programme with a cohort of the matched design, and its exports."""
    folder = tmp_path_factory.mktemp("matched")
    shutil.copytree(TINY, folder / "dictionary")
    columns = folder / "dictionary" / "instruments" / "reading_survey" / "columns.csv"
    columns.write_text(columns.read_text() + f"2020,{KEY},person,,true\n", encoding="utf-8")
    (folder / "dictionary" / "exhibits.csv").write_text(EXHIBITS, encoding="utf-8")
    cohort = folder / "dictionary" / "cohorts" / f"{COHORT}.toml"
    text = cohort.read_text().replace('ends = "2022"\n', 'ends = "2022"\ndesign = "matched"\n')
    text = re.sub(r'pattern = "after.*?header_rows = 2', 'pattern = "after/{authority}.csv"\nversion = "2020"', text, flags=re.DOTALL)
    cohort.write_text(text, encoding="utf-8")
    headers = [row["header"] for row in csv.DictReader(columns.open(encoding="utf-8")) if row["version"] == "2020"]
    for library in LIBRARIES:
        members = people(library)
        first = [form(1000 + k, person, had, "03/2020") for k, (person, had, _) in enumerate(members)]
        last = [form(2000 + k, person, has, "03/2022") for k, (person, _, has) in enumerate(members) if has is not None]
        for wave, forms in (("before", first), ("after", last)):
            file = folder / COHORT / wave / f"{library}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(forms).reindex(columns=headers).to_csv(file, index=False)
    return folder


@pytest.fixture(scope="module")
def report(place, tmp_path_factory):
    """The final report of the matched cohort."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield open_report(COHORT, "final", dictionary=place / "dictionary", data=place)


def row(report, quantity, **key):
    """The one result with this quantity over all libraries."""
    found = report.context.results.where(quantity=quantity, authority="", **key)
    assert len(found) == 1, (quantity, key, len(found))
    return found[0]


def test_change_is_counted_over_those_who_answered_both_times(report):
    both, had, have = (3 * sum(count for pair, count in CARDS.items() if test(pair))
                       for test in (lambda pair: True, lambda pair: pair[0], lambda pair: pair[1]))
    change = row(report, "change", indicator="card_yes")
    assert (change.n_valid, change.n_reference) == (both, both)
    assert change.estimate == pytest.approx(100 * (have - had) / both, abs=0.005)
    assert "mcnemar" in change.method and "pairs" in change.method


def test_the_share_who_were_lost_is_that_of_the_exports(report):
    lost = row(report, "attrition")
    assert lost.estimate == pytest.approx(100 * sum(LOST.values()) / (sum(CARDS.values()) + sum(LOST.values())), abs=0.005)


def test_the_report_says_that_the_same_people_were_asked(report):
    for text in (str(report.section("comparability")), str(report.methods())):
        assert "same people" in text
        assert "separate samples" not in text and "anonymous" not in text


def test_the_report_says_who_was_lost_and_whether_they_had_answered_otherwise(report):
    shown = report.exhibit("lost").exhibit
    assert shown.sentence == "22% of those who could be followed did not answer again."
    labels = [line.cells[0].text for line in shown.rows if not line.heading]
    assert labels == ["Low enjoyment of reading", "Has a library card"]


def test_levels_beside_a_change_are_those_of_the_pairs(report):
    both, had, have = (sum(count for pair, count in CARDS.items() if test(pair)) for test in (lambda pair: True, lambda pair: pair[0], lambda pair: pair[1]))
    shown = report.exhibit("change_main").exhibit
    for text in (shown.sentence, str(report.key_findings())):
        assert "Has a library card: rose among those who answered both times, from 44% to 58%; the interval of their change is +" in text
    assert (f"{100 * had / both:.2f}", f"{100 * have / both:.2f}") == ("43.75", "57.50")
    assert any("those who answered both times" in note for note in shown.notes)
    assert not any("unrounded" in note for note in shown.notes)


def test_a_distribution_at_both_waves_is_that_of_the_pairs_and_at_the_first_alone_that_of_everybody(report, place):
    """Low, medium and high enjoyment: 0 to 4, 5 and 6, 7 to 10."""
    def shares(number: int, *, of_pairs: bool) -> list[str]:
        forms = [(number + k) % 11 for library in LIBRARIES for k, (_, _, has) in enumerate(people(library)) if has is not None or not of_pairs]
        return [f"{100 * sum(low <= one <= high for one in forms) / len(forms):.0f}" for low, high in ((0, 4), (5, 6), (7, 10))]

    assert shares(1000, of_pairs=True) != shares(1000, of_pairs=False), "those who were lost had answered otherwise"
    shown = report.exhibit("bands").exhibit
    lines = [line.cells for line in shown.rows if not line.heading]
    assert [[line[1].text, line[3].text] for line in lines] == [list(pair) for pair in zip(
        shares(1000, of_pairs=True), shares(2000, of_pairs=True), strict=True)]
    assert any("those who answered both times" in note for note in shown.notes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBEVAL_CACHE", str(place / "cache"))
        first = open_report(COHORT, "baseline", dictionary=place / "dictionary", data=place).exhibit("bands").exhibit
    assert [line.cells[1].text for line in first.rows if not line.heading] == shares(1000, of_pairs=False)
    assert not any("both times" in note for note in first.notes)


def test_a_few_who_left_withhold_the_levels_of_everybody_and_never_the_change(shared, tmp_path, monkeypatch):
    """Thirty pairs of thirty-two: the change is shown with the levels of the pairs, and nothing withheld is called no clear change."""
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    programme = shared / "cases" / "programmes" / "withheld_change"
    shutil.copytree(programme / "data", tmp_path / "data" / "c")
    report = open_report("c", "final", dictionary=programme / "dictionary", data=tmp_path / "data")
    found = report.context.results.where(quantity="change")
    assert [(row.n_valid, row.suppression) for row in found] == [(30, "")]
    (line,) = [line for line in report.exhibit("chg").exhibit.rows if not line.heading]
    assert not [cell.text for cell in line.cells if cell.symbol]
    assert "[c]" not in str(report.key_findings())
    for text in (str(report.section("change")), str(report.key_findings())):
        assert "no clear change" not in text or found[0].verdict == "no clear change"


def test_the_report_is_rendered_and_no_key_of_a_person_is_in_it(place, tmp_path):
    from nbeval.cli.app import main

    out = tmp_path / "reports"
    assert main(["render", COHORT, "final", "--dictionary", str(place / "dictionary"), "--data", str(place), "--out", str(out),
                 "--formats", "html"]) == 0
    files = [file for file in out.rglob("*") if file.is_file()]
    assert any(file.name == "report.html" for file in files)
    numbers = re.compile("|".join(person for library in LIBRARIES for person, *_ in people(library)))
    assert not [file.name for file in files if numbers.search(file.read_text(encoding="utf-8", errors="replace"))]
    page = next(file for file in files if file.name == "report.html").read_text(encoding="utf-8")
    assert "The same people were asked at each survey, and their answers are linked." in page
