"""Labels: answers as ordered categories, with the codes, the variable labels and the reasons for gaps beside them."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind, MissingReason
from nbeval.dictionary.files import suggestion
from nbeval.dictionary.models import Cohort
from nbeval.errors import WITHHELD, ParameterError, UnknownCodeError, said_by

#: a message repeats an answer that is not declared only if so many people gave it
SHOWN_FROM = 5
NOT_CHOSEN, CHOSEN = "not chosen", "chosen"


class UndeclaredAnswers(UserWarning):
    """Answers that no label declares: counted, and missing in the labelled frame with the reason ``invalid``."""


class Labelled(NamedTuple):
    """A labelled frame and, in the same shape, why an answer is missing."""

    frame: pd.DataFrame
    missing: pd.DataFrame


def label(
    frame: pd.DataFrame, answers: Mapping[str, Sequence[str] | Mapping[Any, str]], *,
    missing: Sequence[Any] | Mapping[Any, str] = (), names: Mapping[str, str] | None = None, undeclared: str = "warn",
    reasons: bool = False,
) -> pd.DataFrame | Labelled:
    """Turn the answers of some columns into ordered categories.

    Parameters
    ----------
    frame : one row per respondent
    answers : for each column its labels in order (their codes are 1, 2, ...), or a mapping from each code to its label
    missing : values that stand for no answer; or a mapping from each to its reason (``not_answered``, ``dont_know``,
        ``prefer_not_to_say``, ``not_asked``, ``not_applicable``)
    names : labels of the columns themselves, in words
    undeclared : what happens to any other answer: ``"warn"`` counts it and makes it missing (``invalid``); ``"raise"`` stops
    reasons : return the reasons beside the frame

    Returns
    -------
    pandas.DataFrame
        One row per respondent, the other columns as they were. In ``.attrs``: ``labels`` (of columns), ``codes`` (``{column:
        {code: label}}``), ``ranges`` (lowest and highest code) and ``missing`` (``{column: {reason: count}}``). With ``reasons=True``
        a pair (``frame``, ``missing``); ``missing`` has the labelled columns, each cell a reason or missing where there is an answer.

    Raises
    ------
    ParameterError
        There is no such column, or a label or a reason is declared twice or unknown.
    UnknownCodeError
        ``undeclared="raise"``, and there are such answers. The message counts them; it repeats one only if five people gave it.

    Notes
    -----
    Case and blanks around an answer do not matter. No answer is dropped in silence: what is not declared is counted in the warning
    ``UndeclaredAnswers`` and in ``.attrs["missing"]``.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> survey = pd.DataFrame({"lonely": ["Never", "often ", "", "Sometimes"]})
    >>> labelled = nbeval.label(survey, {"lonely": ["Never", "Sometimes", "Often"]}, missing=[""], names={"lonely": "Feels lonely"})
    >>> labelled["lonely"].tolist()
    ['Never', 'Often', nan, 'Sometimes']
    >>> labelled.attrs["codes"]["lonely"], labelled.attrs["missing"]["lonely"]
    ({1: 'Never', 2: 'Sometimes', 3: 'Often'}, {'not_answered': 1})
    """
    gaps = _gaps(missing)
    if undeclared not in ("warn", "raise"):
        raise ParameterError(f"undeclared answers cannot be met with '{undeclared}'.", allowed="warn, raise", do="choose one of these.")
    labelled, why, found = frame.copy(), {}, {}
    for column, declared in answers.items():
        if column not in frame:
            known = [str(one) for one in frame.columns]
            raise ParameterError(f"there is no column '{column}'.", where="the frame", do=suggestion(str(column), known))
        codes = _codes(column, declared)
        categories, why[column], strange = _read(frame[column], codes, gaps, declared_by_code=isinstance(declared, Mapping))
        labelled[column] = categories
        found |= {column: strange} if strange else {}
        _note(labelled, column, codes, why[column])
    if names:
        labelled.attrs["labels"] = {**labelled.attrs.get("labels", {}), **names}
    _report(found, frame, undeclared)
    return Labelled(labelled, pd.DataFrame(why, index=frame.index)) if reasons else labelled


def labelled_items(codes: pd.DataFrame, instrument: LoadedInstrument, versions: Sequence[str]) -> pd.DataFrame:
    """Codes of an instrument's items (one column each) as labelled columns; where versions label a code in two ways, the last one holds."""
    columns, attrs = {}, {"labels": {}, "codes": {}, "ranges": {}}
    for item in instrument.items:
        if item.item not in codes:
            continue
        attrs["labels"][item.item] = item.label
        labels = _labels_of(item, instrument, versions)
        if item.kind is ItemKind.NUMBER or not labels:
            columns[item.item] = codes[item.item].astype(float)
            if item.lowest is not None and item.highest is not None:
                attrs["ranges"][item.item] = (float(item.lowest), float(item.highest))
        else:
            columns[item.item] = _categorical(codes[item.item], labels)
            attrs["codes"][item.item] = labels
            attrs["ranges"][item.item] = (float(min(labels)), float(max(labels)))
    frame = pd.DataFrame(columns, index=codes.index)
    frame.attrs = attrs
    return frame


