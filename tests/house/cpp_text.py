"""C++ as text: without comments and literals, and the functions in it. Good for formatted code, not a compiler."""
import re

# Comments, raw strings, strings and characters, in this order; an apostrophe between digits is no character.
QUIET = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'', re.S)
CONTROL = re.compile(r"\b(if|for|while|switch|catch|do|else|try|return|namespace|enum|class|struct|union|extern)\b")
FUNCTION_NAME = re.compile(r"(~?[\w:]+(?:<[^()]*>)?|operator\s*\S+)\s*\(")
ATTRIBUTE = re.compile(r"\[\[.*?\]\]|__attribute__\s*\(\(.*?\)\)")


def bare(text):
    """The text with comments and literals blanked, of the same length and with the same line ends."""
    def blank(match):
        word = match.group(0)
        keep = 1 if word[0] in "\"'R" else 0
        inner = re.sub(r"[^\n]", " ", word)
        return '"' + inner[1:-1] + '"' if keep and len(word) > 1 else inner

    return QUIET.sub(blank, text)


def functions(text):
    """(name, first line, number of lines) of each function definition. Lambdas and local types belong to their function."""
    code = re.sub(r"^[ \t]*#.*?(?<!\\)$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), bare(text), flags=re.M | re.S)
    found, stack, head = [], [], 0  # stack: (name of the function or None, where its head begins)
    inside = None  # Depth of the function that we are in.
    for match in re.finditer(r"[;{}]", code):
        position = match.start()
        if match.group() == "{":
            # Formatted code has a space before a body and none before the braces of an initializer: that belongs to the head.
            is_initializer = code[position - 1:position].strip() != ""
            name = None if inside or is_initializer else function_name(code[head:position])
            stack.append((name, head, is_initializer))
            inside = len(stack) if name else inside
        elif match.group() == "}" and stack:
            name, start, is_initializer = stack.pop()
            if name:
                first = start + len(code[start:]) - len(code[start:].lstrip())
                line = code.count("\n", 0, first) + 1
                found.append((name, line, code.count("\n", first, position) + 1))
                inside = None
            if is_initializer:
                head = start
                continue
        head = position + 1 if not (match.group() == "{" and stack[-1][2]) else head
    return found


def function_name(head):
    """The name of the function whose body would begin after `head`, or nothing."""
    # What stands before the parameters decides; an initializer list or a trailing return type may follow them.
    flat = " ".join(ATTRIBUTE.sub(" ", re.sub(r"\b(public|private|protected):", " ", head)).split())
    match = FUNCTION_NAME.search(flat)
    before = flat[:match.start()] if match else ""
    if not match or CONTROL.search(before.replace("struct ", "").replace("class ", "")) or "=" in before:
        return None
    if CONTROL.fullmatch(match.group(1)) or flat.endswith(("=", ",", "return")):
        return None
    return match.group(1)
