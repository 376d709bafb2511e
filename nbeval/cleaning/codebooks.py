"""One answer as text to its code: the rules for closed answers, numbers and ticked options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import MissingReason
from nbeval.dictionary.models import Item, Response

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# "0 - Not at all satisfied", "10 (completely)"; never "5-6", "2 or 3".
_LABELLED_END = re.compile(r"(-?\d+(?:\.\d+)?) ?[-:=(] ?[^\W\d].*")
TICKED = ("yes", "1", "selected", "true", "ticked", "checked")
UNTICKED = ("no", "0", "not selected", "false", "unticked", "unchecked", "not ticked", "not checked")


class Read(NamedTuple):
    """What an answer means: a code or a reason why there is none; the declared spelling if it was repaired."""

    code: float = float("nan")
    missing: MissingReason | None = None
    repaired: str = ""


Reader = Callable[[str], "Read | None"]      # None: the answer is not in the codebook


def choice_reader(responses: tuple[Response, ...]) -> Reader:
    """Make the reader of a closed answer.

    Parameters
    ----------
    responses : tuple of Response
        The codebook of the item in one version.

    Returns
    -------
    callable
        From text to ``Read``: by label or other spelling as declared; by the same label with other
        spaces, case or apostrophes, which counts as repaired; by code as text, unless labels are numbers
        themselves.
    """
    exact = {label: response for response in responses for label in _spellings(response)}
    loose: dict[str, set[int]] = {}
    for label, response in exact.items():
        loose.setdefault(normalise(label), set()).add(response.code)
    codes = {str(response.code): response for response in responses}
    numeric_labels = any(_NUMBER.fullmatch(label) and label != str(one.code) for label, one in exact.items())

    def read(text: str) -> Read | None:
        if text in exact:
            return _as_read(exact[text])
        key = normalise(text)
        if len(loose.get(key, ())) == 1:
            response = next(one for label, one in exact.items() if normalise(label) == key)
            return _as_read(response)._replace(repaired=response.label)
        number = plain_number(text)
        code = "" if number is None or numeric_labels else f"{number:g}"
        return _as_read(codes[code]) if code in codes else None

    return read


def number_reader(item: Item, responses: tuple[Response, ...]) -> Reader:
    """Make the reader of a number, whose ends may be labelled.

    Parameters
    ----------
    item : Item
        Its ``lowest`` and ``highest`` bound the number.
    responses : tuple of Response
        Labels that stand for a number or for a reason; may be empty.

    Returns
    -------
    callable
        From text to ``Read``: by declared label, as a plain number, or by the number before a label
        ("0 - Not at all"), which counts as repaired. None where it lies outside the bounds.
    """
    labelled = choice_reader(responses)
    named = {normalise(label) for response in responses for label in _spellings(response)}

    def read(text: str) -> Read | None:
        number, repaired = plain_number(text), ""
        if normalise(text) in named:
            found = labelled(text)
            return found if number is None or found is None else found._replace(repaired="")
        found = _LABELLED_END.fullmatch(normalise(text))
        if number is None and found:
            number, repaired = float(found[1]), f"{float(found[1]):g}"
        if number is None or _outside(number, item):
            return None
        return Read(number, repaired=repaired)

    return read


def option_reader(names: Iterable[str], responses: tuple[Response, ...]) -> Reader:
    """Make the reader of one option of a multi-select question that has a column of its own.

    Parameters
    ----------
    names : iterable of str
        The option's label in the forms in which an export may tick it.
    responses : tuple of Response
        Its codebook, if it has one: code 1 chosen, 0 not chosen, others with a reason.

    Returns
    -------
    callable
        From text to ``Read`` with code 1 or 0, by declared label, by the option's own label, or by a
        usual word for ticked and unticked.
    """
    declared = choice_reader(responses)
    codes = {**dict.fromkeys(UNTICKED, 0.0), **dict.fromkeys(TICKED, 1.0), **dict.fromkeys(map(normalise, names), 1.0)}

    def read(text: str) -> Read | None:
        found = declared(text)
        if found is not None:
            return found
        number = plain_number(text)
        key = normalise(text) if number is None else f"{number:g}"
        return Read(codes[key]) if key in codes else None

    return read


def plain_number(text: str) -> float | None:
    """The number that a text is, if it is nothing else."""
    plain = text.strip()
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _spellings(response: Response) -> list[str]:
    """The label of an answer and its other spellings."""
    return [response.label, *(part.strip() for part in response.also.split(" | ") if part.strip())]


def _as_read(response: Response) -> Read:
    """The meaning of a declared answer."""
    return Read(missing=response.missing) if response.missing else Read(float(response.code))


def _outside(number: float, item: Item) -> bool:
    """Whether a number lies outside the bounds of its item."""
    return (item.lowest is not None and number < item.lowest) or (item.highest is not None and number > item.highest)
