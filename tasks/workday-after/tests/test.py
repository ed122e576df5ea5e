from datetime import date


def check(candidate):
    friday = date(2024, 5, 31)
    assert candidate(friday, 1, set()) == date(2024, 6, 3)
    assert candidate(friday, 5, set()) == date(2024, 6, 7)
    assert candidate(friday, 6, set()) == date(2024, 6, 10)
    assert candidate(friday, 1, {date(2024, 6, 3)}) == date(2024, 6, 4)
    assert candidate(friday, 1, {date(2024, 6, 1)}) == date(2024, 6, 3), "on a Saturday anyway"
    assert candidate(friday, 0, set()) == friday
    assert candidate(friday, 0, {friday}) == date(2024, 6, 3)
    assert candidate(date(2024, 6, 1), 0, set()) == date(2024, 6, 3)
    assert candidate(date(2024, 6, 1), 1, set()) == date(2024, 6, 3), "start is never counted"
    assert candidate(date(2024, 2, 28), 2, set()) == date(2024, 3, 1), "a leap year"
    closed = {date(2023, 12, 25), date(2023, 12, 26), date(2024, 1, 1)}
    assert candidate(date(2023, 12, 22), 1, closed) == date(2023, 12, 27)
    assert candidate(date(2023, 12, 22), 4, closed) == date(2024, 1, 2)
    assert len(closed) == 3, "the argument is left as it was"
