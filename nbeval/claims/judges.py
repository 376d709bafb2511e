"""Claims judged: each is worked out again by the arithmetic of printed figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from fractions import Fraction
from math import nan
from pathlib import Path
from types import MappingProxyType

from nbeval.claims.arithmetic import (
    Answers,
    Counts,
    StatedTest,
    bases_from,
    bases_that_fit,
    compare_printed,
    counts_behind_symbol,
    counts_of,
    counts_printed_as,
    counts_rounded,
    means_beside,
    p_of,
    parts_of,
    spread_possible,
    squares_printed_as,
    sum_of_parts,
    totals_printed_as,
)
from nbeval.claims.claim import SYMBOLS, Claim, ClaimKind, Judged, Judgement, Verdict
from nbeval.claims.reading import is_report, read_claims, read_report
from nbeval.dictionary.enums import Rounding
from nbeval.dictionary.printed_number import PrintedNumber, printed_number
from nbeval.frames import Decision
from nbeval.rounding import half_up, half_up_percent

ALPHA = 0.05
_P = re.compile(r"(?:p\s*)?(?P<sign><=|>=|<|>|=|\u2264|\u2265)?\s*(?P<number>[\d.,]+)", re.IGNORECASE)


def judge_mean(
    claim: Claim, totals: tuple[int, ...], beside: tuple[float, float], squares: tuple[tuple[int, int], ...],
    spread: tuple[float, float] | None,
) -> Judgement:
    """Judge a mean, and a standard deviation, of whole answers."""
    mean, n = claim.number("mean"), claim.people("n")
    parts = n * claim.items
    of = f"{n:,} answers" if claim.items == 1 else f"{n:,} answers to {claim.items} items"
    if not totals:
        ends = "" if claim.lowest is None else f", from {claim.lowest} to {claim.highest}"
        near = " and ".join(f"{one:.{mean.decimals + 2}f}" for one in beside)
        return Judgement(Verdict.IMPOSSIBLE, f"no total of {of}{ends} has the mean {mean}; the means next to it are {near}.")
    shown = " or ".join(f"{total:,} / {parts:,}" for total in totals[:3])
    span = f" A standard deviation with this mean lies between {spread[0]:.3g} and {spread[1]:.3g}." if spread else ""
    if not claim.sd:
        return Judgement(Verdict.CONSISTENT, f"the mean of {of} is {mean} if their total is {shown}.{span}")
    if claim.items > 1:
        return Judgement(Verdict.CONSISTENT, f"the mean of {of} is {mean} if their total is {shown}; the standard deviation of "
                         "several items cannot be worked out.")
    if not squares:
        return Judgement(Verdict.IMPOSSIBLE, f"the mean {mean} is possible ({shown}), but no whole answers with that total have the "
                         f"standard deviation {claim.sd}.{span}")
    total, q = squares[0]
    return Judgement(Verdict.CONSISTENT, f"answers that add up to {total:,} with squares that add up to {q:,} print as mean {mean} and "
                     f"standard deviation {claim.sd}.{span}")


def judge_test(claim: Claim, p: tuple[float, float, float], one_tailed: tuple[float, float, float]) -> Judgement:
    """Judge a p-value beside its statistic."""
    stated = _stated(claim.p)
    if stated is None or p[0] != p[0]:
        why = "the p-value is not understood" if stated is None else "degrees of freedom are missing"
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{why}.")
    sign, number = stated
    df = ", ".join(filter(None, (claim.df1, claim.df2)))
    shown = f"{claim.test}{f'({df})' if df else ''} = {claim.statistic} gives p = {_p_of_test(p[0])}"
    if p[1] != p[2]:
        shown += f" (from {_p_of_test(p[1])} to {_p_of_test(p[2])} with the rounding of the statistic)"
    if sign == "=" and number.units == 0:
        return Judgement(Verdict.MISPRINT, f"{shown}; no p-value is nought.", "< .001")
    if _agrees(sign, number, p[0], p[0]):
        return Judgement(Verdict.REPRODUCES, f"{shown}.")
    if _agrees(sign, number, p[1], p[2]):
        return Judgement(Verdict.CONSISTENT, f"{shown}.")
    hint = " It is the p-value of one tail." if _agrees(sign, number, one_tailed[1], one_tailed[2]) else ""
    said, found = _significant(sign, number), p[0] <= ALPHA
    right = f"p = {_p_of_test(p[0])}" if p[0] >= 0.001 else "p < .001"
    if said is not None and said is not found:
        verb = "is" if found else "is not"
        return Judgement(Verdict.DOES_NOT_FOLLOW, f"{shown}, not {claim.p}: it {verb} significant at {ALPHA}.{hint}", right)
    return Judgement(Verdict.MISPRINT, f"{shown}, not {claim.p}.{hint}", right)


def _stated(text: str) -> tuple[str, PrintedNumber] | None:
    """The sign and the number of a p-value as printed; 'ns' means above the usual level."""
    if text.strip().casefold().removeprefix("p").strip(" =") in ("ns", "n.s.", "not significant"):
        return ">", printed_number(str(ALPHA))
    found = _P.fullmatch(text.strip())
    if not found:
        return None
    sign = {"": "=", None: "=", "<=": "<", ">=": ">", "\u2264": "<", "\u2265": ">"}.get(found["sign"], found["sign"])
    return sign, printed_number(found["number"])


def _agrees(sign: str, number: PrintedNumber, smallest: float, largest: float) -> bool:
    """Whether any p from smallest to largest agrees with what is stated."""
    if sign == "<":
        return smallest < number.value
    if sign == ">":
        return largest > number.value
    low, high = (float(end) for end in number.limits)
    return smallest <= high and largest >= low


def _significant(sign: str, number: PrintedNumber) -> bool | None:
    """Whether what is stated says significant at the usual level; None where it leaves that open."""
    if sign == "<":
        return True if number.value <= ALPHA else None
    if sign == ">":
        return False if number.value >= ALPHA else None
    return number.value <= ALPHA


def _p_of_test(value: float) -> str:
    """A p-value with three digits that count."""
    return f"{value:.3g}" if value >= 0.0001 else "below 0.0001"


#: as many bases as are named one by one
_NAMED = 6


def judge_counted(claim: Claim) -> Judgement:
    """Judge a percentage that is printed with its count and its base, neither of them rounded."""
    percent, count, n = claim.number("percent"), claim.people("count"), claim.people("n")
    if n == 0 or count > n:
        return Judgement(Verdict.IMPOSSIBLE, f"{count:,} people cannot be part of {n:,}.")
    exact = 100 * Fraction(count, n)
    right = f"{half_up_percent(count, n, percent.decimals):.{percent.decimals}f}%"
    shown = f"{count:,} of {n:,} is {float(exact):.{percent.decimals + 1}f}%"
    if percent.prints(exact, Rounding.HALF_UP):
        return Judgement(Verdict.REPRODUCES, f"{shown}, which rounds to {right}.")
    if percent.prints(exact, claim.rounding):
        return Judgement(Verdict.CONSISTENT, f"{shown}; the tie was rounded to the even digit, half up it is {right}.")
    cut = " It was cut off, not rounded." if 0 < exact - percent.exact < 2 * percent.half else ""
    return Judgement(Verdict.MISPRINT, f"{shown}, which rounds to {right} and not to {percent}%.{cut}", right)


def judge_rounded_counts(claim: Claim, fits: int, lowest: float, highest: float) -> Judgement:
    """Judge a percentage whose count and base were rounded before they were printed."""
    percent, count, n, to = claim.number("percent"), claim.people("count"), claim.people("n"), claim.rounded_to
    span = f"{lowest:.{percent.decimals + 1}f}% to {highest:.{percent.decimals + 1}f}%"
    shown = f"{count:,} of {n:,}, each rounded to {to}, may be anything from {span}"
    if fits:
        return Judgement(Verdict.CONSISTENT, f"{shown}; {percent}% is within that.")
    right = f"{half_up_percent(count, n, percent.decimals):.{percent.decimals}f}%"
    return Judgement(Verdict.MISPRINT, f"{shown}, which {percent}% is not; the printed counts give {right}.", right)


def judge_uncounted(claim: Claim, lowest: int | None, highest: int | None) -> Judgement:
    """Judge a percentage of a base whose count is not printed: whether any count gives it."""
    percent, n = claim.number("percent"), claim.people("n")
    if lowest is not None:
        span = f"{lowest:,}" if lowest == highest else f"each count from {lowest:,} to {highest:,}"
        return Judgement(Verdict.CONSISTENT, f"{span} of {n:,} prints as {percent}%.")
    below = int(percent.exact * n / 100)
    near = [f"{100 * x / n:.{percent.decimals + 2}f}% ({x:,})" for x in (below, below + 1) if 0 <= x <= n] or ["0% and 100%"]
    return Judgement(Verdict.IMPOSSIBLE, f"no whole number of {n:,} people is {percent}%; next to it are {' and '.join(near)}.")


def judge_whole(claim: Claim, people: tuple[int, int] | None) -> Judgement:
    """Judge percentages that share out everybody, once each."""
    parts = [printed_number(text) for text in claim.parts]
    added, slack = sum(one.exact for one in parts), sum(one.half for one in parts)
    shown = f"{' + '.join(map(str, parts))} = {_number(added)}"
    if people is not None and not people[0] <= claim.people("n") <= people[1]:
        return Judgement(Verdict.IMPOSSIBLE, f"{shown}; no whole numbers of {claim.n} people print as these parts and add up to all.")
    if added == 100:
        return Judgement(Verdict.REPRODUCES, f"{shown}.")
    if abs(added - 100) <= slack:
        return Judgement(Verdict.CONSISTENT, f"{shown}; rounding may move the sum of {len(parts)} parts by {_number(slack)}, so 100 is within reach.")
    return Judgement(Verdict.IMPOSSIBLE, f"{shown}; rounding may move the sum by {_number(slack)} at most, which does not reach 100.")


def judge_total(claim: Claim, reach: tuple[Fraction, Fraction]) -> Judgement:
    """Judge a printed total of parts."""
    parts, total = [printed_number(text) for text in claim.parts], claim.number("total")
    added = sum(one.exact for one in parts)
    shown = f"{' + '.join(map(str, parts))} = {_number(added)}"
    if claim.count and claim.n:
        return _counted_total(claim, total, shown, added == total.exact)
    low, high = (_half_up(end, total.decimals) for end in reach)
    if total.limits[0] <= reach[1] and total.limits[1] >= reach[0]:
        if low == high:
            return Judgement(Verdict.REPRODUCES, f"{shown}, and no rounding of the parts changes it.")
        return Judgement(Verdict.CONSISTENT, f"{shown}; before rounding the parts may add up to anything from {low}% to {high}%.")
    right = f"{low}%" if low == high else f"{low}% to {high}%"
    return Judgement(Verdict.MISPRINT, f"{shown}; with what rounding allows the total is {right}, not {total}%.", right)


def _counted_total(claim: Claim, total: PrintedNumber, shown: str, is_the_sum: bool) -> Judgement:
    """A total whose own count and base are printed: it is the percentage of these, not the sum of rounded parts."""
    count, n = claim.people("count"), claim.people("n")
    exact = 100 * Fraction(count, n)
    right = f"{half_up_percent(count, n, total.decimals):.{total.decimals}f}%"
    of = f"{count:,} of {n:,} is {float(exact):.{total.decimals + 1}f}%"
    if total.prints(exact, claim.rounding):
        return Judgement(Verdict.REPRODUCES, f"{of}, which rounds to {right}; the rounded parts: {shown}.")
    why = f"{total}% is the sum of the rounded parts ({shown})" if is_the_sum else f"{total}% is printed; the rounded parts: {shown}"
    return Judgement(Verdict.MISPRINT, f"{of}, which rounds to {right}; {why}.", right)


def judge_shared_base(claim: Claim, fitting: Sequence[int], tried: tuple[int, int]) -> Judgement:
    """Judge whether percentages of one table can have one base."""
    span = f"of the bases from {tried[0]:,} to {tried[1]:,}"
    named = ", ".join(f"{base:,}" for base in fitting[:_NAMED]) + (f" and {len(fitting) - _NAMED} more" if len(fitting) > _NAMED else "")
    if not len(fitting):
        return Judgement(Verdict.IMPOSSIBLE, f"{span} none gives all {len(claim.parts)} percentages.")
    only = f"{span} only {named} {'gives' if len(fitting) == 1 else 'give'} all {len(claim.parts)} percentages"
    if not claim.n:
        return Judgement(Verdict.CONSISTENT, f"{only}.", named if len(fitting) == 1 else "")
    if claim.people("n") in fitting:
        return Judgement(Verdict.REPRODUCES if len(fitting) == 1 else Verdict.CONSISTENT, f"{only}; {claim.n} is among them.")
    if len(fitting) == 1:
        return Judgement(Verdict.MISPRINT, f"{only}, not {claim.n}.", named)
    return Judgement(Verdict.IMPOSSIBLE, f"{claim.n} does not give all {len(claim.parts)} percentages; {only}.")


def _half_up(value: Fraction, decimals: int) -> str:
    """An exact percentage as it would be printed."""
    return f"{half_up(value, decimals):.{decimals}f}"


def _number(value: Fraction) -> str:
    """An exact number in as few digits as it has."""
    return f"{float(value):.10g}"


_NUMBERS = dict(zip(
    ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty"),
    (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20), strict=True,
))
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "tenth": 10, "tenths": 10}
_QUALIFIERS = (
    (re.compile(r"^(?:more than|over|above)\s+"), "more"), (re.compile(r"^(?:less than|fewer than|under|below)\s+"), "less"),
    (re.compile(r"^(?:nearly|almost|about|around|roughly|approximately|some|just under|just over)\s+"), "near"),
)
_TIMES = re.compile(r"^(\w+) times(?: as| more)?\b")
_IN = re.compile(r"^(\w+) (?:in|out of) (\w+)\b")
_PART = re.compile(r"^(?:(\w+)[ -])?(half|halves|thirds?|quarters?|fifths?|tenths?)\b")
#: how far a share may lie from a fraction that stands for it: five points, and no nearer to the next fraction
NEAR = Fraction(5, 100)


class Direction(StrEnum):
    """What a word says of two figures."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    EITHER = "either"


