# expect: raised MemoryError | raised SyntaxError | raised RecursionError | memory | signal SIGSEGV
eval("-" * 1_000_000 + "1")
