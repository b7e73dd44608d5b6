# Sourced by what builds: two commands started at once must not build into the same folders. Held until the script ends.
until mkdir build/lock 2>/dev/null; do
  owner=$(cat build/lock/pid 2>/dev/null || true)
  if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
    rm -rf build/lock
  else
    sleep 0.2
  fi
done
echo $$ > build/lock/pid
trap 'rm -rf build/lock' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
