// Node.js writes to a pipe without waiting: what is not taken at once is kept in memory, and is lost
// where the program then ends itself by process.exit. To a file it waits; here it does so to pipes.
for (const name of ["stdout", "stderr"]) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  const blocking = () => {
    const stream = get.call(process);
    stream._handle?.setBlocking?.(true);
    return stream;
  };
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: blocking });
}
