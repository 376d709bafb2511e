"""A study: one cohort, its dictionary and its data, taken through the stages of ``pipeline`` one by one.

Answers, values and unprotected results stay in memory. What may be shown of them (disclosed results, findings, counts) is kept in
the cache, under a key of all that it depends on, and opened again by whoever asks for the same. What only working it out needs is
imported where it is worked out: a run that changes nothing is over sooner.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbeval.release.fingerprint import file_sha256, fingerprint_of_numbers, key_of, scope_of_numbers
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure, SourceKind
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.errors import ParameterError, SourceError
from nbeval.folders import remove
from nbeval.request import check_authority, kind_named
from nbeval.stages import StageCounts, cleaned_counts, estimated_counts, protected_counts, scored_counts
from nbeval.workspace import Workspace, atomic_directory, mark_used

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.cleaning.labels import Labelled
    from nbeval.frames import CleanedCohort, PublishedFigures, DisclosedResults, Measured
    from nbeval.release.checksum_key import PublishedChecksums
    from nbeval.report import Report

#: in the environment where the reports of one batch are made, the checksum of what all of them are made from
BATCH = "NBEVAL_BATCH"
_TABLES = ("table", "audit", "findings", "accounting", "inputs", "quotes")
_COUNTS, _COMPLETE = "counts.json", "complete.json"


def no_progress(step: str) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True, eq=False)
class CohortResults:
    """Everything a cohort's reports may draw on, as it was kept: nothing in it is confidential.

    ``key`` is the checksum of all that it depends on, ``sums`` those of its files, ``inputs`` the exports by name and checksum.
    The tables are read when they are asked for.
    """

    key: str
    folder: Path
    dictionary: Dictionary
    sums: Mapping[str, str]
    inputs: tuple[tuple[str, str], ...]

    @cached_property
    def disclosed(self) -> DisclosedResults:
        """The disclosed results."""
        from nbeval import pipeline

        quotes = self._read("quotes")
        return pipeline.reopen(self._read("table"), self._read("audit"), self.dictionary, quotes if len(quotes.columns) else None)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the checks found; see ``frames.CleanedCohort``."""
        return self._read("findings")

    @cached_property
    def accounting(self) -> pd.DataFrame:
        """How the forms add up; see ``frames.CleanedCohort``."""
        return self._read("accounting")

    @cached_property
    def files(self) -> pd.DataFrame:
        """What was read: one row per file; see ``frames.CleanedCohort``."""
        return self._read("inputs")

    @cached_property
    def counts(self) -> Mapping[str, StageCounts]:
        """The counts that each stage shows, by its name."""
        kept = json.loads((self.folder / _COUNTS).read_text(encoding="utf-8"))
        return {stage: StageCounts.from_json(counts) for stage, counts in kept.items()}

    def _read(self, name: str) -> pd.DataFrame:
        """One table as it was kept."""
        import pandas as pd

        return pd.read_parquet(self.folder / f"{name}.parquet")


