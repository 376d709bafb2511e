"""What models of a cohort's respondents say: the change adjusted for who answered, and what goes together with an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import isnan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Indicator, Study
from nbeval.estimate.comparisons import compare_means, compare_percentages
from nbeval.estimate.glm import (
    LINEAR, LOGISTIC, Design, Fitted, Predictors, Sampled, difference_in, fit_but_uniform, make_design, odds_ratios, prepare,
    standardised_difference, without_separated,
)
from nbeval.estimate.levels import unit_of
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.estimate.sampling import SurveyDesign, domain_differences
from nbeval.estimate.weighted import sampled, weighted_differences
from nbeval.frames import Contrast, Method, Quantity, Reason, reasons_of

#: fewer events than this for each coefficient and the model is not to be trusted (Peduzzi 1996)
EVENTS_NEEDED = 10
#: with fewer than this none is given: below it bias and coverage were poor (Vittinghoff and McCulloch, Am J Epidemiol 2007;165:710-718)
EVENTS_FLOOR = 5
AUTHORITY = "authority"
#: reasons that say of an answer or a level who gave it: a report says that there is no finite estimate, and no more
_TELLING = (Reason.SEPARATED, Reason.SEPARATED_COMPLETELY, Reason.SAME_ANSWER, Reason.DETERMINED, Reason.NOT_COMPARED_AMONG_REST)
Floats = NDArray[np.float64]


# --- the change adjusted for who answered --------------------------------------------------------------

def adjusted_change(plan: Plan) -> pd.DataFrame:
    """Standardise the change of every indicator over the pooled sample of both waves, for the whole cohort, beside the plain change of the
    same people. One row per indicator x pair of waves for ``change_adjusted``: the average difference that a model predicts between the
    waves with authority and the declared covariates held alike, and its delta-method interval (HC1; weighted and linearised where weighted
    figures are the main ones); one for ``change_same_people``: the plain change of those in the model (weighted too where the other is); and
    of percentages one for ``events_per_variable``. Respondents with a covariate missing are in none of them, nor in ``n_valid`` and
    ``n_reference``. A covariate that measures the indicator itself, or that differs between the waves, is left out, and the row says so."""
    terms = [name for name in plan.cohort.adjust_for if name in plan.respondents]
    if not terms or not plan.every_pair:
        return plan.rows()
    survey = sampled(plan) if plan.main_weighted else None
    answers = plan.values.pivot(index="respondent", columns="indicator", values="value").reindex(plan.respondents["respondent"])
    found = [_Pair(*pair, plan, tuple(terms), survey).rows(answers) for pair in plan.every_pair]
    return plan.rows(pd.concat(found, ignore_index=True), contrast=Contrast.WAVE.value)


@dataclass(frozen=True, eq=False)
class _Pair:
    """The respondents of two waves, and what their changes are adjusted for."""

    wave: str
    reference: str
    plan: Plan
    terms: tuple[str, ...]
    survey: SurveyDesign | None

    @cached_property
    def people(self) -> pd.DataFrame:
        """All respondents; those of other waves have none here."""
        people = self.plan.respondents
        here = people["wave"].isin([self.reference, self.wave])
        return people.assign(
            wave=pd.Categorical(people["wave"].astype(str), categories=[self.reference, self.wave]),
            authority=pd.Categorical(people["authority"].astype(str).where(here)))

    @cached_property
    def differing(self) -> tuple[str, ...]:
        """The covariates that cannot be held alike: those that differ between the two waves, or that only one of them has."""
        known = {name: self.people.groupby("wave", observed=False)[name].count().gt(0).all() for name in self.terms}
        return tuple(name for name in self.terms
                     if not known[name] or self.plan.covariate(name, (self.reference, self.wave)) is Match.DIFFERS)

    @cached_property
    def prepared(self):
        """Codes the variables of a model, once for each set of covariates."""
        return cache(lambda held: prepare(self.people, ["wave", *held]))

    def rows(self, answers: pd.DataFrame) -> pd.DataFrame:
        """The rows of every indicator that contrasts the two waves."""
        asked = [one for one in self.plan.indicators() if (self.wave, self.reference) in self.plan.contrasts[one.indicator]]
        found = [self._model(one, answers[one.indicator].to_numpy(dtype=float)) for one in asked]
        if not found:
            return pd.DataFrame()
        plain = pd.DataFrame([counted for counted, _ in found])
        return pd.concat([pd.DataFrame([row for _, rows in found for row in rows]), *_plain(plain, self.plan)], ignore_index=True)

    def _model(self, one: Indicator, given: Floats) -> tuple[dict[str, object], list[dict[str, object]]]:
        """The counts of one indicator's people, and the rows of its model."""
        own = [name for name in self.terms if self.plan.is_made_of(one.indicator, name)]
        held = tuple(name for name in self.terms if name not in (*own, *self.differing))
        place = (AUTHORITY,) if self.people[AUTHORITY].nunique() > 1 else ()
        predictors, weights = self.prepared((*place, *held)), None if self.survey is None else self.survey.weights
        made, percent = make_design(predictors, given, weights), one.measure is Measure.PERCENT
        counted = self._counted(one, predictors, given)
        sample = None if self.survey is None else Sampled(predictors, given, self.survey, len(made.columns))
        found = not_estimable(Method.STANDARDISED_DELTA_HC1, Reason.OWN_GROUP if own else self._differ()) if not (place or held) \
            else refused(made) if percent and made.events_per_variable < EVENTS_FLOOR \
            else difference_in(made, kind=LOGISTIC if percent else LINEAR, variable="wave", reference=self.reference, level=self.wave,
                               conf_level=self.plan.conf_level, sample=sample)
        cautions = (Reason.OWN_GROUP if own else "", self._differ() if self.differing else "", few_events(made) if percent else "")
        adjusted = untold(found, cautions)
        at = {name: counted[name] for name in ("indicator", "wave", "reference", "n_valid", "n_reference")}
        how = Method.join(*([Method.WEIGHTED] if sample else []), f"{Method.STANDARDISED} for {', '.join((*place, *held)) or 'nothing'}",
                          Method.LINEARISED_T_TEST if sample else Method.DELTA_HC1)
        rows = [at | {"unit": unit_of(one), **outcome_columns(adjusted, factor=100 if percent else 1), "method": how,
                      "quantity": Quantity.CHANGE_ADJUSTED.value, "weighted": sample is not None}]
        return counted, [*rows, at | of_events(made)] if percent else rows

    def _differ(self) -> str:
        """That some covariates are not held alike, and which."""
        groups = self.plan.dictionary.groups
        return Reason.COVARIATE_DIFFERS.format(names=", ".join(groups[name][0].label for name in self.differing))

    def _counted(self, one: Indicator, predictors: Predictors, given: Floats) -> dict[str, object]:
        """Those of each wave who are in a model, the sums of their answers, and the weighted difference of the waves."""
        used = predictors.complete & np.isfinite(given) & (True if self.survey is None else np.nan_to_num(self.survey.weights) > 0)
        now = self.people["wave"].eq(self.wave).to_numpy()
        counts = {"indicator": one.indicator, "wave": self.wave, "reference": self.reference, "unit": unit_of(one)}
        for end, side in (("", used & now), ("_reference", used & ~now)):
            y = given[side]
            counts |= {f"n{end or '_valid'}": float(len(y)), f"numerator{end}": float(y.sum()),
                       f"squares{end}": float(((y - y.mean()) ** 2).sum()) if len(y) else 0.0}
        if self.survey is not None:
            gap = domain_differences(self.survey, given, now, np.where(used, 0, -1), domains=1)
            counts |= {"mean": gap.estimate[0], "error": gap.std_error[0], "df": gap.df[0], "percent": one.measure is Measure.PERCENT}
        return counts


