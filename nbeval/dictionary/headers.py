"""How a header or a label of an export is compared: spelling counts, typing accidents do not."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})


def normalise(text: str) -> str:
    """Bring a header or label to the form in which exports and the dictionary are compared.

    Parameters
    ----------
    text : str
        A header or label as it stands in an export or in the dictionary.

    Returns
    -------
    str
        The same text without byte-order marks and other invisible characters, with plain quotation
        marks and dashes, single spaces, none at the ends, and in small letters.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).translate(_PLAIN)
    return _SPACES.sub(" ", plain).strip().casefold()
