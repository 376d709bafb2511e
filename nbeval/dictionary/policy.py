"""In what a policy of disclosure control is weaker than the programme declares, or than what holds for every programme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nbeval.dictionary.enums import Design, Protection
from nbeval.dictionary.lookup import Dictionary
from nbeval.dictionary.models import Cohort, Disclosure, Minimum


class Weakness(NamedTuple):
    """One rule that is weaker than it should be: its field in ``disclosure.toml``, what it is, and the least that it should be."""

    rule: str
    value: str
    least: str

    def __str__(self) -> str:
        """The weakness in one line."""
        return f"{self.rule} is {self.value}, and the least is {self.least}" if self.least else f"{self.rule} is {self.value}"


def is_rounded(cohort: Cohort, policy: Disclosure) -> bool:
    """Whether the release of a cohort is protected by rounding: where the policy says so, waves are independent and main figures unweighted.

    Linked people are counted in several tables at once, and a weighted figure is no count: both are protected by suppression.
    """
    return policy.method is Protection.ROUNDING and cohort.design is not Design.MATCHED and cohort.main_figures != "weighted"


def weaknesses(dictionary: Dictionary) -> tuple[Weakness, ...]:
    """Every rule of the policy that is weaker than the declared minimum, or than ``Minimum`` says for every programme."""
    return tuple(_numbers(dictionary)) + tuple(_methods(dictionary)) + tuple(_unprotected(dictionary))


def _numbers(dictionary: Dictionary) -> Iterator[Weakness]:
    """Counts, bases and intervals that are too small, of the policy and of the minimum itself; complements that are not protected."""
    policy, declared, least = dictionary.disclosure, dictionary.disclosure.minimum, Minimum()
    for rule in ("threshold", "threshold_percent_base", "protection_interval"):
        value, asked, floor = (getattr(one, rule) for one in (policy, declared, least))
        if value < max(asked, floor):
            yield Weakness(rule, str(value), str(max(asked, floor)))
        if asked < floor:
            yield Weakness(f"minimum.{rule}", str(asked), str(floor))
    if declared.protect_complement and not policy.protect_complement:
        yield Weakness("protect_complement", "false", "true")


def _methods(dictionary: Dictionary) -> Iterator[Weakness]:
    """Another method than the declared one, a base of rounding that is too small, rules of dominance that are laxer or not there."""
    policy, declared, floor = dictionary.disclosure, dictionary.disclosure.minimum, Minimum().rounding_base
    if declared.method not in (None, policy.method):
        yield Weakness("method", policy.method, declared.method)
    if policy.rounding_base is not None and policy.rounding_base < max(declared.rounding_base, floor):
        yield Weakness("rounding_base", str(policy.rounding_base), str(max(declared.rounding_base, floor)))
    if declared.rounding_base < floor:
        yield Weakness("minimum.rounding_base", str(declared.rounding_base), str(floor))
    asked, rule = declared.dominance, policy.dominance
    if asked and not (rule and rule.n >= asked.n and rule.k <= asked.k):
        yield Weakness("dominance", "laxer" if rule else "none", "the declared rule")
    if declared.p_percent and (policy.p_percent or 0) < declared.p_percent:
        yield Weakness("p_percent", "smaller" if policy.p_percent else "none", "the declared rule")
    if declared.authorities_contribute and not policy.authorities_contribute:
        yield Weakness("authorities_contribute", "false", "true")


def _unprotected(dictionary: Dictionary) -> Iterator[Weakness]:
    """Sources that are said to hold nobody's answers: surveys, and those that the minimum does not name."""
    policy, allowed = dictionary.disclosure, dictionary.disclosure.minimum.not_of_answers
    surveys = {one.record.id for one in dictionary.instruments}
    answered = {source.id for cohort in dictionary.cohorts for source in cohort.sources if source.instrument in surveys}
    for name in policy.not_of_answers:
        if name in answered or (allowed is not None and name not in allowed):
            yield Weakness("not_of_answers", name, "")
