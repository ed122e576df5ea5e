"""What a Java virtual machine is told wherever one runs in a slot."""

HEAP = (
    "-XX:+UseSerialGC",
    "-Xmx512m",
    "-XX:CompressedClassSpaceSize=64m",
    "-XX:ReservedCodeCacheSize=64m",
    "-Xlog:disable",  # warnings go to standard output, which may be a program's answer
)
"""A JVM reserves more address space than a slot without a cgroup has."""
DEEP = "-Xss64m"
"""Recursion of contest programs; the stack is only reserved."""
