# expect: left with 1 | left with 0
# quick
import os

os.closerange(0, 1024)
