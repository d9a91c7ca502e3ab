# idle.py SOCKET FOLDER: connections that hang there while there is load: some say nothing, some half a call, some ask for events and never read.
import os
import select
import socket
import sys

SAID = (b"", b'{"method":"io.', b'{"method":"io.supervisord.Events","parameters":{"follow":true},"more":true}\0')


def begin(text):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    connection.sendall(text)
    return connection


hanging = {begin(text): text for text in SAID * 4}
while os.path.exists(f"{sys.argv[2]}/load"):
    silent = [connection for connection, text in hanging.items() if not text.endswith(b"\0")]
    for connection in select.select(silent, [], [], 0.1)[0]:
        text = hanging.pop(connection)
        connection.close()
        try:
            hanging[begin(text)] = text
        except OSError:
            hanging[begin(b"")] = b""
