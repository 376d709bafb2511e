"""Which forms count: tests, unfinished, late, empty and duplicate ones are set aside by rule."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from nbeval.cleaning.times import read_times
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import Cohort, Instrument
from nbeval.errors import FrameError, UnknownCodeError


class Aside(StrEnum):
    """Why a form is not kept. The first reason that fits is the one that is counted."""

    KEPT = ""
    TEST = "test"
    PARTIAL = "partial"
    LATE = "late"
    EMPTY = "empty"
    DUPLICATE = "duplicate"


REASONS = tuple(reason for reason in Aside if reason)


def describe_forms(forms: pd.DataFrame, cohort: Cohort, rules: Instrument) -> pd.DataFrame:
    """Say of every form whether it is a test, unfinished, late or early.

    Parameters
    ----------
    forms : DataFrame
        One row per form, as ``columns.map_columns`` makes them.
    cohort : Cohort
        Its waves have the days of fieldwork.
    rules : Instrument
        What the labels of the status and test columns mean.

    Returns
    -------
    pandas.DataFrame
        One row per form: ``forms`` and ``started_at``, ``finished_at``, ``is_test``, ``is_partial``,
        ``is_late``, ``is_early``.

    Raises
    ------
    UnknownCodeError
        The status column holds a label that the instrument does not declare.
    """
    described = forms.copy()
    for role in (Role.STARTED, Role.FINISHED):
        times = [read_times(part) for _, part in forms[role].groupby(forms["version"], sort=False)]
        described[f"{role.value}_at"] = pd.concat(times) if times else pd.NaT
    last = described["finished_at"].fillna(described["started_at"])
    first = described["started_at"].fillna(described["finished_at"])
    starts = forms["wave"].map({wave.id: pd.Timestamp(wave.fieldwork_start) for wave in cohort.waves})
    ends = forms["wave"].map({wave.id: pd.Timestamp(wave.fieldwork_end) for wave in cohort.waves})
    described["is_late"] = last.dt.normalize() > pd.to_datetime(ends)
    described["is_early"] = first.dt.normalize() < pd.to_datetime(starts)
    described["is_test"] = _among(forms[Role.TEST], rules.test_labels)
    described["is_partial"] = _partial(forms, rules)
    return described


def set_aside(forms: pd.DataFrame, texts: pd.DataFrame, rules: Instrument) -> pd.Series:
    """Decide by rule which forms are kept, as far as this can be said before answers are coded.

    Parameters
    ----------
    forms : DataFrame
        One row per form, from ``describe_forms``.
    texts : DataFrame
        One row per form: its answers as text, to count them and to break ties.
    rules : Instrument
        The rules.

    Returns
    -------
    pandas.Series
        One row per form: an ``Aside``, empty where the form is kept.
    """
    filled = (texts.fillna("") != "").sum(axis=1)
    late = forms["is_late"] & (rules.late == "set_aside")
    tests = [(forms["is_test"], Aside.TEST), (forms["is_partial"] & (not rules.keep_partial), Aside.PARTIAL),
             (late, Aside.LATE), (filled < rules.minimum_answered, Aside.EMPTY)]
    aside = pd.Series(
        np.select([fits for fits, _ in tests], [reason.value for _, reason in tests], default=""), forms.index,
    )
    aside[_repeated(forms[aside == ""], texts, filled, rules.duplicates)] = Aside.DUPLICATE.value
    return aside


def account(forms: pd.DataFrame, read: dict[str, int]) -> pd.DataFrame:
    """Account for every form, per file.

    Parameters
    ----------
    forms : DataFrame
        One row per form, with ``file``, ``wave``, ``authority`` and ``aside``.
    read : dict
        How many forms each file had when it was read.

    Returns
    -------
    pandas.DataFrame
        One row per file: ``file``, ``wave``, ``authority`` (empty where it holds several), counts.

    Raises
    ------
    FrameError
        A file's forms do not add up.
    """
    rows = []
    for file, part in forms.groupby("file", sort=True):
        several = part["authority"].nunique() > 1
        counts = part["aside"].value_counts()
        rows.append({
            "file": file, "wave": part["wave"].iloc[0], "authority": "" if several else part["authority"].iloc[0],
            "read": read[file], "kept": int(counts.get("", 0)),
            **{reason.value: int(counts.get(reason.value, 0)) for reason in REASONS},
        })
    table = pd.DataFrame(rows)
    told = table[["kept", *(reason.value for reason in REASONS)]].sum(axis=1, min_count=1)
    wrong = table["file"][told != table["read"]]
    if len(wrong) or set(read) != set(table["file"]):
        raise FrameError(
            f"forms do not add up in {len(wrong) or 'some'} of {len(read)} files.",
            found="; ".join(wrong[:8]), allowed="forms read = forms kept + forms set aside, by reason",
            do="this is a fault of cleaning; report it with the lines above.",
        )
    return table


def _among(labels: pd.Series, declared: tuple[str, ...]) -> pd.Series:
    """Whether each label is one of those declared, typing accidents aside."""
    wanted = {normalise(label) for label in declared}
    return labels.isin([label for label in labels.dropna().unique() if normalise(label) in wanted])


def _partial(forms: pd.DataFrame, rules: Instrument) -> pd.Series:
    """Whether each form is unfinished: by its status, or, without status column, by a blank time of finishing."""
    status = forms[Role.STATUS]
    complete, partial = _among(status, rules.complete_labels), _among(status, rules.partial_labels)
    strange = status.notna() & ~complete & ~partial
    if strange.any():
        raise UnknownCodeError(
            f"the status column of instrument '{rules.id}' holds labels that are not declared, in {strange.sum()} of"
            f" {len(forms)} forms.",
            found=f"{status[strange].nunique()} different labels (text withheld)",
            allowed="complete: " + ", ".join(rules.complete_labels) + "; partial: " + ", ".join(rules.partial_labels),
            where="; ".join(sorted(set(forms["file"][strange]))[:4]),
            do=f"declare the label under complete_labels or partial_labels in instruments/{rules.id}/instrument.toml.",
            rows=forms.loc[strange, ["file", "row"]],
        )
    unfinished = status.isna() & (forms[Role.FINISHED] == "")
    return partial | unfinished


def _repeated(forms: pd.DataFrame, texts: pd.DataFrame, filled: pd.Series, rule: str) -> pd.Index:
    """The forms that repeat another one's submission number and are not the one the rule keeps."""
    # Online and paper forms (two export versions) may both be numbered from 1; two exports of one version may overlap.
    key = ["wave", "authority", "version", "submission"]
    numbered = forms[(forms["submission"].fillna("") != "") & forms.duplicated(key, keep=False)]
    if numbered.empty:
        return numbered.index
    order = numbered.assign(
        filled=filled, content=texts.loc[numbered.index].fillna("").agg("\x1f".join, axis=1),
    )
    # Without times the order of the file is all there is; with times, ties are broken by content, so that
    # the order of the rows cannot matter.
    times = ["finished_at", "started_at"]
    ties = ["filled", "content"] if order[times].notna().any(axis=None) else ["row"]
    by = ["filled", *times, *ties[-1:]] if rule == "most_complete" else [*times, *ties]
    order = order.sort_values(by, kind="stable", na_position="first")
    return order.index[order.duplicated(key, keep="first" if rule == "first" else "last")]
