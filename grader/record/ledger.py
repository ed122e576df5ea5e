"""Which samples a journal holds: eight bytes for each, whatever the number of tasks."""

from array import array

SLACK = 1024
"""How far beyond twice its length a task's array may jump; a stray huge index goes to a table."""


class Ledger:
    """(task, index) → a number below 2**64, 0 where there is none."""

    def __init__(self) -> None:
        self._dense: dict[str, array[int]] = {}
        self._sparse: dict[tuple[str, int], int] = {}
        self.count = 0
        """Keys whose number is not 0."""

    def put(self, task_id: str, index: int, *, value: int) -> int:
        """Store `value` and return what was there before."""
        numbers = self._dense.get(task_id)
        if numbers is None:
            numbers = self._dense.setdefault(task_id, array("Q"))
        size = len(numbers)
        if index > 2 * size + SLACK:
            before = self._sparse.get((task_id, index), 0)
            self._sparse[task_id, index] = value
        elif index < size:
            before, numbers[index] = numbers[index], value
            if not before and self._sparse:
                before = self._sparse.pop((task_id, index), 0)
        else:
            numbers.frombytes(bytes(8 * (index + 1 - size)))
            numbers[index] = value
            before = self._sparse.pop((task_id, index), 0) if self._sparse else 0
        self.count += bool(value) - bool(before)
        return before

    def get(self, task_id: str, index: int) -> int:
        """The number of a key, 0 where there is none."""
        numbers = self._dense.get(task_id, ())
        if index < len(numbers) and numbers[index]:
            return numbers[index]
        return self._sparse.get((task_id, index), 0) if self._sparse else 0


def mark(sample_digest: str) -> int:
    """A sample's digest (at most 16 hex digits) as a number that is never 0."""
    return int(sample_digest or "0", 16) or 1
