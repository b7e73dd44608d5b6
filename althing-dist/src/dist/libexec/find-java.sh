# Sourced by the launchers: finds a Java of at least a given version, without starting one.

# java_version DIR: prints the feature version (25) of the Java in DIR, or nothing.
java_version() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# java_home_of COMMAND: the folder of the Java that a command on PATH belongs to, links followed.
java_home_of() {
  command=$(command -v "$1" 2>/dev/null) || return 0
  while [ -L "$command" ]; do
    target=$(readlink "$command")
    case $target in
      /*) command=$target ;;
      *) command=$(dirname "$command")/$target ;;
    esac
  done
  (cd "$(dirname "$command")/.." 2>/dev/null && pwd -P) || true
}

# find_java LOWEST HIGHEST FILE: sets JAVA_HOME to the first Java in this range that has bin/FILE: the one named by
# JAVA_HOME, the one on PATH, those in the usual folders of Debian, Fedora, macOS and SDKMAN.
find_java() {
  for home in "${JAVA_HOME:-}" "$(java_home_of java)" \
    /usr/lib/jvm/*"$1"* /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/java \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}"/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
    [ -n "$home" ] || continue
    version=$(java_version "$home")
    [ -n "$version" ] && [ "$version" -ge "$1" ] && [ "$version" -le "$2" ] && [ -x "$home/bin/$3" ] || continue
    JAVA_HOME=$home
    export JAVA_HOME
    return 0
  done
  return 1
}

# no_java: says what is missing and how to get it.
no_java() {
  cat >&2 <<TEXT
althing: no JDK 25 found (looked at JAVA_HOME${JAVA_HOME:+ = $JAVA_HOME}, PATH, /usr/lib/jvm, /usr/java, /opt, /Library/Java, SDKMAN).
  Debian, Ubuntu:  apt install openjdk-25-jdk      (or temurin-25-jdk from adoptium.net)
  Fedora:          dnf install java-25-openjdk-devel
  macOS:           brew install openjdk@25
  anywhere:        sdk install java 25-tem         (sdkman.io)
If it is already there, set JAVA_HOME to its folder.
TEXT
}
