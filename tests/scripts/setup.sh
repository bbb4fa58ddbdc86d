# Shell functions that demo.sh and check.sh share: install what a bare Debian lacks, bootstrap,
# configure and build out of tree. Sourced with the project's root as working directory.
# shellcheck shell=sh

# What the build needs, and what the tests need beyond it.
# shellcheck disable=SC2034 # used by those who source this
BUILD_PACKAGES="autoconf automake libtool pkg-config gcc libc6-dev make libssl-dev libsodium-dev
    libjansson-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev"
# shellcheck disable=SC2034
TEST_PACKAGES="check bats jq socat expect openssl mandoc valgrind g++ clang clang-format
    libclang-rt-14-dev shellcheck git procps iproute2 python3 berkeley-abc libonnx-testdata"

say() {
    printf '%s\n' "$*" >&2
}

# install_packages NAME...: asks nothing, and does not call apt when everything is there.
install_packages() {
    missing=
    for package in "$@"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
        case $state in
        installed*) ;; # once for each architecture
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "installing:$missing"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            say "please install as root: apt-get install$missing"
            return 1
        }
        sudo=sudo
    fi
    $sudo apt-get update -qq >&2 || return 1
    # Just started, a machine may be updating itself.
    # shellcheck disable=SC2086 # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=600 $missing >&2 </dev/null
}

# bootstrap: makes configure when it is missing or older than what it is made from.
bootstrap() {
    if [ -e configure ] && [ -e Makefile.in ] &&
        [ -z "$(find configure.ac Makefile.am ./*/local.mk lib/*/local.mk -newer configure)" ]; then
        return 0
    fi
    say "bootstrapping"
    mkdir -p m4
    autoreconf -i -f >autoreconf.log 2>&1 || {
        cat autoreconf.log >&2
        return 1
    }
    rm -f autoreconf.log
}

# configure_in DIR ARGUMENT...: configures in build/DIR unless that has been done.
configure_in() {
    dir=build/$1
    shift
    mkdir -p "$dir"
    if [ -e "$dir/Makefile" ] && [ -z "$(find configure -newer "$dir/config.status")" ]; then
        return 0
    fi
    (cd "$dir" && ../../configure -q "$@") >"$dir/configure.log" 2>&1 || {
        cat "$dir/configure.log" >&2
        return 1
    }
}

# make_in DIR TARGET...: builds quietly; shows the log when it fails.
make_in() {
    dir=build/$1
    shift
    make -C "$dir" -j "$(nproc)" "$@" >"$dir/make.log" 2>&1 || {
        tail -n 60 "$dir/make.log" >&2
        return 1
    }
}
