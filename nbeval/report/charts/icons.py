"""Ten people, of whom so many are filled: a share as anybody can count it, narrow enough for a telephone."""

from __future__ import annotations

from matplotlib.path import Path

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import COLOURS, EDGE, QUIET, SMALL, Sheet, wrapped
from nbeval.report.numerals import ten

NARROW = 84.0                           # millimetres
STEP, TALL = 5.2, 8.6                   # from one person to the next, and how tall one is
NAME = 20.0                             # room for the name of a wave, where a line has two
#: a head above a body with round shoulders, one unit high
_BODY = Path([(-0.2, -0.5), (-0.2, 0.0), (-0.2, 0.14), (0.0, 0.14), (0.2, 0.14), (0.2, 0.0), (0.2, -0.5), (-0.2, -0.5)],
             [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CLOSEPOLY])
PERSON = Path.make_compound_path(Path.circle((0.0, 0.34), 0.15), _BODY)


class Icons(Chart):
    """Ten people for each mark under the words of its line; withheld marks have none and say so.

    Where a line says how something changed, each wave is drawn with its name, else the last wave alone.
    """

    id = "icons"
    marks = "shares"

    def draw(self, data: ChartData, width: float = NARROW) -> Sheet:
        sheet = Sheet(data, width)
        people = []
        for line in data.lines:
            sheet.paragraph(f"{line[0].label}: {line[0].short}" if line[0].short else line[0].label)
            marks = line if line[0].verdict_text else line[-1:]
            for mark in marks:
                people.append((mark, EDGE + NAME if len(marks) > 1 else EDGE, sheet.y + 1.0 + TALL / 2))
                sheet.y += TALL + 2.4
            sheet.y += 3.5
        axes = sheet.axes(0.0, 0.0, width, sheet.y, bare=True)
        shown = [(x + STEP * (place + 0.5), y, place < ten(mark.value)) for mark, x, y in people if mark.is_shown for place in range(10)]
        axes.scatter([x for x, _, _ in shown], [y for _, y, _ in shown], marker=PERSON, s=(TALL * 72 / 25.4) ** 2, linewidths=0.9,
                     facecolors=[COLOURS[0] if filled else "white" for _, _, filled in shown],
                     edgecolors=[COLOURS[0] if filled else QUIET for _, _, filled in shown])
        for mark, x, y in people:
            _words(sheet, mark, x, y, data)
        return sheet.finish(1.0)


def _words(sheet: Sheet, mark: Mark, x: float, y: float, data: ChartData) -> None:
    """The name of a wave before its people, and their number after them, in words where ten people could not show it truly."""
    named = x > EDGE
    if named:
        sheet.text(EDGE, y, wrapped(mark.series, NAME - 1.0, SMALL), fontsize=SMALL, color=QUIET)
    if not mark.is_shown:
        sheet.text(x, y, f"{data.words['withheld']} {mark.text}", color=QUIET)
        return
    filled, x = ten(mark.value), x + STEP * 10 + 1.5
    if named:
        words = mark.text
    elif filled == 0 and mark.value > 0:
        words = data.words["few_of_ten"]
    else:
        words = data.words["most_of_ten"] if filled == 10 and mark.value < 100 else data.words["of_ten"].format(number=filled)
    sheet.text(x, y, wrapped(words, sheet.width - EDGE - x, weight="bold"), fontweight="bold", linespacing=1.1)