class Study:
    """One cohort on its way from raw exports to reports; each stage is worked out once.

    Parameters
    ----------
    cohort : the declaration
    workspace : its dictionary, data and cache
    on_progress : called with the name of each step as it begins
    checksums : those of confidential exports as they were published, for whoever does not have the key they were made with

    Notes
    -----
    ``clean()``, ``score()``, ``estimate()`` and ``protect()`` each return a view of their stage: its counts where it is displayed,
    its tables as attributes. Where results for the same content were kept, the counts are opened and nothing is read again; the
    tables with answers are worked out when they are asked for. A study stays at the state of the exports at which it was opened.
    """

    def __init__(
        self, cohort: Cohort, workspace: Workspace, *, on_progress: Callable[[str], None] = no_progress,
        checksums: PublishedChecksums | None = None,
    ) -> None:
        self.cohort, self.workspace, self.on_progress, self._checksums = cohort, workspace, on_progress, checksums
        self._results: CohortResults | None = None

    def __repr__(self) -> str:
        """The cohort and its waves; no answer."""
        return f"Study of cohort '{self.cohort.id}' ({', '.join(wave.id for wave in self.cohort.waves) or 'no wave'})"

    # --- the stages ----------------------------------------------------------------------------------

    def clean(self) -> CleanedStage:
        """Read the exports, repair as declared, code, give every missing answer its reason, check.

        Raises
        ------
        SourceError, UnknownHeaderError, UnknownCodeError, CorrectionError
            The exports are missing, cannot be read, or are not what the dictionary says.
        """
        return CleanedStage(self)

    def score(self) -> ScoredStage:
        """Score the scales, derive the indicators, place every respondent in groups, weight them as declared."""
        return ScoredStage(self)

    def estimate(self) -> EstimatedStage:
        """Estimate levels, changes, differences, models and reliability: unprotected, never to leave."""
        return EstimatedStage(self)

    def protect(self) -> ProtectedStage:
        """Withhold what would give somebody away, over all reports at once; attack what is left; keep it.

        Raises
        ------
        DisclosureError
            A withheld number can be worked out, and nothing that could still be withheld prevents it.
        """
        return ProtectedStage(self)

    def report(self, kind: str, authority: str = "") -> Report:
        """The report of a kind, on the cohort or on one authority of it: what a notebook holds.

        Raises
        ------
        ParameterError
            There is no such kind or authority; the message names those there are.
        """
        from nbeval import pipeline
        from nbeval.left_out import sources_left_out
        from nbeval.release.analysis_plan import check_plan
        from nbeval.release.declarations import changed_declarations

        declared = kind_named(kind, self.dictionary)
        check_authority(self.cohort, declared, authority)
        kept = self.results()
        internal = {"findings": kept.findings, "accounting": kept.accounting} if declared.internal else {}
        waves = [one.id for one in self.cohort.waves]
        plan = check_plan(self.cohort, self.dictionary, self.workspace.releases, waves[:1] if declared.wave == "first" else waves)
        changed = changed_declarations(self.cohort, self.dictionary, self.workspace.releases)
        return pipeline.report(kept.disclosed, self.dictionary, self.cohort, declared, authority, levels=self._levels, plan=plan, changed=changed,
                               left_out=sources_left_out(kept.findings), **internal)

    def _levels(self, indicator: str, by: Sequence[str], wave: str, authority: str) -> tuple[Indicator, pd.DataFrame]:
        """The levels of a declared indicator by groups, unprotected: what an analyst's own breakdown in a report is made from.

        They are at one wave unless ``by`` names ``wave``, and of one authority where one is named.
        """
        from nbeval import pipeline
        from nbeval.estimate.surveys import levels

        declared = self.dictionary.indicator(indicator)
        if self.measured is None or declared.measure is Measure.ORDERED:
            raise ParameterError(
                f"the indicator '{indicator}' has no percentage or mean to break down.",
                found="no answers" if self.measured is None else "ordered answers",
                allowed="an indicator that is a percentage or a mean, of a cohort with answers", do="choose another indicator.")
        frame = pipeline.wide_values(self.measured, self.dictionary)
        frame = frame[~frame["authority"].isin(self.cohort.comparison_authorities)]
        frame = frame if "wave" in by else frame[frame["wave"].eq(wave)]
        frame = frame[frame["authority"].eq(authority)] if authority else frame
        sampled = {}
        if self.cohort.main_figures == "weighted":
            given = frame["stratum"] if "stratum" in frame else frame["authority"].astype(str)
            frame = frame.assign(_stratum=frame["wave"].astype(str) + "|" + given)
            sampled = {"weights": "weight", "strata": "_stratum", "clusters": "cluster" if "cluster" in frame else None}
        return declared, levels(frame, indicator, by=list(by), unit="percent" if declared.measure is Measure.PERCENT else None, **sampled)

    # --- what they rest on ---------------------------------------------------------------------------

    @property
    def dictionary(self) -> Dictionary:
        """The programme's dictionary."""
        return self.workspace.dictionary

    @cached_property
    def scope(self) -> Dictionary:
        """The part of the dictionary that the numbers rest on."""
        return scope_of_numbers(self.dictionary, self.cohort.id)

    @cached_property
    def data(self) -> Path:
        """The folder with the exports."""
        return self.workspace.data_of(self.cohort)

    @cached_property
    def key(self) -> str:
        """The checksum of everything the numbers depend on."""
        return self._key_now()

    @cached_property
    def cleaned(self) -> CleanedCohort | PublishedFigures:
        """The answers, or figures in print, with findings and accounting; confidential."""
        from nbeval import pipeline
        from nbeval.release.withdrawals import withdrawn_from

        before = self.key
        self.on_progress("reading and checking the exports")
        withdrawn = withdrawn_from(self.cohort, self.data, self.workspace.releases)
        cleaned = pipeline.clean(self.scope.cohort(self.cohort.id), self.scope, self.data, withdrawn)
        if self._key_now() != before:
            raise SourceError(
                f"the exports of cohort '{self.cohort.id}' changed while they were being read.",
                do="let nobody write to them and run the command again.",
            )
        cleaned = self._with_withdrawals(cleaned)
        return replace(cleaned, inputs=self._with_checksums(cleaned.inputs)) if is_confidential(self.cohort) else cleaned

    def _with_withdrawals(self, cleaned: CleanedCohort | PublishedFigures) -> CleanedCohort | PublishedFigures:
        """What was cleaned, with the record of withdrawals among what it was made from, by checksum and not by length."""
        import pandas as pd

        from nbeval.release.withdrawals import WITHDRAWALS, withdrawals_digest

        digest = withdrawals_digest(self.cohort.id, self.workspace.releases)
        row = pd.DataFrame([{"file": WITHDRAWALS, "sha256": digest, "bytes": 0}])
        return replace(cleaned, inputs=pd.concat([cleaned.inputs, row], ignore_index=True)) if digest else cleaned

    def _with_checksums(self, inputs: pd.DataFrame) -> pd.DataFrame:
        """The exports with checksums that may be published: keyed, or as they were published."""
        from nbeval.release.checksum_key import key_for, keyed

        if self._checksums is not None:
            return inputs.assign(sha256=inputs["file"].map(lambda name: self._checksums.by_file.get(name, "")))
        key = key_for(self.data)
        return inputs.assign(sha256=[keyed(key, name, digest) for name, digest in zip(inputs["file"], inputs["sha256"], strict=True)])

    @property
    def _rounding_key(self) -> bytes:
        """What counts are rounded by, where the policy says so: of the key that lies beside the exports, and as secret."""
        from nbeval.dictionary.enums import Protection
        from nbeval.release.checksum_key import key_for, keyed

        return keyed(key_for(self.data), "rounding", self.cohort.id).encode() if self.dictionary.disclosure.method is Protection.ROUNDING else b""

    @property
    def inputs_key(self) -> str:
        """The name of the key of the exports' checksums; empty where they are not confidential."""
        from nbeval.release.checksum_key import key_for, key_name

        if not is_confidential(self.cohort):
            return ""
        return self._checksums.key if self._checksums is not None else key_name(key_for(self.data))

    @cached_property
    def so_far(self) -> Cohort:
        """The cohort without the waves of which every file is still to come: what its numbers are of."""
        from nbeval.cleaning.files import waves_to_come

        cohort = self.scope.cohort(self.cohort.id)
        coming = [(source, waves_to_come(cohort, source, self.data)) for source in cohort.sources if source.files]
        there = {file.wave for source, waves in coming for file in source.files if file.wave not in waves}
        absent = {wave for _, waves in coming for wave in waves} - there
        return cohort.model_copy(update={"waves": tuple(one for one in cohort.waves if one.id not in absent)}) if absent else cohort

    @cached_property
    def measured(self) -> Measured | None:
        """The values of every respondent, None where there are no answers; confidential."""
        from nbeval import pipeline

        return pipeline.score(self.cleaned, self.scope.cohort(self.cohort.id), self.scope)

    @property
    def findings(self) -> pd.DataFrame:
        """What the checks of the exports found, and what could not be weighted as declared (``frames.FINDINGS``)."""
        import pandas as pd

        of_weights = [self.measured.findings] if self.measured is not None else []
        return pd.concat([self.cleaned.findings, *of_weights], ignore_index=True)

    @cached_property
    def estimated(self) -> pd.DataFrame:
        """Every result, unprotected: one row per estimate (``frames.RESULTS``); confidential."""
        from nbeval import pipeline

        cleaned, measured = self.cleaned, self.measured
        self.on_progress("estimating the results")
        return pipeline.estimate(cleaned, measured, self.so_far, self.scope)

    def kept(self) -> CohortResults | None:
        """The results that were kept for the same content; None where there are none."""
        if self._results is None:
            self._results = _open(self.workspace.cache / "prepared" / self.key, self.key, self.dictionary)
        return self._results

    def results(self, *, fresh: bool = False) -> CohortResults:
        """What the reports are made from: kept results, or the way from exports to disclosed results, then kept.

        Parameters
        ----------
        fresh : work them out whatever was kept before

        Raises
        ------
        SourceError
            The exports are not what the dictionary says, or were changed while they were being read.
        """
        folder = self.workspace.cache / "prepared" / self.key
        if fresh:
            remove(folder)
            self._results = None
        if self.kept() is None:
            self._keep(folder)
        if self.kept() is None:
            raise SourceError("what was worked out is not there any more.", where="the cache",
                              do="let nobody clear the cache while a command runs, and run it again.")
        return self._results

    def _key_now(self) -> str:
        """The checksum of exports, dictionary, code, packages and earlier releases as they are now."""
        return content_key(self.cohort, self.data, self.workspace)

    def _keep(self, folder: Path) -> None:
        """Go the whole way to disclosed results, on what the numbers rest on alone, and keep what may be shown."""
        import pandas as pd

        from nbeval import pipeline
        from nbeval.release.ledger import earlier_results
        from nbeval.release.policy import check_policy

        dictionary, cohort = self.scope, self.scope.cohort(self.cohort.id)
        results = self.estimated
        check_policy(self.dictionary, self.workspace.releases)
        self.on_progress("protecting the results")
        disclosed = pipeline.protect(results, cohort, dictionary, earlier=earlier_results(cohort.id, self.workspace.releases), key=self._rounding_key,
                                     measured=self.measured)
        disclosed = pipeline.with_quotes(disclosed, self.cleaned, self.measured, cohort, dictionary)
        quotes = pd.DataFrame() if disclosed.quotes is None else disclosed.quotes
        cleaned = self.cleaned
        tables = (disclosed.table, disclosed.audit, self.findings, cleaned.accounting, cleaned.inputs, quotes)
        counts = {
            "clean": cleaned_counts(cleaned, dictionary.disclosure, disclosed),
            "score": scored_counts(self.measured, dictionary, disclosed),
            "estimate": estimated_counts(results), "protect": protected_counts(disclosed),
        }
        inputs = zip(cleaned.inputs["file"], cleaned.inputs["sha256"], strict=True)
        with atomic_directory(folder) as unfinished:
            for name, table in zip(_TABLES, tables, strict=True):
                table.to_parquet(unfinished / f"{name}.parquet", index=False)
            text = json.dumps({stage: count.to_json() for stage, count in counts.items()}, indent=1)
            (unfinished / _COUNTS).write_text(text, encoding="utf-8")
            record = {"tables": _sums(unfinished), "inputs": sorted(inputs)}
            (unfinished / _COMPLETE).write_text(json.dumps(record), encoding="utf-8")


