#!/bin/bash
# Makes the data of a new server as the official image does, then runs it: MARIADB_ROOT_PASSWORD or
# MARIADB_ALLOW_EMPTY_ROOT_PASSWORD, MARIADB_ROOT_HOST, MARIADB_DATABASE, MARIADB_USER,
# MARIADB_PASSWORD (or any of them with MySQL's name), and the .sh, .sql and .sql.gz files of
# /docker-entrypoint-initdb.d in the order of their names.
set -euo pipefail

for name in ROOT_PASSWORD ROOT_HOST DATABASE USER PASSWORD; do
  ours=MARIADB_$name mysqls=MYSQL_$name
  export "$ours=${!ours:-${!mysqls:-}}"
done
export MARIADB_ALLOW_EMPTY_ROOT_PASSWORD="${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}"

case ${1:-} in -*) set -- mariadbd "$@" ;; esac
[ "${1:-}" = mariadbd ] || exec "$@"

data=/var/lib/mysql
unfinished=$data/.unfinished
socket=/run/mysqld/mysqld.sock
root=${MARIADB_ROOT_PASSWORD:-}

say() { echo "[entrypoint] $*" >&2; }
sql() { MYSQL_PWD=$root mariadb --protocol=socket -uroot --comments "$@"; }
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"; }

# Nothing but the socket listens meanwhile, so who asks over TCP finds nobody before all is done.
make_data() {
  if [ -z "$root${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-}" ]; then
    say 'set MARIADB_ROOT_PASSWORD, or MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=yes'
    exit 1
  fi
  say 'making the data'
  mariadb-install-db --user=mysql --auth-root-authentication-method=normal --skip-test-db \
    > /dev/null
  "$@" --skip-networking --socket="$socket" &
  server=$!
  until MYSQL_PWD= mariadb --protocol=socket -uroot -e 'DO 1' 2> /dev/null; do
    kill -0 $server
    sleep 0.1
  done
  # Not in the binlog: every server of a replication makes its own.
  MYSQL_PWD= mariadb --protocol=socket -uroot <<-SQL
	SET SESSION sql_log_bin = 0;
	DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';
	FLUSH PRIVILEGES;
	CREATE USER 'root'@$(quoted "${MARIADB_ROOT_HOST:-%}") IDENTIFIED BY $(quoted "$root");
	GRANT ALL ON *.* TO 'root'@$(quoted "${MARIADB_ROOT_HOST:-%}") WITH GRANT OPTION;
	ALTER USER 'root'@'localhost' IDENTIFIED BY $(quoted "$root");
	SQL
  [ -z "${MARIADB_DATABASE:-}" ] || sql -e "CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`"
  if [ -n "${MARIADB_USER:-}" ]; then
    sql -e "CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY $(quoted "${MARIADB_PASSWORD:-}")"
    [ -z "${MARIADB_DATABASE:-}" ] ||
      sql -e "GRANT ALL ON \`${MARIADB_DATABASE//_/\\_}\`.* TO '$MARIADB_USER'@'%'"
  fi
  run_files
  kill $server
  wait $server
}

run_files() {
  local database=${MARIADB_DATABASE:+--database=$MARIADB_DATABASE}
  for file in /docker-entrypoint-initdb.d/*; do
    [ -f "$file" ] && say "running $file"
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) sql $database < "$file" ;;
      *.sql.gz) gunzip -c "$file" | sql $database ;;
    esac
  done
}

chown mysql: "$data" /run/mysqld
# Killed before the end, it begins anew: nobody has used that data yet.
[ ! -e $unfinished ] || find $data -mindepth 1 -delete
if [ ! -d $data/mysql ]; then
  touch $unfinished
  make_data "$@"
  rm $unfinished
fi
exec "$@"
