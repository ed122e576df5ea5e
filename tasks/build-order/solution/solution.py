import heapq


def build_order(needs: dict[str, list[str]]) -> list[str]:
    """The order in which parts are built."""
    missing = {part: set(before) for part, before in needs.items()}
    for before in needs.values():
        for part in before:
            missing.setdefault(part, set())
    wanted_by: dict[str, list[str]] = {part: [] for part in missing}
    for part, before in missing.items():
        for other in before:
            wanted_by[other].append(part)
    ready = sorted(part for part, before in missing.items() if not before)
    built: list[str] = []
    while ready:
        part = heapq.heappop(ready)
        built.append(part)
        for other in wanted_by[part]:
            missing[other].discard(part)
            if not missing[other]:
                heapq.heappush(ready, other)
    if len(built) < len(missing):
        raise ValueError(", ".join(sorted(set(missing) - set(built))))
    return built
