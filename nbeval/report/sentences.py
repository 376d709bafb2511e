"""Sentences made from results: a template's fields are filled, or a whole other sentence says why not.

What a sentence is about is a subject: an indicator in a place at a wave, and the results that belong to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Area, Benchmark, Indicator
from nbeval.dictionary.record import fields_of
from nbeval.dictionary.references import on_request
from nbeval.errors import ParameterError
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import why_not
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.numerals import RATING, NumberFormat, numeral, ten
from nbeval.report.results import Result, State, key_of


@dataclass(frozen=True, eq=False)
class Subject:
    """The results of one indicator, or of one area of another source, or of the people, in one place at one wave."""

    context: Context
    source: str
    indicator: Indicator | None = None
    wave: str = ""
    authority: str = ""
    group: str = ""
    level: str = ""
    quantity: str = ""
    reference: str = ""
    area: Area | None = None            # of a source that is no survey
    of_pairs: bool = False              # its level is that of those who answered at both waves

    @property
    def name(self) -> str:
        """The id of the indicator or the area, empty where there is neither."""
        if self.area is not None:
            return self.area.area
        return self.indicator.indicator if self.indicator else ""

    @property
    def label(self) -> str:
        """What it is about, in words; empty where people are counted."""
        if self.area is not None:
            return self.area.label
        return self.context.label(self.indicator) if self.indicator else ""

    def find(self, quantity: Quantity | str, *, wave: str | None = None, contrast: Contrast = Contrast.NONE,
             reference: str = "") -> Result | None:
        """A result of this subject."""
        return self.context.results.find(
            self.source, quantity, indicator=self.name, wave=self.wave if wave is None else wave,
            authority=self.authority, group=self.group, level=self.level, contrast=contrast, reference=reference,
        )

    @cached_property
    def main(self) -> Result | None:
        """The result that ``{estimate}`` means: of the declared quantity, else the level."""
        if self.quantity in ("", *_LEVELS):
            return (self.at(self.wave, self.other) if self.of_pairs else None) or self.at(self.wave)
        return self.context.results.first(
            source=self.source, quantity=self.quantity, indicator=self.name, wave=self.wave, authority=self.authority, group=self.group,
            level=self.level, **({"reference": self.reference} if self.reference else {}))

    @property
    def other(self) -> str:
        """The wave that linked people answered too: the first, or for the first the last."""
        first, last = self.context.first.id, self.context.wave.id
        return last if self.wave == first else first

    def at(self, wave: str, beside: str = "") -> Result | None:
        """The level at a wave: of everybody who answered, or of those who answered ``beside`` too."""
        if self.indicator is not None and beside:
            return self.find(self.context.quantity(self.indicator), wave=wave, contrast=Contrast.PAIRS, reference=beside)
        if self.indicator is not None:
            return self.find(self.context.quantity(self.indicator), wave=wave)
        return self.find(self.quantity or Quantity.RESPONSE_RATE, wave=wave)

    @property
    def change(self) -> Result | None:
        """The change from the first wave that asked to this one."""
        return self.find(Quantity.CHANGE, contrast=Contrast.WAVE, reference=self.context.first_of(self.name).id)

    @cached_property
    def benchmark(self) -> Benchmark | None:
        """The published figure beside it: the one asked for, else the first that can be compared, else the first."""
        known = [one for one in self.context.dictionary.benchmarks if one.indicator == self.name]
        asked = [one for one in known if one.benchmark == self.reference]
        comparable = [one for one in known if one.match is not Match.DIFFERS]
        return (asked or comparable or known or [None])[0]

    @property
    def published(self) -> Result | None:
        """The published figure, as a result."""
        if self.benchmark is None:
            return None
        return self.context.results.first(quantity=Quantity.BENCHMARK, indicator=self.name, reference=self.benchmark.benchmark)

    @property
    def difference(self) -> Result | None:
        """The difference from the published figure."""
        if self.benchmark is None:
            return None
        return self.find(Quantity.DIFFERENCE, contrast=Contrast.COMPARATOR, reference=self.benchmark.benchmark)

    @property
    def before(self) -> Result | None:
        """The level at the first wave that asked; of linked people where people are linked."""
        return self.at(self.context.first_of(self.name).id, self.context.wave.id if self.context.linked else "")

    @property
    def after(self) -> Result | None:
        """The level at the last wave; of linked people where people are linked."""
        return self.at(self.context.wave.id, self.context.first_of(self.name).id if self.context.linked else "")

    @property
    def lowest(self) -> Result | None:
        """The lowest level of all places, whatever place this is."""
        return replace(self, authority="").find(Quantity.LOWEST)

    @property
    def highest(self) -> Result | None:
        """The highest level of all places, whatever place this is."""
        return replace(self, authority="").find(Quantity.HIGHEST)

    @property
    def tested(self) -> Result | None:
        """The result that carries the verdict: the main one, else the change, else the difference."""
        rows = (self.main, self.change if self.context.shows_change else None, self.difference)
        return next((row for row in rows if row is not None and (row.verdict or row.suppression)), None)

    @property
    def form(self) -> NumberFormat:
        """How its numbers are written."""
        if self.area is not None:
            return RATING
        return self.context.format(self.indicator) if self.indicator is not None else NumberFormat(percent=True)


_LEVELS = (Quantity.PERCENT.value, Quantity.MEAN.value)


def leads(draft: Draft) -> tuple[Subject, ...]:
    """What an exhibit's sentence can be about, headline indicators first; the result meant is of the first quantity that it declares."""
    spec, context = draft.spec, draft.context
    known = sorted(draft.indicators, key=lambda one: not one.headline)
    quantity = spec.quantities[0] if spec.quantities else ""
    subjects = tuple(Subject(context, spec.source_id, one, context.wave.id, context.authority, quantity=quantity,
                             of_pairs=one is not None and draft.is_of_pairs(one)) for one in known or [None])
    if subjects[0].main is not None or not spec.quantities:
        return subjects
    return (_first_of(draft, quantity) or subjects[0], *subjects[1:])


