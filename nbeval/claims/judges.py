"""Claims judged: each is worked out again by the arithmetic of printed figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import nan
from pathlib import Path
from types import MappingProxyType

from nbeval.claims.arithmetic import (
    ALPHA, Answers, Counts, bases_from, bases_that_fit, compare_printed, counts_behind_symbol, counts_of, counts_printed_as, counts_rounded,
    means_beside, p_of, spread_possible, squares_printed_as, totals_printed_as,
)
from nbeval.claims.claim import SYMBOLS, Claim, ClaimKind, Judged, Judgement, Verdict
from nbeval.claims.phrases import Direction, direction_of, is_possible, phrase_of
from nbeval.claims.files import is_report, read_claims, read_report
from nbeval.dictionary.enums import Rounding
from nbeval.dictionary.printed_number import PrintedNumber, printed_number
from nbeval.frames import Decision, Method
from nbeval.rounding import half_up, half_up_percent

#: bases that are tried where none is printed
MOST_TRIED = 2000
#: as many bases as are named one by one
_NAMED = 6
_P = re.compile(r"(?:p\s*)?(?P<sign><=|>=|<|>|=|\u2264|\u2265)?\s*(?P<number>[\d.,]+)", re.IGNORECASE)
_SIGNS = {"<=": "<", "\u2264": "<", "<": "<", ">=": ">", "\u2265": ">", ">": ">"}
_NOT_SIGNIFICANT = ("ns", "n.s.", "not significant")
_TESTS = {Method.CHI_SQUARED: "chi-squared", Method.BOSCHLOO: "Boschloo's exact test", Method.FISHER: "Fisher's exact test"}
_UNKNOWN = "the word is not one that can be worked out"


def judge_file(path: Path) -> list[Judged]:
    """Read the claims of a file, or the percentages of a report that nbeval made, and judge each of them."""
    claims = read_report(path) if is_report(path) else read_claims(path)
    return [Judged(claim, judge(claim)) for claim in claims]


def judge(claim: Claim) -> Judgement:
    """Work a claim out again, from the figures that its kind needs."""
    return JUDGES[claim.kind](claim)


# --- percentages of a base -------------------------------------------------------------------------

def _percentage(claim: Claim) -> Judgement:
    """A percentage of a base, with its count where that is printed."""
    bases = _bases(claim, "n")
    fitting = counts_printed_as(claim.number("percent"), bases, claim.rounding)
    if not claim.count:
        return _uncounted(claim, fitting)
    return _counted(claim) if claim.rounded_to == 1 else _rounded_counts(claim, fitting, bases)


def _uncounted(claim: Claim, fitting: Counts) -> Judgement:
    """Whether any count gives a percentage whose count is not printed."""
    percent, n = claim.number("percent"), claim.people("n")
    if fitting.runs:
        low, high = fitting.lowest, fitting.highest
        span = f"{low:,}" if low == high else f"each count from {low:,} to {high:,}"
        return Judgement(Verdict.CONSISTENT, f"{span} of {n:,} prints as {percent}%.")
    below = int(percent.exact * n / 100)
    near = [f"{100 * x / n:.{percent.decimals + 2}f}% ({x:,})" for x in (below, below + 1) if 0 <= x <= n] or ["0% and 100%"]
    return Judgement(Verdict.IMPOSSIBLE, f"no whole number of {n:,} people is {percent}%; next to it are {' and '.join(near)}.")


def _counted(claim: Claim) -> Judgement:
    """A percentage that is printed with its count and its base, neither of them rounded."""
    percent, count, n = claim.number("percent"), claim.people("count"), claim.people("n")
    if n == 0 or count > n:
        return Judgement(Verdict.IMPOSSIBLE, f"{count:,} people cannot be part of {n:,}.")
    exact, right, shown = _worked_out(count, n, percent.decimals)
    if percent.prints(exact, Rounding.HALF_UP):
        return Judgement(Verdict.REPRODUCES, f"{shown}, which rounds to {right}.")
    if percent.prints(exact, claim.rounding):
        return Judgement(Verdict.CONSISTENT, f"{shown}; the tie was rounded to the even digit, half up it is {right}.")
    cut = " It was cut off, not rounded." if 0 < exact - percent.exact < 2 * percent.half else ""
    return Judgement(Verdict.MISPRINT, f"{shown}, which rounds to {right} and not to {percent}%.{cut}", right)


def _rounded_counts(claim: Claim, fitting: Counts, bases: Counts | int) -> Judgement:
    """A percentage whose count and base were rounded before they were printed."""
    percent, count, n, to = claim.number("percent"), claim.people("count"), claim.people("n"), claim.rounded_to
    low, high = counts_rounded(count, to, claim.rounding)
    ends = [f"{100 * share:.{percent.decimals + 1}f}%" for share in counts_of((low, high), bases).shares]
    shown = f"{count:,} of {n:,}, each rounded to {to}, may be anything from {' to '.join(ends)}"
    if any(max(run.low, low) <= min(run.high, high) for run in fitting.runs):
        return Judgement(Verdict.CONSISTENT, f"{shown}; {percent}% is within that.")
    right = _worked_out(count, n, percent.decimals)[1]
    return Judgement(Verdict.MISPRINT, f"{shown}, which {percent}% is not; the printed counts give {right}.", right)


def _worked_out(count: int, n: int, decimals: int) -> tuple[Fraction, str, str]:
    """A percentage of counts: exactly, as it is to be printed, and in words with one more digit."""
    exact = 100 * Fraction(count, n)
    return exact, f"{half_up_percent(count, n, decimals):.{decimals}f}%", f"{count:,} of {n:,} is {float(exact):.{decimals + 1}f}%"


# --- percentages of one table ------------------------------------------------------------------------

def _addition(claim: Claim) -> Judgement:
    """Percentages that should add up: to everybody, or to a printed total."""
    parts = [printed_number(text) for text in claim.parts]
    added, slack = sum(one.exact for one in parts), sum(one.half for one in parts)
    shown = f"{' + '.join(map(str, parts))} = {_number(added)}"
    people = _people_in(parts, claim) if claim.n else None
    if claim.whole or not claim.total:
        return _whole(claim, added, slack, shown, people)
    if claim.count and claim.n:
        return _counted_total(claim, shown, is_the_sum=added == claim.number("total").exact)
    if people and people[0] <= people[1]:
        return _total(claim, shown, *(100 * Fraction(end, claim.people("n")) for end in people))
    return _total(claim, shown, added - slack, added + slack)


def _people_in(parts: list[PrintedNumber], claim: Claim) -> tuple[int, int]:
    """The fewest and the most people that all parts can have together; (1, 0) where a part is no whole number of people."""
    counts = [counts_printed_as(one, claim.people("n"), claim.rounding) for one in parts]
    return (sum(one.lowest for one in counts), sum(one.highest for one in counts)) if all(one.runs for one in counts) else (1, 0)


def _whole(claim: Claim, added: Fraction, slack: Fraction, shown: str, people: tuple[int, int] | None) -> Judgement:
    """Percentages that share out everybody, once each."""
    if people is not None and not people[0] <= claim.people("n") <= people[1]:
        return Judgement(Verdict.IMPOSSIBLE, f"{shown}; no whole numbers of {claim.n} people print as these parts and add up to all.")
    if added == 100:
        return Judgement(Verdict.REPRODUCES, f"{shown}.")
    if abs(added - 100) <= slack:
        return Judgement(
            Verdict.CONSISTENT, f"{shown}; rounding may move the sum of {len(claim.parts)} parts by {_number(slack)}, so 100 is within reach.")
    return Judgement(Verdict.IMPOSSIBLE, f"{shown}; rounding may move the sum by {_number(slack)} at most, which does not reach 100.")


def _total(claim: Claim, shown: str, smallest: Fraction, largest: Fraction) -> Judgement:
    """A printed total of parts that can add up to anything from ``smallest`` to ``largest`` before rounding."""
    total = claim.number("total")
    low, high = (f"{half_up(end, total.decimals):.{total.decimals}f}" for end in (smallest, largest))
    if total.limits[0] <= largest and total.limits[1] >= smallest:
        if low == high:
            return Judgement(Verdict.REPRODUCES, f"{shown}, and no rounding of the parts changes it.")
        return Judgement(Verdict.CONSISTENT, f"{shown}; before rounding the parts may add up to anything from {low}% to {high}%.")
    right = f"{low}%" if low == high else f"{low}% to {high}%"
    return Judgement(Verdict.MISPRINT, f"{shown}; with what rounding allows the total is {right}, not {total}%.", right)


def _counted_total(claim: Claim, shown: str, *, is_the_sum: bool) -> Judgement:
    """A total whose own count and base are printed: it is the percentage of these, not the sum of rounded parts."""
    total = claim.number("total")
    exact, right, of = _worked_out(claim.people("count"), claim.people("n"), total.decimals)
    if total.prints(exact, claim.rounding):
        return Judgement(Verdict.REPRODUCES, f"{of}, which rounds to {right}; the rounded parts: {shown}.")
    why = f"{total}% is the sum of the rounded parts ({shown})" if is_the_sum else f"{total}% is printed; the rounded parts: {shown}"
    return Judgement(Verdict.MISPRINT, f"{of}, which rounds to {right}; {why}.", right)


def _shared_base(claim: Claim) -> Judgement:
    """Percentages of one table, which share a base."""
    known = claim.people("n") if claim.n else 0
    lowest, highest = claim.lowest or 1, claim.highest or 2 * known or MOST_TRIED
    fitting = [int(base) for base in bases_that_fit([printed_number(text) for text in claim.parts], lowest, highest, claim.rounding)]
    span, all_parts = f"of the bases from {lowest:,} to {highest:,}", f"all {len(claim.parts)} percentages"
    if not fitting:
        return Judgement(Verdict.IMPOSSIBLE, f"{span} none gives {all_parts}.")
    named = ", ".join(f"{base:,}" for base in fitting[:_NAMED]) + (f" and {len(fitting) - _NAMED} more" if len(fitting) > _NAMED else "")
    alone = len(fitting) == 1
    only = f"{span} only {named} {'gives' if alone else 'give'} {all_parts}"
    if not known:
        return Judgement(Verdict.CONSISTENT, f"{only}.", named if alone else "")
    if known in fitting:
        return Judgement(Verdict.REPRODUCES if alone else Verdict.CONSISTENT, f"{only}; {claim.n} is among them.")
    if alone:
        return Judgement(Verdict.MISPRINT, f"{only}, not {claim.n}.", named)
    return Judgement(Verdict.IMPOSSIBLE, f"{claim.n} does not give {all_parts}; {only}.")


# --- words -----------------------------------------------------------------------------------------

def _comparison(claim: Claim) -> Judgement:
    """What is said of two percentages: whether they differ beyond chance, over all counts that rounding allows."""
    said = direction_of(claim.word)
    if said is None:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{_UNKNOWN}: rose, fell, higher, lower, may have risen, may be lower, no change or significant are.")
    pair = f"{_figure(claim.percent)} of {claim.n} less {_figure(claim.other_percent)} of {claim.other_n}"
    found = compare_printed(_counts(claim, "percent", "n"), _counts(claim, "other_percent", "other_n"))
    if found.low != found.low:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{pair}: no count gives what was printed.")
    tests = ", ".join(_TESTS.get(one, one) for one in found.methods) or "no test"
    shown = (f"{pair} is {100 * found.low:+.1f} to {100 * found.high:+.1f} points; "
             f"p from {_p(found.p_smallest)} to {_p(found.p_largest)} over all counts that print so ({tests})")
    if found.decision is Decision.OPEN:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{shown}: {found.decision.value}.")
    actual = Direction.NONE if found.decision is Decision.NO else Direction.UP if found.low > 0 else Direction.DOWN
    fits = said is actual or (said is Direction.EITHER and actual is not Direction.NONE)
    right = "" if fits else {Direction.NONE: "no clear change", Direction.UP: "higher", Direction.DOWN: "lower"}[actual]
    beyond = f"beyond chance: {'no' if actual is Direction.NONE else 'yes'}, whatever the rounding"
    if fits and is_possible(claim.word):
        beyond += "; whether a test adjusted for further questions decides is not in print, and 'may' allows for that"
    return Judgement(Verdict.REPRODUCES if fits else Verdict.DOES_NOT_FOLLOW, f"{shown}; {beyond}.", right)


def _phrase(claim: Claim) -> Judgement:
    """A phrase that stands for a figure, or for one as a multiple of another."""
    phrase = phrase_of(claim.word)
    if phrase is None:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{_UNKNOWN}: one in three, more than half, twice as likely and the like are.")
    if phrase.ratio and not claim.other_percent:
        return Judgement(Verdict.CANNOT_BE_DECIDED, "a multiple needs the other percentage as well.")
    low, high, shown = _span(claim, ratio=phrase.ratio)
    said = f"{shown}; '{claim.word}' covers {phrase.meaning}"
    at_ends = phrase.holds(low), phrase.holds(high)
    if all(at_ends):
        return Judgement(Verdict.REPRODUCES, f"{said}.")
    if not any(at_ends) and (high < phrase.low or low > phrase.high or phrase.limit):
        return Judgement(Verdict.DOES_NOT_FOLLOW, f"{said}.")
    if phrase.limit:
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{said}: rounding leaves it open.")
    return Judgement(Verdict.CONSISTENT, f"{said}: some figures that rounding allows give it.")


def _span(claim: Claim, *, ratio: bool) -> tuple[Fraction, Fraction, str]:
    """The smallest and the largest value that the phrase may stand for, and how they come about."""
    share = _share(claim, "percent", "n")
    if not ratio:
        return *share, f"{claim.percent}% stands for {100 * float(share[0]):.4g}% to {100 * float(share[1]):.4g}%"
    other = _share(claim, "other_percent", "other_n")
    low = share[0] / other[1] if other[1] else Fraction(10**9)
    high = share[1] / other[0] if other[0] > 0 else Fraction(10**9)
    top = f"{float(high):.2g}" if other[0] > 0 else "any number of"
    return low, high, f"{claim.percent}% over {claim.other_percent}% is {float(low):.2g} to {top} times, with what rounding allows"


# --- means and tests -----------------------------------------------------------------------------------

def _mean(claim: Claim) -> Judgement:
    """A mean, and a standard deviation, of whole answers."""
    mean, answers = claim.number("mean"), Answers(claim.people("n"), claim.items, claim.lowest, claim.highest)
    totals = totals_printed_as(mean, answers, claim.rounding)
    of = f"{answers.n:,} answers" if claim.items == 1 else f"{answers.n:,} answers to {claim.items} items"
    if not totals:
        ends = "" if claim.lowest is None else f", from {claim.lowest} to {claim.highest}"
        near = " and ".join(f"{one:.{mean.decimals + 2}f}" for one in means_beside(mean, answers))
        return Judgement(Verdict.IMPOSSIBLE, f"no total of {of}{ends} has the mean {mean}; the means next to it are {near}.")
    shown = " or ".join(f"{total:,} / {answers.parts:,}" for total in totals[:3])
    span, squares = _spread(claim, totals, answers)
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


def _spread(claim: Claim, totals: tuple[int, ...], answers: Answers) -> tuple[str, tuple[tuple[int, int], ...]]:
    """What standard deviations the scale allows, in words, and the totals with sums of squares that print as the one claimed."""
    if answers.items > 1 or answers.n < 2:
        return "", ()
    squares = squares_printed_as(claim.number("sd"), totals, answers) if claim.sd else ()
    if claim.lowest is None or claim.highest is None:
        return "", squares
    lows, highs = zip(*(spread_possible(total, answers) for total in totals), strict=True)
    return f" A standard deviation with this mean lies between {min(lows):.3g} and {max(highs):.3g}.", squares


def _test(claim: Claim) -> Judgement:
    """A p-value beside its statistic."""
    stated = _stated(claim.p)
    if stated is None:
        return Judgement(Verdict.CANNOT_BE_DECIDED, "the p-value is not understood.")
    df1, df2 = (claim.number(name).value if getattr(claim, name) else nan for name in ("df1", "df2"))
    p, one_tailed = (p_of(claim.test, claim.number("statistic"), df1, df2, tails) for tails in (claim.tails, 1))
    if p.printed != p.printed:
        return Judgement(Verdict.CANNOT_BE_DECIDED, "degrees of freedom are missing.")
    df = ", ".join(filter(None, (claim.df1, claim.df2)))
    shown = f"{claim.test}{f'({df})' if df else ''} = {claim.statistic} gives p = {_p_of_test(p.printed)}"
    if p.smallest != p.largest:
        shown += f" (from {_p_of_test(p.smallest)} to {_p_of_test(p.largest)} with the rounding of the statistic)"
    sign, number = stated
    if sign == "=" and number.units == 0:
        return Judgement(Verdict.MISPRINT, f"{shown}; no p-value is 0.", "< .001")
    if _agrees(sign, number, p.printed, p.printed):
        return Judgement(Verdict.REPRODUCES, f"{shown}.")
    if _agrees(sign, number, p.smallest, p.largest):
        return Judgement(Verdict.CONSISTENT, f"{shown}.")
    hint = " It is the p-value of one tail." if _agrees(sign, number, one_tailed.smallest, one_tailed.largest) else ""
    said, found = _significant(sign, number), p.printed <= ALPHA
    right = f"p = {_p_of_test(p.printed)}" if p.printed >= 0.001 else "p < .001"
    if said is not None and said is not found:
        verb = "is" if found else "is not"
        return Judgement(Verdict.DOES_NOT_FOLLOW, f"{shown}, not {claim.p}: it {verb} significant at {ALPHA}.{hint}", right)
    return Judgement(Verdict.MISPRINT, f"{shown}, not {claim.p}.{hint}", right)


def _stated(text: str) -> tuple[str, PrintedNumber] | None:
    """The sign and the number of a p-value as printed; 'ns' means above the usual level."""
    if text.strip().casefold().removeprefix("p").strip(" =") in _NOT_SIGNIFICANT:
        return ">", printed_number(str(ALPHA))
    found = _P.fullmatch(text.strip())
    return (_SIGNS.get(found["sign"], "="), printed_number(found["number"])) if found else None


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


JUDGES: Mapping[ClaimKind, Callable[[Claim], Judgement]] = MappingProxyType({
    ClaimKind.PERCENTAGE: _percentage, ClaimKind.ADDITION: _addition, ClaimKind.SHARED_BASE: _shared_base,
    ClaimKind.COMPARISON: _comparison, ClaimKind.PHRASE: _phrase, ClaimKind.MEAN: _mean, ClaimKind.TEST: _test,
})


# --- figures of a claim ------------------------------------------------------------------------------

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


def _figure(text: str) -> str:
    """A percentage, or the symbol in its place."""
    return text if text in SYMBOLS else f"{text}%"


def _number(value: Fraction) -> str:
    """An exact number in as few digits as it has."""
    return f"{float(value):.10g}"


def _p_of_test(value: float) -> str:
    """A p-value with three digits that count."""
    return f"{value:.3g}" if value >= 0.0001 else "below 0.0001"


def _p(value: float) -> str:
    """A p-value as readers write it."""
    if value != value:
        return "unknown"
    return "below 0.001" if value < 0.001 else f"{value:.2g}" if value < 0.01 else f"{value:.3f}"
