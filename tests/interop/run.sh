#!/usr/bin/env bash
# Lets strangers check us: LeRobot loads, resumes and creates datasets that we load and resume in turn, takes an arm that
# we calibrated as calibrated, and Feetech's own SDK talks to our simulated arm.
#
#   run.sh [DATASET...]     also loads copies of these datasets, for instance one that `make run` recorded
#
# Virtual environments are kept in target/interop or $TENDON_INTEROP_DIR; the first run downloads several gigabytes.
# What cannot be checked is said loudly and ends with 1, unless TENDON_INTEROP_OPTIONAL=1.
# TENDON_INTEROP_PROFILE=dev takes programs built without optimisation.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$top/target}
venvs=${TENDON_INTEROP_DIR:-$target/interop}
profile=${TENDON_INTEROP_PROFILE:-release}
mkdir -p "$venvs"
venvs=$(cd "$venvs" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/tendon-interop.XXXXXX")
sim=
skipped=()
passed=()

tidy() {
    [ -z "$sim" ] || kill "$sim" 2>/dev/null || true
    rm -rf "$work"
}
trap tidy EXIT

say() { printf '%s\n' "$*"; }

skip() {
    printf '\n*** SKIPPED: %s ***\n\n' "$*" >&2
    skipped+=("$*")
}

# The interpreter of that version, from PATH or from pyenv; a pyenv shim without a version behind it does not count.
find_python() {
    local version=$1 candidate
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python python3; do
        if [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$version" ]; then
            say "$candidate"
            return 0
        fi
    done
    return 1
}

# A virtual environment with these packages in it, made once. `ready` is written last, so a broken one is made again.
environment() {
    local name=$1 python=$2
    shift 2
    if [ "$(cat "$venvs/$name/ready" 2>/dev/null)" != "$*" ]; then
        say "installing $* into $venvs/$name" >&2
        rm -rf "${venvs:?}/$name"
        "$python" -m venv "$venvs/$name" || return 1
        "$venvs/$name/bin/python" -m pip install --quiet --prefer-binary "$@" >&2 || return 1
        say "$*" >"$venvs/$name/ready"
    fi
    say "$venvs/$name/bin/python"
}

# A folder with these packages for that interpreter, made once: LeRobot's own extra for motors, beside the environment,
# which would otherwise be made anew.
packages_beside() {
    local name=$1 python=$2
    shift 2
    if [ "$(cat "$venvs/$name/ready" 2>/dev/null)" != "$*" ]; then
        say "installing $* into $venvs/$name" >&2
        rm -rf "${venvs:?}/$name"
        "$python" -m pip install --quiet --prefer-binary --target "$venvs/$name" "$@" >&2 || return 1
        say "$*" >"$venvs/$name/ready"
    fi
    say "$venvs/$name"
}

# Without the network, and without a cache of somebody's own datasets.
export HF_HUB_OFFLINE=1 HF_DATASETS_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 HF_HOME="$work/hf"
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

with_lerobot() {
    local name=$1 version=$2 python
    shift 2
    if ! python=$(find_python "$version"); then
        skip "$name: there is no Python $version (python$version on PATH, or in pyenv)"
        return 0
    fi
    if ! python=$(environment "$name" "$python" "$@"); then
        skip "$name: $* could not be installed"
        return 0
    fi
    say "== $name: $("$python" -c 'import importlib.metadata as m, platform
print("LeRobot", m.version("lerobot"), "with Python", platform.python_version())')"
    mkdir -p "$work/$name"
    local kind what
    for kind in create films images; do
        local ours="$work/$name/ours-$kind" theirs="$work/$name/theirs-$kind"
        case $kind in
        create) what="without cameras" ;;
        films) what="with cameras, as films" ;;
        images) what="with cameras, as pictures in the table" ;;
        esac

        say "a dataset of ours, $what"
        "$interop" "$kind" "$ours"
        both "$python" "$ours"
        "$python" "$here/lerobot_side.py" resume "$ours"
        mend "$ours"
        both "$python" "$ours"
        "$interop" add "$ours" && say "  we resumed it and added two episodes"
        both "$python" "$ours"
        if [ "$kind" = films ]; then
            # As a crash in the middle leaves it: films of two codecs side by side.
            "$interop" reencode-last "$ours" | sed 's/^/  /'
            both "$python" "$ours"
            "$interop" reencode "$ours" | sed 's/^/  /'
            both "$python" "$ours"
        fi

        say "a dataset of LeRobot's, $what"
        "$python" "$here/lerobot_side.py" "$kind" "$theirs"
        mend "$theirs"
        both "$python" "$theirs"
        "$interop" add "$theirs" && say "  we resumed it and added two episodes"
        both "$python" "$theirs"
        "$python" "$here/lerobot_side.py" resume "$theirs"
        mend "$theirs"
        both "$python" "$theirs"
        rm -rf "$ours" "$theirs"
    done

    local dataset
    for dataset in "${datasets[@]}"; do
        say "a copy of $dataset"
        local copy
        copy="$work/$name/given-$(basename "$dataset")"
        cp -r "$dataset" "$copy"
        both "$python" "$copy"
        "$python" "$here/lerobot_side.py" resume "$copy"
        mend "$copy"
        both "$python" "$copy"
    done
    arm_of_ours "$name" "$python"
    rm -rf "${work:?}/$name"
    passed+=("$name")
}

