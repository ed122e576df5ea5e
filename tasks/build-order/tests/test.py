def check(candidate):
    assert candidate({}) == []
    assert candidate({"a": []}) == ["a"]
    assert candidate({"roof": ["wall"], "door": ["wall"]}) == ["wall", "door", "roof"]
    assert candidate({"a": ["c"], "b": []}) == ["b", "c", "a"]
    assert candidate({"z": [], "b": ["z"], "y": []}) == ["y", "z", "b"]
    assert candidate({"b": [], "a": ["b"], "c": []}) == ["b", "a", "c"], "a is next once it can be"
    assert candidate({"a": ["b", "b"], "b": []}) == ["b", "a"], "needed twice is needed"
    chain = {f"p{n:03}": [f"p{n + 1:03}"] for n in range(400)}
    assert candidate(chain) == [f"p{n:03}" for n in range(400, -1, -1)]
    needs = {"x": ["y"], "y": ["z"]}
    candidate(needs)
    assert needs == {"x": ["y"], "y": ["z"]}, "the argument is left as it was"
    circles = [
        ({"a": ["a"]}, "a"),
        ({"b": ["a"], "a": ["b"], "c": []}, "a, b"),
        ({"a": ["b"], "b": ["a"], "top": ["a"], "free": []}, "a, b, top"),
    ]
    for circle, names in circles:
        try:
            candidate(circle)
        except ValueError as error:
            assert str(error) == names, f"the message names {names}"
        else:
            raise AssertionError("a circle raises ValueError")
