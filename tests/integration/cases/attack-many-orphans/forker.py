"""Forks twice, COUNT times: each second process comes to supervisord, some in a session of their own, some dead on arrival."""
import os
import sys
import time

for number in range(int(sys.argv[1])):
    if os.fork() == 0:
        if os.fork() == 0:
            if number % 3 == 0:
                os.setsid()
            if number % 2 == 0:
                time.sleep(number % 7 / 1000)
            os._exit(number % 256)
        os._exit(0)
    os.wait()
