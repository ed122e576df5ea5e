# expect: raised ValueError
raise ValueError("x" * 10_000_000)
