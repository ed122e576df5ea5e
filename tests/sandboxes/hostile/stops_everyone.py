# expect: timeout
import os, signal

if os.fork() == 0:
    os.kill(-1, signal.SIGSTOP)
    os.kill(0, signal.SIGSTOP)
while True:
    pass
