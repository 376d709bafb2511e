"""The screen of quotes: what could point to a person in words that are to be printed, by its kind and its place, never by its text.

It finds what has a shape (numbers, addresses, dates, ages), what stands on a list (names, places), what is written as a name is, and signs
that together tell of one person. It is made to find too much rather than too little, and is no substitute for reading: a first name by
itself, a name without capitals that is on no list, and what only people who know the place understand are not found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from nbeval.dictionary.enums import Identifier

_COLUMNS = ["quote", "kind", "start", "end"]
_CAPITAL, _LETTER = "A-ZÀ-ÖØ-ÞĀ-Ž", r"\w’'-"
#: a word with a capital: McDonald, O'Brien, Zoë
_NAMED = rf"(?-i:[{_CAPITAL}][{_LETTER}]*[a-zß-ÿ][{_LETTER}]*)"
_PARTICLE = r"(?:(?:de|van|der|von|al|el|bin|binti|la|di|da|du|den|ten)[ -])*"
_NHS_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True)
class Known:
    """What is known besides the words of the language: names that no quote may hold, places, and phrases that are nobody's name."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()


def screen(quotes: pd.Series, *, names: Sequence[str] = (), places: Sequence[str] = (), not_names: Sequence[str] = ()) -> pd.DataFrame:
    """Look for what could point to a person in quotes that are to be printed.

    One row per hit: ``quote`` (its id), ``kind`` (an ``Identifier``), ``start`` and ``end`` in characters; the text found is not in it.

    NHS numbers are checked by their check digit (modulus 11, NHS Data Dictionary) unless the text says what they are; a telephone number is
    one of 9 to 11 digits, or shorter where the text says so; the shapes of postcodes and of National Insurance numbers are those that Royal
    Mail and HMRC give out.
    """
    known = Known(tuple(names), tuple(places), tuple(not_names))
    hits = [(quote, kind.value, start, end) for quote, text in quotes.items() if isinstance(text, str) for kind, start, end in found_in(text, known)]
    return pd.DataFrame(hits, columns=_COLUMNS).sort_values(["quote", "start", "kind"], ignore_index=True)


def found_in(text: str, known: Known = Known()) -> list[tuple[Identifier, int, int]]:
    """What one quote holds that could point to a person: kind, start and end."""
    plain = text.replace("’", "'").replace("‘", "'").replace("\u00a0", " ")
    hits = {(kind, *found.span()) for kind, shape in _shapes() for found in shape.finditer(plain)
            if kind is not Identifier.NHS_NUMBER or _is_nhs_number(found.group())}
    hits |= set(_listed(plain, known))
    hits |= set(_written_as_names(plain, known))
    hits |= set(_combined(plain))
    return sorted(hits, key=lambda one: (one[1], one[2], one[0]))


# --- shapes ----------------------------------------------------------------------------------------

@cache
def _words() -> dict[str, list[str]]:
    """The lists of words."""
    return tomllib.loads(files("nbeval.disclosure").joinpath("screen.toml").read_text(encoding="utf-8"))


def _any(*lists: str) -> str:
    """A pattern for one of the words of some lists, the longest first."""
    return _one_of([word for name in lists for word in _words()[name]])


def _one_of(words: Sequence[str]) -> str:
    """A pattern for one of some words or phrases, the longest first, with any white space within them."""
    parts = [r"\s+".join(re.escape(part) for part in word.split()) for word in sorted({*words}, key=lambda one: (-len(one), one)) if word.strip()]
    return rf"(?:{'|'.join(parts)})" if parts else r"(?!)"


@cache
def _shapes() -> tuple[tuple[Identifier, re.Pattern[str]], ...]:
    """Every pattern, each with the kind of what it finds."""
    return tuple((kind, re.compile(shape, re.I)) for kind, shapes in {**_of_numbers(), **_of_times(), **_of_people_and_places()}.items() for shape in shapes)


