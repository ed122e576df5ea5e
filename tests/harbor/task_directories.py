"""Ten Harbor task directories over six kinds: small, offline, on the base images."""

import textwrap

TOML = """
schema_version = "1.4"
artifacts = [{artifacts}]

[task]
name = "tests/{name}"

[verifier]
timeout_sec = 120.0

[environment]
docker_image = "grader/base:{base}"
workdir = "/app"
memory_mb = 1024
network_mode = "no-network"
"""
REWARD = "if [ $? -eq 0 ]; then echo 1 > /logs/verifier/reward.txt; else echo 0 > /logs/verifier/reward.txt; fi"

ASK = """
import sys, time, urllib.request
for _ in range(100):
    try:
        said = urllib.request.urlopen("http://127.0.0.1:8099/sum?a=2&b=40").read()
        sys.exit(said.strip() != b"42")
    except OSError:
        time.sleep(0.1)
sys.exit(1)
"""


def directory(folder, name, *, test, solution, artifacts=(), base="bookworm", files=None, more=""):
    """Write one task."""
    task = folder / name
    for place in ("tests", "solution"):
        (task / place).mkdir(parents=True)
    named = ", ".join(f'"{each}"' for each in artifacts)
    text = TOML.format(name=name, base=base, artifacts=named).strip()
    (task / "task.toml").write_text(text + "\n" + more)
    (task / "instruction.md").write_text(f"Do what {name} says.\n")
    for path, body in {
        "tests/test.sh": test,
        "solution/solve.sh": solution,
        **(files or {}),
    }.items():
        place = task / path
        place.parent.mkdir(parents=True, exist_ok=True)
        text = textwrap.dedent(body).lstrip()
        place.write_text(f"#!/bin/bash\n{text}" if path.endswith(".sh") else text)
    return task


def write_all(folder):
    """All ten; the folder."""
    files(folder)
    services(folder)
    programs(folder)
    repository(folder)
    analysis(folder)
    processes(folder)
    return folder


def files(folder):
    directory(
        folder, "hello-file", artifacts=["/app/hello.txt"],
        test=f'grep -qx "Hello, world!" /app/hello.txt\n{REWARD}',
        solution='echo "Hello, world!" > hello.txt',
    )  # fmt: skip
    directory(
        folder, "sorted-tree", base="bullseye",
        test=f"cmp <(cat /app/out/a.txt /app/out/sub/b.txt) /tests/expected.txt\n{REWARD}",
        solution="mkdir -p out/sub; echo 1 > out/a.txt; echo 2 > out/sub/b.txt",
        files={"tests/expected.txt": "1\n2\n"},
    )  # fmt: skip


def services(folder):
    directory(
        folder, "http-service", artifacts=["/app/server.py"],
        test=f"python3 /app/server.py > /logs/verifier/server.log 2>&1 &\npython3 /tests/ask.py\n{REWARD}",
        solution="cp /solution/server.py .",
        files={
            "tests/ask.py": ASK,
            "solution/server.py": """
                from http.server import BaseHTTPRequestHandler, HTTPServer
                from urllib.parse import parse_qs, urlparse

                class Sum(BaseHTTPRequestHandler):
                    def do_GET(self):
                        words = parse_qs(urlparse(self.path).query)
                        self.send_response(200)
                        self.end_headers()
                        self.wfile.write(str(int(words["a"][0]) + int(words["b"][0])).encode())

                HTTPServer(("127.0.0.1", 8099), Sum).serve_forever()
                """,
        },
    )  # fmt: skip
    directory(
        folder, "socket-service", artifacts=["/app/run.sh"],
        test=f"""
            bash /app/run.sh >/dev/null 2>&1 &
            python3 /tests/ask.py
            {REWARD}
            """,
        solution="cp /solution/run.txt run.sh; chmod +x run.sh",
        files={
            "tests/ask.py": """
                import socket, sys, time
                for _ in range(100):
                    try:
                        with socket.create_connection(("127.0.0.1", 8098), 1) as line:
                            line.sendall(b"abc\\n")
                            sys.exit(line.recv(10) != b"CBA\\n")
                    except OSError:
                        time.sleep(0.1)
                sys.exit(1)
                """,
            "solution/run.txt": """
                exec python3 -c '
                import socketserver
                class Turn(socketserver.StreamRequestHandler):
                    def handle(self):
                        self.wfile.write(self.rfile.readline().strip()[::-1].upper() + b"\\n")
                socketserver.TCPServer(("127.0.0.1", 8098), Turn).serve_forever()
                '
                """,
        },
    )  # fmt: skip


