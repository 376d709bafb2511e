"""Everything a cohort's reports may show, put together: values in, results out."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.estimate.adjusted import adjusted_change
from nbeval.estimate.authorities import authority_range, pooled_change
from nbeval.estimate.comparisons import authority_against_rest, benchmarks, change, group_differences
from nbeval.estimate.composition import composition
from nbeval.estimate.drivers import drivers
from nbeval.estimate.families import add_verdicts, adjust_families
from nbeval.estimate.levels import levels, nonresponse, participation
from nbeval.estimate.matched import attrition, matched_change
from nbeval.estimate.measurement import measurement
from nbeval.estimate.on_request import on_request
from nbeval.estimate.ordered import ordered_change
from nbeval.estimate.overlap import overlap
from nbeval.estimate.plan import make_plan
from nbeval.estimate.ranks import superiority
from nbeval.estimate.rows import gather
from nbeval.estimate.weighted import weighted
from nbeval.frames import Measured

#: what is estimated of every cohort, in the order of reading
ALWAYS = (
    participation, composition, levels, nonresponse, weighted, benchmarks, superiority, authority_range,
    authority_against_rest, group_differences, drivers, measurement,
)
#: where the waves are two samples of people who cannot be linked
TWO_SAMPLES = (change, ordered_change, adjusted_change, overlap, pooled_change, on_request)
#: where the same people can be found at both waves
SAME_PEOPLE = (matched_change, attrition)


def estimate(measured: Measured, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate everything a cohort's reports may show.

    One row per estimate (``frames.RESULTS``), in key order. What cannot be estimated keeps its row, and ``warning`` says why.
    """
    plan = make_plan(measured, cohort, dictionary)
    changes = SAME_PEOPLE if plan.matched else TWO_SAMPLES
    results = gather(block(plan) for block in (*ALWAYS, *changes))
    return add_verdicts(adjust_families(results, dictionary), dictionary)
