"""How much output supervisord brings from pipes into files, beside bare readers in C (floors/drain.c) in the same run.

A round starts COUNT writers (floors/lines.c) and ends when all that they wrote is in their files, where every line is
verified (floors/verify.c).
"""
import collections
import os
import shutil
import statistics
import subprocess
import tempfile
import time

LINE = 100  # Bytes, of floors/lines.c.
WAYS = {"line by line": 100, "in blocks of 64 KiB": 65500}
FLOORS = ("plain", "splice", "batch")
# Of the batcher's throughput at least, and of its CPU time at most.
GOALS = {"raw": (0.9, 1.2), "text": (0.6, None), "json": (0.35, None)}
PATIENCE = 120.0

Result = collections.namedtuple("Result", "speed cpu")  # MB/s, CPU seconds for a GB.


def result_of(total_bytes, wall_ns, cpu_ns):
    return Result(total_bytes / wall_ns * 1e3, cpu_ns / total_bytes)


class Capture:
    """`start_supervisor(folder, definitions)` gives a running supervisord with ctl() and work(), as a context."""

    def __init__(self, folder, floor, start_supervisor, megabytes):
        self.folder, self.floor, self.start_supervisor, self.megabytes = folder, floor, start_supervisor, megabytes
        self.results = {}

    def lines_of(self, count):
        return self.megabytes * 1_000_000 // LINE // count

    def verify(self, paths, lines):
        subprocess.run([self.floor("verify"), str(lines), *paths], check=True)

    def keep(self, name, way, count, result):
        self.results.setdefault((name, way, count), []).append(result)

    def floor_round(self, how, way, count):
        lines = self.lines_of(count)
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            command = [self.floor("drain"), how, str(count), out, self.floor("lines"), str(lines), str(WAYS[way])]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            wall, cpu = map(int, done.stdout.split())
            self.verify([os.path.join(out, str(i)) for i in range(count)], lines)
        self.keep(how, way, count, result_of(lines * LINE * count, wall, cpu))

    def ours_round(self, form, way, count):
        lines = self.lines_of(count)
        out = tempfile.mkdtemp(dir=self.folder)
        paths = [os.path.join(out, str(i)) for i in range(count)]
        definitions = "".join(
            f'[service.w{i}]\ntype = "oneshot"\nenabled = false\ncommand = ["{self.floor("lines")}", "{lines}", "{WAYS[way]}"]\n'
            f'log = {{ to = "file", path = "{path}", format = "{form}", rotate = "unlimited" }}\n'
            for i, path in enumerate(paths))
        with self.start_supervisor(definitions) as supervisor:
            cpu = supervisor.work()[0]
            begin = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            supervisor.ctl("start", "all")
            wall = self.end_of(paths, lines, form) - begin
            cpu = supervisor.work()[0] - cpu
        self.verify(paths, lines)
        shutil.rmtree(out)
        self.keep(form, way, count, result_of(lines * LINE * count, wall, cpu))

    @staticmethod
    def end_of(paths, lines, form):
        """When the last line is in every file: with raw by its size, else when no file has grown for a while."""
        deadline = time.monotonic() + PATIENCE
        sizes, since = None, 0
        while time.monotonic() < deadline:
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            seen = [os.stat(path).st_size for path in paths]
            if form == "raw" and all(size == lines * LINE for size in seen):
                return now
            if seen != sizes:
                sizes, since = seen, now
            elif form != "raw" and now - since > 50_000_000 and all(size > lines * LINE for size in seen):
                return since
            time.sleep(0.0005)
        raise TimeoutError("bench: the output of services did not come into their files")

    def run(self, repeat, counts, with_ours):
        for _ in range(repeat):
            for way in WAYS:
                for count in counts:
                    for how in FLOORS:
                        self.floor_round(how, way, count)
                    for form in GOALS if with_ours else ():
                        self.ours_round(form, way, count)

    def median(self, key):
        values = self.results[key]
        return Result(*(statistics.median(getattr(v, field) for v in values) for field in Result._fields))

    def report(self):
        """The results as a table in Markdown."""
        lines = ["| output of services | MB/s | of the batcher | CPU s/GB | of the batcher | goal | |", "|---|---:|---:|---:|---:|---:|---|"]
        for name, way, count in self.results:
            base, got = self.median(("batch", way, count)), self.median((name, way, count))
            speed, cpu = got.speed / base.speed, got.cpu / base.cpu
            title = f"{'bare reader: ' if name in FLOORS else ''}{name}, {count} writing {way}"
            goal = verdict = ""
            if name in GOALS:
                least, most = GOALS[name]
                goal = f"≥ {least} ×" + (f", CPU ≤ {most} ×" if most else "")
                verdict = "holds" if speed >= least and (most is None or cpu <= most) else "**missed**"
            lines.append(f"| {title} | {got.speed:,.0f} | {speed:.2f} × | {got.cpu:.2f} | {cpu:.2f} × | {goal} | {verdict} |")
        return "\n".join(lines)
