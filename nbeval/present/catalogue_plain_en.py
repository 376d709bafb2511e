"""Plain words in British English, for readers of about eleven: they stand in for the sentences with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLAIN: Mapping[str, str] = MappingProxyType({
    # labels
    "indicator": "What we asked",
    "estimate": "Out of 100",
    "n": "How many answered",
    "now": "Now",
    "then": "Last time",
    "all": "All",
    "forms": "How many answered",
    "eligible": "How many could",
    "response_rate": "Out of 100",
    "change": "Difference",
    "verdict": "What we can say",
    "interval": "Could be from and to",
    "smallest": "Smallest difference we could see",
    "authority": "Where",
    # verdicts
    "rose": "went up",
    "fell": "went down",
    "no clear change": "too close to tell",
    "rose, by less than the smallest meaningful change": "went up, but only a little",
    "fell, by less than the smallest meaningful change": "went down, but only a little",
    "cannot tell": "too few answers to tell",
    # around an exhibit
    "invented": "Made up",
    "invented_note": "All of this is made up, to show what the page looks like. No real person gave these answers.",
    "unit_percent": "How many out of 100",
    "base_one": "{n} of you answered.",
    "base_range": "From {smallest} to {largest} of you answered each question.",
    "base_participation": "Everyone whose answers we kept.",
    "base_withheld": "We do not show how many answered.",
    "source": "What you told us in the survey. {waves}.",
    "note_unconfirmed": "We are not sure that others count all of these in the same way.",
    "note_unconfirmed_many": "We are not sure that others count some of these in the same way.",
    "note_multi": "You could pick more than one answer.",
    "note_rounded": "We round numbers, so some may look one out.",
    "note_linked": "We count what changed only for those of you who answered both times.",
    "note_weighted": "We changed the numbers a little so that they stand for all of you.",
    "note_not_estimable": "{label}: we have no number for this.",
    "note_warning": "{label}: take care with this number.",
    "show_numbers": "See the numbers for {label}",
    "describe": "{label} in words",
    "unit_line": "{unit}.",
    "base_line": "{base}",
    "source_line": "{source}",
    "legend_line": "Signs we use",
    "notes_line": "Good to know",
    "axis_percent": "How many out of 100",
    "short_rose, by less than the smallest meaningful change": "up a little",
    "short_fell, by less than the smallest meaningful change": "down a little",
    # pictures
    "alt_lines": "{count} lines of people. They show {series}.",
    "alt_line": "One line of people. It shows {series}.",
    "alt_ends": "The most is {high}, {high_value}. The least is {low}, {low_value}.",
    # sentences
    "withheld": "We do not show the number for “{label}”. Too few people gave it, and we want to keep them safe.",
    "not_estimable": "We have no number for “{label}”.",
    "no_result": "We have no number for “{label}”.",
    "nothing_in_section": "We did not ask about this.",
    "caution_repeated_cross_sections": "Not the same people answered both times. A lot went on in the world in between. So we cannot be sure why things changed.",
    "caution_matched": "We only count those of you who answered both times. A lot went on in the world in between. So we cannot be sure why things changed.",
})
