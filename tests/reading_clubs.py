"""The exports of two invented programmes of reading clubs: ``tests/programmes/comparison`` and ``tests/programmes/matched_panel``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

PEOPLE = 40
#: how many of 40 read every week in each town: before, at first and at last; the first five towns are in the programme
WEEKLY = {
    "aldby": (16, 16, 26), "brinkholm": (14, 15, 24), "corvedale": (18, 17, 27), "dunmarsh": (20, 20, 31), "eastwick": (15, 16, 24),
    "farholt": (16, 17, 18), "glenmoor": (18, 18, 20), "hollin": (14, 14, 15), "irthing": (17, 16, 18),
}
#: how many of 40 enjoy reading more by a point at last
MORE = {"aldby": 20, "brinkholm": 24, "corvedale": 16, "dunmarsh": 30, "eastwick": 22, "farholt": 4, "glenmoor": 8, "hollin": 6, "irthing": 2}
WAVES = ("before", "first", "last")


def write_towns(folder: Path, without: tuple[tuple[str, str], ...] = ()) -> Path:
    """Write the exports of the towns, but for some pairs of town and wave; the folder of all cohorts."""
    for town, counts in WEEKLY.items():
        for wave, count in zip(WAVES, counts, strict=True):
            rows = [{"Form": f"{town}-{wave}-{k}", "Weekly": "Yes" if k < count else "No",
                     "Enjoys": 2 + k % 7 + (wave == "last" and k < MORE[town])} for k in range(PEOPLE)]
            if (town, wave) not in without:
                _written(pd.DataFrame(rows), folder / "towns" / wave / f"{town}.csv")
    return folder


#: of each town of the panel: how many members read every week at the three waves (-: did not answer)
PANEL = {
    "aldby": {"000": 6, "011": 8, "001": 2, "110": 2, "100": 3, "111": 6, "0--": 2, "11-": 1},
    "brinkholm": {"000": 6, "011": 8, "001": 2, "110": 2, "100": 3, "111": 6, "0--": 2, "11-": 1},
    "corvedale": {"000": 5, "011": 9, "001": 2, "110": 2, "100": 3, "111": 6, "0--": 2, "11-": 1},
}


def members() -> list[tuple[str, str, str]]:
    """Every member of the panel: town, key, and the answers at the three waves."""
    return [(town, f"{town[0].upper()}{place:03d}", answers) for town, counts in PANEL.items() for place, answers in enumerate(
        answers for answers, count in counts.items() for _ in range(count))]


def enjoys(place: int, wave: int) -> int:
    """How much a member enjoys reading: the same at first and later but for every third who enjoys it more and some who enjoy it less."""
    return 2 + place % 7 + (wave if place % 3 == 0 else -1 if wave and place % 5 == 1 else 0)


def write_panel(folder: Path, twice: tuple[str, ...] = ()) -> Path:
    """Write the exports of the panel; members named in ``twice`` answered the last wave twice."""
    for wave in range(3):
        for town in PANEL:
            here = [(key, answers[wave]) for name, key, answers in members() if name == town and answers[wave] != "-"]
            here += [pair for pair in here if wave == 2 and pair[0] in twice]
            rows = [{"Form": f"{key}-{wave}-{k}", "Member": key, "Weekly": "Yes" if answer == "1" else "No", "Enjoys": enjoys(int(key[1:]), wave)}
                    for k, (key, answer) in enumerate(here)]
            _written(pd.DataFrame(rows), folder / "panel" / f"w{wave + 1}" / f"{town}.csv")
    return folder


def _written(table: pd.DataFrame, file: Path) -> None:
    """Write an export."""
    file.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(file, index=False)
