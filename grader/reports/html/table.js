// The table: a window onto as many rows as there are. Only what can be seen is in the document.

const ROW_PX = 38;
const OVERSCAN = 8;
const COLUMNS = {
  task: [
    { key: "name", label: "Task", kind: "name" },
    { key: "share", label: "Passed", kind: "passed" },
    { key: "why", label: "First failure", kind: "why" },
    { key: "wall", label: "Time", kind: "number narrow" },
  ],
  sample: [
    { key: "name", label: "Task", kind: "name" },
    { key: "index", label: "#", kind: "number" },
    { key: "verdict", label: "Verdict", kind: "verdict" },
    { key: "why", label: "Reason", kind: "why narrow" },
    { key: "cpu", label: "CPU", kind: "number wide narrow" },
    { key: "wall", label: "Time", kind: "number narrow" },
  ],
};

class Table {
  constructor(run, grid, open) {
    this.run = run;
    this.grid = grid;
    this.open = open;
    this.view = "task";
    this.query = "";
    this.verdicts = new Set();
    this.sort = { key: "", down: false };
    this.active = 0;
    this.rows = [];
    this.refresh();
    grid.addEventListener("scroll", () => this.paint(), { passive: true });
    grid.addEventListener("keydown", (event) => this.pressed(event));
    grid.addEventListener("click", (event) => this.clicked(event));
    new ResizeObserver(() => this.paint()).observe(grid);
  }

  // Take the run's data anew (they may have grown).
  refresh() {
    this.tasks = tally(this.run);
    const order = this.run.tasks.map((_, number) => number);
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    order.sort((a, b) => compare(this.run.tasks[a], this.run.tasks[b]));
    this.place = new Uint32Array(order.length);
    order.forEach((task, at) => (this.place[task] = at));
    this.lower = {
      tasks: this.run.tasks.map((text) => text.toLowerCase()),
      reasons: this.run.reasons.map((text) => text.toLowerCase()),
    };
    this.build();
  }

  build() {
    this.grid.className = "grid by-" + this.view;
    const head = make("div", "row head");
    head.setAttribute("role", "row");
    head.setAttribute("aria-rowindex", "1");
    for (const column of COLUMNS[this.view]) {
      const cell = make("div", column.kind);
      cell.setAttribute("role", "columnheader");
      const button = make("button", "", column.label);
      button.type = "button";
      button.dataset.sort = column.key;
      cell.append(button);
      head.append(cell);
    }
    this.head = make("div");
    this.head.setAttribute("role", "rowgroup");
    this.head.className = "head";
    this.head.append(head);
    this.space = make("div", "space");
    this.space.setAttribute("role", "rowgroup");
    this.grid.setAttribute("aria-colcount", COLUMNS[this.view].length);
    this.grid.replaceChildren(this.head, this.space);
    this.update();
  }

  // Filter and sort; `row` numbers samples or tasks, as the view says.
  update() {
    const began = performance.now();
    const matches = this.matching();
    this.rows = this.view === "task" ? this.taskRows(matches) : matches;
    this.sortRows();
    this.active = Math.min(this.active, Math.max(this.rows.length - 1, 0));
    this.space.style.height = this.rows.length * ROW_PX + "px";
    this.grid.setAttribute("aria-rowcount", this.rows.length + 1);
    this.grid.hidden = !this.rows.length;
    this.paint();
    this.took = performance.now() - began;
  }

  matching() {
    const { run, query, verdicts } = this;
    const words = query.toLowerCase().trim();
    const taskHit = this.lower.tasks.map((text) => text.includes(words));
    const reasonHit = this.lower.reasons.map((text) => text.includes(words));
    const wanted = run.verdicts.map((name) => !verdicts.size || verdicts.has(name));
    const found = [];
    for (let row = 0; row < run.task.length; row++) {
      if (wanted[run.verdict[row]] && (!words || taskHit[run.task[row]] || reasonHit[run.reason[row]]))
        found.push(row);
    }
    return found;
  }

  taskRows(samples) {
    const seen = new Uint8Array(this.run.tasks.length);
    const found = [];
    for (const row of samples) {
      const task = this.run.task[row];
      if (!seen[task]) found.push(task);
      seen[task] = 1;
    }
    return found;
  }

  sortRows() {
    const key = this.keyOf(this.sort.key);
    if (key) {
      const keys = new Map(this.rows.map((row) => [row, key(row)]));
      const way = this.sort.down ? -1 : 1;
      this.rows.sort((a, b) => way * (keys.get(a) - keys.get(b)) || a - b);
    }
    this.head.querySelectorAll("button").forEach((button) => {
      const sorted = button.dataset.sort === this.sort.key;
      const way = !sorted ? "none" : this.sort.down ? "descending" : "ascending";
      button.parentElement.setAttribute("aria-sort", way);
    });
  }

