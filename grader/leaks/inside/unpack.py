"""Print the contents of a zip or tar file, or of what a package installer keeps of one.

Standard library, Python 3.6 or newer; runs in images. Status 1 where the file is no archive.
"""

import sys
import tarfile
import zipfile

MEMBER_BYTES = 4 << 20
TOTAL_BYTES = 256 << 20


def members(path):
    """The contents of every plain file that is not too big."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.file_size <= MEMBER_BYTES:
                    with archive.open(info) as file:
                        yield file.read(MEMBER_BYTES)
        return
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isfile() and info.size <= MEMBER_BYTES:
                yield archive.extractfile(info).read(MEMBER_BYTES)


def main(path):
    """Print until there is no more, or too much."""
    left = TOTAL_BYTES
    try:
        for data in members(path):
            left -= len(data)
            if left < 0:
                break
            sys.stdout.buffer.write(data + b"\n")
    except Exception:
        return 1
    return 0


sys.exit(main(sys.argv[1]))
