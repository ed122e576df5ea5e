def pick_version(available: list[str], wanted: str) -> str | None:
    """The newest version in `available` that fits `wanted`, or None."""
    if not wanted.endswith("*"):
        return wanted if wanted in available else None
    beginning = wanted[:-1]
    fitting = [version for version in available if version.startswith(beginning)]
    finished = [version for version in fitting if "-" not in version]
    return max(finished or fitting, key=age, default=None)


def age(version: str) -> tuple[list[int], int]:
    numbers, _, candidate = version.partition("-rc")
    return [int(number) for number in numbers.split(".")], int(candidate or 0)
