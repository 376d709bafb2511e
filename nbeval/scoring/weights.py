"""Weights: how many people each respondent represents, so that the sample has the population's margins; by raking and trimming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from math import inf, isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nbeval.dictionary.models import Cohort
from nbeval.errors import ParameterError, said_by
from nbeval.frames import Raking

#: share of the total that no margin may be off by when raking stops
EPSILON = 1e-12
ROUNDS = 5000
TRIMS = 1000
#: turns of trimming and raking at most; in percentage points, when margins count as met; when a turn no longer brings them nearer
TURNS, MATCHED, SLOW = 200, 1e-6, 0.999
Floats = NDArray[np.float64]


class NotReachedError(ParameterError):
    """No weights reach the margins, or keep the limits of the trimming."""


@dataclass(frozen=True, eq=False)
class KnownMargin:
    """A known margin: the level of every respondent (missing where unknown) and the population of each level. A margin of two variables
    crossed has one level for each combination; ``block`` is the authority of each level where the margin is known by authority."""

    name: str
    levels: pd.Series
    population: Mapping[str, float]
    block: Mapping[str, str] = field(default_factory=dict)


def rake(start: ArrayLike, margins: Sequence[KnownMargin]) -> Floats:
    """Adjust weights until they meet every margin; one margin alone is post-stratification. One weight per respondent, missing for those
    without a level of some margin; a weight of zero stays zero. Iterative proportional fitting to 1e-12 of the total, as R's ``survey::rake`` and
    ``postStratify``; own code because weightipy cannot start from design weights."""
    start = np.asarray(start, float)
    used = np.isfinite(start) & np.all([margin.levels.notna().to_numpy() for margin in margins], axis=0)
    coded = [_coded(margin, used, start) for margin in margins]
    totals = {margin.name: float(sum(margin.population.values())) for margin in margins}
    if max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
        raise ParameterError(
            "the margins add up to different populations.", found=", ".join(f"{name}: {total:g}" for name, total in totals.items()),
            allowed="one total", do="correct the cohort's margins so that they describe one population.",
        )
    weights = start[used].copy()
    for _ in range(ROUNDS):
        gaps = []
        for codes, target in coded:
            reached = np.bincount(codes, weights, len(target))
            gaps.append(float(np.abs(reached - target).max()))
            weights *= (target / reached)[codes]
        if max(gaps) <= EPSILON * weights.sum() or len(coded) == 1:
            found = np.full(len(start), np.nan)
            found[used] = weights
            return found
    raise NotReachedError(
        f"raking does not settle: the margin {margins[int(np.argmax(gaps))].name!r} is still off by {max(gaps):.3g} after {ROUNDS} rounds.",
        allowed=f"{EPSILON:g} of the total", do="rake to fewer margins, or merge levels that few respondents have.",
    )


def trim(weights: ArrayLike, *, upper: float = inf, lower: float = -inf) -> Floats:
    """Cut weights at limits and spread what was cut equally over those inside, until none is outside, as R's strict ``trimWeights``."""
    found = np.asarray(weights, float).copy()
    used = np.isfinite(found)
    for _ in range(TRIMS):
        outside = used & ((found < lower) | (found > upper))
        inside = used & ~outside
        if not outside.any():
            return found
        if not inside.any():
            break
        cut = np.clip(found, lower, upper)
        found = np.where(inside, found + float((found - cut)[outside].sum()) / int(inside.sum()), cut)
    raise NotReachedError(
        "weights cannot be trimmed to these limits.", found=f"{int(used.sum())} weights with a mean of {float(found[used].mean()):g}",
        allowed="limits with the mean well between them", do="widen the limits of the trimming.",
    )


def trim_to_median(weights: ArrayLike, *, upper_times: float | None = None, lower_times: float | None = None, median: float = nan) -> Floats:
    """Trim weights at multiples of their median, or of the one given; None is no limit. Weights of zero stay as they are."""
    weights = np.asarray(weights, float)
    if upper_times is None and lower_times is None:
        return weights
    counted = np.where(weights > 0, weights, np.nan)
    median = float(np.nanmedian(counted)) if isnan(median) else median
    found = trim(counted, upper=median * (inf if upper_times is None else upper_times), lower=-inf if lower_times is None else median * lower_times)
    return np.where(weights == 0, 0.0, found)


