"""Official figures of authorities: both vintages, codes by their days, symbols apart, nothing lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from nbeval.cleaning.findings import Finding
from nbeval.cleaning.published import KEY, newest_vintage, off_rounding, official_figures
from nbeval.dictionary import Dictionary, load
from nbeval.dictionary.lookup import Official
from nbeval.errors import DictionaryError, SourceError, UnknownCodeError, UnknownHeaderError

COHORT = "phase_3"
SUITABLE = "suitable_19_21"


@pytest.fixture(scope="module")
def dictionary(root) -> Dictionary:
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(dictionary):
    return dictionary.cohort(COHORT)


@pytest.fixture(scope="module")
def published(shared) -> Path:
    """The folder with the files as they were published."""
    return shared / "real" / "official"


@pytest.fixture(scope="module")
def cleaned(dictionary, cohort, published) -> tuple[pd.DataFrame, list[Finding]]:
    return official_figures(cohort, dictionary, published, {one.table for one in dictionary.official.tables})


@pytest.fixture(scope="module")
def figures(cleaned) -> pd.DataFrame:
    return cleaned[0]


def said(findings: list[Finding], words: str) -> list[Finding]:
    """The findings whose message has some words."""
    return [one for one in findings if words in one.message]


class TestPublishedFiles:
    def test_every_authority_has_every_year_of_every_measure(self, figures, dictionary, cohort):
        assert not figures.duplicated(KEY).any()
        assert dictionary.official.tables
        for table in dictionary.official.tables:
            rows = figures[figures["table"].eq(table.table)]
            measures = [one.measure for one in dictionary.official.measures_of(table)]
            assert set(rows[["authority", "year", "measure"]].itertuples(index=False, name=None)) == set(
                product(cohort.authorities, table.years, measures))

    def test_dorset_is_read_under_the_code_that_was_in_force(self, figures):
        dorset = figures[figures["authority"].eq("dorset") & figures["measure"].eq(SUITABLE)
                         & figures["vintage"].eq("2023")].set_index("year")
        assert dorset["code"].to_dict() == {2019: "E10000009"} | dict.fromkeys(range(2020, 2024), "E06000059")
        assert dorset["value"].to_dict() == {2019: 85.0, 2020: 88.0, 2021: 88.0, 2022: 90.0, 2023: 91.0}
        assert dorset.loc[2019, "count"] == 174

    def test_north_yorkshire_is_read_under_the_code_of_each_vintage(self, figures):
        rows = figures[figures["authority"].eq("north_yorkshire") & figures["measure"].eq(SUITABLE)]
        assert rows.groupby("vintage")["code"].unique().map(list).to_dict() == {
            "2023": ["E10000023"], "2025": ["E06000065"]}
        both = rows.pivot(index="year", columns="vintage", values="value")
        assert both.loc[2021:2023, "2023"].tolist() == both.loc[2021:2023, "2025"].tolist() == [90.0, 89.0, 92.0]

    def test_rows_under_a_code_that_was_not_in_force_are_reported(self, cleaned):
        told = said(cleaned[1], "under a code that was not in force, none of them with a number")
        assert [(one.authority, one.count) for one in told] == [("dorset", 120), ("dorset", 40)]

    def test_labels_that_were_renamed_mean_the_same(self, figures):
        rows = figures[figures["measure"].eq("not_suitable_19_21") & figures["authority"].eq("coventry")]
        assert set(rows["vintage"]) == {"2023", "2025"}
        counts = rows[rows["year"].between(2021, 2023)].pivot(index="year", columns="vintage", values="count")
        assert counts["2023"].equals(counts["2025"])

    def test_symbols_are_never_numbers(self, figures):
        marked = figures["symbol"].ne("")
        assert figures.loc[marked, "value"].isna().all() and figures.loc[~marked, "value"].notna().all()
        assert set(figures["symbol"]) - {""} <= {"c", "z", "x", "k", "u"}
        row = figures[figures["authority"].eq("dorset") & figures["year"].eq(2020) & figures["vintage"].eq("2023")
                      & figures["measure"].eq("suitable_17_18")].iloc[0]
        assert row["symbol"] == "c" and pd.isna(row["count"])

    def test_percentages_fit_their_counts_as_far_as_rounding_allows(self, figures):
        held = figures.dropna(subset=["value", "count", "denominator"])
        assert len(held) > 1000
        assert off_rounding(figures).empty

    def test_the_denominator_is_the_count_of_all(self, figures):
        row = figures[figures["authority"].eq("dorset") & figures["year"].eq(2019) & figures["measure"].eq("eet_19_21")]
        assert row[["count", "denominator", "value"]].iloc[0].tolist() == [97.0, 205.0, 47.0]

    def test_means_of_everybody_come_with_their_intervals(self, figures):
        means = figures[figures["table"].eq("ons_wellbeing_2023")]
        assert len(means) == 8 * 12 * 4
        assert (means["conf_low"] <= means["value"]).all() and (means["value"] <= means["conf_high"]).all()
        row = means[means["authority"].eq("north_yorkshire") & means["year"].eq(2012)
                    & means["measure"].eq("life_satisfaction_mean_16_over")].iloc[0]
        assert (row["value"], row["conf_low"], row["conf_high"]) == (7.61, 7.45, 7.76)

    def test_the_newest_vintage_is_chosen_and_revisions_are_reported(self, cleaned):
        newest = newest_vintage(cleaned[0])
        assert not newest.duplicated(KEY[:-1]).any()
        overlap = newest[newest["measure"].eq(SUITABLE) & newest["year"].between(2021, 2023)]
        assert set(overlap["vintage"]) == {"2025"}
        told = {one.authority: one.count for one in said(cleaned[1], "between vintages")}
        assert told == {"coventry": 1, "hertfordshire": 1, "stockport": 6}


class TestRefusals:
    @pytest.fixture
    def only(self, dictionary) -> Dictionary:
        """The dictionary with one official table."""
        official = dictionary.official
        table = next(one for one in official.tables if one.table == "dfe_accommodation_2025")
        return replace(dictionary, official=Official((table,), official.columns, official.labels, official.measures,
                                                     official.symbols))

    @pytest.fixture
    def table(self, only, cohort) -> pd.DataFrame:
        """An invented table of the same form: 80 of 100 everywhere."""
        declared = only.official.tables[0]
        labels = {"Accommodation considered suitable": ("80", "80"), "Accommodation considered unsuitable": ("15", "15"),
                  "No information": ("5", "5"), "Suitability total": ("100", "100")}
        rows = [
            {"la_name": only.authority(authority).name, "new_la_code": only.code_on(authority, "ons", declared.codes_on),
             "time_period": str(year), "care_leaver_age": age, "breakdown": label, "care_leaver_count": count,
             "care_leaver_percent": percent}
            for authority, year, age, (label, (count, percent)) in product(
                cohort.authorities, declared.years, ("17 to 18 years", "19 to 21 years"), labels.items())
        ]
        return pd.DataFrame(rows, dtype=str).reindex(columns=list(only.official.columns_of(declared.table)), fill_value="")

    @pytest.fixture
    def clean_survey(self, only, cohort, tmp_path):
        """Collect a table that was written to the place of the published one."""
        def cleaned(table: pd.DataFrame, dictionary: Dictionary = only) -> tuple[pd.DataFrame, list[Finding]]:
            table.to_csv(tmp_path / only.official.tables[0].file, index=False)
            return official_figures(cohort, dictionary, tmp_path, {only.official.tables[0].table})
        return cleaned

    def test_a_whole_table_is_taken(self, clean_survey, table):
        figures, findings = clean_survey(table)
        assert len(figures) == 8 * 5 * 6
        assert [one.outcome for one in findings] == ["pass"] * 4

    def test_a_percentage_that_no_share_can_be_fails_the_check(self, clean_survey, table):
        """Published as 104 % by a typing mistake: named by table and authority, and never read as a share."""
        shares = table.index[pd.to_numeric(table["care_leaver_percent"], errors="coerce").notna()]
        table.loc[shares[0], "care_leaver_percent"] = "104"
        figures, findings = clean_survey(table)
        (found,) = [one for one in findings if one.outcome == "failure"]
        assert "1 percentage is below 0 or above 100" in found.message and found.authority and found.count == 1

    def test_a_missing_file_is_named(self, only, cohort, tmp_path):
        with pytest.raises(SourceError, match="dfe_care_leavers_accommodation_2021_2025.csv"):
            official_figures(cohort, only, tmp_path, {only.official.tables[0].table})

    def test_a_renamed_column_is_refused(self, clean_survey, table):
        with pytest.raises(UnknownHeaderError, match="number.*lacking: care_leaver_count"):
            clean_survey(table.rename(columns={"care_leaver_count": "number"}))

    def test_a_renamed_label_is_refused(self, clean_survey, table):
        with pytest.raises(UnknownCodeError, match="considered not suitable"):
            clean_survey(table.replace("Accommodation considered unsuitable", "Accommodation considered not suitable"))

    def test_an_unknown_symbol_is_refused(self, clean_survey, table):
        table.loc[3, "care_leaver_percent"] = "~"
        with pytest.raises(UnknownCodeError, match="symbols that are not declared"):
            clean_survey(table)

    def test_a_cell_without_number_and_symbol_is_refused(self, clean_survey, table):
        table.loc[3, "care_leaver_percent"] = ""
        with pytest.raises(SourceError, match="1 rows without number and symbol"):
            clean_survey(table)

    def test_a_year_in_another_form_is_refused(self, clean_survey, table):
        table.loc[3, "time_period"] = "2020/21"
        with pytest.raises(SourceError, match="another form"):
            clean_survey(table)

    def test_an_authority_that_lacks_a_year_is_named(self, clean_survey, table):
        gone = table["la_name"].eq("Oldham") & table["time_period"].eq("2022")
        with pytest.raises(SourceError, match=r"8 are lacking(.|\n)*oldham 2022 \(E08000004\)"):
            clean_survey(table[~gone])

    def test_a_figure_that_stands_there_twice_is_refused(self, clean_survey, table):
        with pytest.raises(SourceError, match="1 stand there twice"):
            clean_survey(pd.concat([table, table.iloc[[0]]]))

    def test_an_authority_under_a_code_nobody_declared_is_refused(self, clean_survey, table):
        moved = table["la_name"].eq("Oldham") & table["time_period"].eq("2025")
        table.loc[moved, "new_la_code"] = "E08000099"
        with pytest.raises(SourceError, match="Oldham E08000099"):
            clean_survey(table)

    def test_a_number_under_a_code_that_was_not_in_force_is_a_warning(self, clean_survey, table):
        old = table[table["la_name"].eq("Dorset")].assign(new_la_code="E10000009")
        findings = clean_survey(pd.concat([table, old]))[1]
        assert [one.outcome for one in said(findings, "under a code that was not in force")] == ["warning"]

    def test_an_authority_without_a_code_on_the_day_is_named(self, clean_survey, table, only):
        codes = tuple(one for one in only.codes if one.code != "E06000065")
        with pytest.raises(DictionaryError, match="'north_yorkshire' has no official code on 2025-03-31"):
            clean_survey(table, replace(only, codes=codes))

    def test_a_percentage_that_does_not_fit_its_counts_is_a_warning(self, clean_survey, table):
        table.loc[0, "care_leaver_percent"] = "82"
        figures, findings = clean_survey(table)
        assert len(off_rounding(figures)) == 1
        assert [one.outcome for one in said(findings, "not fit the counts beside")] == ["warning"]

    def test_a_symbol_for_rounded_to_nought_is_not_nought(self, clean_survey, table):
        table.loc[0, "care_leaver_percent"] = "k"
        row = clean_survey(table)[0].query("symbol == 'k'").iloc[0]
        assert pd.isna(row["value"]) and row["count"] == 80


class TestDeclaration:
    def test_faults_of_the_official_tables_are_named(self, root, tmp_path):
        folder = tmp_path / "data_dictionary"
        shutil.copytree(root / "data_dictionary", folder)
        for name, old, new in (("tables.csv", "c; k; x; z", "c; q; x; z"), ("columns.csv", "new_la_code,code", "new_la_code,ignored"),
                               ("measures.csv", ",eet,17_18,", ",eat,17_18,"), ("labels.csv", "dfe_activity_2025", "dfe_activity_2026")):
            text = (folder / "official" / name).read_text(encoding="utf-8")
            (folder / "official" / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DictionaryError) as caught:
            load(folder)
        message = str(caught.value)
        assert "'q'" in message and "no column of role code" in message
        assert "'eat'" in message and "dfe_activity_2026" in message

    def test_a_programme_without_official_tables_has_none(self, root):
        assert load(root / "tests" / "programmes" / "tiny").official == Official()
