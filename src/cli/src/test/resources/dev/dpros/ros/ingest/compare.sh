#!/usr/bin/env bash
# One roscpp publisher; roscpp, rospy and dpros subscribe to it in the same run. A measurement, not a test.
# Needs roscore, rospy, libroscpp-dev, libsensor-msgs-dev, g++. Run from the top of the repository after a build:
#   src/cli/src/test/resources/dev/dpros/ros/ingest/compare.sh [SECONDS] [SUBSCRIBERS]
# SUBSCRIBERS: in the order in which they connect, which is the order in which the publisher serves them.
set -euo pipefail
seconds=${1:-60}
order=${2:-"roscpp dpros rospy"}
warm_up=15
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
export ROS_MASTER_URI=http://127.0.0.1:${DPROS_COMPARE_PORT:-11598} ROS_IP=127.0.0.1 ROS_HOME=$work
system_path=/usr/sbin:/usr/bin:/sbin:/bin
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

PATH=$system_path g++ -O2 -o "$work/roscpp_ingest" "$here/roscpp_ingest.cpp" \
  $(PATH=$system_path pkg-config --cflags --libs roscpp 2>/dev/null || echo -lroscpp -lrostime -lrosconsole -lroscpp_serialization -lboost_system -lpthread)
PATH=$system_path roscore -p "${ROS_MASTER_URI##*:}" >"$work/roscore.log" 2>&1 &
started+=($!)
until PATH=$system_path rosparam list >/dev/null 2>&1; do sleep 0.2; done
"$work/roscpp_ingest" pub &
started+=($!)

subscribers=()
for subscriber in $order; do
  case $subscriber in
    roscpp) "$work/roscpp_ingest" sub $warm_up "$seconds" >"$work/$subscriber" & ;;
    rospy) PATH=$system_path python3 "$here/rospy_ingest.py" $warm_up "$seconds" >"$work/$subscriber" & ;;
    dpros) ./dpros bench ros --warm-up $warm_up --seconds "$seconds" /ingest/camera0 /ingest/camera1 /ingest/camera2 \
      /ingest/camera3 /ingest/joint_states >"$work/$subscriber" & ;;
    *) echo "no subscriber '$subscriber': expected roscpp, rospy or dpros" >&2; exit 2 ;;
  esac
  subscribers+=($!)
  sleep 3
done
wait "${subscribers[@]}"
for subscriber in $order; do echo "== $subscriber"; cat "$work/$subscriber"; done
