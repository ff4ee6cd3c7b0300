-- Posts the bodies of a file in turn and prints what came of it as one line of JSON.
local bodies, index = {}, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrong = 0
  math.randomseed(os.time())
end

local function uuid()
  return string.format("%08x-%04x-4000-8000-%04x%08x", math.random(0, 0x7fffffff), math.random(0, 0xffff), math.random(0, 0xffff), math.random(0, 0x7fffffff))
end

function request()
  index = index % #bodies + 1
  local body = bodies[index]
  -- What is stored needs a key that nobody had before.
  if body:find("@A@", 1, true) then
    body = body:gsub("@A@", uuid()):gsub("@B@", uuid())
  end
  return wrk.format(nil, nil, nil, body)
end

function response(status, headers, body)
  if status ~= 200 or body:find('"errors":[', 1, true) then wrong = wrong + 1 end
end

function done(summary, latency)
  local faults = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do faults = faults + thread:get("wrong") end
  print(string.format('{"requests":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"faults":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, faults))
end
