def check(candidate):
    assert candidate("") == -1
    assert candidate("plain text") == -1
    assert candidate("a [b]bold[/b] word") == -1
    assert candidate("[b][i]x[/i][/b]") == -1
    assert candidate("[b][i]x[/b][/i]") == 7
    assert candidate("x[/b]") == 1, "nothing is open"
    assert candidate("one[br]two") == -1, "br stands alone"
    assert candidate("[b]one[br]two[/b]") == -1
    assert candidate("[br][/br]") == 4, "br is never closed"
    assert candidate("..[b][i]x[/i]") == 2, "never closed"
    assert candidate("[a][b]") == 0, "the outermost one"
    assert candidate("[b]x[/b][i]") == 8
    assert candidate("[b][b]x[/b]") == 0
    assert candidate("list[0] [B] [a b] [] [/]") == -1, "plain text in brackets"
    assert candidate("[[b]]x[/b]") == -1
    assert candidate("[b[b]x[/b]") == -1
