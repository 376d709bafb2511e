"""Charts of estimates, in the style of the reports: each function draws a tidy frame on axes of matplotlib and returns them.

A tidy frame has one row for each estimate, as :func:`nbeval.levels`, :func:`nbeval.change` and :func:`nbeval.crosstab` give it:
``estimate``, ``conf_low`` and ``conf_high`` in the unit of the estimate, and columns that say what each estimate is of (an authority, a
wave, an age band). Any frame with such columns will do. An estimate that is missing is never drawn: its symbol (the column
``suppression``) is written at the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.report.charts.analysts import Axes

__all__ = ["change", "levels", "likert"]


def levels(frame: pd.DataFrame, *, y: str | Sequence[str] | None = None, hue: str | None = None, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw levels as dots on their intervals.

    Parameters
    ----------
    frame : one row for each level, with ``estimate`` and, where there are intervals, ``conf_low`` and ``conf_high``
    y : the column, or columns, that name the lines; by default all that tell the estimates apart
    hue : the column whose values share a line, each with a colour and a shape of its own; by default ``wave``, where there are several
    title : of the axis; by default the column ``unit``
    ax : axes to draw on; new ones by default

    Raises
    ------
    FrameError
        Where a column is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from nbeval import plot
    >>> lonely = pd.DataFrame({"authority": ["North", "North", "South", "South"], "wave": ["2020", "2022", "2020", "2022"], "unit": "percent",
    ...                        "estimate": [24.0, 18.5, 21.0, None], "conf_low": [19.1, 14.2, 16.0, None], "conf_high": [29.7, 23.8, 27.0, None],
    ...                        "suppression": ["", "", "", "[c]"]})
    >>> ax = plot.levels(lonely)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['North', 'South']
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['2020', '2022']
    """
    from nbeval.report.charts.analysts import draw_estimates

    return draw_estimates(frame, ax, y=y, hue=hue, title=title)


def change(frame: pd.DataFrame, *, y: str | Sequence[str] | None = None, hue: str | None = None, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw changes, or any differences, as dots on their intervals beside the line that means none.

    Parameters and errors are those of :func:`levels`. Where the frame has a ``verdict``, and a ``size``, they are written at the right of
    each line: the word follows the test and the interval, and an interval that keeps clear of the line may still only be a possible change.

    Examples
    --------
    >>> import pandas as pd
    >>> from nbeval import plot
    >>> moved = pd.DataFrame({"indicator": ["Lonely often", "Trusts worker"], "unit": "percentage points", "estimate": [-5.5, 1.2],
    ...                       "conf_low": [-9.0, -3.1], "conf_high": [-2.0, 5.4]})
    >>> ax = plot.change(moved.assign(verdict=["may have fallen", "no clear change"]))
    >>> ax.get_xlabel(), [text.get_text() for text in ax.texts]
    ('percentage points', ['may have fallen', 'no clear change'])
    """
    from nbeval.report.charts.analysts import draw_estimates

    return draw_estimates(frame, ax, y=y, hue=hue, title=title, reference=0.0)


def likert(frame: pd.DataFrame, items: Sequence[str] | None = None, *, row: str | None = None, answer: str | None = None, diverging: bool = True,
           title: str = "Percentage of those who answered", ax: Axes | None = None) -> Axes:
    """Draw answers as one bar for each question, or for each group, the answers side by side in their order.

    Parameters
    ----------
    frame : with ``items``, one row for each respondent; without, a tidy cross-table with percentages in ``estimate``
    items : columns of ordered categoricals (see :func:`nbeval.label`), one bar for each; those who did not answer are not in the base
    row, answer : the columns of a cross-table that name the bars and the answers; by default those that tell the estimates apart, ``answer`` first
    diverging : set the lower half of the answers to the left of 0, and one in the middle across it
    title, ax : as in :func:`levels`

    Examples
    --------
    >>> import pandas as pd
    >>> from nbeval import plot
    >>> agree = pd.CategoricalDtype(["Disagree", "Neither", "Agree"], ordered=True)
    >>> answers = pd.DataFrame({"safe": ["Agree", "Agree", "Neither", "Disagree"], "heard": ["Agree", None, "Disagree", "Disagree"]}).astype(agree)
    >>> ax = plot.likert(answers, ["safe", "heard"])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Disagree', 'Neither', 'Agree']
    """
    from nbeval.report.charts.analysts import draw_answers, shares_of_answers, shares_of_table

    shares = shares_of_answers(frame, items) if items is not None else shares_of_table(frame, row, answer)
    return draw_answers(shares, ax, diverging=diverging, title=title)
