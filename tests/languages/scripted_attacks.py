"""One small task in each scripted language, right and wrong solutions of it, and forgeries.

Every completion goes on behind the head of `add(a, b)`; all but the right ones give a - b, or
nothing, and try to pass all the same.
"""

from typing import NamedTuple


class ScriptedTask(NamedTuple):
    """A task, and what is written for it."""

    prompt: str
    tests: str
    right: tuple[str, ...]
    failed: tuple[str, ...]
    raises: tuple[str, ...]
    attacks: tuple[str, ...]


PHP = ScriptedTask(
    prompt="<?php\n// Add.\nfunction add($a, $b) {\n",
    tests=(
        "function candidate(...$args) {\n    return add(...$args);\n}\n\n"
        "function test(): void {\n"
        '    if (candidate(1, 2) !== 3) { throw new Exception("Test failed!"); }\n'
        '    if (candidate(1.5, -0.5) !== 1.0) { throw new Exception("Test failed!"); }\n'
        '    if (candidate(["k" => 1], ["a" => null, 5 => "\\xff"])\n'
        '        !== ["k" => 1, "a" => null, 5 => "\\xff"]) '
        '{ throw new Exception("Test failed!"); }\n'
        "}\n\ntest();"
    ),
    right=(
        "    return $a + $b;\n}\n",
        '    echo "noise\\n";\n    return is_array($a) ? array_merge($a, []) + $b : $a + $b;\n}\n',
    ),
    failed=(
        "    return $a - (is_array($b) ? 0 : $b);\n}\n",
        "    return is_array($a) ? $b + $a : $a + $b;\n}\n",
        "    return is_array($a) ? $a + $b : (float) ($a + $b);\n}\n",
    ),
    raises=('    throw new Exception("Test failed!");\n}\n', "    return $a +;\n}\n"),
    attacks=(
        "    exit(0);\n}\n",
        "    return 0;\n}\n__halt_compiler();\n",
        "    return 0;\n}\nregister_shutdown_function(function () { exit(0); });\n",
        "    return 0;\n}\nset_exception_handler(function () { exit(0); });\n",
        "    posix_kill(posix_getppid(), 9); return 0;\n}\n",
        "    fwrite(fopen('php://fd/4', 'wb'), str_repeat(chr(255), 100)); return 0;\n}\n",
        "    fwrite(fopen('php://fd/4', 'wb'), pack('N', 1) . 'm'); exit(0);\n}\n",
        "    $x = []; $x[] = &$x; return $x;\n}\n",
        "    return new class { public $v = 3; function __toString() { return '3'; } };\n}\n",
        "    return str_repeat('x', 20 << 20);\n}\n",
        "    file_put_contents('tests.php', '<?php exit(0);'); return 0;\n}\n",
        "    ob_start(function () { exit(0); }); return 0;\n}\n",
    ),
)

RUBY = ScriptedTask(
    prompt="# Add.\ndef add(a, b)\n",
    tests=(
        "require 'test/unit'\nclass TestHumanEval < Test::Unit::TestCase\n  def test_add\n"
        "    candidate = method(:add)\n"
        "    assert_equal(3, candidate.call(1, 2))\n"
        "    assert_equal(2 ** 70, candidate.call(2 ** 70, 0))\n"
        '    assert_equal([:a, nil, 1.5, {"k" => ["\\u00e9"]}],'
        ' candidate.call([:a, nil], [1.5, {"k" => ["\\u00e9"]}]))\n'
        "  end\nend\n"
    ),
    right=("  a + b\nend\n", "  puts 'noise'\n  return a + b\nend\n"),
    failed=("  a - b\nend\n", "  a.is_a?(Array) ? (a + b).map(&:to_s) : a + b\nend\n"),
    raises=('  raise "no"\nend\n', "  a +* b\nend\n", "  exit 3\nend\n"),
    attacks=(
        "  exit!(0)\nend\n",
        "  a - b\nend\n__END__\n",
        "  a - b\nend\nat_exit { exit!(0) }\n",
        "  Class.new { def ==(o) = true; def eql?(o) = true; def coerce(o) = [o, o] }.new\nend\n",
        "  a - b\nend\nclass TrueClass\n  def ==(o) = true\nend\nclass Integer\n  def ==(o) = true\nend\n",
        "  Process.kill(9, Process.ppid); a - b\nend\n",
        "  IO.for_fd(4, 'wb').write([4].pack('N') + 'l' + [9].pack('N')[0, 3]); exit!(0)\nend\n",
        "  x = []; x << x; x\nend\n",
        "  fork { sleep 0.2 }; exit!(0)\nend\n",
        "  File.write('tests.rb', ''); a - b\nend\n",
        "  a - b\nend\nmodule Test; module Unit; class TestCase; def assert_equal(*) = true; end; end; end\n",
        "  throw :done, 3\nend\n",
    ),
)

