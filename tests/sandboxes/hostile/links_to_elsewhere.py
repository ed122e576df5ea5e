# expect: done
# Whoever tidies up must not follow these.
import os

os.makedirs("a/b")
for number, target in enumerate(("@VICTIM@", "@VICTIM@/kept", "..", "/")):
    os.symlink(target, f"link{number}")
    os.symlink(target, f"a/b/link{number}")
    os.symlink(target, f"{os.environ['TMPDIR']}/link{number}")
