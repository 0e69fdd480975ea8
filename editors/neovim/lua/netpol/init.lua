-- What the plugin offers: starting on its own, and commands.
local server = require("netpol.server")

local M = {}

local EXPLAIN = "netpol.explainPolicy"
local WHY = "netpol.why"

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

-- Show an answer in a window of its own. Places in it, as `policies/db.yaml:12:11`, are for `gF`: they count from `root`.
local function show_answer(text, root)
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
  vim.api.nvim_win_set_height(0, math.min(vim.api.nvim_buf_line_count(buffer), 20))
end

-- Say whether a connection is allowed, and which lines decide. `to` may end in a port, as in `data/db:5432`.
function M.why(from, to)
  local client = server.clients(vim.api.nvim_get_current_buf())[1] or server.clients()[1]
  local question = { from = from, to = to, uri = vim.uri_from_bufnr(0) }
  server.execute(WHY, question, function(result)
    if not result or not result.text then
      local problem = result and result.error or "the server does not know this question: update netpol-lsp"
      vim.notify("netpol: " .. problem, vim.log.levels.ERROR)
      return
    end
    show_answer(result.text, client and client.config.root_dir)
  end)
end

-- `:Netpol why FROM TO[:PORT]`.
local function run(arguments)
  local name, from, to = arguments[1], arguments[2], arguments[3]
  if name == "why" and #arguments == 3 then
    return M.why(from, to)
  end
  vim.notify("netpol: write :Netpol why FROM TO[:PORT], as in :Netpol why shop/web data/db:5432", vim.log.levels.ERROR)
end

-- Fix all that is safe in a buffer, and return when it is done: it may be called before the buffer is written.
M.fix_all = server.fix_all

-- Stop the server, wait until it is gone, and attach it again to every buffer that it served.
function M.restart()
  local buffers = {}
  for _, client in ipairs(server.clients()) do
    for buffer in pairs(client.attached_buffers) do
      buffers[buffer] = true
    end
  end
  server.stop()
  vim.wait(5000, function()
    return #server.clients() == 0
  end, 20)
  buffers[vim.api.nvim_get_current_buf()] = true
  for buffer in pairs(buffers) do
    -- Neovim 0.7 keeps the numbers of buffers that are gone.
    if vim.api.nvim_buf_is_loaded(buffer) then
      server.attach(buffer)
    end
  end
end

-- Start the server by itself wherever it is wanted, and add the commands. `plugin/netpol.lua` calls it.
function M.start()
  -- A code lens over a policy runs this.
  vim.lsp.commands[EXPLAIN] = function(command)
    M.explain((command.arguments or {})[1])
  end
  vim.api.nvim_create_user_command("Netpol", function(command) run(command.fargs) end, {
    nargs = "*",
    desc = "Ask about connections",
    complete = function(_, line)
      return line:find("^%s*%S+%s+%S*$") and { "why" } or {}
    end,
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
