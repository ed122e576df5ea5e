// What programs use of Node.js and of browsers; the whole of it would take seconds to read.
interface Console {
  assert(condition?: any, ...data: any[]): void;
  debug(...data: any[]): void;
  dir(item?: any, options?: any): void;
  error(...data: any[]): void;
  info(...data: any[]): void;
  log(...data: any[]): void;
  table(data?: any, columns?: string[]): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  trace(...data: any[]): void;
  warn(...data: any[]): void;
}
declare var console: Console;
declare var performance: { now(): number };
declare var crypto: any;
declare function setTimeout(handler: any, timeout?: number, ...given: any[]): number;
declare function clearTimeout(id?: number): void;
declare function setInterval(handler: any, timeout?: number, ...given: any[]): number;
declare function clearInterval(id?: number): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T, options?: any): T;
declare function atob(data: string): string;
declare function btoa(data: string): string;
declare function alert(message?: any): void;
declare class TextEncoder {
  encode(input?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string);
  decode(input?: any): string;
}
declare class URL {
  constructor(url: string, base?: string);
  [name: string]: any;
}