# We calibrate a simulated arm, LeRobot must take it as calibrated, and the other way round.
arm_of_ours() {
    local name=$1 python=$2 motors tendon="$target/$folder/tendon"
    if [ ! -x "$tendon" ]; then
        skip "$name at an arm: there is no $tendon (make build)"
        return 0
    fi
    if ! motors=$(packages_beside "$name-motors" "$python" 'deepdiff<9' 'feetech-servo-sdk<2' 'pyserial<4'); then
        skip "$name at an arm: Feetech's SDK could not be installed"
        return 0
    fi
    say "an arm that we calibrate"
    mkdir -p "$work/$name/arm"
    PYTHONPATH="$motors" XDG_STATE_HOME="$work/state" \
        "$python" "$here/lerobot_arm.py" "$tendon" "$work/$name/arm" 2>"$work/$name/arm.err" </dev/null || {
        cat "$work/$name/arm.err" >&2
        return 1
    }
}

# What LeRobot wrote and we find fault with is repaired by us: 0.4.4 writes wrong deviations of pictures.
mend() {
    "$interop" verify "$1" >/dev/null 2>&1 || "$interop" repair "$1" | sed 's/^/  we repaired it: /'
}

# We verify it and tell every row; LeRobot must read the same.
both() {
    "$interop" verify "$2" | sed 's/^/  /'
    "$interop" tell "$2" >"$work/told.json"
    "$1" "$here/lerobot_side.py" load "$2" "$work/told.json"
    "$1" "$here/saved_episodes.py" "$2" | sed 's/^/  pyarrow: /'
}

feetech() {
    local python script="$top/crates/sim/tests/feetech_sdk.py" tendon="$target/$folder/tendon" port=
    if ! python=$(find_python 3.12) && ! python=$(find_python 3.11); then
        skip "Feetech's SDK: there is no Python 3.11 or 3.12"
        return 0
    fi
    if ! python=$(environment feetech "$python" feetech-servo-sdk); then
        skip "Feetech's SDK: feetech-servo-sdk could not be installed"
        return 0
    fi
    if [ ! -x "$tendon" ]; then
        skip "Feetech's SDK: there is no $tendon (make build)"
        return 0
    fi
    say "== Feetech's SDK against tendon sim"
    "$tendon" sim --json >"$work/sim.out" 2>"$work/sim.err" &
    sim=$!
    for _ in $(seq 100); do
        port=$(grep -o '/dev/[^", ]*' "$work/sim.out" | head -n 1) && break
        kill -0 "$sim" 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$port" ]; then
        say "FAILED: tendon sim did not name its port" >&2
        cat "$work/sim.out" "$work/sim.err" >&2
        return 1
    fi
    "$python" "$script" "$port"
    kill "$sim"
    wait "$sim" 2>/dev/null || true
    sim=
    passed+=("feetech")
}

datasets=()
for dataset in "$@"; do
    datasets+=("$(cd "$dataset" && pwd)")
done

cargo="$top/scripts/cargo"
[ -x "$cargo" ] || cargo=cargo
"$cargo" build --quiet --locked --manifest-path "$top/Cargo.toml" --profile "$profile" -p dataset --example interop
folder=$profile
[ "$profile" != dev ] || folder=debug
interop="$target/$folder/examples/interop"

feetech
with_lerobot lerobot-0.4.4 3.11 'lerobot==0.4.4'
with_lerobot lerobot-newest 3.12 'lerobot[dataset]'

say
say "agreed: ${passed[*]:-nobody}"
if [ ${#skipped[@]} -gt 0 ]; then
    printf '*** SKIPPED: %s ***\n' "${skipped[@]}" >&2
    [ "${TENDON_INTEROP_OPTIONAL:-0}" = 1 ]
fi
