"""The words of reports on printed figures, in British English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PRINT: Mapping[str, str] = MappingProxyType({
    "print_when": "Where and when",
    "print_value": "In print",
    "print_coding": "Answers counted, as printed",
    "print_about": "What was asked",
    "print_fewest": "Fewest people",
    "print_most": "Most people",
    "print_earlier": "Earlier",
    "print_later": "Later",
    "print_waves": "From and to",
    "print_ours": "{People}",
    "print_others": "Beside whom",
    "print_theirs": "Their figure",
    "print_gap_interval": "Difference, {level} interval",
    "print_p_smallest": "Smallest p",
    "print_p_largest": "Largest p",
    "print_decision": "Beyond chance?",
    "yes whatever the rounding": "yes",
    "no whatever the rounding": "no",
    "cannot be decided from what was printed": "cannot be decided",
    "print_untested": "not tested",
    "print_sources": "Source",
    "print_lowest": "Lowest",
    "print_highest": "Highest",
    "print_authorities": "Of how many",
    "print_key": "Key",
    "print_title": "What it is, by whom, and when as far as it is known",
    "print_address": "Address",
    "print_read": "How it was read",
    "print_of": "{label}: {what}",
    "print_people": "{people}, {year}",
    "print_span": "{before} to {after}",
    "print_p_small": "under 0.0001",
    "base_print": "Those who took part, as far as their number is in print; it stands as the base of every percentage.",
    "source_print": "{source}. Each row names its sources; they are listed at the end.",
    "print_found_yes": "Changed, whatever was rounded away",
    "print_found_no": "No change beyond chance, whatever was rounded away",
    "print_found_open": "Cannot be decided from what was printed",
    "print_finding": "{label}: {before} ({wave_before}) and {after} ({wave_after}). Over all counts that print so, p lies between "
                     "{p_smallest} and {p_largest}, and the change between {conf_low} and {conf_high} points.",
    "print_none": "No two of the figures in print can be compared.",
})