def trim_in_turn(
    raked: ArrayLike, margins: Sequence[KnownMargin], *, upper_times: float | None = None, lower_times: float | None = None,
) -> Floats:
    """Trim raked weights at multiples of their median and rake them again, in turn, until they are within the limits and meet the margins;
    where that cannot be had the limits hold, and ``largest_gap`` says how far off the margins are."""
    raked = np.asarray(raked, float)
    limits = {"upper_times": upper_times, "lower_times": lower_times, "median": float(np.nanmedian(np.where(raked > 0, raked, np.nan)))}
    found, before = trim_to_median(raked, **limits), inf
    for _ in range(TURNS if margins else 0):
        gap = largest_gap(found, margins)
        if gap <= MATCHED or gap > SLOW * before:
            break
        before = gap
        found = trim_to_median(rake(found, margins), **limits)
    return found


def largest_gap(weights: ArrayLike, margins: Sequence[KnownMargin]) -> float:
    """How far the weighted share of a level is from the population's at most, in percentage points."""
    weights, gaps = np.asarray(weights, float), [0.0]
    for margin in margins:
        reached = pd.Series(weights).groupby(margin.levels.astype(object).to_numpy()).sum()
        known = pd.Series(margin.population, dtype=float)
        gaps.append(float((100 * reached / reached.sum()).sub(100 * known / known.sum(), fill_value=0.0).abs().max()))
    return max(gaps)


