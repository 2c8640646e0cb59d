-- One kind of request of MLflow's protocol; arguments after the URL: kind, run or experiment. Every request differs, as a client's do.
local kind, id, step = nil, nil, 0
local thread = 0

function setup(t)
  t:set("number", thread)
  thread = thread + 1
end

function init(args)
  kind, id = args[1], args[2]
  math.randomseed(number + 1)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

local function batch()
  local points = {}
  for i = 0, 999 do points[i + 1] = string.format('{"key": "m%d", "value": %.15f, "timestamp": 1700000000000, "step": %d}', i % 10, math.random(), step * 100 + math.floor(i / 10)) end
  return string.format('{"run_id": "%s", "metrics": [%s]}', id, table.concat(points, ", "))
end

function request()
  step = step + 1
  if kind == "metric" then
    return wrk.format(nil, "/api/2.0/mlflow/runs/log-metric", nil, string.format('{"run_id": "%s", "key": "loss", "value": %.15f, "timestamp": 1700000000000, "step": %d}', id, math.random(), step * 16 + number))
  elseif kind == "create" then
    return wrk.format(nil, "/api/2.0/mlflow/runs/create", nil, string.format('{"experiment_id": "%s", "start_time": 1700000000000, "run_name": "r", "tags": [{"key": "mlflow.user", "value": "u"}]}', id))
  elseif kind == "batch" then
    return wrk.format(nil, "/api/2.0/mlflow/runs/log-batch", nil, batch())
  end
  return wrk.format("GET", "/")
end

function done(s, l)
  local e = s.errors
  io.write(string.format("%9.0f req/s   p50 %8.3f ms   p99 %8.3f ms   errors %d\n", s.requests / (s.duration / 1e6), l:percentile(50) / 1000, l:percentile(99) / 1000,
    e.connect + e.read + e.write + e.timeout + e.status))
end
