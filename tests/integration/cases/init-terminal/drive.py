"""Sits at terminals on which commands run under an init."""
import fcntl
import os
import pty
import re
import select
import signal
import sys
import termios
import time

BIN, SUP, COUNT = os.environ["CASE_BIN"], os.environ["CASE_SUP"], sys.argv[1]
SCALE = float(os.environ.get("SUP_TIME_SCALE", "1"))
OWN, TINI, CATATONIT, DUMB = f"{SUP} --", f"{BIN}/tini --", f"{BIN}/catatonit --", f"{BIN}/dumb-init"
SINGLE = f"{BIN}/dumb-init -c"
# As runtimes start what is in a container: PID 1 leads the session of the terminal.
PID_1 = "unshare -Urpf --mount-proc setsid --ctty"
CAT = f"python3 -IS {os.path.dirname(COUNT)}/echo.py"


class Seat:
    """A terminal of ours; what runs on it leads its session, by itself or with the help of setsid(1)."""

    def __init__(self, *words):
        self.title = " ".join(words)
        self.master, slave = pty.openpty()
        self.said = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            if "setsid" not in words:
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            os.closerange(3, 100)
            os.environ.update(PS1="$ ", HISTFILE="", TERM="dumb", INPUTRC="/dev/null")
            os.execvp(words[0], words)
        os.close(slave)

    def expect(self, pattern, seconds=10):
        """What has been said up to the end of the pattern."""
        deadline = time.monotonic() + seconds * SCALE
        while not (match := re.search(pattern.encode(), self.said)):
            if time.monotonic() > deadline:
                sys.exit(f"{self.title}: no {pattern!r} in {self.said.decode(errors='replace')!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.said += os.read(self.master, 65536)
                except OSError:
                    sys.exit(f"{self.title}: ended without {pattern!r}: {self.said.decode(errors='replace')!r}")
        before, self.said = self.said[: match.end()].decode(errors="replace"), self.said[match.end():]
        return before

    def type(self, text):
        os.write(self.master, text.encode())

    def ended(self, code):
        deadline = time.monotonic() + 10 * SCALE
        while (got := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > deadline:
                sys.exit(f"{self.title}: still there; said {self.said!r}")
            if select.select([self.master], [], [], 0.02)[0]:
                try:
                    self.said += os.read(self.master, 65536)
                except OSError:
                    pass
        os.close(self.master)
        if os.waitstatus_to_exitcode(got[1]) != code:
            sys.exit(f"{self.title}: ended with {os.waitstatus_to_exitcode(got[1])} instead of {code}")


def shell(init):
    seat = Seat("bash", "--norc", "--noprofile", "-i")
    seat.title = f"bash, {init}"
    seat.expect(r"\$ $")
    return seat


def leave(seat):
    seat.type("exit 0\n")
    seat.ended(0)


def child_of(pid):
    """unshare(1) stays above who is PID 1 in its namespace."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read())


def one_interrupt(seat, init):
    seat.type("\x03")
    seat.expect(r"\^C")
    os.kill(init, signal.SIGUSR1)
    seat.expect(r"count=1\r")


def ctrl_c_under_a_shell():
    for init in (OWN, TINI, CATATONIT, DUMB, SINGLE):
        for end in ("", " | cat"):
            seat = shell(init)
            seat.type(f"{init} python3 -IS {COUNT}{end}; echo code=$?\n")
            pid = int(re.search(r"init=(\d+)\.", seat.expect(r"init=\d+\.")).group(1))
            if end and init in (OWN, SINGLE):
                # The whole job gets it from the terminal, cat as well.
                seat.type("\x03")
                seat.expect(r"\^C")
                os.kill(pid, signal.SIGUSR1)
                seat.expect(r"\$ $")
            elif not end:
                one_interrupt(seat, pid)
                seat.expect(r"code=0")
            else:
                os.kill(pid, signal.SIGUSR1)
                seat.expect(r"count=0")
            leave(seat)


def ctrl_c_once():
    """The init is held until the command has had it from the terminal, so that a second one would be another one."""
    for init in (OWN, TINI, CATATONIT, DUMB, SINGLE):
        seat = Seat(*init.split(), "python3", "-IS", COUNT)
        seat.expect(r"init=\d+\.")
        os.kill(seat.pid, signal.SIGSTOP)
        seat.type("\x03")
        seat.expect(r"interrupted\r")
        os.kill(seat.pid, signal.SIGCONT)
        os.kill(seat.pid, signal.SIGUSR1)
        seat.expect(r"count=1\r")
        seat.ended(0)


def gives_up_its_terminal():
    """Who leads the session of the terminal and leaves that gets HUP and CONT from the kernel; they are not for the command."""
    for place in ((), tuple(PID_1.split())):
        seat = Seat(*place, *DUMB.split(), "python3", "-IS", COUNT)
        seat.expect(r"init=\d+\.")
        pid = seat.pid if not place else child_of(seat.pid)
        os.kill(pid, signal.SIGPWR)
        seat.expect(r"others=\[\]\r\ncount=0\r")
        seat.ended(0)
    seat = shell(DUMB)
    seat.type(f"{DUMB} python3 -IS {COUNT}; echo code=$?\n")
    os.kill(int(re.search(r"init=(\d+)\.", seat.expect(r"init=\d+\.")).group(1)), signal.SIGPWR)
    seat.expect(r"others=\[\]\r\ncount=0\r")
    seat.expect(r"code=0")
    leave(seat)


def ctrl_c_of_pid_1():
    for init in (OWN, TINI, CATATONIT, DUMB, SINGLE):
        for code, command in ((130, ("sleep", "9813")), (7, ("sh", "-c", "trap 'exit 7' INT; echo up; while :; do sleep 0.02; done"))):
            seat = Seat(*PID_1.split(), *init.split(), "sh", "-c", 'echo ready; exec "$@"', "-", *command)
            seat.expect("ready")
            if code == 7:
                seat.expect("up")
            seat.type("\x03")
            seat.ended(code)


def ctrl_z_under_a_shell():
    for init, end in ((OWN, ""), (OWN, " | cat"), (TINI, ""), (TINI, " | cat"), (CATATONIT, ""), (SINGLE, ""), (SINGLE, " | cat")):
        seat = shell(init + end)
        seat.type(f"{init} {CAT}{end}\n")
        seat.expect("up\r\n")
        seat.type("hello\n")
        seat.expect(r"hello\r\nhello\r\n")
        for _ in range(2):
            seat.type("\x1a")
            seat.expect(r"Stopped.*\n")
            seat.expect(r"\$ $")
            seat.type("jobs; echo one-$((1 + 1))\n")
            seat.expect(r"Stopped")
            seat.expect(r"one-2")
            seat.type("fg\n")
            seat.expect(r"back\r\n")
            seat.type("again\n")
            seat.expect(r"again\r\nagain\r\n")
        seat.type("\x04")
        seat.expect(r"\$ $")
        seat.type("echo code=$?\n")
        seat.expect(r"code=0")
        leave(seat)


def background_under_a_shell():
    for init in (OWN, TINI, CATATONIT):
        seat = shell(init)
        seat.type(f"{init} {CAT} &\n")
        seat.type("until jobs | grep -q Stopped; do sleep 0.05; done; echo stopped-$((1 + 1))\n")
        seat.expect(r"stopped-2")
        seat.type("fg\n")
        seat.expect(r"back\r\n")
        seat.type("line\n")
        seat.expect(r"line\r\nline\r\n")
        seat.type("\x04")
        seat.expect(r"\$ $")
        leave(seat)


def terminal_comes_back():
    for init in (OWN, TINI, CATATONIT, SINGLE, DUMB):
        seat = shell(init)
        seat.type(f"sh -c '{init} true; echo up-$((1 + 1)); read -r line; echo got=$line'\n")
        seat.expect(r"up-2\r\n")
        seat.type("word\n")
        seat.expect(r"got=word")
        leave(seat)


def shell_as_the_command():
    for place in ((), tuple(PID_1.split())):
        for init in (OWN, TINI, CATATONIT, DUMB, SINGLE):
            seat = Seat(*place, *init.split(), "bash", "--norc", "--noprofile", "-i")
            before = seat.expect(r"\$ $")
            if "job control" in before:
                sys.exit(f"{seat.title}: {before}")
            seat.type("sh -c 'echo up-$((1 + 1)); exec sleep 9814'\n")
            seat.expect("up-2\r\n")
            seat.type("\x1a")
            seat.expect(r"Stopped.*\n")
            seat.expect(r"\$ $")
            seat.type("kill %1; fg; exit 5\n")
            seat.ended(5)


def cannot_be_stopped():
    """Nobody could continue it: Ctrl-Z has no effect, as without an init."""
    for place in ((), tuple(PID_1.split())):
        for init in (OWN, TINI, CATATONIT, DUMB, SINGLE):
            seat = Seat(*place, *init.split(), *CAT.split())
            seat.expect("up\r\n")
            seat.type("one\n")
            seat.expect(r"one\r\none\r\n")
            seat.type("\x1a")
            seat.expect(r"\^Z")
            seat.type("two\n")
            seat.expect(r"two\r\n(back\r\n)?two\r\n")
            seat.type("\x04")
            seat.ended(0)


SCENES = (ctrl_c_under_a_shell, ctrl_c_once, gives_up_its_terminal, ctrl_c_of_pid_1, ctrl_z_under_a_shell, background_under_a_shell, terminal_comes_back,
          shell_as_the_command, cannot_be_stopped)
for scene in SCENES:
    scene()
    print(f"{scene.__name__}: done", file=sys.stderr)
