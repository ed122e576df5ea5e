'use strict';
// Runs spec files written for jest and writes each test's outcome into the report.
// Modules are linked here as Babel and jest would: `import` and `require` both work, and names
// without an ending are looked for beside the file.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const util = require('node:util');
const { builtinModules, createRequire } = require('node:module');

const [reportName, ...specs] = process.argv.slice(2);
const report = fs.openSync(reportName, 'a');
const write = fs.writeSync;
const stringify = JSON.stringify;
const TIMEOUT = 5000; // milliseconds, jest's
const later = setTimeout;
const note = (word, name) => write(report, stringify([word, name]) + '\n');

// --- equality, after jest's `equals` with `iterableEquality`

const typeOf = (value) => Object.prototype.toString.call(value);

function keysOf(value) {
  const symbols = Object.getOwnPropertySymbols(value);
  const enumerable = symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return [...Object.keys(value), ...enumerable];
}

function equals(a, b, strict, seen = []) {
  if (a && a.$asymmetric) return a.$asymmetric(b);
  if (b && b.$asymmetric) return b.$asymmetric(a);
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Error && b instanceof Error) return a.message === b.message;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (seen.some(([x, y]) => x === a && y === b)) return true;
  const deeper = [...seen, [a, b]];
  const same = (x, y) => equals(x, y, strict, deeper);
  if (['[object Boolean]', '[object Number]', '[object String]'].includes(type)) {
    return Object.is(a.valueOf(), b.valueOf());
  }
  if (type === '[object Date]') return +a === +b || (Number.isNaN(+a) && Number.isNaN(+b));
  if (type === '[object RegExp]') return a.source === b.source && a.flags === b.flags;
  if (strict && a.constructor !== b.constructor) return false;
  if (a instanceof Set && b instanceof Set) {
    if (a.size !== b.size) return false;
    return [...a].every((x) => b.has(x) || [...b].some((y) => same(x, y)));
  }
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    return [...a].every(([key, value]) =>
      b.has(key) ? same(value, b.get(key)) : [...b].some(([k, v]) => same(key, k) && same(value, v)));
  }
  if (Array.isArray(a) && a.length !== b.length) return false;
  if (!Array.isArray(a) && !ArrayBuffer.isView(a) && typeof a[Symbol.iterator] === 'function') {
    if (typeof b[Symbol.iterator] !== 'function' || a.constructor !== b.constructor) return false;
    const [left, right] = [[...a], [...b]];
    if (left.length !== right.length || !left.every((x, at) => same(x, right[at]))) return false;
  }
  const has = (value, key) => Object.prototype.hasOwnProperty.call(value, key);
  const counted = (value) => keysOf(value).filter((key) => strict || value[key] !== undefined);
  const [left, right] = [counted(a), counted(b)];
  return left.length === right.length && left.every((key) => has(b, key) && same(a[key], b[key]));
}

function matchesObject(value, wanted) {
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) {
    return equals(value, wanted);
  }
  return value !== null && typeof value === 'object'
    && Object.keys(wanted).every((key) => key in value && matchesObject(value[key], wanted[key]));
}

// --- matchers

function thrownBy(action) {
  if (typeof action !== 'function') throw new Error('expect: not a function');
  try {
    action();
  } catch (error) {
    return { error };
  }
  return null;
}

function isWanted(error, wanted) {
  const message = error && error.message !== undefined ? error.message : error;
  if (wanted === undefined) return true;
  if (typeof wanted === 'string') return String(message).includes(wanted);
  if (wanted instanceof RegExp) return wanted.test(String(message));
  if (typeof wanted === 'function') return error instanceof wanted;
  return message === wanted.message;
}

const at = (value, names) => (Array.isArray(names) ? names : String(names).split('.'))
  .reduce((found, name) => (found === undefined || found === null ? { is: false }
    : found.is === false ? found : name in Object(found.value)
      ? { is: true, value: found.value[name] } : { is: false }), { is: true, value });

