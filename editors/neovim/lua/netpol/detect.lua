-- Which buffers the server is for, and what their project's folder is.
local M = {}

M.filetypes = { "yaml", "json", "jsonc", "helm" }

local CONFIG = ".netpol-lint.yaml"
local MARKERS = { CONFIG, ".git" }
-- A policy names its kind near its top, but a file may hold many documents before the first policy.
local LINES = 20000

local function text_matches(buffer, patterns)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, LINES, false)) do
    for _, pattern in ipairs(patterns) do
      if line:find(pattern) then
        return true
      end
    end
  end
  return false
end

-- Whether the text has a policy: `kind: NetworkPolicy`, also AdminNetworkPolicy and the like, in YAML or JSON.
function M.has_policy(buffer)
  return text_matches(buffer, { "kind[\"']?%s*:%s*[\"']?%a*NetworkPolicy", "apiVersion[\"']?%s*:%s*[\"']?networking%.k8s%.io/" })
end

-- Whether the text has tests of connections of ours.
function M.has_tests(buffer)
  return text_matches(buffer, { "apiVersion[\"']?%s*:%s*[\"']?netpol%-lint/" })
end

-- Whether the text is a Kubernetes manifest at all, whose workloads matter to the policies beside it, or a NetAssert file.
function M.is_manifest(buffer)
  return text_matches(buffer, { "^%s*%-?%s*[\"']?apiVersion[\"']?%s*:", "^%s+[\"']?k8sResource[\"']?%s*:" })
end

-- The nearest folder above a path that holds one of the names, and which one; nil when there is none.
local function above(path, names)
  local folder = vim.fn.fnamemodify(path, ":p:h")
  while true do
    for _, name in ipairs(names) do
      local place = folder .. "/" .. name
      if vim.fn.filereadable(place) == 1 or vim.fn.isdirectory(place) == 1 then
        return folder, name
      end
    end
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then
      return nil
    end
    folder = parent
  end
end

local function is_ours(buffer)
  if vim.bo[buffer].buftype ~= "" then
    return false
  end
  for _, filetype in ipairs(M.filetypes) do
    if vim.bo[buffer].filetype == filetype then
      return true
    end
  end
  return false
end

-- The project's folder when the server is wanted in this buffer, else nil. It is wanted where there is a policy or
-- a test of connections, and for every manifest of a project that has a config file of ours or a server running already.
function M.root_for(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  if not is_ours(buffer) then
    return nil
  end
  local path = vim.api.nvim_buf_get_name(buffer)
  local start = path ~= "" and path or (vim.fn.getcwd() .. "/unnamed.yaml")
  local root = above(start, { CONFIG }) or above(start, MARKERS)
  local folder = root or vim.fn.fnamemodify(start, ":p:h")
  if M.has_policy(buffer) or M.has_tests(buffer) then
    return folder
  end
  if not M.is_manifest(buffer) then
    return nil
  end
  local configured = root ~= nil and vim.fn.filereadable(root .. "/" .. CONFIG) == 1
  if configured or require("netpol.server").runs_in(folder) then
    return folder
  end
  return nil
end

return M
