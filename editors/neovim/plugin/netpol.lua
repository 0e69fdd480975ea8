-- Loaded by Neovim at start: adds the commands and starts the server where there are policies.
if vim.g.loaded_netpol then
  return
end
vim.g.loaded_netpol = true
if vim.fn.has("nvim-0.7") == 1 then
  require("netpol").start()
end
