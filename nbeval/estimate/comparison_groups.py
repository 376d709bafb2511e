"""Comparison authorities: how much more the programme's authorities changed than authorities that were surveyed likewise without it.

The design is quasi-experimental: nobody drew lots about which authorities took part. What is estimated is the effect of the programme only
if both kinds of authorities would have changed alike without it, and that can be looked at, never shown, and only with a wave more before
the programme began.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.comparisons import change
from nbeval.estimate.glm import FEW_DF, clustered_mean, cr2, independent_columns
from nbeval.estimate.levels import levels, unit_of
from nbeval.estimate.matched import linked_values, matched_change, pair_levels
from nbeval.estimate.means import paired_changes, welch
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import Plan, make_plan
from nbeval.estimate.weighted import weighted
from nbeval.frames import COMPARISON_SIDE, ROLE, Contrast, Method, Quantity, Reason

#: an error so small beside the answers is rounding
ROUNDING = 1e-7


def comparison_groups(plan: Plan) -> pd.DataFrame:
    """Set the programme's changes beside those of the comparison authorities; no row where a cohort has none.

    For the comparison authorities together (group ``role``, level ``comparison``) the rows of levels and changes that the programme has.
    One row per indicator x wave but the reference (contrast ``comparison``; ``reference`` is the reference wave) for
    ``difference_in_differences``: how much more the programme's authorities changed, by least squares with an effect of each authority and
    each wave, all waves in one model, and CR2 errors; for a wave before the reference wave the same is ``event_study``, where the two kinds
    should not differ. A further row has the difference of the authorities' own mean changes, each counted alike
    (``difference_in_differences_authorities``, Welch's interval). ``numerator`` and ``numerator_reference`` count the authorities with both
    waves: of the programme, and of the comparison. In a matched design all is of the pairs. Where weighted figures are the cohort's main
    ones and every answer came with a weight, that weight is in the model and in the authorities' means, and the comparison authorities have
    weighted rows too; weights that were raked are of the programme's people alone, and are in none of these rows.
    """
    if plan.comparison is None:
        return plan.rows()
    cohort = plan.cohort.model_copy(update={"authorities": plan.cohort.comparison_authorities, "comparison_authorities": ()})
    weigh = plan.main_weighted and not plan.matched and "survey_weight" in plan.respondents
    people = plan.comparison.respondents
    compared = replace(plan.comparison, respondents=people.assign(weight=people["survey_weight"])) if weigh else plan.comparison
    beside = make_plan(compared, cohort, plan.dictionary)
    rows = [row for one in plan.indicators() if one.indicator in beside.declared for row in _of_indicator(one, plan, beside, weigh)]
    return pd.concat([_side(beside, weigh), plan.rows(rows, contrast=Contrast.COMPARISON.value, weighted=weigh)], ignore_index=True)


def _side(beside: Plan, weigh: bool) -> pd.DataFrame:
    """Levels and changes of the comparison authorities together."""
    parts = [matched_change(beside), pair_levels(beside)] if beside.matched else [levels(beside), change(beside)]
    parts += [weighted(beside)] if weigh else []
    rows = pd.concat(parts, ignore_index=True)
    kept = rows[rows["authority"].eq("") & rows["group"].eq("") & rows["quantity"].isin([Quantity.PERCENT, Quantity.MEAN, Quantity.CHANGE])]
    return kept.assign(group=ROLE, level=COMPARISON_SIDE)


def _of_indicator(one: Indicator, plan: Plan, beside: Plan, weigh: bool) -> Iterator[dict[str, object]]:
    """The rows of one indicator: one per wave but the reference for each quantity."""
    asked = [wave for wave in plan.waves if all(_answered(side, one, wave) for side in (plan, beside))]
    reference = plan.cohort.reference_wave if plan.cohort.reference_wave in asked else next(iter(asked), plan.first_wave)
    fits = [wave for wave in asked if wave != reference and all(_comparable(side, one, wave, reference) for side in (plan, beside))]
    found = _matched(one, plan, beside, reference, fits) if plan.matched else _independent(one, plan, beside, reference, fits, weigh)
    factor = 100 if one.measure is Measure.PERCENT else 1
    for wave in [wave for wave in plan.waves if wave != reference]:
        before = plan.waves.index(wave) < plan.waves.index(reference)
        at = {"indicator": one.indicator, "wave": wave, "reference": reference, "unit": unit_of(one)}
        why = (Reason.NOT_COMPARABLE if wave in asked else Reason.NOBODY_AT_ONE_WAVE).not_estimable
        main, alike, counts = found.get(wave, (Outcome(warning=why), Outcome(warning=why), {}))
        yield at | counts | outcome_columns(main, factor=factor) | {
            "quantity": (Quantity.EVENT_STUDY if before else Quantity.DIFFERENCE_IN_DIFFERENCES).value}
        if not before:
            yield at | counts | outcome_columns(alike, factor=factor) | {"quantity": Quantity.DID_OF_AUTHORITIES.value}


#: of a wave: the model's difference, that of the authorities' own changes, and how many authorities there are of each kind
Found = dict[str, tuple[Outcome, Outcome, dict[str, float]]]


def _independent(one: Indicator, plan: Plan, beside: Plan, reference: str, waves: Sequence[str], weigh: bool) -> Found:
    """The differences of samples of people who are not linked."""
    parts = [side.values[side.values["indicator"].eq(one.indicator)] for side in (plan, beside)]
    names = ["value", "authority", "wave", "respondent"]
    both = pd.concat([part[names].astype({"authority": str, "wave": str}) for part in parts], ignore_index=True)
    columns = (both["value"].to_numpy(float), both["authority"].to_numpy(object), both["wave"].to_numpy(object))
    order, own = (reference, *waves), plan.cohort.authorities
    given = pd.concat([side.respondents.set_index("respondent")["survey_weight"] for side in (plan, beside)]) if weigh else None
    weights = None if given is None else given.reindex(both["respondent"]).to_numpy(float)
    main = difference_in_differences(*columns, programme=own, waves=order, conf_level=plan.conf_level, weights=weights)
    changes = {wave: changes_of_authorities(*columns, reference, wave, weights) for wave in waves}
    return {wave: (main[wave], of_changes(changes[wave], own, plan.conf_level), _counts(changes[wave], own)) for wave in waves}


def _matched(one: Indicator, plan: Plan, beside: Plan, reference: str, waves: Sequence[str]) -> Found:
    """The differences of the mean changes of people who answered at both waves."""
    found, own = {}, plan.cohort.authorities
    for wave in waves:
        parts = [linked_values(side, wave, reference, one.indicator) for side in (plan, beside)]
        now, then, authority = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
        moved = now - then
        means = pd.Series(moved).groupby(authority).mean()
        counts = _counts(means, own)
        main = clustered_mean(moved, authority, np.isin(authority, own), plan.conf_level)
        found[wave] = (_doubtful(main, counts), of_changes(means, own, plan.conf_level), counts)
    return found


def _comparable(plan: Plan, one: Indicator, *waves: str) -> bool:
    """Whether two waves asked the same, as far as is declared."""
    earlier, later = sorted(waves, key=plan.waves.index)
    return plan.comparable(one.indicator, later, earlier) is not Match.DIFFERS


def _answered(plan: Plan, one: Indicator, wave: str) -> bool:
    """Whether anybody answered at a wave."""
    rows = plan.tallies
    here = rows["indicator"].eq(one.indicator) & rows["wave"].eq(wave) & rows["authority"].eq("") & rows["group"].eq("")
    return bool(rows.loc[here, "n_valid"].sum())


def _counts(changes: pd.Series, programme: Collection[str]) -> dict[str, float]:
    """How many authorities have a change: of the programme, and of the comparison."""
    inside = changes.index.isin(programme)
    return {"numerator": float(inside.sum()), "numerator_reference": float((~inside).sum())}


# --- the estimators ------------------------------------------------------------------------------------

def difference_in_differences(
    values: ArrayLike, authority: ArrayLike, wave: ArrayLike, *, programme: Collection[str], waves: Sequence[str], conf_level: float = 0.95,
    covariates: np.ndarray | None = None, weights: ArrayLike | None = None,
) -> dict[str, Outcome]:
    """Give, for every wave but the reference, how much more the programme's authorities changed since it than the others did.

    Least squares of the answers (of 0 and 1: a linear probability) on an effect of each authority, of each wave, and of the programme at
    each wave; errors clustered by authority, CR2, with Satterthwaite's degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton
    2018). ``waves`` has the reference first; ``covariates`` are columns beside ``values``, and so are
    ``weights``; who has none, or a weight of zero, is left out. With one authority alone on a side there is the
    estimate and no error: the authority is fitted exactly.
    """
    y, place, at = np.asarray(values, float), np.asarray(authority, object), np.asarray(wave, object)
    more = np.zeros((len(y), 0)) if covariates is None else np.asarray(covariates, float)
    w = np.ones(len(y)) if weights is None else np.nan_to_num(np.asarray(weights, float))
    used = np.isfinite(y) & np.isin(at, list(waves)) & np.isfinite(more).all(axis=1) & (w > 0)
    y, place, at, more, w = y[used], place[used], at[used], more[used], w[used]
    names, codes = np.unique(place.astype(str), return_inverse=True)
    own, here = np.isin(names, list(programme)), np.array([at == one for one in waves[1:]]).reshape(len(waves) - 1, len(y)).T
    if len(set(own)) < 2:
        return dict.fromkeys(waves[1:], not_estimable(_method(weights), Reason.ONE_KIND))
    matrix = np.column_stack([codes[:, None] == np.arange(len(names)), here, more, here & own[codes][:, None]]).astype(float)
    sides = {one: _sides(codes, at, own, waves[0], one) for one in waves[1:]}
    return _fitted(y, matrix, codes, sides, conf_level, None if weights is None else w)


def _method(weights: ArrayLike | None) -> str:
    """How the model was fitted, in the words of results."""
    return Method.join(*([] if weights is None else [Method.WEIGHTED]), Method.AUTHORITY_EFFECTS, Method.CR2)


def _fitted(
    y: np.ndarray, matrix: np.ndarray, codes: np.ndarray, sides: dict[str, dict[str, float]], conf_level: float, weights: np.ndarray | None,
) -> dict[str, Outcome]:
    """The last columns of a model, one for each wave in ``sides``, with CR2 errors."""
    method, first = _method(weights), matrix.shape[1] - len(sides)
    kept = independent_columns(matrix, np.ones(len(matrix)))
    place = {wave: int(kept[:first + k].sum()) for k, wave in enumerate(sides) if kept[first + k]}
    x = matrix[:, kept]
    model = sm.OLS(y, x, hasconst=True) if weights is None else sm.WLS(y, x, weights, hasconst=True)
    fit = model.fit(method="qr")        # without both, statsmodels decomposes the matrix four times over
    contrasts = np.eye(int(kept.sum()))[list(place.values())]
    covariance, df = cr2(fit.model.exog, fit.resid, codes, contrasts, weights)
    found = dict.fromkeys(sides, not_estimable(method, Reason.NO_COMMON_WAVES))
    for number, (wave, column) in enumerate(place.items()):
        value, error = round(float(fit.params[column]), 12), float(np.sqrt(max(0.0, covariance[column, column])))
        zero = not error > ROUNDING * max(np.abs(y).max(initial=0.0), ROUNDING)
        plain = Outcome(value, method=method, warning=Reason.NO_VARIANCE) if zero else wald(value, error, conf_level, method, df=float(df[number]))
        found[wave] = _doubtful(plain, sides[wave])
    return found


def _doubtful(found: Outcome, counts: dict[str, float]) -> Outcome:
    """An outcome without its error where one authority is alone on a side, and with a caution where degrees of freedom are few."""
    if min(counts.values()) < 2 and np.isfinite(found.estimate):
        return Outcome(found.estimate, method=found.method, warning=Reason.ALONE)
    if found.df < FEW_DF and not found.warning:
        return Outcome(**{**vars(found), "warning": Reason.FEW_DF})
    return found


def _sides(codes: np.ndarray, at: np.ndarray, own: np.ndarray, reference: str, wave: str) -> dict[str, float]:
    """How many authorities of each kind have both waves."""
    both = np.intersect1d(codes[at == reference], codes[at == wave])
    return {"programme": float(own[both].sum()), "comparison": float((~own[both]).sum())}


def changes_of_authorities(
    values: ArrayLike, authority: ArrayLike, wave: ArrayLike, reference: str, later: str, weights: ArrayLike | None = None,
) -> pd.Series:
    """Give each authority's change of its (weighted) mean from one wave to a later one, of those with both."""
    table = pd.DataFrame({"value": np.asarray(values, float), "authority": authority, "wave": wave, "w": 1.0 if weights is None else weights}).dropna()
    table = table[table["w"] > 0].assign(total=table["value"] * table["w"])
    sums = table.groupby(["authority", "wave"])[["total", "w"]].sum()
    means = (sums["total"] / sums["w"]).unstack().reindex(columns=[reference, later])
    return (means[later] - means[reference]).dropna()


def of_changes(changes: pd.Series, programme: Collection[str], conf_level: float = 0.95) -> Outcome:
    """Give how much more the programme's authorities changed than the others, each counted alike: Welch's test of their changes."""
    inside = changes.index.isin(programme)
    ours, others = (paired_changes(part.to_numpy(float), np.zeros(len(part))) for part in (changes[inside], changes[~inside]))
    if not len(ours) or not len(others):
        return not_estimable(Method.WELCH_OF_CHANGES, Reason.NO_COMMON_WAVES)
    value = float(changes[inside].mean() - changes[~inside].mean())
    if min(len(ours), len(others)) < 2:
        return Outcome(value, method=Method.WELCH_OF_CHANGES, warning=Reason.ALONE)
    if not np.ptp(ours) and not np.ptp(others):
        return Outcome(value, method=Method.WELCH_OF_CHANGES, warning=Reason.NO_VARIANCE)
    sizes = [(part.mean(), part.std(ddof=1), len(part)) for part in (changes[inside], changes[~inside])]
    return welch(*sizes[0], *sizes[1], conf_level).outcome(Method.WELCH_OF_CHANGES, conf_level)
