"""A report as slides: one finding a page, in one HTML file that needs no script."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbeval.publish.document import Block, Document, Heading, Preformatted, Prose, Shown


@dataclass
class Slide:
    """A page: what it says in one line, the part of the talk it belongs to, and what it shows."""

    title: str
    part: str = ""
    anchor: str = ""
    blocks: list[Block] = field(default_factory=list)


def is_slides(document: Document) -> bool:
    """Whether the report's kind asks for slides."""
    return document.summary.get("form") == "slides"


def slides_of(document: Document) -> list[Slide]:
    """Part a document into slides.

    Returns
    -------
    list of Slide
        One per exhibit, with its sentence as the title, and one per heading that has prose of its own.
    """
    slides: list[Slide] = []
    part = ""
    for block in document.blocks:
        match block:
            case Heading(text=text):
                part = text
                slides.append(Slide(text))
            case Shown(exhibit=exhibit):
                slides.append(Slide(exhibit.sentence or exhibit.title, part, blocks=[block]))
            case Prose(tokens=()):
                continue
            case Prose() | Preformatted():
                if not slides or any(isinstance(one, Shown) for one in slides[-1].blocks):
                    slides.append(Slide(part or document.title))
                slides[-1].blocks.append(block)
    kept = [slide for slide in slides if slide.blocks]
    for number, slide in enumerate(kept, start=1):
        slide.anchor = f"slide-{number}"
    return kept
