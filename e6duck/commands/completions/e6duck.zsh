#compdef e6duck
# Completes commands, options and the names of tags of e6duck in zsh.

_e6duck_completion() {
    local -a names told response
    local kind name help
    (( $+commands[e6duck] )) || return 1

    response=("${(@f)$(
        env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \
            _E6DUCK_COMPLETE=zsh_complete e6duck
    )}")
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='  # the names that come are without the option

    for kind name help in $response; do
        case $kind in
            plain)
                if [[ $help == _ ]]; then
                    names+=("$name")
                else
                    told+=("$name:$help")
                fi
                ;;
            dir) _path_files -/ ;;
            file) _path_files -f ;;
        esac
    done
    (( $#told )) && _describe -V unsorted told -U -i "$IPREFIX"
    (( $#names )) && compadd -U -i "$IPREFIX" -V unsorted -a names
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _e6duck_completion "$@"  # a file of fpath is the function itself
else
    compdef _e6duck_completion e6duck
fi
