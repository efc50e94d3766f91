# What the official image does of it: makes the data folder once, runs the init files, then serves.
set -e
mkdir -p /run/mysqld && chown mysql /run/mysqld /var/lib/mysql
if [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db >/dev/null
  {
    echo "create database $MYSQL_DATABASE;"
    echo "create user $MYSQL_USER@'%' identified by '$MYSQL_PASSWORD';"
    echo "grant all on $MYSQL_DATABASE.* to $MYSQL_USER@'%';"
    echo "use $MYSQL_DATABASE;"
    cat /docker-entrypoint-initdb.d/*.sql
  } > /tmp/init.sql
  set -- --init-file=/tmp/init.sql
fi
exec mariadbd --user=mysql --bind-address=0.0.0.0 --innodb-buffer-pool-size=32M "$@"
