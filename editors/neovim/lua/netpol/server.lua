-- How the server is found, started and asked; the same from Neovim 0.7 to the newest.
local M = {}

M.name = "netpol_lsp"

local get_clients = vim.lsp.get_clients or vim.lsp.get_active_clients
-- Neovim 0.7 has no vim.lsp.start that shares one client among the buffers of a project: we remember them.
local started = {}

-- The command that starts the server: what the user set, then the active virtual environment, then PATH.
-- A program inside the project is never run unasked: opening somebody's repository must not run its files.
function M.command()
  local set = vim.g.netpol_cmd
  if type(set) == "string" and set ~= "" then
    return { set }
  elseif type(set) == "table" then
    return set
  end
  local environment = vim.env.VIRTUAL_ENV
  if environment then
    for _, program in ipairs({ environment .. "/bin/netpol-lsp", environment .. "/Scripts/netpol-lsp.exe" }) do
      if vim.fn.executable(program) == 1 then
        return { program }
      end
    end
  end
  return { "netpol-lsp" }
end

function M.is_installed()
  return vim.fn.executable(M.command()[1]) == 1
end

-- The client's configuration, with what is given laid over it.
function M.config(over)
  -- The plugin shows what commands answer, in a floating window: the server need not. Neovim lets you choose among code
  -- actions: it may have them all.
  local own = { showResults = false, codeActionMenu = true }
  local settings = vim.tbl_deep_extend("force", own, vim.g.netpol_settings or {})
  return vim.tbl_extend("force", {
    name = M.name,
    cmd = M.command(),
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
function M.attach(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  if #M.clients(buffer) > 0 then
    return M.clients(buffer)[1].id
  end
  local root = require("netpol.detect").root_for(buffer)
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
