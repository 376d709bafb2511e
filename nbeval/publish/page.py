"""What all pages share: templates, stylesheets, and what stands over and under the title."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from nbeval.publish.document import Document
from nbeval.publish.words import words

@cache
def environment() -> Environment:
    """The templates, made ready once per process."""
    return Environment(loader=PackageLoader("nbeval.publish"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def template_text(name: str) -> str:
    """A file of the templates' folder, as it stands: a stylesheet or a script."""
    return (files("nbeval.publish") / "templates" / name).read_text(encoding="utf-8")


def banner(document: Document) -> str:
    """What stands over invented data, in the report's own words where it has some; empty over real data."""
    return (document.summary.get("banner") or words(document.language)["invented"]) if document.invented else ""


def overline(document: Document) -> str:
    """What stands over the title: the programme."""
    return document.summary.get("programme") or words(document.language)["overline"]


def subtitle(document: Document) -> str:
    """What stands under the title: the authority, the cohort and its waves."""
    about = document.summary
    if about.get("subtitle"):
        return about["subtitle"]
    return ", ".join(filter(None, (about.get("authority_label"), about.get("cohort_label"), *about.get("waves", ()))))
