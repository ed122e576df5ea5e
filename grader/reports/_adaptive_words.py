"""What an adaptive run says, in the words of every report."""

from grader.core.report import AdaptiveSummary, SightedScore
from grader.reports._words import counted, percent

OTHERWISE = "made of runs that were asked otherwise, so that tasks may be as hard as others here"

ROOM = (
    "with them no interval holds 95 %: its room for any run that solves them holds more of those"
    " that solve few"
)


def fields(found: AdaptiveSummary, *, warning: str = "") -> list[tuple[str, str]]:
    """Labels and texts. `warning`: where pass@k stands, and what it is not."""
    predicted = (
        f"{percent(found.predicted)} of all {found.items:,} tasks, 95 % CI {percent(found.low)} to"
        f" {percent(found.high)} ({found.model})"
    )
    asked = f"{counted(found.asked, 'task')}, chosen to tell most; {found.stopped}"
    if not found.proven:
        asked += "; too few to tell: the prediction leans on what the bank expects of any run"
    said = [
        ("predicted", predicted),
        ("ability", f"{found.ability:+.2f}, standard error {found.error:.2f}"),
        ("asked", f"{asked}; {warning}" if warning else asked),
    ]
    if found.blind:
        said.append(("blind spots", blind_spots(found)))
    if found.sighted:
        tasks = found.items - found.blind
        said.append(("without these", without_these(found.sighted, tasks)))
    if found.asked_otherwise:
        said.append(("bank", f"{OTHERWISE}: {'; '.join(found.asked_otherwise)}"))
    return said


def without_these(found: SightedScore, tasks: int) -> str:
    """What is predicted of the `tasks` that some run of the fit solved, and why that is said."""
    ends = f"{percent(found.low)} to {percent(found.high)}"
    return f"{percent(found.score)} of the other {tasks:,}, 95 % CI {ends}; {ROOM}"


def blind_spots(found: AdaptiveSummary) -> str:
    """Tasks that no run of the fit solved, and what they do to the interval."""
    text = f"{found.blind:,} of {found.items:,} tasks were solved by no run of the bank's fit"
    if not found.blind_left:
        return f"{text}; all of them were asked"
    asked = found.blind - found.blind_left
    share = percent(found.blind_left / found.items)
    if not asked:
        return f"{text}: none was asked, and the interval's upper end holds them all ({share})"
    return (
        f"{text}: {asked:,} drawn at random were asked, and the interval's upper end holds what"
        f" those leave open of the other {found.blind_left:,} ({share})"
    )
