"""Figures in print: the source of a cohort whose answers are not to be had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pandas as pd

from nbeval.cleaning.findings import NOTE, PASS, WARNING, Finding, findings_table, number
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Match, SourceKind, Status
from nbeval.dictionary.models import FIGURES, Cohort, PrintedFigure
from nbeval.errors import SourceError
from nbeval.frames import FINDINGS, PublishedFigures, check

COLUMNS = ("figure", "source", "indicator", "quantity", "wave", "authority", "group", "level", "value", "symbol", "decimals",
           "n", "n_rounded_to", "rounding", "unit", "match")


def clean_published(cohort: Cohort, dictionary: Dictionary) -> PublishedFigures:
    """The printed figures of a cohort, those with an indicator, in the order of the file."""
    source = next((one.id for one in cohort.sources if one.kind is SourceKind.PUBLISHED), "")
    ours = [one for one in dictionary.figures if one.cohort == cohort.id]
    if not source or not ours:
        raise SourceError(
            f"there is no printed figure of cohort '{cohort.id}'.", where=FIGURES,
            do="write the figures into the file, with the cohort and a wave of it, and declare a source of kind 'published'.",
        )
    kept = [one for one in ours if one.indicator]
    found = [(name, source, finding) for name, findings in _CHECKS.items() for finding in findings(ours)]
    return PublishedFigures(
        figures=pd.DataFrame([_row(one, source) for one in kept], columns=list(COLUMNS)),
        findings=check(findings_table(found), FINDINGS),
        accounting=_account(cohort, ours), inputs=_inputs(dictionary),
    )


def _row(figure: PrintedFigure, source: str) -> tuple:
    """One figure as a row."""
    return tuple(source if name == "source" else getattr(figure, name) for name in COLUMNS)


def _account(cohort: Cohort, ours: list[PrintedFigure]) -> pd.DataFrame:
    """How many figures of each wave were read, and how many have an indicator."""
    rows = []
    for wave in cohort.waves:
        read = [one for one in ours if one.wave == wave.id]
        rows.append((FIGURES, wave.id, "", len(read), sum(bool(one.indicator) for one in read)))
    return pd.DataFrame(rows, columns=["file", "wave", "authority", "read", "kept"])


def _inputs(dictionary: Dictionary) -> pd.DataFrame:
    """The file, as it was read."""
    raw = (dictionary.folder / FIGURES).read_bytes()
    return pd.DataFrame([(FIGURES, hashlib.sha256(raw).hexdigest(), len(raw))], columns=["file", "sha256", "bytes"])


def _with_base(figures: list[PrintedFigure]) -> Iterator[Finding]:
    """How many figures have no base, and so no interval."""
    without = [one for one in figures if one.n is None]
    yield Finding(NOTE if without else PASS, f"{number(len(without), 'figure')} of {len(figures)} stand in print without the number "
                  "who answered: they have no interval and are not tested.", count=len(without))


def _with_indicator(figures: list[PrintedFigure]) -> Iterator[Finding]:
    """How many figures belong to no indicator."""
    without = [one for one in figures if not one.indicator]
    yield Finding(NOTE if without else PASS, f"{number(len(without), 'figure')} of {len(figures)} have a question or coding that no "
                  "indicator has: they are listed and not estimated.", count=len(without))


def _with_coding(figures: list[PrintedFigure]) -> Iterator[Finding]:
    """How many figures fit their indicator only in part."""
    loose = [one for one in figures if one.indicator and one.match is Match.DIFFERS]
    yield Finding(NOTE if loose else PASS, f"{number(len(loose), 'figure')} of {len(figures)} have a coding or a base that differs "
                  "from the indicator or is not stated: they are shown and never tested.", count=len(loose))


def _confirmed(figures: list[PrintedFigure]) -> Iterator[Finding]:
    """How many figures could not be confirmed."""
    open_ones = [one for one in figures if one.status is Status.UNCONFIRMED]
    yield Finding(WARNING if open_ones else PASS, f"{number(len(open_ones), 'figure')} of {len(figures)} could not be confirmed on the "
                  "page named.", do="read the page again." if open_ones else "", count=len(open_ones))


_CHECKS = {"printed_base": _with_base, "printed_indicator": _with_indicator, "printed_coding": _with_coding, "printed_status": _confirmed}
