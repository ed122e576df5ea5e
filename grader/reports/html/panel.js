// The panel beside the table: everything that explains one sample.

class Panel {
  constructor(run, dialog) {
    this.run = run;
    this.dialog = dialog;
    this.body = document.getElementById("panel-body");
    this.title = document.getElementById("panel-title");
    this.ask = 0;
    document.getElementById("close").addEventListener("click", () => dialog.close());
    document.getElementById("previous").addEventListener("click", () => this.step(-1));
    document.getElementById("next").addEventListener("click", () => this.step(1));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
    dialog.addEventListener("keydown", (event) => {
      const way = { j: 1, k: -1 }[event.key];
      if (way) this.step(way);
    });
  }

  step(way) {
    this.table.move(this.table.active + way);
    this.openRow(this.table.active);
  }

  // Open what the table shows at a place: a sample, or the first failure of a task.
  openRow(at) {
    const row = this.table.rows[at];
    if (row === undefined) return;
    if (this.table.view === "sample") this.open(row);
    else this.openTask(row);
  }

  openTask(task) {
    const { samples, first } = this.table.tasks[task];
    if (samples.length) this.open(first < 0 ? samples[0] : first);
  }

  async open(row) {
    const { run } = this;
    const ask = ++this.ask;
    const task = run.task[row];
    this.title.textContent = run.tasks[task] + " · sample " + run.index[row];
    history.replaceState(null, "", "#" + encodeURIComponent(run.tasks[task]) + "/" + run.index[row]);
    if (!this.dialog.open) this.dialog.showModal();
    const detail = await detailOf(run, row);
    if (ask !== this.ask) return;
    this.body.replaceChildren(...this.siblings(task, row), ...this.head(row, detail), ...this.rest(row, detail));
    this.body.scrollTop = 0;
  }

  siblings(task, row) {
    const { samples } = this.table.tasks[task];
    if (samples.length < 2) return [];
    const list = make("div", "samples");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "Samples of this task");
    const at = samples.indexOf(row);
    const from = Math.max(Math.min(at - 100, samples.length - 200), 0);
    for (const other of samples.slice(from, from + 200)) {
      const button = make("button");
      button.type = "button";
      button.append(this.table.mark(other), String(this.run.index[other]));
      button.setAttribute("aria-label", "Sample " + this.run.index[other] + ", " + this.verdict(other));
      if (other === row) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => this.open(other));
      list.append(button);
    }
    return [list];
  }

  verdict(row) {
    return this.run.verdicts[this.run.verdict[row]];
  }

  head(row, detail) {
    const { run } = this;
    const line = make("p", "verdict-line");
    line.append(this.table.mark(row), this.verdict(row));
    const parts = [line];
    const reason = detail ? detail.reason : run.reasons[run.reason[row]];
    if (reason) parts.push(make("p", "reason", reason));
    if (run.twin[row]) {
      const words = "The text is identical to sample " + (run.twin[row] - 1) + ", which ran for both.";
      parts.push(make("p", "note", words));
    }
    return parts;
  }

  rest(row, detail) {
    if (!detail) {
      const words = "This page carries no more about this sample. In full: grader show RUN " +
        JSON.stringify(this.run.tasks[this.run.task[row]]) + " --index " + this.run.index[row];
      return [make("p", "empty", words)];
    }
    return [
      ...this.tests(detail),
      ...detail.steps.flatMap((step) => this.stepParts(step)),
      ...this.submission(detail.submission),
      this.facts(detail.facts),
    ];
  }

  tests(detail) {
    if (!detail.of) return [];
    const section = make("section");
    section.append(make("h3", "", detail.bad + " of " + counted(detail.of, "test") + " did not pass"));
    for (const [outcome, name, message] of detail.tests) {
      const test = make("div", "test");
      test.append(make("span", "flag", outcome), make("b", "", name));
      if (message) test.append(pre(message));
      section.append(test);
    }
    if (detail.bad > detail.tests.length)
      section.append(make("p", "note", detail.bad - detail.tests.length + " more are not shown."));
    return [section];
  }

  stepParts(step) {
    const section = make("section");
    section.append(make("h3", "", "Step " + step.name + ": " + step.ended + " · " + step.used));
    const parts = [section];
    for (const [label, text] of step.outputs) {
      const output = make("section");
      output.append(make("h3", "", label), pre(text));
      parts.push(output);
    }
    return parts;
  }

  submission(text) {
    const section = make("section");
    section.append(make("h3", "", "Submission"));
    if (text === null) section.append(make("p", "note", "The samples file is not at hand any more."));
    else section.append(isPatch(text) ? patch(text) : pre(text));
    return [section];
  }

  facts(pairs) {
    const list = make("dl", "facts");
    for (const [label, value] of pairs) {
      const item = make("div");
      item.append(make("dt", "", label), make("dd", "", value));
      list.append(item);
    }
    return list;
  }
}

function pre(text) {
  const block = make("pre", "", text);
  block.tabIndex = 0;
  return block;
}

const isPatch = (text) => /^(diff --git |--- \S|Index: )/m.test(text) && /^@@ /m.test(text);

function patch(text) {
  const block = pre("");
  for (const line of text.split("\n")) {
    const file = /^(diff |index |--- |\+\+\+ )/.test(line);
    const kind = file ? "file" : { "+": "added", "-": "removed", "@": "hunk" }[line[0]] || "";
    block.append(make("span", kind, line));
  }
  return block;
}
