-- What the plugin offers: starting on its own, and commands.
local ask = require("netpol.ask")
local server = require("netpol.server")

local M = {}

local EXPLAIN = "netpol.explainPolicy"

local function show(text)
  if not text or text == "" then
    vim.notify("netpol: there is no policy here", vim.log.levels.INFO)
    return
  end
  vim.lsp.util.open_floating_preview(vim.split(text, "\n", { plain = true }), "markdown", { border = "rounded", focus_id = "netpol" })
end

local function cursor_place()
  local client = server.clients(vim.api.nvim_get_current_buf())[1]
  local params = vim.lsp.util.make_position_params(0, client and client.offset_encoding or "utf-16")
  return { uri = params.textDocument.uri, position = params.position }
end

-- Say in plain English what the policy under the cursor does, in a floating window.
function M.explain(where)
  server.execute(EXPLAIN, where or cursor_place(), function(result)
    show(result and result.markdown)
  end)
end

-- Show the configuration that holds for this file.
function M.show_config()
  server.execute("netpol.showConfig", { uri = vim.uri_from_bufnr(0) }, function(result)
    show("```\n" .. vim.inspect(result) .. "\n```")
  end)
end

-- Say whether a connection is allowed, and which lines decide: by menus, or with both ends given.
M.why = ask.why
M.ask = ask.ask

local USAGE = "write :Netpol why [FROM TO[:PORT]], as in :Netpol why shop/web data/db:5432; "
  .. ":Netpol connectivity; :Netpol diff [REVISION]; :Netpol test"

local COMMANDS = {
  why = function(from, to)
    if from and to then
      return ask.why(from, to)
    elseif not from then
      return ask.ask()
    end
    return false
  end,
  connectivity = function()
    ask.page("netpol.connectivityPage", {})
  end,
  diff = function(base)
    ask.page("netpol.diffPage", { base = base })
  end,
  test = function()
    ask.test()
  end,
}
local MOST = { why = 2, connectivity = 0, diff = 1, test = 0 }

-- `:Netpol why FROM TO[:PORT]` and its like.
local function run(arguments)
  local name = arguments[1]
  local command = name and COMMANDS[name]
  if not command or #arguments - 1 > MOST[name] or command(arguments[2], arguments[3]) == false then
    vim.notify("netpol: " .. USAGE, vim.log.levels.ERROR)
  end
end

-- What the command line offers: subcommands, then names for `why`.
local function complete(lead, line, position)
  local before = vim.split(vim.trim(line:sub(1, position - #lead)), "%s+")
  if #before == 1 then
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, { "connectivity", "diff", "test", "why" })
  end
  if before[2] == "why" and #before <= 3 then
    return ask.names(lead)
  end
  return {}
end

-- Fix all that is safe in a buffer, and return when it is done: it may be called before the buffer is written.
M.fix_all = server.fix_all

-- Stop the server, wait until it is gone, and attach it again to every buffer that it served.
function M.restart()
  local buffers = {}
  for _, client in ipairs(server.clients()) do
    for buffer in pairs(client.attached_buffers) do
      buffers[buffer] = client.config.root_dir or true
    end
  end
  server.stop()
  vim.wait(5000, function()
    return #server.clients() == 0
  end, 20)
  local current = vim.api.nvim_get_current_buf()
  buffers[current] = buffers[current] or true
  for buffer, root in pairs(buffers) do
    -- Neovim 0.7 keeps the numbers of buffers that are gone.
    if vim.api.nvim_buf_is_loaded(buffer) then
      -- Where it was: a workload by itself would not start a server.
      server.attach(buffer, root ~= true and root or nil)
    end
  end
end

-- Start the server by itself wherever it is wanted, and add the commands. `plugin/netpol.lua` calls it.
function M.start()
  -- A code lens over a policy runs this.
  vim.lsp.commands[EXPLAIN] = function(command)
    M.explain((command.arguments or {})[1])
  end
  -- Code lenses over workloads, policies and tests of connections.
  vim.lsp.commands[server.TRY] = function(command)
    ask.ask((command.arguments or {})[1])
  end
  vim.lsp.commands["netpol.explainTest"] = function(command)
    ask.explain_test((command.arguments or {})[1])
  end
  vim.lsp.commands["netpol.runTests"] = function(command)
    ask.run_tests((command.arguments or {})[1])
  end
  vim.api.nvim_create_user_command("Netpol", function(command) run(command.fargs) end, {
    nargs = "*",
    desc = "Ask about connections",
    complete = complete,
  })
  vim.api.nvim_create_user_command("NetpolExplain", function() M.explain() end, { desc = "What this policy does" })
  vim.api.nvim_create_user_command("NetpolConfig", function() M.show_config() end, { desc = "The configuration in effect" })
  vim.api.nvim_create_user_command("NetpolFixAll", function() M.fix_all(0) end, { desc = "Fix all that is safe" })
  vim.api.nvim_create_user_command("NetpolRestart", function() M.restart() end, { desc = "Start the server again" })
  if vim.g.netpol_autostart == false or vim.g.netpol_autostart == 0 then
    return
  end
  -- Also after edits: a new file becomes a policy while it is written.
  vim.api.nvim_create_autocmd({ "FileType", "InsertLeave", "BufWritePost" }, {
    group = vim.api.nvim_create_augroup("netpol", { clear = true }),
    callback = function(event)
      server.attach(event.buf)
    end,
  })
end

return M
