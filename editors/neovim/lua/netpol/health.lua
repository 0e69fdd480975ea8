-- `:checkhealth netpol`
local M = {}

-- Neovim 0.10 has vim.health.ok, 0.8 vim.health.report_ok, 0.7 require("health").report_ok.
local health = vim.health or require("health")
local function say(what, ...)
  return (health[what] or health["report_" .. what])(...)
end

local function check_server(server)
  local command = server.command()
  if not server.is_installed() then
    say("error", command and ("`" .. command[1] .. "` is not an executable") or "there is no netpol-lsp on PATH", {
      "Install it: see `Install` in the plugin's README.md",
      "Or name it: vim.g.netpol_cmd = { '/path/to/netpol-lsp' }",
    })
    return
  end
  local version = vim.trim(vim.fn.system({ command[1], "--version" }))
  if vim.v.shell_error ~= 0 then
    say("error", "`" .. command[1] .. " --version` fails: " .. version)
  else
    say("ok", "server: " .. version .. " (" .. vim.fn.exepath(command[1]) .. ")")
  end
end

function M.check()
  local server = require("netpol.server")
  say("start", "netpol")
  if vim.fn.has("nvim-0.7") == 1 then
    local version = vim.version()
    say("ok", ("Neovim %d.%d.%d"):format(version.major, version.minor, version.patch))
  else
    say("error", "Neovim 0.7 or newer is needed")
    return
  end
  check_server(server)
  if vim.g.netpol_autostart == false or vim.g.netpol_autostart == 0 then
    say("info", "it does not start by itself (vim.g.netpol_autostart)")
  end
  local clients = server.clients()
  if #clients == 0 then
    say("info", "no server is running: open a file with a NetworkPolicy")
  end
  for _, client in ipairs(clients) do
    say("ok", ("running in %s, columns in %s, buffers: %d"):format(
      client.config.root_dir or "no folder",
      client.offset_encoding,
      vim.tbl_count(client.attached_buffers)
    ))
  end
end

return M
