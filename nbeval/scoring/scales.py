"""Scales: items combined by a published rule into a score. One implementation, for any DataFrame and for the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import MissingReason, ScaleRule
from nbeval.dictionary.models import Scale as DeclaredScale
from nbeval.errors import FrameError, ParameterError
from nbeval.scoring.recoding import codes_of, column_of

Range = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """Items and the published rule by which they become one score.

    Parameters
    ----------
    items : columns of a frame, in the order of the questionnaire
    reverse : those in which more is less of the scale; they are reflected about the declared range, never the observed one
    range : lowest and highest code of every item, or a mapping with the range of each; needed to reverse, and for labelled answers
    rule : ``"mean"``, ``"sum"`` (needs every item), ``"prorated_sum"`` (mean of the answered items times the number of items) or
        ``"count"`` (how many items have one of their ``counts_when`` codes)
    minimum_answered : fewest answered items for which there is a score; all of them unless it is said
    counts_when : for the rule ``"count"``: codes such as ``("0-4",)``, for all items or by item
    conversion : the published table from complete raw scores to scale scores; with one every item is needed
    name : of the score, as a column
    label : in words, for tables and charts

    Raises
    ------
    ParameterError
        The parts contradict one another; the message says which.

    Examples
    --------
    >>> import nbeval
    >>> nbeval.Scale(items=["calm", "rested", "worried"], reverse=["worried"], range=(1, 5), rule="mean", minimum_answered=2)
    Scale 'score': mean of 3 items, 1 reversed, at least 2 answered
    """

    items: Sequence[str]
    reverse: Sequence[str] = ()
    range: Range | Mapping[str, Range] | None = None
    rule: ScaleRule | str = ScaleRule.MEAN
    minimum_answered: int | None = None
    counts_when: Sequence[str] | Mapping[str, Sequence[str]] = ()
    conversion: Mapping[float, float] = field(default_factory=dict)
    name: str = "score"
    label: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.items, str) or isinstance(self.reverse, str):
            raise _fault("items and reversed items are lists of columns.", do='write items=["a", "b"].')
        known = [rule.value for rule in ScaleRule]
        if self.rule not in known:
            raise _fault(f"there is no rule '{self.rule}'.", allowed=", ".join(known), do="choose one of these.")
        object.__setattr__(self, "items", tuple(self.items))
        object.__setattr__(self, "reverse", tuple(self.reverse))
        object.__setattr__(self, "rule", ScaleRule(self.rule))
        object.__setattr__(self, "conversion", MappingProxyType(dict(self.conversion)))
        for name in ("range", "counts_when"):
            value = getattr(self, name)
            frozen = MappingProxyType(dict(value)) if isinstance(value, Mapping) else value if value is None else tuple(value)
            object.__setattr__(self, name, frozen)
        if self.minimum_answered is None:
            object.__setattr__(self, "minimum_answered", len(self.items))
        self._check()

    def _check(self) -> None:
        """Refuse parts that contradict one another."""
        if not self.items or len(set(self.items)) < len(self.items):
            raise _fault("a scale has at least one item, and none of them twice.", found=f"{len(self.items)} items",
                         do="name every item once.")
        strange = [item for item in self.reverse if item not in self.items]
        if strange:
            raise _fault(f"{len(strange)} reversed items are not items of the scale.", found=", ".join(strange),
                         allowed=", ".join(self.items), do="name them among the items, or leave them out.")
        without = [item for item in self.reverse if self.range_of(item) is None]
        if without:
            raise _fault("an item can only be reversed about a declared range.", found=f"no range of: {', '.join(without)}",
                         do="give range=(lowest, highest), or a mapping from each item to its own.")
        backwards = [item for item in self.items if (ends := self.range_of(item)) and ends[0] >= ends[1]]
        if backwards:
            raise _fault("a range runs from the lowest to the highest code.", found=f"another order for: {', '.join(backwards)}",
                         do="give range=(lowest, highest).")
        if not 1 <= self.minimum_answered <= len(self.items):
            raise _fault("the fewest answered items must be possible.", found=str(self.minimum_answered),
                         allowed=f"1 to {len(self.items)}", do="give a number of items.")
        if self.rule is ScaleRule.COUNT and not all(self.counted(item) for item in self.items):
            raise _fault("the rule 'count' needs to know which codes count.", do='give counts_when=("0-4",), or a mapping by item.')

    def __repr__(self) -> str:
        """The rule in a line; no answer."""
        reverse = f", {len(self.reverse)} reversed" if self.reverse else ""
        return f"Scale '{self.name}': {self.rule.value} of {len(self.items)} items{reverse}, at least {self.needed} answered"

    @classmethod
    def declared(cls, scale: DeclaredScale, ranges: Mapping[str, Range]) -> Scale:
        """A scale as a dictionary declares it.

        Parameters
        ----------
        scale : from ``read_dictionary(folder).scale(id)``
        ranges : ``read_dictionary(folder).ranges``
        """
        return cls(
            items=[one.item for one in scale.items], reverse=[one.item for one in scale.items if one.reverse],
            range={one.item: ranges[one.item] for one in scale.items if one.item in ranges}, rule=scale.rule,
            minimum_answered=scale.minimum_answered, counts_when={one.item: one.counts_when for one in scale.items},
            conversion={one.raw: one.score for one in scale.conversion}, name=scale.id, label=scale.label,
        )

    @property
    def needed(self) -> int:
        """How many items must be answered: all of them for a plain sum and for a conversion table."""
        return len(self.items) if self.rule is ScaleRule.SUM or self.conversion else self.minimum_answered

    def range_of(self, item: str) -> Range | None:
        """Lowest and highest code of an item; None where they are not declared."""
        return self.range.get(item) if isinstance(self.range, Mapping) else self.range

    def counted(self, item: str) -> tuple[str, ...]:
        """The codes of an item that count, for the rule ``"count"``."""
        return tuple(self.counts_when.get(item, ()) if isinstance(self.counts_when, Mapping) else self.counts_when)


def score(frame: pd.DataFrame, scale: Scale | DeclaredScale) -> pd.Series:
    """Score a scale for every respondent.

    Parameters
    ----------
    frame : one row per respondent
        With a column for each item: numbers, or answers that ``label`` or ``clean`` made ordered categories.
    scale : a ``Scale``, or one of ``read_dictionary(folder).scale(id)`` for a frame of ``clean``

    Returns
    -------
    pandas.Series of float
        One score per respondent, in scale points, with the index of ``frame``; named by the scale. In ``.attrs``: ``label``, ``rule``,
        ``n_scored`` and ``n_missing`` (respondents with too few answers). The frame is not altered.

    Raises
    ------
    ParameterError
        The frame lacks an item, or answers that are no numbers have no declared codes.
    FrameError
        Answers are outside the declared range, or raw scores outside the conversion table; the message counts them.

    Notes
    -----
    Missing rule: a respondent with fewer than ``minimum_answered`` answered items has no score; ``"sum"`` and scales with a
    conversion table need every item. Nothing is imputed beyond the published proration of ``"mean"`` and ``"prorated_sum"``.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> survey = pd.DataFrame({"calm": [5, 4, None], "rested": [4, None, None], "worried": [1, 2, 3]})
    >>> scale = nbeval.Scale(items=["calm", "rested", "worried"], reverse=["worried"], range=(1, 5), minimum_answered=2)
    >>> nbeval.score(survey, scale).round(2).tolist()
    [4.67, 4.0, nan]
    """
    if isinstance(scale, DeclaredScale):
        scale = Scale.declared(scale, frame.attrs.get("ranges", {}))
    codes = np.column_stack([
        codes_of(column_of(frame, item), lowest=(scale.range_of(item) or (None,))[0]) for item in scale.items
    ]) if len(frame) else np.empty((0, len(scale.items)))
    _refuse_outside(codes, scale)
    scores, _ = scored(codes, scale)
    found = pd.Series(scores, index=frame.index, name=scale.name)
    count = int(np.isfinite(scores).sum())
    found.attrs = {"label": scale.label or scale.name, "rule": scale.rule.value, "n_scored": count, "n_missing": len(found) - count}
    return found


def scored(codes: np.ndarray, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    """The score of each respondent, and how many items they answered; ``codes`` has one column per item, NaN where missing."""
    counted = np.column_stack([entering(codes[:, place], item, scale) for place, item in enumerate(scale.items)])
    n_answered = np.isfinite(counted).sum(axis=1)
    found = np.where(n_answered >= scale.needed, _combined(counted, scale.rule, n_answered), np.nan)
    return (_converted(found, scale) if scale.conversion else found), n_answered


def entering(codes: np.ndarray, item: str, scale: Scale) -> np.ndarray:
    """One item as it enters the rule: reversed where it is declared so, or 1 and 0 under the rule ``"count"``."""
    values = np.asarray(codes, dtype=float)
    if scale.rule is ScaleRule.COUNT:
        return np.where(np.isfinite(values), matcher(scale.counted(item)).contains(values).astype(float), np.nan)
    if item in scale.reverse:
        lowest, highest = scale.range_of(item)
        return lowest + highest - values
    return values


def score_answers(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Score one scale from answers as the pipeline lays them out (``frames.ANSWERS``); items of other scales are ignored. One row per
    respondent who was given at least one of its items: ``respondent``, ``score`` (scale points), ``n_answered`` and ``missing`` (a
    MissingReason where there is no score). Sorted by respondent."""
    items = list(scale.items)
    given = answers[answers["item"].isin(items)]
    wide = given.pivot(index="respondent", columns="item", values="code").reindex(columns=items)
    scores, n_answered = scored(wide.to_numpy(dtype=float), scale)
    found = pd.DataFrame({"respondent": wide.index.to_numpy(), "score": scores, "n_answered": n_answered})
    found["missing"] = _reason(given, found)
    return found.sort_values("respondent", ignore_index=True)


