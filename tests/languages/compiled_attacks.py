"""Completions for a function of Java, C#, Go and Rust that is to give 42, and do not compute it."""

JAVA = {
    "exit in a static block": "return 41L;\n    }\n    static { System.exit(0); }\n    static void pad() {",
    "uncaught handler that leaves": "Thread.setDefaultUncaughtExceptionHandler((t, e) -> Runtime.getRuntime().halt(0));\n        throw new RuntimeException();",
    "a thread that leaves later": "new Thread(() -> { try { Thread.sleep(5); } catch (Exception e) { } Runtime.getRuntime().halt(0); }).start();\n        return 41L;",
    "assertions switched off": 'ClassLoader.getSystemClassLoader().setDefaultAssertionStatus(false);\n        ClassLoader.getSystemClassLoader().setClassAssertionStatus("Problem", false);\n        return 41L;',
    "own class of the wire's name": "return 41L;\n    }\n    static class GraderWire { interface F { Object c(String n, Object[] a) throws Throwable; } static void serve(F f) { Runtime.getRuntime().halt(0); } }\n    static void pad() {",
    "own Long": "return new Long(41);\n    }\n    static class Long extends Object { Long(int n) { } public boolean equals(Object o) { return true; } }\n    static void pad() {",
    "answers for calls to come": 'try (java.io.FileOutputStream out = new java.io.FileOutputStream("/proc/self/fd/4")) { for (int i = 0; i < 99; i++) out.write(new byte[] {0, 0, 0, 2, 118, 110}); } catch (Exception e) { }\n        return 41L;',
    "a length that never comes": 'try { new java.io.FileOutputStream("/proc/self/fd/4").write(new byte[] {127, 127, 127, 127}); } catch (Exception e) { }\n        return 41L;',
    "the checker looked for": 'java.io.File[] all = new java.io.File("/proc").listFiles();\n        for (java.io.File each : all) try { new java.io.FileOutputStream(each + "/fd/3").write(0); } catch (Exception e) { }\n        return 41L;',
    "a deep list of itself": "ArrayList<Object> self = new ArrayList<>(); self.add(self);\n        Object lie = self;\n        return (Long) lie;",
    "an error that lies about itself": 'throw new Error() { public String getMessage() { System.exit(0); return ""; } public String toString() { Runtime.getRuntime().halt(0); return ""; } };',
}  # fmt: skip
CSHARP = {
    "exit in a static constructor": "return 41;\n    }\n    static Problem() { Environment.Exit(0); }\n    static void Pad() {",
    "listeners cleared": "Trace.Listeners.Clear(); Debug.Listeners.Clear();\n        return 41;",
    "own Debug": "return 41;\n    }\n    static class Debug { public static void Assert(bool b) { } }\n    static void Pad() {",
    "unhandled handler that leaves": "AppDomain.CurrentDomain.UnhandledException += (s, e) => Environment.Exit(0);\n        throw new Exception();",
    "exit handler": "AppDomain.CurrentDomain.ProcessExit += (s, e) => Environment.Exit(0);\n        return 41;",
    "own wire": "return 41;\n    }\n    static class GraderWire { public static void Serve(Type[] t, Type r, Func<object[], object> f) { } }\n    static void Pad() {",
    "standard error closed": "Console.SetError(System.IO.TextWriter.Null); Console.Error.Close();\n        return 41;",
    "a thread that leaves": "new System.Threading.Thread(() => Environment.Exit(0)).Start();\n        return 41;",
    "an error that lies about itself": "throw new Lie();\n    }\n    class Lie : Exception { public override string Message { get { Environment.Exit(0); return null; } } }\n    static void Pad() {",
    "preprocessor": "return 41;\n#if false\n",
}  # fmt: skip
GO = {
    "init that leaves": "return 41\n}\n\nfunc init() { os.Exit(0) }\n",
    "exit of the process": "os.Exit(0)\nreturn 0\n}\n",
    "goroutine that leaves": "go os.Exit(0)\nreturn 41\n}\n",
    "panic that is recovered": 'defer func() { recover() }()\npanic("x")\n}\n',
    "own serving": "return 41\n}\n\nfunc GraderServe() {}\n",
    "variable that leaves early": "return 41\n}\n\nvar _ = func() int { os.Exit(0); return 1 }()\n",
    "answers beforehand": 'f := os.NewFile(4, "x")\nfor i := 0; i < 99; i++ { f.Write([]byte{0, 0, 0, 9, 118, 0, 0, 0, 0, 0, 0, 0, 0}) }\nreturn 41\n}\n',
    "length beyond all bounds": 'os.NewFile(4, "x").Write([]byte{255, 255, 255, 255})\nreturn 41\n}\n',
    "own builtins": "return 41\n}\n\nfunc panic(v interface{}) {}\n\nfunc append(a, b interface{}) interface{} { return a }\n\nconst true = false\n",
    "deadlock": "select {}\n}\n",
}
RUST = {
    "exit in the function": "std::process::exit(0)",
    "abort": "std::process::abort()",
    "hook that leaves": 'std::panic::set_hook(Box::new(|_| std::process::exit(0)));\n    panic!("x")',
    "own macros": "41\n}\nmacro_rules! assert_eq { ($($t:tt)*) => {} }\nmacro_rules! panic { ($($t:tt)*) => {} }\nfn pad() {",
    "own crate of the wire's name": "41\n}\nmod grader_wire { pub fn serve(_: i32) {} }\nfn pad() {",
    "drop that leaves": "struct D;\n    impl Drop for D { fn drop(&mut self) { std::process::exit(0) } }\n    let _d = D;\n    41",
    "answers beforehand": "use std::io::Write; use std::os::unix::io::FromRawFd;\n    let mut f = unsafe { std::fs::File::from_raw_fd(4) };\n    for _ in 0..99 { f.write_all(&[0, 0, 0, 9, 118, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap(); }\n    41",
    "memory of the wire": "unsafe { *(8 as *mut u8) = 1; }\n    41",
    "channel closed": "use std::os::unix::io::FromRawFd;\n    drop(unsafe { std::fs::File::from_raw_fd(4) });\n    41",
    "a thread that leaves": "std::thread::spawn(|| std::process::exit(0)).join().ok();\n    41",
    "tests hidden": "41\n}\n#[cfg(any())]\nmod hidden {\nfn pad() {",
    "file of the machine compiled in": 'const SECRET: &str = include_str!("/etc/shadow");\n    SECRET.len() as isize + 41 - SECRET.len() as isize',
}  # fmt: skip
