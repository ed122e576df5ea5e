def check(candidate):
    assert candidate([]) == []
    assert candidate([("Soup", [])]) == ["1 Soup"]
    outline = [
        ("Soup", [("Onions", [("Slicing", []), ("Frying", [])]), ("Stock", [])]),
        ("Bread", []),
        ("Cake", [("Dough", [])]),
    ]
    assert candidate(outline) == [
        "1 Soup",
        "1.1 Onions",
        "1.1.1 Slicing",
        "1.1.2 Frying",
        "1.2 Stock",
        "2 Bread",
        "3 Cake",
        "3.1 Dough",
    ]
    assert candidate([("", [("In", [])]), ("Out", [])]) == ["1.1 In", "2 Out"]
    assert candidate([("A", []), ("", []), ("C", [])]) == ["1 A", "3 C"]
    assert candidate([(str(n), []) for n in range(11)])[10] == "11 10"
    deep = [("x", [])]
    for _ in range(30):
        deep = [("x", deep)]
    assert candidate(deep)[-1] == ".".join(["1"] * 31) + " x"
