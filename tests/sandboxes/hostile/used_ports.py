# expect: done
# in bare: raised PermissionError
# Connections that the kernel remembers after their end.
import socket

server = socket.socket()
server.bind(("127.0.0.1", 45678))
server.listen()
client = socket.create_connection(("127.0.0.1", 45678))
there, _ = server.accept()
there.close()
client.close()
