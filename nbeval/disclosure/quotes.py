"""Quotes: what stops one from being printed until a person has decided.

The screen says what kind of thing it found and where; it never repeats the text. It finds what has a
shape (numbers, addresses, names on a list) and is no substitute for reading the quote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import pandas as pd

from nbeval.errors import ParameterError

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

    Parameters
    ----------
    quotes : one text per quote, by the quote's id
    names : names of people and places that must not appear, as the cohort supplied them

    Returns
    -------
    DataFrame
        one row per hit: ``quote``, ``kind`` (an ``Identifier``), and ``start`` and ``end``, the
        position in characters. The text found is not in it.

    Notes
    -----
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
    """Whether the attributes printed beside a quote describe enough people for none to be known by them.

    Parameters
    ----------
    respondents : one row per respondent, with a column per attribute
    attributes : the printed values, by column
    threshold : the least number of respondents that all of them together must describe

    Raises
    ------
    ParameterError
        An attribute is not a column of the respondents.
    """
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
