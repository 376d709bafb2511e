"""Rows of an invented file of quotes, and of the list of names that no quote may hold."""

from __future__ import annotations

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.dictionary.specimen_models import InventedQuote
from nbeval.specimen.invention import Invention

Row = dict[str, str]


def quote_rows(made: Invention) -> list[Row]:
    """Write the invented quotes of a wave, or the invented names."""
    if all(field.role is FieldRole.NAME for field in made.fields):
        return [{made.fields[0].header: name} for name in made.declared.names]
    own = [one for one in made.declared.quotes if one.wave == made.files.wave]
    return [{field.header: _cell(made, field, quote, number) for field in made.fields} for number, quote in enumerate(own, 1)]


def _cell(made: Invention, field: SourceField, quote: InventedQuote, number: int) -> str:
    """One cell about a quote."""
    def label(code: str) -> str:
        return made.instrument.choice(field.choices, code).label if code else ""

    def yes(wanted: bool) -> str:
        return next(one.label for one in made.instrument.chosen(field.choices) if one.counts is wanted)

    cells = {
        FieldRole.KEY: lambda: f"{made.files.wave[:1]}{number}", FieldRole.KIND: lambda: label(quote.speaker),
        FieldRole.QUOTE: lambda: quote.text if quote.release and quote.consent else made.typed(quote.text),
        FieldRole.AREA: lambda: made.instrument.area(quote.area).label, FieldRole.CONSENT: lambda: yes(quote.consent),
        FieldRole.RELEASE: lambda: yes(quote.release), FieldRole.DECISION: lambda: label(quote.decision),
        FieldRole.ATTRIBUTE: lambda: _level(made, field, quote), FieldRole.SIGNED: lambda: quote.signed,
        FieldRole.TEXT: lambda: made.typed("An invented note") if number % 2 else "",
    }
    return cells[field.role]()


def _level(made: Invention, field: SourceField, quote: InventedQuote) -> str:
    """The label of the level of a group that is to be printed."""
    wanted = quote.attributes.get(field.choices, "")
    return next((one.level_label for one in made.dictionary.groups[field.choices] if one.level == wanted), "")
