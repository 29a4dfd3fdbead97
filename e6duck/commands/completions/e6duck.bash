# Completes commands, options and the names of tags of e6duck in bash 4.4 and newer.

_e6duck_completion() {
    local IFS=$'\n' line=$COMP_LINE words=() piece kept kind value

    # Bash parts words at : and = and others that a name may hold; what no blank parts is one word.
    for piece in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if ((${#words[@]})) && [[ $line != [[:blank:]]* ]]; then
            words[-1]+=$piece
        else
            words+=("$piece")
        fi
        line=${line#*"$piece"}
    done

    # What comes is a whole name, and takes the place of $2, the part that Readline looks at.
    kept=${words[-1]%"$2"}
    case $kept in
        [\"\']) kept='' ;;
        --*=*) kept=${kept#*=} ;;
    esac
    kept=${kept//\\?/_}  # a letter that is escaped is one

    while IFS=',' read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                value=${value:${#kept}}
                case ${words[-1]} in  # Readline closes a quote, and does no more in it.
                    \"*)
                        value=${value//\\/\\\\}
                        value=${value//\"/\\\"}
                        value=${value//\$/\\\$}
                        value=${value//\`/\\\`}
                        ;;
                    \'*) value=${value//\'/\'\\\'\'} ;;
                    *) printf -v value %q "$value" ;;
                esac
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(
        env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) \
            _E6DUCK_COMPLETE=bash_complete "$1"
    )
}

complete -o nosort -F _e6duck_completion e6duck