def _of_numbers() -> dict[Identifier, list[str]]:
    """Addresses on the web, telephone numbers and numbers of records."""
    site = r"[a-z0-9-]+\.(?:com|org|net|uk|info|gov|edu|io|me|tv|co|wales|scot|london)\b(?:/\S*)?"
    media = r"(?:insta(?:gram)?|snap(?:chat)?|tik\s?tok|twitter|facebook|fb|discord|whatsapp|telegram|xbox|psn|youtube)"
    return {
        Identifier.EMAIL: [r"[\w.+'-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.[\w-]+)+", r"[\w.+'-]+ at [\w-]+ dot (?:com|org|net|uk|co)\b"],
        Identifier.PHONE: [
            r"(?<![\d+])(?:(?:\+|00)\s?44\s?(?:\(0\)\s?)?|\(?0)(?:[\s().-]*\d){9,10}(?!\d)", r"(?<!\w)\+\d(?:[\s().-]*\d){7,13}(?!\d)",
            r"\b(?:ring|call|text|phone|tel|mobile|number is|whatsapp)\b[^\d.!?]{0,15}(?<!\d)\d(?:[\s-]?\d){5,9}(?!\d)"],
        Identifier.POSTCODE: [r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b",
                              r"\b(?:in|near|around|postcode(?: is)?)\s+(?-i:[A-Z]{1,2}\d{1,2}[A-Z]?)\b(?!\s*(?:paper|size))"],
        Identifier.NHS_NUMBER: [r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{4}(?!\d)"],
        Identifier.NI_NUMBER: [r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[\s-]?\d){6}[\s-]?[A-D]\b",
                               r"\b(?:NI|national insurance)\s+(?:number|no)\b[^\d]{0,12}\d"],
        Identifier.RECORD_NUMBER: [r"\b(?:NHS|case|reference|ref|hospital|prison|passport|home office|student|crime|court)\s+(?:number|no|ref)\b[^\w]{0,3}"
                                   r"(?:is|was|:)?\s*[A-Z]{0,3}\W?\d[\w/-]{2,}"],
        Identifier.WEB_ADDRESS: [rf"(?:https?://|www\.)\S+|(?<![@\w]){site}", r"\b[\w-]{2,} dot (?:com|org|net|co dot uk)\b"],
        Identifier.HANDLE: [
            r"(?<![\w.])@\w[\w.]+", rf"\b{media}\b[^.!?]{{0,20}}?(?<!\w)(?=\w*[\d_.]\w|\w*_)[a-z_][\w.]{{2,}}\b",
            rf"\b(?:{media}|user\s?name|gamer\s?tag|handle|account)\s+(?:is|was|called|name is|:)\s+(?!full|on|off|not|my|the|a|so|just|where|how|all|really|private)"
            r"\w{3,}"],
    }


def _of_times() -> dict[Identifier, list[str]]:
    """Days and ages."""
    month, day, ordinal = rf"(?-i:{_any('months')})\.?", r"\d{1,2}(?:st|nd|rd|th)?", _any("ordinals")
    number = rf"(?:\d{{1,2}}|{_any('numbers')})"
    nothing_else = (r"(?!\s*(?:%|per ?cent|weeks?|months?|days?|hours?|hrs|minutes?|mins?|pounds?|quid|p\b|miles?|times?|people|of\b|out\b|different|other|more|"
                    r"steps?|points?|years?\s+(?:in|with|since|of|and|ago|later|now|into)))(?![\d.,:/%-]\d|\w|%)")
    return {
        Identifier.DATE: [
            r"(?<![\d/.-])\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}(?![\d/])", r"(?<!\d)(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?!\d)",
            rf"\b{day}\s+(?:of\s+)?{month}\b", rf"\b(?-i:{_any('months')})\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:%|people|times))",
            rf"\b{ordinal}\s+of\s+{month}", rf"\b{month},?\s+(?:of\s+)?(?:19|20)\d{{2}}\b", rf"\b{_any('days')},?\s+(?:the\s+)?{day}\b",
            r"\bon\s+(?:the\s+)?\d{1,2}/\d{1,2}\b", r"\b(?:birthday|born|dob|d\.o\.b\.?)\b[^.!?]{0,20}\d",
            r"\b(?:on|since|until|by)\s+the\s+\d{1,2}(?:st|nd|rd|th)\b(?!\s+(?:floor|time|day|week|year))"],
        Identifier.AGE: [
            rf"\b(?:i'?m|i\s+am|i\s+was|i\s+were|when\s+i\s+was|being|she'?s|he'?s|she\s+is|he\s+is|who\s+is|who\s+was|she\s+was|he\s+was|{_any('family')}\s+(?:is|was))"
            rf"\s+(?:only\s+|just\s+|now\s+|nearly\s+|about\s+|already\s+)?{number}\b{nothing_else}",
            rf"\b(?:aged?|age\s+of|turned|turning|turn)\s+{number}\b{nothing_else}", rf"\b{number}[\s-]+years?[\s-]+old\b", r"\b\d{1,2}\s?y/?o\b",
            rf"\b(?:at|since|from|until|till)\s+(?:the\s+age\s+of\s+)?(?:1[3-9]|2[0-5])\b(?![\s-]*(?:%|o'?clock|am|pm|weeks|months|days|hours|miles|pounds|people|high))(?![\d:.,/%-]\d)"],
    }


