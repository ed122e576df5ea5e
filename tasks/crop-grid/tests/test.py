def check(candidate):
    assert candidate([]) == []
    assert candidate(["...", "..."]) == []
    assert candidate(["#"]) == ["#"]
    assert candidate(["....", ".#..", "...."]) == ["#"]
    assert candidate(["#..", "...", "..#"]) == ["#..", "...", "..#"], "nothing to remove"
    assert candidate([".....", ".a.b.", ".....", ".c...", "....."]) == ["a.b", "...", "c.."]
    assert candidate([".x", ".y"]) == ["x", "y"]
    assert candidate(["x.", "y."]) == ["x", "y"]
    assert candidate(["..", "xy"]) == ["xy"]
    assert candidate([". ."]) == [" "], "a blank is no background"
    lines = ["...", ".x.", "..."]
    candidate(lines)
    assert lines == ["...", ".x.", "..."], "the argument is left as it was"
