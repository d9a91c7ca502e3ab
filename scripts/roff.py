"""Markdown, as far as the pages of docs/ use it, into roff with the macros of man(7).

A page is a list of blocks: ("heading", level, text), ("text", text), ("code", text), ("table", rows), ("item", depth, text).
"""
import re

FENCE, HEADING, ITEM = re.compile(r"^\s*```"), re.compile(r"^(#+) +(.*)$"), re.compile(r"^( *)[*-] +(.*)$")
NUMBERED, RULE = re.compile(r"^( *)\d+\. +(.*)$"), re.compile(r"^\|[\s|:-]+\|$")
LINK = re.compile(r"!?\[([^\]]+)\]\(([^)\s]*)\)")


LINE_MAY_BREAK = r"\1\\:"


def cells_of(line):
    """The cells of a row; a bar within a cell is written with a backslash."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def blocks_of(markdown):
    """The blocks of a page. HTML comments are left out."""
    lines, blocks, at = re.sub(r"<!--.*?-->\n?", "", markdown, flags=re.S).split("\n"), [], 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if FENCE.match(line):
            begin = at
            while at < len(lines) and not FENCE.match(lines[at]):
                at += 1
            blocks.append(("code", "\n".join(lines[begin:at])))
            at += 1
        elif heading := HEADING.match(line):
            blocks.append(("heading", len(heading[1]), heading[2]))
        elif line.startswith("|"):
            rows = [cells_of(line)]
            while at < len(lines) and lines[at].startswith("|"):
                if not RULE.match(lines[at]):
                    rows.append(cells_of(lines[at]))
                at += 1
            blocks.append(("table", rows))
        elif item := ITEM.match(line) or NUMBERED.match(line):
            blocks.append(("item", len(item[1]) // 2, item[2]))
        elif line.strip():
            follows = at > 1 and lines[at - 2].strip() and blocks and blocks[-1][0] in ("text", "item")
            if follows:
                blocks[-1] = (*blocks[-1][:-1], blocks[-1][-1] + " " + line.strip())
            else:
                blocks.append(("text", line.strip()))
    return blocks


def escaped(text):
    """Text that roff prints as it is: minus signs stay minus signs, since people copy them into a shell."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    text = text.replace("~", "\\(ti")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def inline(text):
    """A line of running text: `code` and **strong** in bold, *emphasis* in italics, links as their text."""
    parts = re.split(r"(``.+?``|`[^`]+`)", text)
    return "".join(styled(part) if not part.startswith("`") else bold(part.strip("`").strip()) for part in parts)


def styled(text):
    text = LINK.sub(lambda m: m[1] + (f" ({m[2]})" if m[2].startswith("http") and m[2] != m[1] else ""), text)
    out = escaped(text)
    out = re.sub(r"\*\*(.+?)\*\*", r"\\fB\1\\fR", out)
    return re.sub(r"(?<![\w*])\*(\S.*?)\*(?![\w*])", r"\\fI\1\\fR", out)


def bold(text):
    """Long words may be broken after a comma or a slash, without a hyphen."""
    shown = escaped(text)
    return f"\\fB{re.sub(r'([,/])(?=[^ ])', LINE_MAY_BREAK, shown) if len(text) > 40 else shown}\\fR"


def safe(line):
    """A line that is no request to roff, however it begins."""
    return "\\&" + line if line.startswith((".", "\\(aq")) else line


def quoted(text):
    return '"' + text.replace('"', '\\(dq') + '"'


def plain(text):
    return escaped(LINK.sub(r"\1", text).replace("`", "").replace("**", ""))


def tagged(rows):
    """Two columns: a term and what is said of it."""
    return "".join(f".TP\n{safe(inline(term))}\n{safe(inline(meaning)) or '.'}\n" for term, meaning in rows)


def table(rows):
    """Two columns are a tagged list, and so are more, with the words of the head before each cell: a page may be narrow."""
    head, *body = rows
    # A bar that a cell holds without a backslash: what is too much belongs to the last cell.
    body = [[*cells[: len(head) - 1], "|".join(cells[len(head) - 1:])] for cells in body]
    if len(head) > 2:
        said = [[f"{h}: {c}" if h else c for h, c in zip(head[1:], cells[1:]) if c] for cells in body]
        body = [(cells[0], "; ".join(words)) for cells, words in zip(body, said)]
    return tagged(body)


def code(text):
    return ".PP\n.RS 4\n.nf\n" + "".join(safe(escaped(line)) + "\n" for line in text.split("\n")) + ".fi\n.RE\n"


def body_of(blocks, sections=2):
    """The roff of blocks. A heading of the level `sections` or above begins a section, a deeper one a subsection."""
    out, depth = [], -1
    for kind, *rest in blocks:
        wanted = rest[0] if kind == "item" else -1
        while depth > max(wanted, 0):
            out.append(".RE\n")
            depth -= 1
        if kind == "item":
            if wanted > depth >= 0:
                out.append(".RS 4\n" * (wanted - depth))
            depth = wanted
            out.append(f".IP \\(bu 3\n{safe(inline(rest[1]))}\n")
            continue
        depth = -1
        if kind == "heading":
            level, text = rest
            out.append(f".SH {quoted(plain(text).upper() if not set('[`') & set(text) else plain(text))}\n" if level <= sections
                       else f".SS {quoted(plain(text))}\n")
        else:
            out.append({"text": lambda t: f".PP\n{safe(inline(t))}\n", "code": code, "table": table}[kind](*rest))
    out.extend([".RE\n"] * max(depth, 0))
    return "".join(out)


def page(name, section, says, date, version, body):
    """A whole manual page: what begins each, and its body."""
    title = quoted(name.upper())
    return (f".TH {title} {section} {quoted(date)} {quoted('supervisord ' + version)} {quoted('supervisord')}\n"
            f".nh\n.ad l\n.SH NAME\n{escaped(name)} \\- {escaped(says)}\n" +
            re.sub(r"(?m)^(\.S[HS] .*)\n\.PP\n", r"\1\n", body))
