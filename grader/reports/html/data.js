"use strict";
// The data blocks of the page: zlib in base64. Everything in them is text, and stays text: this page
// never turns data into markup.

async function unpack(id) {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = packed.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const CHUNK = 64;
const chunks = new Map();

// The detail of a row; null where the page carries none.
async function detailOf(run, row) {
  if (document.body.dataset.live === "yes") return fetchDetail(run, row);
  const number = run.detail[row];
  if (number < 0) return null;
  const chunk = Math.floor(number / CHUNK);
  if (!chunks.has(chunk)) chunks.set(chunk, unpack("d" + chunk));
  return (await chunks.get(chunk))[number % CHUNK];
}

// Make an element: words become text, never markup.
function make(tag, kind, words) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (words !== undefined) element.textContent = words;
  return element;
}

function time(microseconds) {
  if (!microseconds) return "–";
  if (microseconds < 1000) return microseconds + " µs";
  if (microseconds < 1e6) return (microseconds / 1000).toFixed(microseconds < 1e4 ? 1 : 0) + " ms";
  return (microseconds / 1e6).toFixed(microseconds < 1e7 ? 2 : 1) + " s";
}

const counted = (number, noun) =>
  number.toLocaleString("en-US") + " " + noun + (number === 1 ? "" : "s");

// Add up what the table shows of each task.
function tally(run) {
  const tasks = run.tasks.map(() => ({ samples: [], passed: 0, graded: 0, wall: 0, first: -1 }));
  const passed = run.verdicts.indexOf("passed");
  const ungraded = run.verdicts.indexOf("ungraded");
  for (let row = 0; row < run.task.length; row++) {
    const task = tasks[run.task[row]];
    const verdict = run.verdict[row];
    task.samples.push(row);
    task.passed += verdict === passed;
    task.graded += verdict !== ungraded;
    task.wall += run.wall_us[row];
    if (verdict !== passed && task.first < 0) task.first = row;
  }
  for (const task of tasks) task.samples.sort((a, b) => run.index[a] - run.index[b]);
  return tasks;
}
