"""What protection costs: the share of numbers kept and the seconds, beside simple alternatives.

Run from the root of the project: ``python -m tests.benchmarks.bench_protect [authorities ...]``.

Of each way the table says how many of the percentages in the release stay, and how many of the small ones can still be
worked out to fewer than five values: threshold alone keeps most and gives most away. Rounding moves every count to a
multiple of five; what can be worked out is counted with margins of its own rounding. The seconds are those of the
processor, for protecting the release and attacking it once.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Cohort
from nbeval.disclosure.attack import attack_release
from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.primary import unsafe_rows
from tests.disclosure import invented

GROUPS = {"g": [0.55, 0.43, 0.02], "h": [0.5, 0.3, 0.15, 0.05], "i": [0.7, 0.3], "j": [0.4, 0.3, 0.2, 0.1]}
_FIELDS = ["estimate", "numerator", "numerator_reference", "conf_low", "conf_high"]


def made(authorities: int, items: int):
    """Results of a cohort with two waves: a quarter scales of 0 to 10, a quarter of four answers, the rest yes or no."""
    rng = np.random.default_rng(authorities)
    sizes = {f"a{k:03d}": int(rng.integers(60, 220)) for k in range(authorities)}
    respondents = invented.people(rng, sizes, GROUPS)
    indicators, tops, shares = [], {}, {}
    for k in range(items):
        name = f"q{k}"
        if k % 8 == 0:
            tops[name], shares[name] = 10, rng.dirichlet(np.ones(11) * 3)
            bands = [invented.indicator(f"{name}{codes}", name, (codes,)) for codes in ("0-4", "5-6", "7-8", "9-10")]
            indicators += [*bands, invented.indicator(f"{name}m", name, (), "mean")]
        elif k % 4 == 1:
            tops[name], shares[name] = 3, rng.dirichlet([6, 3, 2, 1])
            indicators += [invented.indicator(f"{name}{codes}", name, (codes,)) for codes in ("0", "0-1")]
        else:
            yes = rng.beta(2, 4)
            tops[name], shares[name] = 1, [1 - yes, yes]
            indicators.append(invented.indicator(f"{name}y", name, ("1",)))
    given = invented.answers(rng, respondents, shares)
    words = invented.dictionary(indicators, items=tops)
    return invented.release(respondents, given, indicators, GROUPS), invented.cohort(sizes), words


def without(results: pd.DataFrame, rows: pd.Series, words) -> pd.DataFrame:
    """The results with these rows withheld and nothing else."""
    small = results["n_valid"] < words.disclosure.threshold
    table = results.assign(suppression=np.where(rows, "[c]", ""))
    table.loc[rows, _FIELDS] = np.nan
    table.loc[rows & small, ["n_valid", "n_eligible"]] = np.nan
    table.loc[rows & (results["n_reference"] < words.disclosure.threshold), "n_reference"] = np.nan
    return table


def leaks(table: pd.DataFrame, cohort: Cohort, words) -> int:
    """How many withheld numbers an attack works out too closely."""
    return int((~attack_release(table, cohort, words)["ok"]).sum())


def rounded_leaks(results: pd.DataFrame, words) -> int:
    """Small counts that are known to fewer than five values when every count is rounded to five.

    A printed count of 5 k stands for 5 k - 2 to 5 k + 2, and for 0 to 2 where it is 0. The parts and the whole are
    rounded apart, so that the whole less the other parts narrows nothing further than this.
    """
    counts = results.loc[results["quantity"].eq("percent") & results["indicator"].ne("") & results["contrast"].eq(""), ["numerator", "n_valid"]]
    small = (counts["numerator"] < words.disclosure.threshold) | (counts["n_valid"] - counts["numerator"] < words.disclosure.threshold)
    width = np.where(counts["numerator"] <= 2, 2, 4)
    return int((small & (width < words.disclosure.protection_interval)).sum())


def compared(authorities: int, items: int) -> list[tuple[str, float, int, float]]:
    """Each way with the share of percentages that stay, the leaks, and the seconds of the processor."""
    results, cohort, words = made(authorities, items)
    share = results["quantity"].isin(["percent", "mean", "change"]) & results["indicator"].ne("")
    begun = time.process_time()
    table = protect_release(results, cohort, words).table
    seconds = time.process_time() - begun
    unsafe = unsafe_rows(results, words.disclosure)
    whole = unsafe.groupby([results["indicator"], results["wave"], results["group"], results["authority"].ne("")]).transform("any")
    return [
        ("nbeval", table.loc[share, "suppression"].eq("").mean(), 0, seconds),
        ("threshold only", 1 - unsafe[share].mean(), leaks(without(results, unsafe, words), cohort, words), np.nan),
        ("whole rows", 1 - whole[share].mean(), leaks(without(results, whole | unsafe, words), cohort, words), np.nan),
        ("rounding to 5", 0.0, rounded_leaks(results, words), np.nan),
    ]


def main(authorities: list[int], items: int = 12) -> None:
    """Print one line per cohort and way."""
    print(f"{'authorities':>11s}  {'way':15s} {'kept exact':>10s} {'worked out':>10s} {'seconds':>8s}")
    for count in authorities:
        for way, kept, found, seconds in compared(count, items):
            print(f"{count:11d}  {way:15s} {kept:10.3f} {found:10d} {'' if np.isnan(seconds) else f'{seconds:.1f}':>8s}", flush=True)
    print("Rounding keeps every number and none of them exact: each is up to 2 people off, and tells of small groups.")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [8, 30, 150])
