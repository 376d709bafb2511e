"""Claims from a file to judgements: each is worked out again by the estimators of printed figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from fractions import Fraction
from math import nan
from pathlib import Path
from types import MappingProxyType

from nbeval.claims.claim import SYMBOLS, Claim, ClaimKind
from nbeval.claims.judge_averages import judge_mean, judge_test
from nbeval.claims.judge_percentages import (
    judge_counted, judge_rounded_counts, judge_shared_base, judge_total, judge_uncounted, judge_whole,
)
from nbeval.claims.judge_words import judge_comparison, judge_phrase
from nbeval.claims.judgement import Judged, Judgement
from nbeval.claims.reading import read_claims
from nbeval.claims.reading_reports import is_report, read_report
from nbeval.dictionary.printed_number import printed_number
from nbeval.estimate.printed_bases import bases_that_fit, parts_of, sum_of_parts
from nbeval.estimate.printed_counts import (
    Counts, bases_from, counts_behind_symbol, counts_of, counts_printed_as, counts_rounded,
)
from nbeval.estimate.printed_means import Answers, means_beside, spread_possible, squares_printed_as, totals_printed_as
from nbeval.estimate.printed_ranges import compare_printed
from nbeval.estimate.printed_tests import StatedTest, p_of

#: bases that are tried where none is printed
MOST_TRIED = 2000


def judge_file(path: Path) -> list[Judged]:
    """Read the claims of a file and judge each of them.

    Parameters
    ----------
    path : Path
        A CSV file of claims, or a report that nbeval made: ``report.html`` or ``results.csv``.

    Returns
    -------
    list of Judged
        In the order of the file.

    Raises
    ------
    SourceError, ParameterError
        The file cannot be read as claims.
    """
    claims = read_report(path) if is_report(path) else read_claims(path)
    return [Judged(claim, judge(claim)) for claim in claims]


def judge(claim: Claim) -> Judgement:
    """Work a claim out again.

    Parameters
    ----------
    claim : Claim
        With the figures that its kind needs.

    Returns
    -------
    Judgement
        A verdict with its arithmetic.
    """
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
