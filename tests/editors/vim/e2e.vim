" What a user of ALE does, start to end. The report's last line is "vim ...: N passed, M failed"; the exit code is 1 when one failed.
set nocompatible nomore hidden noswapfile encoding=utf-8

let s:passed = 0
let s:failed = 0
let s:report = []
let s:limit = 120

function! s:Check(name, ok, ...) abort
  if a:ok
    let s:passed += 1
    call add(s:report, 'ok   ' . a:name)
  else
    let s:failed += 1
    call add(s:report, 'FAIL ' . a:name . '  ' . string(a:000))
  endif
endfunction

" Let the server's answers in until the function says yes.
function! s:Wait(Condition) abort
  let l:start = reltime()
  while reltimefloat(reltime(l:start)) < s:limit
    if a:Condition()
      return 1
    endif
    sleep 10m
  endwhile
  return 0
endfunction

function! s:Open(name) abort
  execute 'edit ' . fnameescape($E2E_FOLDER . '/policies/' . a:name)
  " ALE lints on events and timers that -es does not have.
  call ale#Queue(0)
  return bufnr('%')
endfunction

function! s:Findings(buffer, code) abort
  return filter(copy(ale#engine#GetLoclist(a:buffer)), {_, found -> get(found, 'code', '') ==# a:code})
endfunction

" The bytes of the line that a finding covers.
function! s:Token(buffer, found) abort
  return getbufline(a:buffer, a:found.lnum)[0][a:found.col - 1 : a:found.end_col - 1]
endfunction

" Whether ALE has drawn this very place as an error.
function! s:IsDrawn(found) abort
  let l:width = a:found.end_col - a:found.col + 1
  let l:matches = filter(getmatches(), {_, match -> match.group =~# '^ALEError'
        \ && get(match, 'pos1', []) == [a:found.lnum, a:found.col, l:width]})
  let l:properties = filter(prop_list(a:found.lnum), {_, property -> property.type =~# '^ALEError'
        \ && property.col == a:found.col && property.length == l:width})
  return !empty(l:matches) || !empty(l:properties)
endfunction

function! s:Shows(text) abort
  return !empty(filter(range(1, winnr('$')), {_, number -> stridx(join(getbufline(winbufnr(number), 1, '$')), a:text) >= 0}))
endfunction

" ALE asks which action with input(), which reads no keys here: this answers with the number of the wanted title.
function! s:AnswerWith(title) abort
  let s:wanted = a:title
  let s:asked = ''
  function! ale#util#Input(message, value, ...) abort
    return s:Answer(a:message)
  endfunction
endfunction

function! s:Answer(message) abort
  let s:asked = a:message
  for l:line in split(a:message, "\n")
    if stridx(l:line, s:wanted) >= 0
      return matchstr(l:line, '^\d\+')
    endif
  endfor
  return ''
endfunction

function! s:TestUnserved() abort
  call s:Open('deployment.yaml')
  call s:Check('a YAML file has its type', &filetype ==# 'yaml', &filetype)
  let l:linter = filter(ale#linter#Get('yaml'), {_, linter -> linter.name ==# 'netpol'})[0]
  call s:Check('a manifest without a policy is left alone', ale#linter#GetCommand(bufnr('%'), l:linter) ==# '')
endfunction

function! s:TestFinding(buffer) abort
  call s:Check('one finding of the rule', s:Wait({-> len(s:Findings(a:buffer, 'NP105')) == 1}), ale#engine#GetLoclist(a:buffer))
  let l:found = s:Findings(a:buffer, 'NP105')[0]
  call s:Check('it lies under the token', s:Token(a:buffer, l:found) ==# 'Ingres', s:Token(a:buffer, l:found), l:found)
  call s:Check('it is drawn under the token', s:IsDrawn(l:found), l:found, getmatches(), prop_list(l:found.lnum))
  call s:Check('it says what is wrong', stridx(l:found.text, '`Ingres` is not supported') >= 0, l:found)
endfunction

function! s:TestHover(buffer) abort
  call cursor(1, 1)
  call search('podSelector', 'c')
  ALEHover
  call s:Check('the hover tells what is selected', s:Wait({-> s:Shows('Selects pods with app=payment')}),
        \ map(range(1, winnr('$')), {_, number -> getbufline(winbufnr(number), 1, '$')}))
  call win_gotoid(win_findbuf(a:buffer)[0])
endfunction

function! s:Fix(buffer, code, title, from, to) abort
  let l:path = fnamemodify(bufname(a:buffer), ':p')
  let l:wanted = map(readfile(l:path), {_, line -> substitute(line, a:from, a:to, '')})
  let l:found = s:Findings(a:buffer, a:code)[0]
  call s:AnswerWith(a:title)
  call cursor(l:found.lnum, l:found.col + 1)
  ALECodeAction
  call s:Check(a:code . ': the fix changes the right characters', s:Wait({-> getbufline(a:buffer, 1, '$') ==# l:wanted}),
        \ s:asked, getbufline(a:buffer, 1, '$'))
  call ale#Queue(0)
  call s:Check(a:code . ': the finding is gone', s:Wait({-> empty(s:Findings(a:buffer, a:code))}), ale#engine#GetLoclist(a:buffer))
  silent write
  call s:Check(a:code . ': the file is written and nothing else has changed', readfile(l:path) ==# l:wanted, readfile(l:path))
endfunction

function! s:Main() abort
  let g:ale_linters = {'yaml': ['netpol']}
  let g:ale_hover_to_preview = 1
  let g:ale_lint_delay = 0
  execute 'set runtimepath^=' . fnameescape($E2E_ALE)
  filetype plugin on
  runtime plugin/ale.vim
  source $E2E_FOLDER/netpol.vim
  " Loaded now, so that AnswerWith comes after it.
  call ale#util#Col('', '$')
  call s:TestUnserved()
  let l:policy = s:Open('unicode.yaml')
  call s:TestFinding(l:policy)
  call s:TestHover(l:policy)
  call s:Fix(l:policy, 'NP105', 'rite `Ingress`', '\[Ingres\]', '[Ingress]')
  let l:label = s:Open('label.yaml')
  call s:Check('the second policy has its finding', s:Wait({-> len(s:Findings(l:label, 'NP103')) == 1}), ale#engine#GetLoclist(l:label))
  let l:found = s:Findings(l:label, 'NP103')[0]
  call s:Check('the second finding lies under its token', s:Token(l:label, l:found) ==# 'true', l:found)
  call s:Fix(l:label, 'NP103', 'rite "true"', 'public: true', 'public: "true"')
endfunction

try
  call s:Main()
catch
  let s:failed += 1
  call add(s:report, 'ERROR ' . v:exception . ' at ' . v:throwpoint)
endtry
call add(s:report, printf('vim %d.%d, ALE: %d passed, %d failed', v:version / 100, v:version % 100, s:passed, s:failed))
call writefile(s:report, $E2E_FOLDER . '/report')
execute s:failed ? 'cquit!' : 'qall!'
