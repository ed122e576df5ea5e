# expect: done
# The victim's rights are compared afterwards.
import os

for path in ("@VICTIM@", "@VICTIM@/kept"):
    for attack in (
        lambda: os.chmod(path, 0o4777),
        lambda: os.chmod(os.open(path, os.O_PATH), 0o4777),
        lambda: os.chmod(f"/proc/self/fd/{os.open(path, os.O_PATH)}", 0o4777),
        lambda: os.utime(path, (1, 1)),
        lambda: os.truncate(path, 1),
        lambda: os.setxattr(path, "user.mark", b"x"),
        lambda: os.rename(path, path + "-moved"),
        lambda: os.link(path, "linked"),
        lambda: open(path, "a").close(),
        lambda: os.unlink(path),
        lambda: os.symlink("/", path + "/link"),
    ):
        try:
            attack()
        except OSError:
            pass
