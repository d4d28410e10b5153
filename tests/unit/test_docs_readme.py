"""The README's commands are the ones that work, and its links lead somewhere."""

import re

import pytest

from support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
POSIX = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv && ")]
WINDOWS = [line for line in README.splitlines() if line.startswith("py -3 -m venv .venv; ")]
ENGLISH, CHINESE = README.split("\n# 中文说明\n")


def test_the_two_commands_stand_in_both_languages_for_both_systems():
    assert len(POSIX) == len(WINDOWS) == 4
    assert len(set(POSIX)) == len(set(WINDOWS)) == 2
    for line in {*POSIX, *WINDOWS}:
        assert ENGLISH.count(line) == CHINESE.count(line) == 1


def test_one_command_runs_the_main_job_and_one_the_tests():
    ends = sorted(line.split(" && ")[-1] for line in set(POSIX))
    assert ends == [
        ".venv/bin/coverplan run data/geo/fengdu/plan.toml",
        ".venv/bin/python -m pytest",
    ]


def test_the_windows_commands_do_what_the_others_do():
    def as_posix(line: str) -> str:
        steps = [step.strip() for step in line.split(";")]
        bare = [re.sub(r"^if \(\$\?\) \{ (.*) \}$", r"\1", step) for step in steps]
        joined = (
            " && ".join(bare).replace("py -3 ", "python3 ").replace(".venv\\Scripts", ".venv/bin")
        )
        return joined.replace("\\", "/")

    assert {as_posix(line) for line in WINDOWS} == set(POSIX)


def test_windows_powershell_5_1_can_read_its_commands():
    assert not any("&&" in line for line in WINDOWS)
    # A step runs only where the one before it succeeded.
    assert all(line.count("if ($?) {") == line.count(";") == 2 for line in WINDOWS)


def test_ci_runs_the_readmes_own_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m1 -E '(.+?)' README\.md", script)
    assert pattern is not None
    matched = [line for line in README.splitlines() if re.search(pattern[1], line)]
    assert set(matched) == {line for line in POSIX if line.endswith("-m pytest")}
    assert 'bash -c "$line"' in script


def test_every_command_that_installs_uses_the_lock():
    installs = re.findall(r"-m pip install [^&;}\n]*", README)
    assert installs
    assert all(" -c requirements.lock " in install for install in installs)
    assert (ROOT / "requirements.lock").exists()


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_every_link_to_a_file_of_the_repository_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text)
    local = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]
    broken = [link for link in local if not ((ROOT / page).parent / link).exists()]
    assert not broken


def test_every_decision_stands_in_the_list_of_decisions():
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_every_output_that_the_readme_names_stands_in_the_contracts():
    contracts = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
    for text in (ENGLISH, CHINESE):
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        names = [name for row in rows for name in re.findall(r"`([\w./]+)`", row.split("|")[1])]
        assert len(names) >= 10
        assert all(name.rstrip("/") in contracts for name in names)