const MATCHERS = {
  toBe: (value, wanted) => Object.is(value, wanted),
  toEqual: (value, wanted) => equals(value, wanted, false),
  toStrictEqual: (value, wanted) => equals(value, wanted, true),
  toMatchObject: matchesObject,
  toBeCloseTo: (value, wanted, digits = 2) =>
    value === wanted || Math.abs(wanted - value) < 10 ** -digits / 2,
  toBeUndefined: (value) => value === undefined,
  toBeDefined: (value) => value !== undefined,
  toBeNull: (value) => value === null,
  toBeNaN: (value) => Number.isNaN(value),
  toBeTruthy: (value) => Boolean(value),
  toBeFalsy: (value) => !value,
  toBeInstanceOf: (value, wanted) => value instanceof wanted,
  toBeGreaterThan: (value, wanted) => value > wanted,
  toBeGreaterThanOrEqual: (value, wanted) => value >= wanted,
  toBeLessThan: (value, wanted) => value < wanted,
  toBeLessThanOrEqual: (value, wanted) => value <= wanted,
  toContain: (value, wanted) => typeof value === 'string' ? value.includes(wanted)
    : Array.from(value).some((each) => Object.is(each, wanted)),
  toContainEqual: (value, wanted) => Array.from(value).some((each) => equals(each, wanted)),
  toHaveLength: (value, wanted) => value.length === wanted,
  toHaveProperty: (value, names, ...wanted) => {
    const found = at(value, names);
    return found.is && (wanted.length === 0 || equals(found.value, wanted[0]));
  },
  toMatch: (value, wanted) => typeof wanted === 'string' ? value.includes(wanted) : wanted.test(value),
  toHaveBeenCalled: (value) => value.mock.calls.length > 0,
  toHaveBeenCalledTimes: (value, wanted) => value.mock.calls.length === wanted,
  toHaveBeenCalledWith: (value, ...wanted) => value.mock.calls.some((each) => equals(each, wanted)),
  toHaveBeenLastCalledWith: (value, ...wanted) => equals(value.mock.calls.at(-1), wanted),
  toHaveReturnedWith: (value, wanted) => value.mock.results.some((each) => equals(each.value, wanted)),
};
MATCHERS.toBeCalled = MATCHERS.toHaveBeenCalled;
MATCHERS.toBeCalledTimes = MATCHERS.toHaveBeenCalledTimes;
MATCHERS.toBeCalledWith = MATCHERS.toHaveBeenCalledWith;
const EXTRA = {};
let asserted = 0;

function settle(name, negated, value, given, told) {
  asserted += 1;
  if (told !== !negated) {
    const shown = given.map((each) => util.inspect(each)).join(', ');
    throw new Error(`expect(${util.inspect(value)})${negated ? '.not' : ''}.${name}(${shown})`);
  }
}

function matching(value, negated, way) {
  const found = {};
  const through = (name, judge) => {
    found[name] = (...given) => {
      if (!way) return judge(value, given);
      return way(value).then((settled) => judge(settled, given));
    };
  };
  for (const [name, matcher] of Object.entries(MATCHERS)) {
    through(name, (held, given) => settle(name, negated, held, given, matcher(held, ...given)));
  }
  for (const name of ['toThrow', 'toThrowError']) {
    through(name, (held, given) => {
      const thrown = way && way.rejects ? { error: held } : thrownBy(held);
      settle(name, negated, held, given, thrown !== null && isWanted(thrown.error, given[0]));
    });
  }
  for (const [name, matcher] of Object.entries(EXTRA)) {
    through(name, (held, given) => {
      const told = matcher.call({ isNot: negated, equals, utils: util }, held, ...given);
      const finish = (each) => settle(name, negated, held, given, Boolean(each.pass));
      return told && typeof told.then === 'function' ? told.then(finish) : finish(told);
    });
  }
  return found;
}

