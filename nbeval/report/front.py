"""The front matter of a report."""

from __future__ import annotations

from nbeval.dictionary.enums import SourceKind
from nbeval.errors import DictionaryError
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Several, Text
from nbeval.report.html import STYLE


def front_matter(context: Context) -> Several:
    """What stands above a report: title, programme, cohort, authority, waves, and a banner over invented data.

    ``front`` of the structured form has each of them by name, for a cover or a running head.
    """
    programme, kind = context.dictionary.programme, context.kind
    authority = context.authority_name(context.authority) if context.authority else ""
    front = {
        "title": title_text(context), "programme": programme.name, "owner": programme.owner,
        "cohort": context.cohort.id, "cohort_label": context.cohort.label, "kind": kind.id, "form": kind.form.value,
        "audience": kind.audience, "authority": context.authority, "authority_label": authority,
        "language": programme.language, "invented": context.cohort.invented,
        "banner": context.say("invented_note") if context.cohort.invented else "",
        "waves": [context.wave_line(wave) for wave in context.waves],
        # of figures in print the cover says where they are from, and not all the surveys they are of
        "subtitle": context.cohort.sources[0].label if context.cohort.made_from is SourceKind.PUBLISHED else "",
    }
    facts = [
        (context.say("programme_label"), programme.name), (context.say("cohort_label"), context.cohort.label),
        *(((context.say("authority"), authority),) if authority else ()),
        (context.say("waves_label"), "; ".join(front["waves"])),
        *(((context.say("audience_label"), kind.audience),) if kind.audience else ()),
    ]
    parts = [Paragraphs("facts", tuple(facts))]
    if front["banner"]:
        parts.insert(0, Paragraphs("heading", ((front["banner"],),)))
    return Several((Text(tuple(parts)),), front, STYLE)


def title_text(context: Context) -> str:
    """The title of the report with its fields filled."""
    fields = {
        "cohort": context.cohort.label, "programme": context.dictionary.programme.name,
        "authority": context.authority_name(context.authority),
    }
    try:
        return context.kind.title.format(**fields)
    except (KeyError, IndexError, ValueError):
        raise DictionaryError(
            f"the title of the report kind {context.kind.id!r} has a field that does not exist.",
            found=context.kind.title, allowed=", ".join(f"{{{name}}}" for name in fields),
            where="programme.toml, [[reports]]", do="use only the fields above.",
        ) from None
