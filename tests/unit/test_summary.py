"""The table that a terminal shows at the end of a run."""

from dataclasses import replace

from rich.console import Console

from coverplan.summary import summary
from small_result import small_result


def shown(result, lang="zh"):
    console = Console(width=300)
    with console.capture() as caught:
        console.print(summary(result, lang))
    return caught.get()


def test_coverage_without_a_figure_is_not_judged():
    result = small_result()
    plan = replace(result.plan, programme=result.plan.programme[:1])
    result = replace(result, plan=plan)
    refused = result.coverage.assign(refused="say.refused.refused_unreported")
    text = shown(replace(result, coverage=refused))
    assert "不判断" in text
    assert "不给" not in text
    assert "not judged" in shown(replace(result, coverage=refused), "en")
