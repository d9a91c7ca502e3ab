"""How soon a line is where it is read, what many quiet services cost, and how soon supervisord reacts while output floods it.

The floors: a reader at the service's own pipe, and an echo server beside bare readers of the same flood.
"""
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from waiting import PATIENCE, wait_for_content, wait_until

TICKS, INTERVAL_US = 200, 20_000
WRITERS = 2  # Of the flood, each as fast as it can.
PINGS, PING_PAUSE = 2000, 0.001
RESTARTS = 40
FLOORS = ("echo", "restart floor")
QUIET, QUIET_US, QUIET_SECONDS = 1000, 100_000, 10.0
PING = b'{"method":"io.supervisord.Ping","parameters":{}}\0'


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def age_of(line):
    return now() - int(line)


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def answers(path):
    """Whether somebody listens there: between bind and listen there is the socket only."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


class Reaction:
    """`start_supervisor(folder, definitions)` as in Capture; `stamps` and `kills` are those of the bench."""

    def __init__(self, folder, floor, start_supervisor, stamps, kills):
        self.folder, self.floor, self.start_supervisor, self.stamps, self.kills = folder, floor, start_supervisor, stamps, kills
        self.values = {}

    def service(self, name, command, more=""):
        words = ", ".join(f'"{word}"' for word in command)
        return f"[service.{name}]\ncommand = [{words}]\n{more}"

    # From write(2) to the reader.
    def lags_of_pipe(self, file):
        return [age_of(file.readline()) for _ in range(TICKS)]

    def floor_latency(self):
        with subprocess.Popen([self.floor("ticks"), str(INTERVAL_US)], stdout=subprocess.PIPE) as ticks:
            self.values["pipe latency"] = self.lags_of_pipe(ticks.stdout)
            ticks.kill()

    def ours_latency(self):
        path = os.path.join(self.folder, "ticks.log")
        definition = self.service("ticks", [self.floor("ticks"), str(INTERVAL_US)], f'log = {{ to = "file", path = "{path}" }}\n')
        with self.start_supervisor(definition) as supervisor:
            self.values["file latency"] = self.lags_of_file(path)
            with subprocess.Popen([*supervisor.ctl_command("logs", "ticks", "-f", "-n", "0", "--raw")], stdout=subprocess.PIPE) as reader:
                self.values["follower latency"] = self.lags_of_pipe(reader.stdout)
                reader.kill()

    def lags_of_file(self, path):
        lags, deadline = [], time.monotonic() + PATIENCE
        wait_for_content([path])
        with open(path, "rb") as file:
            while len(lags) < TICKS and time.monotonic() < deadline:
                if (line := file.readline()).endswith(b"\n"):
                    lags.append(age_of(line))
                else:
                    file.seek(-len(line), os.SEEK_CUR)
                    time.sleep(0.0001)
        return lags

    # Many that say little.
    def ours_quiet(self):
        definitions = "".join(self.service(f"q{i:04}", [self.floor("ticks"), str(QUIET_US)]) for i in range(QUIET))
        with self.start_supervisor(definitions) as supervisor:
            wait_for_content(os.path.join(supervisor.folder, f"q{i:04}.log") for i in range(QUIET))
            before, begin = supervisor.work()[0], now()
            time.sleep(QUIET_SECONDS)
            self.values["quiet share"] = [(supervisor.work()[0] - before) / (now() - begin)]

    # Asking and restarting, at rest and under a flood.
    def ping(self, path):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            for _ in range(PINGS):
                begin = now()
                client.sendall(PING)
                while not client.recv(65536).endswith(b"\0"):
                    pass
                yield now() - begin
                time.sleep(PING_PAUSE)

    def floor_pings(self, kind):
        path = os.path.join(self.folder, "echo")
        with subprocess.Popen([self.floor("echo"), path]) as server:
            try:
                wait_until(lambda: answers(path), "the echo server answers")
                self.values[f"echo {kind}"] = list(self.ping(path))
            finally:
                server.kill()
        os.unlink(path)

    def floor_restarts(self, kind):
        self.stamps.clear()
        table = {}
        with subprocess.Popen([self.floor("keep"), str(RESTARTS + 1), self.floor("idle"), self.stamps.path]):
            os.kill(self.kills(table, "restart", RESTARTS), signal.SIGKILL)
        self.values[f"restart floor {kind}"] = table["restart"]

    def floor_reaction(self):
        self.floor_pings("at rest")
        self.floor_restarts("at rest")
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            command = [self.floor("drain"), "batch", str(WRITERS), out, self.floor("lines"), "100000000", "100"]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, process_group=0) as flood, self.bounded(out):
                self.floor_pings("flooded")
                self.floor_restarts("flooded")
                os.killpg(flood.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def bounded(self, folder):
        """Keeps the files of a bare reader short, as rotation keeps ours."""
        shortener = subprocess.Popen(["sh", "-c", f'while sleep 0.2; do for f in "{folder}"/*; do : >"$f"; done; done'], process_group=0,
                                     stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            os.killpg(shortener.pid, signal.SIGKILL)
            shortener.wait()

    def ours_reaction(self):
        flood = "".join(
            self.service(f"flood{i}", [self.floor("lines"), "100000000", "100"], 'enabled = false\nlog.rotate = { max-size = "50MiB", keep = 1 }\n')
            for i in range(WRITERS))
        idle = self.service("idle", [self.floor("idle"), self.stamps.path],
                            'enabled = false\nrestart = { when = "always", delay = "0s", jitter = 0 }\nlog.to = "null"\n')
        with self.start_supervisor(flood + idle) as supervisor:
            for kind in ("at rest", "flooded"):
                if kind == "flooded":
                    supervisor.ctl("start", *(f"flood{i}" for i in range(WRITERS)))
                    wait_for_content(os.path.join(supervisor.folder, f"flood{i}.log") for i in range(WRITERS))
                self.values[f"ping {kind}"] = list(self.ping(supervisor.socket))
                self.stamps.clear()
                supervisor.ctl("start", "idle")
                table = {}
                self.kills(table, "restart", RESTARTS)
                self.values[f"restart {kind}"] = table["restart"]
                supervisor.ctl("stop", "idle")

    def run(self, with_ours):
        self.floor_latency()
        self.floor_reaction()
        if with_ours:
            self.ours_latency()
            self.ours_quiet()
            self.ours_reaction()

    def report(self):
        """The results as a table in Markdown."""
        lines = ["| output and time | median | p99 | of it at rest | goal | |", "|---|---:|---:|---:|---|---|"]
        for name, title in TITLES.items():
            if name in self.values:
                lines.append(self.row(name, title))
        if "quiet share" in self.values:
            share = self.values["quiet share"][0]
            lines.append(f"| {QUIET:,} services with 10 lines a second each, each into its file | {share:.1%} of a core | | | < 5 % | "
                         f"{'holds' if share < 0.05 else '**missed**'} |")
        return "\n".join(lines)

    def row(self, name, title):
        values = self.values[name]
        # A restart is seldom enough for its median to be what is compared.
        part = 0.5 if name.startswith("restart") else 0.99
        ratio = goal = verdict = ""
        if name.endswith("flooded"):
            growth = percentile(values, part) / percentile(self.values[name.replace("flooded", "at rest")], part)
            ratio = f"{growth:.2f} ×"
            if not name.startswith(FLOORS):
                goal, verdict = "≤ 1.5 ×", "holds" if growth <= 1.5 else "**missed**"
        elif name in ("file latency", "follower latency"):
            goal, verdict = "< 5 ms", "holds" if percentile(values, 0.99) < 5_000_000 else "**missed**"
        return f"| {title} | {shown(statistics.median(values))} | {shown(percentile(values, 0.99))} | {ratio} | {goal} | {verdict} |"


def shown(ns):
    return f"{ns / 1e6:.2f} ms" if ns >= 1_000_000 else f"{ns / 1e3:.0f} µs"


TITLES = {
    "pipe latency": "from write to a bare reader of the pipe",
    "file latency": "from write to the file (looked at every 0.1 ms)",
    "follower latency": "from write to `ctl logs -f`",
    "echo at rest": "bare echo server: round trip, at rest",
    "echo flooded": f"the same beside {WRITERS} writers and their bare reader",
    "ping at rest": "Ping on an open connection, at rest",
    "ping flooded": f"the same while {WRITERS} services write as fast as they can",
    "restart floor at rest": "bare vfork, exec and wait: a killed program's replacement runs, at rest",
    "restart floor flooded": f"the same beside {WRITERS} writers and their bare reader",
    "restart at rest": "a killed service's replacement runs, at rest",
    "restart flooded": "the same under the flood",
}
