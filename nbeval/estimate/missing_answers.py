"""Whether a headline change would stand whatever the missing answers were: bounds, and multiple imputation where a cohort declares it.

An answer is missing where somebody was asked, the question applied, and no valid answer came. Bounds take every missing answer at
the ends of what could have been said, at each wave, whichever lowers or raises the change most (Horowitz and Manski, J Am Stat Assoc
2000;95:77-84). Imputation draws them as alike people answered, and pools by Rubin's rules; it is right where the answers are missing
at random given what it draws by.
"""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.comparisons import compare_means, compare_percentages, pair
from nbeval.estimate.glm import independent_columns
from nbeval.estimate.levels import unit_of
from nbeval.estimate.matched import link, paired_mean, paired_percentage
from nbeval.estimate.means import moments, squares_with
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import OUTSIDE_BASE, PLACE, Plan
from nbeval.estimate.sampling import domain_differences
from nbeval.estimate.weighted import sampled, weighted_differences
from nbeval.frames import Contrast, Method, Quantity, Reason

Floats = NDArray[np.float64]
#: fewer answers than this at a wave are not drawn from
FEWEST = 5
#: (what the bound is, whether the later wave takes the higher end of the scale): the earlier wave takes the other end
_BOUNDS = ((Quantity.CHANGE_MISSING_BOUND_LOWEST, False), (Quantity.CHANGE_MISSING_BOUND_HIGHEST, True))


# --- bounds ------------------------------------------------------------------------------------------

def missing_bounds(plan: Plan) -> pd.DataFrame:
    """Bound the change of every headline indicator of the whole cohort over all that the missing answers could have been.

    One row per indicator x pair of waves for ``change_missing_bound_lowest`` and one for ``change_missing_bound_highest``, each with the
    interval and the test that such answers would give; ``n_valid`` and ``n_reference`` are all who were asked. Weighted where weighted
    figures are the main ones.
    """
    bounds = _matched_bounds if plan.matched else _weighted_bounds if plan.main_weighted else _bounds
    return pd.concat([plan.rows(), *(bounds(plan, *pair) for pair in plan.every_pair)], ignore_index=True)


def ends_of(one: Indicator, plan: Plan) -> tuple[float, float]:
    """The lowest and the highest that an answer to an indicator can be; NaN where nobody declared it."""
    if one.measure is Measure.PERCENT:
        return 0.0, 1.0
    if one.scale:
        scale = plan.dictionary.scale(one.scale)
        return scale.lowest, scale.highest
    return plan.dictionary.ranges.get(one.item, (np.nan, np.nan))


def headlines(plan: Plan, wave: str, reference: str) -> list[Indicator]:
    """The headline indicators that contrast two waves."""
    return [one for one in plan.indicators() if one.headline and (wave, reference) in plan.contrasts[one.indicator]]


def _bounds(plan: Plan, wave: str, reference: str) -> pd.DataFrame:
    """The bounds of two samples, for the indicators that contrast the two waves."""
    declared = {one.indicator: one for one in headlines(plan, wave, reference)}
    whole = plan.tallies[plan.tallies["authority"].eq("") & plan.tallies["group"].eq("") & plan.tallies["indicator"].isin(list(declared))]
    ends = np.array([ends_of(declared[name], plan) for name in whole["indicator"]]).reshape(-1, 2)
    is_mean = {name for name, one in declared.items() if one.measure is Measure.MEAN}
    blocks = []
    for quantity, up in _BOUNDS:
        now, then = (filled(whole, ends[:, int(side)]) for side in (up, not up))
        pairs = pair(now[now["wave"].eq(wave)], then[then["wave"].eq(reference)], ["indicator"])
        pairs = pairs.assign(contrast=Contrast.WAVE.value, reference=reference)
        of_means = pairs["indicator"].isin(is_mean)
        means = compare_means(pairs[of_means], plan.conf_level)[0]
        means = means.assign(unit=means["indicator"].map(plan.units), warning=means["warning"].where(
            means["squares"].notna() & means["squares_reference"].notna(), Reason.NO_ENDS.not_estimable))
        blocks += [plan.rows(table, quantity=quantity.value) for table in (compare_percentages(pairs[~of_means], plan.conf_level), means)]
    return pd.concat(blocks, ignore_index=True)


