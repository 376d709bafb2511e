"""What is no plain answer is counted in a survey and in the other sources alike: rows of totals, spoilt letters, values that SPSS declares."""

from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.noticed import CellKind, noticed_in
from nbeval.cleaning.reading import read_table
from nbeval.cleaning.spoilt import is_spoilt
from nbeval.cleaning.spss_values import as_declared
from nbeval.dictionary.enums import Role
from nbeval.errors import UnknownCodeError
from tests.cleaning.exports import form, with_columns, write_cohort


def test_a_row_of_totals_is_nobodys_form_and_is_counted_apart(tiny, cohort, tmp_path):
    forms = [form("1"), form("2"), form("Total", enjoy="7", often="", card="", novels="", comics="")]
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, before={"north": forms}))
    row = cleaned.accounting[cleaned.accounting["file"].eq("before/north.csv")].iloc[0]
    assert (row["read"], row["kept"], row["row of totals"]) == (3, 2, 1)
    assert "1 row is of totals, and nobody's form" in " ".join(cleaned.findings["message"])
    same = clean_survey(cohort, tiny, write_cohort(tmp_path / "b", before={"north": [*forms[:2], form("Total of us")]}))
    assert "row of totals" not in same.accounting


@pytest.mark.parametrize("text", ["it\u00e2\u20ac\u2122s", "caf\u00c3\u00a9", "lost \ufffd", "\u00e2\u20ac\u0153so\u00e2\u20ac\u009d"])
def test_spoilt_letters_are_known(text):
    assert is_spoilt(text)


@pytest.mark.parametrize("text", ["it\u2019s", "caf\u00e9", "na\u00efve \u00a35", "\u00c2ngela", "\u4f60\u597d", "Ff\u00f4n a th\u0177", "\u00e9\u00e8", "S\u00c3O"])
def test_letters_of_any_language_are_not_spoilt(text):
    assert not is_spoilt(text)


def test_spoilt_letters_are_warned_of_with_their_number_and_never_shown(tiny, cohort, tmp_path):
    forms = [form("1", comment="It\u00e2\u20ac\u2122s fine"), form("2", comment="It\u2019s fine")]
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, before={"north": forms}))
    found = cleaned.findings[cleaned.findings["check"].eq("cells_plain") & cleaned.findings["outcome"].eq("warning")]
    assert found[["wave", "authority", "count"]].to_numpy().tolist() == [["before", "north", 1]]
    assert "1 cell with spoilt characters" in found["message"].iloc[0] and "fine" not in found["message"].iloc[0]


def spss(tiny, folder, values, **declared):
    """An SPSS file with one variable, as the tiny programme declares it, read."""
    path = folder / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"enjoy": [float(one) for one in values]}), path, **declared)
    renamed = with_columns(tiny, lambda column: column.model_copy(update={"header": "enjoy"}) if column.item == "enjoy" and column.role is Role.ITEM else column)
    file = ExportFile(path, "a.sav", "survey", "before", "north", "2020", 1, "", "")
    return as_declared(file, read_table(path), renamed.instruments[0])


def test_values_that_an_spss_file_declares_as_missing_are_no_answers(tiny, tmp_path):
    table = spss(tiny, tmp_path, [1, 5, 9, 10, 9], missing_ranges={"enjoy": [{"lo": 9, "hi": 10}]})
    assert table["enjoy"].tolist() == ["1", "5", "", "", ""]
    said = noticed_in(table)
    assert [(one.kind, one.count) for one in said] == [(CellKind.DECLARED_MISSING, 3)] and "enjoy" in str(said[0]) and said[0].warns
    assert spss(tiny, tmp_path, [1, 99], missing_ranges={"enjoy": [99]})["enjoy"].tolist() == ["1", "99"]      # no answer of the dictionary: refused later


def test_labels_at_other_codes_than_in_the_dictionary_are_refused(tiny, tmp_path):
    with pytest.raises(UnknownCodeError, match="other codes") as error:
        spss(tiny, tmp_path, [1, 5, 11], variable_value_labels={"enjoy": {1.0: "Not at all", 11.0: "Very much"}})
    assert "the label of code 0 is at 1" in str(error.value)
