"""The analysis plan as a document for people: what is fixed, part by part, and what a survey of this size can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nbeval.dictionary.models import Programme
from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.deviations import PlanPart
from nbeval.publish.document import Block, Document, Heading, Prose, Shown, parse
from nbeval.release.analysis_plan import plan_bytes, said_of
from nbeval.release.fingerprint import sha256
from nbeval.report.markup import exhibit_html
from nbeval.words import Words, words_of

#: columns of the table of detectable changes, in the order of the record
_DETECTABLE = ("n", "alpha", "from_50", "from_20", "standard_deviations")


@dataclass(frozen=True)
class _Said:
    """The words of a plan, which call places as the programme does."""

    words: Words
    areas: str

    def __call__(self, key: str, **fields: object) -> str:
        """Fill a sentence."""
        return self.words.say(key, areas=self.areas, Areas=self.areas[:1].upper() + self.areas[1:], **fields)


def plan_document(record: Mapping[str, Any], programme: Programme, *, invented: bool, signed_by: str = "") -> Document:
    """The document of the record of a plan (``analysis_plan.compose``)."""
    words = words_of(programme.language)
    say = _Said(words, programme.area.many)
    title = words.say("plan_title", cohort=record["cohort_label"])
    summary = {"programme": record["programme"], "cohort_label": record["cohort_label"], "waves": [one["label"] for one in record["data"]]}
    stamp = words.say("plan_stamp", checksum=sha256(plan_bytes(record)))
    return Document(title, programme.language, "analysis_plan", invented, stamp, tuple(_blocks(record, say, invented, signed_by)), "", summary)


def data_lines(record: Mapping[str, Any], words: Words) -> list[str]:
    """For each wave, whether its data were there when the plan was written."""
    return [words.say("plan_data_there" if one["there"] else "plan_data_none", wave=one["label"], there=one["there"], declared=one["declared"])
            for one in record["data"]]


def _blocks(record: Mapping[str, Any], say: _Said, invented: bool, signed_by: str) -> Iterator[Block]:
    """The blocks of the document."""
    written = say.words.day(date.fromisoformat(record["written"][:10]))
    yield _prose(say("plan_intro"), say("plan_written", day=written, time=record["written"][11:16]),
                 say("plan_by" if signed_by else "plan_by_nobody", name=signed_by))
    yield Heading(2, say("plan_data"), "section-data")
    yield _prose(*data_lines(record, say.words), *([say("plan_after")] if all(one["there"] for one in record["data"]) else []))
    tables = [(f"plan_{part}", say(f"plan_part_{part}"), say(f"plan_about_{part}"), (say("plan_what"), say("plan_planned")),
               [(_label(key, value, say), said_of(value)) for key, value in record["plan"][part].items()] or [(say("plan_nothing"), "")])
              for part in PlanPart]
    tables += [
        ("plan_detectable", say("plan_detectable"), say("plan_about_detectable"), tuple(say(f"plan_column_{name}") for name in _DETECTABLE),
         [tuple("-" if one[name] is None else f"{one[name]:,}" for name in _DETECTABLE) for one in record["detectable"]]),
        ("plan_declarations", say("plan_declarations"), say("plan_about_declarations"), (say("plan_what"), say("plan_checksum")),
         list(record["declarations"].items()))]
    for number, (name, title, about, heads, rows) in enumerate(tables, 1):
        yield Heading(2, title, f"section-{name.replace('_', '-')}")
        yield _prose(about)
        yield _table(name, say("table", number=number), title, heads, rows, say.words, invented)


def _label(key: str, value: Any, say: _Said) -> str:
    """What an entry of a plan is called: its own label, or the words for its key."""
    own = value.get("label", "") if isinstance(value, Mapping) else ""
    return own or (say(f"plan_key_{key}") if f"plan_key_{key}" in say.words else key)


def _prose(*paragraphs: str) -> Prose:
    """Paragraphs in which nothing is markup but what they say themselves."""
    return Prose(tuple(token for text in paragraphs for token in parse(text)))


def _table(
    name: str, label: str, title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], words: Words, invented: bool,
) -> Shown:
    """A numbered table of texts."""
    columns = tuple(Column(key=f"c{place}", label=head, header=place == 0, numeric=len(heads) > 2 and place > 0) for place, head in enumerate(heads))
    exhibit = Exhibit(id=name, label=label, title=title, columns=columns, unit="", base="", source="", invented=invented,
                      rows=tuple(Row(tuple(Cell(text) for text in row)) for row in rows))
    return Shown(exhibit, exhibit_html(exhibit, words), f"shown-{name.replace('_', '-')}")