class _Stage(ABC):
    """A stage of a study that was gone through: displayed, it shows counts that may be shown."""

    name = ""

    def __init__(self, study: Study) -> None:
        self._study = study
        kept = study.kept()
        self.counts = kept.counts[self.name] if kept else self._count()

    def __repr__(self) -> str:
        return self.counts.text()

    def _repr_html_(self) -> str:
        return self.counts.html()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.counts._repr_mimebundle_()

    @abstractmethod
    def _count(self) -> StageCounts:
        """The counts of a stage that is worked out now."""


class CleanedStage(_Stage):
    """The answers of a cohort, cleaned. Displayed: forms read, kept and excluded, by wave."""

    name = "clean"

    @cached_property
    def _labelled(self) -> Labelled:
        """The answers, wide and labelled, and the reasons for gaps."""
        from nbeval import pipeline

        return pipeline.labelled(self._study.cleaned, self._study.cohort, self._study.dictionary)

    @property
    def frame(self) -> pd.DataFrame:
        """The answers: one row per respondent (index ``respondent``), with ``wave``, ``authority`` and one column per closed item.

        Closed answers are ordered categories and numbers are numbers; labels, codes and ranges are in ``.attrs``. Confidential.
        """
        return self._labelled.frame

    @property
    def missing(self) -> pd.DataFrame:
        """Why an answer is missing: the same rows and items as ``frame``, missing where there is an answer. Confidential."""
        return self._labelled.missing

    def _count(self) -> StageCounts:
        return cleaned_counts(self._study.cleaned, self._study.dictionary.disclosure)

    @property
    def findings(self) -> pd.DataFrame:
        """What the checks found: one row per finding (``frames.FINDINGS``)."""
        kept = self._study.kept()
        return kept.findings if kept else self._study.findings

    @property
    def inputs(self) -> pd.DataFrame:
        """What was read: one row per file, with its name relative to the data folder, checksum (keyed, where it is confidential) and bytes."""
        kept = self._study.kept()
        return kept.files if kept else self._study.cleaned.inputs

    @property
    def accounting(self) -> pd.DataFrame:
        """How the forms add up: one row per file, with how many were read, kept, and excluded by reason."""
        kept = self._study.kept()
        return kept.accounting if kept else self._study.cleaned.accounting