def programs(folder):
    directory(
        folder, "program-output", artifacts=["/app/primes"],
        test=f'[ "$(/app/primes 20 | tr "\\n" " ")" = "2 3 5 7 11 13 17 19 " ]\n{REWARD}',
        solution="""
            cat > primes <<'X'
            #!/usr/bin/env python3
            import sys
            print(*(n for n in range(2, int(sys.argv[1])) if all(n % d for d in range(2, n))), sep="\\n")
            X
            chmod +x primes
            """,
    )  # fmt: skip
    directory(
        folder, "partial-credit", artifacts=["/app/answers.json"],
        test="python3 /tests/check.py",
        solution="""echo '{"a": 1, "b": 2}' > answers.json""",
        files={
            "tests/check.py": """
                import json
                try:
                    said = json.load(open("/app/answers.json"))
                except (OSError, ValueError):
                    said = {}
                right = sum(said.get(key) == value for key, value in {"a": 1, "b": 2}.items())
                json.dump({"reward": right / 2}, open("/logs/verifier/reward.json", "w"))
                """
        },
    )  # fmt: skip


def repository(folder):
    directory(
        folder, "repository-fix", artifacts=["/app/tool"],
        test=f"""
            cd /tests && PYTHONPATH=/app python3 -m unittest test_tool
            {REWARD}
            """,
        solution="mkdir -p tool; echo 'def double(x): return 2 * x' > tool/__init__.py",
        files={
            "tests/test_tool.py": """
                import unittest
                import tool

                class Test(unittest.TestCase):
                    def test_double(self):
                        self.assertEqual(tool.double(21), 42)
                """
        },
    )  # fmt: skip


def analysis(folder):
    directory(
        folder, "data-analysis", artifacts=["/app/means.csv"],
        test=f"""
            python3 - <<'X'
            import csv, sys
            found = {{row["city"]: float(row["mean"]) for row in csv.DictReader(open("/app/means.csv"))}}
            sys.exit(found != {{"A": 2.0, "B": 5.0}})
            X
            {REWARD}
            """,
        solution='printf "city,mean\\nA,2.0\\nB,5.0\\n" > means.csv',
    )  # fmt: skip


def processes(folder):
    directory(
        folder, "long-running", artifacts=["/app/beat.sh"],
        test=f"""
            bash /app/beat.sh & beat=$!
            sleep 1
            kill -0 $beat && [ "$(wc -l < /tmp/beats)" -ge 3 ]
            {REWARD}
            """,
        solution="echo 'while :; do echo beat >> /tmp/beats; sleep 0.2; done' > beat.sh",
    )  # fmt: skip
    directory(
        folder, "job-queue", artifacts=["/app/worker.py"], base="bullseye",
        test=f"""
            mkdir -p /tmp/jobs && python3 /app/worker.py /tmp/jobs & worker=$!
            sleep 0.3
            echo 6 7 > /tmp/jobs/one.job
            for _ in $(seq 50); do [ -s /tmp/jobs/one.done ] && break; sleep 0.1; done
            kill -0 $worker && grep -qx 42 /tmp/jobs/one.done
            {REWARD}
            """,
        solution="cp /solution/worker.py .",
        files={
            "solution/worker.py": """
                import pathlib, sys, time
                place = pathlib.Path(sys.argv[1])
                while True:
                    for job in place.glob("*.job"):
                        a, b = job.read_text().split() or (0, 0)
                        job.with_suffix(".done").write_text(f"{int(a) * int(b)}\\n")
                    time.sleep(0.05)
                """
        },
    )  # fmt: skip