#: the numbers of a test: the plain change of the same people is beside another, and is not tested itself
_TESTED = ("statistic", "df", "p_value")


def _plain(counted: pd.DataFrame, plan: Plan) -> Iterator[pd.DataFrame]:
    """The plain changes of the people of models, and where they are weighted the weighted ones beside them."""
    percent = counted["indicator"].map(plan.measures).eq(Measure.PERCENT)
    counts, level = counted.drop(columns=["mean", "error", "df", "percent"], errors="ignore"), plan.conf_level
    found = [compare_percentages(counts[percent], level).assign(method=Method.NEWCOMBE), compare_means(counts[~percent], level)[0]]
    if "mean" in counted:
        weighted = weighted_differences(counted.drop(columns=["numerator", "numerator_reference"]), level)
        found.append(weighted.assign(method=Method.join(Method.WEIGHTED, Method.LINEARISED_T), weighted=True))
    for rows in found:
        yield rows.assign(quantity=Quantity.CHANGE_SAME_PEOPLE.value, **dict.fromkeys(_TESTED, np.nan))


# --- what goes together with an outcome ----------------------------------------------------------------

def drivers(plan: Plan) -> pd.DataFrame:
    """Model every outcome that the cohort declares, at every wave, by logistic regression with an effect of each authority. One row per
    outcome x wave x level of a factor but its first for ``odds_ratio`` (Wald interval) and one for ``marginal_effect`` (average difference
    in percentage points, delta method); weighted, with linearised errors, where weighted figures are the main ones. One row per outcome x
    wave for ``events_per_variable``, and for ``authorities_left_out``, which is never released. ``n_valid`` counts all respondents with
    every answer, ``numerator`` those with the outcome: also of authorities where all or none have it, who say nothing about factors and are
    not in the fit. Where factors separate the outcome the rows say that there is no estimate, and nothing of whose answers do it. A factor
    that measures the outcome itself, or that differs between the files of the wave, is left out, and its rows say so."""
    rows = [
        row for study in plan.cohort.drivers if study.outcome in plan.declared
        for wave in plan.waves if plan.respondents["wave"].eq(wave).any()
        for row in _study(study, wave, plan)
    ]
    return plan.rows(rows)


