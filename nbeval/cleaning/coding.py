"""Answers as text to codes, and the reason for every gap: codebooks, options, routing; what no codebook knows is refused."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind, MissingReason, Role
from nbeval.dictionary.models import Item, Response, Routing
from nbeval.errors import WITHHELD, UnknownCodeError, said_by

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# "0 - Not at all satisfied", "10 (completely)"; never "5-6", "2 or 3".
_LABELLED_END = re.compile(r"(-?\d+(?:\.\d+)?) ?[-:=(] ?[^\W\d].*")
_BLANK = "\ufeff \t\r\n\u00a0\u200b"
TICKED = ("yes", "1", "selected", "true", "ticked", "checked")
UNTICKED = ("no", "0", "not selected", "false", "unticked", "unchecked", "not ticked", "not checked")
#: as a spelling of code 1: whatever somebody typed means that the choice was made
ANY_TEXT = "*"
#: reasons as small numbers; 0 where there is a code
REASONS = tuple(MissingReason)
REASON_CODE = {reason: place for place, reason in enumerate(REASONS, start=1)}
HAS_CODE = 0
_NOT_ASKED, _NOT_APPLICABLE, _NOT_ANSWERED, _ABSENT = (REASON_CODE[reason] for reason in (
    MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE, MissingReason.NOT_ANSWERED, MissingReason.ABSENT))
_LISTED, _ALLOWED = 15, 4
_DO = (
    "if an answer is genuine, add it to response_sets.csv (or widen lowest and highest in items.csv) and record why in decisions.md;\n"
    "if the export is wrong, add a correction to corrections.csv beside the raw data;\n"
    "to leave out whole forms (people the survey was not for), declare `keep_if` for these files in the cohort's file.\n"
    "Rows are kept in err.rows and never printed: executed notebooks are published."
)


class Read(NamedTuple):
    """What an answer means: a code or a reason why there is none; the declared spelling if it was repaired."""

    code: float = float("nan")
    missing: MissingReason | None = None
    repaired: str = ""
    by_code: bool = False        # the number of the answer stood in place of its label


Reader = Callable[[str], "Read | None"]      # None: the answer is not in the codebook


def choice_reader(responses: tuple[Response, ...]) -> Reader:
    """The reader of a closed answer: as declared; else but for spaces, case or apostrophes, which counts as repaired; else by its code."""
    exact = {label: response for response in responses for label in response.spellings}
    loose: dict[str, list[Response]] = defaultdict(list)
    for label, response in exact.items():
        loose[normalise(label)].append(response)
    codes = {str(response.code): response for response in responses}
    any_text = any(ANY_TEXT in one.spellings and one.code == 1 for one in responses)
    numeric_labels = any(_NUMBER.fullmatch(label) and label != str(one.code) for label, one in exact.items())

    def read(text: str) -> Read | None:
        if text in exact:
            return _as_read(exact[text])
        alike = loose.get(normalise(text), ())
        if len({one.code for one in alike}) == 1:
            return _as_read(alike[0])._replace(repaired=alike[0].label)
        number = plain_number(text)
        code = "" if number is None or numeric_labels else f"{number:g}"
        return _as_read(codes[code])._replace(by_code=True) if code in codes else any_text and Read(1.0) or None

    return read


def number_reader(item: Item, responses: tuple[Response, ...]) -> Reader:
    """The reader of a number within bounds: by label, as it is, or as it begins a label ("0 - Not at all"), which counts as repaired."""
    labelled = choice_reader(responses)
    named = {normalise(label) for response in responses for label in response.spellings}
    low, high = (-np.inf if item.lowest is None else item.lowest), (np.inf if item.highest is None else item.highest)
    counted = {float(one.code) for one in responses if one.missing is None}
    listed = bool(counted) and np.isfinite([low, high]).all() and counted >= set(np.arange(low, high + 1))     # every answer has a row

    def read(text: str) -> Read | None:
        number, repaired = plain_number(text), ""
        if normalise(text) in named:
            found = labelled(text)
            return found if number is None or found is None else found._replace(repaired="")
        found = _LABELLED_END.fullmatch(normalise(text))
        if number is None and found:
            number, repaired = float(found[1]), f"{float(found[1]):g}"
        inside = number is not None and low <= number <= high and (not listed or number in counted)
        return Read(number, repaired=repaired) if inside else None

    return read


def option_reader(names: Iterable[str], responses: tuple[Response, ...]) -> Reader:
    """The reader of an option with a column of its own: by declared label, by its ``names``, or by a usual word for ticked and unticked."""
    declared = choice_reader(responses)
    codes = {**dict.fromkeys(UNTICKED, 0.0), **dict.fromkeys(TICKED, 1.0), **dict.fromkeys(map(normalise, names), 1.0)}

    def read(text: str) -> Read | None:
        number = plain_number(text)
        key = normalise(text) if number is None else f"{number:g}"
        return declared(text) or (Read(codes[key]) if key in codes else None)

    return read


def part_options(names: Mapping[str, tuple[str, ...]], separator: str) -> Callable[[str], frozenset[str] | None]:
    """The reader of a cell with the chosen options of a question; None where a part is no option. A label may hold the separator."""
    mark = separator.strip() or separator
    known = sorted(((normalise(name), item) for item, labels in names.items() for name in labels if normalise(name)),
                   key=lambda pair: (-len(pair[0]), pair))

    def read(text: str) -> frozenset[str] | None:
        rest = normalise(text).strip(" " + mark)
        chosen = set()
        while rest:
            for name, item in known:
                after = rest[len(name):].lstrip()
                if rest.startswith(name) and (not after or after.startswith(mark)):
                    chosen.add(item)
                    rest = after.lstrip(" " + mark)
                    break
            else:
                return None
        return frozenset(chosen)

    return read


def plain_number(text: str) -> float | None:
    """The number that a text is, if it is nothing else."""
    plain = text.strip()
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _as_read(response: Response) -> Read:
    """The meaning of a declared answer."""
    return Read(missing=response.missing) if response.missing else Read(float(response.code))


def _reader(item: Item, instrument: LoadedInstrument, version: str) -> Callable[[str], list[Read] | None]:
    """The reader of an item's answers in one version, as the reader of a list of one."""
    responses = instrument.codebook(item.item, version)
    if item.kind is ItemKind.NUMBER:
        read = number_reader(item, responses)
    elif item.kind is ItemKind.OPTION:
        read = option_reader(_option_names(item, instrument, version), responses)
    else:
        read = choice_reader(responses)
    return lambda text: None if (found := read(text)) is None else [found]


