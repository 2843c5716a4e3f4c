#!/bin/sh
# Hostile input for everything that reads what strangers send, and what share of the parsers' branches their tests cover.
#   run.sh CASES    after a build
set -eu

cd "$(dirname -- "$(readlink -f -- "$0")")/../../../../.."
results=artifacts/fuzz
rm -rf "$results"
mkdir -p "$results"

ended=0
TASKMESH_FUZZ_CASES=$1 dotnet test artifacts/bin/Unit/release/TaskMesh.Unit.dll --filter FullyQualifiedName~Fuzzing.HostileInput \
    --logger 'console;verbosity=detailed' >"$results/cases.log" 2>&1 || ended=$?
grep -E '^ *[A-Za-z0-9. ]+: .* us$' "$results/cases.log" || true
[ "$ended" = 0 ] || {
    grep -E 'Exception|takes|Error' "$results/cases.log"
    exit "$ended"
}

parsers=''
for parser in Packets.* Dns.DnsAnswer Dns.DnsData Dns.DnsHeader Dns.DnsName Dns.DnsRecords \
    Tls.Certificate* Tls.HandshakeReader Tls.ServerHello Tls.StartTlsDialogue Tls.TlsReader; do
    parsers="$parsers,[TaskMesh.Workers.BareMetal]TaskMesh.Workers.BareMetal.Scanning.$parser"
done
dotnet test tests/Unit -c Release --no-build --filter FullyQualifiedName~BareMetal.Scanning --results-directory "$results" \
    --collect 'XPlat Code Coverage' -- "DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include=${parsers#,}" \
    >"$results/coverage.log" 2>&1
awk -F'[(/)]' '
    /condition-coverage/ { covered += $2; all += $3 }
    END { printf "%.1f %% of %d branches of the parsers are covered\n", 100 * covered / all, all; exit covered < 0.9 * all }
' "$results"/*/coverage.cobertura.xml
