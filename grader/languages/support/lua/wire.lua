-- Values and messages, both ends: a letter, then what it needs. Lengths and counts are 32 bits.
local MOST, DEEP = 16 << 20, 200
local asks = assert(io.open("/dev/fd/3", "rb"))
local answers = assert(io.open("/dev/fd/4", "wb"))
answers:setvbuf("no")
local type, next, error, tostring, rawlen = type, next, error, tostring, rawlen
local math_type, pack, unpack, sub = math.type, string.pack, string.unpack, string.sub
local concat, setmetatable = table.concat, setmetatable
local wire = {}

local function text(letter, value)
  return letter .. pack(">s4", value)
end

local function encode(value, depth, out)
  local kind = type(value)
  if value == nil then
    out[#out + 1] = "n"
  elseif kind == "boolean" then
    out[#out + 1] = value and "t" or "f"
  elseif kind == "number" then
    out[#out + 1] = math_type(value) == "integer" and "i" .. pack(">i8", value) or "d" .. pack(">d", value)
  elseif kind == "string" then
    out[#out + 1] = text("s", value)
  elseif kind ~= "table" then
    out[#out + 1] = text("x", kind)
  elseif depth >= DEEP then
    out[#out + 1] = text("x", "more than " .. DEEP .. " levels")
  else
    local pairs_of, count = {}, 0
    for key, item in next, value do
      count = count + 1
      encode(key, depth + 1, pairs_of)
      encode(item, depth + 1, pairs_of)
    end
    out[#out + 1] = "m" .. pack(">I4", count) .. concat(pairs_of)
  end
  return out
end

local function decode(body, at, depth)
  if depth > DEEP + 2 then
    error("a message that is too deep", 0)
  end
  local letter = sub(body, at, at)
  at = at + 1
  if letter == "n" then
    return nil, at
  elseif letter == "t" or letter == "f" then
    return letter == "t", at
  elseif letter == "i" then
    return unpack(">i8", body, at)
  elseif letter == "d" then
    return unpack(">d", body, at)
  elseif letter == "s" then
    return unpack(">s4", body, at)
  elseif letter == "x" then
    local what, after = unpack(">s4", body, at)
    return setmetatable({}, { __name = what, __eq = function() return false end }), after
  elseif letter ~= "m" then
    error("a message of no kind", 0)
  end
  local count, key, item
  count, at = unpack(">I4", body, at)
  local made = {}
  for _ = 1, count do
    key, at = decode(body, at, depth + 1)
    item, at = decode(body, at, depth + 1)
    if key == nil or key ~= key then
      error("no key", 0)
    end
    made[key] = item
  end
  return made, at
end

function wire.receive()
  local head = asks:read(4)
  if not head or #head < 4 then
    return nil
  end
  local size = unpack(">I4", head)
  if size > MOST then
    error("a message of more than 16 MiB", 0)
  end
  local body = asks:read(size)
  if not body or rawlen(body) < size then
    return nil
  end
  local value, at = decode(body, 1, 0)
  if at ~= size + 1 or type(value) ~= "table" then
    error("no message", 0)
  end
  return value
end

function wire.send(message)
  local body = concat(encode(message, 0, {}))
  if #body > MOST then
    error("an answer of more than 16 MiB", 0)
  end
  if not answers:write(pack(">s4", body)) then
    error("left before the tests were over", 0)
  end
end

return wire
