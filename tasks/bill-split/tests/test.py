def check(candidate):
    assert candidate(100, [1, 1, 1]) == [34, 33, 33]
    assert candidate(0, [3, 4]) == [0, 0]
    assert candidate(7, [1]) == [7]
    assert candidate(10, [1, 0, 1]) == [5, 0, 5]
    assert candidate(5, [0, 1, 1]) == [0, 3, 2]
    assert candidate(100, [1, 2, 4]) == [14, 29, 57], "who lost most comes first"
    assert candidate(101, [1, 1]) == [51, 50]
    assert candidate(2, [1, 1, 1, 1]) == [1, 1, 0, 0]
    assert candidate(11, [3, 3, 1]) == [5, 5, 1]
    huge = 10**30 + 1
    assert candidate(huge, [1, 1]) == [10**30 // 2 + 1, 10**30 // 2], "exact beyond floats"
    weights = [5, 3, 9, 2, 8]
    shares = candidate(98_765, weights)
    assert sum(shares) == 98_765
    assert weights == [5, 3, 9, 2, 8], "the argument is left as it was"
    for none in ([], [0, 0]):
        try:
            candidate(10, none)
        except ValueError:
            continue
        raise AssertionError("no weight raises ValueError")
