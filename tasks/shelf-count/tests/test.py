def check(candidate):
    assert candidate(0, []) == 1
    assert candidate(3, []) == 0
    assert candidate(1, [1]) == 1
    assert candidate(2, [1]) == 0, "neighbours differ"
    assert candidate(4, [1, 2, 3]) == 3
    assert candidate(4, [2, 1, 3, 3, 1]) == 3, "a width counts once"
    assert candidate(3, [1, 2]) == 2
    assert candidate(7, [5, 9]) == 0
    assert candidate(10, [1, 2, 3]) == 27
    assert candidate(31, [2, 3, 5, 7]) == 1713
    big = candidate(500, [1, 2, 3, 4])
    assert big % 1_000_007 == 232_950
