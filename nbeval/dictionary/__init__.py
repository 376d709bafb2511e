"""The dictionary: reads a programme's declaration into frozen, validated objects, and refuses a broken one."""

from nbeval.dictionary.load import load
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument

__all__ = ["Dictionary", "LoadedInstrument", "load"]
