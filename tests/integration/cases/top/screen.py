"""A terminal for `ctl top`: a pseudo-terminal, and as much of xterm as ncurses makes use of."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

DEADLINE = 20 * int(os.environ.get("SUP_TIME_SCALE", "1"))
SEQUENCE = re.compile(rb"\x1b(?:\[([?>=]?)([0-9;]*)([A-Za-z@`])|[()][A-Z0-9]|[78=>McDEH])|[\x00-\x1f]|[^\x00-\x1f\x1b]+")


class Screen:
    """What is on a screen of so many rows and columns after the bytes that were fed."""

    def __init__(self, rows, columns):
        self.row = self.column = 0
        self.left = b""
        self.last = " "
        self.size(rows, columns)

    def size(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.top, self.bottom = 0, rows - 1
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.cells)

    def feed(self, data):
        data = self.left + data
        at = 0
        while at < len(data) and (match := SEQUENCE.match(data, at)):
            if match.end() == len(data) and data[at] >= 0x80:
                break  # Perhaps the half of a character.
            at = match.end()
            if match.group(3):
                self.control(match.group(1), match.group(2).decode(), match.group(3).decode())
            elif match.group()[:1] != b"\x1b":
                self.print(match.group().decode(errors="replace"))
            elif match.group() == b"\x1bM":
                self.scroll(-1) if self.row == self.top else self.move(self.row - 1, self.column)
        self.left = data[at:]

    def move(self, row, column):
        self.row = max(0, min(row, self.rows - 1))
        self.column = max(0, min(column, self.columns - 1))

    def print(self, text):
        for c in text:
            if c == "\r":
                self.column = 0
            elif c == "\b":
                self.column = max(0, self.column - 1)
            elif c == "\n":
                self.scroll(1) if self.row == self.bottom else self.move(self.row + 1, self.column)
            elif c >= " ":
                if self.column == self.columns:
                    self.column = 0
                    self.row = min(self.row + 1, self.rows - 1)
                self.cells[self.row][self.column] = self.last = c
                self.column += 1

    def scroll(self, count):
        for _ in range(abs(count)):
            gone, new = (self.top, self.bottom) if count > 0 else (self.bottom, self.top)
            del self.cells[gone]
            self.cells.insert(new, [" "] * self.columns)

    def control(self, private, parameters, final):
        numbers = [int(n) if n else 0 for n in parameters.split(";")]
        first = max(numbers[0], 1)
        self.column = min(self.column, self.columns - 1)
        line = self.cells[self.row]
        if private:
            return
        if final in "Hf":
            self.move(first - 1, max(numbers[1] if len(numbers) > 1 else 1, 1) - 1)
        elif final in "ABCDEFGd`":
            row, column = {"A": (self.row - first, self.column), "B": (self.row + first, self.column),
                           "C": (self.row, self.column + first), "D": (self.row, self.column - first),
                           "E": (self.row + first, 0), "F": (self.row - first, 0), "G": (self.row, first - 1),
                           "`": (self.row, first - 1), "d": (first - 1, self.column)}[final]
            self.move(row, column)
        elif final == "J":
            blank = range(self.row + 1, self.rows) if numbers[0] == 0 else range(self.rows)
            for row in blank:
                self.cells[row] = [" "] * self.columns
            if numbers[0] == 0:
                line[self.column:] = [" "] * (self.columns - self.column)
        elif final == "K":
            begin = self.column if numbers[0] == 0 else 0
            end = self.column + 1 if numbers[0] == 1 else self.columns
            line[begin:end] = [" "] * (end - begin)
        elif final == "X":
            line[self.column:self.column + first] = [" "] * len(line[self.column:self.column + first])
        elif final == "P":
            del line[self.column:self.column + first]
            line.extend([" "] * (self.columns - len(line)))
        elif final == "@":
            line[self.column:self.column] = [" "] * first
            del line[self.columns:]
        elif final in "LM":
            for _ in range(first):
                gone, new = (self.bottom, self.row) if final == "L" else (self.row, self.bottom)
                del self.cells[gone]
                self.cells.insert(new, [" "] * self.columns)
        elif final in "ST":
            self.scroll(first if final == "S" else -first)
        elif final == "b":
            self.print(self.last * first)
        elif final == "r":
            # What is still on its way from before the screen was made smaller may name lines that are gone.
            bottom = min(numbers[1] if len(numbers) > 1 and numbers[1] else self.rows, self.rows) - 1
            self.top, self.bottom = (first - 1, bottom) if first - 1 < bottom else (0, self.rows - 1)
            self.move(0, 0)


class Session:
    """A program on such a terminal, and somebody who types and reads there."""

    def __init__(self, command, rows=24, columns=80, environment=None):
        self.screen = Screen(rows, columns)
        self.written = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
            os.execvpe(command[0], command, {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **(environment or {})})
        self.modes = None

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.written += data
            self.screen.feed(data)
            return bool(data)
        return True

    def until(self, what, condition):
        end = time.monotonic() + DEADLINE
        while not condition(self.screen.text()):
            if time.monotonic() > end or not self.read(0.1):
                raise SystemExit(f"not within {DEADLINE} s: {what}\n{self.screen.text()}")

    def sees(self, *parts):
        self.until(f"sees {parts}", lambda text: all(part in text for part in parts))

    def misses(self, *parts):
        self.until(f"misses {parts}", lambda text: not any(part in text for part in parts))

    def line(self, pattern):
        self.until(f"a line like {pattern}", lambda text: re.search(pattern, text, re.M))

    def type(self, keys):
        os.write(self.master, keys.encode())

    def resize(self, rows, columns):
        self.screen.size(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def kill(self, number):
        os.kill(self.pid, number)

    def ends(self):
        """Its exit code, or minus the number of the signal."""
        end = time.monotonic() + DEADLINE
        while True:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while select.select([self.master], [], [], 0)[0] and self.read(0):
                    pass
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise SystemExit("it does not end\n" + self.screen.text())
