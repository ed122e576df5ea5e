"""GLUE: nine tasks of understanding, and a diagnostic set (Wang et al. 2018, arXiv:1804.07461).

An archive is what gluebenchmark.com takes: `CoLA.tsv` and so on, each with a head `index`,
`prediction`. The score is the mean over tasks, one with two figures averaged first; both halves of
MNLI are one task, and the diagnostic set is none.
"""

from collections.abc import Iterator

from grader.benchmarks._label_sets import LabelBenchmark, LabelledItem, LabelSet, number_of
from grader.errors import UsageError
from grader.graders.answer import DIAGNOSTIC

TWO = ("0", "1")
ENTAILED = ("entailment", "not_entailment")
THREE = ("entailment", "neutral", "contradiction")
COLUMNS = ("prediction", "label", "gold_label", "score", "is_duplicate", "Quality")
"""What the column of labels may be called."""


class Glue(LabelBenchmark):
    """The benchmark."""

    name = "glue"
    version = "2018"
    licence = "as stated by the data sets' authors"
    summary = "GLUE: nine tasks of labels (CoLA … WNLI), hidden labels from --data"
    sets = (
        LabelSet("CoLA", "CoLA.tsv", ("matthews",), TWO),
        LabelSet("SST-2", "SST-2.tsv", ("accuracy",), TWO),
        LabelSet("MRPC", "MRPC.tsv", ("f1", "accuracy"), TWO),
        LabelSet("STS-B", "STS-B.tsv", ("pearson", "spearman"), (), "score", 0.5),
        LabelSet("QQP", "QQP.tsv", ("f1", "accuracy"), TWO),
        LabelSet("MNLI-m", "MNLI-m.tsv", ("accuracy",), THREE, part="MNLI"),
        LabelSet("MNLI-mm", "MNLI-mm.tsv", ("accuracy",), THREE, part="MNLI"),
        LabelSet("QNLI", "QNLI.tsv", ("accuracy",), ENTAILED),
        LabelSet("RTE", "RTE.tsv", ("accuracy",), ENTAILED),
        LabelSet("WNLI", "WNLI.tsv", ("accuracy",), TWO),
        LabelSet("AX", "AX.tsv", ("matthews",), THREE, part=DIAGNOSTIC),
    )

    def read(self, of: LabelSet, text: str, place: str) -> Iterator[LabelledItem]:
        """A tab between index and prediction, a head above; only a line feed ends a line."""
        lines = text.split("\n")
        head = lines[0].rstrip("\r").split("\t")
        label = next((head.index(name) for name in COLUMNS if name in head), -1)
        if "index" not in head or label < 0:
            raise UsageError(f"{place}:1: the head 'index<tab>prediction' is expected")
        at = head.index("index")
        for number, line in enumerate(lines[1:], start=2):
            if not line.strip():
                continue
            cells = line.rstrip("\r").split("\t")
            here = f"{place}:{number}"
            if len(cells) != len(head):
                raise UsageError(f"{here}: {len(cells)} columns, {len(head)} are expected")
            if not (cells[at].isascii() and cells[at].isdigit()):
                raise UsageError(f"{here}: '{cells[at][:40]}' is no index")
            value = cells[label].strip()
            value = number_of(value, here) if of.rule == "score" else value
            yield LabelledItem(here, str(int(cells[at][:18])), value)


def benchmark() -> Glue:
    """The member that this module is."""
    return Glue()