def labelled_answers(answers: pd.DataFrame, respondents: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> Labelled:
    """The answers of a cohort, wide and labelled: one row per respondent, with ``wave``, ``authority`` and a column per item."""
    wide = answers.pivot(index="respondent", columns="item", values="code")
    known = respondents.set_index("respondent")[["wave", "authority"]].reindex(wide.index)
    used = {source.instrument: tuple(dict.fromkeys(one.version for one in source.files)) for source in cohort.sources if source.files}
    parts = [labelled_items(wide, one, used[one.record.id]) for one in dictionary.instruments if one.record.id in used]
    frame = pd.concat([known, *parts], axis=1)
    frame.attrs = {name: {key: value for part in parts for key, value in part.attrs[name].items()}
                   for name in ("labels", "codes", "ranges")}
    missing = answers.pivot(index="respondent", columns="item", values="missing")
    return Labelled(frame, missing.set_axis([str(name) for name in missing.columns], axis=1))


def _labels_of(item: Any, instrument: LoadedInstrument, versions: Sequence[str]) -> dict[int, str]:
    """The labels of an item's codes, each label once."""
    found = {one.code: one.label for version in versions for one in instrument.codebook(item.item, version) if one.missing is None}
    if item.kind is ItemKind.OPTION and set(found) <= {1}:
        found = {0: NOT_CHOSEN, 1: CHOSEN}
    twice = {text for text, count in Counter(found.values()).items() if count > 1}
    return {code: f"{found[code]} ({code})" if found[code] in twice else found[code] for code in sorted(found)}


def _categorical(codes: pd.Series, labels: Mapping[int, str]) -> pd.Categorical:
    """Codes as ordered categories; a code without a label keeps its number."""
    given = sorted({*labels, *codes.dropna().unique()})
    positions = pd.Index(given).get_indexer(codes.fillna(np.inf))
    return pd.Categorical.from_codes(positions, categories=[labels.get(code, f"{code:g}") for code in given], ordered=True)


def _codes(column: str, declared: Sequence[str] | Mapping[Any, str]) -> dict[Any, str]:
    """The label of each code, in the order of the codes."""
    if isinstance(declared, str):
        raise ParameterError(f"the answers of '{column}' are a list or a mapping.", where="label", do='write {"column": ["No", "Yes"]}.')
    codes = dict(declared) if isinstance(declared, Mapping) else dict(enumerate(declared, start=1))
    labels = [normalise(str(text)) for text in codes.values()]
    if len(set(labels)) < len(labels) or not labels:
        raise ParameterError(f"the labels of '{column}' must differ." if labels else f"no answers are declared for '{column}'.",
                             found=f"{len(labels)} labels", where="label", do="give every answer a label of its own.")
    return codes


def _gaps(missing: Sequence[Any] | Mapping[Any, str]) -> dict[str, str]:
    """The reason of each value that stands for no answer."""
    if isinstance(missing, str):
        missing = [missing]
    reasons = dict(missing) if isinstance(missing, Mapping) else dict.fromkeys(missing, MissingReason.NOT_ANSWERED.value)
    known = [reason.value for reason in MissingReason]
    strange = [str(reason) for reason in reasons.values() if reason not in known]
    if strange:
        raise ParameterError(f"'{strange[0]}' is no reason for a missing answer.", allowed=", ".join(known), where="label",
                             do=suggestion(strange[0], known))
    return {_text(value): str(MissingReason(reason).value) for value, reason in reasons.items()}


def _text(value: Any) -> str:
    """A value as text to compare: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return normalise(str(value))


def _read(
    column: pd.Series, codes: Mapping[Any, str], gaps: Mapping[str, str], *, declared_by_code: bool,
) -> tuple[pd.Categorical, pd.Series, Counter]:
    """A column as categories, the reason of every gap, and the answers that are not declared."""
    by_code = declared_by_code or pd.api.types.is_numeric_dtype(column)
    positions = {_text(code): place for place, code in enumerate(codes)} if by_code else {}
    positions |= {normalise(str(text)): place for place, text in enumerate(codes.values())}
    numbers, distinct = pd.factorize(column)
    texts = [_text(value) for value in distinct]
    place = np.array([-1 if text in gaps else positions.get(text, -1) for text in texts] + [-1], dtype=int)
    reason = np.array([gaps.get(text, "" if text in positions else MissingReason.INVALID.value) for text in texts]
                      + [MissingReason.NOT_ANSWERED.value], dtype=object)
    counts = np.bincount(numbers[numbers >= 0], minlength=len(distinct))
    strange = Counter({str(value): int(count) for value, text, count in zip(distinct, texts, counts, strict=True)
                       if text not in gaps and text not in positions})
    categories = pd.Categorical.from_codes(place[numbers], categories=[str(text) for text in codes.values()], ordered=True)
    why = pd.Series(pd.Categorical(np.where(place[numbers] >= 0, None, reason[numbers]), categories=[one.value for one in MissingReason]),
                    index=column.index)
    return categories, why, strange


def _note(frame: pd.DataFrame, column: str, codes: Mapping[Any, str], why: pd.Series) -> None:
    """Note the codes, the range and the gaps of a column beside the frame."""
    numeric = [code for code in codes if isinstance(code, (int, float, np.number)) and not isinstance(code, bool)]
    gaps = {name: int(count) for name, count in why.value_counts().items() if count}
    added = {"codes": {code: str(text) for code, text in codes.items()}, "missing": gaps}
    if len(numeric) == len(codes):
        added["ranges"] = (float(min(numeric)), float(max(numeric)))
    for name, value in added.items():
        frame.attrs[name] = {**frame.attrs.get(name, {}), column: value}


def _report(found: Mapping[str, Counter], frame: pd.DataFrame, undeclared: str) -> None:
    """Warn of answers that are not declared, or stop: counts, and the texts that many people gave."""
    if not found:
        return
    lines = []
    for column, strange in found.items():
        shown = [f"{said_by(text, count, SHOWN_FROM)} ({count})" for text, count in strange.most_common() if count >= SHOWN_FROM]
        rare = sum(count for count in strange.values() if count < SHOWN_FROM)
        shown += [f"{rare} given by fewer than {SHOWN_FROM} people each {WITHHELD}"] if rare else []
        lines.append(f"'{column}': {sum(strange.values())} of {int(frame[column].notna().sum())} answers: {', '.join(shown)}")
    if undeclared == "raise":
        raise UnknownCodeError(f"answers of {len(found)} columns are not declared.", found="\n".join(lines), where="label",
                               do="declare them among the answers, or among the values that are missing.")
    warnings.warn(f"answers that are not declared are missing (invalid). {'; '.join(lines)}", UndeclaredAnswers, stacklevel=3)
