"""What a row is of the tables made from sources that are no survey.

    RATINGS       one row per rating
    ACTIONS       one row per action x review
    VISITS        one row per visit
    CONDITIONS    one row per condition (or applicant) x occasion
    CODES         one row per document x coder x theme
    QUOTES        one row per quote that is released with consent
    JUDGEMENTS    one row per judgement of inspectors
    OFFICIAL      one row per published figure

What somebody typed (comments, owners, the wording of an action, coded segments) is in none of them but QUOTES.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

RATINGS = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "wave": pa.Column(str),
        "authority": pa.Column(str),
        "raters": pa.Column(str),                    # the body of raters; empty where there is one only
        "rater": pa.Column(int),                     # 1, 2 ... where several of a body rated apart
        "point": pa.Column(str),
        "area": pa.Column(str),
        "rating": pa.Column(float, nullable=True),   # missing where the point was not rated
        "people": pa.Column(float, nullable=True),   # young people behind the ratings; missing where they are of others
    },
    unique=["source", "wave", "authority", "raters", "rater", "point"], strict=True, name="RATINGS",
)

ACTIONS = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "authority": pa.Column(str),
        "action": pa.Column(str),                    # its number in the plan; means nothing outside it
        "area": pa.Column(str),
        "occasion": pa.Column(str),                  # the review
        "status": pa.Column(str),
        "involvement": pa.Column(str),
        "kind": pa.Column(str),
        "due": pa.Column(float, nullable=True),      # days since 1 January 1970
        "indicators": pa.Column(str),                # ids parted by "; "
    },
    unique=["source", "authority", "action", "occasion"], strict=True, name="ACTIONS",
)

VISITS = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "authority": pa.Column(str),
        "area": pa.Column(str),                      # which visit or event
        "kind": pa.Column(str),                      # in person, online
        "involvement": pa.Column(str),               # what part care experienced people had in it
        "planned": pa.Column(float, nullable=True),  # days since 1 January 1970
        "held": pa.Column(float, nullable=True),     # missing where it was not held
        "people": pa.Column(float, nullable=True),
        "staff": pa.Column(float, nullable=True),
    },
    unique=["source", "authority", "area"], strict=True, name="VISITS",
)

CONDITIONS = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "wave": pa.Column(str),                      # empty where it holds for no wave: an application
        "authority": pa.Column(str),                 # empty for applicants
        "entry": pa.Column(int),                     # 1, 2 ... where an area has several entries (applicants)
        "area": pa.Column(str),
        "choices": pa.Column(str),                   # the set that ``status`` is of
        "status": pa.Column(str),
    },
    unique=["source", "wave", "authority", "area", "entry"], strict=True, name="CONDITIONS",
)

CODES = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "wave": pa.Column(str),
        "authority": pa.Column(str),
        "document": pa.Column(int),                  # an interview, a return or an open answer; means nothing outside this run
        "speaker": pa.Column(str),                   # who speaks in it
        "coder": pa.Column(int),
        "area": pa.Column(str),                      # the theme; empty where the coder read it and gave none
    },
    unique=["source", "document", "coder", "area"], strict=True, name="CODES",
)

QUOTES = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "wave": pa.Column(str),
        "quote": pa.Column(str),                     # its number
        "speaker": pa.Column(str),
        "area": pa.Column(str),                      # the theme
        "text": pa.Column(str),
        "attributes": pa.Column(str),                # what is to be printed of the speaker: group=level, parted by "; "
        "decision": pa.Column(str),                  # what somebody decided; empty where nobody did
        "signed": pa.Column(bool),
    },
    unique=["source", "wave", "quote"], strict=True, name="QUOTES",
)

JUDGEMENTS = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "authority": pa.Column(str),
        "area": pa.Column(str),                      # what was judged
        "kind": pa.Column(str),                      # the framework it was judged under
        "status": pa.Column(str),                    # the grade
        "held": pa.Column(float),                    # its day, in days since 1 January 1970
    },
    unique=["source", "authority", "area", "held"], strict=True, name="JUDGEMENTS",
)

OFFICIAL = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "authority": pa.Column(str),
        "year": pa.Column(int),                      # by its last day, 31 March
        "measure": pa.Column(str),
        "unit": pa.Column(str),
        "value": pa.Column(float, nullable=True),    # missing where a symbol was published
        "conf_low": pa.Column(float, nullable=True),
        "conf_high": pa.Column(float, nullable=True),
        "symbol": pa.Column(str),
    },
    unique=["source", "authority", "year", "measure"], strict=True, name="OFFICIAL",
)


def empty(contract: pa.DataFrameSchema) -> pd.DataFrame:
    """A table of this kind without rows."""
    types = {name: str(column.dtype) for name, column in contract.columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was collected from all sources of a cohort that are no survey."""

    ratings: pd.DataFrame
    actions: pd.DataFrame
    visits: pd.DataFrame
    conditions: pd.DataFrame
    codes: pd.DataFrame
    quotes: pd.DataFrame
    judgements: pd.DataFrame
    official: pd.DataFrame
    names: tuple[str, ...]       # that no quote may hold
    findings: pd.DataFrame       # frames.FINDINGS
    inputs: pd.DataFrame         # one row per file, as in frames.CleanedCohort