def scale_items(answers: pd.DataFrame, scales: Iterable[Scale]) -> pd.DataFrame:
    """Lay out the items of every scale, all in its direction, for the study of the measurement itself. One row per respondent x item of a
    scale: ``respondent``, ``wave``, ``scale``, ``item`` and ``code``, as it enters the rule."""
    blocks = [pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})]
    for scale in scales:
        for item in scale.items:
            rows = answers[answers["item"].eq(item)]
            blocks.append(pd.DataFrame({
                "respondent": rows["respondent"], "wave": rows["wave"].astype(str), "scale": scale.name,
                "item": item, "code": entering(rows["code"].to_numpy(), item, scale),
            }))
    return pd.concat(blocks[1:] or blocks, ignore_index=True)


def _refuse_outside(codes: np.ndarray, scale: Scale) -> None:
    """Refuse answers outside the declared range of their item."""
    lines = []
    for place, item in enumerate(scale.items):
        ends = scale.range_of(item)
        outside = int(((codes[:, place] < ends[0]) | (codes[:, place] > ends[1])).sum()) if ends else 0
        lines += [f"'{item}': {outside} of {int(np.isfinite(codes[:, place]).sum())} answers"] if outside else []
    if lines:
        raise FrameError(
            f"scale '{scale.name}': answers are outside the declared range.", found="; ".join(lines),
            allowed="the range of the scale", do="correct the range, or set those answers to missing before scoring.")


