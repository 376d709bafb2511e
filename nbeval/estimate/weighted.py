"""Weighted levels, changes and differences of a cohort, beside those without weights; where the cohort says so they are its main figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nbeval.dictionary.enums import Lonely, Match, Measure
from nbeval.dictionary.models import Benchmark
from nbeval.estimate.comparisons import ESTIMATED
from nbeval.estimate.levels import NOBODY, unit_of
from nbeval.estimate.plan import PLACE, Plan
from nbeval.estimate.sampling import (
    BETA, KORN_GRAUBARD, LOGIT, DomainMeans, SurveyDesign, domain_differences, domain_means, effective_n, korn_graubard, share_interval,
    survey_design,
)
from nbeval.frames import MISSING_COLUMNS, Contrast, Method, Quantity, Reason

_METHODS = {KORN_GRAUBARD: Method.KORN_GRAUBARD, LOGIT: Method.LOGIT_INTERVAL, BETA: Method.BETA_INTERVAL}
_SAME_PLACE = [name for name in PLACE if name != "wave"]


def weighted(plan: Plan) -> pd.DataFrame:
    """Estimate levels and changes with weights, beside those without; nothing where the cohort was neither sampled nor weighted.

    One row per indicator x wave x place, for the cohort and its authorities, and where weighted figures are the main ones for every level
    of a group: Korn and Graubard's interval for percentages, t for means, from linearised errors; ``n_valid`` counts people,
    ``n_effective`` is the size of a simple sample as precise. One row per indicator x contrast of waves x place for ``change``, with a t test (not
    in a matched design); where weighted figures are the main ones also the differences between levels of a group, from the rest, and from
    published values, and the range of the authorities. Per wave x place ``effective_n`` and ``design_effect`` (Kish), and
    ``largest_weight`` over the mean weight; per wave ``margin_gap``, where weights were raked.
    """
    if not plan.weighted or not len(plan.respondents):
        return plan.rows()
    design, levels, changes, differences = sampled(plan), [], [], []
    for one in _by_indicator(plan):
        size = len(one.places)
        at = np.where((one.wave >= 0) & (one.place >= 0), one.wave.astype(int) * size + one.place, -1)
        levels.append(one.rows(plan.waves, domain_means(design, one.value, at, respondent=one.respondent, domains=len(plan.waves) * size)))
        for wave, reference in () if plan.matched else plan.contrasts.get(one.indicator, ()):
            if one.group and not {wave, reference} <= set(plan.grouped.get(one.group, ())):
                continue
            later, earlier = plan.waves.index(wave), plan.waves.index(reference)
            at = np.where(np.isin(one.wave, (earlier, later)), one.place, -1)
            found = domain_differences(design, one.value, one.wave == later, at, respondent=one.respondent, domains=size)
            changes.append(one.rows((wave,), found).assign(contrast=Contrast.WAVE.value, reference=reference))
        if plan.main_weighted:
            differences += _between_places(one, design, plan)
    means = _described(levels, plan)
    rows = [_level_rows(means, plan), _cost_of_weights(plan), _margin_gaps(plan)]
    rows += [_difference_rows(_described(parts, plan), means, quantity, plan)
             for parts, quantity in ((changes, Quantity.CHANGE), (differences, Quantity.DIFFERENCE)) if parts]
    rows += [_range_rows(rows[0], plan), _from_published(means, plan)] if plan.main_weighted else []
    return _name_unweighted(pd.concat(rows, ignore_index=True), plan)


#: what is made of ranks, and is not weighted here
_OF_RANKS = (Quantity.SUPERIORITY, Quantity.RANK_BISERIAL, Quantity.PROPORTIONALITY)


def refuse_ranks(results: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Take the numbers from rank tests and models of ordered answers where weighted figures are the main ones: they would speak of who
    answered, and not of those whom the sample stands for. One row per row of ``results``, before families are adjusted."""
    if not plan.main_weighted:
        return results
    ordered = results["quantity"].eq(Quantity.ODDS_RATIO) & results["contrast"].eq(Contrast.WAVE)
    refused = (results["quantity"].isin(_OF_RANKS) | ordered) & ~results["weighted"] & results["indicator"].ne("")
    emptied = {name: results[name].mask(refused) for name in ESTIMATED}
    return results.assign(**emptied, method=results["method"].mask(refused, Method.NONE.value),
                          warning=results["warning"].mask(refused, Reason.RANKS_UNWEIGHTED.not_estimable))


