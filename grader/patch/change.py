"""One file's part of a patch."""

from enum import StrEnum

from grader.core.record import Record

SYMLINK_MODE = "120000"
SUBMODULE_MODE = "160000"


class ChangeKind(StrEnum):
    """What a patch does to a file."""

    ADD = "add"
    MODIFY = "modify"
    DELETE = "delete"
    RENAME = "rename"
    COPY = "copy"


class PatchedFile(Record):
    """What one section of a patch says, in whatever dialect; paths as the applier strips them."""

    path: str
    """Where the content ends up; for a deletion, where it was."""
    old_path: str
    """Where it came from; GNU patch takes the one of the two that exists."""
    kind: ChangeKind = ChangeKind.MODIFY
    old_mode: str = ""
    new_mode: str = ""
    """Six octal digits, as git writes them; empty where the patch is silent."""
    is_binary: bool = False
    lines: tuple[str, ...] = ()
    """Lines of the hunks as a unified diff marks them (`+`, `-`, space), without their ends."""
    first_line: int = 1
    """1-based line of the patch on which the section starts."""
    text: str = ""
    """The section, byte for byte, up to the next one."""

    @property
    def added(self) -> tuple[str, ...]:
        """Added lines, without their marks."""
        return tuple(line[1:] for line in self.lines if line.startswith("+"))

    @property
    def is_symlink(self) -> bool:
        """Whether a symbolic link results; without a new mode the old one stays."""
        mode = self.new_mode or self.old_mode
        return mode == SYMLINK_MODE and self.kind is not ChangeKind.DELETE

    @property
    def is_submodule(self) -> bool:
        """Whether the entry is another repository's commit."""
        return SUBMODULE_MODE in {self.old_mode, self.new_mode}

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that the change touches, once each."""
        return tuple(dict.fromkeys((self.path, self.old_path)))
