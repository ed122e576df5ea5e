// Start the page; where `grader view` serves it, follow the run.

const POLL_MS = 1500;

async function fetchDetail(run, row) {
  const index = run.twin[row] ? run.twin[row] - 1 : run.index[row];
  const place = "detail?task=" + run.task[row] + "&index=" + index;
  const answer = await fetch(place);
  return answer.ok ? answer.json() : null;
}

function chips(table) {
  const box = document.getElementById("chips");
  const counts = table.run.verdicts.map(() => 0);
  for (const verdict of table.run.verdict) counts[verdict]++;
  const buttons = table.run.verdicts.flatMap((name, verdict) => {
    if (!counts[verdict]) return [];
    const button = make("button");
    button.type = "button";
    const mark = make("i", "mark v-" + name);
    mark.setAttribute("aria-hidden", "true");
    button.append(mark, name + " " + counts[verdict].toLocaleString("en-US"));
    button.setAttribute("aria-pressed", String(table.verdicts.has(name)));
    button.addEventListener("click", () => {
      const on = !table.verdicts.delete(name) && table.verdicts.add(name);
      button.setAttribute("aria-pressed", String(Boolean(on)));
      update(table);
    });
    return [button];
  });
  box.replaceChildren(...buttons);
}

function update(table) {
  table.update();
  const all = table.view === "task" ? table.run.tasks.length : table.run.task.length;
  const words = table.rows.length === all ? "" : table.rows.length.toLocaleString("en-US") + " of ";
  document.getElementById("shown").textContent = words + counted(all, table.view);
  document.getElementById("nothing").hidden = table.rows.length > 0;
}

function tools(table) {
  const search = document.getElementById("search");
  search.addEventListener("input", () => {
    table.query = search.value;
    update(table);
  });
  document.getElementById("clear").addEventListener("click", () => {
    search.value = table.query = "";
    table.verdicts.clear();
    chips(table);
    update(table);
    search.focus();
  });
  for (const view of ["task", "sample"]) {
    document.getElementById("by-" + view).addEventListener("click", () => {
      table.show(view);
      for (const other of ["task", "sample"])
        document.getElementById("by-" + other).setAttribute("aria-pressed", String(other === view));
      update(table);
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !document.getElementById("panel").open) {
      search.focus();
      event.preventDefault();
    }
  });
}

function openFromAddress(panel) {
  const [, name, index] = location.hash.match(/^#(.*)\/(\d+)$/) || [];
  if (name === undefined) return;
  let task = name;
  try { task = decodeURIComponent(name); } catch { /* an address that nobody encoded */ }
  const { run } = panel;
  const row = run.task.findIndex((each, at) => run.tasks[each] === task && run.index[at] === Number(index));
  if (row >= 0) panel.open(row);
}

// New rows and the summary as the server now has them; the summary is markup of the server's own.
async function follow(table) {
  const status = document.getElementById("following");
  status.hidden = false;
  let complete = false;
  while (!complete) {
    try {
      const answer = await fetch("live?since=" + table.run.task.length + "&generation=" + table.run.generation);
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      complete = news.complete;
      status.textContent = complete ? "Complete" : "Following the run";
      if (news.rows || complete) absorb(table, news);
    } catch {
      status.textContent = "The server does not answer; trying again";
    }
    if (!complete) await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

function absorb(table, news) {
  const { run } = table;
  if (news.rows) {
    if (news.rows.from === 0) for (const name of news.rows.columns) run[name].length = 0;
    for (const name of news.rows.columns) for (const value of news.rows[name]) run[name].push(value);
    run.generation = news.rows.generation;
    run.tasks = news.rows.tasks;
    run.reasons = news.rows.reasons;
    run.broken = news.rows.broken;
  }
  document.getElementById("summary").innerHTML = news.summary;
  document.getElementById("charts").innerHTML = news.charts;
  table.refresh();
  chips(table);
  update(table);
}

async function start() {
  const run = await unpack("rows");
  const panel = new Panel(run, document.getElementById("panel"));
  const table = new Table(run, document.getElementById("grid"), (at) => panel.openRow(at));
  panel.table = table;
  tools(table);
  chips(table);
  document.getElementById("tools").hidden = false;
  update(table);
  openFromAddress(panel);
  document.body.dataset.ready = "yes";
  window.grader = { table, panel, ready_ms: performance.now() };
  if (document.body.dataset.live === "yes") follow(table);
}

start().catch((error) => {
  const words = "This table needs a newer browser (" + error.message + "); the figures above are whole.";
  document.getElementById("results").append(make("p", "empty", words));
  console.error(error);
});
