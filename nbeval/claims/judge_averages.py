"""Claims of means, standard deviations and p-values."""

from __future__ import annotations

import re

from nbeval.claims.claim import Claim
from nbeval.claims.judgement import Judgement, Verdict
from nbeval.dictionary.printed_number import PrintedNumber, printed_number

ALPHA = 0.05
_P = re.compile(r"(?:p\s*)?(?P<sign><=|>=|<|>|=|\u2264|\u2265)?\s*(?P<number>[\d.,]+)", re.IGNORECASE)


def judge_mean(
    claim: Claim, totals: tuple[int, ...], beside: tuple[float, float], squares: tuple[tuple[int, int], ...],
    spread: tuple[float, float] | None,
) -> Judgement:
    """Judge a mean, and a standard deviation, of whole answers.

    Parameters
    ----------
    claim : Claim
        With the mean and how many answered.
    totals : tuple of int
        Totals of whole answers that print as the mean.
    beside : tuple of float
        The possible means next to it.
    squares : tuple of (int, int)
        Totals with sums of squares that print as the standard deviation.
    spread : tuple of float or None
        Smallest and largest standard deviation on the scale, where its ends are given.
    """
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
    """Judge a p-value beside its statistic.

    Parameters
    ----------
    claim : Claim
        With test, statistic, degrees of freedom and p.
    p : tuple of float
        p at the statistic as printed, and the smallest and largest over what it may have been.
    one_tailed : tuple of float
        The same with one tail, for tests that have two.
    """
    stated = _stated(claim.p)
    if stated is None or p[0] != p[0]:
        why = "the p-value is not understood" if stated is None else "degrees of freedom are missing"
        return Judgement(Verdict.CANNOT_BE_DECIDED, f"{why}.")
    sign, number = stated
    df = ", ".join(filter(None, (claim.df1, claim.df2)))
    shown = f"{claim.test}{f'({df})' if df else ''} = {claim.statistic} gives p = {_p(p[0])}"
    if p[1] != p[2]:
        shown += f" (from {_p(p[1])} to {_p(p[2])} with the rounding of the statistic)"
    if sign == "=" and number.units == 0:
        return Judgement(Verdict.MISPRINT, f"{shown}; no p-value is nought.", "< .001")
    if _agrees(sign, number, p[0], p[0]):
        return Judgement(Verdict.REPRODUCES, f"{shown}.")
    if _agrees(sign, number, p[1], p[2]):
        return Judgement(Verdict.CONSISTENT, f"{shown}.")
    hint = " It is the p-value of one tail." if _agrees(sign, number, one_tailed[1], one_tailed[2]) else ""
    said, found = _significant(sign, number), p[0] <= ALPHA
    right = f"p = {_p(p[0])}" if p[0] >= 0.001 else "p < .001"
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


def _p(value: float) -> str:
    """A p-value with three digits that count."""
    return f"{value:.3g}" if value >= 0.0001 else "below 0.0001"
