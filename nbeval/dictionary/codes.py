"""How what an export holds is compared with what is declared: labels and headers by spelling, codes by range.

Codings say which codes of an item or scale count: "7", "0-4" or several of these.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from nbeval.errors import DictionaryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

_SPACES = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_PART = re.compile(r"(-?\d+(?:\.\d+)?)(?:-(-?\d+(?:\.\d+)?))?")


def normalise(text: str) -> str:
    """A header or label as it is compared: no invisible characters, plain quotation marks and dashes, single spaces, small letters."""
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).translate(_PLAIN)
    return _SPACES.sub(" ", plain).strip().casefold()


@dataclass(frozen=True)
class CodeMatcher:
    """A set of codes as closed ranges; a single code is a range of itself."""

    ranges: tuple[tuple[float, float], ...]

    def contains(self, values: ArrayLike) -> np.ndarray:
        """Say of every value (of a series, an array or a list) whether it is one of the codes; a missing value never is."""
        import numpy as np      # not needed to read a dictionary

        numbers = values.to_numpy(dtype=float, na_value=np.nan) if hasattr(values, "to_numpy") else np.asarray(values, dtype=float)
        found = np.zeros(numbers.shape, dtype=bool)
        for low, high in self.ranges:
            found |= (numbers >= low) & (numbers <= high)
        return found

    def listed(self, lowest: float, highest: float) -> tuple[int, ...]:
        """The whole numbers from ``lowest`` to ``highest`` that are among the codes, in order."""
        return tuple(code for code in range(ceil(lowest), floor(highest) + 1) if any(low <= code <= high for low, high in self.ranges))


def matcher(codes: tuple[str, ...]) -> CodeMatcher:
    """Read a coding such as ``("0-4", "7")``: single codes, and ranges with both ends included."""
    return CodeMatcher(tuple(_range(part) for part in codes))


def _range(part: str) -> tuple[float, float]:
    """One code or range as its two ends."""
    found = _PART.fullmatch(part.strip())
    if found is None:
        raise DictionaryError(
            f"'{part}' is not a code.", allowed="a single code such as 7, or a range such as 0-4",
            do="write the codes as numbers, several parted by '; '.",
        )
    low = float(found[1])
    high = float(found[2]) if found[2] is not None else low
    if high < low:
        raise DictionaryError(f"the range '{part}' runs backwards.", allowed="lowest-highest", do=f"write {found[2]}-{found[1]}.")
    return low, high
