import math
import re


def calculate(text: str) -> int:
    """Evaluate an expression in prefix notation."""
    words = re.findall(r"[()]|[^\s()]+", text)
    value, rest = evaluate(words)
    if rest:
        raise ValueError(f"something follows the expression: {rest[0]}")
    return value


def evaluate(words: list[str]) -> tuple[int, list[str]]:
    if not words:
        raise ValueError("the text ends too early")
    if words[0] != "(":
        if not re.fullmatch(r"-?[0-9]+", words[0]):
            raise ValueError(f"no number: {words[0]}")
        return int(words[0]), words[1:]
    if len(words) == 1:
        raise ValueError("the text ends too early")
    operation, rest = words[1], words[2:]
    arguments: list[int] = []
    while rest and rest[0] != ")":
        value, rest = evaluate(rest)
        arguments.append(value)
    if not rest:
        raise ValueError("a bracket is not closed")
    return apply(operation, arguments), rest[1:]


def apply(operation: str, arguments: list[int]) -> int:
    match operation, arguments:
        case "add", _:
            return sum(arguments)
        case "mul", _:
            return math.prod(arguments)
        case "sub", [first, second]:
            return first - second
        case "neg", [only]:
            return -only
    raise ValueError(f"{operation} does not take {len(arguments)} arguments")
