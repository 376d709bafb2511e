"""Instruments that are no survey: what contradicts itself is refused, by file, line and field."""

from __future__ import annotations

import shutil

import pytest

from nbeval.dictionary import load
from nbeval.errors import DictionaryError, ParameterError

TOOL = "instruments/door_check"
FILES = {
    "instrument.toml": 'id = "door_check"\nlabel = "Door check"\nkind = "self_assessment"\nlicence = "ours"\n'
                       'may_show_wording = true\nsource = "T1"\n',
    "fields.csv": "version,header,role,choices,occasion,area,required\nv1,Point,key,,,,true\nv1,Mark,rating,rating,,,true\n"
                  "v1,Users there,people,,users,,true\n",
    "areas.csv": "area,label,part,about,outcomes,status,source\nthe_door,The door,front,,,confirmed,T1\n",
    "points.csv": "point,area,label,status,source\ndoor_1,the_door,It opens.,confirmed,T1\n",
    "choices.csv": "choices,code,label,also,counts,people,since,until,status,source\nrating,1,No,,false,false,,,confirmed,T1\n"
                   "rating,2,Yes,Aye,true,false,,,confirmed,T1\nraters,users,Users,,false,true,,,confirmed,T1\n",
    "bands.csv": "band,label,colour,lowest,source\nlow,Low,red,1,T1\nhigh,High,green,2,T1\n",
}
BROKEN = {
    "a kind that does not exist": ("instrument.toml", '"self_assessment"', '"self_assesment"', ["'self_assesment' is not allowed", "did you mean 'self_assessment'?"]),
    "a needed role is lacking": ("fields.csv", "v1,Mark,rating,rating", "v1,Mark,text,", ["has no field of role 'rating'"]),
    "a role that does not exist": ("fields.csv", "v1,Point,key", "v1,Point,kee", ["field 'role': 'kee' is not allowed"]),
    "a set of choices that does not exist": ("fields.csv", "rating,rating", "rating,ratings", ["unknown set of choices 'ratings'"]),
    "a header that stands twice": ("fields.csv", "v1,Mark,", "v1,POINT,", ["this header is already in line 2"]),
    "an area of a field that does not exist": ("fields.csv", "v1,Mark,rating,rating,,,", "v1,Mark,rating,rating,,the_wall,", ["unknown area 'the_wall'"]),
    "an outcome that does not exist": ("areas.csv", "front,,,confirmed", "front,,peace,confirmed", ["unknown outcome 'peace'"]),
    "a point of no area": ("points.csv", "door_1,the_door", "door_1,the_wall", ["points.csv, line 2, field 'area': unknown area 'the_wall'"]),
    "a step that is no number": ("choices.csv", "rating,1,No", "rating,one,No", ["'one' is no whole number"]),
    "a spelling of two choices": ("choices.csv", "rating,2,Yes,Aye", "rating,2,Yes,no", ["stands for '2' and '1'"]),
    "a code that stands twice": ("choices.csv", "rating,2,Yes", "rating,1,Yes", ["this code is already"]),
    "a colour that does not exist": ("bands.csv", "red,1", "pink,1", ["'pink' is not allowed"]),
    "bands that leave the lowest out": ("bands.csv", "red,1,", "red,1.5,", ["leaves the lowest ratings without a band"]),
    "two bands that begin alike": ("bands.csv", "green,2,", "green,1,", ["this lowest mean is already"]),
    "a choice that ends before it begins": ("choices.csv", "1,No,,false,false,,", "1,No,,false,false,2020-02-01,2020-01-31", ["is before since"]),
    "a header that stands for many columns and is no text": ("fields.csv", "v1,Point,key", "v1,Point *,key", ["stands for many columns"]),
    "a source that does not exist": ("bands.csv", "green,2,T1", "green,2,T9", ["unknown source key 'T9'"]),
}


@pytest.fixture
def with_tool(root, tmp_path):
    """The tiny dictionary with one instrument that is no survey."""
    folder = shutil.copytree(root / "tests" / "programmes" / "tiny", tmp_path / "tiny")
    (folder / TOOL).mkdir()
    for name, text in FILES.items():
        (folder / TOOL / name).write_text(text, encoding="utf-8")
    return folder


def test_an_instrument_that_is_no_survey_is_found_beside_the_surveys(with_tool):
    dictionary = load(with_tool)
    tool = dictionary.instrument("door_check")
    assert tool.area("the_door").label == "The door" and tool.scale == (1.0, 2.0)
    assert [one.record.id for one in dictionary.evidence] == ["door_check"]
    assert [area.area for area in tool.named(("part:front",))] == ["the_door"] == [area.area for area in tool.named(("source:x",))]
    assert tool.named(("often",)) == ()


@pytest.mark.parametrize("case", BROKEN)
def test_a_fault_is_named_by_place_and_remedy(case, with_tool):
    name, old, new, parts = BROKEN[case]
    path = with_tool / TOOL / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DictionaryError) as caught:
        load(with_tool)
    for part in parts:
        assert part in str(caught.value)


def test_an_area_may_not_bear_the_name_of_an_indicator(with_tool):
    path = with_tool / TOOL / "areas.csv"
    taken = load(with_tool).indicators[0].indicator
    path.write_text(path.read_text(encoding="utf-8") + f"{taken},Twice,,,,confirmed,T1\n", encoding="utf-8")
    with pytest.raises(DictionaryError, match="is an indicator too"):
        load(with_tool)


def test_an_exhibit_that_names_no_area_is_refused(with_tool):
    path = with_tool / "exhibits.csv"
    header, first = path.read_text(encoding="utf-8").splitlines()[:2]
    names = header.split(",")
    cells = dict.fromkeys(names, "") | {"exhibit": "odd", "reports": first.split(",")[1].strip('"'), "section": "odd", "order": "99", "title": "Odd", "kind": "ratings",
                                        "source_id": "survey", "quantities": "mean", "indicators": "area:the_wall"}
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + ",".join(cells[name] for name in names) + "\n", encoding="utf-8")
    with pytest.raises(DictionaryError, match="unknown area 'the_wall'"):
        load(with_tool)


def test_an_unknown_area_choice_or_version_names_the_nearest(with_tool):
    tool = load(with_tool).instrument("door_check")
    for ask in (lambda: tool.area("the_dor"), lambda: tool.choice("raters", "user"), lambda: tool.fields_of("v2")):
        with pytest.raises(ParameterError):
            ask()
