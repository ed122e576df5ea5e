def check(candidate):
    assert candidate([]) == 0
    assert candidate(["09:00-12:00"]) == 180
    assert candidate(["09:00-12:00", "11:00-13:30"]) == 270
    assert candidate(["11:00-13:30", "09:00-12:00"]) == 270, "in any order"
    assert candidate(["09:00-10:00", "10:00-11:00"]) == 120
    assert candidate(["09:00-17:00", "10:00-11:00"]) == 480, "one within the other"
    assert candidate(["22:00-06:00"]) == 480, "past midnight"
    assert candidate(["22:00-06:00", "05:00-07:00"]) == 540
    assert candidate(["22:00-06:00", "23:00-23:30"]) == 480
    assert candidate(["08:00-08:00"]) == 1440, "a whole day"
    assert candidate(["08:00-08:00", "12:00-13:00"]) == 1440
    assert candidate(["00:00-00:01", "23:59-00:00"]) == 2
    assert candidate(["20:00-04:00", "03:00-21:00"]) == 1440
