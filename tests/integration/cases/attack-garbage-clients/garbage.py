"""50 clients that send garbage to the control socket until the file STOP is there: garbage.py SOCKET STOP SEED. Prints how much."""
import os
import random
import socket
import sys
import threading

PATH, STOP, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3])
CALL = b'{"method":"io.supervisord.Status","parameters":{}}\0'


def random_bytes(r):
    return r.randbytes(r.randrange(1, 4000))


def half_message(r):
    return CALL[: r.randrange(1, len(CALL) - 1)]


def huge_message(_r):
    return b'{"method":"' + b"a" * 1_500_000


def deep_json(r):
    return (b'{"a":' if r.random() < 0.5 else b"[") * 100_000 + b"\0"


def many_ends(r):
    return b"\0" * r.randrange(1, 5000)


def wrong_json(r):
    return r.choice([b"null\0", b"[]\0", b'{"method":5}\0', b'{"method":""}\0', b'{"method":"io.supervisord.Nope"}\0', b'{"method":"io.supervisord.Start"}\0',
                     b'{"method":"io.supervisord.Start","parameters":{"names":[1,{}]}}\0', b'{"method":"io.supervisord.Logs","parameters":{"lines":-5}}\0',
                     b'{"method":"io.supervisord.Status","parameters":{"names":["\xff\xfe"]}}\0', b'{"method":"io.supervisord.Wait","parameters":{"names":["*"],"for":"x"}}\0'])


def flipped_call(r):
    call = bytearray(CALL * r.randrange(1, 5))
    for _ in range(r.randrange(1, 6)):
        call[r.randrange(len(call))] = r.randrange(256)
    return bytes(call)


KINDS = [random_bytes, half_message, huge_message, deep_json, many_ends, wrong_json, flipped_call]
sent = [0] * len(KINDS)


def attack(number):
    r = random.Random(SEED * 1000 + number)
    while not os.path.exists(STOP):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(1)
            try:
                s.connect(PATH)
                for _ in range(r.randrange(1, 4)):
                    kind = (number + r.randrange(2)) % len(KINDS)
                    sent[kind] += 1
                    s.sendall(KINDS[kind](r))
                    if r.random() < 0.5:
                        s.recv(65536)
            except OSError:
                pass  # Thrown out, as it should be.


threads = [threading.Thread(target=attack, args=(n,)) for n in range(50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(" ".join(map(str, sent)))
