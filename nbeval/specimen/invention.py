"""What one invented file of a source that is no survey is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import Choice, Cohort, Source, SourceField, SourceFiles
from nbeval.dictionary.specimen_models import SpecimenEvidence
from nbeval.specimen.export import Canary
from nbeval.specimen.streams import stream


@dataclass(frozen=True, eq=False)
class Invention:
    """One file to be written, with its declarations and its own random numbers."""

    cohort: Cohort
    dictionary: Dictionary
    source: Source
    files: SourceFiles
    authorities: tuple[str, ...]
    canary: Canary | None = None         # rewrites what a person typed or is known by

    @property
    def name(self) -> str:
        """The file's path below the cohort's data folder."""
        return self.files.pattern.replace("{authority}", self.authorities[0]).partition("#")[0]

    @property
    def instrument(self) -> LoadedEvidence:
        """The instrument of the source."""
        return self.dictionary.instrument(self.source.instrument)

    @property
    def fields(self) -> tuple[SourceField, ...]:
        """The fields of the file's version."""
        return self.instrument.fields_of(self.files.version)

    @property
    def declared(self) -> SpecimenEvidence:
        """What is to be invented."""
        return self.dictionary.specimen_evidence

    @property
    def later(self) -> int:
        """How many waves lie before that of the file."""
        waves = [wave.id for wave in self.cohort.waves]
        return waves.index(self.files.wave) if self.files.wave in waves else 0

    def random(self, *purpose: str) -> np.random.Generator:
        """The random numbers of one purpose in this file."""
        return stream(self.declared.seed, self.name, *purpose)

    def typed(self, text: str) -> str:
        """What a person typed, marked where a test asks for it."""
        return self.canary(text) if self.canary else text

    def spelt(self, choice: Choice, random: np.random.Generator) -> str:
        """A choice as somebody wrote it: its label, at times another declared spelling or a stray space."""
        others = [text for text in choice.also.split(" | ") if text]
        text = str(random.choice(others)) if others and random.random() < 0.15 else choice.label
        return f"{text} " if random.random() < 0.05 else text

    def wave_offset(self, occasion: str) -> int:
        """How many waves lie before an occasion; 0 where it is no wave."""
        waves = [wave.id for wave in self.cohort.waves]
        return waves.index(occasion) if occasion in waves else 0