def _question_reader(options: list[Item], instrument: LoadedInstrument, version: str) -> Callable[[str], list[Read] | None]:
    """The reader of a cell that holds all chosen options of a question."""
    part = part_options({item.item: _option_names(item, instrument, version) for item in options}, instrument.record.separator)
    refused = choice_reader(tuple(one for one in instrument.codebook(options[0].item, version) if one.missing))

    def read(text: str) -> list[Read] | None:
        if (reason := refused(text)) is not None:
            return [reason] * len(options)
        chosen = part(text)
        return None if chosen is None else [Read(float(item.item in chosen)) for item in options]

    return read


def _option_names(item: Item, instrument: LoadedInstrument, version: str) -> tuple[str, ...]:
    """The forms in which an export may name an option: its label, its wording, the end of its header, the label of a set of its own."""
    headers = [column.header for column in instrument.columns_of(version) if column.item == item.item and column.role is Role.ITEM]
    ends = [header.rpartition(mark)[2] for header in headers for mark in (" | ", " - ")]
    ends += [header.rpartition("[")[2].rstrip("] ") for header in headers if header.rstrip().endswith("]")]
    own = bool(item.response_set) and sum(one.response_set == item.response_set for one in instrument.items) == 1
    labels = [label for one in instrument.codebook(item.item, version) if own and one.code == 1 and not one.missing
              for label in one.spellings]
    return tuple(filter(None, (item.label, item.wording, *ends, *labels)))


@dataclass(frozen=True)
class Spelling:
    """Answers that were repaired, or that are not in the codebook: one text of one item at one wave."""

    item: str
    wave: str
    version: str
    text: str
    read_as: str
    count: int
    answered: int            # answers given to the item at the wave, whatever they are


