#!/bin/sh
# Builds what a deployment uploads, into artifacts/publish: a zip for each function, an archive of the worker for each processor, and
# packages.json with their digests. FUNCTIONS=arm64 compiles the functions ahead for Graviton, where the package feed has what that takes.
# CERTIFICATES is the file of RDS's certificates (docs/deploy.md): RDS signs with its own, and without them functions could not tell the database
# from another.
set -eu
root=$(dirname -- "$(readlink -f -- "$0")")/..
out=$(readlink -m "$root/artifacts/publish")
functions=${FUNCTIONS:-x64}
certificates=${CERTIFICATES:-}
most_mib=15

main() {
    rm -rf "$out/unpacked"
    mkdir -p "$out"
    has_certificates=false
    [ -z "$certificates" ] || {
        cp "$certificates" "$out/rds.pem"
        has_certificates=true
    }
    dotnet build "$root/cdk/publish.proj" --no-restore -v q --nologo -p:Functions="$functions" -p:Bench="${1:-false}"
    pack_function manager
    pack_function external
    pack_function internal
    pack_worker x64
    pack_worker arm64
    write_list
    check_size
}

pack_function() {
    [ "$has_certificates" = false ] || [ "$1" = external ] || cp "$out/rds.pem" "$out/unpacked/$1/"
    rm -f "$out/$1.zip"
    (cd "$out/unpacked/$1" && zip -q -9 -X -r "$out/$1.zip" . -x '*.xml')
}

# A portable build serves every processor; each has a name of its own, so that one day it may have its own build.
pack_worker() {
    rm -f "$out/unpacked/worker"/*.xml
    tar -czf "$out/worker-$1.tar.gz" --owner=0 --group=0 --sort=name --mtime=@0 -C "$out/unpacked/worker" .
}

write_list() {
    (
        cd "$out"
        printf '{"functionArchitecture":"%s","hasCertificates":%s,"digests":{' "$functions" "$has_certificates"
        comma=
        for file in manager.zip external.zip internal.zip worker-x64.tar.gz worker-arm64.tar.gz; do
            printf '%s"%s":"%s"' "$comma" "$file" "$(sha256sum "$file" | cut -d ' ' -f 1)"
            comma=,
        done
        printf '}}\n'
    ) >"$out/packages.json"
    (cd "$out" && ls -l -- *.zip *.tar.gz | awk '{ printf "%-20s %6.2f MiB\n", $9, $5 / 1048576 }')
}

check_size() {
    bytes=$(wc -c <"$out/manager.zip")
    [ "$bytes" -le $((most_mib * 1048576)) ] || {
        echo "publish: manager.zip has $bytes bytes, more than $most_mib MiB" >&2
        exit 1
    }
}

main "$@"
