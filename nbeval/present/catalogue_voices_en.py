"""Words about themes, quotes and official figures, in British English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VOICES: Mapping[str, str] = MappingProxyType({
    "theme": "Theme",
    "of_number": "of {number}",
    "kappa_plain": "Kappa",
    "documents_twice": "Read by two coders",
    "unit_themes": "Numbers of {areas} and of speakers",
    "base_themes": "All documents that were coded; who told of several themes counts at each. The head of a column says how many there were.",
    "official_measure": "Published figure",
    "official_year": "Year to 31 March {year}",
    "unit_official": "As published: per cent, or means from 0 to 10",
    "base_official": "Everybody whom the publisher counts. Figures are public already and shown as published.",
    "quote": "In their words",
    "quoted": "“{words}”",
    "speaker": "Who speaks",
    "unit_quotes": "",
    "base_quotes": "Quotes whose speakers agreed to be quoted and that were released by hand.",
    "unit_coders": "Kappa: 0 is chance, 1 is full agreement",
    "base_coders": "All documents that two coders read.",
})
