"""Claims in words: of two figures, and of one figure that a phrase stands for."""

from __future__ import annotations

from fractions import Fraction

from nbeval.claims.claim import SYMBOLS, Claim
from nbeval.claims.judgement import Judgement, Verdict
from nbeval.claims.phrases import Direction, direction_of, phrase_of
from nbeval.frames import Decision

_TESTS = {"chi_squared_uncorrected": "chi-squared", "boschloo_central": "Boschloo's exact test", "fisher": "Fisher's exact test"}
_UNKNOWN = "the word is not one that can be worked out"


def judge_comparison(
    claim: Claim, decision: Decision, gap: tuple[float, float], p: tuple[float, float], tests: tuple[str, ...],
) -> Judgement:
    """Judge what is said of two percentages.

    Parameters
    ----------
    claim : Claim
        With both percentages, their bases, and the word.
    decision : Decision
        Whether they differ beyond chance, over all counts that rounding allows.
    gap, p : tuple of float
        Smallest and largest difference in points, and smallest and largest p.
    tests : tuple of str
        The tests that gave p.
    """
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
    """Judge a phrase that stands for a figure.

    Parameters
    ----------
    claim : Claim
        With the percentage, and the other one where the phrase speaks of a multiple.
    share, other : tuple of Fraction
        The smallest and largest share that each may stand for, from 0 to 1.
    """
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
