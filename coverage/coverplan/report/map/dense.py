"""Our own code and styles without what only people read: indents, remarks, blanks beside signs."""

import re
from collections.abc import Iterator

__all__ = ["dense_script", "dense_style"]

# Private characters that stand for what must not change: OPEN number CLOSE, PATTERN for a regex.
OPEN, PATTERN, CLOSE = "\ue000", "\ue001", "\ue002"
STRING = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"")
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/")
WORD_BEFORE = re.compile(r"(?<![\w$.])(return|typeof|case|in|of|delete|void|throw|do|else)$")
REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
STOPS = re.compile(r"['\"`/]")


def dense_script(code: str) -> str:
    r"""
    Return JavaScript without indents, remarks and blanks that mean nothing.

    Parameters
    ----------
    code
        JavaScript; statements end with a semicolon or a line end.

    Notes
    -----
    Strings, template literals and regular expressions stay as they are. A line end goes only where
    no statement can end. A slash begins a regular expression where no operand stands before it.

    Examples
    --------
    >>> dense_script("const far = /a b/.test(' // '); // said so\n  next( far );")
    "const far=/a b/.test(' // ');next(far);"
    """
    kept: list[str] = []
    bare = "".join(_pieces(code, kept, script=True))
    operand, start = rf"[\w$)\]{CLOSE}]", rf"[^-+/!{PATTERN}]"
    sums = rf"(?<={operand}) (?=[-+<>/] {start})|(?<={operand} [-+<>/]) (?={start})"
    return _restored(_squeezed(bare, "{}()=,;:?&|*", sums), kept)


def dense_style(code: str) -> str:
    """
    Return a stylesheet without indents, remarks and blanks that mean nothing.

    Parameters
    ----------
    code
        CSS.

    Examples
    --------
    >>> dense_style(".a .b { color: red; } /* said so */")
    '.a .b{color: red}'
    """
    kept: list[str] = []
    return _restored(_squeezed("".join(_pieces(code, kept, script=False)), "{};,"), kept)


def _squeezed(code: str, signs: str, more: str = "") -> str:
    lines = (line.strip() for line in code.splitlines())
    text = re.sub(" {2,}", " ", "\n".join(line for line in lines if line))
    # Sums first: once a blank is gone, the sign beside it can no longer be told from its twin.
    if more:
        text = re.sub(more, "", text)
    text = re.sub(rf"(?<=[{signs}]) +| +(?=[{signs}])|(?<==>) |(?<=[{{;,(])\n", "", text)
    return _unended(text)


def _unended(code: str) -> str:
    """Return code without the last semicolon of each block, unless it is a loop's whole body."""
    out: list[str] = []
    heads: list[bool] = []
    head = False
    for n, sign in enumerate(code):
        if sign == "(":
            heads.append(re.search(r"\b(for|while|if)$", code[max(0, n - 6) : n]) is not None)
        if sign == ";" and code[n + 1 : n + 2] == "}" and not head:
            continue
        out.append(sign)
        head = sign == ")" and bool(heads) and heads.pop()
    return "".join(out)


def _restored(code: str, kept: list[str]) -> str:
    return re.sub(rf"[{OPEN}{PATTERN}](\d+){CLOSE}", lambda found: kept[int(found[1])], code)


def _pieces(code: str, kept: list[str], *, script: bool) -> Iterator[str]:
    """Yield code in which whatever must stay is a number, and remarks are gone."""
    before = ""
    at = 0
    while found := STOPS.search(code, at):
        start = found.start()
        yield code[at:start]
        before = (before + code[at:start])[-40:]
        stop, sign = _token(code, start, before, script=script)
        if sign:
            kept.append(code[start:stop])
            piece = f"{sign}{len(kept) - 1}{CLOSE}"
        else:
            piece = _without_words(code[start:stop])
        yield piece
        before += piece
        at = stop
    yield code[at:]


def _without_words(piece: str) -> str:
    """Return what a remark leaves behind: the line end or the blank that it was."""
    if piece.startswith("/*"):
        return "\n" if "\n" in piece else " "
    return "" if piece.startswith("//") else piece


def _token(code: str, start: int, before: str, *, script: bool) -> tuple[int, str]:
    """Return where the string, pattern, remark or sign ends, and by what it is kept."""
    if code[start] == "`" and script:
        return _template_end(code, start), OPEN
    if string := STRING.match(code, start):
        return string.end(), OPEN
    if remark := REMARK.match(code, start):
        return remark.end(), ""
    if script and code.startswith("//", start):
        stop = code.find("\n", start)
        return (stop if stop >= 0 else len(code)), ""
    regex = REGEX.match(code, start) if script and _operand_wanted(before) else None
    return (regex.end(), PATTERN) if regex else (start + 1, "")


def _operand_wanted(before: str) -> bool:
    """Tell whether a slash here would begin a regular expression: no operand stands before it."""
    bare = before.rstrip()
    if not bare or WORD_BEFORE.search(bare) is not None:
        return True
    # A block may end in a brace and a pattern begin the next statement; we divide no object.
    return not (bare[-1].isalnum() or bare[-1] in f"_$)]{CLOSE}" or bare.endswith(("++", "--")))


def _template_end(code: str, start: int) -> int:
    """Return the end of a template literal, over the code and templates that stand inside."""
    at, depth = start + 1, 0
    while at < len(code):
        if code[at] == "\\":
            at += 2
        elif code[at] == "`":
            if depth == 0:
                return at + 1
            at = _template_end(code, at)
        elif depth and (string := STRING.match(code, at)):
            at = string.end()
        else:
            if code.startswith("${", at) or (depth and code[at] == "{"):
                depth += 1
            elif depth and code[at] == "}":
                depth -= 1
            at += 1 + code.startswith("${", at)
    raise ValueError("a template literal has no end")
