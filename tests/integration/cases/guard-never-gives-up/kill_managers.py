"""Kills each manager of the guard as soon as it is there, COUNT of them: kill_managers.py GUARD COUNT. Prints for each the milliseconds from the
death of the one before until it was there."""
import os
import signal
import sys
import time

guard, count = int(sys.argv[1]), int(sys.argv[2])
killed, last = set(), time.monotonic()


def manager():
    """A child of the guard that calls itself a manager, and was not killed yet."""
    with open(f"/proc/{guard}/task/{guard}/children", encoding="ascii") as file:
        for pid in file.read().split():
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                    if comm.read() == "supervisord-mgr\n" and pid not in killed:
                        return pid
            except (FileNotFoundError, ProcessLookupError):
                pass
    return None


while len(killed) < count:
    if (pid := manager()) is None:
        time.sleep(0.001)
        continue
    os.kill(int(pid), signal.SIGKILL)
    if killed:
        print(round(1000 * (time.monotonic() - last)), flush=True)
    killed.add(pid)
    last = time.monotonic()
