# expect: timeout
# evidence: cpu limit | wall limit
# A program that lets everybody pass must not look like the victim of a busy host.
import os

for which, who in ((os.PRIO_USER, 0), (os.PRIO_PROCESS, 0), (os.PRIO_PROCESS, 1),
                   (os.PRIO_PROCESS, os.getppid())):
    try:
        os.setpriority(which, who, 19)
    except OSError:
        pass
try:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
except OSError:
    pass
while True:
    pass
