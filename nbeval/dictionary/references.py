"""Where the names that a dictionary uses lead: to ids of its own, each given once, or to what other rooms register.

What others register (kinds of exhibit, charts, quantities) is read from their source and not imported: what draws takes a second to
import, and few commands that open a dictionary draw anything. A new kind or chart is known as soon as its own module has it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from nbeval.dictionary.enums import Quantity, SourceKind
from nbeval.dictionary.files import Contents, Faults, Place, Placed
from nbeval.dictionary.models import ExhibitRow, Instrument
from nbeval.dictionary.record import ANY, HERE, Id, Record, Ref, Reference, marked_fields, texts


@dataclass(frozen=True)
class Entry:
    """A record, where it was read, and the records around it, the nearest last."""

    record: Record
    place: Place
    around: tuple[Record, ...] = ()

    def owner(self, within: str) -> str:
        """The id of what an id is looked up in: empty for the whole dictionary."""
        if within in ("", ANY):
            return within
        if within == HERE:
            return self.place.owner
        holder = next((one for one in (self.record, *reversed(self.around)) if within in type(one).model_fields), None)
        return getattr(holder, within) if holder else within

    def owner_kind(self, within: str) -> str:
        """The kind of thing that the owner is, where a field names it."""
        for one in (self.record, *reversed(self.around)):
            for name, ref in marked_fields(type(one), Ref):
                if name == within:
                    return ref.kind
        return ""


@dataclass
class Ids:
    """Every id that a dictionary gives, by kind and by what it is within; the empty text is the whole dictionary."""

    given: dict[str, dict[str, dict[str, Record]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    broken: set[str] = field(default_factory=set)       # texts of entries that could not be read: never called unknown
    lost: bool = False                                  # some entry could not be read

    def of(self, kind: str, within: str = "") -> dict[str, Record]:
        """The ids of a kind (of several, parted by "or"), within one owner or anywhere."""
        found = [ids for one in kind.split(" or ") for owner, ids in self.given[one].items() if within in (owner, ANY)]
        return found[0] if len(found) == 1 else {key: record for ids in found for key, record in ids.items()}

    def give(self, entry: Entry, name: str, mark: Id) -> None:
        """Note the ids that a field gives, within its owner and within its file."""
        scope = entry.owner(mark.within)
        for value in texts(getattr(entry.record, name)):
            for owner in {scope, entry.place.owner}:
                self.given[mark.kind][owner].setdefault(value, entry.record)


def collect_ids(entries: Sequence[Entry], broken: set[str], *, some_lost: bool) -> Ids:
    """Gather every id that is given."""
    ids = Ids(broken=broken, lost=some_lost)
    for entry in entries:
        for name, mark in marked_fields(type(entry.record), Id):
            ids.give(entry, name, mark)
    for one in ids.of("instrument").values():
        if isinstance(one, Instrument) and one.kind is SourceKind.OFFICIAL:     # their layouts are declared in official/
            ids.given["export version"][one.id] |= ids.of("official table")
    return ids


def check_unique(entries: Sequence[Entry], faults: Faults) -> None:
    """Check that no two entries have the same id or the same key, within what they have to be unique in."""
    seen: dict[tuple, Place] = {}
    for entry in entries:
        record, place = entry.record, entry.place
        keys = [(f"this {mark.kind}", name, (mark.kind, entry.owner(mark.within)), getattr(record, name))
                for name, mark in marked_fields(type(record), Id) if mark.unique]
        keys += [(what, name, (type(record), name, place.file, id(entry.around[-1]) if entry.around else None), key(record))
                 for what, name, key in record.once]
        for what, name, scope, key in keys:
            first = seen.setdefault((what, scope, key), place)
            if key is not None and first is not place:
                faults.add(place, name, f"{what} is already in {first.entry or first.file}", "remove one, or give it another name")


def check_references(entries: Sequence[Entry], ids: Ids, faults: Faults) -> None:
    """Follow every reference of every record; one that leads nowhere is answered with the nearest id that exists."""
    for entry in entries:
        for reference in entry.record.references():
            _follow(entry, reference, ids, faults)


def _follow(entry: Entry, reference: Reference, ids: Ids, faults: Faults) -> None:
    """One reference: known, or allowed, or a fault."""
    name, value, ref = reference
    owner = entry.owner(ref.within)
    known = ids.of(ref.kind, owner)
    if value in known or value in ref.also or value in ids.broken or (ids.lost and not ids.of(ref.kind, ANY)):
        return
    owner_kind = entry.owner_kind(ref.within)
    if owner_kind and owner not in ids.of(owner_kind):      # its owner is unknown, which is said of the owner
        return
    said = f" of '{owner}'" if ref.within not in ("", ANY) else ""
    faults.unknown(entry.place, name, ref.kind, value, (*known, *ref.also), said)


def walk(placed: Placed) -> Iterator[Entry]:
    """A record and the records inside it, each with its place."""
    yield from _walk(Entry(placed.record, placed.place))


def _walk(entry: Entry) -> Iterator[Entry]:
    """An entry and those inside it."""
    yield entry
    around = (*entry.around, entry.record)
    for name in type(entry.record).model_fields:
        value = getattr(entry.record, name)
        if isinstance(value, Record):
            yield from _walk(Entry(value, entry.place.inside(name), around))
        elif isinstance(value, tuple):
            for number, part in enumerate(value, 1):
                if isinstance(part, Record):
                    yield from _walk(Entry(part, entry.place.inside(f"{name}, entry {number}"), around))


# --- what other rooms register --------------------------------------------------------------------


def kinds() -> Mapping[str, tuple[str, ...]]:
    """The kinds of exhibit, each with the charts that draw marks such as it makes."""
    drawn = class_ids("report/charts")
    return {kind: tuple(chart for chart, marks in drawn.items() if marks in made) for kind, made in class_ids("report/kinds").items()}


def charts() -> tuple[str, ...]:
    """The charts."""
    return tuple(class_ids("report/charts"))


def on_request() -> tuple[str, ...]:
    """The statistics that are estimated where an exhibit names them."""
    return tuple(class_ids("estimate/on_request.py"))


def quantities() -> tuple[str, ...]:
    """All that an exhibit may name as a quantity."""
    return (*(one.value for one in Quantity), *on_request())


def check_registered(contents: Contents, faults: Faults) -> None:
    """Check that exhibits are of kinds, drawn as charts and made of quantities that some room registers."""
    known_kinds, known_charts, known_quantities = kinds(), charts(), quantities()
    for exhibit, place in contents.of(ExhibitRow):
        if exhibit.kind not in known_kinds:
            faults.unknown(place, "kind", "kind of exhibit", exhibit.kind, known_kinds)
        drawn = known_kinds.get(exhibit.kind, known_charts)
        if exhibit.chart and exhibit.chart not in drawn:
            of = "" if exhibit.chart not in known_charts else f" of kind '{exhibit.kind}'"
            faults.unknown(place, "chart", "chart", exhibit.chart, drawn, of)
        for quantity in exhibit.quantities:
            if quantity not in known_quantities:
                faults.unknown(place, "quantities", "quantity", quantity, known_quantities)


@cache
def class_ids(path: str) -> Mapping[str, str | tuple[str, ...]]:
    """The ``id`` of every class in a module of the package, or in those of a folder, each with the ``marks`` that the class names."""
    at, found = files("nbeval").joinpath(path), {}
    modules = sorted((one for one in at.iterdir() if one.name.endswith(".py")), key=lambda one: one.name) if at.is_dir() \
        else [at] if at.is_file() else []
    for node in (node for module in modules for node in ast.parse(module.read_text(encoding="utf-8")).body):
        given = dict(_assigned(node.body)) if isinstance(node, ast.ClassDef) else {}
        if given.get("id"):
            found[given["id"]] = given.get("marks", ())
    return found


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, object]]:
    """What statements assign to names, where it is written out."""
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
            try:
                yield target.id, ast.literal_eval(node.value)
            except ValueError:
                continue
