# expect: timeout
# evidence: wall limit
import os, signal

os.kill(os.getpid(), signal.SIGSTOP)