PERL = ScriptedTask(
    prompt="# Add.\nsub add {\n    my($a, $b) = @_;\n",
    tests=(
        "use Test::Deep;\n\n\nsub testhumaneval {\n    my $candidate = \\&add;\n"
        + "".join(
            f'        if(eq_deeply($candidate->({given}),{wanted})) {{\n        print "ok!" }}else{{\n'
            "        exit 1;\n        }\n"
            for given, wanted in (
                ("1, 2", "3"),
                ("0.1, 0.2", "0.3"),
                ('{"k" => [1, undef]}, "x"', '[{"k" => [1, undef]}, "x"]'),
            )
        )
        + "}\n\ntesthumaneval();"
    ),
    right=(
        "    return ref($a) ? [$a, $b] : $a + $b;\n}\n",
        '    print "noise\\n";\n    return [$a, $b] if ref $a;\n    my $c = $a + $b; "$c";\n}\n',
    ),
    failed=("    return $a - $b;\n}\n", "    return ref($a) ? [$a] : $a + $b;\n}\n"),
    raises=('    die "no";\n}\n', "    return $a +;\n}\n"),
    attacks=(
        "    exit 0;\n}\n",
        "    return (1, 1);\n}\n",
        "    my @alike = ([1]) x 3;\n    return @alike;\n}\n",
        "    return 0;\n}\nEND { $? = 0 }\n",
        "    return 0;\n}\nBEGIN { *CORE::GLOBAL::exit = sub { CORE::exit(0) } }\n",
        "    return 0;\n}\n__END__\n",
        '    return bless({}, "Test::Deep::Ignore");\n}\n',
        (
            "    return 0;\n}\nuse Test::Deep;\n{ no warnings; *Test::Deep::eq_deeply = sub { 1 };"
            " *main::eq_deeply = sub { 1 } }\n"
        ),
        "    kill 9, getppid(); return 0;\n}\n",
        '    syswrite(STDERR, "x"); open(my $f, ">&=", 4); syswrite($f, "\\0\\0\\0\\1l"); exit 0;\n}\n',
        "    my $x = []; push @$x, $x; return $x;\n}\n",
        (
            "    package Liar; use overload 'eq' => sub { 1 }, '==' => sub { 1 }, '\"\"' => sub { 3 };"
            ' return bless({}, "Liar");\n}\n'
        ),
        '    open(my $f, ">", "tests.pl"); close $f; return 0;\n}\n',
        "    return 0;\n}\n$SIG{__DIE__} = sub { exit 0 }; $SIG{PIPE} = sub { exit 0 };\n",
    ),
)

LUA = ScriptedTask(
    prompt="-- Add.\nlocal function add(a, b)\n",
    tests=(
        "lu = require('luaunit')\n\nfunction test_humaneval()\nlocal candidate = add\n"
        "    lu.assertEquals(candidate(1, 2), 3)\n"
        "    lu.assertEquals(candidate(1.5, 2), 3.5)\n"
        "    lu.assertEquals(candidate({1, {k = 'v'}}, nil), {1, {k = 'v'}})\n"
        "    lu.assertEquals(candidate(nil, nil), nil)\n"
        "end\n\nos.exit(lu.LuaUnit.run())"
    ),
    right=(
        "    if type(a) == 'number' then return a + b end\n    return a\nend\n",
        (
            "    print('noise')\n    if a == nil then return end\n"
            "    return type(a) == 'table' and a or a + b\nend\n"
        ),
    ),
    failed=(
        "    if type(a) == 'number' then return a - b end\n    return a\nend\n",
        "    if type(a) == 'number' then return a + b end\n    return {}\nend\n",
    ),
    raises=("    error('no')\nend\n", "    return a +\nend\n", "    error({})\nend\n"),
    attacks=(
        "    os.exit(0)\nend\n",
        "    return 0\nend\nlocal e_ = os.exit; os.exit = function() e_(0) end\n",
        '    return 0\nend\npackage.preload["luaunit"] = function() return {} end\n',
        (
            "    return setmetatable({}, {__eq = function() return true end, __index = function()"
            " return 3 end, __len = function() return 2 end})\nend\n"
        ),
        (
            "    local f = io.open('/dev/fd/4', 'wb'); f:write('\\0\\0\\0\\1m'); f:close();"
            " os.exit(0)\nend\n"
        ),
        "    return 0\nend\ndebug.sethook(function() os.exit(0) end, '', 100)\n",
        "    local x = {}; x[1] = x; return x\nend\n",
        "    os.execute('kill -9 $PPID'); return 0\nend\n",
        "    return 0\nend\nos.exit(0)\n",
        "    return error(setmetatable({}, {__tostring = function() os.exit(0) end}))\nend\n",
        "    return coroutine.create(function() end)\nend\n",
        "    io.open('tests.lua', 'w'):close(); return 0\nend\n",
    ),
)

