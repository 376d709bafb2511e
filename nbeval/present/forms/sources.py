"""The forms of tables made from sources that are no survey, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from types import MappingProxyType

from nbeval.present.forms.deeds import (
    addressed, addressed_by, applications, calendar, conditions, delivered, involved, planned, progress,
)
from nbeval.present.forms.judgements import judgements
from nbeval.present.forms.official import official
from nbeval.present.forms.quotes import quotes
from nbeval.present.forms.ratings import agreement, gaps, gaps_by_place, movement, ratings
from nbeval.present.forms.themes import coders, themes
from nbeval.present.kinds_sources import SourceTable

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
