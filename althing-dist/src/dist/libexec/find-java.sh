# Sourced by the launchers: finds a Java of at least a given version, without starting one. Mostly the shell's own
# commands, for each other program costs a millisecond or two of every pub.

# java_version DIR: sets version to the feature version (25) of the Java in DIR, or to nothing.
java_version() {
  version=
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*)
        version=${line#*\"}
        version=${version%%[!0-9]*}
        return 0
        ;;
    esac
  done < "$1/release"
}

# java_home_of COMMAND: sets found to the folder of the Java that a command on PATH belongs to, links followed.
java_home_of() {
  found=$(command -v "$1" 2>/dev/null) || found=
  [ -n "$found" ] || return 0
  while [ -L "$found" ]; do
    target=$(readlink "$found")
    case $target in
      /*) found=$target ;;
      *) found=${found%/*}/$target ;;
    esac
  done
  found=${found%/*}/..
}

# is_java DIR LOWEST HIGHEST FILE: takes DIR as JAVA_HOME if it is a Java in this range that has bin/FILE.
is_java() {
  [ -n "$1" ] || return 1
  java_version "$1"
  [ -n "$version" ] && [ "$version" -ge "$2" ] && [ "$version" -le "$3" ] && [ -x "$1/bin/$4" ] || return 1
  JAVA_HOME=$1
  export JAVA_HOME
}

# find_java LOWEST HIGHEST FILE: sets JAVA_HOME to the first Java in this range that has bin/FILE: the one named by
# JAVA_HOME, the one on PATH, those in the usual folders of Debian, Fedora, macOS and SDKMAN.
find_java() {
  is_java "${JAVA_HOME:-}" "$1" "$2" "$3" && return 0
  java_home_of java
  is_java "$found" "$1" "$2" "$3" && return 0
  for home in /usr/lib/jvm/*"$1"* /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/java \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}"/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
    is_java "$home" "$1" "$2" "$3" && return 0
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