def _coded(margin: KnownMargin, used: NDArray[np.bool_], start: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Level of each used respondent as a number, and the population of each; whoever has a weight of zero stands for nobody."""
    levels = margin.levels[used].astype(str)
    given = set(levels)
    standing = set(levels[start[used] > 0])
    empty = [level for level, count in margin.population.items() if count > 0 and level not in standing]
    unknown = [level for level in sorted(given) if not margin.population.get(level, 0) > 0]
    if unknown or empty:
        raise ParameterError(
            f"the margin {margin.name!r} cannot be raked to.",
            found=f"{len(empty)} levels of the population without respondents, "
                  f"{len(unknown)} levels of respondents without a population",
            allowed="the same levels on both sides",
            do="merge levels in the cohort's margins, or rake to fewer margins.",
        )
    names = [level for level in margin.population if level in given]
    return pd.Categorical(levels, names).codes.astype(np.int64), np.array([float(margin.population[name]) for name in names])


#: the margin that is not a group: the eligible population of each authority
AUTHORITY = "authority"
#: between the parts of a level of two variables crossed
CROSSED = " x "


class Gap(Enum):
    """Why respondents, or people of the population, are not weighted as declared; the words of each are those of a finding."""

    AUTHORITY = "None of its {count} respondents has a level of the margin '{margin}' that people are counted for: left unweighted."
    NOT_REACHED = "Its {count} respondents cannot be weighted to the margins together: left unweighted."
    EMPTY_LEVEL = "The margin '{margin}' counts {count} people of the level {level}, whom no respondent is like: the other levels stand for them."
    UNCOUNTED_LEVEL = "{count} respondents have the level {level} of the margin '{margin}', for which no people are counted: without a weight."
    NOT_TRIMMED = "The weights of {count} respondents cannot be kept within the declared limits: not trimmed."


@dataclass(frozen=True)
class Unweighted:
    """One gap between the declared weighting and what could be done: where, of which margin and level, and how many people."""

    gap: Gap
    wave: str
    authority: str
    margin: str
    level: str
    count: int

    def message(self, least: int) -> str:
        """The gap in words; a level that fewer than so many respondents have is not named, one that none has is."""
        respondents = least if self.gap is Gap.EMPTY_LEVEL else self.count
        return self.gap.value.format(count=f"{self.count:,}", margin=self.margin, level=said_by(self.level, respondents, least))


def weigh(respondents: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Give every respondent a weight: ``weight`` beside the columns of ``respondents``, one row per respondent. It is the weight that came
    with the answers, or 1 for everybody; where the cohort declares margins, how many of the wave's population the respondent represents,
    raked from there, and missing where a margin variable is missing. Each wave is raked by itself: nothing learned at one wave is used at
    another. A margin declared per authority is crossed with it. Authorities that nobody answered in are left out of the population, and
    the margins of all are scaled to the rest."""
    return weigh_with_gaps(respondents, cohort)[0]


def weigh_with_gaps(respondents: pd.DataFrame, cohort: Cohort) -> tuple[pd.DataFrame, tuple[Unweighted, ...], Raking | None]:
    """``weigh``, what could not be weighted as declared, and what the weights were raked to (None where they were not). An authority that
    cannot be weighted is left without weights, and stops no other."""
    given = respondents["survey_weight"].to_numpy(float, copy=True) if "survey_weight" in respondents else np.ones(len(respondents))
    if cohort.weighting is None:
        return respondents.assign(weight=given), (), None
    weight, gaps, off = np.full(len(respondents), np.nan), [], {}
    levels = pd.DataFrame({name: pd.Series(pd.NA, respondents.index, dtype="string") for name in cohort.weighting.margins})
    for wave in cohort.waves:
        here = respondents["wave"].eq(wave.id).to_numpy()
        if here.any():
            weight[here], margins, found = _at_wave(respondents[here], given[here], wave.id, cohort)
            gaps += found
            off |= {wave.id: largest_gap(weight[here], margins)} if margins else {}
            for one in margins:
                levels.loc[here, one.name] = (wave.id + CROSSED + one.levels.astype("string")).to_numpy()
    raking = Raking(levels[np.isfinite(weight)].reindex(levels.index), pd.Series(given, respondents.index), off) if off else None
    return respondents.assign(weight=weight), tuple(gaps), raking


def _at_wave(people: pd.DataFrame, given: Floats, wave: str, cohort: Cohort) -> tuple[np.ndarray, list[KnownMargin], list[Unweighted]]:
    """Weights of one wave, raked and trimmed as declared; the margins that were raked to; and what could not be done."""
    authority, stand = people["authority"].astype(str), pd.Series(given > 0, people.index)
    margins = [_margin(name, people, wave, cohort, set(authority)) for name in cohort.weighting.margins]
    used, gaps = _usable(margins, authority, wave)
    used &= stand
    raked, met = _raked(margins, used, given, authority, cohort)
    if raked is None:
        alone = [one for one in sorted(set(authority[used])) if not _settles(margins, used & authority.eq(one))]
        gaps += [Unweighted(Gap.NOT_REACHED, wave, one, "", "", int((used & authority.eq(one)).sum())) for one in alone]
        used &= ~authority.isin(alone)
        raked, met = _raked(margins, used, given, authority, cohort) if alone else (None, [])
    if raked is None:
        left = [Unweighted(Gap.NOT_REACHED, wave, "", "", "", int(used.sum()))] if used.any() else []
        return np.where(given == 0, 0.0, np.nan), [], [*gaps, *left]
    try:
        found = trim_in_turn(raked, met, upper_times=cohort.weighting.trim_upper, lower_times=cohort.weighting.trim_lower)
    except NotReachedError:
        found = raked
        gaps.append(Unweighted(Gap.NOT_TRIMMED, wave, "", "", "", int(used.sum())))
    return np.where(given == 0, 0.0, found), met, gaps


def _usable(margins: list[KnownMargin], authority: pd.Series, wave: str) -> tuple[pd.Series, list[Unweighted]]:
    """Who has a level of every margin that people are counted for, and the gaps: authorities without anybody, levels without people."""
    known = [one.levels.isin([level for level, count in one.population.items() if count > 0]) for one in margins]
    used = pd.Series(np.all(known, axis=0), authority.index) if known else pd.Series(True, authority.index)
    gaps = []
    for name in sorted(set(authority) - set(authority[used])):
        here = authority.eq(name)
        lacking = next((one.name for one, has in zip(margins, known, strict=True) if not has[here].any()), margins[-1].name)
        gaps.append(Unweighted(Gap.AUTHORITY, wave, name, lacking, "", int(here.sum())))
    inside = ~authority.isin({one.authority for one in gaps})
    for one, has in zip(margins, known, strict=True):
        uncounted = one.levels[~has & one.levels.notna() & inside].value_counts()
        gaps += [Unweighted(Gap.UNCOUNTED_LEVEL, wave, *_parts(str(level), one), int(count)) for level, count in uncounted.items()]
        empty = _reachable(one, used, authority)[1]
        gaps += [Unweighted(Gap.EMPTY_LEVEL, wave, *_parts(level, one), int(count)) for level, count in empty.items()]
    return used, gaps


def _reachable(margin: KnownMargin, used: pd.Series, authority: pd.Series) -> tuple[KnownMargin, dict[str, float]]:
    """A margin of the authorities that can be weighted, with the levels that some respondent has; the people of the others are shared
    out among these, within the authority where the margin is known by it. And the levels that nobody has."""
    answering, seen = set(authority[used]), set(margin.levels[used].astype(str))
    whole = {level: count for level, count in margin.population.items() if not margin.block or margin.block[level] in answering}
    empty = {level: count for level, count in whole.items() if count > 0 and level not in seen}
    totals: dict[str, list[float]] = {}
    for level, count in whole.items():
        pair = totals.setdefault(margin.block.get(level, ""), [0.0, 0.0])
        pair[0], pair[1] = pair[0] + count, pair[1] + count * (level in seen)
    share = {block: total / reached if reached < total else 1.0 for block, (total, reached) in totals.items() if reached}
    population = {level: count * share[margin.block.get(level, "")] for level, count in whole.items() if level in seen}
    return replace(margin, levels=margin.levels.where(used), population=population), empty


def _raked(
    margins: list[KnownMargin], used: pd.Series, given: Floats, authority: pd.Series, cohort: Cohort,
) -> tuple[np.ndarray | None, list[KnownMargin]]:
    """Weights that meet the margins of everybody who can be weighted, and these margins; None where there are no such weights."""
    if not used.any():
        return None, []
    reachable = _one_population([_reachable(one, used, authority)[0] for one in margins], cohort, set(authority[used]))
    start = np.where(used, given, np.nan)
    try:
        return (rake(start, reachable) if reachable else start), reachable
    except NotReachedError:
        return None, []


def _settles(margins: list[KnownMargin], used: pd.Series) -> bool:
    """Whether the margins that are known by authority can be met for the respondents of one authority by themselves."""
    own = [one for one in margins if one.block]
    try:
        return not own or bool(len(rake(np.where(used, 1.0, np.nan), [_reachable(one, used, one.levels.map(one.block).astype(str))[0]
                                                                      for one in own])))
    except NotReachedError:
        return False


def _parts(level: str, margin: KnownMargin) -> tuple[str, str, str]:
    """The authority of a level, its margin, and the level itself."""
    place, crossed, rest = level.partition(CROSSED)
    return (place, margin.name, rest) if crossed and margin.block else (margin.block.get(level, ""), margin.name, level)


def _margin(name: str, people: pd.DataFrame, wave: str, cohort: Cohort, answering: set[str]) -> KnownMargin:
    """One declared margin: the level of every respondent and the population of each level."""
    if name == AUTHORITY:
        counts = {one.authority: float(one.count) for one in cohort.eligible if one.wave == wave and one.authority in answering}
        return KnownMargin(name, people["authority"].astype(str), _declared(counts, name, wave, cohort), {one: one for one in counts})
    rows = [one for one in cohort.margins if one.wave == wave and one.group == name]
    levels = people[name].astype("string")
    if any(one.authority for one in rows):
        crossed = {f"{one.authority}{CROSSED}{one.level}": float(one.count) for one in rows if one.authority in answering}
        block = {f"{one.authority}{CROSSED}{one.level}": one.authority for one in rows}
        return KnownMargin(name, people["authority"].astype("string") + CROSSED + levels, _declared(crossed, name, wave, cohort), block)
    return KnownMargin(name, levels, _declared({one.level: float(one.count) for one in rows}, name, wave, cohort))


def _declared(counts: dict[str, float], name: str, wave: str, cohort: Cohort) -> dict[str, float]:
    """The counts of a margin, which must be there."""
    if not counts:
        raise ParameterError(
            f"cohort '{cohort.id}' cannot be weighted at wave '{wave}': there are no counts for the margin '{name}'.",
            allowed="[[eligible]] for authorities, [[margins]] for groups, at every wave",
            where=f"cohorts/{cohort.id}.toml, [weighting]", do="declare the counts, or weight to fewer margins.",
        )
    return counts


def _one_population(margins: list[KnownMargin], cohort: Cohort, answering: set[str]) -> list[KnownMargin]:
    """Margins of the authorities that answered: those that hold for all authorities are scaled to them."""
    if answering >= set(cohort.authorities):
        return margins
    totals = [sum(one.population.values()) for one in margins]
    return [
        KnownMargin(one.name, one.levels, {level: count * min(totals) / total for level, count in one.population.items()})
        for one, total in zip(margins, totals, strict=True)
    ]
