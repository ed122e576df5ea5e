#!/bin/sh
# What an image holds of its task's future: facts only, one a line, fields parted by tabs.
#
#     look.sh DIRECTORY BASE
#
# Beside this file: gold.patch; lines, what of the patch is looked for; unpack.py. Only git's own
# plumbing is run, with no hook, pager, transport or settings of anybody else; nothing in the
# image's tree or repository is changed. Reads at most what the numbers below allow.
set -u
here=/grader-audit
work=$here/work
directory=$1
base=$2
most=2000
most_files=500
tab=$(printf '\t')
export LC_ALL=C HOME="$here" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$here/.gitconfig"
export GIT_ATTR_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0
export GIT_TERMINAL_PROMPT=0 GIT_PAGER=cat
export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
unset GIT_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
mkdir -p "$work" && cd "$work" || exit 1

in_git() {
  git --git-dir="$git_dir" -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.pager=cat \
    -c protocol.allow=never -c core.alternateRefsCommand=true -c log.showSignature=false "$@" \
    2>/dev/null
}

# A path as one field: a name may hold anything.
field() {
  printf '%s' "$1" | tr '\t\n\r' '???'
}

# Names that end with NUL -> one a line, what was a line feed in a name as \001; `named` undoes it.
in_lines() {
  tr '\n\000' '\001\n'
}
named() {
  path=$(printf '%s.' "$1" | tr '\001' '\n')
  path=${path%.}
}
if echo x | grep -l -Z x >/dev/null 2>&1; then names='-l -Z'; else names=-l; fi

described() { # ids on stdin -> KIND, id, committer's time, subject
  in_git rev-list --no-walk --stdin --format="%H$tab%ct$tab%s" | grep -v '^commit ' |
    cut -c 1-160 | sed "s/^/$1$tab/"
}

history() {
  in_git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' |
    sed -n 's/ commit$//p' | sort -u >all
  if in_git cat-file -e "$base^{commit}"; then
    trunk=$base
    in_git rev-list --no-walk --format="base$tab%ct" "$base" | grep -v '^commit '
    in_git rev-list HEAD "^$base" >onward
  else
    trunk=HEAD
    : >onward
  fi
  in_git rev-list "$trunk" | sort -u >past
  sort -u past onward >known
  comm -23 all known >extra
  printf 'commits\t%s\t%s\t%s\n' "$(wc -l <past)" "$(wc -l <onward)" "$(wc -l <extra)"
  head -n 50 onward | described onward
  head -n $most extra | described extra
}

pointers() {
  in_git for-each-ref --format="ref$tab%(refname)$tab%(objectname)$tab%(*objectname)" |
    head -n $most
  in_git config --local --get-regexp '^remote\..*\.(url|pushurl)$' | head -n 20 |
    while read -r key url; do
      printf 'remote\t%s\t%s\n' "$(field "$key")" "$(field "$url")"
    done
  if [ -d "$git_dir/logs" ]; then
    find "$git_dir/logs" -type f -exec sed -n \
      's/^\([0-9a-f]\{40,64\}\) \([0-9a-f]\{40,64\}\) .*/\1 \2/p' {} + >entries
    tr ' ' '\n' <entries | grep -v '^0*$' | sort -u >ids
    printf 'reflog\t%s\t%s\n' "$(wc -l <entries)" "$(comm -23 ids known | wc -l)"
  fi
  for name in FETCH_HEAD ORIG_HEAD MERGE_HEAD CHERRY_PICK_HEAD; do
    [ -f "$git_dir/$name" ] || continue
    sed -n 's/^\([0-9a-f]\{40,64\}\).*/\1/p' "$git_dir/$name" | sort -u >ids
    printf 'pointer\t%s\t%s\n' "$name" "$(comm -23 ids known | wc -l)"
  done
  [ -s "$git_dir/objects/info/alternates" ] &&
    printf 'alternates\t%s\n' "$(field "$(head -n 1 "$git_dir/objects/info/alternates")")"
}

# The files as the task's own solution leaves them, as objects: made in a store of their own, and
# then looked for in the image's.
fixed() {
  : >wanted
  mkdir -p objects
  (
    export GIT_INDEX_FILE="$work/index" GIT_OBJECT_DIRECTORY="$work/objects"
    export GIT_ALTERNATE_OBJECT_DIRECTORIES="$git_dir/objects"
    in_git read-tree "$trunk" && in_git apply --cached --whitespace=nowarn "$here/gold.patch" &&
      in_git diff-index --cached --no-renames "$trunk" >changed
  ) || { printf 'fixed-unknown\n'; return; }
  while IFS=$tab read -r facts path; do
    set -- $facts
    case $4 in *[1-9a-f]*) printf '%s\t%s\n' "$4" "$path" >>wanted ;; esac
  done <changed
  printf 'fixed-wanted\t%s\n' "$(wc -l <wanted)"
  while IFS=$tab read -r id path; do
    in_git cat-file -e "$id" || continue
    # A solution may put back what a file was before: then the past has it too.
    in_git rev-list --objects "$trunk" | grep -q "^$id" && continue
    printf 'fixed\t%s\t%s\t%s\n' "$id" "$(field "$path")" "$(field "$git_dir")"
  done <wanted
}

