"""Quotes: which may be printed. Screened, decided upon by a person where the screen found something, and describing enough people.

A person who lets pass what the screen found names each kind of finding that is overruled; a decision that does not name it is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Identifier
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.disclosure.screen import Known, screen
from nbeval.errors import DisclosureError, ParameterError


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


#: what is left of a quote: nothing that says which authority it is from
COLUMNS = ("source", "wave", "quote", "speaker", "area", "attributes", "text")
_LISTED = 12


def release_quotes(
    quotes: pd.DataFrame, names: Sequence[str], respondents: pd.DataFrame, cohort: Cohort, dictionary: Dictionary,
) -> pd.DataFrame:
    """Let out the quotes that may be printed.

    Those on which somebody decided otherwise are left out. Raises ``DisclosureError`` where the screen found something that nobody who
    decided has named and signed, or where what is printed of a speaker describes too few; the message names quotes, kinds of finding and
    their places, never their words. ``names`` are those that no quote may hold, ``known`` what else is known of names and places.
    """
    kept, known = [], known_to(names, cohort, dictionary)
    for source, rows in quotes.groupby("source", sort=False):
        instrument = dictionary.instrument(next(one.instrument for one in cohort.sources if one.id == source))
        lets_out = [one.code for one in instrument.choices if one.choices == "decision" and one.counts]
        printed = rows["decision"].eq("") | rows["decision"].isin(lets_out)
        _refuse_undecided(rows[printed | ~rows["signed"]], known)
        out = rows[printed]
        _refuse_few(out, respondents, instrument, dictionary.disclosure.threshold)
        kept.append(out)
    table = pd.concat(kept, ignore_index=True) if kept else quotes
    return table[list(COLUMNS)].astype(str)


#: words at the end of the name of an authority, without which people speak of it
_OF_AUTHORITIES = ("city", "county", "borough", "metropolitan", "district", "council", "unitary", "authority", "of")


def known_to(names: Sequence[str], cohort: Cohort, dictionary: Dictionary) -> Known:
    """What a programme knows of names and places: its authorities, as they are called and for short, and what disclosure.toml declares."""
    rules = dictionary.disclosure.quotes
    places = [part for one in cohort.authorities for part in _called(dictionary.authority(one).name)]
    return Known(tuple(names), tuple([*places, *rules.places]), rules.not_names)


def _called(name: str) -> tuple[str, ...]:
    """The name of an authority without what follows in brackets, and without the words for what kind it is."""
    whole = name.partition(" (")[0]
    words = whole.split()
    while words and words[-1].lower() in _OF_AUTHORITIES:
        words.pop()
    while words and words[0].lower() in (*_OF_AUTHORITIES, "london", "royal", "the") and len(words) > 1:
        words.pop(0)
    return (whole, " ".join(words) or whole)


def _refuse_undecided(rows: pd.DataFrame, known: Known) -> None:
    """Stop where the screen finds something that no signed decision names."""
    hits = screen(rows.set_index("quote")["text"], names=known.names, places=known.places, not_names=known.not_names)
    signed = rows[rows["decision"].ne("") & rows["signed"]]
    overruled = {(one.quote, kind) for one in signed.itertuples() for kind in one.overruled.split("; ") if kind}
    left = hits[[pair not in overruled for pair in zip(hits["quote"], hits["kind"], strict=True)]]
    if left.empty:
        return
    more = len(left) - _LISTED
    raise DisclosureError(
        f"{left['quote'].nunique()} quotes hold what may point to a person, and nobody has decided on all of it.",
        found="; ".join(f"quote {one.quote}: {one.kind} at {one.start + 1} to {one.end}" for one in left.head(_LISTED).itertuples())
        + (f"; and {more} more" if more > 0 else "") + " (text withheld)",
        allowed="a decision in the file of quotes, signed, that names each kind of finding that is overruled: " + ", ".join(Identifier),
        do="read the quote and change its words, or enter the decision, who took it and the kinds that it overrules; nothing is published until then.",
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
