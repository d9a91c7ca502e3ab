"""Somebody at `ctl top`: python3 session.py CTL NAME, where NAME is one of the functions below."""
import os
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from screen import Session  # noqa: E402

CTL = sys.argv[1]


def top(*words, before=(), **options):
    """On a terminal whose modes are looked at by a shell, which is there before and after."""
    looks = 'stty -a >"$D/before"; "$0" "$@"; code=$?; stty -a >"$D/after"; exit $code'
    return Session(["sh", "-c", looks, CTL, *before, "top", *words], **options)


def alone(*words, **options):
    return Session([CTL, "top", *words], **options)


def is_left_as_it_was(session):
    assert session.written.rstrip().endswith(b"\x1b[?1l\x1b>") or b"\x1b[?1049l" in session.written[-200:], session.written[-200:]
    assert b"\x1b[?25h" in session.written[-200:], "the cursor is shown again"


def leaves_modes():
    folder = os.environ["D"]
    with open(folder + "/before", encoding="ascii") as before, open(folder + "/after", encoding="ascii") as after:
        assert before.read() == after.read(), "the terminal's modes"


def ctl(*words):
    return subprocess.run([CTL, *words], check=False, capture_output=True, text=True)


def shows():
    session = top()
    session.sees("7 services", "app", "└ web", "bad", "failed", "talker", "NAME (tree)")
    session.line(r"^app +running +\d+\.\d +[\d.]+ MiB +\d+ +0 +\d+ ")
    session.line(r"^bad +failed +- +- +- ")
    session.sees("log of app")
    session.type("jjjj")
    session.sees("log of talker", "says 3")
    session.type("q")
    assert session.ends() == 0
    is_left_as_it_was(session)
    leaves_modes()


def tells_health():
    """Of what is asked, as it is now; of the rest a dash."""
    session = alone("--delay", "200ms", "app", "well", "unwell")
    for name, health in (("well", "healthy"), ("unwell", "unhealthy"), ("app", "-")):
        session.line(rf"^{name} +running .* {health}$")
    os.rename(os.environ["D"] + "/works", os.environ["D"] + "/worked")
    session.line(r"^well +running .* unhealthy$")
    os.rename(os.environ["D"] + "/worked", os.environ["D"] + "/works")
    session.line(r"^well +running .* healthy$")
    session.type("q")
    assert session.ends() == 0


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


def is_on_the_other_side():
    """By ssh: the screen is of the size of this terminal, also when that changes, and the terminal is left as it was."""
    session = top(before=("-H", sys.argv[3]))
    session.sees("2 services", "sshd", "web", "HEALTH")
    session.misses("CAUSE")
    session.resize(40, 140)
    session.sees("CAUSE")
    session.resize(8, 30)
    session.misses("HEALTH", "log of")
    session.sees("web")
    session.resize(24, 80)
    session.sees("web", "HEALTH", "log of")
    session.type("/web\n")
    session.misses("sshd ")
    session.type("ty")
    session.line(r"^web +stopped")
    session.type("s")
    session.line(r"^web +running")
    session.type("q")
    assert session.ends() == 0
    leaves_modes()


def cpu_seconds(pid):
    """What a process has spent so far, by itself and in the kernel."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_smooth():
    """As many services as COUNT says, all of them running: each column is filled, each key is answered at once, and it costs little."""
    last, scale = f"s{int(os.environ['COUNT']):04d}", int(os.environ["SUP_TIME_SCALE"])
    session = alone("--sort", "name", rows=40, columns=140)
    session.sees(f"{int(last[1:])} services", "s0001")
    for name in ("s0001", "s0002"):
        session.line(rf"^{name} +running +\d+\.\d +[\d.]+ [KM]iB +[1-9]\d* +0 +\d+ ")
    took = []

    def answered(keys, headline, first=None):
        """Looks at the whole screen: what is on top of it, and the first of the rows."""

        def is_there(text):
            lines = text.split("\n")
            return lines[0].startswith(headline) and (lines[2].startswith(first + " ") if first else f"\n{last} " in text)

        began = time.monotonic()
        session.type(keys)
        session.until(f"answers {keys!r}", is_there)
        took.append(1000 * (time.monotonic() - began))

    everything = f"{int(last[1:])} services"
    for _ in range(10):
        answered("G", everything)
        answered("g", everything, "s0001")
        session.type("/")
        answered("s", "filter: s ", "s0001")
        answered("0", "filter: s0 ", "s0001")
        answered("2", "filter: s02 ", "s0200")
        session.type("\x1b")
    assert statistics.median(took) < 500 * scale, f"ms until each key was answered: {took}"
    answered("G", everything)
    shown = session.screen.text()
    began, spent = time.monotonic(), [cpu_seconds(pid) for pid in (session.pid, os.environ["MANAGER"])]
    while time.monotonic() < began + 5:
        session.read(0.1)
    session.until("the screen goes on", lambda text: text != shown)
    for who, pid, before, most in zip(("ctl top", "supervisord"), (session.pid, os.environ["MANAGER"]), spent, (30, 60)):
        percent = 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began)
        assert percent < most * scale, f"{who} takes {percent:.0f} % of a processor"
    session.type("q")
    assert session.ends() == 0


globals()[sys.argv[2]]()