def _first_of(draft: Draft, quantity: str) -> Subject | None:
    """The subject of the first result of a quantity, where no plain level of that kind exists."""
    context = draft.context
    row = draft.results.first(source=draft.spec.source_id, quantity=quantity, authority=context.authority, wave=context.wave.id)
    if row is None:
        return None
    indicator = next((one for one in context.dictionary.indicators if one.indicator == row.indicator), None)
    return Subject(context, row.source, indicator, row.wave, row.authority, row.group, row.level, quantity, row.reference)


_SELECTABLE = ("source", "indicator", "area", "wave", "authority", "group", "level", "quantity", "reference")


def chosen_subject(context: Context, draft: Draft | None, select: Mapping[str, str]) -> Subject:
    """The subject of a sentence: that of an exhibit, changed by what is selected."""
    unknown = sorted(set(select) - set(_SELECTABLE))
    if unknown or (draft is None and not {"indicator", "area", "quantity"} & set(select)):
        raise ParameterError(
            "a sentence does not say which result it is about.", found=", ".join(unknown) or "no selection",
            allowed=", ".join(("of", *_SELECTABLE)), do="name an exhibit with of=, or select an indicator.",
        )
    changes: dict[str, object] = dict(select)
    if "indicator" in select:
        changes["indicator"] = context.dictionary.indicator(select["indicator"])
    start = leads(draft)[0] if draft is not None else Subject(
        context, context.cohort.sources[0].id, None, context.wave.id, context.authority)
    if "area" in select:
        changes["area"] = _area(select["area"], str(changes.get("source", start.source)), context)
    return replace(start, **changes)


def _area(area: str, source: str, context: Context) -> Area:
    """An area of a source by its id."""
    for used in context.cohort.sources:
        instrument = context.dictionary.instrument(used.instrument) if used.id == source else None
        if instrument and not instrument.is_survey:
            return instrument.area(area)
    raise ParameterError(
        f"the source {source!r} has no areas.", found=area, do="name an exhibit of the source with of=, or the source with source=.")