def _study(study: Study, wave: str, plan: Plan) -> Iterator[dict[str, object]]:
    """The rows of one model."""
    people = _with_indicators(plan.respondents, study.factors, plan)
    here, left = people["wave"].eq(wave).to_numpy(), dict(_left_out(study, people, wave, plan))
    terms = [*([AUTHORITY] if people.loc[here, AUTHORITY].nunique() > 1 else []), *(name for name in study.factors if name not in left)]
    predictors = prepare(people.assign(authority=pd.Categorical(people[AUTHORITY].astype(str))), terms)
    answers = np.where(here, _values(study.outcome, people, plan), np.nan)
    survey = sampled(plan) if plan.main_weighted else None
    made = make_design(predictors, answers, None if survey is None else survey.weights)
    whole, rest = _within_authorities(made)
    sample = None if survey is None else Sampled(predictors, answers, survey, len(made.columns))
    at = {"indicator": study.outcome, "wave": wave, "n_valid": float(made.people.sum()), "numerator": float(made.yes.sum()),
          "n_eligible": float(here.sum())}
    yield at | of_events(made)
    yield at | {"quantity": Quantity.AUTHORITIES_LEFT_OUT.value, "estimate": float(_alone(whole, rest)), "unit": "authorities", "method": Method.COUNT}
    at |= {"contrast": Contrast.LEVEL.value, "weighted": sample is not None}
    for factor in study.factors:
        first, *others = _levels(factor, people, made, left, plan)
        for level in others:
            yield from _effects(at | {"group": factor, "level": level, "reference": first}, left.get(factor, ""), whole, rest, sample, plan)


def _effects(
    at: dict[str, object], left: str, whole: Fitted, rest: Fitted, sample: Sampled | None, plan: Plan,
) -> Iterator[dict[str, object]]:
    """The odds ratio and the marginal effect of one level."""
    factor, level, first = str(at["group"]), str(at["level"]), str(at["reference"])
    if left:
        ratio = effect = not_estimable(Method.WALD, left)
    elif whole.design.events_per_variable < EVENTS_FLOOR:
        ratio = effect = refused(whole.design)
    elif rest.why or first not in rest.design.levels(factor)[:1]:
        ratio = effect = not_estimable(Method.WALD, rest.why or Reason.NOT_COMPARED_AMONG_REST)
    else:
        ratio = odds_ratios(rest, conf_level=plan.conf_level, sample=sample).get(f"{factor}{level}", not_estimable(Method.WALD, Reason.DETERMINED))
        effect = standardised_difference(whole, factor, first, level, conf_level=plan.conf_level, sample=sample)
    how = {} if sample is None else {"method": Method.join(Method.WEIGHTED, Method.LINEARISED_T_TEST)}
    for quantity, found, unit, scale in ((Quantity.ODDS_RATIO, ratio, "ratio", 1.0), (Quantity.MARGINAL_EFFECT, effect, "percentage points", 100.0)):
        found = untold(found, (few_events(whole.design),))
        yield at | outcome_columns(found, factor=scale) | {"quantity": quantity.value, "unit": unit} | how


