#!/bin/sh
# Runs once beside the database, as administrator: makes one token for officed (write and read of its bucket) and one
# for Grafana (read only), and leaves them in /run/tokens. What exists and is still good is kept.
set -eu

token="$(cat "${SECRETS:-/run/secrets}/influxdb_admin_token")"
bucket="$(influx bucket list --host "$INFLUX_HOST" --token "$token" --org "$INFLUX_ORG" --name "$INFLUX_BUCKET" \
    --json | sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p' | head -n 1)"
[ -n "$bucket" ] || { echo "no bucket named $INFLUX_BUCKET" >&2; exit 1; }

make_token() { # make_token NAME PERMISSION...
    name="$1"
    shift
    file="${TOKENS:-/run/tokens}/$name"
    if [ -s "$file" ] && influx bucket list --host "$INFLUX_HOST" --token "$(cat "$file")" --org "$INFLUX_ORG" \
        > /dev/null 2>&1; then
        echo "$name: kept"
        return
    fi
    made="$(influx auth create --host "$INFLUX_HOST" --token "$token" --org "$INFLUX_ORG" --description "$name" \
        --json "$@" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')"
    [ -n "$made" ] || { echo "$name: no token was made" >&2; exit 1; }
    printf '%s' "$made" > "$file.new"
    chmod 444 "$file.new"
    mv "$file.new" "$file"
    echo "$name: made"
}

make_token officed --read-bucket "$bucket" --write-bucket "$bucket"
make_token grafana --read-bucket "$bucket"
