# Completes commands, options and the names of tags of e6duck in fish.

function _e6duck_completion
    set -l option (string match --regex -- '^--[^=]+=' (commandline -t))
    set -l words (commandline -cp)

    for line in (env _E6DUCK_COMPLETE=fish_complete COMP_WORDS="$words" COMP_CWORD=(commandline -t) e6duck)
        set -l found (string split --max 1 , -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                printf '%s\n' "$option$found[2]"
        end
    end
end

complete --keep-order --no-files --command e6duck --arguments "(_e6duck_completion)"
