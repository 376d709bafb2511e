"""What every record of a dictionary can do: say what is wrong with it, what it refers to, and what only readers see of it.

What a field means beyond its type is marked on the field, with ``Ref``, ``Id`` and ``ReadersOnly``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
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


#: what a record finds wrong with itself: a field (or the way to one), what is wrong, what to do
Fault = tuple[str | tuple, str, str]
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
        found = [
            InitErrorDetails(type=PydanticCustomError("contradiction", "{what}; {do}", {"what": what, "do": do}),
                             loc=field if isinstance(field, tuple) else (field,), input="")
            for field, what, do in self.faults()
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
