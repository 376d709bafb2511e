"""The records of a data dictionary: what one row or one file of it says.

Every record is frozen. Fields are documented in ``data_dictionary/README.md``, where each file has its
own section; the modules that this one gathers decide their names and types, and nothing else does.
"""

from __future__ import annotations

from nbeval.dictionary.kinds import (
    Design, Direction, ItemKind, Match, Measure, MissingReason, Role, ScaleRule, Status,
)
from nbeval.dictionary.record import Record
from nbeval.dictionary.records_instrument import Column, Comparability, Instrument, Item, Response, Routing
from nbeval.dictionary.records_measure import Benchmark, Conversion, GroupLevel, Indicator, Scale, ScaleItem
from nbeval.dictionary.records_print import PrintedFigure
from nbeval.dictionary.records_programme import (
    Authority, AuthorityCode, Cohort, Disagreement, Domain, Eligible, Margin, Note, Outcome, Overlap, Programme, ReportKind,
    Source, SourceFiles, Study, Wave, Weighting, Words,
)
from nbeval.dictionary.records_report import Citation, Disclosure, EvidenceRule, ExhibitRow, StandingRule, Term

__all__ = [
    "Authority", "AuthorityCode", "Benchmark", "Citation", "Cohort", "Column", "Comparability", "Conversion",
    "Design", "Direction", "Disagreement", "Disclosure", "Domain", "Eligible", "EvidenceRule", "ExhibitRow", "GroupLevel",
    "Indicator", "Instrument", "Item", "ItemKind", "Margin", "Match", "Measure", "MissingReason", "Note", "Outcome",
    "Overlap", "PrintedFigure", "Programme", "Record", "ReportKind", "Response", "Role", "Routing", "Scale", "ScaleItem", "ScaleRule", "Source",
    "SourceFiles", "StandingRule", "Status", "Study", "Term", "Wave", "Weighting", "Words",
]