def _name_unweighted(rows: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The rows with the reason of those of an authority that answered and could not be weighted at the wave, or at the one it is compared with."""
    people = plan.respondents
    stands = people["weight"].gt(0).groupby([people["wave"].astype(str), people["authority"].astype(str)]).any()
    bare = set(stands.index[~stands])
    here = [(wave, place) in bare or (reference, place) in bare
            for wave, place, reference in zip(rows["wave"], rows["authority"], rows["reference"], strict=True)]
    return rows.assign(warning=rows["warning"].mask(np.array(here, dtype=bool) & rows["warning"].eq(NOBODY), Reason.NO_WEIGHTS.not_estimable))


def sampled(plan: Plan, *, raked: bool = True) -> SurveyDesign:
    """How the respondents of a cohort were sampled: by the strata and clusters that came with them, else with authorities as strata. Waves
    are strata too, unless clusters were asked at more than one. ``raked`` False: with the weights that came with the answers (or one for everybody), before
    any raking."""
    people, weighting = plan.respondents, plan.cohort.weighting
    wave = people["wave"].astype(str)
    given = people["stratum"] if "stratum" in people else people["authority"].astype(str)
    clusters = people["cluster"] if "cluster" in people else None
    again = clusters is not None and pd.DataFrame({"s": given, "c": clusters, "w": wave}).groupby(["s", "c"])["w"].nunique().gt(1).any()
    sizes = {(one.wave, one.stratum): float(one.count) for one in plan.cohort.strata}
    if "stratum" not in people and clusters is None:
        sizes = {(one.wave, one.authority): float(one.count) for one in plan.cohort.eligible}
    finite = weighting is not None and weighting.finite_population
    raking = plan.raking if raked else None
    weights = people["weight"] if raked or plan.raking is None else plan.raking.before
    stratum = given if again else wave + "|" + given
    return survey_design(
        weights, strata=stratum, clusters=clusters,
        population=[sizes.get(key, np.nan) for key in zip(wave, given, strict=True)] if finite else None,
        lonely=weighting.lonely_strata if weighting else Lonely.ADJUST,
        **({"margins": raking.levels, "before": raking.before} if raking is not None and not _is_stratified(people, stratum, raking.levels) else {}))


def _is_stratified(people: pd.DataFrame, stratum: pd.Series, levels: pd.DataFrame) -> bool:
    """Whether the strata take in the raking as they are: they tell every margin and every weight, and nobody was sampled in clusters."""
    told = levels.assign(stratum=stratum.to_numpy(), weight=people["weight"].round(9).to_numpy())[people["weight"].notna().to_numpy()]
    return "cluster" not in people and len(told.drop_duplicates()) == told["stratum"].nunique()


@dataclass(frozen=True, eq=False)
class _Values:
    """The values of one indicator: their waves by number (-1: none of the cohort's), places by number, and respondents by position."""

    indicator: str
    value: np.ndarray
    wave: np.ndarray
    place: np.ndarray
    respondent: np.ndarray
    places: tuple[str, ...]
    group: str = ""
    by_authority: bool = False

    def rows(self, waves: Sequence[str], found: DomainMeans, places: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per wave x place."""
        names = self.places if places is None else places
        place = np.tile(np.array(names, object), len(waves))
        return pd.DataFrame({
            "indicator": self.indicator, "wave": np.repeat(waves, len(names)), "authority": place if self.by_authority else "",
            "group": self.group, "level": place if self.group else "",
            "mean": found.estimate, "error": found.std_error, "n_valid": found.n, "df": found.df, "effect": found.design_effect,
        })


def _by_indicator(plan: Plan) -> Iterator[_Values]:
    """The values of every indicator for the cohort, its authorities, its groups: one indicator at a time keeps memory small."""
    values, people = plan.values, plan.respondents
    positions = pd.Index(people["respondent"])
    indicator, value, respondent = values["indicator"].cat.codes.to_numpy(), values["value"].to_numpy(), values["respondent"].to_numpy()
    wave = values["wave"].cat.set_categories(plan.waves).cat.codes.to_numpy()
    authority = values["authority"].cat.set_categories(plan.cohort.authorities).cat.codes.to_numpy()
    groups = [name for name in plan.cohort.groups if name in people] if plan.main_weighted else []
    for k, name in enumerate(values["indicator"].cat.categories):
        rows = np.flatnonzero(indicator == k)
        if not len(rows):
            continue
        who = positions.get_indexer(respondent[rows])
        about = (name, value[rows], wave[rows])
        yield _Values(*about, np.zeros(len(rows), np.int8), who, ("",))
        if plan.cohort.authorities:
            yield _Values(*about, authority[rows], who, tuple(plan.cohort.authorities), by_authority=True)
        for group in groups:
            levels = people[group].cat
            yield _Values(*about, levels.codes.to_numpy()[who], who, tuple(map(str, levels.categories)), group)


def _between_places(one: _Values, design: SurveyDesign, plan: Plan) -> Iterator[pd.DataFrame]:
    """Differences at every wave: of the levels of a group from its first, and of each authority from all others."""
    first = list(one.places).index(plan.dictionary.groups[one.group][0].level) if one.group else -1
    known = (one.wave >= 0) & (one.place >= 0)
    for k, place in enumerate(one.places if one.group or one.by_authority else ()):
        if k == first:
            continue
        at = np.where(known & (np.isin(one.place, (first, k)) if one.group else True), one.wave, -1)
        found = domain_differences(design, one.value, one.place == k, at, respondent=one.respondent, domains=len(plan.waves))
        yield one.rows(plan.waves, found, [place]).assign(
            contrast=(Contrast.LEVEL if one.group else Contrast.REST).value, reference=one.places[first] if one.group else "")


def _described(parts: list[pd.DataFrame], plan: Plan) -> pd.DataFrame:
    """Estimates of all indicators as one table, with what is declared of each."""
    table = pd.concat(parts, ignore_index=True)
    return table.assign(
        percent=table["indicator"].map(plan.measures).eq(Measure.PERCENT), unit=table["indicator"].map(plan.units),
        change_unit=table["indicator"].map({name: unit_of(one) for name, one in plan.declared.items()}),
    )


def weighted_levels(domains: pd.DataFrame, conf_level: float, method: str = KORN_GRAUBARD) -> pd.DataFrame:
    """Give weighted percentages with an interval (one of ``SHARE_INTERVALS``), and weighted means with a t interval. One row per row of
    ``domains``: ``mean``, ``error``, ``n_valid``, ``df`` and ``effect`` as ``domain_means`` gives them, and ``percent``: whether the mean
    is a share. ``warning`` says why there is no interval."""
    shares, percent = np.clip(domains["mean"].to_numpy(), 0, 1), domains["percent"].to_numpy()
    given = shares, domains["error"], domains["n_valid"], domains["df"], conf_level
    (low, high), of_shares = share_interval(*given, method=method), korn_graubard(*given)[2]
    half = stats.t.ppf((1 + conf_level) / 2, domains["df"].where(domains["df"] >= 1)) * domains["error"]
    bounded = (domains["error"] > 0).to_numpy()
    return domains.assign(
        estimate=np.where(percent, 100 * shares, domains["mean"]), std_error=np.where(percent, 100, 1) * domains["error"],
        conf_low=np.where(percent, 100 * low, np.where(bounded, domains["mean"] - half, np.nan)),
        conf_high=np.where(percent, 100 * high, np.where(bounded, domains["mean"] + half, np.nan)),
        n_effective=np.where(percent, of_shares, domains["n_valid"] / domains["effect"]), conf_level=conf_level,
        method=np.where(percent, Method.join(Method.WEIGHTED, _METHODS[method]), Method.join(Method.WEIGHTED, Method.LINEARISED_T)),
        warning=np.select([domains["n_valid"] == 0, *_without_error(domains), ~bounded & ~percent],
                          [NOBODY, Reason.NO_DF, Reason.LONELY_STRATUM, Reason.NO_VARIANCE], ""),
    )


def _without_error(domains: pd.DataFrame) -> list[pd.Series]:
    """Where there are no degrees of freedom, and where the rule for lonely strata gives no error."""
    return [domains["df"] < 1, domains["mean"].notna() & domains["error"].isna()]


def weighted_differences(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give differences of weighted percentages (in points) or means with a t interval and test, one row per row of ``domains``. ``mean``
    is the difference, ``error`` and ``df`` are as ``domain_differences`` gives them; ``warning`` says why there is no interval."""
    known = (domains["error"] > 0) & (domains["df"] >= 1)
    factor, gap, df = np.where(domains["percent"], 100, 1), domains["mean"], domains["df"].where(known)
    error = domains["error"].where(known)
    half, ratio = stats.t.ppf((1 + conf_level) / 2, df) * error, gap / error
    return domains.assign(
        estimate=factor * gap, std_error=factor * error, conf_low=factor * (gap - half), conf_high=factor * (gap + half),
        conf_level=conf_level, statistic=ratio, df=df, p_value=2 * stats.t.sf(ratio.abs(), df),
        method=Method.join(Method.WEIGHTED, Method.LINEARISED_T_TEST),
        warning=np.select([gap.isna(), *_without_error(domains), ~known], [NOBODY, Reason.NO_DF, Reason.LONELY_STRATUM, Reason.NO_VARIANCE], ""),
    )


def _level_rows(means: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the weighted levels, with the bases and missing reasons of the unweighted ones."""
    table = weighted_levels(means, plan.conf_level).assign(quantity=np.where(means["percent"], Quantity.PERCENT.value, Quantity.MEAN.value))
    bases = plan.tallies[[*PLACE, "n_eligible", *MISSING_COLUMNS]]
    return plan.rows(table.merge(bases, on=list(PLACE), validate="one_to_one"), weighted=True)


def _difference_rows(found: pd.DataFrame, means: pd.DataFrame, quantity: Quantity, plan: Plan) -> pd.DataFrame:
    """Rows for changes or differences of weighted levels, with the bases of both sides."""
    counts = means[[*PLACE, "n_valid"]]
    side = found.assign(
        wave=found["wave"].mask(found["contrast"].eq(Contrast.WAVE), found["reference"]),
        level=found["level"].mask(found["contrast"].eq(Contrast.LEVEL), found["reference"]),
        authority=found["authority"].mask(found["contrast"].eq(Contrast.REST), ""))
    now, then = (one[list(PLACE)].merge(counts, on=list(PLACE), how="left", validate="many_to_one")["n_valid"].to_numpy() for one in (found, side))
    then = then - np.where(found["contrast"].eq(Contrast.REST), now, 0.0)
    return plan.rows(
        weighted_differences(found.assign(unit=found["change_unit"]), plan.conf_level).assign(n_valid=now, n_reference=then),
        quantity=quantity.value, weighted=True)


def _range_rows(levels: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The lowest and the highest weighted level among the authorities, with the base of the authority it belongs to."""
    placed = levels[levels["authority"].ne("") & levels["estimate"].notna()].sort_values(["indicator", "wave", "estimate", "n_valid"])
    several = placed.assign(n_reference=placed.groupby(["indicator", "wave"])["estimate"].transform("size").astype(float), authority="")
    ends = several[several["n_reference"] > 1].groupby(["indicator", "wave"])
    kept = ["indicator", "wave", "estimate", "n_valid", "n_reference", "unit"]
    return pd.concat([plan.rows(rows[kept], method=Method.join(Method.WEIGHTED, Method.RANGE), quantity=quantity.value, weighted=True)
                      for rows, quantity in ((ends.head(1), Quantity.LOWEST), (ends.tail(1), Quantity.HIGHEST))], ignore_index=True)


def _from_published(means: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Differences of weighted levels from published values; the error of a published percentage is in them where its base is known."""
    rows = [plan.rows()]
    for one in plan.dictionary.benchmarks:
        here = means[means["indicator"].eq(one.indicator)].assign(contrast=Contrast.COMPARATOR.value, reference=one.benchmark)
        if one.match is Match.DIFFERS:
            rows.append(plan.rows(here[[*PLACE, "contrast", "reference", "n_valid"]], quantity=Quantity.DIFFERENCE.value, method=Method.NONE,
                                  warning=Reason.DEFINITION_DIFFERS.not_estimable, unit=unit_of(plan.declared[one.indicator])
                                  if one.indicator in plan.declared else "", weighted=True))
        elif len(here):
            rows.append(plan.rows(_less_published(here, one, plan.conf_level), quantity=Quantity.DIFFERENCE.value, weighted=True))
    return pd.concat(rows, ignore_index=True)


def _less_published(here: pd.DataFrame, one: Benchmark, conf_level: float) -> pd.DataFrame:
    """Weighted levels less one published value."""
    percent = bool(here["percent"].iloc[0])
    value = one.value / (100 if percent else 1)
    sampled_too = value * (1 - value) / one.n if percent and one.n else 0.0
    found = weighted_differences(here.assign(
        mean=here["mean"] - value, error=np.sqrt(here["error"] ** 2 + sampled_too), unit=here["change_unit"]), conf_level)
    fixed = found["warning"].eq("") & (not sampled_too)
    return found.assign(n_reference=float(one.n) if one.n else np.nan, warning=found["warning"].mask(fixed, Reason.FIXED_VALUE))


def _cost_of_weights(plan: Plan) -> pd.DataFrame:
    """Rows for what the weights cost, by wave and authority."""
    people = plan.respondents.assign(wave=plan.respondents["wave"].astype(str), authority=plan.respondents["authority"].astype(str))
    places, rows = [people.assign(authority=""), *([people] if plan.cohort.authorities else [])], []
    for (wave, authority), weights in pd.concat(places).groupby(["wave", "authority"])["weight"]:
        size, known = effective_n(weights), float(weights.notna().sum())
        at = {"wave": wave, "authority": authority, "n_valid": known, "n_eligible": float(len(weights)),
              "warning": "" if size > 0 else Reason.NO_WEIGHTS.not_estimable}
        rows += [at | {"quantity": quantity.value, "estimate": value, "unit": unit, "method": method} for quantity, value, unit, method in (
            (Quantity.EFFECTIVE_N, size, "respondents", Method.KISH), (Quantity.DESIGN_EFFECT, known / size, "ratio", Method.KISH),
            (Quantity.LARGEST_WEIGHT, weights.max() / weights.mean(), "times the mean weight", Method.AS_WEIGHTED))]
    return plan.rows(rows, weighted=True)


def _margin_gaps(plan: Plan) -> pd.DataFrame:
    """Rows for how far the weighted margins of each wave are from the population's."""
    if plan.raking is None:
        return plan.rows()
    people = plan.respondents["wave"].astype(str).value_counts()
    return plan.rows([{"wave": wave, "estimate": gap, "n_valid": float(people.get(wave, 0))} for wave, gap in plan.raking.gaps.items()],
                     quantity=Quantity.MARGIN_GAP.value, unit="percentage points", method=Method.AS_WEIGHTED, weighted=True)
