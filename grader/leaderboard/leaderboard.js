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
