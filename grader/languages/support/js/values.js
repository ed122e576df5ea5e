// Values as tagged JSON, both ends. What is decoded is made of standard values alone.
const graderValues = (() => {
  const { isArray } = Array;
  const plain = { __proto__: null, number: true, string: true, boolean: true };
  const number = (value) =>
    Number.isFinite(value) && !Object.is(value, -0) ? value : { n: Object.is(value, -0) ? "-0" : String(value) };

  function encode(value, above) {
    if (value === null) return null;
    const kind = typeof value;
    if (kind === "number") return number(value);
    if (plain[kind]) return value;
    if (kind === "undefined") return { u: 1 };
    if (kind === "bigint") return { b: value.toString() };
    if (kind !== "object" || above.includes(value)) return { x: kind === "object" ? "a cycle" : kind };
    above.push(value);
    const coded = encodeObject(value, above);
    above.pop();
    return coded;
  }

  function encodeObject(value, above) {
    const each = (item) => encode(item, above);
    if (isArray(value)) return Array.from(value, (item, at) => (at in value ? each(item) : { h: 1 }));
    if (value instanceof Map) return { m: Array.from(value, ([key, item]) => [each(key), each(item)]) };
    if (value instanceof Set) return { s: Array.from(value, each) };
    if (value instanceof Date) return { d: number(value.getTime()) };
    if (value instanceof RegExp) return { r: [value.source, value.flags] };
    if (value instanceof Error) return { e: [String(value.name), String(value.message)] };
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return { w: each(value.valueOf()) };
    if (ArrayBuffer.isView(value) && typeof value.length === "number") {
      return { y: [value.constructor.name, Array.from(value, each)] };
    }
    const shape = Object.getPrototypeOf(value);
    if (shape !== null && shape !== Object.prototype) return { x: `an instance of ${shape.constructor?.name}` };
    return { o: Object.entries(value).map(([key, item]) => [key, each(item)]) };
  }

  const views = { Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, Buffer };

  class Unknown {
    constructor(what) {
      this.what = what;
    }
  }

  function decode(coded) {
    if (coded === null || plain[typeof coded]) return coded;
    if (isArray(coded)) return decodeArray(coded);
    const [[tag, value]] = Object.entries(coded);
    switch (tag) {
      case "n": return Number(value);
      case "u": return undefined;
      case "b": return BigInt(value);
      case "m": return new Map(value.map(([key, item]) => [decode(key), decode(item)]));
      case "s": return new Set(value.map(decode));
      case "d": return new Date(decode(value));
      case "r": return new RegExp(String(value[0]), String(value[1]));
      case "e": return Object.assign(new Error(String(value[1])), { name: String(value[0]) });
      case "w": return Object(decode(value));
      case "y": return views[value[0]].from(value[1].map(decode));
      case "o": return decodeEntries(value);
      case "x": return new Unknown(String(value));
      default: throw new TypeError("no value");
    }
  }

  function decodeArray(coded) {
    const made = new Array(coded.length);
    coded.forEach((item, at) => {
      if (!(item !== null && typeof item === "object" && item.h)) made[at] = decode(item);
    });
    return made;
  }

  function decodeEntries(entries) {
    const made = {};
    for (const [key, item] of entries) {
      Object.defineProperty(made, String(key), { value: decode(item), writable: true, enumerable: true, configurable: true });
    }
    return made;
  }

  return { encode: (value) => encode(value, []), decode };
})();
const graderWire = (() => {
  const fs = require("node:fs");
  const most = 16 * 1024 * 1024;
  function exactly(size) {
    const data = Buffer.alloc(size);
    let at = 0;
    while (at < size) {
      const got = fs.readSync(3, data, at, size - at, null);
      if (!got) return null;
      at += got;
    }
    return data;
  }
  function receive() {
    const head = exactly(4);
    if (head === null) return null;
    const size = head.readUInt32BE(0);
    if (size > most) throw new RangeError("a message of more than 16 MiB");
    const body = exactly(size);
    return body === null ? null : JSON.parse(body.toString("utf8"));
  }
  function send(message) {
    const body = Buffer.from(JSON.stringify(message), "utf8");
    if (body.length > most) throw new RangeError("an answer of more than 16 MiB");
    const data = Buffer.allocUnsafe(4 + body.length);
    data.writeUInt32BE(body.length, 0);
    body.copy(data, 4);
    for (let at = 0; at < data.length; ) at += fs.writeSync(4, data, at, data.length - at);
  }
  return { receive, send };
})();
