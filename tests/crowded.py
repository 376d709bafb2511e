"""A programme written for a test: the miniature one with other authorities, and one notebook that shows every exhibit."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.conftest import TINY

SECTIONS = ("participation", "wellbeing", "domains", "change", "change_by_authority", "authorities", "groups")
EXHIBITS = """\
exhibit,reports,section,order,title,kind,chart,source_id,quantities,indicators,groups,notes,sentence
took_part,baseline; final,participation,1,Who took part in {cohort},participation,,survey,response_rate; count,headline,,,
make_up,baseline; final,participation,2,Who they were,composition,,survey,percent,,frequency,,
levels_joy,baseline; final; authority_final,domains,1,Joy of reading,levels,dots,survey,percent,domain:joy,,,Of {n} who answered {estimate} {says}.
bands,baseline; authority_final,wellbeing,1,Enjoyment in bands,distribution,stacked,survey,percent,distribution:enjoy_bands,,,
change_main,final; authority_final,change,1,What changed,change,dumbbell,survey,percent; change,family:main; enjoy_mean,,,
by_place,final,change_by_authority,1,Change place by place,change_by_authority,dumbbell,survey,percent; change,card_yes,,,
by_frequency,final,groups,1,By how often they read,levels_by_group,,survey,percent,enjoy_low; card_yes,frequency,,
by_library,baseline; final,authorities,1,Library by library,levels_by_authority,,survey,percent,headline; enjoy_mean,,,
"""


def write_programme(folder: Path, sizes: dict[str, tuple[str, int]]) -> Path:
    """Write a dictionary whose cohort ``first`` has these authorities: name and number of respondents by id."""
    shutil.copytree(TINY, folder)
    (folder / "exhibits.csv").write_text(EXHIBITS, encoding="utf-8")
    rows = [f'{one},"{name.replace(chr(34), chr(34) * 2)}",Upland,true,confirmed,T1' for one, (name, _) in sizes.items()]
    (folder / "authorities.csv").write_text("authority,name,region,invented,status,source\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "authority_codes.csv").write_text("authority,system,code,valid_from,valid_to,source\n", encoding="utf-8")
    _edit(folder / "cohorts/first.toml", (r'authorities = \[.*?\]', "authorities = " + json.dumps(list(sizes))),
          (r"\[\[eligible\]\].*?(?=\[\[notes\]\])", ""))
    counts = "".join(f'[[sizes]]\nauthority = "{one}"\ncount = {count}\n\n' for one, (_, count) in sizes.items())
    _edit(folder / "specimen.toml", (r"\[\[sizes\]\].*?(?=\[\[items\]\])", counts), (r"1 = 0\.4, 2 = 0\.4, 3 = 0\.2", "1 = 0.5, 2 = 0.46, 3 = 0.04"))
    _edit(folder / "groups.csv", (r"rarely,More rarely,2-3,(.*)", r"rarely,Sometimes,2,\1\nfrequency,How often they read,often,never,Never,3,\1"))
    _edit(folder / "disclosure.toml", (r'priority = \[.*?\]', 'priority = ["cohort", "change", "headline", "authority", "group"]'))
    _edit(folder / "programme.toml", (r'notebook = ".*?"', 'notebook = "everything"'))
    (folder / "notebooks").mkdir()
    for kind in ("everything",):
        (folder / "notebooks" / f"{kind}.ipynb").write_text(json.dumps(_notebook()), encoding="utf-8")
    return folder


def _edit(file: Path, *changes: tuple[str, str]) -> None:
    """Change a file by patterns, each of which must be found."""
    text = file.read_text(encoding="utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, flags=re.DOTALL if "*?" in pattern else 0)
        assert count, pattern
    file.write_text(text, encoding="utf-8")


def _notebook() -> dict:
    """A notebook with every section."""
    code = ['cohort = "first"\nkind = "final"\nauthority = ""', "import nbeval\nreport = nbeval.open_report(cohort, kind, authority=authority)\nreport.title",
            "report.key_findings()", *(f'report.section("{name}")' for name in SECTIONS), "report.limits()", "report.methods()", "report.close()"]
    cells = [{"cell_type": "code", "metadata": {"tags": ["parameters"]} if not number else {}, "source": source, "outputs": [],
              "execution_count": None, "id": f"c{number}"} for number, source in enumerate(code)]
    return {"cells": cells, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "nbformat": 4, "nbformat_minor": 5}
