-- How a `.persona` file is edited: comments, indentation, folds.
vim.bo.commentstring = '// %s'
vim.bo.comments = ':///,://'
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.formatoptions = vim.bo.formatoptions:gsub('t', '') .. 'roj'

require('persona').highlight(0)

vim.b.undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< formatoptions<'
