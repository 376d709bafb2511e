"""What the entries of a field mean: a choice, an area, a number, a day. What is not known stops the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from nbeval.cleaning.records import Records
from nbeval.cleaning.times import read_times
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.models import SourceField
from nbeval.errors import SourceError, UnknownCodeError

EPOCH = pd.Timestamp("1970-01-01")
_DO = ("if an entry is genuine, add its spelling to the file named above; if the export is wrong, put it right at its "
       "source or add a correction to corrections.csv beside the raw data.")


def choices(records: Records, field: SourceField) -> pd.Series:
    """The codes of the choices of a field; empty where nothing was entered.

    Raises
    ------
    UnknownCodeError
        An entry is none of the declared choices.
    """
    known = {}
    for one in records.instrument.chosen(field.choices):
        known |= {normalise(text): one.code for text in (one.code, one.label, *one.also.split(" | ")) if text}
    allowed = [one.label for one in records.instrument.chosen(field.choices)]
    return coded(records, field, known, allowed, "choices.csv")


def areas(records: Records, field: SourceField) -> pd.Series:
    """The areas that the entries of a field name, by id or label.

    Raises
    ------
    UnknownCodeError
        An entry is no area of the instrument, or there is none.
    """
    known = {normalise(text): one.area for one in records.instrument.areas for text in (one.area, one.label)}
    found = coded(records, field, known, [one.label for one in records.instrument.areas], "areas.csv")
    refuse(records, field, found.eq(""), "name no area", [one.label for one in records.instrument.areas], "areas.csv")
    return found


def coded(
    records: Records, field: SourceField, known: Mapping[str, str], allowed: Iterable[str], file: str,
) -> pd.Series:
    """The ids of what entries name; empty where nothing was entered."""
    given = records.text(field).map(normalise)
    wrong = given.ne("") & ~given.isin(list(known))
    refuse(records, field, wrong, "are not known", allowed, file)
    return given.map({**known, "": ""}).astype(str)


def indicators(records: Records, field: SourceField) -> pd.Series:
    """The indicators that entries name, by id, label or short name, parted by the separator; as ids parted by "; ".

    Raises
    ------
    UnknownCodeError
        An entry names what is no indicator.
    """
    known = {
        normalise(text): one.indicator
        for one in records.dictionary.indicators for text in (one.short, one.label, one.indicator)
    }
    mark = records.instrument.record.separator
    parted = records.text(field).map(lambda text: [normalise(part) for part in text.split(mark) if part.strip()])
    wrong = parted.map(lambda parts: any(part not in known for part in parts)).astype(bool)
    refuse(records, field, wrong, "name something that is no indicator", ["ids and labels of indicators.csv"],
           "indicators.csv")
    return parted.map(lambda parts: "; ".join(dict.fromkeys(known[part] for part in parts))).astype(str)


def counts(records: Records, field: SourceField) -> pd.Series:
    """Numbers of people; missing where nothing was entered.

    Raises
    ------
    UnknownCodeError
        An entry is no whole number.
    """
    given = records.text(field)
    wrong = given.ne("") & ~given.str.fullmatch(r"\d{1,5}")
    refuse(records, field, wrong, "are no whole numbers", ["0, 1, 2 ..."], "")
    return pd.to_numeric(given.where(given.ne("")), errors="coerce").astype(float)


def dates(records: Records, field: SourceField) -> pd.Series:
    """The dates of a field; missing where nothing was entered.

    Raises
    ------
    UnknownCodeError
        An entry is no date.
    """
    given = records.text(field)
    # Every authority writes dates in its own way, and a workbook's own dates come as ISO among typed ones.
    iso = given.str.match(r"\d{4}-").rename("iso")
    when = given.groupby([records.about["file"].rename("file"), iso], group_keys=False).apply(read_times).reindex(given.index)
    refuse(records, field, given.ne("") & when.isna(), "are no dates", ["2020-03-31 or 31/03/2020"], "")
    return when


def days(records: Records, field: SourceField) -> pd.Series:
    """Days since 1 January 1970; missing where nothing was entered.

    Raises
    ------
    UnknownCodeError
        An entry is no date, or a day outside the time of the cohort.
    """
    when = dates(records, field)
    first, last = span(records.cohort.starts, records.cohort.ends)
    outside = when.lt(first) | when.gt(last)
    refuse(records, field, outside, "lie outside the time of the cohort",
           [f"{first.date().isoformat()} to {last.date().isoformat()}"], f"cohorts/{records.cohort.id}.toml")
    return since_epoch(when)


def since_epoch(when: pd.Series) -> pd.Series:
    """Dates as days since 1 January 1970."""
    return (when - EPOCH).dt.days.astype(float)


def span(starts: str, ends: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of a time that is known to the year, the month or the day."""
    last = pd.Period(ends).end_time.normalize() if ends else pd.Timestamp("2200-12-31")
    return pd.Period(starts).start_time, last


def one_row_each(records: Records, keys: pd.DataFrame, what: str) -> None:
    """Stop where two rows of an export are of the same thing.

    Raises
    ------
    SourceError
        A key stands twice.
    """
    twice = keys.duplicated(keep=False)
    if twice.any():
        raise SourceError(
            f"source '{records.source}' of cohort '{records.cohort.id}': {int(twice.sum())} rows are of the same {what}.",
            found=records.places(twice), allowed=f"one row for each {what}", where=", ".join(sorted(set(records.about["file"][twice]))[:4]),
            do="keep the row that holds, or give each its own number.",
        )


def refuse(
    records: Records, field: SourceField, wrong: pd.Series, what: str, allowed: Iterable[str], file: str,
) -> None:
    """Stop where entries of a field are wrong; the message has their places and not their text.

    Raises
    ------
    UnknownCodeError
        There is such an entry; ``rows`` holds the places.
    """
    if not wrong.any():
        return
    declared = f"instruments/{records.instrument.record.id}/{file}" if file in ("choices.csv", "areas.csv") else file
    raise UnknownCodeError(
        f"source '{records.source}' of cohort '{records.cohort.id}', column '{field.header}': "
        f"{int(wrong.sum())} of {len(wrong)} entries {what}.",
        found=f"{records.places(wrong)} (text withheld)", allowed=", ".join(allowed), where=declared,
        do=_DO if declared else "put the entries right at their source, or add a correction to corrections.csv beside the raw data.",
        rows=records.about[wrong.to_numpy()],
    )
