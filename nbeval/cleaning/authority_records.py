"""What is recorded of authorities: conditions of entry, action plans, visits and judgements of inspectors, one row each."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning.findings import NOTE, WARNING, Finding, counted
from nbeval.cleaning.records import EPOCH, Records, since_epoch, span
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.frames import ACTIONS, CONDITIONS, JUDGEMENTS, RATINGS, VISITS, check, empty


def clean_conditions(records: Records) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Conditions of entry, one row per area (or applicant) x occasion with an entry; and ratings, one row per area x occasion."""
    area = records.optional(FieldRole.AREA, records.areas)
    if records.of(FieldRole.AREA):
        records.one_row_each(pd.DataFrame({"authority": records.about["authority"], "area": area}), "area")
    conditions = [_conditions(records, field, area) for field in records.of(FieldRole.STATUS)]
    ratings = [_ratings(records, field, area) for field in records.of(FieldRole.RATING)]
    return (check(pd.concat(conditions or [empty(CONDITIONS)], ignore_index=True), CONDITIONS),
            check(pd.concat(ratings or [empty(RATINGS)], ignore_index=True), RATINGS))


def _conditions(records: Records, field: SourceField, area: pd.Series) -> pd.DataFrame:
    """The rows of one column of choices; where no column names an area, rows are numbered."""
    status = records.choices(field)
    table = pd.DataFrame({
        "source": records.source, "wave": field.occasion, "authority": records.about["authority"],
        "entry": range(1, len(status) + 1) if field.area else 1, "area": field.area or area, "choices": field.choices, "status": status,
    })
    return table[table["status"].ne("")].reset_index(drop=True)[list(CONDITIONS.columns)].astype({"entry": int})


def _ratings(records: Records, field: SourceField, area: pd.Series) -> pd.DataFrame:
    """The rows of one column of ratings."""
    table = pd.DataFrame({
        "source": records.source, "wave": field.occasion, "authority": records.about["authority"], "raters": "", "rater": 1,
        "point": area, "area": area, "rating": records.ratings(field), "people": float("nan"),
    })
    return table[table["rating"].notna()].reset_index(drop=True)


def clean_actions(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """The actions of plans, one row per action x review (a status that was not entered is empty), and what was found."""
    actions = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"],
        "action": records.keys(records.one(FieldRole.KEY), "a number for every action"),
        "area": records.areas(records.one(FieldRole.AREA)),
        **{role.value: records.optional(role, records.choices) for role in (FieldRole.INVOLVEMENT, FieldRole.KIND)},
        "due": records.optional(FieldRole.DUE, records.days, float("nan")),
        "indicators": records.optional(FieldRole.INDICATORS, records.indicators),
    })
    records.one_row_each(actions[["authority", "action"]], "action")
    reviews = [actions.assign(occasion=field.occasion, status=records.choices(field)) for field in records.of(FieldRole.STATUS)]
    table = pd.concat(reviews, ignore_index=True)[list(ACTIONS.columns)].astype({"due": float})
    lacking = int(table["status"].eq("").sum())
    return (check(table.sort_values(["authority", "action", "occasion"], ignore_index=True), ACTIONS),
            counted(NOTE, lacking, "status", "statuses", " of actions not entered.", "ask at the next review."))


def clean_visits(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """Visits and events, one row per authority and visit (``held`` is missing where it was not held), and what was found."""
    table = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"], "area": records.areas(records.one(FieldRole.AREA)),
        **{role.value: records.optional(role, records.choices) for role in (FieldRole.KIND, FieldRole.INVOLVEMENT)},
        **{role.value: records.days(records.one(role)) for role in (FieldRole.PLANNED, FieldRole.HELD)},
        **{role.value: records.optional(role, records.counts, float("nan")) for role in (FieldRole.PEOPLE, FieldRole.STAFF)},
    })[list(VISITS.columns)].astype({name: float for name in ("planned", "held", "people", "staff")})
    records.one_row_each(table[["authority", "area"]], "visit")
    not_held = int((table["held"].isna() & (table["people"].gt(0) | table["staff"].gt(0))).sum())
    return check(table.sort_values(["authority", "area"], ignore_index=True), VISITS), [
        *counted(WARNING, not_held, "visit", "visits", " not held, with people counted as present.",
                 "enter the day on which the visit was held, or take the people out."),
        *counted(WARNING, int(table["planned"].isna().sum()), "visit", "visits", " without a planned day.",
                 "enter the day that was agreed."),
    ]


def clean_judgements(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """What inspectors judged, one row per judgement, also outside the cohort's own time; and what was found."""
    framework = records.one(FieldRole.KIND)
    kind = records.filled(framework)
    table = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"], "area": records.areas(records.one(FieldRole.AREA)),
        "kind": kind, "status": records.filled(records.one(FieldRole.STATUS)), "held": _days(records, framework, kind),
    })
    records.one_row_each(table[["authority", "area", "held"]], "judgement")
    bare = set(records.cohort.authorities) - set(table["authority"])
    later = int(table["held"].gt((span(records.cohort.starts, records.cohort.ends)[1] - EPOCH).days).sum())
    return check(table.sort_values(["authority", "area", "held"], ignore_index=True), JUDGEMENTS), [
        *counted(WARNING, len(bare), "authority", "authorities", " without any judgement.",
                 "add what is published, or see that there is nothing."),
        *counted(NOTE, later, "judgement", "judgements", " later than the end of the cohort.", "reports leave them out."),
    ]


def _days(records: Records, framework: SourceField, kind: pd.Series) -> pd.Series:
    """The days of judgements, each within the time of its framework."""
    day = records.one(FieldRole.HELD)
    when = records.dates(day)
    records.refuse(day, when.isna(), "are empty", ["a day for every judgement"], "")
    frameworks = records.instrument.chosen(framework.choices)
    first = kind.map({one.code: pd.Timestamp(one.since or pd.Timestamp.min) for one in frameworks})
    last = kind.map({one.code: pd.Timestamp(one.until or pd.Timestamp.max) for one in frameworks})
    times = [f"{one.label}: {one.since or 'any day'} to {one.until or 'today'}" for one in frameworks]
    records.refuse(day, when.lt(first) | when.gt(last), "are outside the time of the framework", times, "choices.csv")
    return since_epoch(when)
