"""Ordinary ways to read standard input and to write the answer; all are right programs.

Input: a count, then that many integers on one line. Output: their sum, then the largest.
Many graders that put a program into a function and fake its streams fail a third of these.
"""

WITH_LINES = (
    "n = int(lines[0]); a = list(map(int, lines[1].split()))\nprint(sum(a))\nprint(max(a))\n"
)
WITH_WORDS = "n = int(words[0]); a = list(map(int, words[1:n + 1]))\nprint(sum(a))\nprint(max(a))\n"
FROM_INPUT = "n = int(input())\na = list(map(int, input().split()))\n"

IDIOMS = {
    "input": FROM_INPUT + "print(sum(a))\nprint(max(a))\n",
    "stdin.read": "import sys\nwords = sys.stdin.read().split()\n" + WITH_WORDS,
    "stdin.readline": "import sys\nlines = [sys.stdin.readline() for _ in '12']\n" + WITH_LINES,
    "stdin.readlines": "import sys\nlines = sys.stdin.readlines()\n" + WITH_LINES,
    "for line in stdin": "import sys\nlines = [line for line in sys.stdin]\n" + WITH_LINES,
    "list of stdin": "import sys\nlines = list(sys.stdin)\n" + WITH_LINES,
    "next of stdin": "import sys\nlines = [next(sys.stdin), next(sys.stdin)]\n" + WITH_LINES,
    "buffer.read": "import sys\nwords = sys.stdin.buffer.read().split()\n" + WITH_WORDS,
    "buffer.readline": "import sys\nread = sys.stdin.buffer.readline\nlines = [read(), read()]\n"
    + WITH_LINES,
    "buffer lines": "import sys\nlines = sys.stdin.buffer.readlines()\n" + WITH_LINES,
    "open(0)": "words = open(0).read().split()\n" + WITH_WORDS,
    "lines of open(0)": "lines = [*open(0)]\n" + WITH_LINES,
    "open(0, 'rb')": "words = open(0, 'rb').read().split()\n" + WITH_WORDS,
    "/dev/stdin": "words = open('/dev/stdin').read().split()\n" + WITH_WORDS,
    "os.read": "import os\nwords = os.read(0, 1 << 16).split()\n" + WITH_WORDS,
    "io wrapper": "import io, os\nread = io.BytesIO(os.read(0, 1 << 20)).readline\n"
    "lines = [read(), read()]\n" + WITH_LINES,
    "fileinput": "import fileinput\nlines = list(fileinput.input())\n" + WITH_LINES,
    "input rebound": "import sys\ninput = sys.stdin.readline\n"
    + FROM_INPUT
    + "print(sum(a))\nprint(max(a))\n",
    "stripped line": "import sys\nline = sys.stdin.readline()[:-1]\nn = int(line)\n"
    "a = [*map(int, sys.stdin.readline()[:-1].split(' '))]\nprint(sum(a))\nprint(max(a))\n",
    "read after input": "import sys\nn = int(input())\na = [*map(int, sys.stdin.read().split())]\n"
    "print(sum(a))\nprint(max(a))\n",
    "until the end": "lines = []\nwhile True:\n    try:\n        lines.append(input())\n"
    "    except EOFError:\n        break\n" + WITH_LINES,
    "from sys import stdin, stdout": "from sys import stdin, stdout\n"
    "lines = stdin.readlines()\na = [*map(int, lines[1].split())]\n"
    "stdout.write(f'{sum(a)}\\n')\nstdout.write(str(max(a)))\n",
    "stdout.buffer": "import sys\n"
    + FROM_INPUT
    + "sys.stdout.buffer.write(b'%d\\n%d\\n' % (sum(a), max(a)))\n",
    "os.write": "import os\n" + FROM_INPUT + "os.write(1, f'{sum(a)}\\n{max(a)}\\n'.encode())\n",
    "writelines": "import sys\n"
    + FROM_INPUT
    + "sys.stdout.writelines([str(sum(a)), '\\n', str(max(a))])\n",
    "print to file": "import sys\n"
    + FROM_INPUT
    + "print(sum(a), max(a), sep='\\n', file=sys.stdout, flush=True)\n",
    "global": "total = 0\n\ndef add(x):\n    global total\n    total += x\n\n"
    + FROM_INPUT
    + "for x in a:\n    add(x)\nprint(total)\nprint(max(a))\n",
    "main guard": "def main():\n    n = int(input())\n    a = [*map(int, input().split())]\n"
    "    print(sum(a))\n    print(max(a))\n\nif __name__ == '__main__':\n    main()\n",
    "guard in the middle": FROM_INPUT
    + "if __name__ == '__main__':\n    print(sum(a))\nlargest = max(a)\nprint(largest)\n",
    "sys.exit": "import sys\n" + FROM_INPUT + "print(sum(a))\nprint(max(a))\nsys.exit(0)\n",
    "exit": FROM_INPUT + "print(sum(a))\nprint(max(a))\nexit()\n",
    "os._exit": "import os\n"
    + FROM_INPUT
    + "print(sum(a))\nprint(max(a), flush=True)\nos._exit(0)\n",
    "thread with a large stack": "import sys, threading\nsys.setrecursionlimit(1 << 20)\n"
    "threading.stack_size(1 << 26)\n\ndef total(a):\n    return a[0] + total(a[1:]) if a else 0\n\n"
    "def main():\n    n = int(input())\n    a = [*map(int, input().split())]\n"
    "    print(total(a))\n    print(max(a))\n\nthread = threading.Thread(target=main)\n"
    "thread.start()\nthread.join()\n",
    "thread that nobody joins": "import threading\n\ndef main():\n    n = int(input())\n"
    "    a = [*map(int, input().split())]\n    print(sum(a))\n    print(max(a))\n\n"
    "threading.Thread(target=main).start()\n",
    "star import in try": "try:\n    from math import *\nexcept ImportError:\n    pass\n"
    + FROM_INPUT
    + "print(int(fsum(a)))\nprint(max(a))\n",
    "nested functions": "def solve():\n    def read():\n        return [*map(int, input().split())]\n"
    "    read()\n    a = read()\n    return sum(a), max(a)\n\nprint(*solve(), sep='\\n')\n",
    "class": "class Solver:\n    def __init__(self):\n        self.n = int(input())\n"
    "        self.a = [*map(int, input().split())]\n\n    def run(self):\n"
    "        print(sum(self.a))\n        print(max(self.a))\n\nSolver().run()\n",
    "async": "import asyncio\n\nasync def main():\n    n = int(input())\n"
    "    a = [*map(int, input().split())]\n    print(sum(a))\n    print(max(a))\n\n"
    "asyncio.run(main())\n",
    "at exit": "import atexit\n"
    + FROM_INPUT
    + "atexit.register(lambda: print(max(a)))\nprint(sum(a))\n",
}
