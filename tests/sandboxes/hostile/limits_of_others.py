# expect: done
import os, resource

for target in (1, os.getppid()):
    try:
        resource.prlimit(target, resource.RLIMIT_NOFILE, (1, 1))
    except OSError:
        continue
    raise AssertionError(target)
for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    soft, hard = resource.getrlimit(kind)
    assert hard != resource.RLIM_INFINITY
    try:
        resource.setrlimit(kind, (hard, hard + 1))
    except (OSError, ValueError):
        continue
    raise AssertionError(kind)
