"""What a model answered to a task in another language than Python, without its thoughts.

Code is taken out of fences, and a whole program merged with the prompt, where the sample is planned
(`languages/_merge`); control tokens are left alone, as `<s>` is code in some languages.
"""

from grader.benchmarks._answer import has_thoughts, without_thoughts
from grader.benchmarks._extract import ExtractionRule
from grader.benchmarks._translated import KIND
from grader.core.sample import AS_GIVEN, Sample
from grader.core.task import Task
from grader.languages._blocks import has_fence


def spoken(task: Task, sample: Sample) -> Sample:
    """The sample without thoughts, and with a word of how it is read; itself for other tasks."""
    body = sample.body
    if task.kind != KIND or sample.defect:
        return sample
    said = without_thoughts(body) if has_thoughts(body) else body
    if has_fence(said):
        return sample.model_copy(update={"body": said, "extraction": ExtractionRule.FENCE})
    if said != body:
        return sample.model_copy(update={"body": said, "extraction": ExtractionRule.ANSWER})
    return sample


def as_given(sample: Sample) -> Sample:
    """The sample with a word that no code may be taken out of it; itself where there is none."""
    if not has_fence(sample.body):
        return sample
    return sample.model_copy(update={"extraction": AS_GIVEN})
