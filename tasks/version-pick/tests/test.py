def check(candidate):
    assert candidate([], "*") is None
    assert candidate(["1.0.0"], "1.0.0") == "1.0.0"
    assert candidate(["1.0.0"], "1.0.1") is None
    assert candidate(["1.9.0", "1.10.0", "2.0.0-rc1"], "*") == "1.10.0"
    assert candidate(["1.9.0", "1.10.0", "2.0.0-rc1"], "2.*") == "2.0.0-rc1"
    assert candidate(["1.2.0", "11.0.0"], "1.*") == "1.2.0", "1.* is not 11"
    assert candidate(["1.1.5", "1.10.4"], "1.1.*") == "1.1.5", "1.1.* is not 1.10"
    assert candidate(["1.1.0", "2.2.2"], "3.*") is None
    assert candidate(["1.0.0-rc2", "1.0.0-rc10"], "1.0.*") == "1.0.0-rc10"
    assert candidate(["1.0.0-rc2", "1.0.0"], "1.0.0-rc2") == "1.0.0-rc2"
    assert candidate(["1.0.0-rc2"], "1.0.0") is None
    assert candidate(["0.9.0", "1.0.0-rc1"], "*") == "0.9.0", "finished before candidates"
    assert candidate(["1.0.1-rc1", "1.0.0-rc9"], "*") == "1.0.1-rc1"
    assert candidate(["10.0.0", "9.9.9"], "*") == "10.0.0"