const resolves = (value) => Promise.resolve(typeof value === 'function' ? value() : value);
const rejects = (value) => Promise.resolve(typeof value === 'function' ? value() : value).then(
  () => { throw new Error('the promise did not reject'); },
  (error) => error,
);
rejects.rejects = true;

function expect(value) {
  const waiting = (way) => ({ ...matching(value, false, way), not: matching(value, true, way) });
  return {
    ...matching(value, false),
    not: matching(value, true),
    resolves: waiting(resolves),
    rejects: waiting(rejects),
  };
}
const asymmetric = (judge) => ({ $asymmetric: judge });
expect.extend = (more) => Object.assign(EXTRA, more);
expect.anything = () => asymmetric((value) => value !== null && value !== undefined);
expect.any = (type) => asymmetric((value) => value instanceof type
  || typeof value === type.name.toLowerCase());
expect.objectContaining = (wanted) => asymmetric((value) => matchesObject(value, wanted));
expect.arrayContaining = (wanted) => asymmetric((value) =>
  wanted.every((each) => value.some((other) => equals(other, each))));
expect.stringContaining = (wanted) => asymmetric((value) => String(value).includes(wanted));
expect.stringMatching = (wanted) => asymmetric((value) => new RegExp(wanted).test(value));
expect.assertions = (count) => { current.wanted = count; };
expect.hasAssertions = () => { current.wanted = current.wanted || -1; };

// --- mocks

function mock(body) {
  const called = function (...given) {
    called.mock.calls.push(given);
    try {
      const value = (once.shift() || inner || (() => undefined)).apply(this, given);
      called.mock.results.push({ type: 'return', value });
      return value;
    } catch (error) {
      called.mock.results.push({ type: 'throw', value: error });
      throw error;
    }
  };
  let inner = body;
  const once = [];
  called.mock = { calls: [], results: [] };
  called.mockImplementation = (other) => { inner = other; return called; };
  called.mockImplementationOnce = (other) => { once.push(other); return called; };
  called.mockReturnValue = (value) => called.mockImplementation(() => value);
  called.mockReturnValueOnce = (value) => called.mockImplementationOnce(() => value);
  called.mockResolvedValue = (value) => called.mockImplementation(() => Promise.resolve(value));
  called.mockRejectedValue = (value) => called.mockImplementation(() => Promise.reject(value));
  called.mockClear = () => { called.mock.calls = []; called.mock.results = []; return called; };
  called.mockReset = () => { inner = undefined; once.length = 0; return called.mockClear(); };
  called.mockRestore = called.mockReset;
  return called;
}
const jest = {
  fn: mock,
  spyOn: (owner, name) => {
    const before = owner[name];
    owner[name] = mock(before);
    owner[name].mockRestore = () => { owner[name] = before; };
    return owner[name];
  },
  setTimeout: () => jest,
};

// --- suites

const suite = (name, parent) => ({
  name, parent, tests: [], skipped: parent ? parent.skipped : false, only: false,
  beforeEach: [], afterEach: [], beforeAll: [], afterAll: [],
});
let place = suite('', null);
let current = {};
let hasOnly = false;

