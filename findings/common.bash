# Sourced by the scripts in this folder: a temporary folder, pinned packages in it, a ROS master, the verdict.
set -euo pipefail
tmp=$(mktemp -d)
started=()
trap 'for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$tmp"' EXIT

unavailable() {
    echo "not run: $*" >&2
    exit 2
}

# debs NAME=VERSION...: Debian packages with what they need. Those that are installed in this version are used as they
# are, the others are unpacked into the temporary folder; nothing is installed.
debs() {
    local root=$tmp/root lib deb link
    mkdir -p "$tmp/debs/partial" "$root"
    apt-get -o Debug::NoLocking=1 -o Dir::Cache::archives="$tmp/debs" -qq -y --no-install-recommends --allow-downgrades \
        --download-only install "$@" >"$tmp/apt.log" 2>&1 || unavailable "$(tail -1 "$tmp/apt.log")"
    for deb in "$tmp"/debs/*.deb; do
        [ ! -e "$deb" ] || dpkg -x "$deb" "$root"
    done
    lib=$root/usr/lib/$(uname -m)-linux-gnu
    for link in "$lib"/*.so; do # of a development package whose library is installed
        [ -e "$link" ] || [ ! -L "$link" ] || ln -sf "/usr/lib/${lib##*/}/$(readlink "$link")" "$link"
    done
    export PATH=$root/usr/bin:$PATH
    export PYTHONPATH=$root/usr/lib/python3/dist-packages
    export LD_LIBRARY_PATH=$lib:$lib/blas:$lib/lapack LIBRARY_PATH=$lib
    export CPLUS_INCLUDE_PATH=$root/usr/include PKG_CONFIG_PATH=$lib/pkgconfig:$root/usr/share/pkgconfig
    export ROS_PACKAGE_PATH=$root/usr/share:/usr/share
}

# jars GROUP:NAME:VERSION[:jar:CLASSIFIER]...: artifacts of Maven Central with what they need, into $tmp/jars.
jars() {
    local artifact group name version classifier
    {
        echo '<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies>'
        for artifact in "$@"; do
            IFS=: read -r group name version _ classifier <<<"$artifact"
            echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version>"
            [ -z "$classifier" ] || echo "<classifier>$classifier</classifier>"
            echo '</dependency>'
        done
        echo '</dependencies></project>'
    } >"$tmp/pom.xml"
    mvn -q -B -f "$tmp/pom.xml" -Dmaven.repo.local="$tmp/m2" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$tmp/jars" \
        >"$tmp/mvn.log" 2>&1 || unavailable "$(grep -m1 ERROR "$tmp/mvn.log")"
}

# wheels NAME==VERSION...: Python packages, without what they ask for themselves, in an environment $tmp/venv.
wheels() {
    { python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q --no-deps "$@"; } >"$tmp/pip.log" 2>&1 ||
        unavailable "$(grep -m1 ERROR "$tmp/pip.log" || tail -1 "$tmp/pip.log")"
}

# ros_master: a ROS master at a free port of the loopback interface.
ros_master() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    unset ROS_NAMESPACE ROS_HOSTNAME
    export ROS_MASTER_URI=http://127.0.0.1:$port ROS_IP=127.0.0.1 ROS_HOME=$tmp/ros ROS_LOG_DIR=$tmp/ros
    rosmaster --core -p "$port" >"$tmp/master.log" 2>&1 &
    started+=($!)
    for _ in $(seq 100); do
        rosparam list >/dev/null 2>&1 && return
        sleep 0.1
    done
    unavailable "the ROS master did not start"
}

# as_seen FILE: the behaviour is unchanged if FILE equals the lines '#| ' in the head of the script.
as_seen() {
    cat "$1"
    if diff <(sed -n 's/^#|$//p; s/^#| //p' "$0") "$1" >"$tmp/diff"; then
        echo "as described"
    else
        echo "the behaviour has changed (<: described, >: now)"
        cat "$tmp/diff"
        exit 1
    fi
}