def _within_authorities(made: Design) -> tuple[Fitted, Fitted]:
    """The model of everybody, and the same fitted without the authorities where all or none have the outcome: they say nothing about what
    goes together within an authority, and the likelihood of the whole has these coefficients as its limit."""
    whole = fit_but_uniform(made, [AUTHORITY])
    apart = whole.separation is not None and whole.separation.reason is Reason.SEPARATED and not whole.separation.infinite
    return whole, without_separated(whole) if apart else whole


def _alone(whole: Fitted, rest: Fitted) -> int:
    """How many authorities are not in the fit."""
    if rest is whole:
        return 0
    return len(whole.design.levels(AUTHORITY)) - rest.design.table[AUTHORITY].nunique()


def _left_out(study: Study, people: pd.DataFrame, wave: str, plan: Plan) -> Iterator[tuple[str, str]]:
    """The factors that the model cannot have, and why."""
    for name in study.factors:
        if plan.is_made_of(study.outcome, name):
            yield name, Reason.FACTOR_OF_OUTCOME
        elif plan.covariate(name, (wave,)) is Match.DIFFERS:
            yield name, Reason.FACTOR_DIFFERS
        elif name not in people or not people.loc[people["wave"].eq(wave), name].notna().any():
            yield name, Reason.FACTOR_NOT_ASKED


def _levels(factor: str, people: pd.DataFrame, made: Design, left: Iterable[str], plan: Plan) -> Sequence[str]:
    """The levels of a factor, the one that others are compared with first."""
    if factor not in left:
        return made.levels(factor) or ("",)
    if factor in people:
        return tuple(map(str, people[factor].cat.categories))
    return tuple(one.level for one in plan.dictionary.groups.get(factor, ())) or ("",)


def _with_indicators(people: pd.DataFrame, factors: tuple[str, ...], plan: Plan) -> pd.DataFrame:
    """The respondents with a yes/no factor for every indicator that is named as one."""
    known = set(plan.values["indicator"].cat.categories)
    return people.assign(**{
        name: pd.Categorical.from_codes(np.nan_to_num(_values(name, people, plan), nan=-1).astype(int), ["no", "yes"])
        for name in factors if name not in people and name in known
    })


def _values(indicator: str, people: pd.DataFrame, plan: Plan) -> Floats:
    """An indicator's values beside the respondents."""
    rows = plan.values[plan.values["indicator"].eq(indicator)].set_index("respondent")["value"]
    return rows.reindex(people["respondent"]).to_numpy(dtype=float)


# --- what both have in common --------------------------------------------------------------------------

def of_events(made: Design) -> dict[str, object]:
    """How many events a model has for each coefficient, as columns of a row of results."""
    return {"quantity": Quantity.EVENTS_PER_VARIABLE.value, "estimate": made.events_per_variable, "unit": "events", "method": Method.EVENTS,
            "warning": Reason.NO_EVENTS.not_estimable if isnan(made.events_per_variable) else ""}


def few_events(made: Design) -> str:
    """What to mind about a model with few events."""
    return Reason.FEW_EVENTS if made.events_per_variable < EVENTS_NEEDED else ""


def refused(made: Design) -> Outcome:
    """No estimate, as there are too few events; or, where everybody gave one answer, as that is so."""
    return not_estimable(Method.NONE, Reason.TOO_FEW_EVENTS if made.events else Reason.SAME_ANSWER)


def untold(found: Outcome, cautions: Sequence[str]) -> Outcome:
    """An outcome of a model as it may be printed: nothing says that all of some people gave one answer; with all that is to be minded."""
    why = {reason for reason, _ in reasons_of(found.warning)}
    if why == {Reason.PREDICTED_ALIKE}:
        found = replace(found, warning="")
    elif why & {*_TELLING}:
        found = replace(found, warning=Reason.NO_FINITE.not_estimable)
    if isnan(found.estimate):
        return found
    return replace(found, warning=Reason.join(found.warning, *cautions))
