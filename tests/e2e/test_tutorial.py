"""What the tutorial says will happen, happens."""

import csv
import re
import shutil

import coverplan as cp
from support import DATA, ROOT

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"^> (.+)$", TUTORIAL, re.MULTILINE)


def said(folder) -> list[str]:
    result = cp.run(cp.read_plan(folder / "plan.toml"))
    return [note.text("zh") for note in result.notes]


def test_the_real_records_say_what_the_tutorial_quotes_first():
    assert QUOTES[0] in said(DATA / "fengdu")


def test_two_answers_and_one_venue_change_the_answer_as_the_tutorial_says(tmp_path):
    practice = tmp_path / "practice"
    shutil.copytree(DATA / "fengdu", practice)
    rows = re.findall(r"^ +\| (\S+街道) \| (\S+) \| (\S+) \| (\S+) \|$", TUTORIAL, re.MULTILINE)
    assert len(rows) == 2
    with (practice / "reports.csv").open("a", encoding="utf-8", newline="") as file:
        for township, kind, answer, day in rows:
            csv.writer(file).writerow([township, kind, answer, day, "", ""])
    venue = {
        "id": "p-1",
        "name": "名山街道教学点",
        "type": "社区科普大学教学点",
        "township": "名山街道",
        "status": "开放",
        "opened_on": "2023-09-01",
    }
    assert all(value in TUTORIAL for value in venue.values())
    with (practice / "venues.csv").open("r+", encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
        file.seek(0, 2)
        csv.DictWriter(file, header, restval="").writerow(venue)
    notes = said(practice)
    assert len(QUOTES) == 3
    assert [quote for quote in QUOTES[1:] if quote in notes] == QUOTES[1:]
