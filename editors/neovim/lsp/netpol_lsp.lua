-- Neovim 0.11's own configuration of the server: `vim.lsp.enable("netpol_lsp")`.
-- Your changes belong in `vim.lsp.config("netpol_lsp", { ... })`, which is laid over this.
return require("netpol.server").config({
  root_dir = function(buffer, start)
    local root = require("netpol.detect").root_for(buffer)
    if root then
      start(root)
    end
  end,
})
