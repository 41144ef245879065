-- SPDX-License-Identifier: MIT
-- What wrk sends: `wrk -s requests.lua URL -- OPERATION PATH IDS TOKEN`.
-- OPERATION is a method, or MIXED: a PATCH after every nine GETs.  IDS is a
-- file with an id and, after a blank, the id of its payload on each line; they
-- take the places of {id} and {payload} in PATH.  All threads share the ids
-- out, and each begins again when it has used its part up.

local threads = {}

function setup(thread)
    thread:set("number", #threads)
    thread:set("count", tonumber(os.getenv("BENCH_THREADS")))
    threads[#threads + 1] = thread
end

function init(arguments)
    operation = arguments[1]
    paths = {}
    local line_number = 0
    for line in io.lines(arguments[3]) do
        if line_number % count == number then
            local id, payload = line:match("^(%S+)%s*(%S*)$")
            paths[#paths + 1] = arguments[2]:gsub("{(%a+)}",
                { id = id, payload = payload })
        end
        line_number = line_number + 1
    end
    headers = { ["Authorization"] = "Bearer " .. arguments[4] }
    json_headers = { ["Authorization"] = headers["Authorization"],
        ["Content-Type"] = "application/json" }
    -- Another text each time, in this run and the next, so that something
    -- changes.
    text = string.rep("Answer as briefly as you can. ", 10) .. os.time() ..
        "-" .. number .. "-"
    sent = 0
    rounds = 0  -- how often all ids were used
    finished = {}
end

local function without_body(method, path)
    if finished[path] == nil then
        finished[path] = wrk.format(method, path, headers)
    end
    return finished[path]
end

function request()
    if sent % #paths == 0 then
        rounds = rounds + 1
    end
    sent = sent + 1
    local path = paths[sent % #paths + 1]
    if operation == "PATCH" or operation == "MIXED" and sent % 10 == 0 then
        return wrk.format("PATCH", path, json_headers,
            '{"content":"' .. text .. sent .. '"}')
    elseif operation == "PUT" then
        return wrk.format("PUT", path, json_headers,
            '{"name":"sample","variables":{"text":"' .. text .. sent .. '"}}')
    elseif operation == "MIXED" then
        return without_body("GET", path)
    end
    return without_body(operation, path)
end

-- One line for load.py.
function done(summary, latency)
    local errors = summary.errors
    local most = 0
    for _, thread in ipairs(threads) do
        most = math.max(most, thread:get("rounds"))
    end
    io.write(string.format(
        '\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,' ..
        '"longest_us":%d,"rounds":%d,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), latency.max, most, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
