# expect: signal SIGKILL
import os, signal

os.kill(os.getpid(), signal.SIGKILL)