class ScoredStage(_Stage):
    """The values of a cohort's respondents. Displayed: how many were scored on each scale, by wave."""

    name = "score"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The values: one row per respondent (index ``respondent``), with ``wave``, ``authority``, one column per group, ``weight``, and
        one column per indicator: 1 and 0 for a percentage, else the score. Confidential.
        """
        from nbeval import pipeline

        return pipeline.wide_values(self._study.measured, self._study.dictionary)

    def _count(self) -> StageCounts:
        return scored_counts(self._study.measured, self._study.scope)


class EstimatedStage(_Stage):
    """The results of a cohort, unprotected. Displayed: how many estimates there are of each kind."""

    name = "estimate"

    def _count(self) -> StageCounts:
        return estimated_counts(self._study.estimated)

    @property
    def table(self) -> pd.DataFrame:
        """One row per estimate (``frames.RESULTS``), unprotected: never to leave the secure area."""
        return self._study.estimated


class ProtectedStage(_Stage):
    """The disclosed results of a cohort. Displayed: how many are withheld, and what the attack found."""

    name = "protect"

    def _count(self) -> StageCounts:
        return self._study.results().counts[self.name]

    @property
    def table(self) -> pd.DataFrame:
        """One row per estimate that the reports can show, with a symbol in ``suppression`` where it is withheld."""
        return self._study.results().disclosed.table

    @property
    def audit(self) -> pd.DataFrame:
        """One row per withheld number: the interval to which an attacker can narrow it, and whether that is wide enough."""
        return self._study.results().disclosed.audit


def open_study(cohort: str, *, data: Path | str | None = None, dictionary: Path | str | None = None) -> Study:
    """Open a cohort of a dictionary, to take it through the stages.

    Parameters
    ----------
    cohort : id of a cohort of the dictionary
    data : the folder with the exports; by default NBEVAL_DATA or, for an invented cohort, exports written on the spot
    dictionary : the folder of the programme's dictionary; by default NBEVAL_DICTIONARY, or the one that comes with nbeval

    Returns
    -------
    Study
        With ``clean()``, ``score()``, ``estimate()``, ``protect()`` and ``report(kind)``; nothing is read before one of them is called.

    Raises
    ------
    ParameterError
        There is no such cohort; the message names those there are.

    Examples
    --------
    >>> import nbeval
    >>> nbeval.open_study("specimen")
    Study of cohort 'specimen' (baseline, final)
    """
    workspace = Workspace(Path(dictionary) if dictionary else None, Path(data) if data else None)
    batch = os.environ.get(BATCH)
    return _shared(cohort, workspace, batch) if batch else _study(cohort, workspace)


def open_report(
    cohort: str, kind: str, *, authority: str = "", dictionary: Path | str | None = None, data: Path | str | None = None,
) -> Report:
    """Open a report of a cohort: the object from which a notebook shows exhibits and sentences.

    Parameters
    ----------
    cohort, kind : ids of the dictionary
    authority : an authority of the cohort, for kinds of report that are made for each
    dictionary, data : folders, as for ``open_study``

    Returns
    -------
    Report
        The same as ``open_study(cohort).report(kind, authority)``.

    Raises
    ------
    ParameterError
        There is no such cohort, kind or authority; the message names those there are.

    Examples
    --------
    >>> import nbeval
    >>> nbeval.open_report("specimen", "final").heading     # doctest: +SKIP
    'New Belongings: final report'
    """
    return open_study(cohort, data=data, dictionary=dictionary).report(kind, authority)


def is_confidential(cohort: Cohort) -> bool:
    """Whether a cohort's exports are answers of real people: neither invented nor in print."""
    return not cohort.invented and cohort.made_from is not SourceKind.PUBLISHED


