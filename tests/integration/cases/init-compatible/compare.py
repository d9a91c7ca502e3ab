"""Runs each row with the real program and with supervisord under its name; prints every difference: compare.py SUPERVISORD FOLDER."""
import os
import pty
import re
import shutil
import signal
import subprocess
import sys

supervisord, folder = sys.argv[1:3]
PATH = "/usr/local/bin:/usr/bin:/bin"
# Waits until the signal that it sends to its parent has come back. Without a child, which a signal to the group would end, too.
ECHO = "trap 'exit 5' USR1; kill -USR1 $PPID; while :; do :; done"

# Arguments, and what is in the environment besides.
ROWS = {
    "tini": [
        [], ["-h"], ["-l"], ["--version"], ["--version", "x"], ["-x"], ["-hx"], ["-p"], ["-e"], ["--help"],
        ["-p", "FOO", "true"], ["-p", "KILL", "true"], ["-p", "SIGPWR", "true"], ["-p", "SIGKILL", "-s", "true"],
        ["-e", "256", "true"], ["-e", "-1", "true"], ["-e", "1x", "true"],
        ["-s", "--", "sh", "-c", "exit 3"], ["-s", "-e", "3", "--", "sh", "-c", "exit 3"], ["-s", "-e", "4", "-e", "143", "--", "sh", "-c", "kill $$"],
        ["-s", "--", "sh", "-c", "kill -KILL $$"], ["-sv", "--", "sh", "-c", "kill -KILL $$"], ["-svv", "false"], ["-svvv", "true"],
        ["-svvv", "--", "sh", "-c", "kill -SEGV $$"], ["-s", "echo", "--", "-n", "a"], ["-s", "echo", "-w", "b"],
        ["-svvvw", "--", "sh", "-c", "sh -c 'exit 4' & wait; exit 0"], ["-svvvv", "--", "sh", "-c", ECHO],
        ["-s", "/nonexistent/program"], ["-s", "no-such-program"], ["-s", "/"], ["-s", "/etc/passwd"],
        (["-s", "true"], {"TINI_VERBOSITY": "3"}), (["-svvv", "true"], {"TINI_VERBOSITY": "0"}), (["-s", "true"], {"TINI_VERBOSITY": "x"}),
        (["-vvv", "true"], {"TINI_SUBREAPER": ""}), (["-s", "true"], {"TINI_VERBOSITY": "-1"}),
        (["-svvv", "--", "sh", "-c", ECHO], {"TINI_KILL_PROCESS_GROUP": ""}), ["-sg", "--", "sh", "-c", ECHO],
        ["-svvv", "--", "bash", "-c", ECHO.replace("USR1", "RTMIN+3")],
    ],
    "dumb-init": [
        [], ["-h"], ["--help"], ["-V"], ["--version"], ["-x"], ["--ver", "true"], ["--foo"], ["-r"], ["-r", "x", "true"], ["-r", "15", "true"],
        ["-r", "0:1", "true"], ["-r", "32:1", "true"], ["-r", "15:32", "true"], ["-r", " 15:3x", "true"], ["--rewrite=10:12", "true"],
        ["-v", "true"], ["-v", "false"], ["-v", "sh", "-c", "kill -KILL $$"], ["--verb", "-c", "true"], ["-vc", "sh", "-c", "kill -HUP $$"],
        ["-v", "sh", "-c", ECHO], ["-cv", "sh", "-c", ECHO], ["-v", "-r", "10:12", "sh", "-c", ECHO.replace("USR1; k", "USR2; k")],
        ["-v", "-r", "15:0", "sh", "-c", ECHO], ["-v", "-r", "15:10", "true"], ["--", "echo", "-v"], ["sh", "-c", "exit 7"],
        (["true"], {"DUMB_INIT_DEBUG": "1"}), (["true"], {"DUMB_INIT_DEBUG": "2"}), (["-v", "true"], {"DUMB_INIT_SETSID": "0"}),
        (["true"], {"DUMB_INIT_DEBUG": "1", "DUMB_INIT_SETSID": "0"}),
        ["sh", "-c", "sleep 30 & exit 2"],
    ],
    "catatonit": [
        [], ["-h"], ["-L"], ["-V"], ["--version"], ["--vers"], ["--version=3"], ["-x"], ["--foo"], ["--"], ["true"], ["--", "sh", "-c", "exit 9"],
        ["echo", "-V"], ["echo", "--", "-V"], (["true"], {"CATATONIT_LOG": ""}), (["--", "sh", "-c", "kill -KILL $$"], {"CATATONIT_DEBUG": "1"}),
        (["--", "sh", "-c", ECHO], {"CATATONIT_DEBUG": "1"}), ["-g", "--", "sh", "-c", ECHO], (["true"], {"CATATONIT_DEBUG": ""}),
        (["-g", "--", "sh", "-c", ECHO.replace("kill", "kill -TSTP $PPID; kill")], {"CATATONIT_DEBUG": "1"}),
    ],
}
ROWS["docker-init"] = ROWS["tini"][:10]

