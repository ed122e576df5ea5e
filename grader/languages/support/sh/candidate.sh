
grader_mark=$'\001grader\001'

grader_answer() {
  local LC_ALL=C grader_locale=${LC_ALL-} grader_count grader_length grader_word grader_found grader_status
  local -a grader_words
  while IFS= read -r -u 3 grader_count; do
    grader_words=()
    while ((grader_count-- > 0)); do
      IFS= read -r -u 3 grader_length
      grader_word=
      ((grader_length)) && IFS= read -r -N "$grader_length" -u 3 grader_word
      grader_words+=("$grader_word")
    done
    grader_found=$(
      if [[ $grader_locale ]]; then LC_ALL=$grader_locale; else unset LC_ALL; fi
      "${grader_words[@]}" 3<&- 4>&-
      printf '%s' "$grader_mark"
      exit 0
    )
    # What ended before it returned ended its subshell; that is an error where it printed nothing.
    grader_status=0
    if [[ $grader_found == *"$grader_mark" ]]; then
      grader_found=${grader_found%"$grader_mark"}
    elif [[ -z $grader_found ]]; then
      grader_status=1
    fi
    while [[ $grader_found == *$'\n' ]]; do grader_found=${grader_found%$'\n'}; done
    printf '%s\n%s\n%s' "$grader_status" "${#grader_found}" "$grader_found" >&4
  done
  exit 0
}
grader_answer
