# expect: signal SIGSEGV | raised RecursionError | raised MemoryError | memory
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return repr([self])

    def __repr__(self):
        return repr([self])


repr(Deep())
