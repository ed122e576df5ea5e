"""What SWE-bench-Live and SWE-bench Pro share: rows and predictions of sets with own parsers."""
