"""Write what an image of toolchains is made of, and print the packages that it needs."""

import shlex
import sys
from pathlib import Path

from grader.languages import base

CI = ("js", "cpp", "java", "go", "rs", "php", "rb", "pl", "lua", "sh")


def main(folder: Path, names: list[str]) -> None:
    languages = [base.load(name) for name in names or CI]
    for each in languages:
        place = folder / "toolchain" / each.name
        place.mkdir(parents=True)
        for name, text in each.toolchain.prepare_files:
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        settings = [
            shlex.join(("export", f"{name}={value}")) for name, value in each.toolchain.environment
        ]
        commands = [shlex.join(command) for command in each.toolchain.prepare]
        (place / "toolchain.sh").write_text("\n".join([*settings, *commands, ""]), "utf-8")
    packages = {word for each in languages for word in each.toolchain.packages.split()}
    print(" ".join(sorted(packages)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
