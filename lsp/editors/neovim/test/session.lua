-- A session in a real Neovim: `nvim --headless --clean -u session.lua`. `.ci/editors` plays it with
--   PERSONA_SHOP     a copy of examples/shop, which the session changes
--   PERSONA_PLUGIN   this plugin's folder
-- and `persona` on the PATH. Each step says how long it took; the first that fails ends it with a report.

local shop = assert(vim.env.PERSONA_SHOP, 'PERSONA_SHOP is not set')
-- A clean Neovim leaves out one's own folder, in which the parser is put.
vim.opt.runtimepath:prepend(vim.fn.stdpath('data') .. '/site')
vim.opt.runtimepath:prepend(vim.env.PERSONA_PLUGIN)
vim.opt.swapfile = false
vim.opt.hidden = true
vim.cmd('filetype plugin on')
vim.cmd('runtime! plugin/persona.lua ftdetect/persona.vim')

local PATIENCE = 30000
local function say(text)
  io.stdout:write(text .. '\n')
end

-- Waits until a question has an answer, and gives it back.
local function await(what, question)
  local answer
  local ok = vim.wait(PATIENCE, function()
    answer = question()
    return answer
  end, 20)
  assert(ok, 'in vain waited for ' .. what)
  return answer
end

local function check(condition, message, shown)
  if not condition then
    error(message .. (shown ~= nil and (': ' .. vim.inspect(shown)) or ''), 2)
  end
end

local function open(name)
  local path = shop .. '/' .. name
  local known = vim.fn.bufnr('^' .. path .. '$')
  vim.cmd(known > 0 and ('buffer ' .. known) or ('edit ' .. vim.fn.fnameescape(path)))
  return vim.api.nvim_get_current_buf()
end

local function attached()
  return await('a client', function()
    local clients = vim.tbl_values(vim.lsp.buf_get_clients(0))
    local client = clients[1]
    return client and client.initialized and client or nil
  end)
end

-- Puts the cursor on the nth character of a text in the buffer, and returns line and column from 0.
local function find(text, offset)
  for line, content in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local at = content:find(text, 1, true)
    if at then
      vim.api.nvim_win_set_cursor(0, { line, at - 1 + (offset or 0) })
      return line - 1, at - 1 + (offset or 0)
    end
  end
  error('the buffer does not hold ' .. text, 2)
end

-- Asks the server about the place of the cursor.
local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, attached().offset_encoding), more or {})
  local answers, reason = vim.lsp.buf_request_sync(0, method, params, PATIENCE)
  check(answers, method .. ' is not answered', reason)
  local _, answer = next(answers)
  check(answer and not answer.err, method .. ' fails', answer)
  return answer.result
end

-- Where the answer of a request for places leads: paths from the shop's folder, with lines from 1.
local function places(result)
  result = result and (vim.tbl_islist(result) and result or { result }) or {}
  local found = {}
  for _, place in ipairs(result) do
    local path = vim.uri_to_fname(place.uri or place.targetUri)
    local range = place.targetSelectionRange or place.range
    table.insert(found, ('%s:%d'):format(vim.fn.fnamemodify(path, ':t'), range.start.line + 1))
  end
  table.sort(found)
  return found
end

local function contains(list, wanted)
  return vim.tbl_contains(list, wanted)
end

local steps = {}
local function step(name, run)
  table.insert(steps, { name, run })
end

step('a file of a package is known, and the server starts', function()
  open('segments.persona')
  check(vim.bo.filetype == 'persona', 'the filetype', vim.bo.filetype)
  check(vim.bo.commentstring == '// %s', 'the comments', vim.bo.commentstring)
  local client = attached()
  check(client.name == 'persona' and client.config.root_dir == shop, 'the server of the package', client.config.root_dir)
end)

step('diagnostics come while one types, and go when it is right again', function()
  local buffer = open('segments.persona')
  attached()
  local line = find('when lifetime_spend > 1000 EUR')
  local good = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, { (good:gsub('1000 EUR', '1000')) })
  local found = await('a diagnostic', function()
    local list = vim.diagnostic.get(buffer, { lnum = line })
    return #list > 0 and list or nil
  end)
  check(found[1].message:find('EUR', 1, true) or found[1].message:find('amount', 1, true), 'the message', found[1].message)
  check(found[1].severity == vim.diagnostic.severity.ERROR, 'the severity', found[1])
  vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, { good })
  await('no diagnostic', function()
    return #vim.diagnostic.get(buffer, { lnum = line }) == 0
  end)
end)

step('hover tells what a name is', function()
  open('segments.persona')
  find('lifetime_spend > 1000', 3)
  local result = ask('textDocument/hover')
  local text = result and (result.contents.value or vim.inspect(result.contents)) or ''
  check(text:find('Money<EUR>', 1, true), 'the type', text)
  check(text:find('Everything somebody ever paid', 1, true), 'the documentation', text)
end)

