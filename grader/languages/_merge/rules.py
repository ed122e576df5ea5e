"""What stands at the margin of a program, by language. Patterns are matched at a head's start."""

from typing import NamedTuple

CLOSES = r"[})\]]|\{|else\b|elif\b|catch\b|finally\b|while\s*\(.*\)\s*;"
NEVER = r"(?!)"


class MergeRules(NamedTuple):
    """How the parts of a program are told, in one language."""

    entry: str
    """The head of the function `{name}`."""
    definition: str
    """What is kept: functions, types, constants."""
    comment: str = "//"
    block: tuple[str, str] = ("/*", "*/")
    imports: str = NEVER
    package: str = NEVER
    """What the prompt has of its own, or nobody needs: package lines, `#lang`, `<?php`."""
    dropped: str = NEVER
    """A program's start and tests, which the task has of its own."""
    attached: str = NEVER
    """Attributes and the like, which belong to the next line."""
    goes_on: str = CLOSES
    """Lines at the margin that belong to what is before them."""
    by_brackets: bool = True
    """Whether what stands in brackets at the margin goes on over lines."""
    container: str = NEVER
    """What holds functions: classes, objects, namespaces."""
    assignment: str = NEVER
    """Statements that are kept where they do not mention the function that is asked for."""
    opens: str = "{"
    """What ends the head of a function; empty: its closing parenthesis or its line."""