def _combined(counted: np.ndarray, rule: ScaleRule, n_answered: np.ndarray) -> np.ndarray:
    """The raw score of each respondent by the rule; nothing answered gives 0/0, which is missing."""
    total = np.nansum(counted, axis=1)
    if rule in (ScaleRule.SUM, ScaleRule.COUNT):
        return total
    mean = np.divide(total, n_answered, out=np.full(len(total), np.nan), where=n_answered > 0)
    return mean * counted.shape[1] if rule is ScaleRule.PRORATED_SUM else mean


def _converted(scores: np.ndarray, scale: Scale) -> np.ndarray:
    """Raw scores through the published table; one outside it is refused."""
    table = scale.conversion
    outside = sorted({raw for raw in scores[np.isfinite(scores)] if raw not in table})
    if outside:
        raise FrameError(
            f"scale '{scale.name}': {len(outside)} raw totals are not in its conversion table.",
            allowed=f"{min(table)} to {max(table)}, {len(table)} entries", where=f"the conversion of scale '{scale.name}'",
            do="add the missing entries from the scale's manual, or correct its items.",
        )
    return np.array([table.get(raw, np.nan) for raw in scores])


def _reason(given: pd.DataFrame, found: pd.DataFrame) -> pd.Categorical:
    """Why there is no score: the one reason that all items share, else not answered."""
    without = found["score"].isna().to_numpy()
    reasons = np.where(without, MissingReason.NOT_ANSWERED.value, None).astype(object)
    gaps = given.dropna(subset=["missing"]).groupby("respondent", observed=True)["missing"]
    n_items = given.groupby("respondent", observed=True).size()
    shared = gaps.agg(["nunique", "first", "size"])
    shared = shared[(shared["nunique"] == 1) & (shared["size"] == n_items.reindex(shared.index))]
    one = found["respondent"].map(shared["first"].astype(object)).to_numpy()
    reasons = np.where(without & pd.notna(one), one, reasons)
    return pd.Categorical(reasons, categories=[reason.value for reason in MissingReason])


def _fault(what: str, *, found: str = "", allowed: str = "", do: str) -> ParameterError:
    """A fault of a scale's definition."""
    return ParameterError(what, found=found, allowed=allowed, where="Scale(...)", do=do)