  keyOf(name) {
    const { run, tasks, place } = this;
    if (this.view === "task")
      return {
        name: (task) => place[task],
        share: (task) => (tasks[task].graded ? tasks[task].passed / tasks[task].graded : 2),
        why: (task) => (tasks[task].first < 0 ? -1 : run.reason[tasks[task].first]),
        wall: (task) => tasks[task].wall,
      }[name];
    return {
      name: (row) => place[run.task[row]],
      index: (row) => run.index[row],
      verdict: (row) => run.verdict[row],
      why: (row) => run.reason[row],
      cpu: (row) => run.cpu_us[row],
      wall: (row) => run.wall_us[row],
    }[name];
  }

  paint() {
    const top = Math.max(this.grid.scrollTop - this.head.offsetHeight, 0);
    const first = Math.max(Math.floor(top / ROW_PX) - OVERSCAN, 0);
    const last = Math.min(first + Math.ceil(this.grid.clientHeight / ROW_PX) + 2 * OVERSCAN, this.rows.length);
    const shown = [];
    for (let at = first; at < last; at++) shown.push(this.rowAt(at));
    this.space.replaceChildren(...shown);
    if (this.rows.length) this.grid.setAttribute("aria-activedescendant", "row-" + this.active);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  rowAt(at) {
    const row = make("div", at === this.active ? "row active" : "row");
    row.id = "row-" + at;
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", at + 2);
    row.style.top = at * ROW_PX + "px";
    row.style.height = ROW_PX + "px";
    const cells = this.view === "task" ? this.taskCells(this.rows[at]) : this.sampleCells(this.rows[at]);
    cells.forEach((cell, number) => {
      cell.className = "cell " + COLUMNS[this.view][number].kind;
      cell.setAttribute("role", "gridcell");
    });
    row.append(...cells);
    return row;
  }

  name(task) {
    const cell = make("div", "", this.run.tasks[task]);
    cell.title = this.run.tasks[task];
    if (this.broken(task)) cell.append(make("span", "flag", "unsound"));
    return cell;
  }

  broken(task) {
    return this.run.broken.includes(task);
  }

  taskCells(task) {
    const { passed, graded, first, wall } = this.tasks[task];
    const share = make("div");
    share.append(make("span", "", passed + " of " + graded));
    const meter = make("div", "meter");
    meter.setAttribute("aria-hidden", "true");
    const fill = make("i");
    fill.style.width = graded ? (100 * passed) / graded + "%" : "0";
    meter.append(fill);
    share.append(meter);
    const why = make("div");
    if (first >= 0) why.append(this.mark(first), this.reason(first));
    return [this.name(task), share, why, make("div", "", time(wall))];
  }

  sampleCells(row) {
    const { run } = this;
    const verdict = make("div");
    verdict.append(this.mark(row), run.verdicts[run.verdict[row]]);
    return [
      this.name(run.task[row]),
      make("div", "", String(run.index[row])),
      verdict,
      make("div", "", this.reason(row)),
      make("div", "", time(run.cpu_us[row])),
      make("div", "", time(run.wall_us[row])),
    ];
  }

  reason(row) {
    return this.run.reasons[this.run.reason[row]] || this.run.verdicts[this.run.verdict[row]];
  }

  mark(row) {
    const mark = make("i", "mark v-" + this.run.verdicts[this.run.verdict[row]]);
    mark.setAttribute("aria-hidden", "true");
    return mark;
  }

  show(view) {
    this.view = view;
    this.sort = { key: "", down: false };
    this.active = 0;
    this.grid.scrollTop = 0;
    this.build();
  }

  move(to) {
    this.active = Math.min(Math.max(to, 0), this.rows.length - 1);
    const top = this.active * ROW_PX;
    const room = this.grid.clientHeight - this.head.offsetHeight - ROW_PX;
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    else if (top > this.grid.scrollTop + room) this.grid.scrollTop = top - room;
    this.paint();
  }

  pressed(event) {
    if (event.target !== this.grid) return;
    const page = Math.max(Math.floor(this.grid.clientHeight / ROW_PX) - 2, 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page };
    const ends = { Home: 0, End: this.rows.length - 1 };
    if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key in ends) this.move(ends[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.open(this.active);
    else return;
    event.preventDefault();
  }

  clicked(event) {
    const button = event.target.closest("button[data-sort]");
    if (button) {
      const key = button.dataset.sort;
      this.sort = { key, down: this.sort.key === key && !this.sort.down };
      this.update();
      return;
    }
    const row = event.target.closest(".space .row");
    if (!row) return;
    this.move(Number(row.id.slice(4)));
    this.open(this.active);
  }
}
