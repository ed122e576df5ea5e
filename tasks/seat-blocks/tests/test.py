def check(candidate):
    assert candidate([]) == []
    assert candidate(["C4"]) == ["C4"]
    assert candidate(["A3", "A1", "A2", "B3"]) == ["A1-A3", "B3"]
    assert candidate(["A1", "A3"]) == ["A1", "A3"]
    assert candidate(["A10", "A9"]) == ["A9-A10"], "numbers are not text"
    assert candidate(["A10", "A2"]) == ["A2", "A10"]
    assert candidate(["B1", "A2", "A1", "B2"]) == ["A1-A2", "B1-B2"]
    assert candidate(["A2", "B3"]) == ["A2", "B3"], "a block stays in its row"
    assert candidate(["D5", "D5", "D6", "D5"]) == ["D5-D6"], "a seat counts once"
    assert candidate(["Z99", "Z100", "Z101", "Z103"]) == ["Z99-Z101", "Z103"]
    seats = ["A2", "A1"]
    candidate(seats)
    assert seats == ["A2", "A1"], "the argument is left as it was"
