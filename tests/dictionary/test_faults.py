"""A broken dictionary is refused: each fault is named by file, entry and field, with what to do."""

from __future__ import annotations

import pytest

from nbeval.dictionary import load
from nbeval.errors import DictionaryError

SURVEY = "instruments/reading_survey"
COHORT = "cohorts/first.toml"

#: what is broken: file, text to find (empty: add at the end), text to put, parts of the line that tells of it
BROKEN = {
    # fields
    "a required cell is empty": (
        "groups.csv", "often,Often,1,false,confirmed,T1", "often,,1,false,confirmed,T1",
        ["groups.csv, line 2, field 'level_label': is empty", "fill it in"]),
    "a required text of a TOML file is blank": (
        "programme.toml", 'owner = "The Tiny Trust"', 'owner = ""',
        ["programme.toml, field 'owner': is empty", "fill it in"]),
    "a field of a TOML file is unknown": (
        "programme.toml", 'owner = "The Tiny Trust"', 'ownr = "The Tiny Trust"',
        ["field 'ownr': is not a field of this file", "did you mean 'owner'?"]),
    "a column of a CSV file is unknown": (
        "glossary.csv", "term,meaning,not_called,source", "term,meaning,not_caled,source",
        ["glossary.csv, line 1, field 'not_caled': is not a column", "did you mean 'not_called'?"]),
    "a needed column of a CSV file is lacking": (
        "glossary.csv", "term,meaning,not_called,source", "term,not_called,not_called,source",
        ["glossary.csv, line 1, field 'meaning': is lacking", "line 1, field 'not_called': is there twice"]),
    "a word is not in a closed set": (
        "indicators.csv", "percent,0-4,%,0,lower,main", "percnt,0-4,%,0,lower,main",
        ["indicators.csv, line 2, field 'measure': 'percnt' is not allowed", "'percent', 'mean' or 'ordered'"]),
    "a number is not a number": (
        "benchmarks.csv", "2019,12,%", "2019,twelve,%",
        ["benchmarks.csv, line 2, field 'value': 'twelve' is not a number"]),
    "a number is infinite": (
        "benchmarks.csv", "2019,12,%", "2019,nan,%", ["benchmarks.csv, line 2, field 'value': 'nan' is not a number"]),
    "a whole number is not whole": (
        "exhibits.csv", "participation,1,Who", "participation,first,Who",
        ["exhibits.csv, line 2, field 'order': 'first' is not a whole number"]),
    "a truth value is something else": (
        "authorities.csv", "Upland,true", "Upland,perhaps",
        ["authorities.csv, line 2, field 'invented': 'perhaps' is neither true nor false"]),
    "a date is not a date": (
        "authority_codes.csv", "2021-04-01,,T1", "April 2021,,T1",
        ["authority_codes.csv, line 3, field 'valid_from': 'April 2021' is not a date", "2020-03-31"]),
    "a text of a TOML file is a number": (
        COHORT, 'starts = "2020"', "starts = 2020", ["field 'starts': 2020 is not text", "quotation marks"]),
    "a change since a release is allowed by a decision that is not there": (
        COHORT, "", '\n[[changed_since_release]]\nof = ["card_yes", "reader"]\ndecision = 7\n',
        ["changed_since_release, entry 1, field 'decision': there is no decision 7 in decisions.md"]),
    "a change since a release is of nothing that is declared": (
        COHORT, "", '\n[[changed_since_release]]\nof = ["card_yess"]\ndecision = 1\n',
        ["changed_since_release, entry 1, field 'of': unknown indicator or scale 'card_yess'", "did you mean 'card_yes'?"]),
    "a field inside a TOML file is wrong": (
        COHORT, 'instrument = "reading_survey"', 'instrumnt = "reading_survey"',
        ["cohorts/first.toml, sources, entry 1, field 'instrumnt'", "sources, entry 1, field 'instrument': is empty"]),
    "a row has too many cells": (
        "glossary.csv", "user,", "user,,,", ["glossary.csv, line 3: has 6 cells where the first line has 4"]),
    "a quotation mark is never closed": (
        "glossary.csv", "A person who", '"A person who', ["glossary.csv, line 3: is not readable as CSV"]),
    "a TOML file is cut short": (
        "disclosure.toml", "[symbols]", "[symbols", ["disclosure.toml: is not readable as TOML", "line 12"]),
    "a key of a TOML file has thousands of parts": (
        "programme.toml", "", "\n" + ".".join(["deep"] * 20_000) + " = 1\n", ["programme.toml: is not readable as TOML (a key has more than 32 parts)"]),
    "lists of a TOML file are nested without end": (
        "programme.toml", "", "\n[[reports]]\nsections = " + "[" * 5_000 + "\n", ["programme.toml: is not readable as TOML (lists or tables are nested"]),
    "a number of a TOML file has thousands of digits": (
        COHORT, 'starts = "2020"', "starts = " + "9" * 5_000, ["is not readable as TOML (a number has too many digits)"]),
    # paths and templates
    "a pattern leads to the folder above": (
        COHORT, 'pattern = "before/{authority}.csv"', 'pattern = "../{authority}.csv"',
        ["field 'pattern': leads out of its folder", "without '..'"]),
    "a pattern leads elsewhere": (
        COHORT, 'pattern = "before/{authority}.csv"', 'pattern = "/exports/{authority}.csv"', ["field 'pattern': leads out of its folder"]),
    "a pattern leads to another drive": (
        COHORT, 'pattern = "before/{authority}.csv"', "pattern = 'D:\\exports\\{authority}.csv'", ["field 'pattern': leads out of its folder"]),
    "a pattern has a field that does not exist": (
        COHORT, 'pattern = "before/{authority}.csv"', 'pattern = "before/{wave}.csv"',
        ["field 'pattern': it has fields that do not exist: wave", "of: authority"]),
    "a notebook lies elsewhere": (
        "programme.toml", 'notebook = "final_report"', 'notebook = "../final_report"', ["field 'notebook': leads out of its folder"]),
    "a title of a report has a field that does not exist": (
        "programme.toml", "where {cohort} stood", "where {council} stood",
        ["field 'title': it has fields that do not exist: council", "programme, cohort, authority"]),
    "a title reaches into a value": (
        "programme.toml", "where {cohort} stood", "where {cohort.__class__} stood", ["field 'title': a field in braces is more than a name"]),
    "a title of an exhibit sets a width": (
        "exhibits.csv", "Who took part in {cohort}", "Who took part in {cohort:>999999999}",
        ["line 2, field 'title': a field in braces is more than a name"]),
    "a title has an open brace": (
        "exhibits.csv", "Who took part in {cohort}", "Who took part in {cohort",
        ["line 2, field 'title': it has a brace that is not closed"]),
    "a sentence has a field that does not exist": (
        "exhibits.csv", "response_rate; count,headline,,,", "response_rate; count,headline,,,{verdic}",
        ["line 2, field 'sentence': it has fields that do not exist: verdic"]),
    # duplicates
    "an id stands twice": (
        "indicators.csv", "enjoy_middle,Medium", "enjoy_low,Medium",
        ["indicators.csv, line 3, field 'indicator': this indicator is already in line 2"]),
    "a source key stands twice": (
        "sources.csv", "T2,The", "T1,The", ["sources.csv, line 3, field 'source': this source key is already"]),
    "a benchmark of one indicator stands twice": (
        "benchmarks.csv", "other_clubs,card_yes,comparator", "all_readers,enjoy_low,comparator",
        ["benchmarks.csv, line 3, field 'benchmark': this benchmark is already in line 2"]),
    "a level of a group stands twice": (
        "groups.csv", "often,rarely", "often,often", ["groups.csv, line 3, field 'level': this level is already"]),
    "an answer's code stands twice": (
        f"{SURVEY}/response_sets.csv", "yes_no,,0,No", "yes_no,,1,No",
        ["line 12, field 'code': this code is already in line 11"]),
    "a header stands twice but for spaces and capitals": (
        f"{SURVEY}/columns.csv", "2020,Status,", "2020,response  id,",
        ["columns.csv, line 3, field 'header': this header is already in line 2"]),
    "an item has two columns": (
        f"{SURVEY}/columns.csv", "Comics,item,reads_comics", "Comics,item,reads_novels",
        ["columns.csv, line 13, field 'item': a column of this item is already in line 12"]),
    # references
    "a source key is unknown": (
        "sources.csv", "T2,The", "T3,The", ["unknown source key 'T2'", "benchmarks.csv, line 2, field 'source'"]),
    "a source key among several is unknown": (
        COHORT, 'source = "T1; T2"', 'source = "T1; T22"',
        ["disagreements, entry 1, field 'source': unknown source key 'T22'", "did you mean 'T2'?"]),
    "an indicator's domain is unknown": (
        "indicators.csv", "had a library card,habit,card", "had a library card,habits,card",
        ["indicators.csv, line 6, field 'domain': unknown domain 'habits'", "did you mean 'habit'?"]),
    "an indicator's item is unknown": (
        "indicators.csv", "habit,card,,percent", "habit,crad,,percent", ["unknown item 'crad'",
         "did you mean 'card'?"]),
    "an indicator's scale is unknown": (
        "indicators.csv", "joy,,reader,mean", "joy,,raeder,mean", ["unknown scale 'raeder'", "did you mean 'reader'?"]),
    "an indicator's outcome is unknown": (
        "indicators.csv", "main,enjoy_bands,true,more_reading", "main,enjoy_bands,true,less_reading",
        ["line 2, field 'outcomes': unknown outcome 'less_reading'"]),
    "an item's response set is unknown": (
        f"{SURVEY}/items.csv", "choice,frequency", "choice,frequenzy",
        ["unknown response set 'frequenzy'", "did you mean 'frequency'?"]),
    "a column's item is unknown": (
        f"{SURVEY}/columns.csv", "library card?,item,card,true\n2020,What do you read? - Novels",
        "library card?,item,cadr,true\n2020,What do you read? - Novels",
        ["columns.csv, line 11, field 'item': unknown item 'cadr'"]),
    "a column of options is of no question": (
        f"{SURVEY}/columns.csv", "options,reads", "options,reading",
        ["unknown multi-select question 'reading'", "did you mean 'reads'?"]),
    "a codebook version is unknown": (
        f"{SURVEY}/response_sets.csv", "frequency,2022,1", "frequency,2021,1",
        ["field 'codebook': unknown export version '2021'"]),
    "what a strength is tested against is unknown": (
        "programme.toml", "[smallest_meaningful_change]",
        '[standing]\nagainst = ["rset"]\ngap = 1.0\nsource = "T1"\n\n[smallest_meaningful_change]',
        ["standing, field 'against': 'rset' is not allowed", "did you mean 'rest'?"]),
    "a share of evidence is no share": (
        "programme.toml", "[smallest_meaningful_change]",
        '[evidence]\nsmallest_share = 50\nsource = "T1"\n\n[smallest_meaningful_change]',
        ["evidence, field 'smallest_share': is more than 1"]),
    "an item of a scale is unknown": (
        "scales/reader.toml", 'item = "enjoy"', 'item = "enjoi"',
        ["scales/reader.toml, items, entry 1, field 'item': unknown item 'enjoi'", "did you mean 'enjoy'?"]),
    "a group's item is unknown": (
        "groups.csv", "read,often,rarely", "read,oftn,rarely", ["groups.csv, line 3", "unknown item 'oftn'"]),
    "a benchmark's indicator is unknown": (
        "benchmarks.csv", "other_clubs,card_yes", "other_clubs,card_no",
        ["unknown indicator 'card_no'", "did you mean 'card_yes'?"]),
    "a cohort's authority is unknown": (
        COHORT, '["north", "south", "east"]', '["north", "south", "east", "west"]',
        ["field 'authorities': unknown authority 'west'"]),
    "a cohort's group is unknown": (
        COHORT, 'adjust_for = ["frequency"]', 'adjust_for = ["frequenci"]', ["field 'adjust_for': unknown group"]),
    "a study's outcome is unknown": (
        COHORT, "", '\n[[drivers]]\noutcome = "enjoy_lo"\nfactors = ["frequency"]\nsource = "T1"\n',
        ["drivers, entry 1, field 'outcome': unknown indicator 'enjoy_lo'", "did you mean 'enjoy_low'?"]),
    "a study's factor is unknown": (
        COHORT, "", '\n[[drivers]]\noutcome = "enjoy_low"\nfactors = ["frequencies"]\nsource = "T1"\n',
        ["drivers, entry 1, field 'factors': unknown group or indicator 'frequencies'"]),
    "an instrument is unknown": (
        COHORT, 'instrument = "reading_survey"', 'instrument = "reading_survay"',
        ["sources, entry 1, field 'instrument': unknown instrument", "did you mean 'reading_survey'?"]),
    "an export version is unknown": (
        COHORT, 'version = "2022"', 'version = "2023"',
        ["files, entry 2, field 'version': unknown export version '2023'"]),
    "a wave of files is unknown": (
        COHORT, 'wave = "after"\npattern', 'wave = "afterwards"\npattern',
        ["files, entry 2, field 'wave': unknown wave 'afterwards' of 'first'", "did you mean 'after'?"]),
    "an authority that made no return is unknown": (
        COHORT, "header_rows = 2", 'header_rows = 2\nnot_expected = ["riverside"]',
        ["field 'not_expected': unknown authority 'riverside' of 'first'"]),
    "an authority that files are named for is unknown": (
        COHORT, "header_rows = 2", 'header_rows = 2\nauthorities = ["north", "south", "eest"]',
        ["field 'authorities': unknown authority 'eest' of 'first'", "did you mean 'east'?"]),
    "an authority has no files": (
        COHORT, "header_rows = 2", 'header_rows = 2\nauthorities = ["north", "south"]',
        ["field 'files': no file at wave 'after' is of authority 'east'"]),
    "a file would be read twice": (
        COHORT, "header_rows = 2", 'header_rows = 2\n\n[[sources.files]]\nwave = "after"\npattern = "after/{authority}.xlsx"\n'
        'version = "2022"\nauthorities = ["south"]', ["'after/south.xlsx' would be read twice"]),
    "a population is of an unknown wave": (
        COHORT, 'wave = "after"\ncount = 64', 'wave = "later"\ncount = 64',
        ["eligible, entry 2, field 'wave': unknown wave 'later' of 'first'"]),
    "a note is about an unknown wave": (
        COHORT, 'waves = ["before", "after"]', 'waves = ["before", "aftr"]',
        ["notes, entry 1, field 'waves': unknown wave 'aftr' of 'first'"]),
    "a margin is of an unknown level": (
        COHORT, "[[notes]]", '[[margins]]\nwave = "before"\ngroup = "frequency"\nlevel = "never"\ncount = 3\n'
        'source = "T1"\n\n[[notes]]', ["margins, entry 1, field 'level': unknown level 'never' of 'frequency'"]),
    "a weighting is to an unknown group": (
        COHORT, "[[notes]]", '[weighting]\nmargins = ["authority", "age"]\n\n[[notes]]',
        ["weighting, field 'margins': unknown group 'age'"]),
    "an exhibit's report is unknown": (
        "exhibits.csv", "bands,baseline,", "bands,basline,",
        ["field 'reports': unknown report kind 'basline'", "did you mean 'baseline'?"]),
    "an exhibit's indicator is unknown": (
        "exhibits.csv", "enjoy_low; card_yes", "enjoy_low; card_yess", ["unknown indicator 'card_yess'"]),
    "an exhibit's domain is unknown": (
        "exhibits.csv", "domain:joy", "domain:joi", ["unknown domain of indicators 'joi'", "did you mean 'joy'?"]),
    "an exhibit's family is unknown": (
        "exhibits.csv", "family:main", "family:mian", ["unknown family of indicators 'mian'", "did you mean 'main'?"]),
    "an exhibit's distribution is unknown": (
        "exhibits.csv", "distribution:enjoy_bands", "distribution:bands", ["unknown distribution of indicators 'bands'"]),
    "an exhibit names indicators in a way that is none": (
        "exhibits.csv", "domain:joy", "domains:joy", ["unknown way of naming indicators 'domains'"]),
    "an exhibit's group is unknown": (
        "exhibits.csv", "card_yes,frequency", "card_yes,frequence", ["field 'groups': unknown group 'frequence'"]),
    "an exhibit's quantity is unknown": (
        "exhibits.csv", "percent; benchmark", "per cent; benchmark",
        ["field 'quantities': unknown quantity 'per cent'", "did you mean 'percent'?"]),
    "an exhibit's source is unknown": (
        "exhibits.csv", "Enjoyment in bands,distribution,stacked,survey",
        "Enjoyment in bands,distribution,stacked,visits",
        ["field 'source_id': unknown kind of source 'visits'"]),
    "two exhibits have one place": (
        "exhibits.csv", "wellbeing,2,Beside", "wellbeing,1,Beside",
        ["'bands' has the same place in report 'baseline', section 'wellbeing'"]),
    "a protected group is unknown": (
        "disclosure.toml", 'protected_groups = ["frequency"]', 'protected_groups = ["age"]',
        ["disclosure.toml, field 'protected_groups': unknown group 'age'"]),
    "a symbol has no meaning": (
        "disclosure.toml", 'low = "not nought, but rounds to nought"', "",
        ["field 'symbol_meanings': do not match the symbols: low"]),
    # codes
    "an indicator's code is not in its response set": (
        "indicators.csv", "card,,percent,1,", "card,,percent,1; 5,",
        ["indicators.csv, line 6, field 'codes': code 5 is not an answer that counts", "use codes among 0, 1"]),
    "an indicator counts a missing answer": (
        "indicators.csv", "card,,percent,1,", "card,,percent,1; -8,", ["code -8 is not an answer that counts"]),
    "an indicator's code is above the highest": (
        "indicators.csv", "percent,7-10", "percent,7-11", ["code 11 is not an answer that counts", "0 to 10"]),
    "a code is not a code": (
        "indicators.csv", "percent,5-6", "percent,five", ["field 'codes': 'five' is not a code"]),
    "a range runs backwards": (
        "indicators.csv", "percent,5-6", "percent,6-5", ["the range '6-5' runs backwards"]),
    "bands overlap": (
        "indicators.csv", "percent,5-6", "percent,4-6",
        ["overlap with another indicator of distribution 'enjoy_bands'"]),
    "bands leave a gap": (
        "indicators.csv", "percent,5-6", "percent,5", ["distribution 'enjoy_bands' leaves out code 6"]),
    "a distribution mixes items": (
        "indicators.csv", "enjoy,,mean,,points,1,higher,,,", "enjoy,,mean,,points,1,higher,,enjoy_bands,",
        ["'enjoy_bands' mixes items or measures"]),
    "levels of a group overlap": (
        "groups.csv", "More rarely,2-3", "More rarely,1-3", ["overlap with another level of 'frequency'"]),
    "a percentage has no codes": (
        "indicators.csv", "reads_novels,,percent,1,", "reads_novels,,percent,,",
        ["field 'codes': is empty for the measure percent"]),
    "a mean has codes": (
        "indicators.csv", "enjoy,,mean,,points", "enjoy,,mean,1-3,points",
        ["field 'codes': is filled in for the measure mean"]),
    "an indicator has an item and a scale": (
        "indicators.csv", "joy,,reader,mean", "joy,enjoy,reader,mean", ["exactly one of item and scale is needed"]),
    "an indicator reports free text": (
        "indicators.csv", "habit,card,,percent", "habit,comment,,percent", ["is free text, which is never reported"]),
    # items and columns
    "an option belongs to no question": (
        f"{SURVEY}/items.csv", "option,,reads,,,habit,confirmed", "option,,,,,habit,confirmed",
        ["items.csv, line 5, field 'part_of': is empty for an item of kind option"]),
    "an option is alone in its question": (
        f"{SURVEY}/items.csv", "option,,reads,,,habit,confirmed", "option,,raeds,,,habit,confirmed",
        ["multi-select question with one option only: 'raeds'", "did you mean 'reads'?"]),
    "an item that is no option belongs to a question": (
        f"{SURVEY}/items.csv", "choice,yes_no,,", "choice,yes_no,reads,",
        ["field 'part_of': is filled in for an item of kind choice"]),
    "a number has no range": (
        f"{SURVEY}/items.csv", "number,ends,,0,10", "number,ends,,,", ["lowest and highest are needed"]),
    "a range is upside down": (
        f"{SURVEY}/items.csv", "number,ends,,0,10", "number,ends,,10,0", ["field 'lowest': is not below highest"]),
    "a choice has no response set": (
        f"{SURVEY}/items.csv", "choice,yes_no", "choice,",
        ["field 'response_set': is empty for an item of kind choice"]),
    "an item has no column": (
        f"{SURVEY}/items.csv", "", "extra,Extra,,text,,,,,,confirmed,,T1\n",
        ["item 'extra' has no column in any export version"]),
    "an identifying column has an item": (
        f"{SURVEY}/columns.csv", "IP address,identifying,,", "IP address,identifying,enjoy,",
        ["field 'item': is filled in for a column of role identifying"]),
    "one spelling stands for two answers": (
        f"{SURVEY}/response_sets.csv", "Hardly ever | Never", "Hardly ever | often  OR always",
        ["stands for code 3 and code 1"]),
    "an item is routed by an item of no column": (
        f"{SURVEY}/columns.csv", "2022,Q2 | How often do you read?,item,often,true\n", "",
        ["routing.csv, line 2, field 'asked_if_item': has no column in export version '2022'"]),
    "a route hangs on an answer that is none": (
        f"{SURVEY}/routing.csv", "1; 2", "1; 9", ["field 'asked_if_codes': code 9 is not an answer that counts"]),
    "an item is routed by itself": (
        f"{SURVEY}/routing.csv", "card,often", "card,card", ["is the item itself"]),
    "a comparability note is about an unknown version": (
        f"{SURVEY}/comparability.csv", "card,2020,2022", "card,2020,2021", ["field 'version_b': unknown export version '2021'"]),
    "a rule for duplicates is unknown": (
        f"{SURVEY}/instrument.toml", 'late = "keep"', 'late = "keep"\nduplicates = "latest"',
        ["field 'duplicates': 'latest' is not allowed", "did you mean 'last'?"]),
    "the rule for late forms is unknown": (
        f"{SURVEY}/instrument.toml", 'late = "keep"', 'late = "keeep"', ["'keeep' is not allowed",
         "did you mean 'keep'?"]),
    "a folder does not bear the id": (
        f"{SURVEY}/instrument.toml", 'id = "reading_survey"', 'id = "survey"',
        ["field 'id': is 'survey', but the name is 'reading_survey'"]),
    # scales
    "a scale asks for more answers than it has items": (
        "scales/reader.toml", "minimum_answered = 2", "minimum_answered = 3",
        ["field 'minimum_answered': is 3 of 2 items"]),
    "a counting scale does not say what counts": (
        "scales/reader.toml", ', counts_when = ["1"]', "", ["items, entry 2, field 'counts_when': is empty"]),
    "a summing scale says what counts": (
        "scales/reader.toml", 'rule = "count"', 'rule = "sum"', ["field 'counts_when': is filled in for the rule sum"]),
    "a scale counts a code that is none": (
        "scales/reader.toml", '["7-10"]', '["7-12"]', ["field 'counts_when': code 11, 12 is not an answer"]),
    "a scale has no citation": (
        "scales/reader.toml", 'citation = "The Tiny Trust (2020), The tiny register"', 'citation = ""',
        ["scales/reader.toml, field 'citation': is empty"]),
    "a conversion is out of order": (
        "scales/reader.toml", 'note = "Invented"',
        'note = "Invented"\nconversion = [{ raw = 2, score = 1 }, { raw = 1, score = 5 }]',
        ["is not in the order of raw totals", "has a score outside lowest to highest"]),
    # time, kinds and consistency
    "fieldwork ends before it begins": (
        COHORT, "fieldwork_end = 2020-05-31", "fieldwork_end = 2020-02-28",
        ["waves, entry 1, field 'fieldwork_end': is before fieldwork_start"]),
    "waves are out of order": (
        COHORT, "fieldwork_start = 2022-03-01", "fieldwork_start = 2019-03-01",
        ["waves, entry 2, field 'fieldwork_start': is before that of the wave above"]),
    "a cohort ends before it starts": (
        COHORT, 'ends = "2022"', 'ends = "2019"', ["field 'ends': is before starts"]),
    "an official code ends before it begins": (
        "authority_codes.csv", "2021-04-01,,T1", "2021-04-01,2021-03-01,T1",
        ["line 3, field 'valid_to': is before valid_from"]),
    "two official codes are in force on one day": (
        "authority_codes.csv", ",2021-03-31,T1", ",2021-04-01,T1",
        ["two codes of 'north' on the system 'ons' are in force on one day"]),
    "an invented cohort has a real authority": (
        COHORT, '["north", "south", "east"]', '["north", "south", "east", "riverside"]',
        ["an invented cohort has the real authority 'riverside'"]),
    "a real cohort has an invented authority": (
        COHORT, "invented = true", "invented = false", ["a real cohort has the invented authority 'north'"]),
    "a pattern does not tell authorities apart": (
        COHORT, "before/{authority}.csv", "before/all.csv",
        ["files, entry 1, field 'pattern': does not say which authority a file is of"]),
    "a report is of a wave that is none": (
        "programme.toml", 'title = "{programme}: where {cohort} stood"\nwave = "first"',
        'title = "{programme}: where {cohort} stood"\nwave = "frist"',
        ["reports, entry 1, field 'wave': 'frist' is not allowed", "did you mean 'first'?"]),
    "a value lies outside its interval": (
        "benchmarks.csv", "2019-20,61,%,400,,", "2019-20,61,%,400,62,70", ["lies outside its interval"]),
    "half an interval is given": (
        "benchmarks.csv", "2019-20,61,%,400,,", "2019-20,61,%,400,50,", ["one end of the interval is missing"]),
    "a benchmark is of no kind": (
        "benchmarks.csv", "card_yes,comparator", "card_yes,comparison",
        ["'comparison' is not allowed", "did you mean 'comparator'?"]),
    # the specimen
    "an answer of a number lies outside its range": (
        f"{SURVEY}/response_sets.csv", "ends,,10,10 - Completely", "ends,,11,10 - Completely",
        ["items.csv, line 2, field 'response_set': has an answer outside lowest to highest"]),
    "an option has answers other than chosen and not": (
        f"{SURVEY}/items.csv", "option,,reads,,,habit,confirmed", "option,frequency,reads,,,habit,confirmed",
        ["items.csv, line 5, field 'response_set': has codes other than 0 and 1"]),
    "decimals are less than none": (
        "indicators.csv", "card,,percent,1,%,0", "card,,percent,1,%,-1", ["field 'decimals': is less than 0"]),
    "a smallest change is of a measure that is none": (
        "programme.toml", "percent = 5.0", "percents = 5.0", ["'percents' is not allowed", "did you mean 'percent'?"]),
    "a rule of rounding is unknown": (
        "disclosure.toml", 'rounding = "half_up"', 'rounding = "half_even"',
        ["disclosure.toml, field 'rounding': 'half_even' is not allowed"]),
    "a beginning is not a date": (
        COHORT, 'starts = "2020"', 'starts = "spring 2020"',
        ["field 'starts': 'spring 2020' is not a year, a month or a day"]),
    "main figures are weighted and nothing gives weights": (
        COHORT, 'ends = "2022"', 'ends = "2022"\nmain_figures = "weighted"',
        ["cohorts/first.toml, field 'main_figures': is 'weighted', and nothing gives weights", "declare a column of role weight, or margins"]),
    "main figures are weighted and the weights are neither given nor matched to anything": (
        COHORT, 'source = "T1"\n\n[[waves]]\nid = "before"', 'source = "T1"\nmain_figures = "weighted"\nweighting = { trim_upper = 3.0 }\n\n[[waves]]\nid = "before"',
        ["cohorts/first.toml, field 'main_figures': is 'weighted', and nothing gives weights"]),
    **{f"a group is called {name}": (
        "groups.csv", "frequency,How often they read,often,often", f"{name},How often they read,often,often",
        [f"groups.csv, line 2, field 'group': '{name}' is what a respondent's {name.replace('_', ' ')} is called", "give the group another id"])
       for name in ("stratum", "cluster", "survey_weight", "weight", "wave")},
    "shares do not add up": (
        "specimen.toml", '"5-6" = 0.3', '"5-6" = 0.4',
        ["specimen.toml, items, entry 1, field 'shares': add up to 1.1"]),
    "shares overlap": (
        "specimen.toml", '"5-6" = 0.3', '"4-6" = 0.3', ["'4-6' overlaps with another share"]),
    "an item both shifts well-being and follows it": (
        "specimen.toml", 'item = "often"\ncodes', 'item = "enjoy"\ncodes',
        ["specimen.toml, shifts, entry 1, field 'item': 'enjoy' has a loading too"]),
    "a built-in change is at an unknown wave": (
        "specimen.toml", 'wave = "after"', 'wave = "later"', ["changes, entry 1, field 'wave': unknown wave 'later'"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_dictionary_is_refused_in_words_that_say_where_and_what_to_do(case, tiny, edit):
    name, old, new, told = BROKEN[case]
    edit(name, old, new)
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    for part in told:
        assert part in error.value.found, error.value.found


def test_a_group_that_no_version_asks_is_named_and_one_that_some_version_asks_is_not(tiny):
    for name, wrong in (("routing.csv", "card,"), ("columns.csv", "2022,Q2")):
        file = tiny / SURVEY / name
        file.write_text("".join(line for line in file.read_text().splitlines(True) if not line.startswith(wrong)))
    load(tiny)
    file.write_text("".join(line for line in file.read_text().splitlines(True) if ",often," not in line))
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    for entry, version in ((1, "2020"), (2, "2022")):
        assert f"files, entry {entry}, field 'version': export version '{version}' has no column of item 'often'" in error.value.found


@pytest.mark.parametrize("name", [
    "programme.toml", "disclosure.toml", "decisions.md",
    "sources.csv", f"{SURVEY}/items.csv", f"{SURVEY}/instrument.toml",
])
def test_a_missing_file_is_named(name, tiny):
    (tiny / name).unlink()
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert error.value.found.startswith(f"{name}: does not exist; ")


def test_a_lost_file_does_not_make_everything_else_unknown(tiny):
    (tiny / "programme.toml").unlink()
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert error.value.what == "the dictionary 'tiny' has 1 fault."


@pytest.mark.parametrize("name", [f"{SURVEY}/routing.csv", f"{SURVEY}/comparability.csv", "specimen.toml",
                                  "scales/reader.toml"])
def test_an_optional_file_may_be_absent(name, tiny, edit):
    if name.startswith("scales"):
        edit("indicators.csv",
        "reader_mean,Signs of a keen reader,Keen reader,showed signs of a keen reader at,joy,,reader,"
             "mean,,points,1,higher,,,false,,unconfirmed,,T1\n", "")
    (tiny / name).unlink()
    load(tiny)


def test_a_file_that_is_not_utf_8_is_named(tiny):
    (tiny / "glossary.csv").write_bytes("term,meaning\nbase,caf\u00e9\n".encode("cp1252"))
    with pytest.raises(DictionaryError, match="glossary.csv: is not UTF-8"):
        load(tiny)


def test_all_faults_are_told_at_once_and_each_once(tiny, edit):
    edit("indicators.csv", "habit,card,,percent", "habit,crad,,percent")
    edit("exhibits.csv", "domain:joy", "domain:joi")
    edit(COHORT, "invented = true", "invented = false")
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    lines = error.value.found.splitlines()
    assert error.value.what == "the dictionary 'tiny' has 5 faults."
    assert len(lines) == len(set(lines)) == 5


def test_an_entry_that_cannot_be_read_is_not_called_unknown_elsewhere(tiny, edit):
    edit("indicators.csv", "card,,percent,1,%,0", "card,,percent,1,%,none")
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert error.value.found.splitlines() == [
        "indicators.csv, line 6, field 'decimals': 'none' is not a whole number; write digits only",
    ]


def test_a_lacking_column_is_told_once_and_not_row_by_row(tiny, edit):
    edit("indicators.csv", "indicator,label,short,says", "indicator,label,shrt,says")
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert error.value.found.splitlines() == [
        "indicators.csv, line 1, field 'shrt': is not a column of this file; did you mean 'short'?",
        "indicators.csv, line 1, field 'short': is lacking; add the column, and fill it in",
    ]


def test_a_message_holds_no_absolute_path(tiny, edit):
    edit("exhibits.csv", "domain:joy", "domain:joi")
    with pytest.raises(DictionaryError) as error:
        load(tiny)
    assert str(tiny.parent) not in str(error.value)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(DictionaryError, match="there is no dictionary 'nowhere'"):
        load(tmp_path / "nowhere")