def _weighted_bounds(plan: Plan, wave: str, reference: str) -> pd.DataFrame:
    """The bounds of two weighted samples, with linearised errors."""
    design, rows, everybody = sampled(plan), [], asked_of(plan)
    for one in headlines(plan, wave, reference):
        asked = everybody[everybody["indicator"].eq(one.indicator) & everybody["wave"].isin([wave, reference]) & everybody["in_sample"]]
        now, ends = asked["wave"].eq(wave).to_numpy(), ends_of(one, plan)
        for quantity, up in _BOUNDS:
            value = asked["value"].to_numpy(float)
            value = np.where(np.isnan(value), np.where(now, ends[int(up)], ends[int(not up)]), value)
            found = domain_differences(design, value, now, np.zeros(len(now), int), respondent=asked["place"].to_numpy(), domains=1)
            rows.append({"indicator": one.indicator, "quantity": quantity.value, "unit": unit_of(one), "percent": one.measure is Measure.PERCENT,
                         "mean": found.estimate[0], "error": found.std_error[0], "df": found.df[0], "n_valid": float(now.sum()),
                         "n_reference": float((~now).sum())})
    table = weighted_differences(pd.DataFrame(rows), plan.conf_level) if rows else []
    return plan.rows(table, wave=wave, reference=reference, contrast=Contrast.WAVE.value, weighted=True)


def asked_of(plan: Plan) -> pd.DataFrame:
    """The values of all who were asked a question that applied to them, with each respondent's ``place`` and whether a weight is known."""
    values = plan.values[~plan.values["missing"].isin([reason.value for reason in OUTSIDE_BASE])]
    place = pd.Index(plan.respondents["respondent"]).get_indexer(values["respondent"])
    return values.assign(place=place, in_sample=plan.respondents["weight"].notna().to_numpy()[place])


def filled(counts: pd.DataFrame, end: ArrayLike) -> pd.DataFrame:
    """The counts (``frames`` of ``tally``) as they would be had everybody who was asked and gave no answer said ``end``."""
    end, missing = np.asarray(end, float), (counts["n_eligible"] - counts["n_valid"]).to_numpy()
    added = np.where(missing > 0, missing * np.where(missing > 0, end, 0.0), 0.0)
    mean, _ = moments(counts["n_valid"], counts["numerator"], counts["squares"])
    return counts[list(PLACE)].assign(
        n_valid=counts["n_eligible"], numerator=counts["numerator"] + added,
        squares=squares_with(counts["squares"], counts["n_valid"], mean, missing, end))


def _matched_bounds(plan: Plan, wave: str, reference: str) -> pd.DataFrame:
    """The bounds of the change of the same people: those who were asked at both waves."""
    rows, pairs = [], Pairs(plan, wave, reference)
    for one in headlines(plan, wave, reference):
        later, first = pairs.answers(one)
        for quantity, up in _BOUNDS:
            ends = ends_of(one, plan)
            now, then = (np.where(np.isnan(side), ends[int(end)], side) for side, end in ((later, up), (first, not up)))
            rows.append({"indicator": one.indicator, "quantity": quantity.value, "unit": unit_of(one)} | _of_pairs(one, now, then, plan))
    return plan.rows(rows, wave=wave, contrast=Contrast.WAVE.value, reference=reference)


def _of_pairs(one: Indicator, now: Floats, then: Floats, plan: Plan) -> dict[str, object]:
    """The change of completed pairs, as columns of a row."""
    size = {"n_valid": float(len(now)), "n_reference": float(len(now))}
    if one.measure is Measure.PERCENT:
        return paired_percentage(now, then, plan.conf_level) | size | {"numerator": now.sum(), "numerator_reference": then.sum()}
    if np.isnan(now).any() or np.isnan(then).any():
        return size | outcome_columns(not_estimable(Method.PAIRED_T, Reason.NO_ENDS))
    return paired_mean(now, then, plan.conf_level) | size


