-- SPDX-License-Identifier: MIT
-- What wrk sends: `wrk -s requests.lua URL -- METHOD IDS TOKEN`, where IDS is
-- a file with one prompt id a line.  Each thread goes through all of them, a
-- thread's first one far from the other's.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    method = arguments[1]
    ids = {}
    for id in io.lines(arguments[2]) do
        ids[#ids + 1] = id
    end
    headers = {
        ["Authorization"] = "Bearer " .. arguments[3],
        ["Content-Type"] = method == "PATCH" and "application/json" or nil,
    }
    sent = number * math.floor(#ids / 2)
    text = string.rep("Answer as briefly as you can. ", 10)
end

function request()
    local body = nil
    sent = sent + 1
    if method == "PATCH" then
        -- Another text each time, so that something changes.
        body = '{"content":"' .. text .. number .. "-" .. sent .. '"}'
    end
    return wrk.format(method, "/prompts/" .. ids[sent % #ids + 1], headers,
        body)
end

-- One line for run.py.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,' ..
        '"status":%d,"socket":%d}\n',
        summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