@dataclass(eq=False)
class Coded:
    """The answers of a source as numbers: one row per form, one column per closed item."""

    items: tuple[Item, ...]
    codes: np.ndarray                        # float; missing where there is a reason
    reasons: np.ndarray                      # HAS_CODE, or a REASON_CODE
    repaired: list[Spelling] = field(default_factory=list)
    unknown: list[Spelling] = field(default_factory=list)
    unknown_cells: list[tuple[np.ndarray, str]] = field(default_factory=list)
    #: closed questions by wave: how many answers were numbers in place of labels, and which questions had labels
    by_code: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_label: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def questions(self) -> dict[str, list[int]]:
        """The multi-select questions, each with the columns of its options."""
        found: dict[str, list[int]] = {}
        for place, item in enumerate(self.items):
            if item.kind is ItemKind.OPTION:
                found.setdefault(item.part_of, []).append(place)
        return found


def code_answers(forms: pd.DataFrame, texts: pd.DataFrame, instrument: LoadedInstrument) -> Coded:
    """The answers of a source as codes, one row per form; ``texts`` has a column per item, or per question whose options are in one cell.

    The reasons so far are not asked, not answered and those of the response sets; an answer that no codebook knows is ``invalid``.
    """
    items = tuple(item for item in instrument.items if item.kind is not ItemKind.TEXT)
    shape = (len(forms), len(items))
    coded = Coded(items, np.full(shape, np.nan), np.full(shape, _NOT_ASKED, np.int8))
    questions = coded.questions()
    columns = {item.item: [place] for place, item in enumerate(items)} | questions
    for (wave, version), rows in forms.reset_index(drop=True).groupby(["wave", "version"], sort=True).indices.items():
        for name, places in columns.items():
            if name in texts:
                of = [items[place] for place in places]
                read = _question_reader(of, instrument, version) if name in questions else _reader(of[0], instrument, version)
                _code_column(coded, rows, places, texts[name].iloc[rows], read, (name, wave, version))
    _settle_options(coded)
    return coded


def _code_column(coded: Coded, rows: np.ndarray, places: list[int], texts: pd.Series, read, where: tuple) -> None:
    """Code one column of text into the columns at ``places``; each distinct text is read once."""
    numbers, distinct = pd.factorize(texts)
    distinct = [str(text) for text in distinct]
    blank = np.array([not text.strip(_BLANK) for text in distinct], dtype=bool)
    reads = [None if empty else read(text) for text, empty in zip(distinct, blank)]
    given = numbers >= 0
    counts = np.bincount(numbers[given], minlength=len(distinct))
    answered = int(counts[~blank].sum())
    for text, empty, found, count in zip(distinct, blank, reads, counts):
        if found is None and not empty:
            coded.unknown.append(Spelling(*where, text, "", int(count), answered))
        elif found and found[0].repaired:
            coded.repaired.append(Spelling(*where, text, found[0].repaired, int(count), answered))
        if found and coded.items[places[0]].kind is ItemKind.CHOICE:
            coded.by_code[where[1]].update({where[0]: int(count)} if found[0].by_code else {})
            coded.by_label[where[1]].update([] if found[0].by_code else [where[0]])
    strange = np.array([found is None for found in reads], dtype=bool) & ~blank
    if strange.any():
        coded.unknown_cells.append((rows[np.isin(numbers, np.flatnonzero(strange))], where[0]))
    for offset, place in enumerate(places):
        known = [found[offset] if found else Read(missing=MissingReason.NOT_ANSWERED if empty else MissingReason.INVALID)
                 for found, empty in zip(reads, blank)]
        codes = np.array([one.code for one in known], dtype=float)
        reasons = np.array([REASON_CODE.get(one.missing, HAS_CODE) for one in known], dtype=np.int8)
        coded.codes[rows[given], place] = codes[numbers[given]]
        coded.reasons[rows[given], place] = reasons[numbers[given]]


