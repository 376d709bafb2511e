"""Checks of instruments that are no survey: areas, points, choices, bands and the fields of their exports."""

from __future__ import annotations

from nbeval.dictionary.codes import normalise
from nbeval.dictionary.contents import Contents, InstrumentFiles
from nbeval.dictionary.enums import FieldRole, SourceKind
from nbeval.dictionary.files import Place, Placed
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.lookup import MANY, SCALE

COLOURS = ("red", "amber", "green")
#: the roles that each kind of instrument cannot do without
NEEDED = {
    SourceKind.SELF_ASSESSMENT: (FieldRole.KEY, FieldRole.RATING),
    SourceKind.ACTION_PLAN: (FieldRole.KEY, FieldRole.AREA, FieldRole.STATUS),
    SourceKind.VISITS: (FieldRole.AREA, FieldRole.PLANNED, FieldRole.HELD),
    SourceKind.ENTRY: (),
    SourceKind.INTERVIEWS: (FieldRole.DOCUMENT, FieldRole.AREA),
    SourceKind.QUOTES: (FieldRole.KEY, FieldRole.QUOTE, FieldRole.KIND, FieldRole.AREA, FieldRole.CONSENT, FieldRole.RELEASE,
                        FieldRole.DECISION, FieldRole.SIGNED),
    SourceKind.INSPECTIONS: (FieldRole.AUTHORITY, FieldRole.AREA, FieldRole.KIND, FieldRole.STATUS, FieldRole.HELD),
    SourceKind.OFFICIAL: (),
}
#: the roles whose entries are chosen from a set
OF_CHOICES = (FieldRole.RATING, FieldRole.STATUS, FieldRole.INVOLVEMENT, FieldRole.KIND, FieldRole.CONSENT, FieldRole.RELEASE,
              FieldRole.DECISION)


def check_evidence(contents: Contents, known: Known) -> None:
    """Check every instrument that is no survey, and that no two of them name an area alike."""
    areas = [placed for files in contents.evidence for placed in files.rows("areas.csv")]
    unique(known.faults, areas, lambda one: one.area, "this area", "area")
    taken = known.ids["indicator"]
    for area, place in areas:
        known.refer_all(place, "outcomes", "outcome", area.outcomes)
        if area.area in taken:
            known.faults.add(place, "area", f"'{area.area}' is an indicator too", "give the area another id")
    for files in contents.evidence:
        _check_kind(files, known)
        _check_points(files, known)
        _check_choices(files, known)
        _check_bands(files, known)
        _check_fields(files, known)


def check_areas_named(attribute: str, wanted: str, place: Place, contents: Contents, known: Known) -> None:
    """Hold that an exhibit names areas, parts or sources that exist."""
    if attribute == "source":
        known.refer(place, "indicators", "kind of source", wanted)
        return
    values = {getattr(area, attribute) for files in contents.evidence for area, _ in files.rows("areas.csv")}
    if wanted not in values and wanted not in known.broken:
        known.faults.unknown(place, "indicators", attribute, wanted, values)


def _check_kind(files: InstrumentFiles, known: Known) -> None:
    """The kind is known, and the fields that it needs are declared in every version."""
    for record, place in files.record:
        if record.kind not in tuple(NEEDED):
            known.faults.unknown(place, "kind", "kind of instrument", record.kind, [kind.value for kind in NEEDED])
            continue
        rows = [field for field, _ in files.rows("fields.csv") if files.rows("areas.csv")]     # nothing is known of it yet
        for version in dict.fromkeys(field.version for field in rows):
            roles = {field.role for field in rows if field.version == version}
            for role in () if roles == {FieldRole.NAME} else NEEDED[SourceKind(record.kind)]:
                if role not in roles:
                    known.faults.add(Place(f"{files.folder}/fields.csv"), "role", f"version '{version}' has no field of "
                                     f"role '{role.value}'", f"a source of kind '{record.kind}' cannot do without it")


def _check_points(files: InstrumentFiles, known: Known) -> None:
    """Points stand once and belong to areas that exist."""
    areas = {area.area for area, _ in files.rows("areas.csv")}
    points = files.rows("points.csv")
    unique(known.faults, points, lambda one: one.point, "this point", "point")
    for point, place in points:
        if point.area not in areas | known.broken:
            known.faults.unknown(place, "area", "area", point.area, areas)


def _check_choices(files: InstrumentFiles, known: Known) -> None:
    """A code and a spelling stand once in their set; the steps of a scale are whole numbers."""
    rows = files.rows("choices.csv")
    unique(known.faults, rows, lambda one: (one.choices, one.code), "this code", "code")
    spelt: dict[tuple[str, str], str] = {}
    for choice, place in rows:
        if choice.since and choice.until and choice.since > choice.until:
            known.faults.add(place, "until", "is before since", "put the two dates in order")
        if choice.choices == SCALE and not choice.code.isdecimal():
            known.faults.add(place, "code", f"'{choice.code}' is no whole number", "number the steps of the scale")
        for label in {normalise(text) for text in (choice.label, *choice.also.split(" | ")) if text}:
            if spelt.setdefault((choice.choices, label), choice.code) != choice.code:
                known.faults.add(place, "label", f"stands for '{spelt[choice.choices, label]}' too",
                                 "keep the spelling with one of the two")


def _check_bands(files: InstrumentFiles, known: Known) -> None:
    """Bands have a colour and a lowest mean of their own, and begin where the scale begins."""
    rows = files.rows("bands.csv")
    unique(known.faults, rows, lambda one: one.lowest, "this lowest mean", "lowest")
    for band, place in rows:
        if band.colour not in COLOURS:
            known.faults.unknown(place, "colour", "colour", band.colour, COLOURS)
    steps = [float(one.code) for one, _ in files.rows("choices.csv") if one.choices == SCALE and one.code.isdecimal()]
    if rows and steps and min(band.lowest for band, _ in rows) > min(steps):
        known.faults.add(rows[0].place, "lowest", "leaves the lowest ratings without a band",
                         f"let one band begin at {min(steps):g}")


def _check_fields(files: InstrumentFiles, known: Known) -> None:
    """A header means one thing in its version; what is chosen names its set; occasions are told apart."""
    rows = files.rows("fields.csv")
    unique(known.faults, rows, lambda one: (one.version, normalise(one.header)), "this header", "header")
    single: list[Placed] = [placed for placed in rows if placed.record.role not in (FieldRole.TEXT, FieldRole.RATING)]
    unique(known.faults, single, lambda one: (one.version, one.role, one.occasion, one.choices, one.area), "a field of this role",
           "role")
    areas = {area.area for area, _ in files.rows("areas.csv")}
    sets = {choice.choices for choice, _ in files.rows("choices.csv")}
    for field, place in rows:
        if areas and field.role in OF_CHOICES and field.choices not in sets:
            known.faults.unknown(place, "choices", "set of choices", field.choices, sets)
        if field.role is FieldRole.ATTRIBUTE:
            known.refer(place, "choices", "group", field.choices)
        if field.header.endswith(MANY) and field.role is not FieldRole.TEXT:
            known.faults.add(place, "header", "stands for many columns, which only typed text may", "give it the role text, or name each column")
        if field.parted_by and field.role is not FieldRole.AREA:
            known.faults.add(place, "parted_by", f"is filled in for the role {field.role.value}", "leave it empty: only codes are parted")
        if field.area and field.area not in areas:
            known.faults.unknown(place, "area", "area", field.area, areas)
