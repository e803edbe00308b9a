#!/usr/bin/env bash
# Installs addok and Nominatim on a Debian machine for geocode_peers.py and loads the reference.
#
#   benchmarks/peers_setup.sh install DIR [DATA]   # once; needs root for apt-get
#   benchmarks/peers_setup.sh start DIR            # these three are for geocode_peers.py
#   benchmarks/peers_setup.sh run DIR addok < texts.json
#   benchmarks/peers_setup.sh stop DIR
#
# Everything but Debian's packages stays under DIR: environments, database clusters, sockets.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
action=${1:?install, start, run or stop}
mkdir -p "${2:?the folder of the peers}"
dir=$(cd "$2" && pwd)
data=${3:-$here/../../shared/data/dc}
python=${PYTHON:-$here/../.venv/bin/python}
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

export PEERS_DIR=$dir REDIS_SOCKET=$dir/redis/socket ADDOK_CONFIG_MODULE=$here/peers_addok.py
export PYTHONPATH=$here
export NOMINATIM_DATABASE_DSN="pgsql:dbname=nominatim;host=$dir/pg;user=geoteam"
export NOMINATIM_DATABASE_WEBUSER=geoteam NOMINATIM_IMPORT_STYLE=address

start_redis() {
    mkdir -p "$dir/redis"
    redis-server --port 0 --unixsocket "$dir/redis/socket" --dir "$dir/redis" --save '' \
        --dbfilename dump.rdb --pidfile "$dir/redis/pid" --logfile "$dir/redis/log" \
        --daemonize yes >/dev/null
    for _ in $(seq 100); do
        redis-cli -s "$dir/redis/socket" ping 2>/dev/null | grep -q PONG && return
        sleep 0.1
    done
    echo "Redis does not answer; see its log" >&2
    return 1
}

start_postgres() {
    as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" -w -l "$dir/pg/log" -o \
        "-k $dir/pg -c listen_addresses= -c fsync=off -c shared_buffers=512MB \
         -c max_parallel_workers_per_gather=0 -c jit=off -c autovacuum=off" start >/dev/null
}

stop() {
    redis-cli -s "$dir/redis/socket" shutdown nosave 2>/dev/null || true
    if [ -d "$dir/pg/data" ]; then
        as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" -m fast stop >/dev/null || true
    fi
}

install_addok() {
    python3 -m venv "$dir/addok"
    "$dir/addok/bin/pip" install -q addok
    start_redis
    redis-cli -s "$dir/redis/socket" flushall >/dev/null
    "$dir/addok/bin/addok" batch "$dir/addok-data/documents.jsonl"
    redis-cli -s "$dir/redis/socket" save >/dev/null
}

install_nominatim() {
    python3 -m venv "$dir/nominatim"
    "$dir/nominatim/bin/pip" install -q nominatim-db nominatim-api 'psycopg[binary]'
    mkdir -p "$dir/pg"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir/pg"; fi
    as_postgres "$pg_bin/initdb" -D "$dir/pg/data" -A trust -U geoteam --no-sync \
        --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    start_postgres
    cd "$dir/nominatim-data"
    nice "$dir/nominatim/bin/nominatim" import --osm-file reference.osm.pbf --no-updates \
        --no-partitions --offline --threads 1 --osm2pgsql-cache 100
    "$pg_bin/vacuumdb" -h "$dir/pg" -U geoteam --analyze nominatim
}

case $action in
install)
    apt-get install -y --no-install-recommends redis-server osm2pgsql postgresql-postgis
    pg_bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
    "$python" "$here/peers_reference.py" --data "$data" --peers "$dir"
    stop
    rm -rf "$dir/redis" "$dir/pg"
    # Each peer on its own: one that cannot be installed is reported as absent later.
    for peer in addok nominatim; do
        "$here/peers_setup.sh" "$peer" "$dir" || echo "$peer could not be installed" >&2
    done
    stop
    ;;
addok | nominatim) "install_$action" ;;
start)
    # Without its server a peer is reported as absent.
    if [ -f "$dir/redis/dump.rdb" ]; then start_redis || true; fi
    if [ -d "$dir/pg/data" ]; then start_postgres || true; fi
    ;;
stop) stop ;;
run)
    # Texts from standard input, answers to standard output; the third word is the peer.
    if [ ! -x "$dir/$3/bin/python" ]; then
        echo "not installed; see peers_setup.sh" >&2
        exit 1
    fi
    exec "$dir/$3/bin/python" "$here/peers_run.py" "$3" --peers "$dir"
    ;;
*) echo "install, start, stop or run" >&2; exit 2 ;;
esac
