"""Quotes: which may be printed. Screened, decided upon by a person where the screen found something, and describing enough people.

The screen says what kind of thing it found and where; it never repeats the text. It finds what has a shape (numbers, addresses,
names on a list) and is no substitute for reading the quote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.errors import DisclosureError, ParameterError

_WEIGHTS = range(10, 1, -1)


class Identifier(StrEnum):
    """A kind of text that points to a person."""

    NAME = "name"
    EMAIL = "e-mail address"
    PHONE = "telephone number"
    POSTCODE = "postcode"
    NHS_NUMBER = "NHS number"
    NI_NUMBER = "National Insurance number"
    WEB_ADDRESS = "web address"


_SHAPES = {
    Identifier.EMAIL: re.compile(r"[\w.+'-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.[\w-]+)+", re.I),
    Identifier.PHONE: re.compile(r"(?<![\d+])(?:(?:\+|00)\s?44\s?(?:\(0\)\s?)?|\(?0)(?:[\s().-]*\d){9,10}(?!\d)"),
    Identifier.POSTCODE: re.compile(r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b", re.I),
    Identifier.NHS_NUMBER: re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{4}(?!\d)"),
    Identifier.NI_NUMBER: re.compile(
        r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[\s-]?\d){6}[\s-]?[A-D]\b", re.I),
    Identifier.WEB_ADDRESS: re.compile(
        r"(?:https?://|www\.)\S+|(?<![@\w])[a-z0-9-]+\.(?:com|org|net|uk|info|gov|edu|io|me|tv)\b(?:/\S*)?|(?<!\w)@\w{2,}", re.I),
}


def screen(quotes: pd.Series, *, names: Sequence[str] = ()) -> pd.DataFrame:
    """Look for what could point to a person in quotes that are to be printed.

    One row per hit: ``quote`` (its id), ``kind`` (an ``Identifier``), ``start`` and ``end`` in characters; the text found is not in it.

    NHS numbers are checked by their check digit (modulus 11, NHS Data Dictionary); a telephone
    number is a United Kingdom one of 10 or 11 digits; the shapes of postcodes and of National
    Insurance numbers are those that HMRC and Royal Mail give out.
    """
    shapes = dict(_SHAPES)
    if any(name.strip() for name in names):
        shapes[Identifier.NAME] = _names(names)
    hits = [
        (quote, kind.value, found.start(), found.end())
        for quote, text in quotes.items() if isinstance(text, str)
        for kind, shape in shapes.items() for found in shape.finditer(text)
        if kind is not Identifier.NHS_NUMBER or _is_nhs_number(found.group())
    ]
    return pd.DataFrame(hits, columns=["quote", "kind", "start", "end"]).sort_values(
        ["quote", "start", "kind"], ignore_index=True)


def describes_at_least(respondents: pd.DataFrame, attributes: Mapping[str, str], threshold: int) -> bool:
    """Whether the attributes printed beside a quote describe enough people for none to be known by them."""
    unknown = sorted(set(attributes) - set(respondents.columns))
    if unknown:
        raise ParameterError(
            "a quote is printed with an attribute that the respondents do not have.", found=", ".join(unknown),
            allowed=", ".join(map(str, respondents.columns)), do="name columns of the table of respondents.",
        )
    described = pd.Series(True, index=respondents.index)
    for name, value in attributes.items():
        described &= respondents[name].astype(object).eq(value)
    return int(described.sum()) >= threshold


def _names(names: Sequence[str]) -> re.Pattern[str]:
    """A pattern for whole names, the longest first, with any white space between their words."""
    words = sorted({name.strip() for name in names if name.strip()}, key=lambda one: (-len(one), one))
    parts = [r"\s+".join(re.escape(word) for word in name.split()) for name in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?:['’]s)?(?!\w)", re.I)


def _is_nhs_number(text: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it."""
    digits = [int(character) for character in text if character.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)) % 11
    return check != 10 and digits[9] == check % 11


#: what is left of a quote: nothing that says which authority it is from
COLUMNS = ("source", "wave", "quote", "speaker", "area", "attributes", "text")
_LISTED = 12


def release_quotes(
    quotes: pd.DataFrame, names: Sequence[str], respondents: pd.DataFrame, cohort: Cohort, dictionary: Dictionary,
) -> pd.DataFrame:
    """Let out the quotes that may be printed.

    Those on which somebody decided otherwise are left out. Raises ``DisclosureError`` where the screen found something on which nobody has
    decided, or where what is printed of a speaker describes too few; the message names quotes and kinds of finding, never their words.
    """
    kept = []
    for source, rows in quotes.groupby("source", sort=False):
        instrument = dictionary.instrument(next(one.instrument for one in cohort.sources if one.id == source))
        decided = rows["decision"].ne("") & rows["signed"]
        _refuse_undecided(rows[~decided], (*names, *_places(cohort, dictionary)))
        lets_out = [one.code for one in instrument.choices if one.choices == "decision" and one.counts]
        out = rows[rows["decision"].eq("") | rows["decision"].isin(lets_out)]
        _refuse_few(out, respondents, instrument, dictionary.disclosure.threshold)
        kept.append(out)
    table = pd.concat(kept, ignore_index=True) if kept else quotes
    return table[list(COLUMNS)].astype(str)


def _places(cohort: Cohort, dictionary: Dictionary) -> list[str]:
    """The names of a cohort's authorities, without what follows in brackets."""
    return [dictionary.authority(one).name.partition(" (")[0] for one in cohort.authorities]


def _refuse_undecided(rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Stop where the screen finds something and there is no signed decision on it."""
    hits = screen(rows.set_index("quote")["text"], names=names)
    if hits.empty:
        return
    found = hits.drop_duplicates(["quote", "kind"])
    raise DisclosureError(
        f"{found['quote'].nunique()} quotes hold what may point to a person, and nobody has decided on them.",
        found="; ".join(f"quote {one.quote}: {one.kind}" for one in found.head(_LISTED).itertuples()) + " (text withheld)",
        allowed="a decision, signed, in the file of quotes",
        do="read the quote, change its words or enter the decision and who took it; nothing is published until then.",
    )


def _refuse_few(rows: pd.DataFrame, respondents: pd.DataFrame, instrument: LoadedInstrument, threshold: int) -> None:
    """Stop where what is printed of a speaker would describe too few people."""
    people = {one.code for one in instrument.choices if one.choices == "speaker" and one.people}
    few = [
        row.quote for row in rows.itertuples()
        if row.attributes and (row.speaker not in people or not _enough(row, respondents, threshold))
    ]
    if few:
        raise DisclosureError(
            f"what is printed beside {len(few)} quotes describes too few people.", found="; ".join(f"quote {one}" for one in few[:_LISTED]),
            allowed=f"attributes of speakers that describe at least {threshold} of those who answered at the wave",
            do="print less of the speaker: empty one of the columns of attributes. Of people who work there print none.",
        )


def _enough(row: tuple, respondents: pd.DataFrame, threshold: int) -> bool:
    """Whether those who answered at the wave of a quote and are as it says are enough."""
    said = dict(part.split("=", 1) for part in row.attributes.split("; "))
    if respondents.empty:
        return False
    return describes_at_least(respondents, {"wave": row.wave, **said} if row.wave else said, threshold)
