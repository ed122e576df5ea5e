def check(candidate):
    assert candidate(0) == 0
    assert candidate(15) == 0, "15 minutes are still free"
    assert candidate(16) == 120
    assert candidate(30) == 120, "30 minutes are one half-hour"
    assert candidate(31) == 240
    assert candidate(6 * 60) == 1440
    assert candidate(6 * 60 + 1) == 1500, "the cap of a day"
    assert candidate(23 * 60) == 1500
    assert candidate(24 * 60) == 1500
    assert candidate(24 * 60 + 1) == 1620, "free minutes are for the beginning only"
    assert candidate(24 * 60 + 30) == 1620
    assert candidate(24 * 60 + 31) == 1740
    assert candidate(3 * 24 * 60) == 4500
    assert candidate(3 * 24 * 60 + 10 * 60) == 6000
    try:
        candidate(-1)
    except ValueError:
        pass
    else:
        raise AssertionError("a negative number raises ValueError")
