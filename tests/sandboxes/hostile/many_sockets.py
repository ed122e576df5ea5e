# expect: memory
# in bare: done | memory | timeout
# Kernel buffers are in nobody's resident memory.
import os, socket, time

for _ in range(20):
    if os.fork() == 0:
        kept = []
        try:
            while True:
                pair = socket.socketpair()
                for end in pair:
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(bytes(65536))
                    except BlockingIOError:
                        pass
                kept.append(pair)
        except OSError:
            pass
        time.sleep(5)
        os._exit(0)
time.sleep(5)
