"""Ordinary ways to take hold of the standard streams; each prints the sum of what it reads."""

WRAP = "import io, sys\nsys.{0} = io.TextIOWrapper(sys.{0}.buffer, encoding='utf-8')\n"
SUM = "print(sum(map(int, input().split())))\n"
ANSWER = "answer = str(sum(map(int, input().split()))) + '\\n'\n"

IDIOMS = {
    "stdout wrapped anew": WRAP.format("stdout") + SUM,
    "stderr wrapped anew": WRAP.format("stderr") + "print('x', file=sys.stderr)\n" + SUM,
    "stdin wrapped anew": WRAP.format("stdin") + SUM,
    "all wrapped anew": "".join(map(WRAP.format, ("stdin", "stdout", "stderr"))) + SUM,
    "detached": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.detach(), 'utf-8')\n" + SUM,
    "unbuffered": "import io, sys\nraw = io.FileIO(1, 'w')\n"
    "sys.stdout = io.TextIOWrapper(raw, write_through=True)\n" + SUM,
    "large buffer": "import io, sys\nsys.stdout = io.TextIOWrapper(\n"
    "    io.BufferedWriter(io.FileIO(1, 'w'), 1 << 20))\n" + SUM,
    "codecs": "import codecs, sys\nsys.stdout = codecs.getwriter('utf-8')(sys.stdout.buffer)\n" + SUM,
    "reconfigured": "import sys\nsys.stdout.reconfigure(encoding='latin-1', line_buffering=True)\n"
    + SUM,
    "original": "import sys\n" + ANSWER + "sys.stdout = None\nprint(answer, end='', file=sys.__stdout__)",
    "/dev/stdout": ANSWER + "with open('/dev/stdout', 'w') as out:\n    out.write(answer)\n",
    "/dev/stdout as stdout": "import sys\nsys.stdout = open('/dev/stdout', 'w')\n" + SUM,
    "/dev/stdout appended": ANSWER + "open('/dev/stdout', 'a').write(answer)\n",
    "/dev/stderr": "with open('/dev/stderr', 'w') as out:\n    out.write('x')\n" + SUM,
    "/dev/stdin": "import sys\nsys.stdin = open('/dev/stdin')\n" + SUM,
    "/dev/fd/1": ANSWER + "open('/dev/fd/1', 'wb').write(answer.encode())\n",
    "/proc/self/fd/1": ANSWER + "open('/proc/self/fd/1', 'w').write(answer)\n",
    "/proc/self/fd/0": "print(sum(map(int, open('/proc/self/fd/0').read().split())))\n",
    "fdopen": "import os\nout = os.fdopen(1, 'w')\n" + ANSWER + "out.write(answer)\n",
    "fdopen in a function": "import os\n" + ANSWER + "def main():\n"
    "    out = os.fdopen(1, 'w', closefd=False)\n    out.write(answer)\nmain()\n",
    "fdopen, never closed, kept by a class": "import os\nclass Out:\n    file = os.fdopen(1, 'w')\n"
    + ANSWER + "out = Out()\nout.file.write(answer)\n",
    "open(1)": ANSWER + "out = open(1, 'wb', buffering=1 << 16)\nout.write(answer.encode())\n",
    "io.open(0)": "import io\nprint(sum(map(int, io.open(0).read().split())))\n",
    "duplicated": "import os\n" + ANSWER + "os.write(os.dup(1), answer.encode())\n",
    "printed by a finalizer": ANSWER + "class Out:\n    def __del__(self):\n"
    "        print(self.answer, end='')\nout = Out()\nout.answer = answer\n",
    "child's own": "import subprocess, sys\n" + ANSWER
    + "subprocess.run(['sh', '-c', 'cat > /dev/stdout'], input=answer.encode())\n",
    "redirected": "import contextlib, io, sys\nheard = io.StringIO()\n"
    "with contextlib.redirect_stdout(heard):\n    " + SUM + "sys.stdout.write(heard.getvalue())\n",
    "seeking is refused": "import sys\nassert not sys.stdout.seekable() and not sys.stdout.isatty()\n"
    "assert not sys.stdout.buffer.seekable()\n" + SUM,
}  # fmt: skip
GIVEN, WANTED = b"20 22\n", b"42\n"
