-- What a user does in Neovim, start to end. The last line is "neovim ...: N passed, M failed"; the exit code is 1 when one failed.
local folder, mode = os.getenv("E2E_FOLDER"), os.getenv("E2E_MODE")
local policy = folder .. "/policies/policy.yaml"
local passed, failed = 0, 0
local LIMIT = 20000
local stop_all

local function say(text)
  io.stdout:write(text .. "\n")
end

local function check(name, ok, info)
  if ok then
    passed = passed + 1
    say("ok   " .. name)
  else
    failed = failed + 1
    say("FAIL " .. name .. "  " .. (type(info) == "string" and info or vim.inspect(info)))
  end
end

local function wait(condition)
  return vim.wait(LIMIT, condition, 10)
end

local function clients(buffer)
  local found = {}
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == "netpol_lsp" and (not buffer or client.attached_buffers[buffer]) then
      table.insert(found, client)
    end
  end
  return found
end

local function ready(buffer)
  return #clients(buffer) == 1 and clients(buffer)[1].initialized ~= false
end

local function edit(path)
  vim.cmd("edit " .. vim.fn.fnameescape(path))
  return vim.api.nvim_get_current_buf()
end

local function text_of(path)
  return table.concat(vim.fn.readfile(path), "\n")
end

-- The text of the floating window, once there is one.
local function float_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    end
  end
end

local function close_floats()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      vim.api.nvim_win_close(window, true)
    end
  end
end

-- The findings of one rule.
local function found(buffer, code)
  return vim.tbl_filter(function(d)
    return (d.code or (d.user_data and d.user_data.lsp and d.user_data.lsp.code)) == code
  end, vim.diagnostic.get(buffer))
end

-- Line (from 0) and first and last byte column of a text in the buffer.
local function place(buffer, wanted)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local first, last = line:find(wanted, 1, true)
    if first then
      return number - 1, first - 1, last
    end
  end
end

local function squiggles(buffer, line, first, last)
  local count = 0
  for _, namespace in pairs(vim.diagnostic.get_namespaces()) do
    local id = namespace.user_data and namespace.user_data.underline_ns
    for _, mark in ipairs(id and vim.api.nvim_buf_get_extmarks(buffer, id, 0, -1, { details = true }) or {}) do
      if mark[2] == line and mark[3] == first and mark[4].end_col == last then
        count = count + 1
      end
    end
  end
  return count
end

