"""The example county's placements are proven again from its run folder, and tampering is found."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coverplan.cli import main
from coverplan.config import read_plan
from coverplan.domain import Result
from coverplan.errors import InputError
from coverplan.pipeline import run
from coverplan.placement.certificate import certificate
from coverplan.proof import Outcome, certificates, checked
from coverplan.report.certificates import FOLDER, verify_run
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from coverplan.text import LANGUAGES
from support import DATA


@pytest.fixture(scope="module")
def result() -> Result:
    return run(read_plan(DATA / "example" / "plan.toml"))


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory) -> Path:
    return write(result, tmp_path_factory.mktemp("example") / "run", page=None)


@pytest.fixture
def copy(folder, tmp_path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "run"))


def paper_of(folder: Path, name: str = "university_site") -> dict[str, Any]:
    return json.loads((folder / FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def spoil(folder: Path, name: str = "university_site", **changes: object) -> Outcome | str:
    """Change a certificate, and return what the check says of it."""
    file = folder / FOLDER / f"{name}.json"
    whole = file.read_bytes()
    file.write_text(json.dumps({**json.loads(whole), **changes}), encoding="utf-8")
    found = {one.type: one for one in verify_run(folder)}[name]
    file.write_bytes(whole)
    return found.reason or found.outcome


def test_the_example_is_proven_without_the_solver(folder, monkeypatch):
    def no_solver(*_args: object, **_options: object) -> None:
        pytest.fail("the solver was asked")

    monkeypatch.setattr("coverplan.placement.highs.Engine.solve", no_solver)
    found = {one.type: one for one in verify_run(folder)}
    assert found["university_site"].outcome is Outcome.PROVEN
    assert found["school_museum"].outcome is Outcome.PROVEN
    assert found["youth_base"].outcome is Outcome.NOT_CERTIFIED


def test_the_figures_are_those_of_the_run(folder):
    result, found = read_run(folder), {one.type: one for one in verify_run(folder)}
    sites = result.placement.query("type == 'university_site'")["candidate_id"].tolist()
    open_now = result.venues.query("type == 'university_site' and open").index
    sites += [site for site in open_now if site in result.times.sites]
    residents = (result.demand["group"] == "residents").to_numpy()
    nearest = result.times.to(sites)[residents].min(axis=1)
    people = result.demand.loc[residents, "people"].fillna(0).to_numpy(float)
    assert found["university_site"].verdict.covered == people[nearest <= 30].sum()
    median = found["school_museum"].verdict
    assert median.covered == result.programmes.loc["school_museum", "objective"]


def test_every_rule_of_the_plan_stands_in_the_certificate(folder):
    result, paper = read_run(folder), paper_of(folder)
    state = result.presence.xs("university_site", level="type")["state"]
    assert set(paper["zone_min"]) == set(state.index[state == "none"])
    assert paper["new_sites"] == 23
    assert paper["cutoff"] == 30


def test_a_certificate_of_another_question_is_told(copy):
    paper = paper_of(copy)
    assert spoil(copy, new_sites=22) == "question"
    assert spoil(copy, new_sites=24) == "question"
    assert spoil(copy, cutoff=31.0) == "question"
    assert spoil(copy, forbidden=[len(paper["sites"]) - 1]) == "question"
    assert spoil(copy, zone_min={}) == "inputs"
    assert spoil(copy, sites=paper["sites"][1:]) == "inputs"
    assert spoil(copy, sites=["nowhere", *paper["sites"][1:]]) == "unreadable"
    assert spoil(copy, people=paper["people"] + 1) == "figure"
    assert spoil(copy, chosen=paper["chosen"][:-1]) == "rules"
    assert spoil(copy, tree={"at": [], "v": []}) == Outcome.BOUND_ONLY
    assert spoil(copy, schema=99) == "unreadable"


def test_changed_people_are_noticed_by_the_run_folder_itself(copy):
    path = copy / "data" / "demand.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"demand\.parquet"):
        verify_run(copy)


def test_the_command_says_what_is_proven_in_both_languages(folder, capsys):
    words = {
        "zh": ("已证明", "没有复核", "没有证书"),
        "en": ("proven", "Not re-che", "no certificate"),
    }
    for lang in LANGUAGES:
        assert main(["verify", str(folder), "--lang", lang]) == 0
        said = capsys.readouterr().out
        assert all(word in said for word in words[lang])
    assert main(["verify", str(folder / FOLDER / "school_museum.json"), "--lang", "en"]) == 0
    assert "Community" not in capsys.readouterr().out


def test_what_no_certificate_covers_is_said_with_its_reason(folder, capsys):
    main(["verify", str(folder)])
    said = capsys.readouterr().out
    assert "“每校可达几类主题”的最优只由求解器得出" in said
    assert "没有复核：人数相同的方案中平均用时最短这一步" in said
    for part in ("经费", "站间距", "关闭旧点", "每区上限", "分年", "稳妥方案", "曲线"):
        assert part in said, part


def test_a_placement_within_class_slots_gets_no_certificate_and_says_so(result):
    programmes = tuple(
        replace(item, class_slots=9_999) if item.model == "p_median" else item
        for item in result.plan.programme
    )
    limited = replace(result, plan=replace(result.plan, programme=programmes))
    papers = certificates(limited)
    assert set(papers) == {"university_site"}
    found = {one.type: one for one in checked(limited, papers)}["school_museum"]
    assert found.outcome is Outcome.NOT_CERTIFIED
    assert "班次" in found.text("zh")
    assert "class-slots" in found.text("en")


@pytest.mark.parametrize("rule", ["budget", "spacing", "close", "zone_max", "capacity"])
def test_a_rule_that_no_certificate_can_hold_is_refused(rule):
    with pytest.raises(TypeError, match=rule):
        certificate([[1.0]], [1], 5.0, 1, [0], **{rule: 1})


def test_the_command_fails_where_a_certificate_does_not_hold(copy, capsys):
    file = copy / FOLDER / "school_museum.json"
    paper = paper_of(copy, "school_museum")
    file.write_text(json.dumps({**paper, "person_minutes": 1.0}), encoding="utf-8")
    assert main(["verify", str(copy), "--lang", "en"]) == 2
    assert "does not hold" in capsys.readouterr().out
    file.write_text("{", encoding="utf-8")
    assert main(["verify", str(copy)]) == 2
    assert "school_museum.json" in capsys.readouterr().err


def test_without_minutes_there_is_nothing_to_certify(tmp_path, capsys):
    result = run(read_plan(DATA / "fengdu" / "plan.toml"))
    assert certificates(result) == {}
    folder = write(result, tmp_path / "run", page=None)
    assert not (folder / FOLDER).exists()
    assert all(one.outcome is Outcome.NOT_CERTIFIED for one in verify_run(folder))
    assert main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out


def test_a_run_that_holds_candidates_back_is_checked_by_the_rules_on_paper(result, copy, tmp_path):
    folder = write(result, tmp_path / "public", page=None, profile="public")
    found = {one.type: one for one in verify_run(folder)}["university_site"]
    assert found.outcome is Outcome.PROVEN
    assert "Not re-checked: this publish profile" in found.text("en")
    assert np.isclose(found.verdict.bound, paper_of(copy)["people"])
