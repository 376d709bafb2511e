"""Which quotes leave: screened, decided upon by a person where the screen found something, and told of nobody alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.disclosure.quotes import describes_at_least, screen
from nbeval.errors import DisclosureError

#: what is left of a quote: nothing that says which authority it is from
COLUMNS = ("source", "wave", "quote", "speaker", "area", "attributes", "text")
_LISTED = 12


def release_quotes(
    quotes: pd.DataFrame, names: Sequence[str], respondents: pd.DataFrame, cohort: Cohort, dictionary: Dictionary,
) -> pd.DataFrame:
    """Let out the quotes that may be printed.

    Parameters
    ----------
    quotes : one row per quote that is released with consent (``evidence_frames.QUOTES``)
    names : names that no quote may hold, as the cohort supplied them; those of its authorities are added
    respondents : one row per respondent, with ``wave`` and a column per group
    cohort, dictionary : the declarations; the instrument says which decision lets a quote out

    Returns
    -------
    one row per quote to be printed
        ``COLUMNS``; those on which somebody decided otherwise are left out.

    Raises
    ------
    DisclosureError
        The screen found something in a quote on which nobody has decided, or what is printed of a speaker describes fewer
        people than may be described. The message names quotes and kinds of finding, never their words.
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
    """The names of a cohort's authorities, without what stands behind them in brackets."""
    return [dictionary.authority(one).name.partition(" (")[0] for one in cohort.authorities]


def _refuse_undecided(rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Stop where the screen finds something and no signed decision stands beside it."""
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
