# Bash completion of mama: commands and options are read from its own --help, so that they are never out of date.
# Use: source resources/completion/mama.bash, or install it as /usr/share/bash-completion/completions/mama.
_mama()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} program=${COMP_WORDS[0]}
    local -a path=()
    local word help
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word =~ ^[a-z][a-z-]*$ ]] || break
        path+=("$word")
        [ ${#path[@]} -eq 2 ] && break
    done
    help=$("$program" "${path[@]}" --help 2>/dev/null) || help=$("$program" "${path[0]}" --help 2>/dev/null)
    case $previous in
        --precision) COMPREPLY=($(compgen -W "auto fp32 bf16 int8" -- "$current")); return ;;
        --device) COMPREPLY=($(compgen -W "auto cpu cuda" -- "$current")); return ;;
        --task) COMPREPLY=($(compgen -W "birads density cancer caption" -- "$current")); return ;;
        --fusion) COMPREPLY=($(compgen -W "maximum mean mean-of-breast-maxima" -- "$current")); return ;;
        --pooling) COMPREPLY=($(compgen -W "default zero-shot training" -- "$current")); return ;;
        --compat) COMPREPLY=($(compgen -W "default reference" -- "$current")); return ;;
        --stage) COMPREPLY=($(compgen -W "stored modality display" -- "$current")); return ;;
        --profile) COMPREPLY=($(compgen -f -W "mama mama-aspect mama-embed-reference mama-rsna-reference mammo-clip mammo-clip-aspect clip clip-whole siglip siglip-tensorflow siglip-whole cleft" -- "$current")); return ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$(grep -oE -- '--[a-z][a-z-]*' <<< "$help" | sort -u)" -- "$current"))
        return
    fi
    local commands
    commands=$(awk '/^Subcommands:/ {inside = 1; next} inside && /^  [a-z]/ {print $1}' <<< "$help")
    if [ -n "$commands" ] && [ ${#path[@]} -lt 2 ]; then
        COMPREPLY=($(compgen -W "$commands" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _mama mama