def _of_people_and_places() -> dict[Identifier, list[str]]:
    """Rooms and houses, named places, and people who are named by what they are."""
    of, name = rf"(?:{_any('workers', 'family')})s?", rf"{_NAMED}(?:\s+{_NAMED})?"
    after = _any("place_after")
    return {
        Identifier.ROOM: [
            rf"\b{_any('rooms')}\s+(?:number\s+|no\.?\s+)?(?:\d+[a-z]?|{_any('numbers')})\b(?!\s+(?:people|of\s+us|times|days|weeks|months|years|bed))",
            rf"\b{_any('rooms')}\s+(?-i:[B-HJ-Z])\b(?!')",
            rf"\b\d{{1,4}}[a-z]?,?\s+(?:{_NAMED}\s+){{1,3}}{after}\b", r"\b(?:live|lives|living|lived|stay|stayed)\s+at\s+(?:number\s+)?\d+\b", r"\bhouse\s+\d+[a-z]?\b"],
        Identifier.PLACE: [
            rf"\b(?:in|at|near|outside|around|by)\s+(?:{_any('place_before')})\s+{_NAMED}", rf"(?-i:\b(?:HMP|HMYOI|YOI|University of|City of|St\.?|Saint))\s+{_NAMED}",
            rf"\b(?:{after})\s+(?:called|named|of|in|at|on)\s+(?!(?-i:{_any('ordinary', 'months', 'days')})\b)(?:the\s+)?{_NAMED}"],
        Identifier.PERSON: [
            rf"\b{_any('titles')}\.?\s+(?!(?-i:{_any('ordinary', 'place_after')})\b){_NAMED}",
            rf"\b{of},?\s+(?:(?:is|was|are|'s)\s+)?(?:called|named|name\s+is|whose\s+name\s+is|is|was)?\s*(?!(?-i:{_any('ordinary', 'months', 'days', 'titles')})\b){name}",
            rf"(?<![\w.]){_NAMED},?\s+(?:is\s+|was\s+)?(?:my|our|the|his|her)\s+(?:\w+\s+)?{of}\b",
            rf"\b(?:called|named|name\s+is|name\s+was|name's)\s+(?!(?-i:{_any('ordinary', 'months', 'days')})\b){name}"],
    }


# --- lists -----------------------------------------------------------------------------------------

def _listed(text: str, known: Known) -> Iterator[tuple[Identifier, int, int]]:
    """Names and places of the lists, as whole words in any case; of names of several words the last one too, where it has a capital."""
    for kind, words in ((Identifier.NAME, known.names), (Identifier.PLACE, known.places)):
        for found in _whole(tuple(words)).finditer(text):
            yield kind, *found.span()
    last = sorted({name.split()[-1] for name in known.names if len(name.split()) > 1 and len(name.split()[-1]) > 2})
    if last:
        for found in re.finditer(rf"(?<!\w){_one_of([word[:1].upper() + word[1:] for word in last])}(?:'s)?(?!\w)", text):
            if not _begins_sentence(text, found.start()):
                yield Identifier.NAME, *found.span()