step('definition leads to another file', function()
  open('segments.persona')
  find('lifetime_spend > 1000', 3)
  local found = places(ask('textDocument/definition'))
  check(#found == 1 and found[1]:match('^traits%.persona:%d+$'), 'the definition', found)
  vim.lsp.buf.definition()
  await('the other file', function()
    return vim.fn.expand('%:t') == 'traits.persona'
  end)
  check(vim.api.nvim_get_current_line():find('trait lifetime_spend', 1, true), 'the line', vim.api.nvim_get_current_line())
end)

step('references are found in all files', function()
  open('traits.persona')
  find('trait lifetime_spend', 8)
  local found = places(ask('textDocument/references', { context = { includeDeclaration = true } }))
  local files = {}
  for _, place in ipairs(found) do
    files[place:match('^[^:]+')] = true
  end
  check(files['traits.persona'] and files['segments.persona'], 'the files', found)
  check(#found >= 4, 'the places', found)
end)

step('rename changes every file', function()
  open('traits.persona')
  find('trait lifetime_spend', 8)
  vim.lsp.buf.rename('spent_so_far')
  await('the new name', function()
    return vim.api.nvim_get_current_line():find('trait spent_so_far', 1, true)
  end)
  open('segments.persona')
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  check(not text:find('lifetime_spend', 1, true) and text:find('spent_so_far > 1000 EUR', 1, true), 'the other file')
  vim.cmd('wall')
end)

step('completion offers what fits, also behind a dot', function()
  local buffer = open('segments.persona')
  attached()
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { '', 'segment typed "Typed" {', '  when consent.', '}' })
  find('when consent.')
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_win_get_cursor(0)[1], #'  when consent.' })
  local params = vim.lsp.util.make_position_params(0, attached().offset_encoding)
  params.position.character = #'  when consent.'
  local result = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, PATIENCE)
  local _, answer = next(result)
  local labels = vim.tbl_map(function(item)
    return item.label
  end, answer.result.items or answer.result)
  for _, wanted in ipairs({ 'newsletter', 'offers', 'sms' }) do
    check(contains(labels, wanted), wanted .. ' is offered', labels)
  end
  check(not contains(labels, 'email'), 'only fields of consent are offered', labels)
end)

step('formatting brings the buffer into the one format', function()
  local buffer = open('segments.persona')
  local line = find('when consent.')
  vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, { '      when   consent.newsletter   and email   is known' })
  vim.lsp.buf.formatting_sync(nil, PATIENCE)
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  check(text == '  when consent.newsletter and email is known', 'the line', text)
end)

step('an action applies a fix', function()
  local buffer = open('segments.persona')
  local line = find('when consent.newsletter and email is known')
  vim.api.nvim_buf_set_lines(buffer, line, line + 1, false, { '  when spent_so_far > 500' })
  await('a diagnostic', function()
    return #vim.diagnostic.get(buffer, { lnum = line }) > 0
  end)
  local here = vim.lsp.util.make_range_params(0, attached().offset_encoding)
  local column = #'  when spent_so_far > '
  here.range = { start = { line = line, character = column }, ['end'] = { line = line, character = column + 3 } }
  here.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, line) }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', here, PATIENCE)
  local _, answer = next(answers)
  local fix
  for _, action in ipairs(answer.result or {}) do
    if action.title:find('500 EUR', 1, true) or (action.isPreferred and not fix) then
      fix = action
    end
  end
  check(fix, 'a fix is offered', answer.result)
  if not fix.edit then
    local resolved = vim.lsp.buf_request_sync(0, 'codeAction/resolve', fix, PATIENCE)
    fix = select(2, next(resolved)).result
  end
  vim.lsp.util.apply_workspace_edit(fix.edit, attached().offset_encoding)
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  check(text == '  when spent_so_far > 500 EUR', 'the fixed line', text)
  await('no diagnostic', function()
    return #vim.diagnostic.get(buffer, { lnum = line }) == 0
  end)
end)

step('symbols of the document and of the workspace', function()
  open('traits.persona')
  attached()
  local params = { textDocument = vim.lsp.util.make_text_document_params() }
  local answer = select(2, next(vim.lsp.buf_request_sync(0, 'textDocument/documentSymbol', params, PATIENCE)))
  local names = vim.tbl_map(function(symbol)
    return symbol.name
  end, answer.result)
  check(contains(names, 'spent_so_far') and contains(names, 'rhythm'), 'the symbols', names)
  answer = select(2, next(vim.lsp.buf_request_sync(0, 'workspace/symbol', { query = 'cart_resc' }, PATIENCE)))
  names = vim.tbl_map(function(symbol)
    return symbol.name
  end, answer.result)
  check(contains(names, 'cart_rescue'), 'the symbols of the workspace', names)
end)

step('the tree-sitter parser is built, and colours the buffer', function()
  check(require('persona').install_parser(), 'the parser is built')
  local buffer = open('campaign.persona')
  check(require('persona').highlight(buffer), 'the buffer is coloured')
  local tree = vim.treesitter.get_parser(buffer, 'persona'):parse()[1]
  check(not tree:root():has_error(), 'the file is read without an error')
  local query = vim.treesitter.get_query('persona', 'highlights')
  local found = {}
  for id, node in query:iter_captures(tree:root(), buffer, 0, -1) do
    found[query.captures[id] .. ' ' .. vim.treesitter.query.get_node_text(node, buffer)] = true
  end
  for _, wanted in ipairs({ 'keyword trigger', 'function cart_rescue', 'type CartAdded', 'number 20 EUR' }) do
    check(found[wanted], wanted .. ' is captured')
  end
end)

step('a server that is stopped leaves no client behind', function()
  vim.lsp.stop_client(vim.lsp.get_active_clients())
  await('no client', function()
    return #vim.lsp.get_active_clients() == 0
  end)
end)

local only = vim.env.PERSONA_STEPS
for number, entry in ipairs(steps) do
  local name, run = entry[1], entry[2]
  if not only or name:find(only) or number == 1 then
    local before = vim.loop.hrtime()
    local ok, reason = xpcall(run, debug.traceback)
    local ms = (vim.loop.hrtime() - before) / 1e6
    say(('%s %5.0f ms  %s'):format(ok and 'ok  ' or 'FAIL', ms, name))
    if not ok then
      say(reason)
      vim.cmd('cquit 1')
    end
  end
end
say(('neovim %s: %d steps'):format(tostring(vim.fn.matchstr(vim.fn.execute('version'), 'v[0-9.]*')), #steps))
vim.cmd('qall!')
