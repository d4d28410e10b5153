"""The page's code loses its blanks, and nothing else."""

import pytest

from coverplan.report.map.planner import _dense


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("const a = (b ? c : 'x = ( y )');", "const a=(b?c:'x = ( y )');"),
        ("  // a remark\n  let x = 1;\n  return x;", "let x=1;return x;"),
        ("t.replace(/[ ,]+ = /g, ' | ');", "t.replace(/[ ,]+ = /g,' | ');"),
        ('return /[",\\n ]/.test(t) ? 1 : 2;', 'return /[",\\n ]/.test(t)?1:2;'),
        ("a + +b; c - -d; e + f / g;", "a + +b;c - -d;e+f/g;"),
        ("'it\\'s = so' + x", "'it\\'s = so'+x"),
        ("const f = () => 1\nconst g = 2", "const f=()=> 1\nconst g=2"),
    ],
)
def test_code_loses_only_blanks_that_mean_nothing(code, short):
    assert _dense(code) == short


def test_a_stylesheet_keeps_the_blank_between_a_selector_and_its_child():
    css = ".a .b { color: red; }\n@media (max-width: 9px) and (print) { .c, .d { margin: 0 1px; } }"
    assert _dense(css, "{};,") == (
        ".a .b{color: red;}\n@media (max-width: 9px) and (print){.c,.d{margin: 0 1px;}}"
    )
