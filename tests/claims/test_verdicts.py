"""A known answer, worked by hand, for each verdict of each kind of claim."""

from __future__ import annotations

import pytest

from nbeval.claims.claim import HOLDS, Claim, Verdict
from nbeval.claims.judges import judge


def verdict(kind: str, **fields: object) -> tuple[str, str]:
    """The verdict on a claim, and the figure that would be right."""
    found = judge(Claim(claim="1", kind=kind, **fields))
    assert found.arithmetic.endswith("."), "the arithmetic is a sentence"
    assert found.holds is (found.verdict in HOLDS)
    return found.verdict.value, found.right


def arithmetic(kind: str, **fields: object) -> str:
    """The arithmetic shown for a claim."""
    return judge(Claim(claim="1", kind=kind, **fields)).arithmetic


@pytest.mark.parametrize(("fields", "wanted"), [
    # 82 of 125 is 65.6
    ({"percent": "66", "count": "82", "n": "125"}, ("reproduces", "")),
    ({"percent": "65", "count": "82", "n": "125"}, ("misprint", "66%")),
    ({"percent": "65.6", "count": "82", "n": "125"}, ("reproduces", "")),
    # 29 of 200 is 14.5: 15 half up, 14 to the even digit
    ({"percent": "15", "count": "29", "n": "200"}, ("reproduces", "")),
    ({"percent": "14", "count": "29", "n": "200"}, ("consistent", "")),
    ({"percent": "14", "count": "29", "n": "200", "rounding": "half_up"}, ("misprint", "15%")),
    ({"percent": "50", "count": "7", "n": "5"}, ("impossible", "")),
    # of ten people nobody is 35 %
    ({"percent": "35", "n": "10"}, ("impossible", "")),
    ({"percent": "101", "n": "10"}, ("impossible", "")),
    ({"percent": "56", "n": "1,804"}, ("consistent", "")),
    # 120 of 450, both rounded to ten: from 115 of 455 (25.3) to 125 of 445 (28.1)
    ({"percent": "27", "count": "120", "n": "450", "rounded_to": 10}, ("consistent", "")),
    ({"percent": "28", "count": "120", "n": "450", "rounded_to": 10}, ("consistent", "")),
    ({"percent": "30", "count": "120", "n": "450", "rounded_to": 10}, ("misprint", "27%")),
    # 25 of 60 rounded to five: from 23 of 62 (37.1) to 27 of 58 (46.6)
    ({"percent": "37", "count": "25", "n": "60", "rounded_to": 5}, ("consistent", "")),
    ({"percent": "48", "count": "25", "n": "60", "rounded_to": 5}, ("misprint", "42%")),
])
def test_a_percentage_is_held_against_count_and_base(fields, wanted):
    assert verdict("percentage", **fields) == wanted


def test_65_6_against_a_printed_65_is_found_to_be_cut_off():
    assert arithmetic("percentage", percent="65", count="82", n="125") == \
        "82 of 125 is 65.6%, which rounds to 66% and not to 65%. It was cut off, not rounded."


@pytest.mark.parametrize(("fields", "wanted"), [
    ({"parts": ("20", "24", "56"), "whole": True}, ("reproduces", "")),
    # three thirds: 33 + 33 + 33 = 99, and each may be half a point more
    ({"parts": ("33", "33", "33"), "whole": True}, ("consistent", "")),
    ({"parts": ("33", "33", "33"), "whole": True, "n": "3"}, ("consistent", "")),
    ({"parts": ("33", "33", "30"), "whole": True}, ("impossible", "")),
    # 50 + 30 + 20 of ten people is all of them; of three people nobody is 30 %
    ({"parts": ("50", "30", "20"), "whole": True, "n": "10"}, ("reproduces", "")),
    ({"parts": ("50", "30", "20"), "whole": True, "n": "3"}, ("impossible", "")),
    # of 1,000: from 255 + 295 = 55.0 to 265 + 305 = 57.0
    ({"parts": ("26", "30"), "total": "56", "n": "1000"}, ("consistent", "")),
    ({"parts": ("26", "30"), "total": "57", "n": "1000"}, ("consistent", "")),
    ({"parts": ("26", "30"), "total": "59", "n": "1000"}, ("misprint", "55% to 57%")),
    # 26.4 + 30.4 is 56.8: 57, and not the 56 that the rounded parts make
    ({"parts": ("26", "30"), "total": "56", "count": "568", "n": "1000"}, ("misprint", "57%")),
    ({"parts": ("26", "30"), "total": "57", "count": "568", "n": "1000"}, ("reproduces", "")),
    # of ten people 20 % and 30 % are two and three
    ({"parts": ("20", "30"), "total": "50", "n": "10"}, ("reproduces", "")),
])
def test_parts_are_added_with_what_rounding_allows(fields, wanted):
    assert verdict("addition", **fields) == wanted


