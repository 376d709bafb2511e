"""What every record of a dictionary can do: say what is wrong with it, what it refers to, and what only readers see of it.

What a field means beyond its type is marked on the field, with ``Ref``, ``Id``, ``Template`` and ``ReadersOnly``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

#: parts several entries of one text
LIST_MARK = ";"
#: where an id is looked up: in the file (or the folder of the instrument) that names it, or in all of them
HERE, ANY = "here", "any"


@dataclass(frozen=True)
class Ref:
    """Marks a field that names the id of something else.

    ``within`` says in what it is looked up: ``HERE``, ``ANY``, or the field beside it (or around it) that names the owner.
    """

    kind: str                           # of the id; several with "or" between them
    within: str = ""
    also: tuple[str, ...] = ()          # words that are allowed besides ids
    parted: bool = False                # several ids in one text


@dataclass(frozen=True)
class Id:
    """Marks a field that gives a thing its id. Where it is not unique, several entries belong to one id."""

    kind: str
    within: str = ""
    unique: bool = True


@dataclass(frozen=True)
class ReadersOnly:
    """Marks a field that only readers see: no number rests on it."""


@dataclass(frozen=True)
class Template:
    """Marks a text whose fields in braces are filled with words: plain names, only of these."""

    fields: tuple[str, ...]

    def fault(self, text: str) -> str:
        """What is wrong with a text; empty where nothing is."""
        try:
            unknown = [name for name in fields_of(text) if name not in self.fields]
        except ValueError as error:
            return str(error)
        return f"it has fields that do not exist: {', '.join(unknown)}" if unknown else ""


def fields_of(text: str) -> tuple[str, ...]:
    """The names of a text's fields in braces, each once. Only plain names are fields: what would reach into a value, convert it or
    set a width raises ``ValueError``.

    >>> fields_of("{cohort}: {people} in {cohort}")
    ('cohort', 'people')
    """
    try:
        parsed = [(name, form, convert) for _, name, form, convert in Formatter().parse(text) if name is not None]
    except ValueError:
        raise ValueError("it has a brace that is not closed, or that opens nothing") from None
    if any(form or convert or not name.isidentifier() for name, form, convert in parsed):
        raise ValueError("a field in braces is more than a name")
    return tuple(dict.fromkeys(name for name, _, _ in parsed))


class Reference(NamedTuple):
    """What one field of one record refers to."""

    field: str
    value: str
    ref: Ref


class Unique(NamedTuple):
    """What may be only once in a file or a list: ``what`` is said of it, ``field`` is named in the message."""

    what: str
    field: str
    key: Callable[[Any], object]        # of a record; None: not asked of it


def _inside(path: str) -> str:
    """A path that stays within the folder it is seen from."""
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor or ".." in PureWindowsPath(path).parts:
        raise PydanticCustomError("contradiction", "{what}; {do}", {
            "what": "leads out of its folder", "do": "write the path as it is seen from that folder, without '..'"})
    return path


#: what a record finds wrong with itself: a field (or the way to one), what is wrong, what to do
Fault = tuple[str | tuple, str, str]
#: a path within a folder that the programme knows
RelativePath = Annotated[str, AfterValidator(_inside)]
#: a text that only readers see
Said = Annotated[str, ReadersOnly()]
#: keys of sources: those that results carry along, and those that only readers see
Cited = Annotated[str, Ref("source key", parted=True)]
CitedForReaders = Annotated[str, Ref("source key", parted=True), ReadersOnly()]
#: ids of things that the whole dictionary knows
AreaId, AuthorityId, IndicatorId, ItemId = (Annotated[str, Ref(kind)] for kind in ("area", "authority", "indicator", "item"))
#: ids within the file or the instrument that names them
LocalAuthorityId, LocalVersion, LocalWaveId = (Annotated[str, Ref(kind, HERE)] for kind in ("authority", "export version", "wave"))
#: a wave of any cohort, a source of any
AnyWaveId, AnySourceId = (Annotated[str, Ref(kind, ANY)] for kind in ("wave", "kind of source"))
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
AtLeastOne = Annotated[int, Field(ge=1)]


class Record(BaseModel):
    """One entry of the dictionary: unknown fields are refused, nothing can be changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)
    once: ClassVar[tuple[Unique, ...]] = ()

    def faults(self) -> Iterator[Fault]:
        """What contradicts itself within this entry."""
        yield from ()

    def references(self) -> Iterator[Reference]:
        """Every id of something else that this entry names."""
        for name, ref in marked_fields(type(self), Ref):
            yield from (Reference(name, value, ref) for value in texts(getattr(self, name), ref.parted))

    @model_validator(mode="after")
    def _consistent(self) -> Record:
        """Refuse an entry that contradicts itself, with all its faults at once."""
        templates = [
            (name, fault, "write every field as {name}, of: " + ", ".join(mark.fields) + "; and a brace that is no field twice")
            for name, mark in marked_fields(type(self), Template) if (fault := mark.fault(getattr(self, name)))
        ]
        found = [
            InitErrorDetails(type=PydanticCustomError("contradiction", "{what}; {do}", {"what": what, "do": do}),
                             loc=field if isinstance(field, tuple) else (field,), input="")
            for field, what, do in (*templates, *self.faults())
        ]
        if found:
            raise ValidationError.from_exception_data(type(self).__name__, found)
        return self


@cache
def marked_fields(kind: type[Record], mark: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a record that bear a mark, each with the mark."""
    return tuple((name, one) for name, about in kind.model_fields.items() for one in about.metadata if isinstance(one, mark))


def readers_only(kind: type[Record]) -> tuple[str, ...]:
    """The names of the fields that only readers see. All others count for the fingerprint of the numbers."""
    return tuple(name for name, _ in marked_fields(kind, ReadersOnly))


def without_words(record: Record) -> Record:
    """The record with every field that only readers see left blank, at every depth: what numbers rest on.

    >>> class Place(Record):
    ...     id: str
    ...     about: Said = ""
    >>> without_words(Place(id="north", about="By the sea"))
    Place(id='north', about='')
    """
    blank = {name: type(getattr(record, name))() for name in readers_only(type(record))}
    return record.model_copy(update={name: _without_words(value) for name, value in record if name not in blank} | blank)


def _without_words(value: Any) -> Any:
    """Any value with the records in it left without words."""
    if isinstance(value, Record):
        return without_words(value)
    if isinstance(value, tuple):
        return tuple(_without_words(one) for one in value)
    return {key: _without_words(part) for key, part in value.items()} if isinstance(value, Mapping) else value


def texts(value: object, parted: bool = False) -> tuple[str, ...]:
    """The ids in a field: of a text, a list, or the lists of a table; empty ones are left out."""
    if isinstance(value, str):
        parts = value.split(LIST_MARK) if parted else (value,)
        return tuple(part.strip() for part in parts if part.strip())
    parts = value.values() if isinstance(value, dict) else value or ()
    return tuple(text for part in parts for text in texts(part))
