"""Waits that are given up after a while."""
import os
import time

PATIENCE = 60.0  # Seconds until a wait is given up.


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"bench: not within {PATIENCE:g} s: {what}")
        time.sleep(0.0005)


def wait_for_content(paths):
    for path in paths:
        wait_until(lambda path=path: os.path.exists(path) and os.path.getsize(path) > 0, f"lines in {path}")