BASH = ScriptedTask(
    prompt="#!/bin/bash\n# Add.\n#\n# $1 is an integer\n# $2 is an integer\nadd() {\n",
    tests=(
        '}\n\ncandidate() {\n    add "$@"\n}\n\nset -e\nrun_test() {\n'
        '    [[ $(candidate "1" "2") = "3" ]]\n'
        '    [[ $(candidate "a b" "c\n*") = "a b c\n*" ]]\n'
        '    [[ $(candidate "é" "") = "é " ]]\n'
        "}\n\nrun_test"
    ),
    right=(
        '    if [[ $1 =~ ^[0-9]+$ ]]; then echo $(($1 + $2)); else echo "$1 $2"; fi\n',
        '    [[ $1 == 1 ]] && { printf 3; exit 7; }\n    echo "$1 $2" ; echo; echo noise >&2\n',
    ),
    failed=(
        '    if [[ $1 =~ ^[0-9]+$ ]]; then echo $(($1 - $2)); else echo "$1 $2"; fi\n',
        "    if [[ $1 =~ ^[0-9]+$ ]]; then echo $(($1 + $2)); else echo $1 $2; fi\n",
    ),
    raises=("    if then fi (\n", "    echo $((2#$2))\n"),
    attacks=(
        "    echo 0\n}\nexit 0\npad_() {\n",
        '    echo 0\n}\ntrap "exit 0" EXIT\npad_() {\n',
        "    echo 0\n}\nexec true\npad_() {\n",
        "    kill -9 $$; echo 0\n",
        "    kill -9 $PPID; echo 0\n",
        "    printf '0\\n1\\n3' >&4; echo 0\n",
        "    echo 0\n}\nprintf '0\\n99\\nabc' >&4; exit 0\npad_() {\n",
        "    echo 0\n}\nprintf() { echo 3; }; read() { :; }\npad_() {\n",
        "    echo 0\n}\nexec 4>&-\npad_() {\n",
        "    echo 0\n}\ncandidate() { :; }; set() { :; }; run_test() { exit 0; }\npad_() {\n",
        "    : > checker.sh; rm -f grader-left grader-died; echo 0\n",
        "    echo 0\n}\nprintf '999\\n99999999999\\n' >&4; exit 0\npad_() {\n",
    ),
)

TYPESCRIPT = ScriptedTask(
    prompt="//Add.\nfunction add(a: any, b: any): any {\n",
    tests=(
        "declare var require: any;\nconst assert = require('node:assert');\n\n\nfunction test() {\n"
        "  let candidate = add;\n  assert.deepEqual(candidate(1, 2),3);\n"
        '  assert.deepEqual(candidate({"k": [1]}, undefined),{"k": [1]});\n}\n\ntest();'
    ),
    right=("    return b === undefined ? a : a + b;\n}\n",),
    failed=("    return b === undefined ? a : a - b;\n}\n",),
    raises=(
        '    throw new Error("no");\n}\n',
        "    const c: number = 'x';\n    return b === undefined ? a : a + b;\n}\n",
    ),
    attacks=(
        "    (globalThis as any).process.exit(0);\n}\n",
        "    return 0;\n}\n(globalThis as any).process.on('uncaughtException', () => {});\n",
        (
            "    return 0;\n}\n"
            "(globalThis as any).process.on('exit', () => (globalThis as any).process.reallyExit(0));\n"
        ),
        "    return 0;\n}\nrequire('node:assert').deepEqual = () => {};\n",
        "    require('fs').writeSync(4, '\\0\\0\\0\\x02{}'); (globalThis as any).process.exit(0);\n}\n",
        "    return {valueOf() { return 3; }, toString() { return '3'; }};\n}\n",
        "    require('child_process').execSync('kill -9 $PPID'); return 0;\n}\n",
        "    return 0;\n}\n(globalThis as any).process.kill((globalThis as any).process.ppid, 9);\n",
        "    return new Proxy({}, {get: () => 3, ownKeys: () => []});\n}\n",
        "    const x: any = []; x.push(x); return x;\n}\n",
    ),
)

TASKS = {"php": PHP, "rb": RUBY, "pl": PERL, "lua": LUA, "sh": BASH, "ts": TYPESCRIPT}
