# expect: done
# Nothing is left behind but the rights of the folders themselves.
import os

places = [os.open(place, os.O_PATH) for place in (os.getcwd(), os.environ["TMPDIR"])]
try:
    places.append(os.open("/dev/shm", os.O_PATH))
except OSError:
    pass
for place in places:
    try:
        os.chmod(f"/proc/self/fd/{place}", 0)
    except OSError:
        pass
for path in (os.getcwd(), os.environ["TMPDIR"], "/dev/shm"):
    try:
        os.chmod(path, 0)
    except OSError:
        pass
