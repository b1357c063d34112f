#!/usr/bin/env bash
# One publisher on Cyclone DDS; a C subscriber on Cyclone DDS and dpros take from it, by turns in each place. A measurement, not a test.
# Needs cyclonedds-dev, cyclonedds-tools, gcc. Run from the top of the repository after a build:
#   src/cli/src/test/resources/dev/dpros/ros/ingest/compare_ros2.sh [SECONDS] [ROUNDS] [TURNS]
# TURNS: subscribers of each turn of a round, in the order in which the publisher serves them; cyclone, listener (the same, by a listener), dpros.
# DPROS_COMPARE_LOST: of a thousand packets that the publisher sends or receives so many are lost. DPROS_COMPARE_BUFFER: bytes of receive
# buffer that all subscribers ask for (default: each its own). DPROS_COMPARE_DOMAIN, DPROS_COMPARE_DPROS: domain and program.
set -euo pipefail
seconds=${1:-30}
rounds=${2:-3}
turns=${3:-"cyclone,dpros dpros,cyclone cyclone,cyclone cyclone dpros"}
lost=${DPROS_COMPARE_LOST:-0}
buffer=${DPROS_COMPARE_BUFFER:-}
dpros=${DPROS_COMPARE_DPROS:-./dpros}
warm_up=10
here=$(cd "$(dirname "$0")" && pwd)
peers=$(cd "$here/../../../../../../../../ros/src/test/resources/dev/dpros/ros2/peers" && pwd)
work=$(mktemp -d)
export ROS_DOMAIN_ID=${DPROS_COMPARE_DOMAIN:-61}
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

(cd "$work" && idlc "$peers/messages.idl" && gcc -O2 -o ingest -I. "$here/cyclone_ingest.c" messages.c -lddsc && gcc -O1 -shared -fPIC -o drop.so "$peers/drop.c" -ldl)

# Cyclone DDS on loopback alone, its user data at an offset $1 and with a receive buffer of $2 bytes (none: its own)
uri() {
  echo "<Domain Id=\"any\"><General><Interfaces><NetworkInterface name=\"lo\"/></Interfaces><AllowMulticast>false</AllowMulticast></General>\
<Discovery><ParticipantIndex>auto</ParticipantIndex><Peers><Peer address=\"127.0.0.1\"/></Peers><Ports><UnicastDataOffset>$1</UnicastDataOffset></Ports>\
</Discovery>${2:+<Internal><SocketReceiveBufferSize min=\"${2}B\" max=\"${2}B\"/></Internal>}</Domain>"
}

# The publisher serves lower ports first: those of dpros are ephemeral, the peer's lie before them (place 1) or behind them (place 2).
offset() {
  if [ "$1" = 1 ]; then echo 11; else echo $((61400 - 7400 - 250 * ROS_DOMAIN_ID)); fi
}

subscribe() { # PLACE SUBSCRIBER FILE
  case $2 in
    cyclone) CYCLONEDDS_URI=$(uri "$(offset "$1")" "$buffer") "$work/ingest" sub $warm_up "$seconds" >"$3" & ;;
    listener) CYCLONEDDS_URI=$(uri "$(offset "$1")" "$buffer") "$work/ingest" listen $warm_up "$seconds" >"$3" & ;;
    dpros) DPROS_JAVA_OPTS="${DPROS_JAVA_OPTS:-} ${buffer:+-Ddpros.ros2.receive_buffer_bytes=$buffer}" "$dpros" bench ros --transport ros2 --warm-up $warm_up \
      --seconds "$seconds" /ingest/camera0 /ingest/camera1 /ingest/camera2 /ingest/camera3 /ingest/joint_states >"$3" & ;;
    *) echo "no subscriber '$2': expected cyclone, listener or dpros" >&2; exit 2 ;;
  esac
  subscribers+=($!)
  started+=($!)
}

CYCLONEDDS_URI=$(uri 11 "") DROP_PER_MILLE=$lost LD_PRELOAD=$([ "$lost" = 0 ] || echo "$work/drop.so") "$work/ingest" pub &
started+=($!)
for ((round = 1; round <= rounds; round++)); do
  for turn in $turns; do
    subscribers=()
    first=${turn%%,*} second=
    [ "$first" = "$turn" ] || second=${turn#*,}
    subscribe 1 "$first" "$work/first"
    [ -z "$second" ] || subscribe 2 "$second" "$work/second"
    wait "${subscribers[@]}"
    load=$(cut -d ' ' -f 1 /proc/loadavg)
    echo "== round $round, $turn, load average $load"
    cat "$work/first"
    "$here/summary.awk" -v key="$first 1 ${second:-alone}" "$work/first" >>"$work/all"
    if [ -n "$second" ]; then
      cat "$work/second"
      "$here/summary.awk" -v key="$second 2 $first" "$work/second" >>"$work/all"
    fi
  done
done
echo "== of all rounds: least, median, greatest; images: the mean of the four"
"$here/summary.awk" -v table=1 "$work/all"
