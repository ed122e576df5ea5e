"""One small task in R, Racket, D and Scala, right and wrong solutions of it, and forgeries.

As in `scripted_attacks`: all but the right ones compute something else, or nothing, and try to pass
all the same.
"""

from tests.languages.scripted_attacks import ScriptedTask

R = ScriptedTask(
    prompt="# Add.\nadd <- function(a, b) {",
    tests=(
        "test_humaneval <- function() {\n    candidate <- add\n"
        "    stopifnot(isTRUE(all.equal(candidate(1, 2), 3)))\n"
        "    stopifnot(isTRUE(all.equal(candidate(c(x = 1L, y = NA), 1L), c(x = 2L, y = NA))))\n"
        '    stopifnot(isTRUE(all.equal(candidate(list(1, "\\u00e9", NULL, NA), NULL),'
        ' list(1, "\\u00e9", NULL, NA))))\n'
        '    stopifnot(isTRUE(all.equal(candidate(factor(c("b", "a")), NULL), factor(c("b", "a")))))\n'
        "    stopifnot(isTRUE(all.equal(candidate(matrix(1:4, 2), 1i), matrix(1:4 + 1i, 2))))\n"
        "}\ntest_humaneval()"
    ),
    right=(
        "\n  if (is.null(b)) return(a)\n  a + b\n}\n",
        '\n  cat("noise\\n")\n  send(a, b)\n}\nsend <- function(a, b) if (is.null(b)) a else a + b\n',
    ),
    failed=(
        "\n  if (is.null(b)) return(a)\n  a - b\n}\n",
        "\n  if (is.null(b)) return(unclass(a))\n  as.vector(a + b)\n}\n",
        "\n  structure(3, class = 'integer64')\n}\n",
    ),
    raises=("\n  stop('no')\n}\n", "\n  a +* b\n}\n", "\n  quit(status = 3)\n}\n", "\n  add(a, b)\n}\n"),
    attacks=(
        "\n  quit(status = 0)\n}\n",
        "\n  0\n}\nisTRUE <- function(x) TRUE\nstopifnot <- function(...) NULL\n",
        "\n  structure(list(), class = 'any_')\n}\nall.equal.any_ <- function(target, current, ...) TRUE\n",
        "\n  0\n}\nunlockBinding('stopifnot', baseenv())\nassign('stopifnot', function(...) NULL, baseenv())\n",
        "\n  stop('x')\n}\noptions(error = quote(quit(status = 0)))\n",
        "\n  0\n}\nreg.finalizer(globalenv(), function(e) quit(status = 0), onexit = TRUE)\n",
        "\n  f <- file('/dev/fd/4', 'wb', raw = TRUE); writeBin(as.raw(c(127, 1, 1, 1)), f); close(f)\n  quit(status = 0)\n}\n",
        "\n  f <- file('/dev/fd/4', 'wb', raw = TRUE); writeBin(as.raw(c(0, 0, 0, 3, 118, 115, 255)), f); close(f)\n  0\n}\n",
        "\n  system('kill -9 $PPID'); 0\n}\n",
        "\n  function(...) TRUE\n}\n",
        "\n  new.env()\n}\n",
        "\n  structure(list(3), class = 'data.frame', row.names = 1L)\n}\n",
        "\n  x <- 3; attr(x, 'srcref') <- globalenv(); attr(x, 'x') <- x; x\n}\n",
        "\n  x <- list(); for (i in 1:500) x <- list(x); x\n}\n",
        "\n  writeLines('quit(status = 0)', 'tests.R'); 0\n}\n",
        "\n  strrep('x', 20e6)\n}\n",
        "\n  quote(x)\n}\n",
    ),
)  # fmt: skip

RACKET = ScriptedTask(
    prompt="#lang racket\n\n;; Add.\n(define (add a b)\n",
    tests=(
        "(require rackunit)\n\n(define (test-humaneval) \n\n  (let (( candidate add))\n"
        "    (check-within (candidate 1 2) 3 0.001)\n"
        "    (check-within (candidate 1/3 0.5) 0.8333 0.001)\n"
        '    (check-within (candidate (list 1 "\\u00e9" #\\a \'b (void)) #f)'
        ' (list 1 "\\u00e9" #\\a \'b (void)) 0.001)\n'
        '    (check-within (candidate #hash(("a" . 1)) #f) #hash(("a" . 1)) 0.001)\n'
        "    (check-within (candidate (vector 1.5 (set 1)) #f) (vector 1.5 (set 1)) 0.001)\n"
        "))\n\n(test-humaneval)"
    ),
    right=(
        "  (if b (+ a b) a))\n",
        '  (displayln "noise")\n  (send a b))\n(define (send a b) (if b (+ a b) a))\n',
    ),
    failed=("  (if b (- a b) a))\n", "  (if b (+ a b) '()))\n"),
    raises=('  (error "no"))\n', "  (if b (+ a b) a)\n", "  (exit 3))\n", "  (raise 'no))\n", "  (values 3 3))\n"),
    attacks=(
        "  (exit 0))\n",
        "  0)\n(exit 0)\n",
        "  0)\n(current-error-port (open-output-nowhere))\n",
        "  0)\n(define-syntax-rule (check-within a b c) (void))\n",
        '  (error "x"))\n(uncaught-exception-handler (lambda (e) (exit 0)))\n',
        "  (lie))\n(struct lie () #:property prop:equal+hash (list (lambda (a b r) #t) (lambda (a r) 1) (lambda (a r) 1)))\n",
        "  (lie 3))\n(struct lie (v) #:prefab)\n",
        "  (let ([f (open-output-file \"/dev/fd/4\" #:exists 'append)]) (write-bytes (bytes 127 0 0 0) f) (close-output-port f) (exit 0)))\n",
        "  (let ([f (open-output-file \"/dev/fd/4\" #:exists 'append)]) (write-bytes (bytes 0 0 0 2 61 108) f) (close-output-port f) 0))\n",
        "  (let ([v (make-vector 1 0)]) (vector-set! v 0 v) v))\n",
        '  (system "kill -9 $PPID") 0)\n',
        "  (lambda args 3))\n",
        "  (raise (lambda () (exit 0))))\n",
        "  (make-string 20000000 #\\x))\n",
        '  (with-output-to-file "tests.rkt" #:exists \'replace (lambda () (display "#lang racket"))) 0)\n',
        "  0)\n#;\n",
        "  0)\n(module+ main (exit 0))\n(thread (lambda () (exit 0)))\n",
    ),
)  # fmt: skip