CPP = MergeRules(
    entry=r"(?:template\s*<.*>\s*)?[\w:<>,*&\s\[\]]+?[\s*&>]{name}\s*\(",
    definition=r"[A-Za-z_#\[]",
    imports=r"#\s*(?:include|define|pragma|if|ifdef|ifndef|endif|else|undef)\b|using\b",
    dropped=r"(?:signed\s+|static\s+)?(?:int|void|auto|signed)\s+main\s*\(",
    attached=r"template\s*<[^;{]*$|\[\[",
)
CS = MergeRules(
    entry=r"(?:\[.*\]\s*)?(?:[\w<>\[\],.?()]+\s+)+{name}\s*(?:<.*>)?\(",
    definition=r"[A-Za-z_\[]",
    imports=r"using\s+(?:static\s+)?[\w.=\s<>]+;",
    package=r"namespace\s+[\w.]+;",
    dropped=r"(?:[\w<>\[\]]+\s+)*Main\s*\(",
    attached=r"\[[^\]]*\]\s*$",
    container=r"(?:(?:public|internal|static|sealed|abstract|partial|private)\s+)*"
    r"(?:class|namespace|struct)\s+[\w.]+",
)
D = MergeRules(
    entry=r"(?:[\w!()\[\],.*]+\s+)+{name}\s*\(",
    definition=r"[A-Za-z_@]",
    imports=r"(?:static\s+|public\s+)?import\b",
    package=r"module\b",
    dropped=r"(?:void|int|auto)\s+main\s*\(|unittest\b|version\s*\(unittest\)",
    attached=r"@\w+\s*$",
    goes_on=CLOSES + r"|in\b|out\b|do\b|body\b|if\s*\(",
    opens="",
)
GO = MergeRules(
    entry=r"func\s+{name}\s*(?:\[.*\])?\(",
    definition=r"func\b|type\b|var\b|const\b",
    imports=r"import\b",
    package=r"package\b",
    dropped=r"func\s+(?:main|init)\s*\(\s*\)|func\s+(?:Test|Benchmark|Example)\w*\s*\(",
)
JAVA = MergeRules(
    entry=r"(?:@\w+\s+)*(?:[\w<>\[\],.?&]+\s+)+{name}\s*\(",
    definition=r"[A-Za-z_@]",
    imports=r"import\b",
    package=r"package\b",
    dropped=r"(?:[\w<>\[\]]+\s+)*main\s*\(",
    attached=r"@\w+(?:\(.*\))?\s*$",
    container=r"(?:(?:public|final|abstract|static|private|protected)\s+)*class\s+\w+",
)
JS = MergeRules(
    entry=r"(?:export\s+(?:default\s+)?)?(?:(?:async\s+)?function\s*\*?\s*{name}\s*[(<]"
    r"|(?:const|let|var)\s+{name}\s*[:=])",
    definition=r"(?:export\s+(?:default\s+)?)?(?:(?:async\s+)?function\b|(?:abstract\s+)?class\b|interface\b|type\s+\w+|enum\b"
    r"|declare\b)",
    imports=r"import\b|['\"]use strict",
    dropped=r"(?:const|let|var|import)\s+(?:\*\s+as\s+)?\{?\s*assert\b|declare\s+var\s+require\b"
    r"|module\.exports|exports\.|export\s*[{*]|export\s+default\s+\w+;?$|(?:describe|test|it)\(",
    assignment=r"(?:export\s+)?(?:const|let|var)\s|[\w.]+\.prototype\.",
)
LUA = MergeRules(
    entry=r"(?:local\s+)?function\s+{name}\s*\(|(?:local\s+)?{name}\s*=\s*function\b",
    definition=r"(?:local\s+)?function\b|[\w.]+\s*=\s*function\b",
    comment="--",
    block=("--[[", "]]"),
    dropped=r"(?:local\s+)?lu(?:naunit)?\s*=\s*require|function\s+test_?\w*\s*\(\s*\)|return\b",
    goes_on=r"end\b|[})\]]|else\b|elseif\b|until\b",
    by_brackets=False,
    assignment=r"local\s|\w+\s*=[^=]",
    opens="",
)
PHP = MergeRules(
    entry=r"function\s+&?\s*{name}\s*\(",
    definition=r"(?:(?:abstract|final|readonly)\s+)*(?:function\s+&?\s*\w|class\b|interface\b|trait\b|enum\b|const\b)|define\(",
    imports=r"use\s+[\w\\]+",
    package=r"<\?php|\?>|<\?|declare\(|namespace\b",
    dropped=r"function\s+(?:test|candidate|main)\s*\(|class\s+\w*Test\b",
    assignment=r"\$\w+\s*=[^=]",
)
PERL = MergeRules(
    entry=r"sub\s+{name}\b",
    definition=r"sub\s+\w|package\b|BEGIN\b",
    comment="#",
    block=("", ""),
    imports=r"use\b|no\b",
    dropped=r"sub\s+(?:main|testhumaneval)\b|use\s+Test::",
    assignment=r"(?:my|our|local)\b",
    by_brackets=False,
)
R = MergeRules(
    entry=r"{name}\s*(?:<-|=)\s*function\b",
    definition=r"[\w.]+\s*(?:<-|=)\s*function\b|set(?:Class|Generic|Method|RefClass)\(",
    comment="#",
    block=("", ""),
    imports=r"(?:suppress\w+\()?(?:library|require)\(",
    dropped=r"test_humaneval\b|library\(testthat\)",
    assignment=r"[\w.]+\s*(?:<-|=[^=])",
)
RUBY = MergeRules(
    entry=r"def\s+(?:self\.)?{name}(?![\w?!])",
    definition=r"def\b|class\b|module\b|[A-Z]\w*\s*=|Struct\b",
    comment="#",
    block=("\n=begin", "\n=end"),
    imports=r"require\b|require_relative\b|include\b",
    dropped=r"class\s+\w+\s*<\s*(?:Test::Unit|Minitest)|require\s+['\"](?:minitest|test/unit|rspec)",
    goes_on=r"end\b|[})\]]|else\b|elsif\b|rescue\b|ensure\b|when\b",
    by_brackets=False,
    assignment=r"\$?\w+\s*=[^=~]",
    opens="",
)
RACKET = MergeRules(
    entry=r"\(define\s+\(\s*{name}[\s)]|\(define\s+{name}[\s)]",
    definition=r"\((?:define|struct)",
    comment=";",
    block=("#|", "|#"),
    imports=r"\(require\b",
    package=r"#lang\b|\(provide\b",
    dropped=r"\(define\s+\((?:main|test-humaneval)\b",
    goes_on=r"[)\]]",
    by_brackets=False,
    opens="",
)
RUST = MergeRules(
    entry=r"(?:pub(?:\(\w+\))?\s+)?(?:const\s+|unsafe\s+)?fn\s+{name}\s*[(<]",
    definition=r"(?:pub(?:\(\w+\))?\s+)?(?:const\b|static\b|unsafe\b|fn\b|struct\b|enum\b|impl\b|trait\b|type\b|mod\b"
    r"|macro_rules!)",
    imports=r"(?:pub\s+)?use\b|extern\s+crate\b|#!\[",
    dropped=r"(?:pub\s+)?fn\s+main\s*\(|mod\s+tests?\b",
    attached=r"#\[",
    goes_on=CLOSES + r"|where\b",
)
SCALA = MergeRules(
    entry=r"(?:[\w\[\]]+\s+)*def\s+{name}\s*[(\[]",
    definition=r"(?:[\w\[\]@]+\s+)*(?:def|val|var|lazy|type|class|object|trait|case)\b",
    imports=r"import\b",
    package=r"package\b",
    dropped=r"(?:[\w\[\]]+\s+)*def\s+main\s*\(|object\s+\w+\s+extends\s+App\b",
    attached=r"@\w+.*$",
    container=r"(?:case\s+)?(?:object|class)\s+\w+",
)
BASH = MergeRules(
    entry=r"function\s+{name}(?![\w.-])|{name}\s*\(\s*\)",
    definition=r"(?:function\s+[\w.-]+|[\w.-]+\s*\(\s*\))",
    comment="#",
    block=("", ""),
    dropped=r"(?:function\s+)?(?:main|run_test|candidate)\s*\(\s*\)",
    goes_on=r"[})]|\{|done\b|fi\b|esac\b|else\b|elif\b|then\b|do\b|EOF\b",
    by_brackets=False,
    assignment=r"(?:declare|export|readonly|typeset|shopt|local)\b|\w+\+?=",
)
RULES = {
    "cpp": CPP, "cs": CS, "d": D, "go": GO, "java": JAVA, "js": JS, "lua": LUA, "php": PHP,
    "pl": PERL, "r": R, "rb": RUBY, "rkt": RACKET, "rs": RUST, "scala": SCALA, "sh": BASH, "ts": JS,
}  # fmt: skip
