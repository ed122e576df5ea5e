"""From a look into an image to what was found there."""

from grader.core.execution import Execution, StepEnd
from grader.core.leak import ImageAudit, LeakTrace
from grader.core.task import Image
from grader.image.layers import LayerSearch
from grader.leaks import decide
from grader.leaks.plan import AuditSubject, lines_of
from grader.leaks.read import ImageFacts, read
from grader.patch.read import changes


def audited_image(
    subject: AuditSubject,
    task_id: str,
    image: Image,
    execution: Execution,
    layers: LayerSearch | None,
) -> ImageAudit:
    """Judge the look's output, and a search of the image's layers where there was one."""
    found = ImageAudit(task_id=task_id, image=image.name, image_digest=execution.image_digest)
    step = next(iter(execution.steps), None)
    if step is None or step.truncated or step.ended is not StepEnd.EXIT:
        why = "it printed too much" if step and step.truncated else "it was ended by a limit"
        return found.model_copy(update={"unknown": f"the look into the image: {why}"})
    facts = read(step.stdout)
    gaps = [decide.unknown(facts, has_solution=bool(subject.solution))]
    if layers is not None and layers.packed:
        gaps.append("the engine hands out compressed layers, which were not searched")
    return found.model_copy(
        update={
            "traces": decide.sorted_by_weight(
                [*decide.traces(facts, wanted_by(subject)), *hidden(facts, layers)]
            ),
            "unknown": "; ".join(gap for gap in gaps if gap),
        }
    )


def hidden(facts: ImageFacts, layers: LayerSearch | None) -> list[LeakTrace]:
    """Lines of the solution in layers that the tree on top does not show."""
    return decide.hidden(facts, layers) if layers is not None else []


def wanted_by(subject: AuditSubject) -> decide.SearchedLines:
    """What is looked for."""
    owner, _, name = subject.repository.lower().replace("_", "-").rpartition("/")
    return decide.SearchedLines(
        lines=lines_of(subject),
        paths=tuple(
            dict.fromkeys(path for each in changes(subject.solution) for path in each.paths)
        ),
        names=tuple(dict.fromkeys(each for each in (name, owner) if each)),
    )
