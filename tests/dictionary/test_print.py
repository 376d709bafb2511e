"""Printed figures: read with their precision, refused with every fault, and given to the benchmarks that name them."""

from __future__ import annotations

import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind
from nbeval.errors import DictionaryError

HEAD = ("figure,cohort,wave,authority,group,level,indicator,quantity,about,coding,match,population,year,n,value,symbol,decimals,"
        "beside,status,source\n")
OURS = "f1,first,before,,,,enjoy_low,percent,Enjoyment,low,same,Readers,2020,200,14.5,,1,f2,confirmed,T1\n"
THEIRS = "f2,,,,,,enjoy_low,percent,Enjoyment,low,close,Readers everywhere,2019,,12,,0,,confirmed,T2\n"


@pytest.fixture
def printed(tiny):
    """Write the printed figures of the tiny dictionary."""
    def write(text: str) -> None:
        (tiny / "published").mkdir(exist_ok=True)
        (tiny / "published" / "figures.csv").write_text(HEAD + text, encoding="utf-8")
    return write


def test_a_dictionary_may_do_without_printed_figures(loaded):
    assert loaded.figures == ()
    assert loaded.cohorts[0].made_from is SourceKind.SURVEY


def test_a_figure_keeps_the_decimals_it_was_printed_with(tiny, printed):
    printed(OURS.replace("14.5", "14.0") + THEIRS)
    figure = load(tiny).figures[0]
    assert str(figure.printed) == "14.0"
    assert figure.beside == ("f2",)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("f1,first,before", "f1,first,befor", "did you mean 'before'?"),
    ("f1,first,before", "f1,frst,before", "unknown cohort 'frst'"),
    ("f1,first,before,", "f1,first,before,norh", "unknown authority 'norh' of 'first'"),
    ("f1,first,before,,,", "f1,first,before,,frequency,seldom", "unknown level 'seldom' of 'frequency'"),
    ("f1,first,before", "f1,,before", "field 'cohort': is empty, though wave, authority or group is not"),
    ("enjoy_low,percent,Enjoyment,low,same", "enjoy_lo,percent,Enjoyment,low,same", "unknown indicator 'enjoy_lo'"),
    ("enjoy_low,percent,Enjoyment,low,same", "enjoy_low,alpha,Enjoyment,low,same", "unknown quantity in print 'alpha'"),
    ("200,14.5,,1", "200,14.5,,0", "field 'decimals': are fewer than those of 14.5"),
    ("200,14.5,,1", "200,140,,0", "field 'value': is no percentage"),
    ("200,14.5,,1", "200,,,1", "exactly one of value and symbol is needed"),
    ("200,14.5,,1", "200,14.5,low,1", "exactly one of value and symbol is needed"),
    ("200,14.5,,1", "0,14.5,,1", "field 'n': is less than 1"),
    (",f2,confirmed,T1", ",f3,confirmed,T1", "unknown printed figure 'f3'"),
    (",f2,confirmed,T1", ",f2,confirmed,T9", "unknown source key 'T9'"),
])
def test_a_figure_with_a_fault_is_refused(tiny, printed, old, new, told):
    assert OURS.count(old) == 1
    printed(OURS.replace(old, new) + THEIRS)
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert told in error.value.found, error.value.found


def test_one_place_has_one_figure_of_an_indicator(tiny, printed):
    printed(OURS + THEIRS + OURS.replace("f1,", "f4,"))
    with pytest.raises(DictionaryError, match="a figure of this indicator, wave and place is already"):
        load(tiny)


def test_a_benchmark_takes_from_its_figure_what_it_leaves_empty(tiny, printed, edit):
    printed(OURS + THEIRS)
    edit("benchmarks.csv", "population,ages,year,", "population,figure,ages,year,")
    edit("benchmarks.csv", "all_readers,enjoy_low,population,All readers,Readers everywhere,16 to 24,2019,12,%,,,,0,Everywhere,close,confirmed,,T2",
         "all_readers,enjoy_low,population,All readers,,f2,16 to 24,,,%,,,,,Everywhere,,,,")
    edit("benchmarks.csv", "Readers of other clubs,16", "Readers of other clubs,,16")
    one = load(tiny).benchmarks[0]
    assert (one.population, one.year, one.value, one.match.value, one.source) == ("Readers everywhere", "2019", 12, "close", "T2")
    assert (one.ages, one.unit, one.geography) == ("16 to 24", "%", "Everywhere")


def test_a_benchmark_of_an_unknown_figure_is_refused(tiny, printed, edit):
    printed(OURS + THEIRS)
    edit("benchmarks.csv", "population,ages,year,", "population,figure,ages,year,")
    edit("benchmarks.csv", "Readers everywhere,16", "Readers everywhere,f7,16")
    edit("benchmarks.csv", "Readers of other clubs,16", "Readers of other clubs,,16")
    with pytest.raises(DictionaryError, match="unknown printed figure 'f7'"):
        load(tiny)


def test_a_cohort_is_made_of_answers_or_of_print(tiny, edit):
    edit("cohorts/first.toml", 'label = "Readers\' survey"', 'label = "Readers\' survey"\nkind = "published"')
    with pytest.raises(DictionaryError, match="names files for printed figures"):
        load(tiny)
