"""The whole estimate stage: the invented cohort, and cohorts of 30 and 150 authorities drawn from its forms."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from nbeval import dictionary
from nbeval.estimate.assembly import ALWAYS, TWO_SAMPLES, estimate
from nbeval.estimate.plan import make_plan
from nbeval.frames import Measured
from nbeval.scoring.weights import weigh
from tests.benchmarks.invented import enlarged, specimen

SIZES = ((30, 100), (150, 40), (150, 100))


def main() -> None:
    """Print one line per cohort, and the five slowest blocks of the largest."""
    declared = dictionary.load()
    with tempfile.TemporaryDirectory() as folder:
        measured, cohort = specimen(declared, Path(folder))
    print(f"{'authorities':>12} {'respondents':>12} {'results':>9} {'seconds':>9} {'cpu':>7} {'ms/result':>10}")
    report(measured, cohort, declared)
    for authorities, people in SIZES:
        larger, many = enlarged(measured, cohort, authorities, people)
        larger = Measured(larger.values, weigh(larger.respondents, many), larger.keyed)
        report(larger, many, declared)
    slowest(larger, many, declared)


def report(measured: Measured, cohort, declared) -> None:
    """Time one cohort."""
    start, started = time.perf_counter(), time.process_time()
    results = estimate(measured, cohort, declared)
    taken, worked = time.perf_counter() - start, time.process_time() - started
    print(f"{len(cohort.authorities):>12} {len(measured.respondents):>12,} {len(results):>9,} {taken:>9.2f} {worked:>7.2f} {1000 * worked / len(results):>10.3f}", flush=True)


def slowest(measured: Measured, cohort, declared) -> None:
    """Where the time goes."""
    plan, taken = make_plan(measured, cohort, declared), {}
    for block in (*ALWAYS, *TWO_SAMPLES):
        start = time.perf_counter()
        block(plan)
        taken[block.__name__] = time.perf_counter() - start
    for name, seconds in sorted(taken.items(), key=lambda pair: -pair[1])[:5]:
        print(f"{name:>25} {seconds:>9.2f} s")


if __name__ == "__main__":
    main()
