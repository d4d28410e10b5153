"""
Write the reference pages that the code itself can tell: commands and public names.

Run it at the repository root after a command, an option or a public name changed:
`.venv/bin/python docs/make_reference.py`. A test fails while a page is not current.
"""

import argparse
from pathlib import Path

import coverplan
from coverplan.commands import COMMANDS
from coverplan.text import say

DOCS = Path(__file__).resolve().parent
CALLS = """\
# Python

```python
import coverplan as cp

plan = cp.read_plan("data/geo/fengdu/plan.toml")
result = cp.run(plan)
cp.write(result, "maps/fengdu")
again = cp.read_run("maps/fengdu")
```

`import coverplan` is quick: it loads neither pandas nor SciPy before they are needed. Every frame
of a [Result](#coverplan.Result) is described in [the contracts](contracts.md).
"""
COMMANDS_HEAD = """\
# 命令 · Commands

`coverplan` 与 `python -m coverplan` 相同。The two are the same command.
`coverplan --version` 显示版本号 tells the version.
"""
EXIT_CODES = """\
## 退出码 · Exit codes

| code | 中文 | English |
|---|---|---|
| 0 | 完成 | done |
| 1 | 程序出错，请把屏幕内容发给维护者 | a fault of ours: send us what the screen shows |
| 2 | 数据或计划文件有误，已逐条列出 | bad input, every problem is listed |
| 3 | 无可行选址；其余成果已写好 | no placement possible; everything else is written |
| 130 | 被用户中断，旧成果完好 | stopped by the user, the old results are whole |
"""


def python_page() -> str:
    """Return the page of the public names: functions, values, faults."""
    names = coverplan.__all__
    faults = [name for name in names if name.endswith(("Error", "Problem"))]
    values = [name for name in names if name[0].isupper() and name not in faults]
    functions = [name for name in names if name[0].islower()]
    parts = [CALLS]
    for title, group in (
        ("Functions · 函数", functions),
        ("Values · 数据", values),
        ("Faults of the input · 输入有误", faults),
    ):
        parts.append(f"## {title}\n")
        parts += [f"::: coverplan.{name}\n" for name in group]
    return "\n".join(parts)


def commands_page() -> str:
    """Return the page of the commands, with the help texts of both languages side by side."""
    parts = [COMMANDS_HEAD]
    for module in COMMANDS:
        name = module.__name__.rpartition(".")[2].rstrip("_")
        described = {lang: described_arguments(module, lang) for lang in ("zh", "en")}
        key = f"cli.{name}"
        parts.append(f"## coverplan {name}\n")
        parts.append(f"{say(key, 'zh')}。{say(key, 'en').capitalize()}.\n")
        typed = " ".join(["coverplan", name, *described["en"], "[--lang zh|en]"])
        parts.append(f"```\n{typed}\n```\n")
        if described["en"]:
            rows = [
                f"| `{left}` | {described['zh'][left]} | {right} |".replace("|en", "\\|en")
                for left, right in described["en"].items()
            ]
            parts.append("\n".join(["| | 中文 | English |", "|---|---|---|", *rows]) + "\n")
    parts.append(EXIT_CODES)
    return "\n".join(parts)


def described_arguments(module: object, lang: str) -> dict[str, str]:
    """Return what may be typed after a command -> its help text."""
    parser = argparse.ArgumentParser(add_help=False)
    module.arguments(parser, lang)  # type: ignore[attr-defined]
    found = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list
        value = action.metavar or ("|".join(action.choices) if action.choices else action.dest)
        shown = str(value).upper() if not action.choices else str(value)
        if action.option_strings:
            flag = action.option_strings[-1]
            typed = flag if action.nargs == 0 else f"{flag} {shown}"
            typed = typed if action.required else f"[{typed}]"
        else:
            typed = f"{shown} …" if action.nargs in {"+", "*"} else shown
        found[typed] = (action.help or "").replace("%%", "%")
    return found


PAGES = {"python.md": python_page, "commands.md": commands_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
