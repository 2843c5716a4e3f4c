#!/bin/sh
# Questions per second through `taskmesh scan dns` and through dnsperf, in turns, each on one core, against nsd and against a reflector on the other
# core. Whole processes are timed, start-up included. Prints a line for each round, and the medians as JSON lines.
set -eu
rounds=${ROUNDS:-5}
names=${NAMES:-1000000}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
folder=$(mktemp -d)
asker=tm-$$-asker
server=tm-$$-server
serving=
leave() {
    [ -z "$serving" ] || kill "$serving" 2>/dev/null || true
    ip netns del "$asker" 2>/dev/null || true
    ip netns del "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap leave EXIT INT TERM

ip netns add "$asker"
ip netns add "$server"
ip link add ask0 netns "$asker" type veth peer name serve0 netns "$server"
ip -n "$asker" addr add 198.18.0.1/24 dev ask0
ip -n "$server" addr add 198.18.0.2/24 dev serve0
ip -n "$asker" link set lo up
ip -n "$asker" link set ask0 up
ip -n "$server" link set lo up
ip -n "$server" link set serve0 up
nsenter --net="/run/netns/$asker" ethtool -K ask0 tx off >/dev/null
nsenter --net="/run/netns/$server" ethtool -K serve0 tx off >/dev/null

gcc -O2 -o "$folder/reflector" "$here/reflector.c"
seq 1 "$names" | sed 's/^/w/' >"$folder/words"
sed 's/$/.bench.test A/' "$folder/words" >"$folder/questions"
{
    # One name in a hundred exists, as in a search by words.
    printf '$ORIGIN bench.test.\n$TTL 300\n@ SOA ns root 1 2 3 4 5\n@ NS ns\nns A 198.18.0.2\n'
    awk 'NR % 100 == 0 { print $1 " A 203.0.113.7" }' "$folder/words"
} >"$folder/zone"
cat >"$folder/nsd.conf" <<END
server:
    ip-address: 198.18.0.2
    server-count: 1
    rrl-ratelimit: 0
    username: ""
    zonesdir: "$folder"
    database: ""
    pidfile: "$folder/nsd.pid"
    xfrdfile: "$folder/xfrd"
    zonelistfile: "$folder/zones"
    cookie-secret-file: "$folder/cookies"
remote-control:
    control-enable: no
zone:
    name: bench.test
    zonefile: zone
END
cat >"$folder/scope.json" <<END
{ "authoriser": "the benchmark", "reference": "lab", "validFrom": "2020-01-01T00:00:00Z", "validUntil": "2120-01-01T00:00:00Z",
  "allow": ["198.18.0.2", "*.bench.test"], "allowPrivate": true }
END

now() { date +%s.%N; }

taskmesh_round() {
    began=$(now)
    taskset -c 0 nsenter --net="/run/netns/$asker" dotnet "$root/artifacts/bin/Cli/release/TaskMesh.Cli.dll" scan dns bench.test \
        -t A -w "$folder/words" -r 198.18.0.2 --scope "$folder/scope.json" --rate 1000000 --resolver-rate 1000000 --no-wildcards \
        --progress none >"$folder/found" 2>"$folder/problem" || cat "$folder/problem" >&2
    ended=$(now)
    lost=$(sed -n '$s/.*"noAnswer":\([0-9]*\).*/\1/p' "$folder/found")
    rate=$(awk "BEGIN { printf \"%d\", ($names + 1) / ($ended - $began) }")
}

dnsperf_round() {
    began=$(now)
    taskset -c 0 nsenter --net="/run/netns/$asker" dnsperf -s 198.18.0.2 -d "$folder/questions" -n 1 -c 1 -T 1 -q 4000 >"$folder/found" 2>&1
    ended=$(now)
    lost=$(sed -n 's/.*Queries lost: *\([0-9]*\).*/\1/p' "$folder/found")
    rate=$(awk "BEGIN { printf \"%d\", $names / ($ended - $began) }")
}

measure() {
    : >"$folder/taskmesh"
    : >"$folder/dnsperf"
    round=1
    while [ "$round" -le "$rounds" ]; do
        taskmesh_round
        echo "$rate $lost" >>"$folder/taskmesh"
        printf '%-22s round %s: taskmesh %7d/s, lost %s' "$1" "$round" "$rate" "$lost"
        dnsperf_round
        echo "$rate $lost" >>"$folder/dnsperf"
        printf '; dnsperf %7d/s, lost %s\n' "$rate" "$lost"
        round=$((round + 1))
    done
    ours=$(median taskmesh)
    theirs=$(median dnsperf)
    ratio=$(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")
    printf '{"bench":"%s","unit":"questions/s","taskmesh":%s,"peer":%s,"ratio":%s}\n' "$1" "$ours" "$theirs" "$ratio"
}

median() { sort -n "$folder/$1" | awk '{ rates[NR] = $1 } END { print rates[int((NR + 1) / 2)] }'; }

serve() {
    nsenter --net="/run/netns/$server" taskset -c 1 "$@" &
    serving=$!
    sleep 3
}

serve nsd -d -c "$folder/nsd.conf"
measure dns-dnsperf
kill "$serving"
wait "$serving" 2>/dev/null || true
serve "$folder/reflector" 198.18.0.2
measure dns-reflector-dnsperf
