# expect: done
# When memory runs out, the kernel takes the program and not what watches it.
assert open("/proc/self/oom_score_adj").read() == "1000\n"
try:
    open("/proc/self/oom_score_adj", "w").write("0")
except OSError:
    pass
assert open("/proc/self/oom_score_adj").read() == "1000\n"