@dataclass(frozen=True)
class Sentence:
    """A sentence and the keys of the results it was made from; where a number is not shown, it says why."""

    words: str
    results: tuple[str, ...] = ()
    state: State = State.SHOWN          # of the numbers it needs


@dataclass(frozen=True)
class Slot:
    """A field of a template: the result of a subject it reads, by name, which column of it, and how that is written."""

    row: str
    field: str
    write: Callable[[float | str, Subject], str]


_DIFFERENCES = frozenset({Quantity.CHANGE, Quantity.CHANGE_ADJUSTED, Quantity.CHANGE_POOLED, Quantity.PREDICTION, Quantity.CHANGE_SHRUNKEN,
                          Quantity.CHANGE_LEFT_OUT, Quantity.DIFFERENCE,
                          Quantity.MARGINAL_EFFECT})
_RATIOS = frozenset({Quantity.ICC, Quantity.ODDS_RATIO, Quantity.ALPHA, Quantity.ITEM_REST, Quantity.EFFECT_SIZE})
_COUNTS = frozenset({Quantity.COUNT, Quantity.EFFECTIVE_N})


def _main(value: float, subject: Subject) -> str:
    """A number of the result that ``{estimate}`` means, with the unit that its quantity has."""
    quantity = subject.main.quantity if subject.main is not None else ""
    if quantity in _DIFFERENCES:
        return subject.form.difference(value)
    if quantity in _RATIOS or quantity in on_request():
        return numeral(value, 2)
    return numeral(value) if quantity in _COUNTS else _full(value, subject)


def _full(value: float, subject: Subject) -> str:
    """A level with its unit; a share above zero is never written as zero."""
    form = subject.form
    return subject.context.say("under", least=form.full(10.0 ** -form.decimals)) if form.is_low(value) else form.full(value)


def _signed(value: float, subject: Subject) -> str:
    """A difference with its sign."""
    return subject.form.difference(value)


def size(value: float, subject: Subject) -> str:
    """The size of a difference with its unit in words: ``5 percentage points``."""
    form = subject.form
    percent = subject.indicator is None or subject.indicator.measure is Measure.PERCENT
    one, several = ("step", "steps") if subject.area is not None else ("point", "points") if percent else ("scale_point", "scale_points")
    is_one = form.decimals == 0 and form.rounded(abs(value)) == 1
    return subject.context.say(one if is_one else several, number=numeral(abs(value), form.decimals))


def _published(value: float, subject: Subject) -> str:
    """A published figure with the digits it was published with."""
    return NumberFormat(subject.benchmark.decimals, subject.form.percent).full(value)


def _count(value: float, _: Subject) -> str:
    """A number of people."""
    return numeral(value)


def _ten(value: float, subject: Subject) -> str:
    """A share as ``3 in 10``, in words where it rounds to none or all."""
    number = ten(value)
    key = {0: "x_in_ten_few", 10: "x_in_ten_most"}.get(number, "x_in_ten")
    return subject.context.say("x_in_ten_none" if value == 0 else "x_in_ten_all" if value == 100 else key, number=number)


def _verdict(value: str, subject: Subject) -> str:
    """The word that the test allows."""
    return subject.context.words.get(value, value)


