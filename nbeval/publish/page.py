"""What all pages share: templates, stylesheet, and the words that stand over invented data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

INVENTED = (
    "The people, answers and authorities in this document are invented. It shows what a report looks like "
    "and says nothing about any real person or place."
)


@cache
def environment() -> Environment:
    """The templates, made ready once per process."""
    return Environment(loader=PackageLoader("nbeval.publish"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def stylesheet(name: str) -> str:
    """A stylesheet of this package."""
    return (files("nbeval.publish") / "templates" / name).read_text(encoding="utf-8")
