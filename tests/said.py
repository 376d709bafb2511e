"""What a report says of tested rows, held against the rows by a rule of its own: each function gives the faults that it finds, in words.

Nothing here asks the package what a verdict should be: the verdict is worked out anew from the estimate, the interval and the adjusted
p-value of the row, the size from the interval, and the words of cells, marks, sentences and counts are read by a lexicon of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import isnan

from nbeval.frames import Contrast, Quantity
from nbeval.report import Report
from nbeval.report.charts.chart import known_charts
from nbeval.report.exhibits import leading
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Result

#: what a verdict claims: which way (1 up, -1 down, 0 neither), and how surely
Claim = tuple[int, str]
CLEAR_UP, CLEAR_DOWN, MAYBE_UP, MAYBE_DOWN = (1, "clear"), (-1, "clear"), (1, "possible"), (-1, "possible")
NOTHING, UNKNOWN, NONE = (0, "unclear"), (0, "unknown"), (0, "none")
_ROUNDING = 1e-9
#: released limits have two decimals: so near to the smallest meaningful change, the rounded limit may be on its other side
_DIGITS = 0.011


def claim_of(row: Result, alpha: float) -> Claim:
    """What a row allows a reader to be told, from its own numbers."""
    p = row.p_value if isnan(row.p_adjusted) else row.p_adjusted
    bounded, tested = not isnan(row.conf_low) and not isnan(row.conf_high), not isnan(p)
    if isnan(row.estimate) or not (bounded or tested):
        return UNKNOWN
    way = (row.conf_low > 0) - (row.conf_high < 0) if bounded else (row.estimate > 0) - (row.estimate < 0)
    decided = not tested or p <= alpha * (1 + _ROUNDING)
    if row.weighted and not tested:         # its p-value would give counts away, and only the verdict left
        decided = not row.verdict.startswith("may")
    if not way or not bounded and not decided:
        return NOTHING
    return (way, "clear" if decided else "possible")


def size_of(row: Result, least: float) -> str:
    """Where the interval of a change lies to the smallest meaningful one."""
    if not least or isnan(row.estimate):
        return ""
    if row.conf_low >= least or row.conf_high <= -least:
        return "at least"
    return "smaller" if row.conf_low > -least and row.conf_high < least else "uncertain"


#: phrases, the longer before the shorter: each is taken out of a text when it was read
_PHRASES: tuple[tuple[str, Claim], ...] = (
    (r"may have risen more, or fallen less", MAYBE_UP), (r"may have risen less, or fallen more", MAYBE_DOWN),
    (r"rose more, or fell less", CLEAR_UP), (r"rose less, or fell more", CLEAR_DOWN),
    (r"may have (risen|gone up)|a possible rise|may be higher", MAYBE_UP), (r"may have (fallen|gone down)|a possible fall|may be lower", MAYBE_DOWN),
    (r"no clear (change|difference)|does not clearly differ|too close to tell", NOTHING),
    (r"cannot tell|too few answers to tell", UNKNOWN), (r"not tested|not compared|not asked|differences? is not tested", NONE),
    (r"\brose\b|went up|\bhigher\b", CLEAR_UP), (r"\bfell\b|went down|\blower\b", CLEAR_DOWN),
)


def claims(text: str) -> set[Claim]:
    """Everything that a text claims of a test."""
    found, text = set(), text.lower()
    for pattern, claim in _PHRASES:
        text, count = re.subn(pattern, " ", text)
        found |= {claim} if count else set()
    return found


def said_size(text: str) -> str:
    """What a text says of a size."""
    return next((size for size, pattern in (
        ("at least", r"at least the smallest meaningful|lies beyond the smallest"), ("smaller", r"smaller than the smallest"),
        ("uncertain", r"size uncertain|smallest change declared meaningful \([^)]*\) is uncertain")) if re.search(pattern, text)), "")


# --- rows ----------------------------------------------------------------------------------------------

#: the rows that a reader is given a word for, by what they are
_JUDGED = {Quantity.CHANGE, Quantity.DIFFERENCE, Quantity.CHANGE_ADJUSTED, Quantity.CHANGE_POOLED, Quantity.TREND, Quantity.CHANGE_IMPUTED,
           Quantity.CHANGE_MISSING_BOUND_LOWEST, Quantity.CHANGE_MISSING_BOUND_HIGHEST, Quantity.DIFFERENCE_IN_DIFFERENCES,
           Quantity.DID_OF_AUTHORITIES, Quantity.EVENT_STUDY}


def of_rows(report: Report) -> Iterator[str]:
    """Every row with a verdict has the one that its numbers allow, with the size that its interval has; rows without numbers have none."""
    context = report.context
    alpha, least = 1 - context.conf_level, context.dictionary.programme.smallest_meaningful_change
    measures = {one.indicator: one.measure for one in context.dictionary.indicators}
    for key, row in context.results.by_key.items():
        if isnan(row.estimate) and (row.suppression or row.warning) and claims(row.verdict) - {UNKNOWN}:
            yield f"{key}: a verdict without an estimate: {row.verdict}"
        if not row.verdict and isnan(row.conf_low) and isnan(row.p_value):       # figures in print that nobody could test
            continue
        if row.quantity not in _JUDGED or row.indicator not in measures or isnan(row.estimate) or row.verdict.startswith(("yes ", "no whatever", "cannot be")):
            continue
        if claims(row.verdict) != {claim_of(row, alpha)}:
            yield f"{key}: {row.verdict!r} beside {row.conf_low:.3g} to {row.conf_high:.3g}, p {row.p_adjusted:.3g}"
        expected = size_of(row, least.get(measures[row.indicator], 0.0)) if row.contrast == Contrast.WAVE and row.quantity != Quantity.TREND else ""
        rounded = any(abs(abs(end) - least.get(measures[row.indicator], 0.0)) < _DIGITS for end in (row.conf_low, row.conf_high))
        if said_size(row.size) != expected and not (rounded and expected):
            yield f"{key}: size {row.size!r}, by its interval {expected!r}"


# --- tables and charts ---------------------------------------------------------------------------------

def of_tables(report: Report) -> Iterator[str]:
    """Every cell that words what a test says claims what its row allows, and says of no other row which way it went."""
    alpha = 1 - report.context.conf_level
    for name, draft in report.drafts.items():
        keys = [column.key for column in draft.table.columns]
        for row in draft.table.rows:
            for key, cell in zip(keys, row.cells, strict=False) if not row.heading else ():
                if cell.field == "verdict" and cell.of is not None and key != "reading":
                    yield from (f"{name}, {row.cells[0].text}: {fault}" for fault in _cell(cell.text, cell.of, alpha))
                elif key in ("verdict", "says", "found") and cell.of is None and claims(cell.text) - {NONE}:
                    yield f"{name}, {row.cells[0].text}: {cell.text!r} rests on no row"


def _cell(text: str, row: Result, alpha: float) -> Iterator[str]:
    """The faults of the words of one row."""
    found = claims(text)
    if not row.verdict:
        if found - {NONE}:
            yield f"{text!r} of a row without a verdict"
        return
    decision = row.verdict.split(" whatever")[0] if " whatever" in row.verdict else ""
    if decision or row.verdict.startswith("cannot be decided"):
        if not text.startswith(decision or "cannot be decided"):
            yield f"{text!r} of a row that says {row.verdict!r}"
        return
    if found != {claim_of(row, alpha)} and not (row.quantity == Quantity.CHANGE and row.indicator == "" and found == claims(row.verdict)):
        yield f"{text!r} of a row with {row.conf_low:.3g} to {row.conf_high:.3g} and p {row.p_adjusted:.3g}"
    if said_size(text) and said_size(text) != said_size(row.size):
        yield f"{text!r} of a row whose size is {row.size!r}"


def of_charts(report: Report) -> Iterator[str]:
    """Every mark with a verdict claims, in words and by the way its line is drawn, what the row beside it in the table allows, and draws its
    interval; the texts that stand for the chart say no more."""
    alpha = 1 - report.context.conf_level
    for name, draft in report.drafts.items():
        if not draft.spec.chart:
            continue
        data = draft.chart_data()
        for mark in (mark for line in data.lines for mark in line):
            words = claims(mark.verdict_text)
            if mark.verdict and words != claims(mark.verdict):
                yield f"{name}: {mark.label} is drawn as {mark.verdict!r} and described as {mark.verdict_text!r}"
            if mark.verdict and claims(mark.short) - words:
                yield f"{name}: {mark.label} is drawn as {mark.short!r} and described as {mark.verdict_text!r}"
            drawn = {(0, "unclear"): "unclear", UNKNOWN: "untested"}.get(next(iter(words), NONE), next(iter(words), NONE)[1])
            if mark.verdict and mark.stroke != drawn:
                yield f"{name}: the line of {mark.label} is drawn {mark.stroke}, and its words are {mark.verdict_text!r}"
        yield from (f"{name}: {fault}" for fault in _lines(draft, alpha))
        yield from (f"{name}: {fault}" for fault in _texts(draft, data))


def _lines(draft: Kind, alpha: float) -> Iterator[str]:
    """The faults of what is drawn of each row of a table."""
    fields = {field.column.key: field for field in draft.columns()}
    for subject in (subject for block in draft.blocks() for subject in block.subjects):
        row = fields["verdict"].cell(subject).of if "verdict" in fields else None
        for mark in (mark for line in draft.lines(subject) for mark in line):
            said = claims(mark.verdict_text)
            if said and "verdict" not in fields:
                yield f"{mark.label} is described as {mark.verdict_text!r}, and no cell has its test"
            elif said - {NONE} and (row is None or said != {claim_of(row, alpha)}):
                yield f"{mark.label} is described as {mark.verdict_text!r}, which its row does not allow"
            elif not said and mark.is_shown and row is not None and row.verdict and draft.id in ("change", "change_by_authority", "trend"):
                yield f"{mark.label} has a test and is drawn without it"


def _texts(draft: Kind, data: object) -> Iterator[str]:
    """The faults of the short and the long text of a chart: each verdict is counted and named as often as it is drawn."""
    chart, say = known_charts()[draft.spec.chart], draft.say
    lines = [line for line in data.lines if not line[0].beneath]
    drawn = Counter(line[0].verdict_text for line in lines if line[0].verdict_text)
    alt = chart.alt(data, say)
    for verdict, count in drawn.items() if draft.marks and draft.spec.chart in ("dots", "dumbbell", "multiples", "icons") else ():
        told = re.search(re.escape(say("alt_verdict", verdict=verdict, named="\0")).replace("\0", "(.*?)"), alt)
        if told is None:
            yield f"the short text does not say {verdict!r}, which {count} lines have"
        elif (counted := re.fullmatch(r"(\d+) lines", told[1])) and int(counted[1]) != count:
            yield f"the short text says {verdict!r} of {counted[1]} lines, and {count} are drawn so"
    allowed = {claim for line in data.lines for mark in line for claim in claims(f"{mark.verdict_text} {mark.label} {mark.text} {mark.heading} {mark.series}")}
    for text in (alt, chart.description(data, say)):
        if "by half a step" not in text and (more := claims(text) - allowed):
            yield f"the text for the chart claims {sorted(more)}, and no line does"


# --- sentences -----------------------------------------------------------------------------------------

def of_sentences(report: Report) -> Iterator[str]:
    """The sentence of every exhibit: the declared one follows the row that it is about; counts are those of the rows of its table."""
    for name, draft in report.drafts.items():
        said = leading(draft)
        yield from (f"{name}: {fault}" for fault in _declared(said.words, said.results, report))
        yield from (f"{name}: {fault}" for fault in _counts(draft, report))


def _declared(words: str, keys: Iterable[str], report: Report) -> Iterator[str]:
    """The faults of a sentence made from rows."""
    alpha, rows = 1 - report.context.conf_level, [report.context.results.by_key[key] for key in keys]
    found = claims(words) - {NONE}
    if found and not any(found == {claim_of(row, alpha)} for row in rows if row.verdict):
        yield f"{words!r} claims what none of its rows allows"


def _counts(draft: Kind, report: Report) -> Iterator[str]:
    """The faults of a sentence that counts tests."""
    counted = _COUNTED.get(draft.id)
    sentence = draft.sentence() if counted else ""
    if sentence:
        expected = counted(draft, report)
        for wave in report.context.cohort.waves:
            sentence = sentence.replace(wave.label, "")
        numbers = [int(number) for number in re.findall(r"(?<![\w.+\u2212-])\d+(?![\w%]|[.,]\d)", sentence)]
        allowed = expected if isinstance(expected, list) else [expected]
        if numbers not in allowed:
            yield f"{sentence!r} counts {numbers}, the rows {allowed}"


def _tested(draft: Kind, report: Report) -> list[tuple[object, Claim]]:
    """The indicators of an exhibit of change whose change was tested and is shown, with what may be claimed of it."""
    alpha = 1 - report.context.conf_level
    rows = [(one, draft.change(one)) for one in draft.indicators]
    found = [(one, claim_of(row, alpha)) for one, row in rows if row is not None and not isnan(row.estimate) and row.verdict]
    return [(one, claim) for one, claim in found if claim != UNKNOWN]


def _of_change(draft: Kind, report: Report) -> list[list[int]]:
    """The counts of a sentence on changes, in the order in which it has them."""
    tested = _tested(draft, report)
    sides = Counter("other" if one.better == "neither" else "better" if (claim[0] > 0) == (one.better == "higher") else "worse"
                    for one, claim in tested if claim[1] == "clear")
    better, worse, other, total = sides["better"], sides["worse"], sides["other"], len(tested)
    rest, maybe = total - better - worse - other, sum(claim[1] == "possible" for _, claim in tested)
    if other:
        return [[total, better, worse, other, rest]]
    if better or worse:
        return [[total, *(count for count in (better, worse) if count), rest]]
    possible = [one for one, claim in tested if claim[1] == "possible" and one.better != "neither"]
    return [[total, maybe]] if possible else [[total]] if total else [[]]


def _of_movement(draft: Kind, report: Report) -> list[list[int]]:
    """The counts of a sentence on ratings: lines up, down, tested and undecided."""
    rows = [cell.of for row in draft.table.rows if not row.heading for cell in row.cells if cell.field == "verdict" and cell.of is not None]
    tested = [claims(row.verdict) for row in rows if row.verdict and not isnan(row.estimate) and claims(row.verdict) != {UNKNOWN}]
    up, down = tested.count({CLEAR_UP}), tested.count({CLEAR_DOWN})
    if not tested:
        return [[]]
    return [[up, down, len(tested), len(tested) - up - down]] if up or down else [[len(tested)]]


def _of_gaps(draft: Kind, report: Report) -> list[list[int]]:
    """The counts of a sentence on two bodies of raters."""
    rows = [draft.gap(area) for area in draft.areas]
    tested = [claims(row.verdict) for row in rows if row is not None and row.verdict and claims(row.verdict) != {UNKNOWN}]
    up, down = tested.count({CLEAR_UP}), tested.count({CLEAR_DOWN})
    return [[len(tested), up, down, len(tested) - up - down]] if tested else [[]]


def _of_evidence(draft: Kind, report: Report) -> list[list[int]]:
    """The counts of a sentence on outcomes: which way the clear tests under each point."""
    ways, better = Counter(), {one.indicator: one.better for one in report.context.dictionary.indicators}
    for _, items in draft.by_outcome:
        rows = [item.result for item in items if item.is_tested and item.result is not None and not isnan(item.result.estimate)]
        sides = {(better.get(row.indicator, "higher") == "higher") == (CLEAR_UP in claims(row.verdict)) for row in rows
                 if claims(row.verdict) & {CLEAR_UP, CLEAR_DOWN} and better.get(row.indicator) != "neither"}
        ways["mixed" if len(sides) == 2 else "towards" if sides == {True} else "away" if sides == {False} else "silent"] += 1
    return [[ways.total(), ways["towards"], ways["away"], ways["mixed"], ways["silent"]]]


_COUNTED = {"change": _of_change, "movement": _of_movement, "gaps": _of_gaps, "evidence": _of_evidence}


# --- findings ------------------------------------------------------------------------------------------

def of_findings(report: Report) -> Iterator[str]:
    """Every point of the key findings stands under the heading of what its row allows, and claims nothing else."""
    context, alpha = report.context, 1 - report.context.conf_level
    headings = {context.say(f"findings_{name}"): {name} for name in ("clear", "possible", "unclear", "unknown", "withheld", "levels")}
    heading = ""
    for part in report.key_findings().parts:
        if part.kind == "heading":
            heading = part.items[0][0]
        for (text,) in part.items if part.kind == "bullets" else ():
            label = next((one for one in sorted(context.dictionary.indicators, key=lambda one: -len(one.label)) if text.startswith(f"{context.label(one)}:")), None)
            row = context.results.first(quantity=Quantity.CHANGE, indicator=label.indicator, authority=context.authority, group="", wave=context.wave.id,
                                        reference=context.first_of(label.indicator).id, contrast=Contrast.WAVE) if label and context.shows_change else None
            if row is None:
                continue
            claim = claim_of(row, alpha) if row.verdict else NONE
            told = claims(text.removeprefix(f"{context.label(label)}:")) - {NONE}
            if told - {claim}:
                yield f"{text!r} claims {sorted(told)}, its row allows {claim}"
            if headings.get(heading, {claim[1]}) & {"clear", "possible", "unclear"} and headings[heading] != {claim[1]}:
                yield f"{text!r} is found under {heading!r}, its row allows {claim}"
            if said_size(text) and said_size(text) != said_size(row.size):
                yield f"{text!r} names another size than {row.size!r}"


def of_standing(report: Report) -> Iterator[str]:
    """A measure is a strength or a priority where a clear test that is not too small says so, none says the other, and by nothing else; the
    counts of the others add up."""
    alpha, context = 1 - report.context.conf_level, report.context
    for name, draft in ((name, draft) for name, draft in report.drafts.items() if draft.id == "standing"):
        found = Counter()
        for one in draft.assessed:
            sides = {(claim[0] > 0) == (one.indicator.better == "higher") for row in one.tests.values() if row is not None and row.verdict
                     for claim in (claim_of(row, alpha),) if claim[1] == "clear" and said_size(row.size) != "smaller"}
            expected = {frozenset(): "", frozenset({True}): "strength", frozenset({False}): "priority"}.get(frozenset(sides), "mixed")
            found[str(one.standing)] += 1
            if (str(one.standing) if str(one.standing) in ("strength", "priority", "mixed") else "") != expected:
                yield f"{name}: {one.indicator.indicator} is called {one.standing}, its tests allow {expected or 'nothing'}"
        said = str(report.strengths_and_priorities())
        for standing in ("no_difference", "not_shown", "not_tested", "not_asked"):
            words = context.say(f"standing_count_{standing}", count=found[standing])
            if found[standing] and words not in said:
                yield f"{name}: {words!r} is not said"


def of_readings(report: Report) -> Iterator[str]:
    """What is read from tests that have no verdict: whether authorities or samples differ, what missing answers leave possible, who rates
    higher; and no figure of a driver is other than its row."""
    alpha, context = 1 - report.context.conf_level, report.context
    for name, draft in report.drafts.items():
        keys = [column.key for column in draft.table.columns]
        for row in draft.table.rows:
            cells = dict(zip(keys, row.cells, strict=False)) if not row.heading else {}
            for fault in _reading(draft, cells, alpha, context):
                yield f"{name}, {row.cells[0].text}: {fault}"


def _reading(draft: Kind, cells: dict, alpha: float, context: object) -> Iterator[str]:
    """The faults of one row of a table of readings."""
    if draft.id == "change_pooled" and cells:
        row, text = cells["heterogeneity"].of, cells["reading"].text
        p = row.p_value if row is not None else float("nan")
        if text != context.say("places_unknown" if isnan(p) else "places_differ" if p < alpha else "places_alike"):
            yield f"{text!r} where p is {p:.3g}"
    if draft.id == "composition_test" and cells and (row := cells["says"].of) is not None and not isnan(row.p_value):
        if cells["says"].text != context.say("samples_differ" if row.p_value < alpha else "samples_alike"):
            yield f"{cells['says'].text!r} where p is {row.p_value:.3g}"
    if draft.id == "change_missing" and cells:
        ends = [claim_of(cells[end].of, alpha) if cells[end].of is not None and not isnan(cells[end].of.estimate) else UNKNOWN for end in ("lowest", "highest")]
        ways = [way if sure == "clear" else None if sure == "unknown" else 0 for way, sure in ends]
        text = cells["reading"].text
        rise, fall = "rise" in text, "fall" in text
        if None not in ways and (rise, fall) != (1 in ways, -1 in ways) or None in ways and (rise or fall):
            yield f"{text!r} where the bounds allow {ends}"
    if draft.id == "gaps" and cells and (row := cells["says"].of) is not None and not isnan(row.estimate):
        first, other = (body.label for body in draft.bodies[:2])
        claim = claim_of(row, alpha) if row.verdict else (0, "unclear") if abs(row.estimate) < 0.5 else ((row.estimate > 0) - (row.estimate < 0), "clear")
        said = cells["says"].text
        expected = {1: first, -1: other}.get(claim[0])
        if expected and (not said.startswith(expected) or ("may" in said) != (claim[1] == "possible")) or not expected and "higher" in said:
            yield f"{said!r} where the row allows {claim}"


#: every check by what it looks at
CHECKS = (of_rows, of_tables, of_charts, of_sentences, of_findings, of_standing, of_readings)


def faults(report: Report) -> list[str]:
    """Everything that a report says and its rows do not allow."""
    return [fault for check in CHECKS for fault in check(report)]
