"""Charts: the same bytes every time, nothing withheld, words for everyone, no names that meet."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree

from nbeval.dictionary import load
from nbeval.errors import RenderError
from nbeval.frames import Verdict
from nbeval.report.charts.chart import Chart, figure_of, known_charts
from nbeval.report.charts.data import ChartData, Mark, Period
from nbeval.report.charts.rows import spread
from nbeval.report.charts.sheet import COLOURS, DIVERGING, GROUNDS, INK, MARKERS, QUIET, SHADES, SIZE, SLIM, WIDTH, is_dark, width_of, wrapped
from nbeval.report.context import Context
from nbeval.report.kinds import KINDS, groups
from nbeval.report.results import Results
from nbeval.words import words_of
from tests.conftest import ROOT
from tests.report.invented import HOSTILE, exhibit, withheld
from tests.guards import some

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = known_charts()


def pictured(report):
    """The exhibits of a report that have a chart."""
    found = [report.exhibit(spec.exhibit).exhibit for spec in report.specs if spec.chart]
    assert len(found) > 5
    return found


def written(svg):
    """The texts of a drawing, with their size in points and place."""
    root = etree.fromstring(svg.encode())
    return ["".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")]


WORDS = {"withheld": "Not shown", "answered": "Number", "empty": "There is nothing to draw.", "limit_95": "95%", "limit_99_8": "99.8%",
         "of_ten": "{number} in 10", "few_of_ten": "fewer than 1 in 10", "most_of_ten": "nearly all", "stroke_clear": "Clear change",
         "stroke_possible": "Possible change", "stroke_unclear": "No clear change", "stroke_untested": "Cannot tell", "first": "Managers", "other": "Others"}
LEGENDS = {"heat": {"first": "Managers higher", "other": "Others higher", "alike": "alike"}, "timeline": {"planned": "planned", "held": "held"}}
LONG = "A very long label about something that somebody once wished to know of young people in many places " * 2
TWINS = [*((chart, None) for chart in CHARTS), *((chart, SLIM) for chart in CHARTS if CHARTS[chart].has_slim_twin)]


def marks(*labels, value=40.0, text="", series=("Before", "After"), **about):
    """Marks of one line for each label, one for each series."""
    return [Mark(line, label, name, value, text or f"{value:g}%", value - 5, value + 5, "35 to 45", 80.0, **about)
            for line, label in enumerate(labels) for name in series]


def data(made, chart="dots", **about):
    """What a chart draws, with words and a banner."""
    return ChartData.of(made, **{"unit": "Percentage", "banner": "Invented data", "words": WORDS, "legend": LEGENDS.get(chart, {}), **about})


def drawn(chart, what, width=None):
    """The sheet of a chart, written once so that its texts have their places."""
    sheet = CHARTS[chart].sheet(what, **({"width": width} if width else {}))
    sheet.svg("x", "Short.", "Long.")
    return sheet


def test_two_drawings_of_one_report_are_the_same_bytes(make):
    assert [one.figure.svg for one in pictured(make())] == [one.figure.svg for one in pictured(make())]


def test_drawings_need_nothing_from_outside_and_run_nothing(make):
    for one in some(pictured(make())):
        svg = one.figure.svg
        assert svg.startswith("<svg ")
        assert not re.search(r"<script|<!DOCTYPE|<metadata|\bon\w+=", svg)
        assert not re.findall(r'(?:href|src)="(?!#)', svg)


def test_ids_are_unique_over_all_drawings_of_a_report_and_every_reference_is_kept(make):
    ids, every = [], ""
    for one in some(pictured(make())):
        found = re.findall(r'\bid="([^"]+)"', one.figure.svg)
        assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', one.figure.svg)) <= {
            pair for name in found for pair in ((name, ""), ("", name))}
        ids += found + re.findall(r'\bid="([^"]+)"', one.figure.slim)
        every += one.figure.svg
    assert len(ids) == len(set(ids))


def test_invented_data_are_marked_inside_every_picture(make, tiny):
    for one in some(pictured(make())):
        assert "Invented data" in written(one.figure.svg), one.id


def test_every_picture_has_a_short_and_a_long_text_with_its_numbers(make):
    for one in some(pictured(make())):
        assert one.figure.alt and one.figure.description
        counted = one.figure.svg if one.id == "matrix" else ""         # it draws how many lines of its table say the same
        shown = set(re.findall(r">(\d+)<", counted)) or {
            cell.text for row in one.rows for cell in row.cells if cell.field == "estimate" and not cell.symbol}
        assert any(text in one.figure.description for text in shown), one.id


def test_a_chart_without_words_is_refused():
    with pytest.raises(RenderError, match="no text"):
        figure_of("odd", "dots", data(marks("A")), lambda *_, **__: " ")


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_to_draw_is_said_in_words(chart):
    figure = figure_of("none", chart, data([], chart), lambda key, **fields: key)
    assert figure.alt == figure.description == "There is nothing to draw."
    assert set(written(figure.svg)) == {"Invented data", "There is nothing to draw."}
    only_remark = figure_of("none", chart, data([], chart, remark="Only clear differences are drawn."), lambda key, **fields: key)
    assert "Only clear differences are drawn." in written(only_remark.svg)


@pytest.mark.parametrize(("chart", "width"), TWINS)
def test_where_all_is_withheld_no_number_is_drawn(chart, width):
    hidden = [Mark(line, label, name, text="[c]") for line, label in enumerate(("Calm", "Angry", "All")) for name in ("Before", "After")]
    texts = " ".join(written(drawn(chart, data(hidden, chart), width).svg("x", "Short.", "Long.")))
    assert "[c]" in texts or "Not shown: Calm; Angry" in texts or chart in ("matrix", "timeline")
    assert "Calm" in texts and not re.search(r"\d+%\s\(", texts)


@pytest.mark.parametrize(("chart", "width"), TWINS)
def test_one_line_and_many_lines_are_drawn_the_same_twice_and_marked_as_invented(chart, width):
    for count in (1, 60):
        what = data(marks(*(f"Line {number}" for number in range(count))), chart, periods=(Period("A storm", 10.0, 42.0, "10", "42"),))
        sheet, other = (drawn(chart, what, width) for _ in range(2))
        assert sheet.svg("x", "Short.", "Long.") == other.svg("x", "Short.", "Long.")
        texts = " ".join(written(sheet.svg("x", "Short.", "Long.")))
        assert "Invented data" in texts and f"Line {count - 1}" in texts
        assert sheet.height < 110 + 22 * count


def test_what_is_withheld_is_named_and_not_drawn(make):
    plain = make().exhibit("levels").exhibit.figure
    hidden = make(change=lambda made: [
        withheld(one) if one["indicator"] == "calm" and one["quantity"] == "percent" and not one["authority"] else one
        for one in made]).exhibit("levels").exhibit.figure
    assert "31%" in plain.svg and "31%" not in hidden.svg
    assert "Feels calm" in written(hidden.svg) and "[c]" in written(hidden.svg)
    assert "No number is shown for 1" in hidden.alt
    assert plain.svg.count("<path") > hidden.svg.count("<path")


def test_the_funnel_lists_whom_it_does_not_draw(make):
    texts = written(make().exhibit("funnel").exhibit.figure.svg)
    assert "Not shown: West place" in texts
    assert "North place" in texts


def test_the_range_of_all_authorities_is_never_given_to_one_that_prints_alike(make):
    shown = make("place", "north").exhibit("range").exhibit
    cells = dict(zip((column.key for column in shown.columns), next(row.cells for row in shown.rows if not row.heading), strict=True))
    assert cells["own"].text == cells["all"].text == "25", "both print alike, or this shows nothing"
    line = shown.figure.description.splitlines()[0]
    assert line.endswith("All places 25% (25 to 27); North place 25%."), line


def test_markup_and_mathematics_in_labels_are_text(make):
    svg = make().exhibit("levels").exhibit.figure.svg
    assert "<b>" not in svg
    assert HOSTILE.split()[0] in " ".join(written(svg))
    assert "$y$" in " ".join(written(svg))


@pytest.mark.parametrize(("chart", "width"), TWINS)
def test_long_labels_stay_on_the_sheet(chart, width):
    sheet = drawn(chart, data(marks(LONG.strip(), "Short", "All"), chart), width)
    per_mm = sheet.figure.dpi / 25.4
    boxes = [(text.get_text(), text.get_window_extent()) for text in sheet.figure.texts]
    assert boxes
    for words, box in boxes:
        assert box.x0 >= -1 and box.x1 <= (sheet.width + 1) * per_mm and box.y0 >= -1, words


@pytest.mark.parametrize("width", [WIDTH, SLIM])
@pytest.mark.parametrize("chart", ["dots", "dumbbell", "stacked", "multiples"])
def test_no_two_texts_beside_the_lines_meet(chart, width):
    labels = ("Short", "Something that takes two lines because it is so long a label for a row", "Another", "One more row here")
    about = {"verdict": Verdict.NO_CLEAR_CHANGE, "verdict_text": "no clear change", "short": "no clear change"}
    boxes = [text.get_window_extent() for text in drawn(chart, data(marks(*labels, **about)), width).figure.texts]
    assert len(boxes) > 4
    for number, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[number + 1:])


def test_words_are_wrapped_to_a_width_and_balanced():
    lines = wrapped("Happy yesterday: high or very high (7 to 10)", 50.0)
    assert width_of(lines) <= 50.0
    first, second = lines.split("\n")
    assert len(second) > len("(7 to 10)")
    assert wrapped("x" * 80, 50.0).count("\n") >= 1
    assert width_of("wider words", SIZE) > width_of("words", SIZE)


def test_many_differences_are_drawn_only_where_they_go_beyond_chance(make, monkeypatch):
    def higher(made):
        return [{**row, "verdict": "higher"} if row["quantity"] == "difference" else row for row in made]

    def drawn_of(report):
        draft = next(one for one in report.drafts.values() if one.id == "differences")
        return draft.chart_data()

    every = drawn_of(make())
    assert [line[0].verdict for line in every.lines] == [Verdict.NO_CLEAR_DIFFERENCE] and not every.remark
    monkeypatch.setattr(groups, "_MOST_DRAWN", 0)
    assert not drawn_of(make()).lines and drawn_of(make()).remark
    clear = drawn_of(make(change=higher))
    assert [(line[0].verdict, line[0].heading) for line in clear.lines] == [(Verdict.HIGHER, every.lines[0][0].heading)]


def test_every_chart_of_the_vocabulary_is_there():
    assert set(CHARTS) == {"dots", "dumbbell", "stacked", "funnel", "icons", "matrix", "multiples", "heat", "timeline", "caterpillar"}


def test_a_change_too_small_to_matter_is_not_described_as_a_plain_rise(make):
    small = "smaller than the smallest meaningful change"

    def little(made):
        return [one | {"verdict": "rose", "size": small} if one["quantity"] == "change" and one["indicator"] == "calm" else one for one in made]

    figure = make(change=little).exhibit("change").exhibit.figure
    assert "rose" in written(figure.svg)
    assert f"rose; {small}" in figure.description


# --- telephones ------------------------------------------------------------------------------------

def test_what_a_telephone_shows_says_what_the_page_shows(make):
    for one in some(pictured(make())):
        if one.figure.slim:
            wide, slim = ({word for text in written(svg) for word in text.split()} for svg in (one.figure.svg, one.figure.slim))
            scale = {text for text in wide ^ slim if re.fullmatch(r"[+\N{MINUS SIGN}]?[\d.]+%?,?|/", text)}
            assert {word.strip(",") for word in wide} - {word.strip(",") for word in slim} <= scale, one.id


def test_words_are_not_broken_to_make_lines_alike():
    assert wrapped("Baseline, 2020", 17.0) == "Baseline,\n2020"


# --- small multiples -------------------------------------------------------------------------------

def domains():
    """Measures of two domains; the second has one with a withheld end."""
    rose, alike, hidden, other = (marks(label) for label in ("Goes out", "Sleeps well", "Withheld thing", "Eats well"))
    unclear = {"verdict": Verdict.NO_CLEAR_CHANGE, "verdict_text": "no clear change", "short": "no clear change"}
    lines = ((rose, {"heading": "One", "verdict": Verdict.ROSE, "verdict_text": "rose", "short": "rose"}), (alike, unclear),
             (hidden, {"heading": "Two"}), (other, unclear))
    made = [replace(mark, line=place, **about) for place, (line, about) in enumerate(lines) for mark in line]
    return data([replace(mark, value=float("nan"), text="[c]") if (mark.label, mark.series) == ("Withheld thing", "Before") else mark for mark in made])


def test_small_multiples_head_each_panel_and_name_what_they_do_not_draw():
    texts = written(drawn("multiples", domains()).svg("x", "Short.", "Long."))
    assert {"One", "Two", "Not shown: Withheld thing", "Clear change", "No clear change"} <= set(texts)
    assert "40%  Goes out: rose" in texts
    assert "40%  Sleeps well" in texts, "no word where there is no clear change"
    assert [text.count("Withheld thing") for text in texts].count(1) == 1


def test_a_clear_change_differs_by_its_stroke_and_not_by_colour_alone():
    svg = drawn("multiples", domains()).svg("x", "Short.", "Long.")
    strokes = re.findall(r'stroke-dasharray: [\d. ,]+; stroke-dashoffset: 0; stroke: (#\w+)', svg)
    assert strokes and set(strokes) == {QUIET.lower()}
    assert COLOURS[0].lower() in svg


STROKE_WORDS = {"Clear change", "Possible change", "No clear change", "Cannot tell"}


@pytest.mark.parametrize(("verdict", "key"), [
    (Verdict.ROSE, "Clear change"), (Verdict.FELL, "Clear change"), (Verdict.MAY_HAVE_RISEN, "Possible change"), (Verdict.MAY_HAVE_FALLEN, "Possible change"),
    (Verdict.NO_CLEAR_CHANGE, "No clear change"), (Verdict.CANNOT_TELL, "Cannot tell"), (Verdict.NONE, "Cannot tell"),
])
def test_a_stroke_says_what_the_verdict_says_and_the_key_names_what_is_drawn_alone(verdict, key):
    line = [replace(mark, heading="One", verdict=verdict, verdict_text=str(verdict), short=str(verdict)) for mark in marks("Goes out")]
    texts = written(drawn("multiples", data(line)).svg("x", "Short.", "Long."))
    assert STROKE_WORDS & set(texts) == {key}
    assert (f"Goes out: {verdict}" in " ".join(texts)) is (key in ("Clear change", "Possible change"))


def test_every_chart_of_changes_names_a_possible_one(make):
    """Charts that draw verdicts: in their signs, their words, or the text that stands for them."""
    report = make(change=lambda made: [one | {"verdict": "may have fallen"} if one["verdict"] == "fell" else one for one in made])
    for exhibit in some(one for one in pictured(report) if any(row for row in report.drafts[one.id].judged if row.verdict == "may have fallen")):
        said = "perhaps away from it" if exhibit.id == "matrix" else "may have fallen"
        assert said in exhibit.figure.description and "fell" not in re.findall(r"\w+", exhibit.figure.description), exhibit.id


def test_words_are_moved_apart_in_their_order_and_no_further_than_needed():
    assert spread([10.0, 30.0], [4.0, 4.0], 0.0, 50.0) == [10.0, 30.0]
    moved = spread([20.0, 20.0, 20.5], [4.0, 4.0, 4.0], 0.0, 50.0)
    assert moved == sorted(moved)
    assert min(after - before for before, after in zip(moved, moved[1:], strict=False)) >= 4.0
    assert max(spread([49.0, 49.5], [4.0, 4.0], 0.0, 50.0)) == 48.0, "nothing leaves the panel"


# --- colours ---------------------------------------------------------------------------------------

#: from linear red, green and blue to what is seen (Machado, Oliveira and Fernandes 2009, severity 1)
EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "greyscale": ((0.2126, 0.7152, 0.0722),) * 3,
}


def lightness(colour, eye="all colours"):
    """How light a colour is to an eye, from 0 to 1 (relative luminance, WCAG 2.2)."""
    parts = [int(colour[start:start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    seen = [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in EYES[eye]]
    return sum(weight * min(max(part, 0.0), 1.0) for weight, part in zip((0.2126, 0.7152, 0.0722), seen, strict=True))


def contrast(one, other, eye="all colours"):
    """How far two colours are apart to an eye."""
    low, high = sorted((lightness(one, eye), lightness(other, eye)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("eye", EYES)
def test_no_two_of_four_colours_look_alike(eye):
    assert len(COLOURS) <= 4
    for number, one in enumerate(COLOURS):
        assert contrast(one, "#FFFFFF", eye) >= 2.7, one
        for other in COLOURS[number + 1:]:
            assert contrast(one, other, eye) >= 1.4, (one, other)


def test_every_colour_comes_with_a_shape_of_its_own():
    assert len(set(MARKERS)) == len(COLOURS)


def test_the_colours_before_would_not_have_passed():
    assert contrast("#12436D", "#801650", "greyscale") < 1.4
    assert contrast("#F46A25", "#28A197", "greyscale") < 1.4


@pytest.mark.parametrize("paper", ["#FFFFFF", *GROUNDS.values()])
def test_letters_can_be_read_on_every_ground(paper):
    assert contrast(INK, paper) >= 4.5
    assert contrast(QUIET, "#FFFFFF") >= 4.5


@pytest.mark.parametrize("shade", [*SHADES, *DIVERGING])
def test_letters_can_be_read_on_every_band(shade):
    assert contrast("#FFFFFF" if is_dark(shade) else INK, shade) >= 4.5


# --- nothing to draw -------------------------------------------------------------------------------

def charts_below(chart=Chart):
    """Every class of a chart that can be declared, however deep it is."""
    return {found for one in chart.__subclasses__() for found in ({one.id} if one.id else set()) | charts_below(one)}


def test_every_chart_that_can_be_declared_is_tried():
    assert set(CHARTS) == charts_below() and len(CHARTS) > 8


def test_every_declared_figure_can_have_no_result():
    """As kinds of exhibit arrange it: of every programme, cohort and kind of report."""
    programmes = [load(folder) for folder in (ROOT / "data_dictionary", *sorted((ROOT / "tests" / "programmes").iterdir())) if folder.is_dir()]
    declared = [(programme, cohort, kind, spec) for programme in programmes for cohort in programme.cohorts for kind in programme.programme.reports
                if kind.made_from is cohort.made_from and cohort.waves and (cohort.authorities or not kind.per_authority) for spec in programme.exhibits
                if spec.chart and kind.id in spec.reports and spec.source_id in {one.id for one in cohort.sources}]
    assert {spec.chart for *_, spec in declared} <= set(CHARTS)
    for programme, cohort, kind, spec in some(declared, 50):
        context = Context(programme, cohort, kind, cohort.authorities[0] if kind.per_authority else "", Results(()), words_of("en-GB"))
        draft = KINDS[spec.kind](spec, context)
        figure = figure_of(spec.exhibit, spec.chart, draft.chart_data(), context.say)
        assert figure.svg.startswith("<svg ") and figure.alt and figure.description, (kind.id, spec.exhibit)



@pytest.mark.parametrize("about", [{}, {"remark": "Only clear ones are drawn."}, {"percent": False, "reference": 0.0}, {"banner": ""}])
@pytest.mark.parametrize("chart", sorted(CHARTS))
def test_every_chart_can_have_nothing_one_line_or_only_what_is_withheld(chart, about):
    one = marks("One", series=("Before",))
    hidden = [replace(mark, value=float("nan"), low=float("nan"), high=float("nan"), n=float("nan"), interval="", text="[c]")
              for mark in marks("One", "Two")]
    for made in ([], one, hidden, hidden[:1]):
        figure = figure_of("x", chart, data(made, chart, **about), words_of("en-GB").say)
        assert figure.svg.startswith("<svg ") and figure.alt and figure.description
