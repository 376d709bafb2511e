"""Words about themes, quotes, judgements of inspectors and official figures, in British English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VOICES: Mapping[str, str] = MappingProxyType({
    "theme": "Theme",
    "of_number": "of {number}",
    "kappa_plain": "Kappa",
    "documents_twice": "Read by two coders",
    "unit_themes": "Numbers, of how many the head of each column says",
    "base_themes": "All documents that were coded; who told of several themes counts at each.",
    "official_measure": "Figure",
    "official_year": "Year to 31 March {year}",
    "unit_official": "As in the source: per cent, or means from 0 to 10",
    "base_official": "Everybody whom the table of the source counts. Figures stand as they do in it.",
    "judged_before": "Last before: {wave}",
    "judged_by": "Last by the end of: {wave}",
    "grade": "Grade",
    "judged_on": "Day",
    "judged_day": "{day} ({framework})",
    "direction": "Direction",
    "judged_better": "better",
    "judged_worse": "worse",
    "judged_same": "the same grade",
    "judged_never": "no judgement",
    "judged_first": "no earlier judgement",
    "judged_not_again": "not judged again",
    "judged_other_framework": "{direction}, under another framework",
    "or": "or",
    "said_judged": "On “{label}”, {count} of {total} {areas} with a judgement stood at {grades} before the first survey.",
    "said_judged_since": "On “{label}”, {before} of {total_before} {areas} with a judgement stood at {grades} before the first survey, and {count} of {total} by the end of the last.",
    "said_judged_first": "On “{label}”, {count} of {total} {areas} with a judgement stood at {grades} by the end of the last survey; none had been judged on it before the first.",
    "said_judged_none": "On “{label}”, no {area} has a judgement yet; the table shows the others.",
    "unit_judgements": "Grades and days",
    "base_judgements": "All judgements in the table of the source: of each {area} the last one by the time that the head of a column names.",
    "quote": "In their words",
    "quoted": "“{words}”",
    "speaker": "Who speaks",
    "unit_quotes": "",
    "base_quotes": "Quotes whose speakers agreed to be quoted and that were released by hand.",
    "unit_coders": "Kappa: 0 is chance, 1 is full agreement",
    "base_coders": "All documents that two coders read.",
})
