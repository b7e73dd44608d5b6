#!/bin/sh
# Subscribes, publishes one message, prints it, ends. With mosquitto_sub and mosquitto_pub, Mosquitto's or ours.
# sh pub_sub.sh [HOST [PORT]]
set -eu
host=${1:-localhost}
port=${2:-1883}

# The subscriber keeps its session, so nothing is lost between its two runs: first it only subscribes, ...
mosquitto_sub -h "$host" -p "$port" -i pub_sub.sh -c -q 1 -t hello -E
# ... then a message comes while it is away, ...
mosquitto_pub -h "$host" -p "$port" -q 1 -t hello -m "salut du shell"
# ... and it fetches it.
mosquitto_sub -h "$host" -p "$port" -i pub_sub.sh -c -q 1 -t hello -C 1 -v
