#!/usr/bin/env python3
"""What bounds a run on many machines, from measured costs of each phase.

Small samples are a flow: the slowest of cores, driver, journal and network bounds it. Repositories
are scheduled one by one, longest first, as they are in a run: pulls share the registry, and
who begins last is waited for.
"""

import argparse
import heapq
import json
import random
from typing import NamedTuple

CORES = (10, 100, 1000, 10_000)
IMAGES = (100, 1000, 10_000, 100_000)
NODE_CORES = 16


class PhaseCosts(NamedTuple):
    """Measured, or assumed where nothing here can measure it."""

    sample_ms: float
    """CPU of one small sample on a machine."""
    driver_ms: float
    """CPU of the driver for it: order, check, judge, write."""
    journal_ms: float
    """The disk's part of it: one fsync of 5 ms for 256 lines."""
    sample_kb: float
    """There and back."""
    network_mb: float
    """MB/s at the driver, and at each node."""
    registry_mb: float
    """MB/s that a registry gives all nodes together."""
    image_mb: float
    """That a further image brings besides shared layers."""
    repository_s: float
    """Mean of one repository sample; lognormal around it."""
    spread: float
    """Its sigma."""
    places: int
    """Repository samples at one time on a node."""


class FlowRow(NamedTuple):
    """Small samples on so many cores."""

    cores: int
    samples_per_s: float
    bound_by: str
    driver_busy: float


class RepositoryRow(NamedTuple):
    """Repository samples, one for each image."""

    cores: int
    images: int
    hours: float
    bound_by: str
    busy: float
    """Share of the places' time inside samples."""


def flow(cores: int, costs: PhaseCosts, canaries: int = 2, chunk: int = 100) -> FlowRow:
    """The bound of small samples."""
    rates = {
        "cores": cores * 1000 / costs.sample_ms * chunk / (chunk + canaries),
        "driver CPU": 1000 / costs.driver_ms,
        "journal": 1000 / costs.journal_ms,
        "network": costs.network_mb * 1000 / costs.sample_kb,
    }
    bound = min(rates, key=rates.__getitem__)
    return FlowRow(cores, rates[bound], bound, rates[bound] / rates["driver CPU"])


def repositories(cores: int, images: int, costs: PhaseCosts, seed: int = 0) -> RepositoryRow:
    """Schedule them, and see what the end waited for."""
    nodes = max(1, cores // NODE_CORES)
    places = nodes * costs.places
    chance = random.Random(seed)
    shift = costs.spread**2 / 2
    lengths = sorted(
        (costs.repository_s * chance.lognormvariate(-shift, costs.spread) for _ in range(images)),
        reverse=True,
    )
    pulling = min(nodes * costs.places, images)
    pull_mb = min(costs.network_mb / costs.places, costs.registry_mb / pulling)
    pull_s = costs.image_mb / pull_mb
    free = [0.0] * places
    for length in lengths:
        began = heapq.heappop(free)
        # The next image is fetched while the last sample runs: only its rest is waited for.
        waited = pull_s if not began else max(0.0, pull_s - costs.repository_s)
        heapq.heappush(free, began + waited + length)
    total = max(free)
    work = sum(lengths)
    ideal = {
        "places": work / places,
        "registry": images * costs.image_mb / costs.registry_mb,
        "network": images * costs.image_mb / (nodes * costs.network_mb),
        "driver CPU": images * costs.driver_ms / 1000,
    }
    bound = max(ideal, key=ideal.__getitem__)
    total = max(total, ideal[bound])
    if bound == "places" and total > 1.25 * ideal[bound]:
        bound = "stragglers" if lengths[0] > total / 2 else "first pulls"
    return RepositoryRow(cores, images, total / 3600, bound, work / places / total)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = {
        "sample_ms": (4.8, "CPU ms of a small sample on a machine"),
        "driver_ms": (0.2, "CPU ms of the driver for each (scripts/bench processes --worker-url)"),
        "journal_ms": (0.02, "ms of disk for each (5 ms for 256 lines)"),
        "sample_kb": (2.0, "kB there and back"),
        "network_mb": (125.0, "MB/s of the driver, and of each node"),
        "registry_mb": (1250.0, "MB/s of the registry"),
        "image_mb": (500.0, "MB that a further image brings"),
        "repository_s": (120.0, "mean seconds of a repository sample"),
        "spread": (1.0, "sigma of its logarithm"),
        "places": (4, "repository samples at one time on a node of 16 cores"),
    }
    for name, (value, meaning) in usual.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(
            option, type=type(value), default=value, help=f"{meaning} [%(default)s]"
        )
    parser.add_argument("--json", action="store_true", help="both tables as JSON")
    chosen = vars(parser.parse_args())
    is_json = chosen.pop("json")
    costs = PhaseCosts(**chosen)
    flows = [flow(cores, costs) for cores in CORES]
    grid = [repositories(cores, images, costs) for images in IMAGES for cores in CORES]
    if is_json:
        print(
            json.dumps(
                {"flow": [r._asdict() for r in flows], "images": [r._asdict() for r in grid]}
            )
        )
        return 0
    print("| cores | small samples a second | bound by | driver busy |\n|---|---|---|---|")
    for row in flows:
        print(
            f"| {row.cores:,} | {row.samples_per_s:,.0f} | {row.bound_by} | {row.driver_busy:.0%} |"
        )
    words = " | ".join(f"{cores:,} cores" for cores in CORES)
    print(f"\n| images | {words} |\n|---|{'---|' * len(CORES)}")
    for images in IMAGES:
        cells = [
            f"{row.hours:,.2f} h, {row.bound_by}, {row.busy:.0%}"
            for row in grid
            if row.images == images
        ]
        print(f"| {images:,} | {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