D = ScriptedTask(
    prompt="import std.math;\nimport std.typecons;\n/*\n Add (both numbers).\n*/\nlong add(long a, long b) \n",
    tests=(
        "unittest\n{\n    alias candidate = add;\n\n    assert(candidate(1L, 2L) == 3L);\n"
        "    assert(candidate(-5L, 2L) == -3L);\n}\nvoid main(){}"
    ),
    right=("{\n    return a + b;\n}\n", '{\n    import std.stdio;\n    writeln("noise");\n    return b + a;\n}\n'),
    failed=("{\n    return a - b;\n}\n",),
    raises=(
        '{\n    throw new Exception("no");\n}\n', "{\n    return a +* b;\n}\n", '{\n    return "3";\n}\n',
        "{\n    assert(false);\n}\n",
    ),
    attacks=(
        "{\n    import core.stdc.stdlib; exit(0);\n}\n",
        "{\n    return 0;\n}\nshared static this() { import core.stdc.stdlib; exit(0); }\n",
        "{\n    return 0;\n}\nshared static ~this() { import core.stdc.stdlib; _Exit(0); }\n",
        "{\n    return 0;\n}\nversion (none):\n",
        "{\n    return 0;\n}\nvoid main(){}\n__EOF__\n",
        "{\n    return 0;\n}\nextern (C) int main() { return 0; }\n",
        "{\n    return 0;\n}\nshared static this() { import core.exception; assertHandler = (string f, size_t l, string m) nothrow {}; }\n",
        "{\n    return 0;\n}\nstruct graderwire { static void serve(alias f)() {} }\n",
        "{\n    import core.sys.posix.unistd; ubyte[4] m = 127; write(4, m.ptr, 4); _exit(0);\n}\n",
        "{\n    import core.sys.posix.unistd; ubyte[6] m = [0, 0, 0, 2, '=', 3]; write(4, m.ptr, 6); return 0;\n}\n",
        "{\n    import core.sys.posix.signal, core.sys.posix.unistd; kill(getppid(), 9); return 0;\n}\n",
        "{\n    throw new class Exception { this() { super(null); } override string toString() { import core.stdc.stdlib; exit(0); return null; } };\n}\n",
        "{\n    long* p = null; return *p;\n}\n",
    ),
)  # fmt: skip

SCALA = ScriptedTask(
    prompt=(
        "import scala.math._\nimport scala.collection.mutable._\nobject Problem {\n    // Add (both).\n"
        "    def add(a : Long, b : Long) : Option[Map[String,Long]] = {\n"
    ),
    tests=(
        "    }\n    def main(args: Array[String]) = {\n"
        '    assert(add((1l), (2l)).equals(Some(Map[String,Long]("x" -> 3l))));\n'
        "    assert(add((0l), (0l)).equals(None));\n    }\n\n}\n"
    ),
    right=('        println("noise")\n        if (a == 0) None else Some(Map("x" -> (a + b)))\n',),
    failed=('        if (a == 0) None else Some(Map("x" -> (a - b)))\n',),
    raises=('        throw new RuntimeException("no")\n', "        a +* b\n"),
    attacks=(
        "        sys.exit(0)\n",
        "        None\n    }\n    Runtime.getRuntime.halt(0)\n    def pad(): Unit = {\n",
        "        None\n    }\n    def assert(b: Boolean): Unit = ()\n    def pad(): Unit = {\n",
        "        Some(new HashMap[String, Long] { override def equals(o: Any) = true; override def hashCode = 1 })\n",
        "        None\n    }\n    object GraderWire { trait Function; def serve(f: Any): Unit = () }\n    def pad(): Unit = {\n",
        "        new Thread { override def run() = Runtime.getRuntime.halt(0) }.start(); None\n",
        '        val f = new java.io.FileOutputStream("/proc/self/fd/4"); f.write(scala.Array[Byte](0, 0, 0, 2, 118, 108)); sys.exit(0)\n',
        '        throw new Error { override def toString = { sys.exit(0); "" } }\n',
    ),
)  # fmt: skip

OTHERS = {"r": R, "rkt": RACKET, "d": D, "scala": SCALA}
