"""Which test a record speaks of: one that the task's own solution has, or none.

Names in datasets are cut and joined by the parsers of logs, so many a raw id may be read as one
test. Only ids that the survey collected count; what else a run reports is left out before anybody
reads it, so that twins and verdict rest on the same names.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from grader.strict.facts import RecordedRun

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
"""Where an object lay in memory: another number in every run."""
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def steady(name: str) -> str:
    """An id without what is different in every run."""
    return ADDRESS.sub("0x", name)


def collected(run: RecordedRun) -> tuple[str, ...]:
    """The ids that a run says it collected, in order, each as often as it was said."""
    return tuple(str(name) for record in run.of("collected") for name in record["ids"])


def of_known(run: RecordedRun, known: Iterable[str]) -> RecordedRun:
    """The run with the records of known tests alone; all of them where none is known."""
    names = {steady(name) for name in known}
    if not names:
        return run
    records: list[dict[str, object]] = []
    for record in run.records:
        if record.get("kind") == "collected":
            ids = [name for name in record["ids"] if steady(str(name)) in names]
            records.append({**record, "ids": ids})
        elif record.get("kind") != "phase" or steady(str(record.get("id", ""))) in names:
            records.append(record)
    return run.model_copy(update={"records": tuple(records)})


def strangers(run: RecordedRun, known: Iterable[str]) -> tuple[str, ...]:
    """Ids of a run that the survey did not collect, or not as often."""
    names = Counter(map(steady, known))
    if not names:
        return ()
    said = Counter(map(steady, collected(run)))
    for record in run.of("phase"):
        name = steady(str(record.get("id", "")))
        said[name] = max(said[name], 1)
    return tuple(name for name, count in said.items() if name and count > names[name])


def impostors(run: RecordedRun, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(id, the known test for which a reader or a parser could take it)."""
    looks = {look: name for name in known for look in looks_of(name)}
    for name in strangers(run, known):
        found = next((looks[look] for look in looks_of(name) if look in looks), None)
        if found is not None:
            yield name, found


def looks_of(name: str) -> tuple[str, ...]:
    """What of an id is seen, whole and of each of its lines that names a test."""
    lines = [name, *(line for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", name))]
    seen = dict.fromkeys(bare(line) for line in lines)
    return tuple(look for look in seen if "::" in look or "(" in look or look == bare(name))


def bare(text: str) -> str:
    """A text as it looks: compatible letters for one another, no blank, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        letter
        for letter in plain
        if not letter.isspace() and unicodedata.category(letter) not in INVISIBLE
    )
