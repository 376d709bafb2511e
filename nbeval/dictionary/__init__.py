"""The dictionary: reads a programme's declaration into frozen, validated objects, and refuses a broken one."""

from nbeval.dictionary.loaded import Dictionary, LoadedInstrument
from nbeval.dictionary.reading import load

__all__ = ["Dictionary", "LoadedInstrument", "load"]