const printed = (name, row, number) => {
  const given = Array.isArray(row) ? [...row] : [row];
  let text = String(name).replace(/%([sdifjop#%])/g, (whole, kind) => {
    if (kind === '%') return '%';
    if (kind === '#') return String(number);
    if (!given.length) return whole;
    const value = given.shift();
    return 'jop'.includes(kind) ? util.inspect(value) : String(value);
  });
  if (!Array.isArray(row) && row !== null && typeof row === 'object') {
    text = text.replace(/\$([\w.]+)/g, (whole, names) => {
      const found = at(row, names);
      return found.is ? (typeof found.value === 'string' ? found.value : util.inspect(found.value)) : whole;
    });
  }
  return text;
};
function tableOf(rows, values) {
  if (!rows.raw) return rows;
  const heads = rows[0].trim().split('|').map((each) => each.trim()).filter(Boolean);
  const found = [];
  for (let start = 0; start < values.length; start += heads.length) {
    found.push(Object.fromEntries(heads.map((head, number) => [head, values[start + number]])));
  }
  return found;
}
const each = (make) => (rows, ...values) => (name, body, limit) => {
  tableOf(rows, values).forEach((row, number) => make(printed(name, row, number),
    (...more) => body(...(Array.isArray(row) ? row : [row]), ...more), limit));
};

function describe(name, body) {
  const before = place;
  place = suite(String(name.name || name), before);
  before.tests.push(place);
  try {
    body();
  } finally {
    place = before;
  }
}
const marked = (mark) => (name, body) => {
  describe(name, () => { place[mark] = true; body(); });
};
describe.skip = marked('skipped');
describe.only = (name, body) => { hasOnly = true; marked('only')(name, body); };
describe.each = each(describe);
describe.skip.each = each(describe.skip);

const adding = (more) => (name, body, limit) => {
  hasOnly = hasOnly || Boolean(more.only);
  place.tests.push({ name: String(name), body, limit: limit || TIMEOUT, ...more });
};
const test = adding({});
test.skip = adding({ skipped: true });
test.only = adding({ only: true });
test.todo = (name) => test.skip(name, () => {});
test.failing = adding({ failing: true });
test.concurrent = test;
for (const way of [test, test.skip, test.only]) way.each = each(way);
const hook = (kind) => (body) => { place[kind].push(body); };
Object.assign(globalThis, {
  describe, xdescribe: describe.skip, fdescribe: describe.only,
  test, it: test, xtest: test.skip, xit: test.skip, fit: test.only,
  beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
  beforeAll: hook('beforeAll'), afterAll: hook('afterAll'),
  expect, jest,
});

function called(body, limit) {
  return new Promise((resolve, reject) => {
    const timer = later(() => reject(new Error(`took more than ${limit} ms`)), limit);
    const finish = (error) => {
      clearTimeout(timer);
      if (error) reject(error); else resolve();
    };
    const done = (error) => finish(error);
    done.fail = (error) => finish(error || new Error('done.fail()'));
    try {
      const told = body.length > 0 ? body(done) : body();
      if (told && typeof told.then === 'function') told.then(() => finish(), (error) => finish(error || new Error('rejected')));
      else if (body.length === 0) finish();
    } catch (error) {
      finish(error || new Error('thrown'));
    }
  });
}

const chain = (of) => (of ? [...chain(of.parent), of] : []);

async function runTest(each, of) {
  const name = [...chain(of).map((outer) => outer.name), each.name].filter(Boolean).join(' > ');
  const isOut = hasOnly && !each.only && !chain(of).some((outer) => outer.only);
  if (each.skipped || isOut || chain(of).some((outer) => outer.skipped)) {
    note('skipped', name);
    return;
  }
  let failure = null;
  current = { wanted: 0 };
  asserted = 0;
  try {
    for (const outer of chain(of)) for (const body of outer.beforeEach) await called(body, TIMEOUT);
    await called(each.body, each.limit);
    if (current.wanted > 0 && asserted !== current.wanted) throw new Error('number of assertions');
    if (current.wanted < 0 && asserted === 0) throw new Error('no assertions');
  } catch (error) {
    failure = error || new Error('thrown');
  }
  try {
    for (const outer of chain(of).reverse()) for (const body of outer.afterEach) await called(body, TIMEOUT);
  } catch (error) {
    failure = failure || error;
  }
  const passed = (failure === null) !== Boolean(each.failing);
  note(passed ? 'ok' : 'failed', name);
  if (failure) console.error(`${name}: ${failure && failure.message}`);
}

async function runSuite(of) {
  for (const body of of.beforeAll) await called(body, TIMEOUT);
  for (const each of of.tests) {
    if (each.tests) await runSuite(each); else await runTest(each, of);
  }
  for (const body of of.afterAll) await called(body, TIMEOUT);
}

// --- modules

const known = new Map();
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'];
const isModule = /^\s*(?:import\b(?!\s*\()|export\b)/m;

function located(name, from) {
  const base = path.resolve(path.dirname(from), name);
  const found = ENDINGS.map((ending) => base + ending)
    .find((each) => fs.existsSync(each) && fs.statSync(each).isFile());
  if (!found) throw new Error(`Cannot find module '${name}' from '${path.basename(from)}'`);
  return found;
}

const plainRequires = new Map();
function requiring(from) {
  const builtin = createRequire(from);
  return (name) => {
    if (name === '@jest/globals') return globalThis;
    if (!name.startsWith('.') && !name.startsWith('/')) return builtin(name);
    const file = located(name, from);
    if (plainRequires.has(file)) return plainRequires.get(file).exports;
    const text = fs.readFileSync(file, 'utf8');
    if (file.endsWith('.json')) return JSON.parse(text);
    const module = { exports: {} };
    plainRequires.set(file, module);
    wrapped(text, file)(module.exports, requiring(file), module, file, path.dirname(file));
    return module.exports;
  };
}
const wrapped = (text, file) => vm.compileFunction(
  text, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: file });

function synthetic(name, exports) {
  const isPlain = exports !== null && ['object', 'function'].includes(typeof exports);
  const names = new Set(isPlain ? Object.keys(exports) : []);
  names.add('default');
  return new vm.SyntheticModule([...names], function fill() {
    for (const each of names) {
      this.setExport(each, each === 'default' && !(isPlain && exports.__esModule)
        ? exports : exports[each]);
    }
  }, { identifier: name });
}

function loaded(name, from) {
  if (name === '@jest/globals') return synthetic(name, globalThis);
  if (/^core-js|^regenerator-runtime/.test(name)) return synthetic(name, {});
  if (builtinModules.includes(name.replace(/^node:/, '')) || !/^[./]/.test(name)) {
    if (!known.has(name)) known.set(name, synthetic(name, createRequire(from)(name)));
    return known.get(name);
  }
  const file = located(name, from);
  if (known.has(file)) return known.get(file);
  const text = fs.readFileSync(file, 'utf8');
  if (file.endsWith('.json') || !isModule.test(text)) {
    const module = synthetic(file, requiring(path.join(path.dirname(file), 'x'))(file));
    known.set(file, module);
    return module;
  }
  const head = 'const { require, module, exports, __filename, __dirname } = import.meta.grader; ';
  const names = ['require', 'module', 'exports', '__filename', '__dirname']
    .filter((each) => new RegExp(`\\b${each}\\b`).test(text)
      && !new RegExp(`\\b(?:const|let|var|function|class)\\s+${each}\\b`).test(text));
  const before = names.length
    ? head.replace(/\{.*\} =/, `{ ${names.join(', ')} } =`) : '';
  const module = new vm.SourceTextModule(before + text, {
    identifier: file,
    initializeImportMeta: (meta) => {
      const own = { exports: {} };
      meta.url = `file://${file}`;
      meta.grader = {
        require: requiring(file), module: own, exports: own.exports,
        __filename: file, __dirname: path.dirname(file),
      };
    },
    importModuleDynamically: async (other) => {
      const found = loaded(other, file);
      if (found.status === 'unlinked') await found.link(link);
      if (found.status === 'linked') await found.evaluate();
      return found;
    },
  });
  known.set(file, module);
  return module;
}
const link = (name, from) => loaded(name, from.identifier.startsWith('/')
  ? from.identifier : path.resolve('x'));

async function main() {
  for (const spec of specs) {
    place = suite('', null);
    const root = place;
    hasOnly = false;
    const module = loaded(`./${spec}`, path.resolve('x'));
    await module.link(link);
    await module.evaluate();
    await runSuite(root);
  }
}
main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