class Pairs:
    """The linked people of a matched design, with what they answered and whether they were asked."""

    def __init__(self, plan: Plan, wave: str, reference: str) -> None:
        self.linked = link(plan, wave, reference)
        asked = ~plan.values["missing"].isin([reason.value for reason in OUTSIDE_BASE])
        self._asked = plan.values.assign(asked=asked).pivot(index="respondent", columns="indicator", values="asked")

    def inside(self, one: Indicator) -> NDArray[np.bool_]:
        """Which pairs were asked at both waves."""
        both = [self._asked[one.indicator].reindex(table.index).eq(True).to_numpy() for table in (self.linked.later, self.linked.then)]
        return both[0] & both[1]

    def answers(self, one: Indicator) -> tuple[Floats, Floats]:
        """What those who were asked at both waves answered at the later one and at the earlier; NaN where the answer is missing."""
        inside = self.inside(one)
        later, first = (table[one.indicator].to_numpy(float)[inside] for table in (self.linked.later, self.linked.then))
        return later, first


# --- imputation --------------------------------------------------------------------------------------

def imputed_change(plan: Plan) -> pd.DataFrame:
    """Estimate the change of every headline indicator of the whole cohort with its missing answers imputed, where the cohort declares how.

    One row per indicator x pair of waves (``change_imputed``): the mean over the imputations, with the error, degrees of freedom, interval
    and test of Rubin's rules. Each wave is imputed by itself, from what the cohort names in ``missing_answers``; in a matched design from
    the answer at the other wave too. ``n_valid`` and ``n_reference`` are all who were asked.
    """
    if plan.cohort.missing_answers is None:
        return plan.rows()
    imputer = Imputer(plan)
    change = imputer.of_pairs if plan.matched else imputer.of_samples
    rows = [
        {"indicator": one.indicator, "wave": wave, "reference": reference, "unit": unit_of(one)} | change(one, place, wave, reference)
        for wave, reference in plan.every_pair for place, one in enumerate(headlines(plan, wave, reference))
    ]
    weighted = plan.main_weighted and not plan.matched
    return plan.rows(rows, contrast=Contrast.WAVE.value, quantity=Quantity.CHANGE_IMPUTED.value, weighted=weighted)


