"""What protection costs: share of rows shown and seconds, beside simple alternatives.

Run from the root of the project: ``python -m tests.benchmarks.bench_protect [authorities ...]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from nbeval.protect import protect
from nbeval.protect.primary import unsafe_rows
from tests.protect import invented

GROUPS = {"g": [0.55, 0.43, 0.02], "h": [0.5, 0.3, 0.15, 0.05], "i": [0.7, 0.3], "j": [0.4, 0.3, 0.2, 0.1]}


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


def main(authorities: list[int], items: int = 12) -> None:
    """Print one line per cohort."""
    print("authorities   rows  shown  threshold_only  whole_rows_of_indicators  round_to_5  seconds_cpu")
    for count in authorities:
        results, cohort, words = made(count, items)
        begun = time.process_time()
        table = protect(results, cohort, words).table
        seconds = time.process_time() - begun
        unsafe = unsafe_rows(results, words.disclosure)
        whole = unsafe.groupby([results["indicator"], results["wave"]]).transform("any")
        print(f"{count:11d} {len(results):6d} {table['suppression'].eq('').mean():6.3f} {1 - unsafe.mean():15.3f} "
              f"{1 - whole.mean():25.3f} {'1.000 *':>11s} {seconds:12.1f}")
    print("* every count moved by up to 2: nothing is withheld, nothing is exact, and small counts still show")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [8, 30, 150])
