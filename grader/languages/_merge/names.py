"""What the function is called that a prompt ends with."""

import re

PATTERNS = {
    "cpp": r"([A-Za-z_]\w*)\s*\((?:[^;{}()]|\([^()]*\))*\)\s*(?:const\s*)?\{\s*\Z",
    "cs": r"([A-Za-z_]\w*)\s*\((?:[^;{}()]|\([^()]*\))*\)\s*\{\s*\Z",
    "d": r"([A-Za-z_]\w*)\s*\((?:[^;{}()]|\([^()]*\))*\)\s*\{?\s*\Z",
    "go": r"func\s+(\w+)\s*\(",
    "java": r"([A-Za-z_]\w*)\s*\((?:[^;{}()]|\([^()]*\))*\)\s*(?:throws\s+[\w,\s.]+)?\{\s*\Z",
    "js": r"(?:function\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)\s*=)",
    "ts": r"(?:function\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)\s*=)",
    "lua": r"function\s+(\w+)\s*\(",
    "php": r"function\s+&?\s*(\w+)\s*\(",
    "pl": r"^[ \t]*sub\s+(\w+)",
    "r": r"([\w.]+)\s*<-\s*function\b",
    "rb": r"^[ \t]*def\s+([\w?!]+)",
    "rkt": r"\(define\s+\(([^\s()]+)",
    "rs": r"fn\s+(\w+)\s*[(<]",
    "scala": r"def\s+(\w+)\s*[(\[]",
    "sh": r"^(?:function\s+)?([\w.-]+)\s*\(\s*\)",
}


def entry_point(language: str, text: str) -> str:
    """The last function that a prompt (or HumanEval-X's declaration) begins; '' where none is."""
    found = ""
    for match in re.finditer(PATTERNS.get(language, r"(?!)"), text, re.MULTILINE):
        found = next(each for each in match.groups() if each)
    return found
