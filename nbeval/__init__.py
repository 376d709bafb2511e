"""nbeval: survey analysis for evaluations, from confidential exports to reports that a reviewer can make again.

ANY SURVEY
    A pandas DataFrame with one row per respondent is all that is needed.

    >>> import nbeval as nb, pandas as pd
    >>> survey = pd.DataFrame({"wave": ["first"] * 4 + ["last"] * 4, "calm": [1, 2, 3, 4, 3, 4, 5, 5], "safe": ["No", "Yes"] * 4})
    >>> survey = nb.label(survey, {"safe": ["No", "Yes"]})             # ordered categories; what is not declared is counted
    >>> survey["scale"] = nb.score(survey, nb.Scale(items=["calm"], range=(1, 5)))
    >>> survey["is_safe"] = nb.recode(survey["safe"], {"Yes": 1}, other=0)

    label           answers to ordered categories, with codes and reasons for gaps
    recode, band    new values; published bands
    Scale, score    items and the rule that combines them; the score of every respondent
    levels          percentages, distributions and means with intervals, by groups, weighted or not
    crosstab        one column by another
    change          from the first wave to later ones: two samples, or the same people
    transitions     the same people by which way their answer went
    compare_groups  levels of a group with one another
                    (both with clustered answers too; ``errors="cr2"`` where the clusters are few)
    reliability     how items of a scale hang together

    What comes out is a tidy frame with ``estimate``, ``conf_low``, ``conf_high``, ``n`` and ``method``; labelled frames go straight into
    statsmodels formulas and seaborn.

A DECLARED INSTRUMENT
    A dictionary says once what the columns of an export are, what the codes mean, and what a missing answer means.

    read_dictionary a programme's dictionary, checked
    clean           an export to ``.frame`` (wide, labelled), ``.missing`` (reasons), ``.findings``, ``.accounting``
    codebook        what every item may be answered with, as a frame

A COHORT
    A cohort is declared in the dictionary with its waves, authorities, sources and reports.

    >>> study = nb.open_study("specimen")                              # invented exports; your own with data="folder"

    open_study      ``study.clean()``, ``.score()``, ``.estimate()``, ``.protect()``, ``.report(kind)``: each stage once
    open_report     the report that a notebook holds
    render          reports in every format;  verify  the same again, compared number by number
    ``nbeval.pipeline`` is the map of the stages, and the command ``nbeval --help`` does all this from a terminal.

CHARTS
    plot            ``plot.change``, ``plot.levels``, ``plot.likert``: from the tidy frames above

WHAT MAY LEAVE
    Frames of respondents and unprotected tables stay in the secure area.

    protect         withhold small counts of any table, all that is worked out from them, and what would give them back

    ``study.protect()`` does it over everything that the reports of a cohort show together, and attacks the result.

Messages, warnings and what is displayed of these objects give counts, codes and positions; they never show an answer.
Everything that goes wrong and can be put right is a ``NbevalError`` with what was found, what is allowed and what to do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbeval import plot
    from nbeval.cleaning.labels import label
    from nbeval.cleaning.survey import clean
    from nbeval.disclosure.one_table import protect
    from nbeval.errors import NbevalError
    from nbeval.estimate.surveys import change, compare_groups, crosstab, levels, reliability, transitions
    from nbeval.library import codebook, read_dictionary, render, verify
    from nbeval.scoring.recoding import band, recode
    from nbeval.scoring.scales import Scale, score
    from nbeval.study import Study, open_report, open_study

__version__ = "0.2.0"

#: where each public name is written; it is imported when it is first used
_HOME = {
    "label": "cleaning.labels", "clean": "cleaning.survey",
    "Scale": "scoring.scales", "score": "scoring.scales", "band": "scoring.recoding", "recode": "scoring.recoding",
    "levels": "estimate.surveys", "crosstab": "estimate.surveys", "change": "estimate.surveys", "compare_groups": "estimate.surveys",
    "reliability": "estimate.surveys", "transitions": "estimate.surveys",
    "protect": "disclosure.one_table",
    "read_dictionary": "library", "codebook": "library", "render": "library", "verify": "library",
    "Study": "study", "open_study": "study", "open_report": "study",
    "NbevalError": "errors",
}
__all__ = [
    "NbevalError", "Scale", "Study", "__version__", "band", "change", "clean", "codebook", "compare_groups", "crosstab", "label", "levels",
    "open_report", "open_study", "plot", "protect", "read_dictionary", "recode", "reliability", "render", "score",
    "transitions", "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``import nbeval`` by itself reads no other package."""
    if name == "plot":
        return import_module("nbeval.plot")
    if name not in _HOME:
        raise AttributeError(f"module 'nbeval' has no attribute '{name}'")
    found = globals()[name] = getattr(import_module(f"nbeval.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
