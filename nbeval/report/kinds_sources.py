"""The kinds of exhibit made from sources that are no survey. A closed set, beside that of ``kinds``."""

from __future__ import annotations

from enum import StrEnum


class SourceTable(StrEnum):
    """What ``kind`` in ``exhibits.csv`` may say of ratings, plans, visits and conditions."""

    RATINGS = "ratings"                  # level of every area, in a number and a word
    GAPS = "gaps"                        # two bodies of raters side by side
    GAPS_BY_PLACE = "gaps_by_place"      # the same, place by place
    MOVEMENT = "movement"                # ratings then and now
    AGREEMENT = "agreement"
    PLANNED = "planned"                  # actions by area and kind
    PROGRESS = "progress"                # actions by area and status at each review
    INVOLVED = "involved"                # actions by level of involvement
    CONDITIONS = "conditions"            # conditions met, by wave
    APPLICATIONS = "applications"
    DELIVERED = "delivered"              # visits planned and held, and who was there
    CALENDAR = "calendar"                # the days of visits
    ADDRESSED = "addressed"              # change in what plans address, against the rest
    ADDRESSED_BY = "addressed_by"        # the indicators that plans address
    THEMES = "themes"                    # who told of each theme
    CODERS = "coders"                    # how far coders agree on it
    QUOTES = "quotes"                    # words of speakers, as released
    JUDGEMENTS = "judgements"            # what inspectors judged, and when
    OFFICIAL = "official"                # figures that government publishes of each authority


#: of these, those that mean nothing before there are two waves
OF_TWO_WAVES = frozenset({SourceTable.MOVEMENT, SourceTable.ADDRESSED})
#: those that show no result: their rows are words
OF_WORDS = frozenset({SourceTable.QUOTES})