class Imputer:
    """Draws the missing answers of a cohort as its declaration ``missing_answers`` says."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.declared = plan, plan.cohort.missing_answers
        values = plan.values.assign(asked=~plan.values["missing"].isin([reason.value for reason in OUTSIDE_BASE]))
        self._values, self._asked = (values.pivot(index="respondent", columns="indicator", values=name) for name in ("value", "asked"))
        self._people = plan.respondents.set_index("respondent")
        self._design = sampled(plan) if plan.main_weighted else None

    def of_samples(self, one: Indicator, place: int, wave: str, reference: str) -> dict[str, object]:
        """The change between two samples, as columns of a row; ``place`` is that of the indicator among the headline ones that contrast the waves."""
        sides, who, factor = [], [], self._factor(one)
        for name in (wave, reference):
            asked = self._asked.index[self._asked[one.indicator].eq(True) & self._people["wave"].reindex(self._asked.index).eq(name)]
            asked = asked[self._people["weight"].reindex(asked).notna()] if self.plan.main_weighted else asked
            who.append(asked)
            answers = self._values[one.indicator].reindex(asked).to_numpy(float)
            if why := why_not(answers):
                return outcome_columns(not_estimable(Method.RUBIN, why))
            sides.append(completed(answers, self.predictors(one, asked), self._draw(place, name), self.declared.imputations, one.measure))
        (now, then), sizes = sides, [side.shape[1] for side in sides]
        if self.plan.main_weighted:
            found = rubin(*self._weighted(sides, who), self.plan.conf_level)
        else:
            spread = sum(side.var(axis=1, ddof=1) / side.shape[1] for side in sides)
            found = rubin(now.mean(axis=1) - then.mean(axis=1), spread, sum(sizes) - 2, self.plan.conf_level)
        return outcome_columns(found, factor=factor) | {"n_valid": float(sizes[0]), "n_reference": float(sizes[1])}

    def _weighted(self, sides: list[Floats], who: list[pd.Index]) -> tuple[list[float], list[float], float]:
        """The weighted difference of every imputation, its variance, and the degrees of freedom of the design."""
        later = np.repeat([True, False], [len(one) for one in who])
        place = pd.Index(self.plan.respondents["respondent"]).get_indexer(np.concatenate(who))
        found = [domain_differences(self._design, np.concatenate(answers), later, np.zeros(len(later), int), respondent=place, domains=1)
                 for answers in zip(*sides, strict=True)]
        return [one.estimate[0] for one in found], [one.std_error[0] ** 2 for one in found], float(found[0].df[0])

    def of_pairs(self, one: Indicator, place: int, wave: str, reference: str) -> dict[str, object]:
        """The change of the same people: the first answer is drawn from the later one, then the later from the completed first."""
        pairs = Pairs(self.plan, wave, reference)
        later, first = pairs.answers(one)
        if why := why_not(later) or why_not(first):
            return outcome_columns(not_estimable(Method.RUBIN, why))
        same = self.predictors(one, pairs.linked.then.index[pairs.inside(one)])
        draw, changes = self._draw(place, wave), []
        order = np.lexsort([later, first, *same.T])
        same, later, first = same[order], later[order], first[order]
        for _ in range(self.declared.imputations):
            then = completed(first, np.column_stack([same, numbers(later)]), draw, 1, one.measure)[0]
            changes.append(completed(later, np.column_stack([same, then]), draw, 1, one.measure)[0] - then)
        table, n = np.array(changes), len(later)
        found = rubin(table.mean(axis=1), table.var(axis=1, ddof=1) / n, n - 1, self.plan.conf_level)
        return outcome_columns(found, factor=self._factor(one)) | {"n_valid": float(n), "n_reference": float(n)}

    def predictors(self, one: Indicator, respondents: pd.Index) -> Floats:
        """What an indicator is drawn by, as columns of numbers: one row per respondent. A level of a group is a column, and so is that it was
        not given; other codings of the same question say nothing of it and are left out. Where figures are weighted, by the weight too."""
        columns = [self._people["weight"].reindex(respondents).to_numpy(float)[:, None] if self.plan.main_weighted and not self.plan.matched
                   else np.empty((len(respondents), 0))]
        for name in self.declared.auxiliary:
            known, group = self.plan.declared.get(name), self.plan.dictionary.groups.get(name, ())
            if known is not None and (known.item, known.scale) != (one.item, one.scale):
                columns.append(numbers(self._values[name].reindex(respondents).to_numpy(float)))
            elif known is None and name in self._people and not (one.item and one.item in {level.item for level in group}):
                columns.append(levels_as_columns(self._people[name].reindex(respondents)))
        return np.column_stack(columns)

    def _draw(self, place: int, wave: str) -> np.random.Generator:
        """The random numbers of one indicator at one wave, whatever else is drawn."""
        return np.random.default_rng([self.declared.seed, place, self.plan.waves.index(wave)])

    @staticmethod
    def _factor(one: Indicator) -> int:
        """What turns a change into its unit."""
        return 100 if one.measure is Measure.PERCENT else 1


def why_not(answers: Floats) -> str:
    """Why nothing can be drawn from these answers; empty where it can."""
    known = int(np.isfinite(answers).sum())
    return Reason.NOBODY if not len(answers) else Reason.TOO_FEW if known < FEWEST else ""


def numbers(values: Floats) -> Floats:
    """A column of numbers with its mean where one is missing, and a column that says where that is."""
    missing = np.isnan(values)
    centre = float(values[~missing].mean()) if not missing.all() else 0.0
    return np.column_stack([np.where(missing, centre, values), missing])


def levels_as_columns(levels: pd.Series) -> Floats:
    """A column of 0 and 1 for each level that somebody has but the first, not given being a level of its own."""
    codes = levels.astype("category").cat.codes.to_numpy()
    return (codes[:, None] == np.unique(codes)[None, 1:]).astype(float)


def completed(answers: Floats, predictors: Floats, draw: np.random.Generator, imputations: int, measure: Measure) -> Floats:
    """The answers with the missing ones drawn: one row per imputation. Shares by a logistic and means by a linear model whose coefficients are
    drawn from their posterior first, as ``logreg`` and ``norm`` of R's mice (van Buuren, Flexible Imputation of Missing Data, 2nd ed.,
    3.2 and 3.6). statsmodels' MICE has neither: it matches on the predicted mean, and where people are alike in all that it draws by it takes
    the same few of them each time. The order of the rows does not matter."""
    order = np.lexsort([answers, *predictors.T])
    answers, predictors = answers[order], predictors[order]
    missing, table = np.isnan(answers), np.tile(answers, (imputations, 1))
    if missing.any():
        drawn = _logistic if measure is Measure.PERCENT else _linear
        # what only those without an answer tell apart, or what other columns determine, is not drawn by
        known = np.column_stack([np.ones(len(answers)), predictors])[~missing]
        used = predictors[:, independent_columns(known, np.ones(len(known)))[1:]]
        table[:, missing] = drawn(answers[~missing], used[~missing], used[missing], draw, imputations)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return table[:, back]


def _logistic(answers: Floats, known: Floats, wanted: Floats, draw: np.random.Generator, imputations: int) -> Floats:
    """Yes or no drawn for those ``wanted``. Rows of little weight keep every coefficient finite (White, Daniel and Royston, Comput Stat Data
    Anal 2010;54:2267-2275)."""
    p, every = known.shape[1], np.vstack([known, wanted])
    steps = np.kron(np.eye(p), np.array([[0.5], [-0.5], [0.5], [-0.5]])) * every.std(axis=0, ddof=1)
    added = np.clip(every.mean(axis=0) + steps, every.min(axis=0), every.max(axis=0)) if p else every[:0]
    design = sm.add_constant(np.vstack([known, added]), has_constant="add")
    weights = np.concatenate([np.ones(len(known)), np.full(len(added), (p + 1) / max(len(added), 1))])
    yes = np.concatenate([answers, np.tile([0.0, 0.0, 1.0, 1.0], p)])
    found = sm.GLM(yes, design, sm.families.Binomial(), freq_weights=weights).fit()
    drawn = draw.multivariate_normal(found.params, found.cov_params(), imputations, method="svd")
    chance = expit(drawn @ sm.add_constant(wanted, has_constant="add").T)
    return (draw.random(chance.shape) < chance).astype(float)


def _linear(answers: Floats, known: Floats, wanted: Floats, draw: np.random.Generator, imputations: int) -> Floats:
    """Numbers drawn for those ``wanted``, with the spread of the others around the model."""
    found = sm.OLS(answers, sm.add_constant(known, has_constant="add")).fit()
    if found.df_resid < 1:
        return np.full((imputations, len(wanted)), np.nan)
    sigma = np.sqrt(found.ssr / draw.chisquare(found.df_resid, imputations))
    around = draw.multivariate_normal(np.zeros(len(found.params)), found.normalized_cov_params, imputations, method="svd")
    drawn = found.params + sigma[:, None] * around
    centre = drawn @ sm.add_constant(wanted, has_constant="add").T
    return centre + sigma[:, None] * draw.standard_normal(centre.shape)


def rubin(estimates: ArrayLike, variances: ArrayLike, complete_df: float, conf_level: float = 0.95) -> Outcome:
    """Pool the estimates of the imputations and their variances: Rubin, Multiple Imputation for Nonresponse in Surveys (1987), 3.1, with the
    degrees of freedom of Barnard and Rubin (Biometrika 1999;86:948-955). Written here because statsmodels pools without degrees of freedom."""
    estimates, variances = np.asarray(estimates, float), np.asarray(variances, float)
    m, mean = len(estimates), float(estimates.mean())
    between = (1 + 1 / m) * float(estimates.var(ddof=1))
    total = float(variances.mean()) + between
    if isnan(total) or not total > 0:
        return not_estimable(Method.RUBIN, Reason.TOO_FEW) if isnan(total) else Outcome(mean, method=Method.RUBIN, warning=Reason.NO_VARIANCE)
    lost = between / total
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - lost)
    df = 1 / (lost**2 / (m - 1) + 1 / observed) if observed > 0 else (m - 1) / lost**2
    return wald(mean, sqrt(total), conf_level, Method.RUBIN, df=df)
