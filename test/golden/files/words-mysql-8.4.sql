-- flags, GTID
--server-id=2
--report-host=db-2
--skip-name-resolve=ON
--log-bin=mysql-bin
--relay-log=relay-bin
--relay-log-recovery=ON
--sync-binlog=1
--replica-net-timeout=4
--log-replica-updates=ON
--gtid-mode=ON
--enforce-gtid-consistency=ON
--mysqlx=OFF
--innodb-redo-log-capacity=32M
--loose-innodb-numa-interleave=OFF
--performance-schema=OFF
--innodb-buffer-pool-size=32M
--innodb-log-buffer-size=1M
--max-connections=64
--table-open-cache=200
--table-definition-cache=400

-- flags that differ by file and position
--gtid-mode=OFF
--enforce-gtid-consistency=OFF

-- account
SET SESSION sql_log_bin = 0
CREATE USER IF NOT EXISTS 'repl'@'%' IDENTIFIED BY 'repl'
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'
SET SESSION sql_log_bin = 1

-- a new replica forgets its own history
STOP REPLICA
RESET REPLICA ALL
RESET BINARY LOGS AND GTIDS

-- points, GTID
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'db-1', SOURCE_PORT = 3306, SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl', SOURCE_CONNECT_RETRY = 1, SOURCE_HEARTBEAT_PERIOD = 1, SOURCE_RETRY_COUNT = 1000000, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_AUTO_POSITION = 1

-- points, file and position
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'db-1', SOURCE_PORT = 3306, SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl', SOURCE_CONNECT_RETRY = 1, SOURCE_HEARTBEAT_PERIOD = 1, SOURCE_RETRY_COUNT = 1000000, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_LOG_FILE = 'mysql-bin.000001', SOURCE_LOG_POS = 4

-- starts
START REPLICA

-- is asked
SHOW REPLICA STATUS
SHOW BINARY LOG STATUS

-- semi-sync plugins
INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'
INSTALL PLUGIN rpl_semi_sync_replica SONAME 'semisync_replica.so'

-- semi-sync primary
SET GLOBAL rpl_semi_sync_source_timeout = 10000
SET GLOBAL rpl_semi_sync_source_wait_point = AFTER_SYNC
SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = 1
SET GLOBAL rpl_semi_sync_source_enabled = ON
SET GLOBAL rpl_semi_sync_replica_enabled = OFF
SET GLOBAL read_only = OFF
SET GLOBAL super_read_only = OFF

-- semi-sync replica
SET GLOBAL rpl_semi_sync_source_timeout = 10000
SET GLOBAL rpl_semi_sync_source_wait_point = AFTER_SYNC
SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = 1
SET GLOBAL rpl_semi_sync_source_enabled = OFF
SET GLOBAL rpl_semi_sync_replica_enabled = ON
SET GLOBAL read_only = ON
SET GLOBAL super_read_only = ON

-- promotion stops receiving
STOP REPLICA IO_THREAD
