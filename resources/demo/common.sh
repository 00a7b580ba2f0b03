# Sourced by the demo's scripts with their arguments ($1: the work folder, which must be there); they set `here` and `tag`.
mama=$(realpath "${MAMA:-$here/../../build/release/bin/mama}")
cd "${1:-demo-training}"
# Two threads that wait actively for each other cost more than they gain on busy cores.
export OMP_WAIT_POLICY=PASSIVE

say() { printf '[%s] %s %s\n' "$tag" "$(date +%H:%M:%S)" "$*"; }

# phantoms FOLDER SEED STUDIES OPTION...: synthetic studies without priors, unless they are there.
phantoms() {
  [ -e "$1.done" ] && return
  say "$3 synthetic studies: $1"
  rm -rf "$1"
  "$mama" phantom --seed "$2" --studies "$3" --size 512x416 --priors 0 --out "$1" "${@:4}"
  touch "$1.done"
}

finished() { grep -qs '"status": *"finished"' "$1/state.json"; }

# last RUN: the name of its last checkpoint.
last() { sed -n 's/.*"last_checkpoint": *"\([^"]*\)".*/\1/p' "$1/state.json"; }

# train RUN CONFIG: a training run, begun or gone on with.
train() { "$mama" train --config "$2" --run "$1" $([ -e "$1/config.json" ] && echo --resume); }

# run RUN CONFIG: the same until it is finished; a finished one is left alone.
run() {
  finished "$1" && return
  say "training: $1"
  train "$1" "$2"
  finished "$1" || { say "$1 is not finished: run this command again"; exit 1; }
}
