"""The data guide shows the forms as they are, and what it types into them is taken."""

import importlib.util
import re
import shutil
from types import ModuleType

import pytest
from PIL import Image

from coverplan.config import read_plan
from coverplan.intake.inputs import examine
from support import ROOT

GUIDES = ("data-guide.md", "data-guide.en.md")
MOST_BYTES = 120_000


def script() -> ModuleType:
    path = ROOT / "docs" / "make_guide_pictures.py"
    spec = importlib.util.spec_from_file_location("make_guide_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    make = script()
    return make, make.forms(tmp_path_factory.mktemp("guide") / "county")


def test_each_picture_is_of_the_form_as_it_is(made):
    make, forms = made
    marks = {name: make.digest(name, form) for name, form in forms.items()}
    marks |= dict.fromkeys(("marked", "problems"), make.faults_digest())
    assert {path.stem for path in make.IMAGES.glob("*.png")} == set(marks)
    for name, mark in marks.items():
        path = make.IMAGES / f"{name}.png"
        assert path.stat().st_size < MOST_BYTES
        with Image.open(path) as picture:
            assert picture.info.get(make.DIGEST) == mark, f"run docs/make_guide_pictures.py: {name}"


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_shows_every_form_that_init_writes(made, page):
    _, forms = made
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(images/data-guide/(\w+)\.png\)", text)
    assert sorted(shown) == sorted([*forms, "marked", "problems"])
    folder = next(iter(forms.values())).parent
    assert set(forms) == {path.stem for path in folder.glob("*.xlsx")}


def test_both_guides_have_the_same_chapters_and_figures():
    zh, en = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in GUIDES)
    assert zh.count("\n## ") == en.count("\n## ")
    for pattern in (r"\d{1,3}(?:,\d{3})+", r"`[^`\n]+\.(?:xlsx|csv)`"):
        found = [set(re.findall(pattern, text)) for text in (zh, en)]
        assert found[0] == found[1]
    assert "<!-- fuzz -->" not in zh + en


def test_what_the_pictures_type_into_the_forms_is_taken(made, tmp_path):
    make, forms = made
    folder = next(iter(forms.values())).parent
    county = tmp_path / "county"
    shutil.copytree(folder, county)
    for name, form in forms.items():
        make.typed(name, form, county / f"{name}.xlsx")
    plan = county / "plan.toml"
    text = plan.read_text(encoding="utf-8")
    for name in ("asked_villages", "asked_seats"):
        text = text.replace(f'# {name} = "{name}.xlsx"', f'{name} = "{name}.xlsx"')
    text += (
        '[population]\nfile = "population.xlsx"\ncolumn = "常住人口"\nyear = 2020\n'
        '[schools]\nfile = "schools.xlsx"\n[candidates]\nfiles = ["candidates.xlsx"]\n'
    )
    plan.write_text(text, encoding="utf-8")
    examined = examine(read_plan(plan))
    for problem in examined.stopping("stop"):
        # only the lines of the population form into which the picture types nothing
        name, row = problem.where.file.removesuffix(".xlsx"), problem.where.row
        assert (name, problem.key) == ("population", "intake.cell.missing"), problem.text("zh")
        assert row > len(make.TYPED[name]) + 1
    counts = examined.book.counts()
    for name in forms:
        fates = counts[f"{name}.xlsx"]
        assert fates["taken"] + fates["repaired"] >= len(make.TYPED[name]), name


def test_the_fuzzing_figures_are_those_of_the_laws():
    laws = (ROOT / "tests" / "property" / "test_intake_laws.py").read_text(encoding="utf-8")
    found = re.findall(r"@tries\((\d+)\)\n(?:@\S+.*\n)*def (test_\w+)\(", laws)
    tried = {name: int(number) for number, name in found}
    cells = [name for name in tried if "cell" in name or "once" in name]
    layers = [name for name in tried if "layer" in name]
    names = [name for name in tried if "name_is_matched" in name]
    others = [name for name in tried if re.search("rows_in|csv|workbook|damaged_table|noise", name)]
    for page in GUIDES:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for group in (cells, layers, names, others):
            assert f"{20 * sum(tried[name] for name in group):,}" in text, group