_DIRECTIONS = {
    Direction.NONE: r"\b(?:no (?:clear )?(?:change|difference)|unchanged|not (?:statistically )?significant\w*|the same|stable|similar|ns)\b",
    Direction.UP: r"\b(?:ros\w+|rise\w*|higher|increas\w+|grew|up|more|above)\b",
    Direction.DOWN: r"\b(?:fell|fall\w*|lower|decreas\w+|declin\w+|drop\w*|down|fewer|less|below|reduc\w+)\b",
    Direction.EITHER: r"\b(?:significant\w*|chang\w+|differ\w*)\b",
}


@dataclass(frozen=True)
class Phrase:
    """The values that a phrase covers, from ``low`` to ``high``; ``strict`` where the ends are left out.

    ``ratio`` where it speaks of one figure as a multiple of another, ``limit`` where it says more or less than.
    """

    low: Fraction
    high: Fraction
    meaning: str
    ratio: bool = False
    limit: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether a value is covered."""
        return self.low < value < self.high if self.limit else self.low <= value <= self.high


def direction_of(word: str) -> Direction | None:
    """What a word says of two figures; None where it says nothing that is known."""
    text = word.casefold()
    return next((direction for direction, pattern in _DIRECTIONS.items() if re.search(pattern, text)), None)


def phrase_of(word: str) -> Phrase | None:
    """Read a phrase that stands for a share or a multiple."""
    text = " ".join(word.casefold().replace("\u2011", "-").split())
    if re.match(r"^(?:most|(?:the|a) majority)\b", text):
        text = "more than half"
    if re.match(r"^a minority\b", text):
        text = "less than half"
    qualifier = ""
    for pattern, name in _QUALIFIERS:
        if pattern.match(text):
            text, qualifier = pattern.sub("", text, count=1), name
    multiple = _multiple(text)
    if multiple is not None:
        return _around(multiple, Fraction(1, 2) if multiple >= 1 else Fraction(1, 10), qualifier, ratio=True)
    share = _named_share(text)
    if share is None:
        return None
    if share.numerator == 1 and share.denominator > 3 and not qualifier.startswith(("more", "less")):
        k = share.denominator
        low, high = Fraction(2, 2 * k + 1), Fraction(2, 2 * k - 1)
        return Phrase(low, high, f"from {_percent(low)} to {_percent(high)}, where one in {k} is nearest")
    return _around(share, NEAR, qualifier, ratio=False)


def _around(value: Fraction, tolerance: Fraction, qualifier: str, *, ratio: bool) -> Phrase:
    """What a number with its qualifier covers."""
    write = _times if ratio else _percent
    if qualifier == "more":
        return Phrase(value, Fraction(10**9), f"more than {write(value)}", ratio, limit=True)
    if qualifier == "less":
        return Phrase(Fraction(-1), value, f"less than {write(value)}", ratio, limit=True)
    low, high = value - tolerance, value + tolerance
    return Phrase(low, high, f"from {write(low)} to {write(high)}", ratio)


def _multiple(text: str) -> Fraction | None:
    """The multiple that a phrase names."""
    if re.match(r"^(?:twice|double)\b", text):
        return Fraction(2)
    if re.match(r"^half as\b", text):
        return Fraction(1, 2)
    found = _TIMES.match(text)
    number = _whole(found[1]) if found else None
    return None if number is None else Fraction(number)


def _named_share(text: str) -> Fraction | None:
    """The share that a phrase names."""
    found = _IN.match(text)
    if found:
        part, of = _whole(found[1]), _whole(found[2])
        return Fraction(part, of) if part is not None and of else None
    found = _PART.match(text)
    number = _whole(found[1] or "one") if found else None
    return None if number is None else Fraction(number, _PARTS[found[2]])


def _whole(word: str) -> int | None:
    """A number in digits or in words."""
    return int(word) if word.isdigit() else _NUMBERS.get(word)


def _percent(value: Fraction) -> str:
    """A share as a percentage."""
    return f"{100 * float(value):.3g}%"


def _times(value: Fraction) -> str:
    """A multiple."""
    return f"{float(value):.3g} times"


_TESTS = {"chi_squared_uncorrected": "chi-squared", "boschloo_central": "Boschloo's exact test", "fisher": "Fisher's exact test"}
_UNKNOWN = "the word is not one that can be worked out"


def judge_comparison(
    claim: Claim, decision: Decision, gap: tuple[float, float], p: tuple[float, float], tests: tuple[str, ...],
) -> Judgement:
    """Judge what is said of two percentages."""
    said = direction_of(claim.word)
    if said is None:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{_UNKNOWN}: rose, fell, higher, lower, no change or significant are.")
    pair = f"{_figure(claim.percent)} of {claim.n} less {_figure(claim.other_percent)} of {claim.other_n}"
    if gap[0] != gap[0]:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{pair}: no count gives what was printed.")
    shown = (f"{pair} is {gap[0]:+.1f} to {gap[1]:+.1f} points; "
             f"p from {_p(p[0])} to {_p(p[1])} over all counts that print so ({', '.join(_TESTS.get(one, one) for one in tests) or 'no test'})")
    if decision is Decision.OPEN:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{shown}: {decision.value}.")
    if decision is Decision.NO:
        fits = said is Direction.NONE
        words = "beyond chance: no, whatever the rounding"
        return Judgement(Verdict.REPRODUCES if fits else Verdict.DOES_NOT_FOLLOW, f"{shown}; {words}.", "" if fits else "no clear change")
    found = Direction.UP if gap[0] > 0 else Direction.DOWN
    fits = said in (found, Direction.EITHER)
    right = "" if fits else {Direction.UP: "higher", Direction.DOWN: "lower"}[found]
    words = "beyond chance: yes, whatever the rounding"
    return Judgement(Verdict.REPRODUCES if fits else Verdict.DOES_NOT_FOLLOW, f"{shown}; {words}.", right)


def judge_phrase(claim: Claim, share: tuple[Fraction, Fraction], other: tuple[Fraction, Fraction] | None) -> Judgement:
    """Judge a phrase that stands for a figure."""
    phrase = phrase_of(claim.word)
    if phrase is None:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{_UNKNOWN}: one in three, more than half, twice as likely and the like are.")
    if phrase.ratio and (other is None or not claim.other_percent):
        return Judgement(Verdict.CANNOT_BE_DECIDED, "a multiple needs the other percentage as well.")
    low, high, shown = _span(claim, phrase.ratio, share, other)
    said = f"{shown}; '{claim.word}' covers {phrase.meaning}"
    at_ends = phrase.holds(low), phrase.holds(high)
    if all(at_ends):
        return Judgement(Verdict.REPRODUCES, f"{said}.")
    if not any(at_ends) and (high < phrase.low or low > phrase.high or phrase.limit):
        return Judgement(Verdict.DOES_NOT_FOLLOW, f"{said}.")
    if phrase.limit:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{said}: rounding leaves it open.")
    return Judgement(Verdict.CONSISTENT, f"{said}: some figures that rounding allows give it.")


def _span(
    claim: Claim, ratio: bool, share: tuple[Fraction, Fraction], other: tuple[Fraction, Fraction] | None,
) -> tuple[Fraction, Fraction, str]:
    """The smallest and the largest value that the phrase may stand for, and how they come about."""
    if not ratio:
        return *share, f"{claim.percent}% stands for {100 * float(share[0]):.4g}% to {100 * float(share[1]):.4g}%"
    low = share[0] / other[1] if other[1] else Fraction(10**9)
    high = share[1] / other[0] if other[0] > 0 else Fraction(10**9)
    top = f"{float(high):.2g}" if other[0] > 0 else "any number of"
    return low, high, f"{claim.percent}% over {claim.other_percent}% is {float(low):.2g} to {top} times, with what rounding allows"


def _figure(text: str) -> str:
    """A percentage, or the symbol in its place."""
    return text if text in SYMBOLS else f"{text}%"


def _p(value: float) -> str:
    """A p-value as readers write it."""
    if value != value:
        return "unknown"
    return "below 0.001" if value < 0.001 else f"{value:.2g}" if value < 0.01 else f"{value:.3f}"


#: bases that are tried where none is printed
MOST_TRIED = 2000


def judge_file(path: Path) -> list[Judged]:
    """Read the claims of a file and judge each of them."""
    claims = read_report(path) if is_report(path) else read_claims(path)
    return [Judged(claim, judge(claim)) for claim in claims]


def judge(claim: Claim) -> Judgement:
    """Work a claim out again."""
    return JUDGES[claim.kind](claim)


def _percentage(claim: Claim) -> Judgement:
    """A percentage of a base."""
    bases = _bases(claim, "n")
    fitting = counts_printed_as(claim.number("percent"), bases, claim.rounding)
    if not claim.count:
        known = bool(fitting.runs)
        return judge_uncounted(claim, fitting.lowest if known else None, fitting.highest if known else None)
    if claim.rounded_to == 1:
        return judge_counted(claim)
    low, high = counts_rounded(claim.people("count"), claim.rounded_to, claim.rounding)
    fits = sum(max(0, min(run.high, high) - max(run.low, low) + 1) for run in fitting.runs)
    shares = counts_of((low, high), bases).shares
    return judge_rounded_counts(claim, fits, 100 * shares[0], 100 * shares[1])


def _addition(claim: Claim) -> Judgement:
    """Percentages that should add up."""
    parts = [printed_number(text) for text in claim.parts]
    counts = parts_of(parts, claim.people("n"), claim.rounding) if claim.n else ()
    people = None
    if counts:
        people = sum_of_parts(counts) if all(one.runs for one in counts) else (1, 0)
    if claim.whole or not claim.total:
        return judge_whole(claim, people)
    if people and people[0] <= people[1]:
        reach = tuple(100 * Fraction(end, claim.people("n")) for end in people)
    else:
        added, slack = sum(one.exact for one in parts), sum(one.half for one in parts)
        reach = (added - slack, added + slack)
    return judge_total(claim, reach)


def _shared_base(claim: Claim) -> Judgement:
    """Percentages of one table."""
    known = claim.people("n") if claim.n else 0
    lowest, highest = claim.lowest or 1, claim.highest or 2 * known or MOST_TRIED
    parts = [printed_number(text) for text in claim.parts]
    fitting = bases_that_fit(parts, lowest, highest, claim.rounding)
    return judge_shared_base(claim, [int(base) for base in fitting], (lowest, highest))


def _comparison(claim: Claim) -> Judgement:
    """What is said of two percentages."""
    found = compare_printed(_counts(claim, "percent", "n"), _counts(claim, "other_percent", "other_n"))
    gap, p = (100 * found.low, 100 * found.high), (found.p_smallest, found.p_largest)
    return judge_comparison(claim, found.decision, gap, p, found.methods)


def _phrase(claim: Claim) -> Judgement:
    """A phrase that stands for a figure."""
    other = _share(claim, "other_percent", "other_n") if claim.other_percent else None
    return judge_phrase(claim, _share(claim, "percent", "n"), other)


def _mean(claim: Claim) -> Judgement:
    """A mean and a standard deviation of whole answers."""
    answers = Answers(claim.people("n"), claim.items, claim.lowest, claim.highest)
    mean = claim.number("mean")
    totals = totals_printed_as(mean, answers, claim.rounding)
    alone = claim.items == 1 and answers.n > 1
    squares = squares_printed_as(claim.number("sd"), totals, answers) if claim.sd and alone else ()
    scaled = alone and totals and claim.lowest is not None and claim.highest is not None
    spreads = [spread_possible(total, answers) for total in totals] if scaled else []
    spread = (min(low for low, _ in spreads), max(high for _, high in spreads)) if spreads else None
    return judge_mean(claim, totals, means_beside(mean, answers), squares, spread)


def _test(claim: Claim) -> Judgement:
    """A p-value beside its statistic."""
    df1, df2 = (claim.number(name).value if getattr(claim, name) else nan for name in ("df1", "df2"))
    by_tails = [p_of(StatedTest(claim.test, claim.number("statistic"), df1, df2, tails)) for tails in (claim.tails, 1)]
    return judge_test(claim, *(astuple(one) for one in by_tails))


JUDGES: Mapping[ClaimKind, Callable[[Claim], Judgement]] = MappingProxyType({
    ClaimKind.PERCENTAGE: _percentage, ClaimKind.ADDITION: _addition, ClaimKind.SHARED_BASE: _shared_base,
    ClaimKind.COMPARISON: _comparison, ClaimKind.PHRASE: _phrase, ClaimKind.MEAN: _mean, ClaimKind.TEST: _test,
})


def _counts(claim: Claim, name: str, base: str) -> Counts:
    """Everything that a percentage, or the symbol in its place, may stand for."""
    text = getattr(claim, name)
    if text in SYMBOLS:
        return counts_behind_symbol(SYMBOLS[text], claim.people(base))
    return counts_printed_as(claim.number(name), _bases(claim, base), claim.rounding)


def _bases(claim: Claim, name: str) -> Counts | int:
    """A base, or every base that it may have been before it was rounded."""
    n = claim.people(name)
    return n if claim.rounded_to == 1 else bases_from(*counts_rounded(n, claim.rounded_to, claim.rounding))


def _share(claim: Claim, name: str, base: str) -> tuple[Fraction, Fraction]:
    """The smallest and the largest share that a percentage may stand for."""
    percent = claim.number(name)
    if getattr(claim, base):
        runs = counts_printed_as(percent, _bases(claim, base), claim.rounding).runs
        if runs:
            return min(Fraction(run.low, run.n) for run in runs), max(Fraction(run.high, run.n) for run in runs)
    return tuple(min(max(end / 100, Fraction(0)), Fraction(1)) for end in percent.limits)
