-- Who reports what when both servers serve a buffer. E2E_MODE says which of them is told to leave YAML syntax alone:
-- "both" (neither), "ours" (yaml-language-server leaves it), "theirs" (netpol-lsp leaves it).
local folder, mode = os.getenv("E2E_FOLDER"), os.getenv("E2E_MODE")
local OURS, THEIRS = "netpol-lint", "YAML"
local LIMIT = 20000
local passed, failed = 0, 0

local POLICY = {
  "# 支付 🔒",
  "apiVersion: networking.k8s.io/v1",
  "kind: NetworkPolicy",
  "metadata: {name: a, namespace: shop}",
  "spec:",
  "  podSelector: {}",
  "  policyTypes: [Ingres]",
}
-- A second policy, with a key that stands twice.
local SYNTAX = { "---", "apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy", "metadata: {name: b, namespace: shop}", "spec:", "  podSelector: {}", "  podSelector: {}" }

local function check(name, ok, info)
  if ok then
    passed = passed + 1
    io.stdout:write("ok   " .. mode .. ": " .. name .. "\n")
  else
    failed = failed + 1
    io.stdout:write("FAIL " .. mode .. ": " .. name .. "  " .. vim.inspect(info) .. "\n")
  end
end

local function wait(condition)
  return vim.wait(LIMIT, condition, 10)
end

-- How many findings on a line come from a server.
local function count(buffer, line, source)
  return #vim.tbl_filter(function(found)
    return found.source == source
  end, vim.diagnostic.get(buffer, { lnum = line }))
end

local function open(name, lines)
  vim.fn.writefile(lines, folder .. "/" .. name)
  vim.cmd("edit " .. vim.fn.fnameescape(folder .. "/" .. name))
  return vim.api.nvim_get_current_buf()
end

local function serves(buffer, name)
  return #vim.lsp.get_clients({ bufnr = buffer, name = name }) == 1
end

local function main()
  vim.cmd("filetype on")
  local published = {}
  vim.lsp.config("yamlls", {
    cmd = { os.getenv("YAML_LS"), "--stdio" },
    filetypes = { "yaml" },
    root_markers = { ".netpol-lint.yaml" },
    handlers = {
      ["textDocument/publishDiagnostics"] = function(err, result, context)
        published[result.uri] = true
        return vim.lsp.handlers["textDocument/publishDiagnostics"](err, result, context)
      end,
    },
    settings = {
      redhat = { telemetry = { enabled = false } },
      yaml = { validate = mode ~= "ours", schemaStore = { enable = false, url = "" } },
    },
  })
  vim.lsp.enable("yamlls")
  -- First a file that has nothing to do with policies.
  local other = open("other.yaml", { "a: 1", "a: 2" })
  check("yaml-language-server serves all YAML", wait(function() return serves(other, "yamlls") end))
  if mode ~= "ours" then
    check("it reports its syntax", wait(function() return count(other, 1, THEIRS) + count(other, 0, THEIRS) > 0 end), vim.diagnostic.get(other))
  end
  check("ours leaves YAML without a policy alone", not serves(other, "netpol_lsp") and count(other, 0, OURS) + count(other, 1, OURS) == 0)

  local buffer = open("policy.yaml", vim.list_extend(vim.deepcopy(POLICY), SYNTAX))
  local twice = #POLICY + #SYNTAX - 1
  check("both serve a policy", wait(function() return serves(buffer, "yamlls") and serves(buffer, "netpol_lsp") end))
  check("ours reports the policy", wait(function() return count(buffer, 6, OURS) == 1 end), vim.diagnostic.get(buffer))
  local encodings = {}
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = buffer })) do
    table.insert(encodings, client.offset_encoding)
  end
  table.sort(encodings)
  check("each counts columns in its own way", vim.deep_equal(encodings, { "utf-16", "utf-8" }), encodings)

  local function on_key(source)
    return count(buffer, twice, source) + count(buffer, twice - 1, source)
  end
  if mode ~= "theirs" then
    check("ours reports the key that stands twice", wait(function() return on_key(OURS) >= 1 end), vim.diagnostic.get(buffer))
  end
  if mode ~= "ours" then
    check("theirs reports it", wait(function() return on_key(THEIRS) >= 1 end), vim.diagnostic.get(buffer))
  end
  -- Whoever is silent has had its say: its findings have come, and this is not among them.
  if mode == "ours" then
    check("yaml-language-server has looked at it", wait(function() return published[vim.uri_from_bufnr(buffer)] end))
    check("it is reported once", on_key(THEIRS) == 0, vim.diagnostic.get(buffer))
  elseif mode == "theirs" then
    check("it is reported once", on_key(OURS) == 0, vim.diagnostic.get(buffer))
  end
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then
  failed = failed + 1
  io.stdout:write("ERROR " .. tostring(problem) .. "\n")
end
io.stdout:write(("%s: %d passed, %d failed\n"):format(mode, passed, failed))
vim.cmd(failed > 0 and "cquit 1" or "qall!")
