-- The persona language server and grammar for Neovim, from 0.7 on, with nothing else installed.
--
--   require('persona').setup({ cmd = { 'persona', 'lsp' }, on_attach = function(client, buffer) … end })
--
-- Without a call of `setup` everything is as the defaults below say.

local M = {}

local config = {
  -- How the server is started.
  cmd = { 'persona', 'lsp' },
  -- What the server is told: the settings below `persona`, as in VS Code.
  settings = {},
  -- Called when the server knows a buffer; keys are set here.
  on_attach = function() end,
  -- What the client can; completion plugins have a list of their own.
  capabilities = nil,
}

-- The servers that run, by the folder of their package.
local clients = {}
local said = false

function M.setup(options)
  config = vim.tbl_deep_extend('force', config, options or {})
end

-- The folder of the package that a file belongs to; nil for files of no package.
local function package_of(path)
  local found = vim.fn.findfile('persona.toml', vim.fn.escape(vim.fn.fnamemodify(path, ':p:h'), ' ;,') .. ';')
  return found ~= '' and vim.fn.fnamemodify(found, ':p:h') or nil
end

local function belongs(buffer, path)
  local kind = vim.bo[buffer].filetype
  return kind == 'persona' or kind == 'liquid' or (kind == 'toml' and vim.fn.fnamemodify(path, ':t') == 'persona.toml')
end

local function start(root)
  if vim.fn.executable(config.cmd[1]) ~= 1 then
    if not said then
      said = true
      vim.notify(
        ('persona: `%s` cannot be run. Put it on the PATH, or say where it is: require("persona").setup({ cmd = { … } })'):format(config.cmd[1]),
        vim.log.levels.WARN
      )
    end
    return nil
  end
  return vim.lsp.start_client({
    name = 'persona',
    cmd = config.cmd,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fn.fnamemodify(root, ':t') } },
    capabilities = config.capabilities or vim.lsp.protocol.make_client_capabilities(),
    init_options = config.settings,
    settings = { persona = config.settings },
    on_attach = config.on_attach,
    on_exit = function()
      clients[root] = nil
    end,
  })
end

-- Connects a buffer with its package's server, and starts that when needed.
function M.attach(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == '' or not belongs(buffer, path) then
    return
  end
  local root = package_of(path)
  if not root and vim.bo[buffer].filetype == 'persona' then
    root = vim.fn.fnamemodify(path, ':p:h')
  end
  if not root then
    return
  end
  clients[root] = clients[root] or start(root)
  if clients[root] then
    vim.lsp.buf_attach_client(buffer, clients[root])
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
    vim.bo[buffer].tagfunc = 'v:lua.vim.lsp.tagfunc'
    vim.bo[buffer].formatexpr = 'v:lua.vim.lsp.formatexpr()'
  end
end

-- Stops all servers and starts those that open buffers need.
function M.restart()
  for root, id in pairs(clients) do
    clients[root] = nil
    vim.lsp.stop_client(id)
  end
  vim.defer_fn(function()
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(buffer) then
        M.attach(buffer)
      end
    end
  end, 200)
end

-- Colours a buffer by its tree, where the parser is installed.
function M.highlight(buffer)
  if #vim.api.nvim_get_runtime_file('parser/persona.so', false) == 0 then
    return false
  end
  buffer = buffer == 0 and vim.api.nvim_get_current_buf() or buffer
  if vim.treesitter.start then
    return (pcall(vim.treesitter.start, buffer, 'persona'))
  end
  return (pcall(function()
    vim.treesitter.highlighter.new(vim.treesitter.get_parser(buffer, 'persona'))
  end))
end

-- The folder of this file's repository that holds the grammar.
local function grammar()
  local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
  return vim.fn.fnamemodify(here .. '/../../tree-sitter-persona', ':p')
end

-- Builds the parser with the C compiler and puts it and its queries where Neovim looks. Needs no network.
function M.install_parser()
  local from = grammar()
  local site = vim.fn.stdpath('data') .. '/site'
  vim.fn.mkdir(site .. '/parser', 'p')
  vim.fn.mkdir(site .. '/queries/persona', 'p')
  local compiler = vim.env.CC or 'cc'
  local printed = vim.fn.system({
    compiler, '-O2', '-shared', '-fPIC', '-I', from .. 'src',
    from .. 'src/parser.c', from .. 'src/scanner.c', '-o', site .. '/parser/persona.so',
  })
  if vim.v.shell_error ~= 0 then
    vim.notify('persona: the parser could not be built:\n' .. printed, vim.log.levels.ERROR)
    return false
  end
  for _, query in ipairs(vim.fn.glob(from .. 'queries/*.scm', false, true)) do
    local target = site .. '/queries/persona/' .. vim.fn.fnamemodify(query, ':t')
    vim.fn.writefile(vim.fn.readfile(query, 'b'), target, 'b')
  end
  -- Folders that did not exist when the path was read are looked at from now on.
  vim.o.runtimepath = vim.o.runtimepath
  vim.notify('persona: the parser is installed in ' .. site)
  return true
end

return M
