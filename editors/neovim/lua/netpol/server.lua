-- How the server is found, started and asked; the same from Neovim 0.7 to the newest.
local M = {}

M.name = "netpol_lsp"
-- What a lens "try a connection" runs; init.lua says what it does.
M.TRY = "netpol.tryConnection"

local get_clients = vim.lsp.get_clients or vim.lsp.get_active_clients
-- Neovim 0.7 has no vim.lsp.start that shares one client among the buffers of a project: we remember them.
local started = {}

-- Whether a path is absolute: `/x`, or on Windows `C:\x`, `\\host`.
local function is_absolute(path)
  return path:match("^/") ~= nil or path:match("^%a:[/\\]") ~= nil or path:match("^\\") ~= nil
end

-- The full path of a program on PATH, nil when it is nowhere. An entry of PATH that is empty or relative means the
-- current folder, and that may be somebody's repository: such entries are passed over.
function M.on_path(name)
  local windows = vim.fn.has("win32") == 1
  for _, folder in ipairs(vim.split(vim.env.PATH or "", windows and ";" or ":", { plain = true })) do
    local program = folder .. "/" .. name .. (windows and ".exe" or "")
    if is_absolute(folder) and vim.fn.executable(program) == 1 then
      return program
    end
  end
end

-- The command that starts the server: what the user set, then the active virtual environment, then PATH; nil when there
-- is none. A program inside the project is never run unasked: opening somebody's repository must not run its files.
function M.command()
  local set = vim.g.netpol_cmd
  set = type(set) == "string" and set ~= "" and { set } or set
  if type(set) == "table" and #set > 0 then
    local program = set[1]:find("[/\\]") and set[1] or M.on_path(set[1])
    return program and vim.list_extend({ program }, set, 2)
  end
  local environment = vim.env.VIRTUAL_ENV
  if environment and is_absolute(environment) then
    for _, program in ipairs({ environment .. "/bin/netpol-lsp", environment .. "/Scripts/netpol-lsp.exe" }) do
      if vim.fn.executable(program) == 1 then
        return { program }
      end
    end
  end
  local program = M.on_path("netpol-lsp")
  return program and { program }
end

function M.is_installed()
  local command = M.command()
  return command ~= nil and vim.fn.executable(command[1]) == 1
end

-- The client's configuration, with what is given laid over it.
function M.config(over)
  -- The plugin shows what commands answer, in a floating window: the server need not. Neovim lets you choose among code
  -- actions: it may have them all.
  local own = { showResults = false, codeActionMenu = true, whyCommand = M.TRY }
  local settings = vim.tbl_deep_extend("force", own, vim.g.netpol_settings or {})
  return vim.tbl_extend("force", {
    name = M.name,
    -- Never a bare name: Neovim would look it up in the current folder as well.
    cmd = M.command() or { "/not-installed/netpol-lsp" },
    filetypes = require("netpol.detect").filetypes,
    settings = { netpol = settings },
    init_options = settings,
  }, over or {})
end

-- The running clients, or only those of one buffer.
function M.clients(buffer)
  local found = {}
  for _, client in ipairs(get_clients()) do
    if client.name == M.name and (buffer == nil or client.attached_buffers[buffer]) then
      table.insert(found, client)
    end
  end
  return found
end

function M.runs_in(root)
  for _, client in ipairs(M.clients()) do
    if client.config.root_dir == root then
      return true
    end
  end
  return false
end

local function start_on_07(root, buffer)
  local id = started[root]
  local client = id and vim.lsp.get_client_by_id(id)
  if not client or client.is_stopped() then
    -- Without workspace folders Neovim 0.7 takes them from the root only.
    id = vim.lsp.start_client(M.config({ root_dir = root }))
    started[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
  return id
end

-- Attach the server to a buffer when it is wanted there; gives the client's number or nil.
function M.attach(buffer, known_root)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  if #M.clients(buffer) > 0 then
    return M.clients(buffer)[1].id
  end
  local root = known_root or require("netpol.detect").root_for(buffer)
  if not root or not M.is_installed() then
    return nil
  end
  if not vim.lsp.start then
    return start_on_07(root, buffer)
  end
  local config = M.config({ root_dir = root })
  if vim.lsp.config then
    config = vim.tbl_extend("force", vim.lsp.config[M.name] or config, { root_dir = root })
  end
  return vim.lsp.start(config, { bufnr = buffer })
end

local function request_sync(client, method, params, buffer)
  local answer
  if vim.fn.has("nvim-0.11") == 1 then
    answer = client:request_sync(method, params, 2000, buffer)
  else
    answer = client.request_sync(method, params, 2000, buffer)
  end
  return answer and answer.result
end

-- The answer to one of the server's commands, two seconds later at most; nil without a server.
function M.execute_sync(command, argument)
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.clients(buffer)[1] or M.clients()[1]
  return client and request_sync(client, "workspace/executeCommand", { command = command, arguments = { argument } }, buffer)
end

-- Fix all that is safe in a buffer, and only then return: for BufWritePre. Gives whether something was fixed.
function M.fix_all(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  local client = M.clients(buffer)[1]
  if not client then
    return false
  end
  local function ask(method, params)
    return request_sync(client, method, params, buffer)
  end
  local place = { line = 0, character = 0 }
  local actions = ask("textDocument/codeAction", {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = { start = place, ["end"] = place },
    context = { diagnostics = {}, only = { "source.fixAll.netpol" } },
  })
  local action = actions and actions[1]
  if action and not action.edit then
    action = ask("codeAction/resolve", action)
  end
  if not (action and action.edit) then
    return false
  end
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  return true
end

function M.stop()
  for _, client in ipairs(M.clients()) do
    if vim.fn.has("nvim-0.11") == 1 then
      client:stop()
    else
      client.stop()
    end
  end
end

-- Run one of the server's commands; `done` gets its answer.
function M.execute(command, argument, done)
  local client = M.clients(vim.api.nvim_get_current_buf())[1] or M.clients()[1]
  if not client then
    vim.notify("netpol: no server runs for this buffer; see :checkhealth netpol", vim.log.levels.WARN)
    return
  end
  local params = { command = command, arguments = { argument or vim.empty_dict() } }
  local function answer(err, result)
    if err then
      vim.notify("netpol: " .. (err.message or tostring(err)), vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end
  if vim.fn.has("nvim-0.11") == 1 then
    client:request("workspace/executeCommand", params, answer)
  else
    client.request("workspace/executeCommand", params, answer)
  end
end

return M
