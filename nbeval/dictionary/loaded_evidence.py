"""A loaded instrument that is no survey: its areas, its rated points, its choices and its bands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbeval.dictionary.kinds import FieldRole
from nbeval.dictionary.lookup import find, unknown
from nbeval.dictionary.records_evidence import Area, Band, Choice, Point, SourceField
from nbeval.dictionary.records_instrument import Instrument
from nbeval.rounding import half_up

#: how an exhibit names areas in place of indicators: one, a part, or all of its source
OF_AREAS = ("area", "part", "source")
#: how it names a measure of official tables
OF_OFFICIAL = "measure"

#: the end of a header that stands for every column whose header begins so
MANY = "*"
#: the choices that are a scale, whose codes are numbers
SCALE = "rating"


@dataclass(frozen=True)
class LoadedEvidence:
    """An instrument with its fields, areas, points, choices and bands."""

    record: Instrument
    fields: tuple[SourceField, ...]
    areas: tuple[Area, ...]
    points: tuple[Point, ...] = ()
    choices: tuple[Choice, ...] = ()
    bands: tuple[Band, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The export versions, in the order of fields.csv."""
        return tuple(dict.fromkeys(field.version for field in self.fields))

    def area(self, area: str) -> Area:
        """The area with this id."""
        return find(self.areas, "area", area, "area", f"instruments/{self.record.id}/areas.csv")

    def fields_of(self, version: str) -> tuple[SourceField, ...]:
        """The fields of an export version, in the order of fields.csv."""
        if version not in self.versions:
            raise unknown("export version", version, self.versions, f"instruments/{self.record.id}/fields.csv")
        return tuple(field for field in self.fields if field.version == version)

    def chosen(self, choices: str) -> tuple[Choice, ...]:
        """The choices of a set, in the order of choices.csv."""
        return tuple(one for one in self.choices if one.choices == choices)

    def chosen_by(self, role: FieldRole) -> tuple[Choice, ...]:
        """The choices that fields of a role are of; none where no field has the role."""
        return self.chosen(next((field.choices for field in self.fields if field.role is role), ""))

    def choice(self, choices: str, code: str) -> Choice:
        """The choice of a set with this code."""
        return find(self.chosen(choices), "code", code, f"choice of '{choices}'",
                    f"instruments/{self.record.id}/choices.csv")

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest step of the scale of ratings."""
        steps = [float(one.code) for one in self.chosen(SCALE)]
        return min(steps), max(steps)

    def band(self, mean: float) -> Band | None:
        """The band that a mean rating, as printed with one decimal, falls in; None where no bands are declared."""
        as_printed = half_up(mean, 1)
        reached = [one for one in sorted(self.bands, key=lambda one: one.lowest) if as_printed >= one.lowest - 1e-9]
        return reached[-1] if reached else None

    def named(self, names: Iterable[str]) -> tuple[Area, ...]:
        """The areas that an exhibit names as ``area:<id>``, ``part:<id>`` or ``source:<id>`` (all of them).

        Parameters
        ----------
        names : iterable of str
            As in the column ``indicators`` of exhibits.csv; names of indicators are left out.

        Returns
        -------
        tuple of Area
            In the order of areas.csv, each once.
        """
        wanted = [name.partition(":")[::2] for name in names]
        return tuple(
            one for one in self.areas
            if ("area", one.area) in wanted or ("part", one.part) in wanted or any(kind == "source" for kind, _ in wanted)
        )
