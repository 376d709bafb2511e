"""The sentence above an exhibit that declares none, composed from the cells of its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Verdict
from nbeval.report.context import Context
from nbeval.report.forms.source_parts import areas_of, bodies_of, choices_of, instrument_of
from nbeval.report.kinds_sources import SourceTable
from nbeval.report.numerals import MINUS, numeral
from nbeval.report.said_summaries import SUMMED_UP
from nbeval.report.draft import results_of

Cells = dict[str, Cell]


def said(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> str:
    """Compose the sentence of an exhibit.

    Parameters
    ----------
    spec
        The exhibit as declared.
    columns, rows
        Its table; every number of the sentence stands in it, or counts its rows.
    context
        The report it stands in.

    Returns
    -------
    str
        Empty where the exhibit has no sentence of this kind, or what it would say is withheld.
    """
    compose = _SAID.get(spec.kind)
    lines = [dict(zip((column.key for column in columns), row.cells, strict=True)) for row in rows if not row.heading]
    return compose(spec, lines, context) if compose and lines else ""


def _gaps(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """Where two bodies of raters are furthest apart."""
    first, other = (body.label for body in bodies_of(spec, context)[:2])
    shown = [line for line in lines if line["gap"].value is not None]
    if not shown:
        return context.say("said_gaps_none", first=first, other=other)
    widest = max(shown, key=lambda line: abs(line["gap"].value))
    return context.say("said_gaps", first=first, other=other.lower(), area=widest["label"].text,
                       gap=widest["gap"].text.lstrip("+" + MINUS), count=sum(line["gap"].value > 0 for line in shown), total=len(shown))


def _movement(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """On how many lines ratings went up or down, as printed, and how many changes are clear."""
    clear = {context.words[Verdict.ROSE], context.words[Verdict.FELL]}
    found = [line["verdict"].text for line in lines if "verdict" in line]
    key = "plain" if not found else "clear" if clear & set(found) else "unclear"
    return context.say(
        f"said_movement_{key}", wave=context.first.label, up=sum(line["change"].text.startswith("+") for line in lines),
        down=sum(line["change"].text.startswith(MINUS) for line in lines), total=len(lines), clear=sum(text in clear for text in found))


def _progress(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """How many actions had come to what is aimed at, at the last review."""
    instrument = instrument_of(spec, context)
    aim = next((one for one in choices_of(spec, context, FieldRole.STATUS) if one.counts), None)
    reviews = instrument.chosen("review") if instrument else ()
    if aim is None or not reviews:
        return ""
    last = lines[-1]
    return context.say("said_progress", review=reviews[-1].label, done=last[f"status_{aim.code}"].text, total=last["actions"].text,
                       label=aim.label.lower())


def _delivered(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """How many visits were held of those planned."""
    last = lines[-1]
    held, planned, people = last["delivery_held"], last["delivery_planned"], last["delivery_people"]
    if people.value is None:
        return context.say("said_delivered", held=held.text, planned=planned.text)
    return context.say("said_delivered_people", held=held.text, planned=planned.text, people=people.text,
                       names=context.dictionary.programme.people.many)


def _applications(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """How many applied and what became of them."""
    first = lines[0]
    return context.say("said_applications", total=first["of_all"].text, count=first["applicants"].text, label=first["label"].text.lower())


def _involved(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """How many actions reached the highest level."""
    last = lines[-1]
    if last["actions"].value is None:
        return ""
    return context.say("said_involved", count=numeral(last["actions"].value), total=last["of_all"].text, label=last["label"].text)


def _judgements(spec: ExhibitRow, lines: list[Cells], context: Context) -> str:
    """How many authorities stood at a grade that is aimed at, on the first area; nothing in a report on one of them."""
    if context.authority:
        return ""
    area, own = areas_of(spec, results_of(spec, context), context)[0], lines[:len(context.cohort.authorities)]
    aims = [one.label for one in choices_of(spec, context, FieldRole.STATUS) if one.counts]

    def standing(wave: str) -> tuple[int, int]:
        given = [line[f"{wave}_grade"].text for line in own if line[f"{wave}_grade"].result]
        return sum(grade in aims for grade in given), len(given)
    (before, total_before), (count, total) = standing(context.first.id), standing(context.wave.id)
    grades = f" {context.say('or')} ".join(aim.lower() for aim in aims)
    words = {"label": area.label, "grades": grades, "count": count, "total": total}
    if not context.shows_change or not total:
        return context.say("said_judged" if total else "said_judged_none", **words)
    if not total_before:
        return context.say("said_judged_first", **words)
    return context.say("said_judged_since", **words, before=before, total_before=total_before)


_SAID: Mapping[str, Callable[[ExhibitRow, list[Cells], Context], str]] = MappingProxyType({
    SourceTable.GAPS: _gaps, SourceTable.MOVEMENT: _movement, SourceTable.PROGRESS: _progress,
    SourceTable.DELIVERED: _delivered, SourceTable.APPLICATIONS: _applications, SourceTable.INVOLVED: _involved,
    SourceTable.JUDGEMENTS: _judgements, **SUMMED_UP,
})
