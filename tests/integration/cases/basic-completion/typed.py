"""Somebody who types at an interactive shell: python3 typed.py SHELL... <LINES

The shell shows "READY" as its prompt, and has ctl as a function that prints what it was given, "<stop><web>". Each line of standard input is
keys, in which \\t, \\" and \\x.. are as in Python, a blank, "=>" and that; the Enter is added.
"""
import os
import pty
import select
import sys
import time

TRIES = 3  # An answer that takes longer than a second is not waited for, and the machine may be busy.
DEADLINE = 30 * int(os.environ.get("SUP_TIME_SCALE", "1"))


def read_until(terminal, written, part):
    """What is written up to and with this part, and the rest."""
    end = time.monotonic() + DEADLINE
    while part not in written:
        if time.monotonic() > end:
            sys.exit(f"not within {DEADLINE} s: {part!r}, only {written!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            written += os.read(terminal, 65536)
    at = written.index(part) + len(part)
    return written[:at], written[at:]


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(sys.argv[1], sys.argv[1:], {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8"})
    rest = b""
    for line in sys.stdin:
        keys, _, wanted = line.rstrip("\n").partition(" => ")
        for left in reversed(range(TRIES)):
            _, rest = read_until(terminal, rest, b"READY")
            os.write(terminal, keys.encode().decode("unicode_escape").encode() + b"\r")
            written, rest = read_until(terminal, rest, b"[end]")
            if wanted.encode() + b"[end]" in written:
                break
            if not left:
                sys.exit(f"{keys}: {written.decode()!r} instead of {wanted!r}")
    read_until(terminal, rest, b"READY")
    os.write(terminal, b"exit\r")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
