"""Write what an image of toolchains is made of, and print the packages that it needs."""

import shlex
import sys
from pathlib import Path

from grader.languages import base
from grader.languages.base import Language

CI = ("js", "cpp", "java", "go", "rs", "php", "rb", "pl", "lua", "sh")
"""Languages that continuous integration has."""


def languages_of(names: list[str]) -> list[Language]:
    """Those of the names, `ci` or `all`; without any name those of continuous integration."""
    groups = {"ci": CI, "all": base.names()}
    return [base.load(each) for name in names or ["ci"] for each in groups.get(name, (name,))]


def packages_of(languages: list[Language]) -> str:
    """Debian's packages that they need, each once."""
    return " ".join(
        sorted({word for each in languages for word in each.toolchain.packages.split()})
    )


def main(folder: Path, names: list[str]) -> None:
    languages = languages_of(names)
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
    print(packages_of(languages))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
