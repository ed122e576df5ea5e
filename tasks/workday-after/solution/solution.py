from datetime import date, timedelta


def workday_after(start: date, days: int, holidays: set[date]) -> date:
    """The date that is `days` working days after `start`."""
    day, left = start, days
    if days == 0:
        while not is_workday(day, holidays):
            day += timedelta(days=1)
    while left:
        day += timedelta(days=1)
        left -= is_workday(day, holidays)
    return day


def is_workday(day: date, holidays: set[date]) -> bool:
    return day.weekday() < 5 and day not in holidays
