local wire = require("wire")
local leave, pcall, tostring, sub = os.exit, pcall, tostring, string.sub
local unpack, pack = table.unpack, table.pack
local functions = dofile("solution.lua")

for asked in wire.receive do
  local found = pack(pcall(functions[asked.call], unpack(asked.given, 1, asked.count)))
  if found[1] then
    wire.send({ count = found.n - 1, found = pack(unpack(found, 2, found.n)) })
  else
    wire.send({ raised = sub(tostring(found[2]), 1, 1000) })
  end
end
leave(0)
