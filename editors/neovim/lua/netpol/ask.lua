-- Questions about connections: how they are asked by menus, and how answers and pages are shown.
local server = require("netpol.server")

local M = {}

local WHY = "netpol.why"
local CHOICES = "netpol.connectionChoices"
local RUN_TESTS = "netpol.runTests"
local EXPLAIN_TEST = "netpol.explainTest"
local EVERY_PORT = "every port"
local OTHER = "something else ..."

local function complain(problem)
  vim.notify("netpol: " .. (problem or "the server does not know this question: update netpol-lsp"), vim.log.levels.ERROR)
end

-- The folder that the places of answers count from.
local function root_of_server()
  local client = server.clients(vim.api.nvim_get_current_buf())[1] or server.clients()[1]
  return client and client.config.root_dir
end

-- Show an answer in a window of its own. Places in it, as `policies/db.yaml:12:11`, are for `gF` and <CR>: they count
-- from `root`.
function M.show_answer(text, root)
  vim.cmd("botright new")
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(vim.trim(text), "\n", { plain = true }))
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = false
  if root then
    vim.bo[buffer].path = vim.fn.escape(root, "\\, ") .. ",,"
  end
  vim.api.nvim_buf_set_keymap(buffer, "n", "<CR>", "gF", { noremap = true, silent = true })
  vim.api.nvim_win_set_height(0, math.min(vim.api.nvim_buf_line_count(buffer), 20))
end

-- Ask the server, and show its answer or what is wrong with the question.
local function show(command, question)
  local root = root_of_server()
  server.execute(command, question, function(result)
    if type(result) == "table" and result.text then
      M.show_answer(result.text, root)
    else
      complain(type(result) == "table" and result.error or nil)
    end
  end)
end

-- Say whether a connection is allowed, and which lines decide. `to` may end in a port, as in `data/db:5432`.
function M.why(from, to, port)
  show(WHY, { from = from, to = to, port = port, uri = vim.uri_from_bufnr(0) })
end

-- Report on the tests of connections in this file.
function M.test()
  show(RUN_TESTS, { uri = vim.uri_from_bufnr(0) })
end

-- Explain the test that a lens is over.
function M.explain_test(where)
  show(EXPLAIN_TEST, where)
end

function M.run_tests(where)
  show(RUN_TESTS, where)
end

-- Let somebody choose among items with a `label` (and a `detail`), or write something else. `done` gets the item.
local function select(prompt, items, done)
  local all = vim.list_extend(vim.list_extend({}, items), { { label = OTHER } })
  vim.ui.select(all, {
    prompt = prompt,
    kind = "netpol",
    format_item = function(item)
      return item.detail and item.detail ~= "" and (item.label .. "  (" .. item.detail .. ")") or item.label
    end,
  }, function(item)
    if item and item.label == OTHER then
      vim.ui.input({ prompt = prompt .. " " }, function(text)
        if text and vim.trim(text) ~= "" then
          done({ label = vim.trim(text), is_typed = true })
        end
      end)
    elseif item then
      done(item)
    end
  end)
end

-- Whether a full name (`shop/Deployment/web`) is the short one of something (`shop/web`).
local function is_same(short, full)
  local namespace, name = full:match("^([^/]+)/[^/]+/([^/]+)$")
  return short == full or (namespace ~= nil and short == namespace .. "/" .. name)
end

local function find_name(names, wanted)
  for _, one in ipairs(names) do
    if is_same(one.name, wanted) then
      return one
    end
  end
end

-- The names to offer for an end; those of a policy first where it is about this end.
local function offered(names, given, side)
  local items, first = {}, {}
  for _, name in ipairs(given["end"] == side and given.among or {}) do
    local known = find_name(names, name)
    table.insert(items, { label = known and known.name or name, detail = "selected by the policy" })
    first[items[#items].label] = true
  end
  for _, one in ipairs(names) do
    if not first[one.name] and (side == "to" or not one.isDestination) then
      table.insert(items, { label = one.name, detail = one.detail })
    end
  end
  return items
end

local function ask_port(to, names, done)
  local known = find_name(names, to)
  if not known then
    return done(nil)
  end
  local items = {}
  for _, one in ipairs(known.ports or {}) do
    table.insert(items, { label = one.port, detail = one.detail })
  end
  table.insert(items, { label = EVERY_PORT })
  select("To which port?", items, function(item)
    done(item.label ~= EVERY_PORT and item.label or nil)
  end)
end

local function ask_to(from, given, names, done)
  local function with(to)
    ask_port(to, names, function(port)
      done(from, to, port)
    end)
  end
  if given.to then
    return with(given.to)
  end
  select("To whom?", offered(names, given, "to"), function(item)
    if item.is_typed then
      return done(from, item.label, nil)
    end
    with(item.label)
  end)
end

-- Ask by menus who connects to whom, and show the answer. `given` may say one end (`from`, `to`), or the pods (`among`) that
-- one `end` may be.
function M.ask(given)
  given = given or {}
  server.execute(CHOICES, { uri = vim.uri_from_bufnr(0) }, function(found)
    local names = type(found) == "table" and found.names
    if not names then
      return complain(type(found) == "table" and found.error or nil)
    end
    if given.from then
      return ask_to(given.from, given, names, M.why)
    end
    local items = {}
    for _, test in ipairs(not given.to and not given.among and found.tests or {}) do
      local port = type(test.port) == "string" and test.port or nil
      local detail = ("test: %s -> %s%s, %s"):format(test.from, test.to, port and " " .. port or "", test.expect)
      table.insert(items, { label = test.name, detail = detail, test = { test.from, test.to, port } })
    end
    select("Who opens the connection?", vim.list_extend(items, offered(names, given, "from")), function(item)
      if item.test then
        return M.why(item.test[1], item.test[2], item.test[3])
      end
      ask_to(item.label, given, names, M.why)
    end)
  end)
end

-- The names that begin with a text, for the command line.
function M.names(text)
  local found = server.execute_sync(CHOICES, { uri = vim.uri_from_bufnr(0) })
  local names = {}
  for _, one in ipairs(type(found) == "table" and found.names or {}) do
    if vim.startswith(one.name, text) then
      table.insert(names, one.name)
    end
  end
  return names
end

-- Open a file with what the system has for it; without, say where it is.
local function open(path)
  if vim.ui.open then
    local _, problem = vim.ui.open(path)
    if not problem then
      return
    end
  else
    for _, name in ipairs({ "xdg-open", "open", "wslview" }) do
      local program = server.on_path(name)
      if program then
        vim.fn.jobstart({ program, path }, { detach = true })
        return
      end
    end
  end
  vim.notify("netpol: the page is " .. path, vim.log.levels.INFO)
end

-- Ask for a page and open it in the browser: one file that needs no network, gone when Neovim ends.
function M.page(command, argument)
  local root = root_of_server()
  argument.folder = root and vim.uri_from_fname(root)
  server.execute(command, argument, function(result)
    if type(result) ~= "table" or not result.html then
      return complain(type(result) == "table" and result.error or nil)
    end
    local path = vim.fn.tempname() .. ".html"
    vim.fn.writefile(vim.split(result.html, "\n", { plain = true }), path)
    open(path)
  end)
end

return M
