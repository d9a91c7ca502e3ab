"""PID 1 of a container in which numbers of processes are scarce: reuse.py SOCKET ROUNDS SUPERVISORD ARGUMENT...

Bystanders are born all the time, each with a number that was somebody else's a moment ago, half of them as leaders of a group of that number. They
end with 7. A round is one signal to all services; supervisord has to outlive them all, and then ends. In the second half of the rounds its manager
is killed now and then, and the next one may take nobody for what has ended meanwhile."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

SOCKET, ROUNDS, COMMAND = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
LOW = 60  # Numbers are given out from here on.
LIVES = 24  # Bystanders at a time.
ENDED_BY_ITSELF = 7
BETWEEN_DEATHS = 25  # Rounds.
SIGNALS = ("KILL", "TERM", "HUP", "USR1")


def scarce_numbers():
    with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
        file.write(str(LOW))


def be_a_bystander(number):
    if number % 2:
        os.setpgid(0, 0)
    if number % 4 == 3 and os.fork() == 0:
        time.sleep(0.003)
        os._exit(0)
    time.sleep(0.002 * (1 + number % 5))
    os._exit(ENDED_BY_ITSELF)


def bystanders():
    """For ever, as a process of its own: ends with 1 when one of them was hit."""
    alive, count = set(), 0
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        scarce_numbers()
        while len(alive) < LIVES:
            count += 1
            if (pid := os.fork()) == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                be_a_bystander(count)
            alive.add(pid)
        pid, status = os.wait()
        if pid in alive and os.waitstatus_to_exitcode(status) != ENDED_BY_ITSELF:
            print(f"bystander {pid} was hit: {os.waitstatus_to_exitcode(status)}", flush=True)
            os._exit(1)
        alive.discard(pid)


def call(client, method, **parameters):
    client.sendall(json.dumps({"method": f"io.supervisord.{method}", "parameters": parameters}).encode() + b"\0")
    data = b""
    while not data.endswith(b"\0"):
        if not (part := client.recv(1 << 16)):
            sys.exit(f"{method}: no answer")
        data += part
    reply = json.loads(data[:-1])
    if "error" in reply:
        sys.exit(f"{method}: {reply}")
    return reply["parameters"]


def connected():
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(60)
        try:
            client.connect(SOCKET)
            return client
        except OSError:
            client.close()
            time.sleep(0.02)
    sys.exit("supervisord does not answer")


def kill_manager(guard):
    for pid in open(f"/proc/{guard}/task/{guard}/children", encoding="ascii").read().split():
        with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
            if name.read() == "supervisord-mgr\n":
                os.kill(int(pid), signal.SIGKILL)
                return
    if os.environ.get("SUP_GUARD") != "no":
        sys.exit("there is no manager")


def main():
    supervisord = subprocess.Popen(COMMAND)
    client = connected()
    if (maker := os.fork()) == 0:
        bystanders()
    reached = 0
    for number in range(ROUNDS):
        results = call(client, "Signal", names=["*"], signal=SIGNALS[number % 4], to=("all", "group", "main")[number % 3])["results"]
        reached += sum("failure" not in result for result in results)
        if number % 50 == 49:
            call(client, "Kill", names=["*"])
            call(client, "Start", names=["*"], wait=False)
        if os.waitpid(maker, os.WNOHANG)[0] != 0:
            sys.exit("see above")
        if number > ROUNDS / 2 and number % BETWEEN_DEATHS == 0:
            kill_manager(supervisord.pid)
            client = connected()
    restarts = sum(service["restarts_total"] for service in call(client, "Status")["services"])
    call(client, "Stop", names=["*"])
    if os.waitpid(maker, os.WNOHANG)[0] != 0:
        sys.exit("see above")
    os.kill(maker, signal.SIGTERM)
    os.waitpid(maker, 0)
    supervisord.terminate()
    if (status := supervisord.wait(60)) != 0:
        sys.exit(f"supervisord ended with {status}")
    print(f"{reached} signals, {restarts} restarts")


main()