SLOTS: Mapping[str, Slot] = MappingProxyType({
    "estimate": Slot("main", "estimate", _main),
    "conf_low": Slot("main", "conf_low", _main),
    "conf_high": Slot("main", "conf_high", _main),
    "n": Slot("main", "n_valid", _count),
    "n_valid": Slot("main", "n_valid", _count),
    "n_reference": Slot("main", "n_reference", _count),
    "n_eligible": Slot("main", "n_eligible", _count),
    "x_in_ten": Slot("main", "estimate", _ten),
    "before": Slot("before", "estimate", _full),
    "after": Slot("after", "estimate", _full),
    "change": Slot("change", "estimate", size),
    "change_low": Slot("change", "conf_low", _signed),
    "change_high": Slot("change", "conf_high", _signed),
    "verdict": Slot("tested", "verdict", _verdict),
    "benchmark": Slot("published", "estimate", _published),
    "difference": Slot("difference", "estimate", size),
    "difference_verdict": Slot("difference", "verdict", _verdict),
    "lowest": Slot("lowest", "estimate", _full),
    "highest": Slot("highest", "estimate", _full),
})


def labels(subject: Subject) -> dict[str, str]:
    """The fields of a template that are words of the dictionary and no results."""
    context, one, published = subject.context, subject.indicator, subject.benchmark
    programme = context.dictionary.programme
    waves = {wave.id: wave.label for wave in context.cohort.waves}
    return {
        "label": subject.label, "indicator": subject.label, "short": one.short if one else subject.label,
        "says": one.says if one else "", "people": programme.people.many, "person": programme.people.one,
        "area": programme.area.one, "areas": programme.area.many, "programme": programme.name,
        "cohort": context.cohort.label, "wave": waves.get(subject.wave, subject.wave),
        "first_wave": context.first_of(subject.name).label, "last_wave": context.wave.label,
        "authority": context.authority_name(subject.authority), "authorities": str(len(context.cohort.authorities)),
        "group": context.group_label(subject.group) if subject.group else "",
        "level": context.level_label(subject.group, subject.level) if subject.level else "",
        "benchmark_label": published.label if published else "", "benchmark_year": published.year if published else "",
        "benchmark_population": published.population if published else "", "interval_level": context.interval_level,
    }


def fill(template: str, subject: Subject) -> Sentence:
    """A template filled from the results of a subject; where one it needs is not shown, another whole sentence says why."""
    words = labels(subject)
    try:
        needed = fields_of(template)
    except ValueError as fault:
        raise ParameterError(f"a sentence cannot be filled: {fault}.", found=f"{len(template)} characters",
                             do="write every field as {field}, and a brace that is no field twice.") from None
    unknown = [name for name in needed if name not in SLOTS and name not in words]
    if unknown:
        raise ParameterError(
            "a sentence has a field that does not exist.", found=", ".join(unknown),
            allowed=", ".join([*SLOTS, *words]), do="use only the fields above, each alone in its braces.",
        )
    rows = {name: getattr(subject, SLOTS[name].row) for name in needed if name in SLOTS}
    used = tuple(dict.fromkeys(key_of(row) for row in rows.values() if row is not None))
    state, refusal = _refusal(rows, subject)
    if state is not State.SHOWN:
        return Sentence(refusal, used, state)
    values = {name: SLOTS[name].write(getattr(row, SLOTS[name].field), subject) for name, row in rows.items()}
    return Sentence(template.format(**{**words, **values}), used)


def _refusal(rows: Mapping[str, Result | None], subject: Subject) -> tuple[State, str]:
    """The sentence in place of one whose numbers may not or cannot all be given, and why that is so; empty where all can."""
    context = subject.context
    states = {name: _state(name, row, context) for name, row in rows.items()}
    label = subject.label or context.say("taking_part")
    if State.WITHHELD in states.values():
        return State.WITHHELD, context.say("withheld", label=label)
    for name, state in states.items():
        if state is State.NOT_ESTIMABLE:
            return state, context.say("not_estimable", label=label, why=why_not(rows[name], context) or context.say("no_reason"))
    return (State.ABSENT, context.say("no_result", label=label)) if State.ABSENT in states.values() else (State.SHOWN, "")


def _state(name: str, row: Result | None, context: Context) -> State:
    """What a reader gets of a field; a verdict is a word and is there or not."""
    field = SLOTS[name].field
    if field != "verdict" or row is None:
        return context.state(row, field)
    return State.SHOWN if row.verdict else context.state(row)
