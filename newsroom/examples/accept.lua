-- Visitors who accept, for wrk: see docs/ledger.md.
wrk.method = "POST"
wrk.path = "/privacy/choices"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Sec-Fetch-Site"] = "same-origin"
wrk.body = "action=accept&from=banner"

local other = 0

function response(status)
    if status ~= 303 then
        other = other + 1
    end
    if other == 1 then
        print("an answer that is no 303: " .. status)
    end
end
