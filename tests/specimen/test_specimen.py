"""Invented exports look as the dictionary says, are as untidy as real ones, and hold the shares declared."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import math
import struct
from pathlib import Path

import numpy as np
import pyreadstat
import pytest
from openpyxl import load_workbook

from nbeval.dictionary import load
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.errors import ParameterError
from nbeval.specimen import target_shares, write_specimen
from nbeval.specimen.people import answer_codes, draw_people

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"project": ROOT / "data_dictionary", "tiny": ROOT / "tests" / "programmes" / "tiny"}


def invented(dictionary):
    """The invented cohort of a dictionary."""
    return next(cohort for cohort in dictionary.cohorts if cohort.invented)


@pytest.fixture(scope="module", params=FOLDERS)
def dictionary(request):
    return load(FOLDERS[request.param])


@pytest.fixture(scope="module")
def tiny():
    return load(FOLDERS["tiny"])


@pytest.fixture(scope="module")
def waves(dictionary):
    """The people of every wave of the invented cohort, as they are drawn."""
    cohort = invented(dictionary)
    instrument = dictionary.instrument(cohort.sources[0].instrument)
    return [
        (instrument, draw_people(cohort, dictionary, instrument, wave, version, cohort.authorities))
        for wave, version in {files.wave: files.version for files in cohort.sources[0].files}.items()
    ]


@pytest.fixture(scope="module")
def written(dictionary, tmp_path_factory):
    out = tmp_path_factory.mktemp("specimen")
    return out, write_specimen(invented(dictionary), dictionary, out)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# --- files -----------------------------------------------------------------------------------------

def test_there_is_one_file_per_authority_and_wave_where_the_pattern_says(dictionary, written):
    out, paths = written
    cohort = invented(dictionary)
    expected = {
        files.pattern.replace("{authority}", authority).partition("#")[0]
        for source in cohort.sources for files in source.files for authority in files.returned_by(cohort.authorities)
    }
    assert {path.relative_to(out).as_posix() for path in paths} == expected
    assert all(path.is_file() for path in paths)


def test_the_projects_exports_come_in_every_format_that_is_written(tmp_path):
    dictionary = load(FOLDERS["project"])
    paths = write_specimen(invented(dictionary), dictionary, tmp_path)
    assert {path.suffix for path in paths} == {".csv", ".xlsx", ".sav"}


def test_the_same_dictionary_gives_the_same_bytes(dictionary, written, tmp_path):
    again = write_specimen(invented(dictionary), dictionary, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written[1]]


def test_another_seed_gives_other_answers(tiny, tmp_path):
    other = dataclasses.replace(tiny, specimen=tiny.specimen.model_copy(update={"seed": 8}))
    one, two = (write_specimen(invented(tiny), which, tmp_path / str(place))[0].read_bytes()
                for place, which in enumerate((tiny, other)))
    assert one != two


def test_every_label_is_one_that_the_dictionary_declares(dictionary, written):
    out, _ = written
    cohort = invented(dictionary)
    for source, files in ((source, files) for source in cohort.sources[:1] for files in source.files):
        instrument = dictionary.instrument(source.instrument)
        for path in out.glob(files.pattern.replace("{authority}", "*")):
            if path.suffix == ".csv":
                check_labels(instrument, files, read_csv(path))


def check_labels(instrument, files, rows) -> None:
    columns = instrument.columns_of(files.version)
    assert len(rows[0]) == len(columns)
    for place, column in enumerate(columns):
        if column.role is not Role.ITEM or instrument.item(column.item).kind is ItemKind.TEXT:
            continue
        answers = instrument.codebook(column.item, files.version)
        known = {normalise(text) for one in answers for text in (one.label, *one.also.split(" | "))}
        known |= {str(code) for code in answer_codes(instrument, column.item, files.version)} | {""}
        known.add(normalise(instrument.item(column.item).label))
        assert {normalise(row[place]) for row in rows[files.header_rows:]} <= known, column.header


def test_headers_of_two_rows_are_written_once_above_the_columns_that_share_them(tmp_path, tiny):
    path = write_specimen(invented(tiny), tiny, tmp_path)[-1]
    rows = list(load_workbook(path).active.iter_rows(max_row=2, values_only=True))
    assert rows[0][5:7] == ("Contact", "Q1")
    assert rows[1][5:7] == ("E-mail", "How much do you enjoy reading nowadays?")
    assert rows[0][0] == "UserID" and rows[1][0] is None


def test_a_first_header_is_not_repeated(dictionary, written):
    assert written[1]
    for path in written[1]:
        if path.suffix == ".csv" and "final" in path.parts:
            first, second = read_csv(path)[:2]
            assert any(above == "" and below for above, below in zip(first, second, strict=True))


def test_an_spss_export_is_written_where_the_pattern_asks_for_one(tiny, tmp_path):
    """Only headers that are names of variables can be written to such a file."""
    instrument = tiny.instrument("reading_survey")
    columns = [column.model_copy(update={"version": "spss", "header": f"V{place}"})
               for place, column in enumerate(instrument.columns_of("2020"))]
    changed = dataclasses.replace(instrument, columns=(*instrument.columns, *columns))
    dictionary = dataclasses.replace(tiny, instruments=(changed,))
    source = invented(tiny).sources[0]
    files = source.files[0].model_copy(update={"pattern": "{authority}.sav", "version": "spss"})
    cohort = invented(tiny).model_copy(update={"sources": (source.model_copy(update={"files": (files,)}),)})
    paths = write_specimen(cohort, dictionary, tmp_path / "one")
    table, _ = pyreadstat.read_sav(paths[0])
    assert list(table.columns) == [column.header for column in columns]
    assert set(table["V8"]) >= {"Sometimes", "Hardly ever or never"}
    header = paths[0].read_bytes()[:176]
    assert header[92:109] == b"01 Jan 8000:00:00", "the moment of writing is not in the file"
    assert header[84:92] == struct.pack("<d", 100.0), "the bias of the format stands before it"
    again = write_specimen(cohort, dictionary, tmp_path / "two")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]


def test_a_formula_typed_by_a_person_is_text_in_a_workbook(tiny, tmp_path):
    paths = [path for path in write_specimen(invented(tiny), tiny, tmp_path) if path.suffix == ".xlsx"]
    cells = [cell for path in paths for row in load_workbook(path).active.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.value == "=cmd()"]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_an_export_of_another_kind_is_refused(tiny, tmp_path):
    source = invented(tiny).sources[0]
    files = source.files[0].model_copy(update={"pattern": "{authority}.ods"})
    cohort = invented(tiny).model_copy(update={"sources": (source.model_copy(update={"files": (files,)}),)})
    with pytest.raises(ParameterError) as error:
        write_specimen(cohort, tiny, tmp_path)
    assert error.value.allowed == ".csv, .xlsx, .sav"


def test_answers_are_not_invented_for_a_real_cohort(tiny, tmp_path):
    with pytest.raises(ParameterError, match="is not invented"):
        write_specimen(invented(tiny).model_copy(update={"invented": False}), tiny, tmp_path)


def test_without_a_declaration_nothing_is_invented(tiny, tmp_path):
    with pytest.raises(ParameterError, match="does not say what invented answers are drawn from"):
        write_specimen(invented(tiny), dataclasses.replace(tiny, specimen=None), tmp_path)


# --- untidiness ------------------------------------------------------------------------------------

def forms(dictionary, written, role: Role) -> list[str]:
    """All cells of the columns of one role in the CSV exports."""
    out, _ = written
    cohort, cells = invented(dictionary), []
    for files in cohort.sources[0].files:
        columns = dictionary.instrument(cohort.sources[0].instrument).columns_of(files.version)
        for path in out.glob(files.pattern.replace("{authority}", "*")):
            rows = read_csv(path)[files.header_rows:] if path.suffix == ".csv" else []
            cells += [row[place] for row in rows for place, column in enumerate(columns) if column.role is role]
    return cells


def test_exports_contain_what_has_to_be_excluded(dictionary, written):
    record = dictionary.instrument(invented(dictionary).sources[0].instrument).record
    numbers = forms(dictionary, written, Role.SUBMISSION)
    assert 0 < len(numbers) - len(set(numbers)) < 0.06 * len(numbers), "forms sent twice"
    survey = [files.pattern.partition("/")[0] for files in invented(dictionary).sources[0].files]
    files = sum(path.suffix == ".csv" and path.relative_to(written[0]).parts[0] in survey for path in written[1])
    assert sum(cell in record.test_labels for cell in forms(dictionary, written, Role.TEST)) == 2 * files
    partial = sum(cell in record.partial_labels for cell in forms(dictionary, written, Role.STATUS))
    assert files < partial < 0.12 * len(numbers)


def test_some_cells_have_stray_spaces_and_some_files_a_byte_order_mark(dictionary, written):
    marked = {path.read_bytes().startswith(b"\xef\xbb\xbf") for path in written[1] if path.suffix == ".csv"}
    assert True in marked
    stray = [cell for cell in forms(dictionary, written, Role.ITEM) if cell != cell.strip()]
    assert stray


def test_identifying_cells_identify_nobody(dictionary, written):
    found = list(forms(dictionary, written, Role.IDENTIFYING))
    assert found
    for cell in found:
        assert cell.endswith("@example.org") or cell.startswith("192.0.2."), cell


def test_free_text_holds_markup_and_formulas(dictionary, written):
    cells = set(forms(dictionary, written, Role.ITEM))
    for start in ("<script>", "=cmd", "+1", "@"):
        assert any(cell.startswith(start) for cell in cells)


def test_a_canary_is_planted_in_every_free_text_and_identifying_cell_and_nowhere_else(dictionary, tmp_path):
    numbers = itertools.count()
    paths = write_specimen(invented(dictionary), dictionary, tmp_path,
                           canary=lambda text: f"{text} CANARY{next(numbers)}")
    source = invented(dictionary).sources[0]
    instrument = dictionary.instrument(source.instrument)
    texts = {item.item for item in instrument.items if item.kind is ItemKind.TEXT}
    for files, path in ((files, path) for files in source.files for path in paths
                        if path.suffix == ".csv" and path.match(files.pattern.replace("{authority}", "*"))):
        columns = instrument.columns_of(files.version)
        planted = [place for place, column in enumerate(columns)
                   if column.role is Role.IDENTIFYING or column.item in texts]
        people = sum(size.count for size in dictionary.specimen.sizes if size.authority == path.stem
                     and size.wave in ("", files.wave)) or dictionary.specimen.people
        found = [[place for place, cell in enumerate(row) if "CANARY" in cell] for row in read_csv(path)]
        assert sum(row == planted for row in found) >= 0.85 * people, "forms that ended early lack later cells"
        assert all(set(row) <= set(planted) for row in found)
    assert next(numbers) > 100


# --- people ----------------------------------------------------------------------------------------

def test_as_many_people_answer_as_declared(dictionary, waves):
    assert waves
    for _, people in waves:
        names, counts = np.unique(people.authority.astype(str), return_counts=True)
        declared = {size.authority: size.count for size in dictionary.specimen.sizes if size.wave in ("", people.wave)}
        assert dict(zip(names, counts, strict=True)) == {
            name: declared.get(name, dictionary.specimen.people) for name in names}


def test_shares_are_within_sampling_error_of_those_declared(dictionary, waves):
    """Four standard errors: of some hundreds of shares not one should lie further out."""
    assert waves
    for instrument, people in waves:
        for item, codes in people.codes.items():
            if not any(column.item in (item, instrument.item(item).part_of)
                       for column in instrument.columns_of(people.version)):
                continue
            target = target_shares(dictionary, instrument, item, people.wave, people.version)
            asked = answered(instrument, people, item, codes)
            for code, share in target.items():
                error = 4 * math.sqrt(share * (1 - share) / len(asked)) + 1 / len(asked)
                assert abs((asked == code).mean() - share) < error, (people.wave, item, code)


def answered(instrument, people, item, codes):
    """The codes of those who are asked; of a question with boxes to tick, of those who ticked one."""
    part_of = instrument.item(item).part_of
    options = [other.item for other in instrument.items if part_of and other.part_of == part_of]
    joined = any(column.role is Role.OPTIONS and column.item == part_of
                 for column in instrument.columns_of(people.version))
    unticked = options and not any(one.code == 0 for one in instrument.codebook(item, people.version))
    if joined or unticked:
        return codes[np.any([people.codes[other] == 1 for other in options], axis=0)]
    return codes[~np.isnan(codes)]


def test_the_changes_built_in_can_be_recovered_and_no_other_item_changes(dictionary, waves):
    (instrument, first), (_, last) = waves
    changes = {change.item: change for change in dictionary.specimen.changes}
    assert first.codes
    for item in first.codes:
        before, after = (target_shares(dictionary, instrument, item, people.wave, people.version)
                         for people in (first, last))
        if item not in changes:
            assert before == pytest.approx(after), item
            continue
        codes = [code for code in before if float(code) in expanded(changes[item].codes)]
        grown = sum(after[code] - before[code] for code in codes)
        assert 100 * grown == pytest.approx(changes[item].points)
        drawn = [answered(instrument, people, item, people.codes[item]) for people in (first, last)]
        share, other = (np.isin(one, codes).mean() for one in drawn)
        error = math.sqrt(share * (1 - share) / len(drawn[0]) + other * (1 - other) / len(drawn[1]))
        assert abs(other - share - grown) < 4 * error, item


def expanded(codes):
    """Codes written as ranges, one by one."""
    ends = [part.split("-") for part in codes]
    return {float(code) for low, *high in ends for code in range(int(low), int((high or [low])[0]) + 1)}


def test_routed_items_are_asked_of_those_led_there_and_of_nobody_else(waves):
    assert waves
    for instrument, people in waves:
        for rule in instrument.routing:
            led = np.isin(people.codes[rule.asked_if_item], rule.asked_if_codes)
            assert (~np.isnan(people.codes[rule.item]) == led).all()


def test_answers_hang_together_as_declared(dictionary, waves):
    loadings = {one.item: one.loading for one in dictionary.specimen.items}
    strong = [item for item, loading in loadings.items() if abs(loading) >= 0.5]
    assert waves
    for _, people in waves:
        for one, other in itertools.combinations([item for item in strong if item in people.codes], 2):
            found = np.corrcoef(people.codes[one], people.codes[other])[0, 1]
            expected = loadings[one] * loadings[other]
            assert np.sign(found) == np.sign(expected)
            assert abs(found) > 0.5 * abs(expected), (one, other)


def test_an_option_that_stands_alone_does(dictionary, waves):
    alone = [one.item for one in dictionary.specimen.items if one.alone]
    assert waves
    for instrument, people in waves:
        for item in alone:
            others = [other.item for other in instrument.items
                      if other.part_of == instrument.item(item).part_of and other.item != item]
            together = (people.codes[item] == 1) & np.any([people.codes[other] == 1 for other in others], axis=0)
            assert not together.any()


def test_people_whose_well_being_is_shifted_answer_lower(dictionary, waves):
    strongest = max(dictionary.specimen.items, key=lambda one: one.loading).item
    assert dictionary.specimen.shifts
    for shift in dictionary.specimen.shifts:
        if abs(shift.size) < 0.5:
            continue
        for _, people in waves:
            inside = np.isin(people.codes[shift.item], [int(code) for code in shift.codes])
            gap = people.codes[strongest][inside].mean() - people.codes[strongest][~inside].mean()
            assert np.sign(gap) == np.sign(shift.size)


def test_an_item_added_to_the_instrument_moves_no_other_answer(tiny):
    cohort = invented(tiny)
    instrument = tiny.instrument("reading_survey")
    extra = instrument.item("often").model_copy(update={"item": "extra"})
    larger = dataclasses.replace(instrument, items=(extra, *instrument.items))
    drawn = [draw_people(cohort, tiny, which, "before", "2020", cohort.authorities) for which in (instrument, larger)]
    assert drawn[0].codes
    for item in drawn[0].codes:
        assert np.array_equal(drawn[0].codes[item], drawn[1].codes[item], equal_nan=True)
