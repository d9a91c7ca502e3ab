# ends.py FOLDER LAST: what a follower of events was told, up to the event LAST, beside what the services have noted themselves: each run once, with
# its pid, and each end as it was.
import collections
import glob
import itertools
import json
import sys

folder, last = sys.argv[1], int(sys.argv[2])
LIVE = ("starting", "running", "stopping", "killing")


def laps(pids):
    """How often, up to each of them, the kernel has begun with small numbers again."""
    lap, out, last = 0, [], 0
    for pid in (int(pid) if pid.isdigit() else last for pid in pids):
        lap, last = lap + (pid < last // 2), pid
        out.append(lap)
    return out


def noted(name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read().splitlines()


def end_of(event):
    kind = next((kind for kind in ("code", "signal") if f"exit_{kind}" in event), None)
    return kind and f"{kind} {event[f'exit_{kind}']}"


def names(what):
    return sorted(path[len(f"{folder}/{what}."):] for path in glob.glob(f"{folder}/{what}.*"))


events = [json.loads(line) for line in noted("events")]
events = [event for event in events if event["seq"] <= last]
numbers = [event["seq"] for event in events]
assert numbers == list(range(1, last + 1)), [pair for pair in zip(numbers, numbers[1:]) if pair[1] != pair[0] + 1]

runs = collections.defaultdict(dict)  # By service and number; in the order in which they began.
for event in events:
    service, run = event.get("service"), event.get("run")
    if not run:
        continue
    of = runs[service].setdefault(run, {"pid": None, "end": None, "is_over": False})
    if pid := event.get("pid"):
        assert of["pid"] in (None, pid), f"run {run} of {service} has pid {of['pid']}: {event}"
        of["pid"] = pid
    if (end := end_of(event)) and event["from"] in LIVE:
        assert not of["is_over"] and of["end"] in (None, end), f"run {run} of {service} has ended already ({of['end']}): {event}"
        of.update(end=end, is_over=event["to"] not in LIVE)

for service, all_of in runs.items():
    assert list(all_of) == sorted(all_of), f"the runs of {service} come in the order {list(all_of)}"
for service in names("ends"):
    told = [f"{run['pid']} {run['end']}" for run in runs[service].values()]
    want = noted(f"ends.{service}")
    assert len(told) == len(want), f"{service}: {len(want)} ends, and events tell of {len(told)}"
    for number, pair in enumerate(zip(told, want)):
        assert pair[0] == pair[1], f"{service}: end {number}: events say '{pair[0]}', it was '{pair[1]}'"
    assert noted(f"log/{service}.log") == want, f"{service}: its last lines are not in its log"
    print(len(want), "ends of", service)
for service in names("pids"):
    # A run that was stopped before supervisord had heard of its process has none in events; and whom a manager was just about to make when it
    # was killed is ended by the next one, which makes another for the same run. Neither has come to an end of its own.
    told = [str(run["pid"]) for run in runs[service].values()]
    ended = [line.split()[0] for line in noted(f"ends.{service}")] if service in names("ends") else []
    all_of = noted(f"pids.{service}")
    for pid in all_of:
        assert pid in told or pid not in ended, f"{service}: a process {pid} that events know nothing of"
    # The kernel gives a number again, but not in one lap through all numbers: there each that was told of stands where it has noted itself. One
    # that was not told of may have the number of another, of another lap, that has noted nothing: there are few of these.
    lap_told, lap_noted = laps(told), laps(all_of)
    clear = [(told.index(pid), at) for at, pid in enumerate(all_of) if told.count(pid) == all_of.count(pid) == 1]
    places = [place for place, at in clear if lap_told[place] == lap_noted[at]]
    assert len(clear) - len(places) <= len(clear) // 1000, f"{service}: {len(clear) - len(places)} of {len(clear)} processes are of other laps"
    for before, after in itertools.pairwise(places):
        assert before < after, f"{service}: the process {told[after]} is not in this order"
    if service.startswith("busy"):
        ends = [run["end"] for run in list(runs[service].values())[:-1] if run["pid"]]
        assert set(ends) <= {"signal 15"}, f"{service}: ended by {set(ends)}, and it was stopped"
        print(len(told), "runs of", service)
