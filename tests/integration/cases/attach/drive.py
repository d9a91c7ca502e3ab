"""Sits at terminals on which ctl attach runs."""
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time

CTL = sys.argv[1]
SCALE = float(os.environ.get("SUP_TIME_SCALE", "1"))


def ctl(*words, text=None):
    return subprocess.run([CTL, *words], input=text, text=True, capture_output=True, timeout=60 * SCALE)


def pid_of(service):
    return ctl("status", "--json", service).stdout.split('"pid":')[1].split(",")[0]


def until(condition, what, seconds=10):
    deadline = time.monotonic() + seconds * SCALE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not in time: {what}")
        time.sleep(0.02)


def until_runs(command):
    until(lambda: subprocess.run(["pgrep", "-f", f"^{command}$"], capture_output=True).returncode == 0, command)


class Seat:
    """A terminal of ours with a ctl on it."""

    def __init__(self, *words, rows=30, columns=90):
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns, tell=False)
        self.before = termios.tcgetattr(self.slave)
        self.said = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.slave, fd)
            os.execv(CTL, [CTL, *words])

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self.pid, signal.SIGWINCH)

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.said += os.read(self.master, 65536)

    def expect(self, text, seconds=10):
        deadline = time.monotonic() + seconds * SCALE
        while text.encode() not in self.said:
            if time.monotonic() > deadline:
                sys.exit(f"no {text!r} in {self.said.decode(errors='replace')!r}")
            self.read(0.1)
        before, _, self.said = self.said.partition(text.encode())
        return before.decode(errors="replace")

    def type(self, text):
        os.write(self.master, text.encode())

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def end(self, code):
        """Waits for ctl, which must leave the terminal as it was."""
        deadline = time.monotonic() + 10 * SCALE
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                sys.exit(f"ctl does not end; it said {self.said!r}")
            self.read(0.02)
        if os.waitstatus_to_exitcode(status) != code:
            sys.exit(f"exit code {os.waitstatus_to_exitcode(status)} instead of {code}; it said {self.said!r}")
        if termios.tcgetattr(self.slave) != self.before:
            sys.exit("the terminal is not as it was")


# The prompt that stood there is seen; the size is ours, and follows.
one = Seat("attach", "shell")
one.expect("attached to shell; ctrl-p,ctrl-q leaves")
one.expect("$ ")
until(one.is_raw, "raw mode")
one.type("tty; stty size\r")
one.expect("/dev/pts/")
one.expect("30 90")
one.resize(40, 100)
one.type("until [ \"$(stty size)\" = '40 100' ]; do sleep 0.02; done; echo ne''w-size\r")
one.expect("new-size")

# Job control: the keys for signals reach what is in the foreground, and only that.
one.type("sleep 9632\r")
until_runs("sleep 9632")
one.type("\x03")
one.expect("^C")
one.expect("$ ")
one.type("echo aft''er $?\r")
one.expect("after 130")
one.type("sleep 9633\r")
until_runs("sleep 9633")
one.type("\x1a")
one.expect("Stopped")
one.type("bg; jobs\r")
one.expect("Running")
one.type("fg\r")
one.expect("sleep 9633")
one.type("\x03")
one.expect("^C")
one.expect("$ ")
one.type("echo ba''ck\r")
one.expect("back")

# A beginning of the detach keys that is none is typed; both leave, and the service goes on.
one.type("head -c 2 - | od -An -c; echo en''d\r")
until_runs("head -c 2 -")
one.type("\x10x\r")
one.expect("020   x")
one.expect("end")
pid = pid_of("shell")
one.type("\x10")
one.type("\x11")
one.end(0)
one.expect("detached from shell")
assert pid_of("shell") == pid

# Coming back: what was printed last is there. Two at once: both see what either types.
one = Seat("attach", "shell", "--detach-keys", "ctrl-a,d")
one.expect("end")
one.expect("$ ")
two = Seat("attach", "shell")
two.expect("end")
one.type("echo fro''m-one\r")
two.expect("from-one")
two.type("echo fro''m-two\r")
one.expect("from-two")
# One that looks only: what is typed there goes nowhere, and ctrl-c leaves.
three = Seat("attach", "--read-only", "shell")
three.expect("looking at shell; ctrl-c leaves")
three.expect("from-two")
three.type("echo fro''m-three\r")
one.type("echo fro''m-one-again\r")
three.expect("from-one-again")
two.expect("from-one-again")
assert b"from-three" not in one.said + two.said
three.type("\x03")
three.end(130)

# One that stands still holds up nobody, and learns how much it has missed.
os.kill(two.pid, signal.SIGSTOP)
one.type("seq 1 200000; echo se''q-done\r")
one.expect("seq-done", 60)
os.kill(two.pid, signal.SIGCONT)
two.expect("bytes are missing here: they were not read in time]", 30)
two.expect("seq-done")
two.type("\x10\x11")
two.end(0)
one.type("\x01d")
one.end(0)

# Without a terminal of our own: the input is typed, the answer shown, and the end of the input leaves.
said = ctl("attach", "shell", text="echo $((6 * 7))-typed\n")
assert said.returncode == 0 and "42-typed" in said.stdout, said
assert pid_of("shell") == pid

# TERM restores the terminal.
one = Seat("attach", "shell")
one.expect("$ ")
until(one.is_raw, "raw mode")
os.kill(one.pid, signal.SIGTERM)
one.end(128 + signal.SIGTERM)

# The end of the service ends it, with its code; so does a restart, and a stop of a shell needs no KILL.
one = Seat("attach", "shell")
one.expect("$ ")
one.type("exit 7\r")
one.end(7)
one.expect("shell has ended (exit 7)")
until(lambda: ctl("status", "--check", "shell").returncode == 0 and '"running"' in ctl("status", "--json", "shell").stdout, "running again")
one = Seat("attach", "shell")
one.expect("$ ")
assert ctl("restart", "shell").returncode == 0
one.end(128 + signal.SIGHUP)
one.expect("shell has ended (signal HUP)")

# A service without a terminal shows its output; one that is not running has nothing to show.
one = Seat("attach", "plain")
one.expect("plain has no terminal (tty = true gives it one): you see its output, and cannot type; ctrl-c leaves")
one.expect("plain-output")
assert not one.is_raw()
one.type("\x03")
one.end(130)
said = ctl("attach", "off")
assert said.returncode == 1 and "off is not running (stopped)" in said.stderr, said
said = ctl("attach", "shell", "--detach-keys", "ctrl-1")
assert said.returncode == 2 and "--detach-keys 'ctrl-1'" in said.stderr, said
assert ctl("attach", "nothing").returncode == 4
said = ctl("attach", "plain", "--timeout", "100ms")
assert said.returncode == 124 and "plain-output" in said.stdout, said

# supervisord killed while somebody is attached: said, and the terminal is as it was.
one = Seat("attach", "shell")
one.expect("$ ")
until(one.is_raw, "raw mode")
for pid in dict.fromkeys(os.environ["SUP_PIDS"].split()):
    os.kill(int(pid), signal.SIGKILL)
one.end(1)
one.expect("supervisord closed the connection")
