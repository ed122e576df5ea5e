import sys
from collections import deque


def main() -> None:
    urgent: deque[tuple[str, int]] = deque()
    waiting: deque[tuple[str, int]] = deque()
    tickets = 0
    for line in sys.stdin:
        match line.split():
            case ["take" | "urgent" as command, name]:
                tickets += 1
                (urgent if command == "urgent" else waiting).append((name, tickets))
                print(f"{name}: {tickets}")
            case ["next"]:
                queue = urgent or waiting
                print("{} ({})".format(*queue.popleft()) if queue else "nobody")
            case ["leave", name]:
                before = len(urgent) + len(waiting)
                urgent = deque(person for person in urgent if person[0] != name)
                waiting = deque(person for person in waiting if person[0] != name)
                print(before - len(urgent) - len(waiting))
            case _:
                pass


main()