def test_a_sum_of_rounded_parts_is_called_what_it_is():
    said = arithmetic("addition", parts=("26", "30"), total="56", count="568", n="1000")
    assert "is the sum of the rounded parts (26 + 30 = 56)" in said


@pytest.mark.parametrize(("fields", "wanted"), [
    # 46, 70 and 11 of 137 people are the only ones from 100 to 200
    ({"parts": ("33.6", "51.1", "8.0"), "n": "137", "lowest": 100, "highest": 200}, ("reproduces", "")),
    ({"parts": ("33.6", "51.1", "8.0"), "n": "140", "lowest": 100, "highest": 200}, ("misprint", "137")),
    ({"parts": ("33.6", "51.1", "8.0"), "lowest": 100, "highest": 200}, ("consistent", "137")),
    ({"parts": ("33.6", "51.1", "8.0", "12.5"), "n": "137", "lowest": 100, "highest": 200}, ("impossible", "")),
    ({"parts": ("50", "25"), "n": "40"}, ("consistent", "")),
    ({"parts": ("50", "25"), "n": "3"}, ("misprint", "4")),
])
def test_the_bases_that_fit_all_percentages_of_a_table_are_found(fields, wanted):
    assert verdict("shared_base", **fields) == wanted


@pytest.mark.parametrize("word", ["may have risen", "may be higher", "a possible rise", "may have fallen", "may be lower", "might have changed"])
def test_a_word_that_leaves_it_open_stands_where_the_figures_differ_that_way(word):
    down = "fallen" in word or "lower" in word
    fields = {"percent": "56", "n": "1,804", "other_percent": "60", "other_n": "2,476"} if down else ROSE
    assert verdict("comparison", word=word, **fields) == ("reproduces", "")
    assert "'may' allows for that" in arithmetic("comparison", word=word, **fields)
    assert verdict("comparison", word=word, **SAME) == ("does not follow", "no clear change")
    assert verdict("comparison", word="may have fallen" if not down else "may have risen", **fields)[0] == "does not follow"


ROSE = {"percent": "60", "n": "2,476", "other_percent": "56", "other_n": "1,804"}
OPEN = {"percent": "5", "n": "2,476", "other_percent": "6", "other_n": "1,804"}
SAME = {"percent": "34", "n": "1,258", "other_percent": "33", "other_n": "1,804"}


@pytest.mark.parametrize(("fields", "word", "wanted"), [
    (ROSE, "rose", ("reproduces", "")), (ROSE, "significantly higher", ("reproduces", "")), (ROSE, "significant", ("reproduces", "")),
    (ROSE, "fell", ("does not follow", "higher")), (ROSE, "no change", ("does not follow", "higher")),
    (OPEN, "fell", ("cannot be decided", "")), (OPEN, "no change", ("cannot be decided", "")),
    (SAME, "rose", ("does not follow", "no clear change")), (SAME, "no change", ("reproduces", "")),
    (SAME, "not significant", ("reproduces", "")), (SAME, "significant", ("does not follow", "no clear change")),
    (ROSE, "sparkled", ("cannot be decided", "")),
    # a figure that was withheld may be anything; one that rounds to nought of 1,804 is at most nine people
    (ROSE | {"other_percent": "[c]"}, "rose", ("cannot be decided", "")), (ROSE | {"other_percent": "[low]"}, "rose", ("reproduces", "")),
    (ROSE | {"other_percent": "[x]"}, "rose", ("cannot be decided", "")), (ROSE | {"other_percent": "35", "other_n": "10"}, "rose", ("cannot be decided", "")),
    # both bases rounded to ten: still decided
    (ROSE | {"n": "2,480", "other_n": "1,800", "rounded_to": 10}, "rose", ("reproduces", "")),
])
def test_what_is_said_of_two_figures_follows_or_does_not(fields, word, wanted):
    assert verdict("comparison", word=word, **fields) == wanted