copies() {
  own=$git_dir
  find / -xdev -path "$here" -prune -o -type d -name objects -print 2>/dev/null | head -n 200 |
    while read -r found; do
      git_dir=${found%/objects}
      [ -f "$git_dir/HEAD" ] && [ -d "$git_dir/refs" ] && [ "$git_dir" != "$own" ] || continue
      holds=0
      while IFS=$tab read -r id path; do
        in_git cat-file -e "$id" || continue
        printf 'fixed\t%s\t%s\t%s\n' "$id" "$(field "$path")" "$(field "$git_dir")"
        holds=1
      done <wanted
      printf 'copy\t%s\t%s\n' "$(field "$git_dir")" "$holds"
    done
  git_dir=$own
}

matches() { # text on stdin -> the wanted lines that are in it
  grep -a -o -F -f "$here/lines" | sort -u | head -n 200 | sed "s/^/line$tab/"
}

pristine() { # whether a file of the tree is as the base commit has it
  case $1 in "$directory"/*) ;; *) return 1 ;; esac
  there=$(in_git rev-parse --verify --quiet "$trunk:${1#"$directory"/}") || return 1
  [ "$there" = "$(in_git hash-object --no-filters -- "$1")" ]
}

texts() {
  find / -xdev \( -path "$here" -o -path /proc -o -path /sys -o -path /dev \
    -o -path "$git_dir/objects" \) -prune -o -type f -size -4096k \
    -exec grep $names -I -F -f "$here/lines" {} + 2>errors |
    if [ "$names" = -l ]; then cat; else in_lines; fi | head -n $((most_files + 1)) >found
  [ "$(wc -l <found)" -gt $most_files ] && printf 'cut\tfiles\n'
  # What belongs to the package installer's own user holds half of a download at most.
  grep 'ermission denied' errors | grep -v '/apt/[a-z]*/partial' | head -n 20 |
    while read -r said; do printf 'unread\t%s\n' "$(field "$said")"; done
  head -n $most_files found | while IFS= read -r name; do
    named "$name"
    if pristine "$path"; then kind=pristine; else kind=holds; fi
    printf '%s\t%s\n' "$kind" "$(field "$path")"
    matches <"$path"
  done
}

python=
for each in /usr/bin/python3 /usr/local/bin/python3 /opt/miniconda3/bin/python3; do
  [ -z "$python" ] && [ -x "$each" ] && python=$each
done

unpacked() {
  if [ -n "$python" ]; then
    "$python" -I -S "$here/unpack.py" "$1" 2>/dev/null
    return
  fi
  case $1 in
    *.tar) cat "$1" ;;
    *.gz | *.tgz) gzip -dc "$1" 2>/dev/null ;;
    *) return 1 ;;
  esac
}

archives() {
  find / -xdev \( -path "$here" -o -path /proc -o -path /sys -o -path /dev \) -prune -o -type f \
    \( -name '*.whl' -o -name '*.egg' -o -name '*.zip' -o -name '*.tar' -o -name '*.tgz' \
    -o -name '*.tar.gz' -o -name '*.tar.bz2' -o -name '*.tar.xz' -o -path '*/pip/http*' \
    -o -path '*/pip/wheels/*' -o -path '*/.cache/uv/*' \) -size +0 -print0 2>/dev/null |
    in_lines | head -n $((most_files + 1)) >found
  [ "$(wc -l <found)" -gt $most_files ] && printf 'cut\tarchives\n'
  head -n $most_files found | while IFS= read -r name; do
    named "$name"
    if unpacked "$path" >text; then read=1; else read=0; fi
    printf 'archive\t%s\t%s\n' "$(field "$path")" "$read"
    if [ -s "$here/lines" ] && [ -s text ]; then
      printf 'holds\t%s\n' "$(field "$path")"
      matches <text
    fi
  done
}

git_dir=$(git -C "$directory" rev-parse --absolute-git-dir 2>/dev/null) || git_dir=
if [ -n "$git_dir" ]; then
  printf 'repository\t%s\n' "$(field "$git_dir")"
  history
  pointers
  fixed
  copies
else
  git_dir=/no-repository
  trunk=HEAD
fi
[ -s "$here/lines" ] && texts
archives
printf 'done\n'
