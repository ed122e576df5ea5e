# expect: memory | done
# Anonymous files that nobody maps are in no process' resident memory.
import os

files, total = [], 0
try:
    for number in range(100):
        files.append(os.memfd_create(str(number)))
        for _ in range(32):
            total += os.write(files[-1], bytes(1 << 20))
except OSError:
    pass
assert total < 1 << 30, total
