import math
import sys


def row(name: str, readings: list[float]) -> str:
    if not readings:
        return f"{name} none"
    mean = math.fsum(readings) / len(readings)
    return f"{name} {min(readings):.6f} {mean:.6f} {max(readings):.6f}"


def main() -> None:
    stations: dict[str, list[float]] = {}
    for line in sys.stdin:
        if line.strip():
            name, _, reading = line.strip().rpartition(";")
            readings = stations.setdefault(name, [])
            if reading != "-":
                readings.append(float(reading))
    for name in sorted(stations):
        print(row(name, stations[name]))
    print(row("all", [reading for readings in stations.values() for reading in readings]))


main()
