from datetime import date


def workday_after(start: date, days: int, holidays: set[date]) -> date:
    """The date that is `days` working days after `start`.

    >>> workday_after(date(2024, 5, 31), 1, set())
    datetime.date(2024, 6, 3)
    """
