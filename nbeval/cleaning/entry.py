"""Entry and commitment: conditions met or not, cornerstones rated, applications and what became of them."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.records import Records
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.evidence_frames import CONDITIONS, RATINGS, empty
from nbeval.frames import check


def clean_conditions(records: Records) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean conditions and ratings of the entry to a programme.

    Parameters
    ----------
    records : Records
        The rows of one version: of one area each, or of one applicant each.

    Returns
    -------
    conditions : pandas.DataFrame
        One row per area (or applicant) x occasion with an entry.
    ratings : pandas.DataFrame
        One row per rated area x occasion.

    Raises
    ------
    UnknownCodeError
        An area or a choice is not what is declared.
    SourceError
        An authority has two rows for one area.
    """
    told = records.of(FieldRole.AREA)
    area = entries.areas(records, told[0]) if told else pd.Series("", index=records.texts.index, dtype=str)
    if told:
        entries.one_row_each(records, pd.DataFrame({"authority": records.about["authority"], "area": area}), "area")
    conditions = [_conditions(records, field, area) for field in records.of(FieldRole.STATUS)]
    ratings = [_ratings(records, field, area) for field in records.of(FieldRole.RATING)]
    return (
        check(pd.concat(conditions or [empty(CONDITIONS)], ignore_index=True), CONDITIONS),
        check(pd.concat(ratings or [empty(RATINGS)], ignore_index=True), RATINGS),
    )


def _conditions(records: Records, field: SourceField, area: pd.Series) -> pd.DataFrame:
    """The rows of one column of choices; where no column names an area, rows are numbered."""
    status = entries.choices(records, field)
    table = pd.DataFrame({
        "source": records.source, "wave": field.occasion, "authority": records.about["authority"],
        "entry": range(1, len(status) + 1) if field.area else 1, "area": field.area or area,
        "choices": field.choices, "status": status,
    })
    return table[table["status"].ne("")].reset_index(drop=True)[list(CONDITIONS.columns)].astype({"entry": int})


def _ratings(records: Records, field: SourceField, area: pd.Series) -> pd.DataFrame:
    """The rows of one column of ratings."""
    rating = pd.to_numeric(entries.choices(records, field).replace("", None)).astype(float)
    table = pd.DataFrame({
        "source": records.source, "wave": field.occasion, "authority": records.about["authority"], "raters": "",
        "rater": 1, "point": area, "area": area, "rating": rating, "people": float("nan"),
    })
    return table[table["rating"].notna()].reset_index(drop=True)
