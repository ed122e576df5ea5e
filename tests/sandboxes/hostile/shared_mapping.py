# expect: memory
# Pages that belong to no process alone, a modest part of them in each of many processes.
import mmap, os, time

parts = []
for _ in range(8):
    if os.fork() == 0:
        part = mmap.mmap(-1, 64 << 20)
        for position in range(0, 64 << 20, 4096):
            part[position] = 1
        time.sleep(30)
        os._exit(0)
time.sleep(30)
