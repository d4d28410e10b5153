"""The page's code loses its blanks and remarks, and nothing else."""

import pytest

from coverplan.report.map.dense import dense_script, dense_style
from coverplan.report.map.offline import asset
from coverplan.report.map.planner import SCRIPTS, STYLES


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("const a = (b ? c : 'x = ( y )');", "const a=(b?c:'x = ( y )');"),
        ("  // a remark\n  let x = 1;\n  return x;", "let x=1;return x;"),
        ("t.replace(/[ ,]+ = /g, ' | ');", "t.replace(/[ ,]+ = /g,' | ');"),
        ('return /[",\\n ]/.test(t) ? 1 : 2;', 'return /[",\\n ]/.test(t)?1:2;'),
        ("a + +b; c - -d; e + f / g;", "a + +b;c - -d;e+f/g;"),
        ("'it\\'s = so' + x", "'it\\'s = so'+x"),
        ("const f = () => 1\nconst g = 2", "const f=()=>1\nconst g=2"),
    ],
)
def test_code_loses_only_blanks_that_mean_nothing(code, short):
    assert dense_script(code) == short


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("f(a, // first, of ( two\n  b);", "f(a,b);"),
        ("let u = 'http://a.b'; // c", "let u='http://a.b';"),
        ("let u = \"/* no */  // remark\"; /* a\n 'b' */ v();", 'let u="/* no */  // remark";v();'),
        ("x = a /* 'b */ + c;", "x=a+c;"),
        ("t.split(/\\/\\*'|[/'\"]/).map( g ) // it's", "t.split(/\\/\\*'|[/'\"]/).map(g)"),
        ("y = n => /'  \\/\\/ /.test( n );", "y=n=>/'  \\/\\/ /.test(n);"),
        ("if (a) { b(); }\n/ '/.test( c );", "if(a){b()}\n/ '/.test(c);"),
        ("{ for (; f(); ); } { g(); }", "{for(;f(););}{g()}"),
        ("z = a / b / 'c / d';", "z=a/b/'c / d';"),
        ("z = (a)\n  / b / ' c ';", "z=(a)\n/ b/' c ';"),
        ("z = a / /  b/.lastIndex;", "z=a / /  b/.lastIndex;"),
        ("z = a < !b; w = a--  > c;", "z=a < !b;w=a-- > c;"),
        (
            "`a // b\n   ${ c( `/* ${ '}' } '` ) } '`  +  d",
            "`a // b\n   ${ c( `/* ${ '}' } '` ) } '`+d",
        ),
        ("e = `it's` ; // '\nf( '`' );", "e=`it's`;f('`');"),
    ],
)
def test_strings_patterns_and_templates_keep_what_looks_like_remarks(code, short):
    found = dense_script(code)
    assert found == short
    assert dense_script(found) == found


def test_a_template_without_its_end_is_refused():
    with pytest.raises(ValueError, match="no end"):
        dense_script("a = `b ${ c }")


def test_a_stylesheet_keeps_the_blank_between_a_selector_and_its_child():
    css = ".a .b { color: red; }\n@media (max-width: 9px) and (print) { .c, .d { margin: 0 1px; } }"
    assert dense_style(css) == (
        ".a .b{color: red}\n@media (max-width: 9px) and (print){.c,.d{margin: 0 1px}}"
    )


def test_a_stylesheet_keeps_its_strings_and_slashes_but_no_remark():
    css = ".a::after { content: '/* ; } */ // {'; } /* b { */ .c { font: 12px/1.5 serif; }"
    assert dense_style(css) == ".a::after{content: '/* ; } */ // {'}.c{font: 12px/1.5 serif}"


def test_what_is_dense_already_stays_as_it_is():
    for name in SCRIPTS:
        once = dense_script(asset(f"page/{name}.js"))
        assert dense_script(once) == once, name
        assert "\ue000" not in once
        assert "\ue002" not in once
    for name in STYLES:
        once = dense_style(asset(f"page/{name}.css"))
        assert dense_style(once) == once, name