@cache
def _whole(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for whole names, with any white space between their words."""
    return re.compile(rf"(?<!\w){_one_of([word.replace(chr(0x2019), chr(39)).strip() for word in words])}(?:'s)?(?!\w)", re.I)


# --- what is written as a name is ------------------------------------------------------------------

def _written_as_names(text: str, known: Known) -> Iterator[tuple[Identifier, int, int]]:
    """Words with capitals that are nobody's by the lists: two together are a name, one before a word for a place, or after where, is a place."""
    ordinary = frozenset(_words()["ordinary"] + _words()["months"] + _words()["days"] + _words()["titles"])
    masked = _masked(text, tuple(known.not_names))
    for found in re.finditer(rf"(?<![\w.@/]){_NAMED}(?:\s+{_PARTICLE}{_NAMED})+", masked):
        words = [word for word in found.group().split() if word[:1].isupper()]
        first = 1 if words[0] in ordinary or _begins_sentence(masked, found.start()) and _common(words[0]) else 0
        strange = [word for word in words[first:] if word.removesuffix("'s") not in ordinary]
        if len(strange) > 1:
            place = words[-1].lower() in _words()["place_after"]
            yield (Identifier.PLACE if place else Identifier.NAME), *found.span()
        elif len(strange) == 1 and strange[0].lower() in _words()["place_after"] and len(words) - first > 1:
            yield Identifier.PLACE, *found.span()
    for found in re.finditer(rf"(?<![\w.])(?-i:[A-HJ-Z])\.?\s?(?:[A-Z]\.?\s?)?(?<=[\s.]){_NAMED}", masked):
        if found.group().split()[-1].removesuffix("'s") not in ordinary and not re.match(r"A\s", found.group()):
            yield Identifier.NAME, *found.span()
    for found in re.finditer(r"(?<![\w.])[A-Z]{4,}\s+[A-Z]{4,}(?!\w)", masked):
        if any(sign.islower() for sign in text):
            yield Identifier.NAME, *found.span()
    yield from _named_places(masked, ordinary)


def _named_places(text: str, ordinary: frozenset[str]) -> Iterator[tuple[Identifier, int, int]]:
    """One word with a capital, before a word for a place or after one for where somebody is, lives or is from."""
    for found in re.finditer(rf"(?<![\w.]){_NAMED}\s+(?i:{_any('place_after')})(?!\w)", text):
        word = found.group().split()[0]
        if word.removesuffix("'s") not in ordinary and not (_begins_sentence(text, found.start()) and _common(word)):
            yield Identifier.PLACE, *found.span()
    where = r"(?i:\b(?:in|at|near|outside|around|moved\s+to|went\s+to|live\s+by|(?:am|come|came|is|was|moved|originally)\s+from|all\s+the\s+way\s+from))"
    for found in re.finditer(rf"{where}\s+(?:the\s+)?({_NAMED})", text):
        if found[1].removesuffix("'s") not in ordinary:
            yield Identifier.PLACE, *found.span(1)


@cache
def _phrases(not_names: tuple[str, ...]) -> re.Pattern[str]:
    """Phrases in capitals that are nobody's name."""
    return re.compile(rf"(?<!\w){_one_of([*_words()['not_names'], *not_names])}(?:'?s)?(?!\w)")


def _masked(text: str, not_names: tuple[str, ...]) -> str:
    """The text with small letters in place of phrases that are nobody's name, every character in its place."""
    return _phrases(not_names).sub(lambda found: re.sub(r"\S", "x", found.group()), text)


def _begins_sentence(text: str, place: int) -> bool:
    """Whether a word is the first of a sentence, where anything has a capital."""
    before = text[:place].rstrip(" \t\n\"'“‘(")
    return not before or before[-1] in ".!?:;…-–—" or "\n" in text[len(before):place]


def _common(word: str) -> bool:
    """Whether a word that begins a sentence is one that many sentences begin with, and no name."""
    return word.lower().removesuffix("'s") in _BEGIN


_BEGIN = frozenset("""
a about after again all also although always an and another any anyone are as ask asking at because been before being best big both but by can come
could did do does doing don't during each even ever every everybody everyone everything feel few finally find first for from get getting give
go going good got great had has have having he hearing help her here his how however if in is it it's its just keep knowing last later let like
living lots make many maybe me meeting moving most my myself never new next nice no nobody not nothing now of often on once one only or other our
out over people please quite really seeing she she's should since so some somebody someone something sometimes speak still such talking tell that
that's the their them then there there's these they they're thing things think this those though thanks through time to today together tomorrow
too try trying two under until up us very visit was wasn't we we're we've well went were what what's when whenever where which while who why will with
without working would yes yesterday yet you you're your our dear
""".split())


# --- combinations ----------------------------------------------------------------------------------

def _combined(text: str) -> Iterator[tuple[Identifier, int, int]]:
    """Two signs of different kinds, none of which tells of anybody by itself: where somebody was, when, what they are to others, what few are."""
    when = rf"(?<![\d/])(?:19|20)\d{{2}}(?![\d/])|(?-i:\b(?:{_any('months')})\b(?<!May)(?<!March)|\b(?:in|last|since|next|this)\s+(?:May|March)\b)"
    signs = {"setting": rf"\b{_any('setting')}\b", "when": when, "relation": rf"\b(?:pregnant|twins?|triplets?)\b|\b(?:my|our|her|his|a|i'm|am|was|got)\s+(?:\w+\s+)?{_any('relation')}\b",
             "rare": rf"\b{_any('rare')}\b"}
    first = {name: found.span() for name, shape in signs.items() if (found := re.search(shape, text, re.I))}
    if len(first) > 1:
        yield Identifier.COMBINATION, min(start for start, _ in first.values()), max(end for _, end in first.values())


def _is_nhs_number(text: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it."""
    digits = [int(character) for character in text if character.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, _NHS_WEIGHTS, strict=False)) % 11
    return check != 10 and digits[9] == check % 11
