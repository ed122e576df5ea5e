local wire = require("wire")
local exit = os.exit -- LuaUnit replaces it while tests run

local function leave(why)
  io.stderr:write(string.sub(tostring(why), 1, 1000))
  exit(97)
end

function graderAsk(name, ...)
  local asked = { call = name, count = select("#", ...), given = { ... } }
  local held, answer = pcall(function()
    wire.send(asked)
    return wire.receive()
  end)
  if not held then
    leave("talked nonsense: " .. tostring(answer))
  elseif answer == nil then
    leave("left before the tests were over")
  elseif math.type(answer.count) ~= "integer" or type(answer.found) ~= "table" or answer.count > 200 then
    leave(answer.raised or "talked nonsense")
  end
  return table.unpack(answer.found, 1, answer.count)
end
