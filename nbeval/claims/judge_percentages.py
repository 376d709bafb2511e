"""Claims of percentages: of a base, that add up, that share a base."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from nbeval.claims.claim import Claim
from nbeval.claims.judgement import Judgement, Verdict
from nbeval.dictionary.enums import Rounding
from nbeval.dictionary.printed_number import PrintedNumber, printed_number
from nbeval.rounding import half_up, half_up_percent

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
    """Judge a percentage whose count and base were rounded before they were printed.

    Parameters
    ----------
    claim : Claim
        With ``rounded_to``.
    fits : int
        How many pairs of count and base before rounding print as the percentage.
    lowest, highest : float
        The smallest and the largest percentage before rounding.
    """
    percent, count, n, to = claim.number("percent"), claim.people("count"), claim.people("n"), claim.rounded_to
    span = f"{lowest:.{percent.decimals + 1}f}% to {highest:.{percent.decimals + 1}f}%"
    shown = f"{count:,} of {n:,}, each rounded to {to}, may be anything from {span}"
    if fits:
        return Judgement(Verdict.CONSISTENT, f"{shown}; {percent}% is within that.")
    right = f"{half_up_percent(count, n, percent.decimals):.{percent.decimals}f}%"
    return Judgement(Verdict.MISPRINT, f"{shown}, which {percent}% is not; the printed counts give {right}.", right)


def judge_uncounted(claim: Claim, lowest: int | None, highest: int | None) -> Judgement:
    """Judge a percentage of a base whose count is not printed: whether any count gives it.

    Parameters
    ----------
    claim : Claim
        With percentage and base.
    lowest, highest : int or None
        The smallest and largest count that print as the percentage; None where there is none.
    """
    percent, n = claim.number("percent"), claim.people("n")
    if lowest is not None:
        span = f"{lowest:,}" if lowest == highest else f"each count from {lowest:,} to {highest:,}"
        return Judgement(Verdict.CONSISTENT, f"{span} of {n:,} prints as {percent}%.")
    below = int(percent.exact * n / 100)
    near = [f"{100 * x / n:.{percent.decimals + 2}f}% ({x:,})" for x in (below, below + 1) if 0 <= x <= n] or ["0% and 100%"]
    return Judgement(Verdict.IMPOSSIBLE, f"no whole number of {n:,} people is {percent}%; next to it are {' and '.join(near)}.")


def judge_whole(claim: Claim, people: tuple[int, int] | None) -> Judgement:
    """Judge percentages that share out everybody, once each.

    Parameters
    ----------
    claim : Claim
        With its parts, and the total where that is printed.
    people : tuple of int or None
        The fewest and the most people that all parts can hold, where the base is printed; (1, 0) where a
        part can hold no whole number of people.
    """
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
    """Judge a printed total of parts.

    Parameters
    ----------
    claim : Claim
        With its parts and their total; with count and base of the total where they are printed.
    reach : tuple of Fraction
        The smallest and the largest percentage that the parts can add up to before rounding.
    """
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
    """Judge whether percentages of one table can have one base.

    Parameters
    ----------
    claim : Claim
        With its parts, and the base where it is printed.
    fitting : sequence of int
        The bases that fit all parts.
    tried : tuple of int
        The smallest and the largest base that was tried.
    """
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
