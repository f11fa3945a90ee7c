# Sourced by the scripts of this repository: installs what the build needs and does not find.
#
#   . Samples/install.sh && install_missing
#
# Quiet when nothing is missing. Works as root or with sudo, on Debian and Ubuntu.

install_missing() {
    if ! command -v swift >/dev/null; then
        echo "Swift is not installed: get Swift 6.3 for this system from" \
            "https://swift.org/install and put its usr/bin on PATH." >&2
        return 1
    fi

    local missing=()
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v curl >/dev/null || missing+=(curl)
    [ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
    [ -e /usr/include/zstd.h ] || missing+=(libzstd-dev)
    # libcurl's header stands in a folder of the machine's architecture.
    compgen -G '/usr/include/*/curl/curl.h' >/dev/null || [ -e /usr/include/curl/curl.h ] ||
        missing+=(libcurl4-openssl-dev)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# Installs the named packages of Debian, as root or with sudo.
install_packages() {
    local missing=("$@")
    if ! command -v apt-get >/dev/null; then
        echo "Missing: ${missing[*]}. This script installs with apt-get only: install them with" \
            "the package tool of this system." >&2
        return 1
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Missing: ${missing[*]}. Run this as root, or install sudo." >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! "${as_root[@]}" apt-get update -qq >"$log" 2>&1 ||
        ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1
    then
        cat "$log" >&2
        echo "apt-get could not install ${missing[*]}: its words are above." >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# One build flavour for the demonstrations, the tests and the benchmark, so that nothing is
# built twice.
build_flags=(-c release -Xswiftc -enable-testing)
