def check(candidate):
    assert candidate([]) == {}
    assert candidate([[("Egg", 2, "pc")], [], [("egg", 3, "pc")]]) == {"egg": "5 pc"}
    assert candidate([[("flour", 500, "g"), ("flour", 1, "kg")]]) == {"flour": "1500 g"}
    assert candidate([[("flour", 500, "g")], [("FLOUR", 1500, "g")]]) == {"flour": "2 kg"}
    assert candidate([[("milk", 250, "ml")] * 4]) == {"milk": "1 l"}
    assert candidate([[("milk", 1, "l"), ("milk", 1, "ml")]]) == {"milk": "1001 ml"}
    assert candidate([[("egg", 1000, "pc")]]) == {"egg": "1000 pc"}, "pieces stay pieces"
    assert candidate([[("salt", 10, "kg")]]) == {"salt": "10 kg"}
    mixed = candidate([[("Zest", 1, "pc"), ("apple", 3, "pc")], [("Milk", 5, "ml")]])
    assert list(mixed.items()) == [("apple", "3 pc"), ("milk", "5 ml"), ("zest", "1 pc")]
    for clash in ([("egg", 1, "pc"), ("Egg", 60, "g")], [("oil", 1, "l"), ("oil", 1, "kg")]):
        try:
            candidate([clash])
        except ValueError:
            continue
        raise AssertionError("two kinds of measure raise ValueError")
