def check(candidate):
    assert candidate("5") == 5
    assert candidate(" -12 ") == -12
    assert candidate("(add 1 (mul 2 3))") == 7
    assert candidate("(add)") == 0
    assert candidate("(mul)") == 1
    assert candidate("(mul 2 3 4)") == 24
    assert candidate("(sub 2 5)") == -3, "the order of arguments matters"
    assert candidate("( neg(add 1 1) )") == -2
    assert candidate("(add(mul 2 2)(sub 9 4)\t-1)") == 8
    assert candidate("(add " * 50 + "1" + " 1)" * 50) == 51
    wrong = ["", "()", "(add 1", "1)", "1 2", "(pow 2 3)", "(sub 1)", "(sub 1 2 3)", "(neg)"]
    wrong += ["add", "(add 1.5)", "(1 2)", "(neg 1 2)", "((add) 1)", "(add x)", "--1"]
    for text in wrong:
        try:
            value = candidate(text)
        except ValueError:
            continue
        raise AssertionError(f"{text!r} is no expression, but gave {value!r}")
