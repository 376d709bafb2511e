"""The forms of tables made from sources that are no survey, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from types import MappingProxyType

from nbeval.report.forms.deeds import (
    addressed, addressed_by, applications, calendar, conditions, delivered, involved, planned, progress,
)
from nbeval.report.forms.judgements import judgements
from nbeval.report.forms.official import official
from nbeval.report.forms.quotes import quotes
from nbeval.report.forms.ratings import agreement, gaps, gaps_by_place, movement, ratings
from nbeval.report.forms.themes import coders, themes
from nbeval.report.kinds_sources import SourceTable

SOURCE_FORMS = MappingProxyType({
    SourceTable.RATINGS: ratings,
    SourceTable.GAPS: gaps,
    SourceTable.GAPS_BY_PLACE: gaps_by_place,
    SourceTable.MOVEMENT: movement,
    SourceTable.AGREEMENT: agreement,
    SourceTable.PLANNED: planned,
    SourceTable.PROGRESS: progress,
    SourceTable.INVOLVED: involved,
    SourceTable.CONDITIONS: conditions,
    SourceTable.APPLICATIONS: applications,
    SourceTable.DELIVERED: delivered,
    SourceTable.CALENDAR: calendar,
    SourceTable.ADDRESSED: addressed,
    SourceTable.ADDRESSED_BY: addressed_by,
    SourceTable.THEMES: themes,
    SourceTable.CODERS: coders,
    SourceTable.QUOTES: quotes,
    SourceTable.JUDGEMENTS: judgements,
    SourceTable.OFFICIAL: official,
})
