;(() => {
  const { encode, decode } = graderValues;
  const { receive, send } = graderWire;
  const leave = process.reallyExit.bind(process);
  for (let asked = receive(); asked !== null; asked = receive()) {
    let answer;
    try {
      answer = { value: encode(graderFunctions[asked.call](...asked.given.map(decode))) };
    } catch (error) {
      answer = { raised: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 1000) : `threw ${typeof error}` };
    }
    send(answer);
  }
  leave(0);
})();
