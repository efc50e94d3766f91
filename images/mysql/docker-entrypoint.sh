#!/bin/bash
# Makes the data of a new server as the official image does, then runs it: MYSQL_ROOT_PASSWORD or
# MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_ROOT_HOST, MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD, and the
# .sh, .sql and .sql.gz files of /docker-entrypoint-initdb.d in the order of their names.
set -euo pipefail

case ${1:-} in -*) set -- mysqld "$@" ;; esac
[ "${1:-}" = mysqld ] || exec "$@"

data=/var/lib/mysql
unfinished=$data/.unfinished
socket=/run/mysqld/mysqld.sock
root=${MYSQL_ROOT_PASSWORD:-}

say() { echo "[entrypoint] $*" >&2; }
sql() { MYSQL_PWD=$root mysql --protocol=socket -uroot --comments "$@"; }
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"; }

# Nothing but the socket listens meanwhile, so who asks over TCP finds nobody before all is done.
make_data() {
  if [ -z "$root${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ]; then
    say 'set MYSQL_ROOT_PASSWORD, or MYSQL_ALLOW_EMPTY_PASSWORD=yes'
    exit 1
  fi
  say 'making the data'
  "$@" --initialize-insecure
  "$@" --skip-networking --socket="$socket" &
  server=$!
  until MYSQL_PWD= mysql --protocol=socket -uroot -e 'DO 1' 2> /dev/null; do
    kill -0 $server
    sleep 0.1
  done
  # Not in the binlog: every server of a replication makes its own.
  MYSQL_PWD= mysql --protocol=socket -uroot <<-SQL
	SET SESSION sql_log_bin = 0;
	CREATE USER 'root'@$(quoted "${MYSQL_ROOT_HOST:-%}") IDENTIFIED BY $(quoted "$root");
	GRANT ALL ON *.* TO 'root'@$(quoted "${MYSQL_ROOT_HOST:-%}") WITH GRANT OPTION;
	ALTER USER 'root'@'localhost' IDENTIFIED BY $(quoted "$root");
	SQL
  [ -z "${MYSQL_DATABASE:-}" ] || sql -e "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`"
  if [ -n "${MYSQL_USER:-}" ]; then
    sql -e "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY $(quoted "${MYSQL_PASSWORD:-}")"
    [ -z "${MYSQL_DATABASE:-}" ] ||
      sql -e "GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%'"
  fi
  run_files
  kill $server
  wait $server
}

run_files() {
  local database=${MYSQL_DATABASE:+--database=$MYSQL_DATABASE}
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
# A link to settings among data that are gone would stop mysqld from reading that folder.
find -L /etc/mysql/conf.d -type l -delete
# Killed before the end, it begins anew: nobody has used that data yet.
[ ! -e $unfinished ] || find $data -mindepth 1 -delete
if [ ! -d $data/mysql ]; then
  touch $unfinished
  make_data "$@"
  rm $unfinished
fi
exec "$@"