def _settle_options(coded: Coded) -> None:
    """Turn blanks of a multi-select question into "not chosen" where the question was answered at all."""
    for places in coded.questions().values():
        reasons = coded.reasons[:, places]
        blank = reasons == _NOT_ANSWERED
        answered = (reasons == HAS_CODE).any(axis=1)[:, None]
        # Who ticks "prefer not to say" in one column has said it of the whole question.
        refused = np.where(np.isin(reasons, (HAS_CODE, _NOT_ANSWERED, _NOT_ASKED)), 0, reasons).max(axis=1)[:, None]
        coded.codes[:, places] = np.where(blank & answered, 0.0, coded.codes[:, places])
        settled = np.where(answered, HAS_CODE, np.where(refused > 0, refused, _NOT_ANSWERED))
        coded.reasons[:, places] = np.where(blank, settled, reasons)


class Contradiction(NamedTuple):
    """Answers to an item that the routing kept from those who gave them."""

    item: str
    wave: str
    count: int


def mark_absent(coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument) -> Coded:
    """The answers with the reason ``absent`` for what an unfinished form leaves blank after its last answer, in the order of columns.csv.

    A multi-select question with nothing chosen is absent there too, even where the export writes "no" for it.
    """
    codes, reasons = coded.codes.copy(), coded.reasons.copy()
    answered = ~np.isin(reasons, (_NOT_ASKED, _NOT_ANSWERED))
    for places in coded.questions().values():
        answered[:, places] &= (codes[:, places] == 1).any(axis=1)[:, None] | (reasons[:, places] != HAS_CODE)
    for version, rows in forms.reset_index(drop=True).groupby("version", sort=True).indices.items():
        rows = rows[forms["is_partial"].to_numpy()[rows]]
        order = _order(coded, instrument, version)
        last = np.where(answered[rows], order, -1).max(axis=1, initial=-1)[:, None]
        after = (order > last) & (reasons[rows] != _NOT_ASKED)
        codes[rows] = np.where(after, np.nan, codes[rows])
        reasons[rows] = np.where(after, _ABSENT, reasons[rows])
    return replace(coded, codes=codes, reasons=reasons)


def _order(coded: Coded, instrument: LoadedInstrument, version: str) -> np.ndarray:
    """The place of each item in the questionnaire of a version, the options of a question sharing one; -1 where it is not in it."""
    places: dict[str, int] = {}
    parts = {item.item: item.part_of or item.item for item in coded.items}
    for number, column in enumerate(instrument.columns_of(version)):
        if column.role in (Role.ITEM, Role.OPTIONS):
            places.setdefault(parts.get(column.item, column.item), number)
    return np.array([places.get(parts[item.item], -1) for item in coded.items])


def follow_routing(coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument) -> tuple[Coded, list[Contradiction]]:
    """The answers with the reason ``not_applicable`` where the routing kept an item from a respondent, and the answers given all the same.

    A route is closed where the earlier item has another code or was itself not applicable. Where the earlier item has no answer for
    another reason, a blank is not applicable too, and an answer is kept. Several routes to one item must all be open.
    """
    codes, reasons = coded.codes.copy(), coded.reasons.copy()
    names = {item.item: place for place, item in enumerate(coded.items)}
    contradictions = []
    for place, item in enumerate(coded.items):
        for route in instrument.routing:
            if route.item in (item.item, item.part_of) and route.asked_if_item in names:
                closed, out = _kept_from(codes, reasons, place, names[route.asked_if_item], route)
                against = closed & (reasons[:, place] == HAS_CODE)
                if item.kind is ItemKind.OPTION:
                    against &= codes[:, place] == 1
                counts = forms["wave"][against].value_counts().sort_index()
                contradictions += [Contradiction(item.item, str(wave), int(count)) for wave, count in counts.items()]
                codes[out, place] = np.nan
                reasons[out, place] = _NOT_APPLICABLE
    return replace(coded, codes=codes, reasons=reasons), contradictions


