"""The README's pictures and the sample map were made from the data and the map as they are."""

import importlib.util
from types import ModuleType

import pytest
from PIL import Image

from support import ROOT


def script() -> ModuleType:
    path = ROOT / "docs" / "make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["fengdu", "example"])
def test_a_picture_is_current(name):
    make = script()
    with Image.open(make.IMAGES / f"map-{name}.png") as picture:
        assert picture.size == (1366, 768)
        found = picture.info.get(make.DIGEST)
    assert found == make.digest(name), "run docs/make_pictures.py and look at the pictures"


def test_the_sample_map_is_current_small_and_says_that_it_is_illustrative():
    make = script()
    assert make.mark_of(make.SAMPLE) == make.digest(make.SAMPLE_PLAN), "run docs/make_pictures.py"
    page = make.SAMPLE.read_text(encoding="utf-8")
    assert make.SAMPLE.stat().st_size < 600_000
    assert "示例数据" in page


def test_the_readme_and_the_folder_of_maps_lead_to_the_sample():
    assert "](maps/sample/map.html)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](sample/map.html)" in (ROOT / "maps" / "README.md").read_text(encoding="utf-8")


def test_a_sample_keeps_the_page_and_names_its_digest(tmp_path):
    make = script()
    page = tmp_path / "page.html"
    page.write_text("<html>图</html>\n", encoding="utf-8")
    assert not make.mark_of(page)
    make.kept(page, tmp_path / "new" / "map.html", "0123")
    assert make.mark_of(tmp_path / "new" / "map.html") == "0123"
    text = (tmp_path / "new" / "map.html").read_text(encoding="utf-8")
    assert text.startswith("<html>图</html>\n")


def test_every_picture_that_the_readme_shows_is_one_that_the_script_makes():
    make = script()
    made = {f"docs/images/map-{name}.png" for name in make.PLANS}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {part.split(")")[0] for part in readme.split("](") if ".png)" in part[:120]}
    assert shown
    assert shown <= made


def test_the_digest_changes_with_a_single_byte_of_the_data(tmp_path, monkeypatch):
    make = script()
    folder = tmp_path / "data" / "geo" / "small"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text("schema = 1\n", encoding="utf-8")
    monkeypatch.setattr(make, "ROOT", tmp_path)
    before = make.digest("small")
    assert make.digest("small") == before
    (folder / "plan.toml").write_text("schema = 2\n", encoding="utf-8")
    assert make.digest("small") != before
