"""Where things lie: the dictionary, the raw exports, and what has already been worked out.

The cache holds disclosed results and findings, never an answer and never an unprotected number. It
is addressed by content: exports, dictionary, code and packages. It may be deleted at any time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nbeval import dictionary, folders
from nbeval.cache import made_whole, used
from nbeval.checksums import code_digest, sha256_of
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.errors import SourceError


@dataclass(frozen=True)
class Workspace:
    """The places a run works with; what is not given comes from the environment or the project."""

    dictionary_folder: Path | None = None
    data_folder: Path | None = None
    cache_folder: Path | None = None
    releases_folder: Path | None = None

    @cached_property
    def dictionary(self) -> Dictionary:
        """The programme's dictionary."""
        return dictionary.load(self.dictionary_folder)

    @property
    def cache(self) -> Path:
        """The folder for what need not be worked out twice."""
        return Path(self.cache_folder) if self.cache_folder else folders.cache_folder()

    @property
    def releases(self) -> Path:
        """The reports' folder whose record says what was published before."""
        return Path(self.releases_folder or os.environ.get("NBEVAL_RELEASES") or folders.project() / folders.REPORTS)

    def releasing_to(self, out: Path) -> Workspace:
        """The same places, with the record of releases in ``out`` unless another folder was named for it."""
        named = self.releases_folder or os.environ.get("NBEVAL_RELEASES")
        return self if named else replace(self, releases_folder=out)

    def data_of(self, cohort: Cohort) -> Path:
        """The folder with a cohort's exports; those of an invented cohort are written where no folder was asked for.

        Figures in print lie in the dictionary.

        Raises
        ------
        SourceError
            No data folder was given for a cohort that is not invented, or it does not exist.
        """
        if cohort.made_from is SourceKind.PUBLISHED:
            return self.dictionary.folder / "published"
        named = self.data_folder or os.environ.get("NBEVAL_DATA")
        root = Path(named) if named else None
        if root and (root / cohort.id).is_dir():
            return root
        if cohort.invented and not self.data_folder:
            return self._specimen(cohort)
        if root and root.is_dir() and not cohort.invented:
            return root
        raise SourceError(
            f"there is no data folder for cohort '{cohort.id}'.",
            found="no folder was named" if not root else f"no folder '{cohort.id}' in the folder that was named"
            if root.is_dir() else "a folder was named that does not exist",
            do="leave --data out, to have its invented exports written on the spot." if cohort.invented
            else "name the folder that holds the cohort's exports with --data, or in the variable NBEVAL_DATA.",
        )

    def _specimen(self, cohort: Cohort) -> Path:
        """The invented exports of a cohort, written once for each state of dictionary and code."""
        folder = self.cache / "specimen" / sha256_of(cohort.id, self.dictionary.digest, code_digest())[:16]
        if not folder.is_dir():
            from nbeval.specimen import write_specimen

            with made_whole(folder) as half:
                write_specimen(cohort, self.dictionary, half / cohort.id)
        used(folder)
        return folder
