"""Somebody at `ctl top`: python3 session.py CTL NAME, where NAME is one of the functions below."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from screen import Session  # noqa: E402

CTL = sys.argv[1]


def top(*words, **options):
    """On a terminal whose modes are looked at by a shell, which is there before and after."""
    return Session(["sh", "-c", 'stty -a >"$D/before"; "$0" "$@"; code=$?; stty -a >"$D/after"; exit $code', CTL, "top", *words], **options)


def alone(*words, **options):
    return Session([CTL, "top", *words], **options)


def is_left_as_it_was(session):
    assert session.written.rstrip().endswith(b"\x1b[?1l\x1b>") or b"\x1b[?1049l" in session.written[-200:], session.written[-200:]
    assert b"\x1b[?25h" in session.written[-200:], "the cursor is shown again"


def ctl(*words):
    return subprocess.run([CTL, *words], check=False, capture_output=True, text=True)


def shows():
    session = top()
    session.sees("5 services", "app", "└ web", "bad", "failed", "talker", "NAME (tree)")
    session.line(r"^app +running +\d+\.\d +[\d.]+ MiB +\d+ +0 +\d+ ")
    session.line(r"^bad +failed +- +- +- ")
    session.sees("log of app")
    session.type("jjjj")
    session.sees("log of talker", "says 3")
    session.type("q")
    assert session.ends() == 0
    is_left_as_it_was(session)
    folder = os.environ["D"]
    with open(folder + "/before", encoding="ascii") as before, open(folder + "/after", encoding="ascii") as after:
        assert before.read() == after.read(), "the terminal's modes"


def acts():
    session = alone("--delay", "200ms")
    session.sees("idle")
    session.type("/idle\n")
    session.misses("app")
    session.line(r"^idle +stopped")
    session.type("s")
    session.line(r"^idle +running")
    session.type("t")
    session.sees("stop idle? y")
    session.type("n")
    session.sees("nothing was done")
    assert ctl("status", "--format", "{state}", "idle").stdout == "running\n"
    session.type("r")
    session.sees("restart idle? y")
    session.type("y")
    session.sees("restart idle: accepted")
    assert ctl("wait", "idle").returncode == 0, "it is there again, and can be sent a signal"
    session.type("iHUPP\n")
    session.sees("not a signal")
    session.type("iKILL\n")
    session.sees("KILL was sent to idle")
    session.line(r"^idle +(failed|backoff|waiting|stopped)|signal KILL")
    session.type("s")
    session.line(r"^idle +running")
    session.type("ty")
    session.line(r"^idle +stopped")
    session.type("\x1b")
    session.sees("app")
    session.type("?")
    session.sees("Any key goes back")
    session.type("x")
    session.misses("Any key goes back")
    session.type("q")
    assert session.ends() == 0


def sorts():
    session = alone("--sort", "name")
    session.sees("NAME (name)")
    session.type("o")
    session.sees("NAME (state)")
    session.until("what has failed is first", lambda text: text.split("\n")[2].startswith("bad "))
    session.type("l")
    session.misses("log of")
    session.type("q")
    assert session.ends() == 0


def resizes():
    session = alone()
    session.sees("app", "HEALTH")
    session.resize(40, 140)
    session.sees("CAUSE", "exit 1")
    session.resize(8, 30)
    session.misses("HEALTH", "log of")
    session.sees("app")
    session.resize(1, 1)
    session.resize(24, 80)
    session.sees("app", "HEALTH", "log of")
    session.type("q")
    assert session.ends() == 0


def is_told_to_end():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        session = alone()
        session.sees("app")
        session.kill(number)
        assert session.ends() == -number
        is_left_as_it_was(session)
    session = alone()
    session.sees("app")
    session.type("\x03")
    assert session.ends() == -signal.SIGINT
    is_left_as_it_was(session)


def is_not_for_this():
    session = Session([CTL, "top"], environment={"TERM": "no-such-terminal"})
    assert session.ends() == 1
    assert b"TERM=no-such-terminal" in session.written
    assert b"\x1b" not in session.written
    session = Session([CTL, "top", "nothing-of-this-name"])
    assert session.ends() == 4


def outlives_supervisord():
    """The case ends supervisord when it reads "ready", and starts it again when it reads "seen"."""
    session = alone("--delay", "200ms")
    session.sees("app", "running")
    print("ready", flush=True)
    session.sees("trying again", "app")
    print("seen", flush=True)
    session.misses("trying again")
    session.sees("app", "running")
    session.type("q")
    assert session.ends() == 0


def is_smooth():
    """A thousand services: the last is reached at once, and every key is answered."""
    session = alone("--sort", "name")
    session.sees("1000 services", "s0001")
    session.type("G")
    session.sees("s1000")
    session.type("/s05\n")
    session.misses("s1000")
    session.type("G")
    session.sees("s0599")
    session.type("q")
    assert session.ends() == 0


globals()[sys.argv[2]]()