local function test_where_it_attaches()
  local other = edit(folder .. "/other/deployment.yaml")
  check("a YAML file has its filetype", vim.bo[other].filetype == "yaml", vim.bo[other].filetype)
  check("a project without policies is left alone", #clients() == 0)
  if mode == "plugin" then
    local new = edit(folder .. "/other/new.yaml")
    vim.api.nvim_buf_set_lines(new, 0, -1, false, { "apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy" })
    vim.cmd("doautocmd InsertLeave")
    check("a new file becomes a policy", wait(function() return ready(new) end))
    vim.cmd("bwipeout!")
  end
  local tests = edit(folder .. "/tests/netpol-tests.yaml")
  check("tests of connections are served", wait(function() return ready(tests) end))
  if mode == "plugin" then
    -- Its folder is a project of its own: away with it, so that the counts below are those of the others.
    local id = clients(tests)[1].id
    vim.cmd("bwipeout!")
    vim.lsp.stop_client(id)
    wait(function() return #clients() == 1 or #clients() == 0 end)
  end
  local workload = edit(folder .. "/configured/deployment.yaml")
  check("a manifest in a configured project is served", wait(function() return ready(workload) end))
end

local function test_finding(buffer)
  check("one finding of the rule", wait(function() return #found(buffer, "NP105") == 1 end), vim.diagnostic.get(buffer))
  local line, first, last = place(buffer, "[Ingres]")
  local finding = found(buffer, "NP105")[1] or {}
  check("it stands on the token", finding.lnum == line and finding.col == first + 1 and finding.end_col == last - 1, finding)
  check("the squiggle is drawn under the token", wait(function() return squiggles(buffer, line, first + 1, last - 1) == 1 end))
  check("it says what is wrong", (finding.message or ""):find("`Ingres` is not supported", 1, true) ~= nil, finding.message)
end

local function test_hover(buffer)
  local line, first = place(buffer, "podSelector")
  vim.api.nvim_win_set_cursor(0, { line + 1, first + 2 })
  vim.lsp.buf.hover()
  check("the hover tells of the field", wait(function() return (float_text() or ""):find("podSelector", 1, true) end), float_text())
  close_floats()
end

local function test_fix(buffer)
  local line, first = place(buffer, "[Ingres]")
  local before = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  local on_disk = text_of(policy)
  vim.api.nvim_win_set_cursor(0, { line + 1, first + 3 })
  local titles = {}
  vim.ui.select = function(items, options, choose)
    for number, item in ipairs(items) do
      local title = options.format_item and options.format_item(item) or ""
      table.insert(titles, title)
      if title:lower():find("write `ingress`", 1, true) then
        return choose(item, number)
      end
    end
  end
  vim.lsp.buf.code_action()
  local after = before:gsub("%[Ingres%]", "[Ingress]")
  check("the fix changes the right characters", wait(function()
    return vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1] == after
  end), { titles, vim.api.nvim_buf_get_lines(buffer, line, line + 1, false) })
  check("the finding is gone", wait(function() return #found(buffer, "NP105") == 0 end), found(buffer, "NP105"))
  vim.cmd("silent write")
  check("the file is written and nothing else has changed", text_of(policy) == on_disk:gsub("%[Ingres%]", "[Ingress]"), text_of(policy))
end

local function test_commands(buffer)
  local line, first = place(buffer, "name: payment")
  vim.api.nvim_win_set_cursor(0, { line + 1, first })
  vim.cmd("NetpolExplain")
  check("a policy is explained in a window", wait(function() return (float_text() or ""):find("payment", 1, true) end), float_text())
  close_floats()
  local id = clients(buffer)[1].id
  vim.cmd("NetpolRestart")
  -- Of both projects with a buffer. Also the other project's: what has not answered yet is no client to Neovim, and would outlive the end of the test.
  check("the servers are started again", wait(function()
    return ready(buffer) and clients(buffer)[1].id ~= id and #clients() == 2
  end))
end

local function test_why()
  local said
  local notify = vim.notify
  vim.notify = function(message) said = message end
  -- The server has just started: it answers once it has read the files, and says so until then.
  local function ask_again()
    if said == nil or said:find("still being read", 1, true) then
      said = ""
      vim.cmd("Netpol why why/web nobody")
    end
    return said:find("no workload `nobody` is known", 1, true)
  end
  check("a name that means nothing is said", wait(ask_again), said)
  said = nil
  vim.cmd("Netpol why why/web")
  check("half a question is told how to be asked", (said or ""):find("FROM TO[:PORT]", 1, true) ~= nil, said)
  said = nil
  vim.cmd("Netpol nonsense")
  check("what is no question, too", (said or ""):find(":Netpol connectivity", 1, true) ~= nil, said)
  vim.notify = notify
  vim.cmd("Netpol why why/web why/db:5432")
  check("a connection is answered in a window of its own", wait(function() return vim.bo.buftype == "nofile" end))
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  check("the verdict comes first", text:find("^deny: why/web") ~= nil, text)
  check("nobody types into it", not vim.bo.modifiable)
  local place = text:match("connection.yaml:(%d+):%d+")
  vim.fn.search("connection.yaml:")
  vim.cmd("normal! gF")
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ":t")
  check("gF leads to the line", name == "connection.yaml" and vim.api.nvim_win_get_cursor(0)[1] == tonumber(place), { name, place, text })
  vim.cmd("only!")
  edit(policy)
  local offered = vim.fn.getcompletion("Netpol ", "cmdline")
  check("completion knows the questions", vim.deep_equal(offered, { "connectivity", "diff", "test", "why" }), offered)
  check("it knows the names", vim.deep_equal(vim.fn.getcompletion("Netpol why why/d", "cmdline"), { "why/db" }), vim.fn.getcompletion("Netpol why why/d", "cmdline"))
  check("also those of the other end", vim.tbl_contains(vim.fn.getcompletion("Netpol why world why/", "cmdline"), "why/web"))
end

-- Answer the menus with these labels, one after the other; gives the menus that came.
local function with_menus(labels)
  local menus = {}
  vim.ui.select = function(items, options, choose)
    local wanted = table.remove(labels, 1)
    table.insert(menus, vim.tbl_map(options.format_item, items))
    for number, item in ipairs(items) do
      if item.label == wanted then
        return choose(item, number)
      end
    end
    choose(nil, nil)
  end
  return menus
end

local function answer()
  return vim.bo.buftype == "nofile" and vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] or ""
end

local function test_menus()
  local menus = with_menus({ "why/web", "why/db", "5432/TCP" })
  vim.cmd("Netpol why")
  check("menus lead to the answer", wait(function() return answer():find("^deny: why/web") end), menus)
  check("the ports of the destination are offered", vim.deep_equal(menus[3], { "5432/TCP", "every port", "something else ..." }), menus)
  check("tests are offered first", menus[1][1] == "nobody outside reaches the database  (test: world -> why/db, deny)", menus[1])
  vim.cmd("close")
  with_menus({ "nobody outside reaches the database" })
  vim.cmd("Netpol why")
  check("a test is a question", wait(function() return answer():find("^deny: every address") end), answer())
  vim.cmd("close")
  with_menus({ "why/web", "something else ..." })
  vim.ui.input = function(_, done) done(" why/db:5432 ") end
  vim.cmd("Netpol why")
  check("something else may be written", wait(function() return answer():find("TCP 5432", 1, true) end), answer())
  vim.cmd("close")
end

local function test_lenses()
  local buffer = edit(folder .. "/policies/connection.yaml")
  check("the workloads are served", wait(function() return ready(buffer) end))
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  local lenses = vim.lsp.buf_request_sync(buffer, "textDocument/codeLens", params, LIMIT)
  local over = {}
  for _, reply in pairs(lenses or {}) do
    for _, lens in ipairs(reply.result or {}) do
      if lens.command and lens.command.command == "netpol.tryConnection" then
        table.insert(over, lens.command)
      end
    end
  end
  check("a lens over each workload and policy tries a connection", #over == 3, over)
  for _, command in ipairs(over) do
    if command.arguments[1].among then
      local menus = with_menus({ "why/web", "why/db", "every port" })
      vim.lsp.commands[command.command](command)
      check("a lens over a policy offers its pods first", wait(function() return answer() ~= "" end) and menus[2][1] == "why/db  (selected by the policy)", menus)
      vim.cmd("close")
    end
  end
end

local function test_tests()
  local buffer = edit(folder .. "/policies/netpol-tests.yaml")
  check("tests beside policies are served", wait(function() return ready(buffer) end))
  check("the one that fails is a finding", wait(function() return #found(buffer, "connectivity-test") == 1 end), vim.diagnostic.get(buffer))
  local line, first, last = place(buffer, "allow")
  local finding = found(buffer, "connectivity-test")[1] or {}
  check("at what it expects", finding.lnum == line and finding.col == first and finding.end_col == last, finding)
  vim.cmd("Netpol test")
  check("the report is in a window of its own", wait(function()
    return vim.bo.buftype == "nofile" and vim.fn.getline("$") == "1 passed, 1 failed"
  end), answer())
  vim.fn.search("connection.yaml:")
  vim.cmd([[execute "normal \<CR>"]])
  check("Enter leads to the line", vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ":t") == "connection.yaml", vim.api.nvim_buf_get_name(0))
  vim.cmd("only!")
  edit(policy)
end

local function test_pages()
  local opened = folder .. "/opened.html"
  if vim.ui.open then
    vim.ui.open = function(path) vim.fn.writefile(vim.fn.readfile(path, "b"), opened, "b") end
  end
  local function page()
    return vim.fn.filereadable(opened) == 1 and text_of(opened) or ""
  end
  vim.cmd("Netpol connectivity")
  check("the page of connections is opened", wait(function() return page():find("why/db", 1, true) and page():find("</html>", 1, true) end), page():sub(1, 200))
  vim.fn.delete(opened)
  vim.cmd("Netpol diff")
  check("what has changed since the last commit, too", wait(function() return page():find("HEAD", 1, true) and page():find("</html>", 1, true) end), page():sub(1, 200))
  local said
  local notify = vim.notify
  vim.notify = function(message) said = message end
  vim.cmd("Netpol diff no-such-revision")
  check("a revision that is not there is said", wait(function() return (said or ""):find("no-such-revision", 1, true) end), said)
  vim.notify = notify
end

local function test_health()
  vim.cmd("checkhealth netpol")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  check("checkhealth finds the server", text:find("netpol%-lsp %d") ~= nil and not text:find("ERROR"), text)
  check("checkhealth shows what runs", text:find("running in " .. folder .. "/policies", 1, true) ~= nil, text)
  vim.cmd("bwipeout!")
end

stop_all = function()
  for _, client in ipairs(clients()) do
    if vim.fn.has("nvim-0.11") == 1 then
      client:stop()
    else
      client.stop()
    end
  end
  check("the server stops", wait(function() return #clients() == 0 end))
end

local function test_fix_on_save()
  local path = folder .. "/policies/label.yaml"
  local buffer = edit(path)
  check("the second policy is served", wait(function() return ready(buffer) end))
  dofile(folder .. "/fix-on-save.lua")
  -- Typed just now: what the server has to fix is not on disk yet.
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { "  ingress: [{ports: [{port: 80, protocol: tcp}]}]" })
  local wanted = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
  wanted = wanted:gsub("public: true", 'public: "true"'):gsub("tcp", "TCP")
  vim.cmd("silent write")
  check("a file is fixed when it is written, on disk", text_of(path) == wanted, text_of(path))
  vim.api.nvim_clear_autocmds({ event = "BufWritePre" })
end

-- PATH has entries that mean the current folder, where somebody else's program has the server's name.
local function test_foreign_programs()
  local system = vim.env.PATH
  local server = require("netpol.server")
  for _, path in ipairs({ "", ":", ".", "./bin", "bin", "../policies", ":" .. system, system .. ":", system .. "::.", "bin:" .. system }) do
    vim.env.PATH = path
    local buffer = edit(policy)
    check("nothing is started with PATH=" .. path, server.command() == nil and server.attach(buffer) == nil, server.command())
    vim.g.netpol_cmd = "netpol-lsp"
    check("nor by its bare name", server.command() == nil and server.attach(buffer) == nil, server.command())
    vim.g.netpol_cmd = nil
    vim.env.VIRTUAL_ENV = "."
    check("nor from a relative environment", server.attach(buffer) == nil)
    vim.env.VIRTUAL_ENV = nil
    vim.cmd("bwipeout!")
  end
  vim.env.PATH = ":.:" .. folder .. "/bin:" .. system
  local buffer = edit(policy)
  check("the one of an absolute entry is", server.command()[1] == folder .. "/bin/netpol-lsp" and server.attach(buffer) ~= nil, server.command())
  check("it is served", wait(function() return ready(buffer) end))
  stop_all()
  check("nothing of the repository was run", vim.fn.filereadable(folder .. "/was-run") == 0)
end

-- A label is renamed in the workload at hand and in a policy that nobody has opened.
local function test_rename()
  local buffer = edit(folder .. "/policies/deployment.yaml")
  check("the workload is served", wait(function() return ready(buffer) end))
  local line, _, last = place(buffer, "labels: {app: web")
  vim.api.nvim_win_set_cursor(0, { line + 1, last - 1 })
  local function written(path)
    local other = vim.fn.bufnr(path)
    return other > 0 and table.concat(vim.api.nvim_buf_get_lines(other, 0, -1, false), "\n") or ""
  end
  local policy_file = folder .. "/policies/label.yaml"
  vim.lsp.buf.rename("front")
  local workload_file = folder .. "/policies/deployment.yaml"
  check("a label is renamed where it is set", wait(function() return written(workload_file):find("labels: {app: front}", 1, true) end), written(workload_file))
  check("and in the selector of the workload", written(workload_file):find("matchLabels: {app: front}", 1, true) ~= nil, written(workload_file))
  check("and in a policy that was closed", wait(function() return written(policy_file):find('{app: front, tier: "前端"', 1, true) end), written(policy_file))
  check("files on disk wait for being saved", text_of(policy_file):find("app: web", 1, true) ~= nil)
end

local function main()
  vim.cmd("filetype on")
  if mode == "path" then
    return test_foreign_programs()
  end
  if mode == "enable" then
    vim.lsp.enable("netpol_lsp")
  end
  test_where_it_attaches()
  local buffer = edit(policy)
  check("the policy is served", wait(function() return ready(buffer) end))
  test_finding(buffer)
  test_hover(buffer)
  test_fix(buffer)
  local beside = edit(folder .. "/policies/deployment.yaml")
  check("a workload beside a policy is served by the same server", wait(function() return ready(beside) end)
    and clients(beside)[1].id == clients(buffer)[1].id)
  edit(policy)
  if mode == "plugin" then
    test_commands(buffer)
    test_why()
    test_menus()
    test_lenses()
    test_tests()
    test_pages()
    test_health()
    test_fix_on_save()
  end
  test_rename()
  stop_all()
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then
  failed = failed + 1
  say("ERROR " .. tostring(problem))
end
local version = vim.version()
say(("neovim %d.%d.%d, %s: %d passed, %d failed"):format(version.major, version.minor, version.patch, mode, passed, failed))
vim.cmd(failed > 0 and "cquit 1" or "qall!")
