# expect: done
# in bare: memory | done
import os

total = 0
for place in (os.getcwd(), os.environ["TMPDIR"], "/dev/shm"):
    try:
        for number in range(40):
            with open(f"{place}/{number}", "wb") as file:
                for _ in range(16):
                    total += file.write(bytes(1 << 20))
    except OSError:
        pass
assert total < 200 << 20, total
