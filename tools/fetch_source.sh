# Fetches the source of a Debian package by apt. Sourced by the tools that build such sources; POSIX
# sh.
#
# fetch_source SOURCE INSTALLED SUITE TREE
#   SOURCE     what `apt-get source` shall fetch: name=version, or name for the suite's version
#   INSTALLED  a package that is installed: the source comes from the archive that it came from
#   SUITE      of that archive, instead of the ones in use; empty: those
#   TREE       where the unpacked source goes; it must not exist
#
# apt verifies the source against the archive's signed lists. A private set of lists with source
# entries is used: the system's own lists stay as they are. Needs apt and dpkg-dev. Exits with a
# message when it cannot be had.

fetch_source() {
  apt=$4.apt
  rm -rf "$apt" "$4.new"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
  keyring=$(ls /usr/share/keyrings/debian-archive-keyring.gpg 2>/dev/null || true)
  # Lines of `apt-cache policy` such as: 500 <address> <suite>/<component> amd64 Packages
  # Another suite is looked for where whole releases are: not beside security updates.
  apt-cache policy "$2" |
    awk -v keyring="$keyring" -v suite="$3" '$2 ~ /^[a-z+]+:\/\// && $3 ~ /\// {
      split($3, part, "/")
      if (suite != "" && part[1] ~ /-/) next
      option = keyring == "" ? "" : "[signed-by=" keyring "] "
      print "deb-src " option $2 " " (suite == "" ? part[1] : suite) " " part[2]
    }' | sort -u >"$apt/sources.list"
  if [ ! -s "$apt/sources.list" ]; then
    echo "${0##*/}: apt does not know where $2 came from, so it cannot fetch ${1%%=*}." >&2
    echo "Run 'apt-get update', or unpack the source of ${1%%=*} into $4." >&2
    exit 1
  fi
  source_name=$1
  source_tree=$4
  set -- -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts" \
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)"
  apt-get "$@" update
  if ! (cd "$apt" && apt-get "$@" source --download-only "$source_name"); then
    echo "${0##*/}: apt has no source of ${source_name%%=*}." >&2
    echo "Or unpack it into $source_tree." >&2
    exit 1
  fi
  # apt has checked the files against the signed lists, so a word about the packager's own key,
  # which nobody has here, would only worry people.
  if ! dpkg-source --no-copy -x "$apt"/"${source_name%%=*}"_*.dsc "$source_tree.new" \
    >"$apt/unpack.log" 2>&1; then
    cat "$apt/unpack.log" >&2
    exit 1
  fi
  mv "$source_tree.new" "$source_tree"
  rm -rf "$apt"
}