def _kept_from(codes: np.ndarray, reasons: np.ndarray, place: int, gate: int, route: Routing) -> tuple[np.ndarray, np.ndarray]:
    """Whom a route surely kept from an item, and whose answer or blank is therefore not applicable."""
    answered = reasons[:, gate] == HAS_CODE
    closed = (answered & ~np.isin(codes[:, gate], route.asked_if_codes)) | (reasons[:, gate] == _NOT_APPLICABLE)
    closed &= reasons[:, place] != _NOT_ASKED
    unknown = ~answered & ~np.isin(reasons[:, gate], (_NOT_ASKED, _ABSENT))
    return closed, closed | (unknown & (reasons[:, place] == _NOT_ANSWERED))


def refuse_unknown(coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument, threshold: int, *, cohort: str, source: str) -> None:
    """Stop where answers are not in their response sets; a text is shown only if ``threshold`` people gave it."""
    if not coded.unknown:
        return
    by_item: dict[tuple[str, str, str], list[Spelling]] = defaultdict(list)
    for one in coded.unknown:
        by_item[one.item, one.wave, one.version].append(one)
    total, answered = sum(one.count for one in coded.unknown), sum(group[0].answered for group in by_item.values())
    items = list(dict.fromkeys(one.item for one in coded.unknown))
    single = len(items) == 1
    first = f"item '{items[0]}'" if single else f"{len(items)} items"
    lines = [_line(key, group, threshold, instrument) for key, group in by_item.items()]
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"and {len(lines) - _LISTED} more items"]
    versions = list(dict.fromkeys((item, version) for item, _, version in by_item))
    places = [forms[["file", "row"]].iloc[rows].assign(item=item) for rows, item in coded.unknown_cells]
    raise UnknownCodeError(
        f"{first}, cohort '{cohort}': {total} of {answered} answers {'is' if total == 1 else 'are'} not in "
        f"{'the response set' if single else 'their response sets'}.",
        found="\n".join(lines),
        allowed="\n".join(f"{item}: {_allowed(item, instrument, version)}" for item, version in versions[:_ALLOWED]),
        where=f"source '{source}', instrument '{instrument.record.id}'; {_by_file(pd.concat(places))}", do=_DO,
        rows=pd.concat(places, ignore_index=True),
    )


def _by_file(places: pd.DataFrame) -> str:
    """The files in which answers are unknown, each with the number of its forms."""
    counts = places.groupby("file")["row"].nunique()
    shown = [f"{file} ({count} {'form' if count == 1 else 'forms'})" for file, count in counts.head(_LISTED).items()]
    return "; ".join(shown) + (f" and {len(counts) - _LISTED} more files" if len(counts) > _LISTED else "")


def _line(key: tuple[str, str, str], group: list[Spelling], threshold: int, instrument: LoadedInstrument) -> str:
    """What was found of one item at one wave: texts many people gave, and counts of the others."""
    item, wave, version = key
    header = next((column.header for column in instrument.columns_of(version) if column.item == item), "")
    shown = sorted((one for one in group if one.count >= threshold), key=lambda one: (-one.count, one.text))
    parts = [f"{said_by(one.text.strip(), one.count, threshold)} ({one.count} answers)" for one in shown]
    withheld = sum(one.count for one in group if one.count < threshold)
    if withheld:
        parts.append(f"{withheld} {'answer' if withheld == 1 else 'answers'} {WITHHELD}")
    at = f" at wave '{wave}'" if wave else ""
    return f"item '{item}'{at}: {'; '.join(parts)} of {group[0].answered} (export version '{version}', column '{header}')"


def _allowed(item: str, instrument: LoadedInstrument, version: str) -> str:
    """What an item or a multi-select question may hold, in one line."""
    found = next((one for one in instrument.items if one.item == item), None)
    if found is None:
        return "options: " + ", ".join(one.label for one in instrument.items if one.part_of == item)
    labels = [f"{one.code} {one.label}" for one in instrument.codebook(item, version)]
    if found.kind is ItemKind.NUMBER:
        low, high = (("any" if end is None else f"{end:g}") for end in (found.lowest, found.highest))
        labels.insert(0, f"a number, lowest {low}, highest {high}")
    elif found.kind is ItemKind.OPTION:
        labels.append(f"'{found.label}', yes, no, 1, 0, selected, not selected")
    return "; ".join(labels)
