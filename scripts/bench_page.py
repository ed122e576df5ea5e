#!/usr/bin/env python3
"""Open the page of a large run in a headless Chromium: seconds to write, load and filter it."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench_journal
import chromium

from grader.study.publish import publish

GOAL_LOAD_MS, GOAL_FILTER_MS = 3000, 100
QUERIES = ("7", "bench/99", "assertionerror", "nothing like it", "")
FILTER = """(() => { const took = []; grader.table.show('sample');
  for (const words of %s) {
    const began = performance.now();
    grader.table.query = words; grader.table.update(); document.body.offsetHeight;
    took.push(performance.now() - began);
  } return Math.max(...took); })()"""


def main() -> int:
    """Print the figures; 1 where a goal was missed, 2 without a browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="samples (default 100,000)")
    arguments = parser.parse_args()
    if chromium.executable() is None:
        print("no Chromium; on Debian: apt-get install chromium")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        bench_journal.write_journal(run, arguments.count)
        began = time.perf_counter()
        with (run / "report.html").open("wb") as file:
            publish(run, "html", file)
        wrote_s = time.perf_counter() - began
        size_mb = (run / "report.html").stat().st_size / 1e6
        with chromium.running() as browser:
            browser.look(1280, 900)
            browser.open((run / "report.html").as_uri())
            load_ms = browser.evaluate("grader.ready_ms")
            filter_ms = browser.evaluate(FILTER % list(QUERIES))
    print(f"{arguments.count:,} samples: written in {wrote_s:.1f} s, {size_mb:.1f} MB")
    print(f"loads in {load_ms:.0f} ms (goal {GOAL_LOAD_MS}), slowest of {len(QUERIES)} filters")
    print(f"{filter_ms:.0f} ms (goal {GOAL_FILTER_MS})")
    return int(load_ms > GOAL_LOAD_MS or filter_ms > GOAL_FILTER_MS)


if __name__ == "__main__":
    sys.exit(main())
