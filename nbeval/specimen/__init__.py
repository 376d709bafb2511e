"""Invented exports, drawn from the dictionary, so that everything can be tried without anybody's answers."""

from nbeval.specimen.people import target_shares
from nbeval.specimen.writing import write_specimen

__all__ = ["target_shares", "write_specimen"]
