"use strict";
// Filter and sort the tables that are there; without this script they are whole and in order.

const tags = new Set();
const field = (id) => document.getElementById(id);

function matches(row) {
  const { name, date, tags: words } = row.dataset;
  const wanted = field("search").value.trim().toLowerCase();
  if (wanted && !name.includes(wanted)) return false;
  if (date === undefined) return true;
  if (field("from").value && date < field("from").value) return false;
  if (field("to").value && date > field("to").value) return false;
  const own = (words || "").split(" ");
  return [...tags].every((tag) => own.includes(tag));
}

function filter() {
  for (const board of document.querySelectorAll(".board")) {
    let shown = 0;
    const rows = board.querySelectorAll("tr[data-name]");
    for (const row of rows) {
      row.hidden = !matches(row);
      shown += !row.hidden;
    }
    const none = board.querySelector(".none");
    if (none) none.hidden = shown > 0 || !rows.length;
  }
}

function sort(button) {
  const head = button.closest("th");
  const body = head.closest("table").tBodies[0];
  const numeric = !["name", "date"].includes(button.dataset.sort);
  const first = ["rank", "name"].includes(button.dataset.sort) ? "ascending" : "descending";
  const second = first === "ascending" ? "descending" : "ascending";
  const way = head.getAttribute("aria-sort") === first ? second : first;
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", way);
  const key = (row) => (numeric ? Number(row.dataset[button.dataset.sort]) : row.dataset[button.dataset.sort]);
  const sign = way === "ascending" ? 1 : -1;
  const rows = [...body.rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
  body.append(...rows);
}

// The heat map: what a cell says, by pointer or by arrow keys.
async function unpacked(name) {
  const packed = Uint8Array.from(atob(field(name).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

class Heat {
  constructor(region) {
    this.region = region;
    this.readout = region.nextElementSibling;
    this.size = Number(region.dataset.size);
    this.rows = [...region.querySelectorAll("tbody tr:not(.all)")];
    this.cursor = document.createElement("i");
    this.cursor.className = "cursor";
    this.row = this.cell = 0;
    region.addEventListener("pointermove", (event) => this.point(event));
    region.addEventListener("click", (event) => this.point(event));
    region.addEventListener("keydown", (event) => this.key(event));
    this.readout.hidden = false;
    this.readout.textContent = "Point at a cell, or use the arrow keys here, to see which task it is.";
  }

  async data() {
    this.loaded ??= unpacked(this.region.dataset.block).then(({ tasks, rows }) => ({
      tasks,
      rows: rows.map((row) => row.split(" ")),
    }));
    return this.loaded;
  }

  point(event) {
    const picture = event.target.closest(".cells");
    const row = picture ? this.rows.indexOf(picture.closest("tr")) : -1;
    if (row < 0) return;
    const box = picture.getBoundingClientRect();
    this.show(row, Math.floor(((event.clientX - box.left) / box.width) * picture.viewBox.baseVal.width));
  }

  key(event) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    this.show(this.row + down, this.cell + right);
    this.rows[this.row].scrollIntoView({ block: "nearest" });
  }

  async show(row, cell) {
    const { tasks, rows } = await this.data();
    const many = Math.ceil(tasks.length / this.size);
    this.row = Math.min(Math.max(row, 0), this.rows.length - 1);
    this.cell = Math.min(Math.max(cell, 0), many - 1);
    const [begin, end] = [this.cell * this.size, Math.min((this.cell + 1) * this.size, tasks.length)];
    const counts = rows[this.row].slice(begin, end).filter((word) => word !== "-").map((word) => word.split("/").map(Number));
    const passed = counts.reduce((sum, [right]) => sum + right, 0);
    const graded = counts.reduce((sum, [, all = 1]) => sum + all, 0);
    const name = end - begin > 1 ? `${tasks[begin]} to ${tasks[end - 1]}` : tasks[begin];
    const said = !graded ? "not graded" : graded === 1 ? (passed ? "solved" : "not solved") : `${passed} of ${graded} right`;
    this.readout.textContent = `${this.rows[this.row].cells[0].textContent} · ${name}: ${said}`;
    this.cursor.style.left = `${(100 * this.cell) / many}%`;
    this.cursor.style.width = `${100 / many}%`;
    this.rows[this.row].lastElementChild.append(this.cursor);
  }
}

for (const region of document.querySelectorAll("[data-block]")) new Heat(region);
field("filters").hidden = false;
field("filters").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["search", "from", "to"]) field(id).addEventListener("input", filter);
for (const button of document.querySelectorAll("[data-tag]")) {
  button.addEventListener("click", () => {
    const on = !tags.delete(button.dataset.tag);
    if (on) tags.add(button.dataset.tag);
    button.setAttribute("aria-pressed", String(on));
    filter();
  });
}
for (const button of document.querySelectorAll("[data-sort]"))
  button.addEventListener("click", () => sort(button));
document.body.dataset.ready = "yes";
