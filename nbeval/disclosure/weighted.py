"""Weighted figures as equations, where weights are known: of people weighted to their authorities or to margins of the population.

A weight is about the population over the forms, both printed, and a weighted percentage a second sum over counts whose plain sum is
printed too: with all its digits it gives withheld counts back. What is known of a weighted figure is a window: between which ends its
digits, those of its interval and of its changes let it lie. The window is an inequality in the attack on its block.

For protection the attacker is taken to know how far the weights of people are from those of their place; a real one learns the size of
that from figures whose counts are all printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure
from nbeval.disclosure.cells import Place, blocks_of
from nbeval.disclosure.digits import rounded
from nbeval.disclosure.relations import Block
from nbeval.frames import Contrast, Quantity

#: source, wave and indicator
Key = tuple[str, str, str]
#: numbers of a weighted row that tell of its estimate however few digits they have
TESTS = ("std_error", "statistic", "p_value", "p_adjusted")
_ENDS = ("estimate", "conf_low", "conf_high")
_LEVELS = (Quantity.PERCENT, Quantity.MEAN)
#: so many figures whose counts are all printed show how far weights of people are from those of their place
_ENOUGH = 3


class Coarse(IntEnum):
    """How much of the weighted figures of an indicator at a wave is kept back: nothing; decimals that are not printed, and tests; all."""

    AS_DECLARED, AS_PRINTED, WITHHELD = range(3)


@dataclass(frozen=True)
class Window:
    """Between which values a weighted level of the whole cohort lies, and what a person of each place weighs."""

    indicator: str
    scale: float                    # 100 of a percentage
    low: float
    high: float
    weights: Mapping[Place, float]

    def rows(self, block: Block) -> np.ndarray:
        """The two expressions over the unknowns of a block that are not above 0."""
        counted = block.coding.sets[self.indicator].astype(float) if self.scale == 100 else block.coding.codes
        position = {place: number for number, place in enumerate(block.places)}
        return np.array([
            sum(block.over(position[place], sign * weight * (counted - end / self.scale)) for place, weight in self.weights.items())
            for sign, end in ((-1.0, self.low), (1.0, self.high))])


@dataclass(eq=False)
class WeightedFigures:
    """The weighted figures of the whole cohort in a table of results: exact ones before they leave, or those that an attacker reads."""

    table: pd.DataFrame
    dictionary: Dictionary
    of_attacker: bool = False
    coarse: dict[Key, Coarse] = field(default_factory=dict)
    _known: dict[tuple[str, str, int], float] = field(default_factory=dict, repr=False)

    def windows(self, block: Block) -> list[Window]:
        """What they say of the counts of a block."""
        found = []
        for key in self._by_block.get(block.name, ()):
            scale, level = 100.0 if self._is_percent(key[2]) else 1.0, self._levels[key]["estimate"]
            counted = key[2] in block.coding.sets if scale == 100 else np.isfinite(block.coding.codes).all()
            if self._step(key) is Coarse.WITHHELD or not counted:
                continue
            for number, weights in enumerate(self._weights.get(key[:2], ())):
                low, high = self._ends(key)
                crude = level if self.of_attacker else self._crude(key, weights)
                near = self._slack(*key[:2], number) if self.of_attacker else 0.0
                if weights.keys() <= set(block.places) and np.isfinite(crude + near):
                    found.append(Window(key[2], scale, crude + low - near, crude + high + near, weights))
        return found

    @property
    def blocks(self) -> list[tuple[str, str, str]]:
        """The blocks that they are of."""
        return list(self._by_block)

    def keep_back(self, block: Block) -> bool:
        """Keep back more of the weighted figures of a block; False where all are."""
        keys = [key for key in self._by_block.get(block.name, ()) if self._step(key) is not Coarse.WITHHELD]
        self.coarse |= {key: Coarse(self._step(key) + 1) for key in keys}
        return bool(keys)

    def kept_back(self, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Of every row of a table: whether its tests and decimals are kept back, and whether it is withheld."""
        mine = table["weighted"] & table["authority"].eq("") & table["indicator"].ne("")
        steps = np.array([
            max((self._step((source, one, name)) for one in waves), default=Coarse.AS_DECLARED) if own else Coarse.AS_DECLARED
            for own, source, name, *waves in zip(mine, table["source"], table["indicator"], table["wave"], table["reference"], strict=True)], dtype=int)
        return tuple(pd.Series(steps >= least, index=table.index) for least in (Coarse.AS_PRINTED, Coarse.WITHHELD))

    def _step(self, key: Key) -> Coarse:
        return self.coarse.get(key, Coarse.AS_DECLARED)

    # --- what is weighted, by what, and what is printed beside it ---

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        """The weighted levels and changes of the whole cohort."""
        table = self.table
        mine = table["weighted"] & table["authority"].eq("") & table["group"].eq("") & table["estimate"].notna()
        level = table["quantity"].isin(_LEVELS) & table["contrast"].eq("")
        return table[mine & (level | (table["quantity"].eq(Quantity.CHANGE) & table["contrast"].eq(Contrast.WAVE)))].to_dict("records")

    @cached_property
    def _levels(self) -> dict[Key, dict[str, object]]:
        return {(row["source"], row["wave"], row["indicator"]): row for row in self._rows if not row["contrast"]}

    @cached_property
    def _by_block(self) -> dict[tuple[str, str, str], list[Key]]:
        blocks = blocks_of(self.dictionary, sorted({key[2] for key in self._levels}))
        found: dict[tuple[str, str, str], list[Key]] = {}
        for key in self._levels:
            found.setdefault((*key[:2], blocks[key[2]]), []).append(key)
        return found

    @cached_property
    def _counts(self) -> dict[Key, dict[Place, tuple[float, float]]]:
        """By place: how many answered, and how many gave the answer; of a mean the sum of answers."""
        table = self.table
        rows = table[~table["weighted"] & table["contrast"].eq("") & table["quantity"].isin(_LEVELS) & table["indicator"].ne("")]
        sums = rows["numerator"].where(rows["quantity"].eq(Quantity.PERCENT), rows["estimate"] * rows["n_valid"])
        found: dict[Key, dict[Place, tuple[float, float]]] = {}
        for source, wave, name, *place, base, total in zip(*(
                rows[one] for one in ("source", "wave", "indicator", "authority", "group", "level", "n_valid")), sums, strict=True):
            found.setdefault((source, wave, name), {})[Place(*place)] = (base, total)
        return found

    @cached_property
    def _weights(self) -> dict[tuple[str, str], list[dict[Place, float]]]:
        """What people weigh, by source and wave: by their authority, and by the level of each group with a declared margin."""
        table = self.table[self.table["indicator"].eq("") & self.table["contrast"].eq("") & self.table["n_valid"].gt(0)]
        found: dict[tuple[str, str], list[dict[Place, float]]] = {}
        asked = table[table["quantity"].eq(Quantity.RESPONSE_RATE) & table["authority"].ne("") & table["group"].eq("") & table["n_eligible"].gt(0)]
        for key, part in asked.groupby(["source", "wave"]):
            found.setdefault(key, []).append({Place(one.authority, "", ""): one.n_eligible / one.n_valid for one in part.itertuples()})
        whole = table[table["authority"].eq("") & table["quantity"].isin([Quantity.POPULATION_SHARE, Quantity.PERCENT])]
        for (source, wave, group), part in whole[whole["group"].ne("")].groupby(["source", "wave", "group"]):
            share = part.pivot_table(index="level", columns="quantity", values="estimate").reindex(columns=[Quantity.POPULATION_SHARE, Quantity.PERCENT])
            ratio = (share[Quantity.POPULATION_SHARE] / share[Quantity.PERCENT]).dropna()
            if len(ratio):
                found.setdefault((source, wave), []).append({Place("", group, level): value for level, value in ratio.items()})
        return found

    def _crude(self, key: Key, weights: Mapping[Place, float]) -> float:
        """The weighted level by the weights of places alone; missing where a count is."""
        counts = self._counts.get(key, {})
        weight, base, total = np.array([(one, *counts.get(place, (np.nan, np.nan))) for place, one in weights.items()]).T
        return (100.0 if self._is_percent(key[2]) else 1.0) * float(weight @ total) / float(weight @ base) if base.sum() else np.nan

    def _slack(self, source: str, wave: str, number: int) -> float:
        """How far weighted levels are from those by the weights of places, where all counts are printed; 0 where it is but rounding."""
        if (source, wave, number) in self._known:
            return self._known[source, wave, number]
        off = [(abs(self._crude(key, self._weights[source, wave][number]) - row["estimate"]), self._ends(key)[1])
               for key, row in self._levels.items() if key[:2] == (source, wave)]
        off = [pair for pair in off if np.isfinite(pair[0])]
        found = 0.0 if all(one <= half + 1e-6 for one, half in off) else max(one for one, _ in off)
        self._known[source, wave, number] = found if len(off) >= _ENOUGH else np.inf
        return self._known[source, wave, number]

    # --- how closely it is known ---

    def _ends(self, key: Key) -> tuple[float, float]:
        """How much lower and higher than it is a weighted level may be, by every number that tells of it."""
        if self.of_attacker:
            half = 0.5 * 10.0 ** -self._decimals(self._levels[key])
            return -half, half
        low, high = -np.inf, np.inf
        for row in self._rows:
            if (row["source"], row["indicator"]) == (key[0], key[2]) and key[1] in (row["wave"], row["reference"]):
                sign = -1.0 if row["reference"] == key[1] else 1.0
                for off, half in self._numbers(row):
                    low, high = max(low, sign * off - half), min(high, sign * off + half)
        return low, high

    def _numbers(self, row: Mapping[str, object]) -> Iterator[tuple[float, float]]:
        """How far each number of a row is from the truth when it left, and how far it might be. Of a change the other wave is known."""
        decimals = self._decimals(row)
        for value in (row[name] for name in _ENDS):
            if np.isfinite(value):
                leaves = float(rounded(np.array([value]), np.array([decimals]))[0])
                digits = max(decimals, len(repr(leaves).partition(".")[2]) if leaves != round(leaves, decimals) else decimals)
                yield leaves - value, 0.5 * 10.0 ** -digits
        if self._step_of(row) is Coarse.AS_DECLARED:
            yield from ((0.0, half) for half in self._by_tests(row) if np.isfinite(half))

    def _by_tests(self, row: Mapping[str, object]) -> Iterator[float]:
        """How closely the error, the statistic and the p-value of a row tell its estimate."""
        part, error, level = 0.5 * 10.0 ** (1 - self.dictionary.disclosure.digits.significant), float(row["std_error"]), float(row["estimate"])
        if row["contrast"]:
            yield abs(level) * part
            z = stats.norm.isf(min(max(float(row["p_value"]), 1e-300), 1.0) / 2)
            yield error * part * float(row["p_value"]) / (2 * stats.norm.pdf(z))
        elif self._is_percent(str(row["indicator"])) and level != 50:
            yield 2 * part * abs(level * (100 - level) / (100 - 2 * level))

    def _step_of(self, row: Mapping[str, object]) -> Coarse:
        return max(self._step((row["source"], wave, row["indicator"])) for wave in (row["wave"], row["reference"]))

    def _decimals(self, row: Mapping[str, object]) -> int:
        """How many decimals of a weighted figure leave; of what an attacker reads, its tests are missing where it left coarse."""
        digits, declared = self.dictionary.disclosure.digits, self.dictionary.indicator(str(row["indicator"]))
        coarse = not np.isfinite(row["std_error"]) if self.of_attacker else self._step_of(row) is not Coarse.AS_DECLARED
        return declared.decimals if coarse else max(declared.decimals, digits.weighted_percent if self._is_percent(declared.indicator) else digits.decimals)

    def _is_percent(self, indicator: str) -> bool:
        return self.dictionary.indicator(indicator).measure is Measure.PERCENT
