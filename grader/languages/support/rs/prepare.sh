# The crates that HumanEval-X's programs name, from Debian's sources, and both of ours.
set -eu
crate() {
  name=$1 edition=$2 source=$3
  shift 3
  rustc --crate-name "$name" --edition "$edition" --crate-type rlib --cap-lints allow -L . \
    -C debuginfo=0 -C opt-level=1 "$@" "$source"
}
of_debian() { ls -d "/usr/share/cargo/registry/$1"-[0-9]*/src/lib.rs | tail -n 1; }
crate memchr 2018 "$(of_debian memchr)" --cfg 'feature="std"' --cfg memchr_runtime_simd \
  --cfg memchr_runtime_sse2
crate aho_corasick 2018 "$(of_debian aho-corasick)" --cfg 'feature="std"' \
  --extern memchr=libmemchr.rlib
unicode="age bool case gencat perl script segment"
set -- --cfg 'feature="std"' --cfg 'feature="unicode"'
for part in $unicode; do set -- "$@" --cfg "feature=\"unicode-$part\""; done
crate regex_syntax 2018 "$(of_debian regex-syntax)" "$@"
for part in perf perf-cache perf-dfa perf-inline perf-literal; do
  set -- "$@" --cfg "feature=\"$part\""
done
crate regex 2018 "$(of_debian regex)" "$@" --cfg 'feature="aho-corasick"' \
  --cfg 'feature="memchr"' --extern memchr=libmemchr.rlib \
  --extern aho_corasick=libaho_corasick.rlib --extern regex_syntax=libregex_syntax.rlib
crate md5 2015 "$(of_debian md5)" --cfg 'feature="std"'
crate rand 2018 rand.rs
crate grader_wire 2021 grader_wire.rs
