# Gives signs of life until the file `hang` is there.
import os, socket, time

assert os.environ["WATCHDOG_PID"] == str(os.getpid()), os.environ["WATCHDOG_PID"]
assert os.environ["WATCHDOG_USEC"] == "1000000"
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.connect(os.environ["NOTIFY_SOCKET"])
channel.send(b"READY=1")
while True:
    if not os.path.exists(os.path.join(os.path.dirname(__file__), "hang")): channel.send(b"WATCHDOG=1")
    time.sleep(0.1)
