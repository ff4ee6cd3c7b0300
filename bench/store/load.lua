-- Posts the bodies of a file in turn, one a line, and prints what came of it as one line of JSON. With a boundary behind the file's name the file is
-- one multipart form, posted again and again.
local bodies, index = {}, 0
local form = nil
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  wrk.method = "POST"
  if args[2] then
    local file = io.open(args[1], "rb")
    wrk.headers["content-type"] = "multipart/form-data; boundary=" .. args[2]
    wrk.headers["apollo-require-preflight"] = "true"
    form = wrk.format(nil, nil, nil, file:read("*a"))
    file:close()
    return
  end
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  wrk.headers["content-type"] = "application/json"
  math.randomseed(os.time())
end

local function uuid()
  return string.format("%08x-%04x-4000-8000-%04x%08x", math.random(0, 0x7fffffff), math.random(0, 0xffff), math.random(0, 0xffff), math.random(0, 0x7fffffff))
end

function request()
  if form then return form end
  index = index % #bodies + 1
  local body = bodies[index]
  -- What is stored needs a key that nobody had before.
  if body:find("@A@", 1, true) then
    body = body:gsub("@A@", uuid()):gsub("@B@", uuid())
  end
  return wrk.format(nil, nil, nil, body)
end

function response(status, headers, body)
  if status ~= 200 or body:find('"errors":[', 1, true) then
    wrong = wrong + 1
    io.stderr:write(status, " ", body:sub(1, 500), "\n")
  end
end

function done(summary, latency)
  local faults = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do faults = faults + thread:get("wrong") end
  if faults > 0 then
    io.stderr:write(string.format("connect %d, read %d, write %d, timeout %d\n", summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.timeout))
  end
  print(string.format('{"requests":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"faults":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, faults))
end
