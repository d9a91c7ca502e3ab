"""NUMBER EFFECT for each signal that a process can get, as the table of docs/guide/containers.md has it: effects.py PAGE."""
import re
import signal
import sys

EFFECTS = (  # What the page says, and what we call it.
    (r"everything is stopped in order|the same: the power fails", "end"),
    (r"as `ctl apply`", "apply"),
    (r"all log files are opened anew", "reopen"),
    (r"go(?:es)? to the service that `forward-signals` names.* as `ctl reexec`", "forward-or-reexec"),
    (r"go(?:es)? to the service that `forward-signals` names.* else none", "forward"),
    (r"none", "none"),
)
FAULTS = ("SEGV", "ABRT", "ILL", "TRAP", "BUS", "FPE", "SYS")
NOT_OURS = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, 32, 33}  # Nobody can, or nobody needs to know; libc's own.


def number_of(name):
    base, _, more = name.partition("+")
    return getattr(signal, f"SIG{base}") + int(more or 0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        table = re.search(r"^\| signal \|.*\n\|---.*\n((?:\|.*\n)+)", file.read(), re.M).group(1)
    found, rest = {}, None
    for row in table.splitlines():
        signals, text = (cell.strip() for cell in row.strip("|").split(" | "))
        effect = next((name for pattern, name in EFFECTS if re.match(pattern, text)), None) or sys.exit(f"what is '{text}'?")
        names = re.findall(r"`([A-Z]\w+(?:\+\d+)?)`", signals)
        if "faults" in signals:
            names = [n for n in names if n not in FAULTS] + list(FAULTS)
        if "the other real-time ones" in signals:
            rest = effect
        for name in names:
            if number_of(name) in found:
                sys.exit(f"{name} is there twice")
            found[number_of(name)] = effect
    for number in range(signal.SIGRTMIN, signal.SIGRTMAX + 1):
        found.setdefault(number, rest)
    for number in set(range(1, signal.SIGRTMAX + 1)) - NOT_OURS:
        found.setdefault(number, "none")  # "Nothing else has an effect."
    for number in sorted(found):
        print(number, found[number])


main()
