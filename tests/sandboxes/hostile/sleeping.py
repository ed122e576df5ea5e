# expect: timeout
# evidence: wall limit
import time

time.sleep(60)