# The same at a terminal, as leader of its session.
AT_TERMINAL = {
    "tini": [["-svvvv", "true"], ["-h"], ["-svvvv", "--", "sh", "-c", ECHO], ["-s", "no-such-program"]],
    "dumb-init": [["-cv", "true"], ["-v", "sh", "-c", ECHO], ["-h"]],
    "catatonit": [(["--", "sh", "-c", ECHO], {"CATATONIT_DEBUG": "1"}), ["-h"], (["true"], {"CATATONIT_DEBUG": ""})],
}

# As PID 1 of a container.
AS_PID_1 = {
    "tini": [["-vvvv", "true"], ["-vvvv", "--", "sh", "-c", ECHO], ["no-such-program"], ["-vwvv", "--", "sh", "-c", "exit 3"]],
    "dumb-init": [["-v", "true"], ["-v", "sh", "-c", ECHO], ["-cv", "sh", "-c", ECHO]],
    "catatonit": [(["--", "sh", "-c", ECHO], {"CATATONIT_DEBUG": "1"}), ["-g", "--", "sh", "-c", "exit 3"]],
}

# What differs on purpose: the exit code says whether the command is missing or cannot be executed.
BETTER = {
    "dumb-init": [(["/nonexistent/program"], 2, 127), (["/etc/passwd"], 2, 126), (["-v", "no-such-program"], 2, 127)],
    "catatonit": [(["/nonexistent/program"], 1, 127), (["/etc/passwd"], 1, 126)],
    "tini": [(["-s", "/etc/passwd/x"], 1, 126)],
}


def without_pids(text):
    text = re.sub(r"(tini \(|catatonit:|pid1? \(|pid '|pid: '|pid=|PID |process )\d+", r"\1PID", text)
    # Two processes talk at the same time, and catatonit says its lines in two pieces.
    return sorted(piece for piece in re.split(r"((?:ERROR|WARN|INFO|DEBUG) \(catatonit:PID\): |(?<=\n))", text) if piece)


def outcome(program, name, arguments, extra):
    environment = {"PATH": PATH, **extra}
    done = subprocess.run([name, *arguments], executable=program, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=30, check=False, start_new_session=True)
    return done.returncode, without_pids(done.stdout), without_pids(done.stderr)


def outcome_at_terminal(program, name, arguments, extra):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(program, [name, *arguments], {"PATH": PATH, **extra})
    said = b""
    while True:
        try:
            said += os.read(terminal, 65536)
        except OSError:  # Nobody has it open any more.
            break
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), without_pids(said.decode(errors="replace").replace("\r", ""))


def installed(name, how):
    place = os.path.join(folder, how)
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, name)
    (os.symlink if how == "link" else shutil.copy)(supervisord, path)
    return path


failures = compared = 0


def compare(name, arguments, extra, real, ours):
    global failures, compared
    compared += 1
    if real != ours:
        failures += 1
        print(f"{name} {arguments} {extra}:\n  real: {real}\n  ours: {ours}")


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
for name, rows in ROWS.items():
    real = shutil.which("tini" if name == "docker-init" else name)
    for how in ("link", "copy"):
        ours = installed(name, how)
        for row in rows if how == "link" else rows[:3]:
            arguments, extra = row if isinstance(row, tuple) else (row, {})
            compare(name, arguments, extra, outcome(real, name, arguments, extra), outcome(ours, name, arguments, extra))
for name, rows in AT_TERMINAL.items():
    for row in rows:
        arguments, extra = row if isinstance(row, tuple) else (row, {})
        real, ours = shutil.which(name), os.path.join(folder, "link", name)
        compare(f"at a terminal: {name}", arguments, extra, outcome_at_terminal(real, name, arguments, extra),
                outcome_at_terminal(ours, name, arguments, extra))
for name, rows in AS_PID_1.items():
    for row in rows:
        arguments, extra = row if isinstance(row, tuple) else (row, {})
        real, ours = ([*"unshare -Urpf --mount-proc".split(), program, *arguments] for program in (shutil.which(name), os.path.join(folder, "link", name)))
        compare(f"PID 1: {name}", arguments, extra, outcome(None, real[0], real[1:], extra), outcome(None, ours[0], ours[1:], extra))
# A sub-reaper without being asked for it, so there is nothing to warn of.
quiet = outcome(os.path.join(folder, "link", "tini"), "tini", ["true"], {})
compare("tini", ["true"], {}, (0, [], []), quiet)
for name, rows in BETTER.items():
    for arguments, theirs, code in rows:
        real = outcome(shutil.which(name), name, arguments, {})
        ours = outcome(os.path.join(folder, "link", name), name, arguments, {})
        compare(name, arguments, {}, (theirs, *real[1:]), real)
        compare(name, arguments, {}, (code, *[[line.replace(f"exit status {theirs}", f"exit status {code}").replace(f"status {theirs}.", f"status {code}.")
                                               for line in lines] for lines in real[1:]]), ours)
print(f"{compared} runs compared, {failures} differ", file=sys.stderr)
sys.exit(1 if failures else 0)
