-- What is there before the first file is opened: commands, and the server for whatever it knows about.
if vim.g.loaded_persona then
  return
end
vim.g.loaded_persona = true

vim.api.nvim_create_user_command('PersonaInstallParser', function()
  require('persona').install_parser()
end, { desc = 'Build the tree-sitter parser for persona and put it where Neovim looks' })

vim.api.nvim_create_user_command('PersonaRestart', function()
  require('persona').restart()
end, { desc = 'Start the persona server anew' })

local group = vim.api.nvim_create_augroup('persona', { clear = true })
vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = { 'persona', 'liquid', 'toml' },
  callback = function(event)
    require('persona').attach(event.buf)
  end,
})