def preload(cohort: str) -> None:
    """Read once, before the reports of a batch are made, what each of them would read."""
    results = _shared(cohort, Workspace(), os.environ[BATCH]).results()
    _ = results.disclosed, results.counts


def content_key(cohort: Cohort, data: Path, workspace: Workspace) -> str:
    """A checksum of everything a cohort's numbers depend on: exports, dictionary, code, packages, earlier releases."""
    from nbeval.cleaning.files import exports_digest
    from nbeval.release.ledger import releases_digest
    from nbeval.release.withdrawals import withdrawals_digest

    numbers = fingerprint_of_numbers(scope_of_numbers(workspace.dictionary, cohort.id))
    gone = withdrawals_digest(cohort.id, workspace.releases)
    return key_of(
        cohort=cohort.id, exports=exports_digest(cohort, data), dictionary=dict(numbers), earlier=releases_digest(cohort.id, workspace.releases),
        **({"withdrawals": gone} if gone else {}))


def _study(cohort: str, workspace: Workspace) -> Study:
    """A study of a cohort of the workspace's dictionary."""
    return Study(workspace.dictionary.cohort(cohort), workspace)


@cache
def _shared(cohort: str, workspace: Workspace, batch: str) -> Study:
    """The same study for all reports of a batch."""
    return _study(cohort, workspace)


def _open(folder: Path, key: str, dictionary: Dictionary) -> CohortResults | None:
    """What an earlier run on the same content kept, if all of it is there as it was written."""
    if not folder.is_dir():
        return None
    try:
        record = json.loads((folder / _COMPLETE).read_text(encoding="utf-8"))
        if record["tables"] != _sums(folder):
            raise ValueError("a file is not as it was written")
        inputs = tuple((name, digest) for name, digest in record["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        remove(folder)
        return None
    mark_used(folder)
    return CohortResults(key, folder, dictionary, record["tables"], inputs)


def _sums(folder: Path) -> dict[str, str]:
    """The checksums of the files as they are on the disk."""
    return {name: file_sha256(folder / f"{name}.parquet") for name in _TABLES} | {"counts": file_sha256(folder / _COUNTS)}
