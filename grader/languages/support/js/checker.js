function graderAsk(name, given) {
  const { encode, decode } = graderValues;
  const leave = (why) => {
    require("node:fs").writeSync(2, String(why).slice(0, 1000));
    process.exit(97);
  };
  let answer;
  try {
    graderWire.send({ call: name, given: given.map(encode) });
    answer = graderWire.receive();
    if (answer === null) leave("left before the tests were over");
    if (!("raised" in answer)) return decode(answer.value);
  } catch (error) {
    leave(error.code === "EPIPE" ? "left before the tests were over" : `talked nonsense: ${error.message}`);
  }
  leave(typeof answer.raised === "string" ? answer.raised : "talked nonsense");
}