@pytest.mark.parametrize(("fields", "wanted"), [
    ({"percent": "32", "word": "one in three"}, "reproduces"),
    ({"percent": "40", "word": "one in three"}, "does not follow"),
    ({"percent": "38", "word": "nearly one in three"}, "consistent"),        # 38.5 is beyond 38.3
    ({"percent": "12.5", "word": "one in eight"}, "reproduces"),
    ({"percent": "12", "word": "one in eight"}, "consistent"),               # 11.5 is 1 in 8.7
    ({"percent": "8", "word": "1 in 12"}, "consistent"),                     # 7.5 is 1 in 13.3
    ({"percent": "20", "word": "one in 5"}, "reproduces"),
    ({"percent": "51", "word": "more than half"}, "reproduces"),
    ({"percent": "50", "word": "more than half"}, "cannot be decided"),
    ({"percent": "49", "word": "most"}, "does not follow"),
    ({"percent": "48", "word": "under half"}, "reproduces"),
    ({"percent": "66", "word": "two thirds"}, "reproduces"),
    ({"percent": "23", "other_percent": "3", "word": "seven times as likely"}, "consistent"),    # 22.5 / 3.5 to 23.5 / 2.5
    ({"percent": "44", "other_percent": "21", "word": "twice as likely"}, "reproduces"),
    ({"percent": "30", "other_percent": "21", "word": "twice as likely"}, "does not follow"),
    ({"percent": "10", "other_percent": "0", "word": "three times as likely"}, "does not follow"),
    ({"percent": "30", "word": "twice as likely"}, "cannot be decided"),
    ({"percent": "30", "word": "a good few"}, "cannot be decided"),
])
def test_a_phrase_covers_a_figure_or_does_not(fields, wanted):
    assert verdict("phrase", **fields)[0] == wanted


@pytest.mark.parametrize(("fields", "wanted"), [
    ({"mean": "5.19", "n": "28"}, "impossible"), ({"mean": "5.18", "n": "28"}, "consistent"),
    ({"mean": "3.48", "n": "20"}, "impossible"),
    ({"mean": "5.18", "sd": "1.20", "n": "28", "lowest": 1, "highest": 7}, "impossible"),
    ({"mean": "5.18", "sd": "1.22", "n": "28", "lowest": 1, "highest": 7}, "consistent"),
    ({"mean": "5.18", "sd": "3.10", "n": "28", "lowest": 1, "highest": 7}, "impossible"),       # 2.75 at most
    ({"mean": "7.5", "n": "28", "lowest": 1, "highest": 7}, "impossible"),
    ({"mean": "5.20", "sd": "1.20", "n": "28", "items": 2}, "consistent"),
])
def test_a_mean_comes_from_whole_answers_or_from_none(fields, wanted):
    assert verdict("average", **fields)[0] == wanted


@pytest.mark.parametrize(("test", "statistic", "df1", "df2", "p", "wanted"), [
    # decision errors in the tests of the R package statcheck (Nuijten and others 2016)
    ("t", "2.20", "28", "", ".06", "does not follow"), ("t", "1.20", "28", "", ".03", "does not follow"),
    ("F", "22.20", "2", "28", ".06", "does not follow"), ("F", "2.20", "2", "28", ".03", "does not follow"),
    ("r", ".22", "28", "", ".03", "does not follow"), ("r", ".52", "28", "", ".06", "does not follow"),
    ("chi2", "2.20", "28", "", ".03", "does not follow"), ("chi2", "52.20", "28", "", ".06", "does not follow"),
    ("z", "1.20", "", "", ".03", "does not follow"), ("z", "2.20", "", "", ".06", "does not follow"),
    ("t", "1.02", "48", "", "<.05", "does not follow"),
    # errors that leave the decision, and what holds
    ("t", "2.20", "28", "", ".03", "misprint"), ("t", "2.20", "28", "", ".04", "reproduces"), ("t", "2.2", "28", "", ".033", "consistent"),
    ("t", "2.20", "28", "", "< .05", "reproduces"), ("t", "1.02", "48", "", "ns", "reproduces"), ("t", "2.20", "28", "", "ns", "does not follow"),
    ("t", "2.20", "28", "", "<.001", "misprint"), ("z", "5.20", "", "", ".000", "misprint"),
    ("t", "2.20", "", "", ".04", "cannot be decided"), ("t", "2.20", "28", "", "small", "cannot be decided"),
])
def test_p_follows_from_the_stated_test_or_does_not(test, statistic, df1, df2, p, wanted):
    assert verdict("test", test=test, statistic=statistic, df1=df1, df2=df2, p=p)[0] == wanted


def test_one_tail_is_named_where_it_would_explain_the_p_value():
    # t(28) = 2.20: .036 with two tails, .018 with one
    assert "one tail" in arithmetic("test", test="t", statistic="2.20", df1="28", p=".018")
    assert verdict("test", test="t", statistic="2.20", df1="28", p=".018", tails=1)[0] == "reproduces"


def test_every_verdict_has_been_seen():
    assert {one.value for one in Verdict} == {"reproduces", "consistent", "misprint", "impossible", "does not follow", "cannot be decided"}
