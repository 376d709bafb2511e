"""What belongs to one invented export: its columns, its codebooks, its own random numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Column, Wave
from nbeval.dictionary.specimen_models import Mess, VersionStyle
from nbeval.specimen.streams import stream

Canary = Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Export:
    """One file to be written."""

    name: str                            # its path below the cohort's data folder
    number: int                          # its place among the files of the cohort
    version: str
    wave: Wave | None
    instrument: LoadedInstrument
    dictionary: Dictionary
    canary: Canary | None = None         # rewrites free-text and identifying cells

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its version."""
        return self.instrument.columns_of(self.version)

    @property
    def mess(self) -> Mess:
        """How untidy it is."""
        return self.dictionary.specimen.mess

    @property
    def style(self) -> VersionStyle:
        """How files of its version are written."""
        styles = (style for style in self.dictionary.specimen.versions if style.version == self.version)
        return next(styles, VersionStyle(version=self.version))

    def random(self, *purpose: str) -> np.random.Generator:
        """The random numbers of one purpose in this file."""
        return stream(self.dictionary.specimen.seed, self.name, *purpose)

    def planted(self, cells: list[str]) -> list[str]:
        """Cells that hold what a person typed or is known by, marked where a test asks for it."""
        return [self.canary(cell) for cell in cells] if self.canary else cells
