"""The English of web pages and indexes: whole sentences and labels with named fields."""

from __future__ import annotations

PAGES = {
    # every page
    "title_invented": "{title} (invented data)",
    "about_data": "About the data",
    "invented": "Invented data. The people, answers and authorities in this document are invented. It shows what a report looks "
                "like and says nothing about any real person or place.",
    "made_by": "Made by nbeval.",
    # a report
    "skip_report": "Skip to the report",
    "rests_on_report": "Every number of this report is in {results}, and what it rests on in {provenance}, beside it.",
    # slides
    "skip_slides": "Skip to the slides",
    "rests_on_slides": "Every number of these slides is in {results}, and what it rests on in {provenance}, beside them.",
    "from_first": "From the first slide",
    "from_slide": "From slide {number} of {count}",
    "slide_of": "{number} of {count}",
    "back": "Back", "next": "Next", "to_start": "To the start",
    # an index
    "skip_index": "Skip to the list of reports",
    "index_overline": "Evaluation reports",
    "index_title": "Reports: {cohort}",
    "index_over_all": "Evaluation reports",
    "index_foot": "Made by nbeval. Each report brings its results and its provenance.",
    "all_cohorts": "All cohorts",
    "of_cohort": "Every report of {cohort}",
    "on_cohort": "Reports on the whole cohort",
    "on_authorities": "Reports on one authority each",
    "no_reports": "There are no reports here yet.",
    "for_whom": "For: {audience}",
    "fieldwork": "Answers from: {waves}",
    "invented_data": "Invented data", "real_data": "Real data",
    "released": "Released on {day} (release {number})",
    "draft": "Draft: in no signed release as it stands",
    "also_as": "Also as:",
    "file_of": "{file} of {title}",
    "day": "{day} {month} {year}",
    "months": "January February March April May June July August September October November December",
    # the files of a report
    "report.html": "Web page", "report.pdf": "PDF", "report.docx": "Word", "tables.xlsx": "Workbook of tables",
    "results.csv": "Results (CSV)", "report.ipynb": "Notebook", "provenance.json": "Provenance",
    # the exhibits of all reports
    "find": "Find a table or figure",
    "find_hint": "Words that must all occur, in any order: a subject, a place, a report.",
    "find_none": "No table or figure has all of these words.",
    "find_one": "1 table or figure found.",
    "find_many": "{count} tables and figures found.",
    "label_title": "{label}. {title}",
}
