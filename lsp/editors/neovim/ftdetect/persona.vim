autocmd BufRead,BufNewFile *.persona setfiletype persona
