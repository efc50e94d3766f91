-- flags, GTID
--server-id=2
--report-host=db-2
--skip-name-resolve=ON
--log-bin=mysql-bin
--relay-log=relay-bin
--relay-log-recovery=ON
--sync-binlog=1
--slave-net-timeout=4
--log-slave-updates=ON
--binlog-format=ROW
--innodb-log-file-size=16M
--performance-schema=OFF
--innodb-buffer-pool-size=32M
--innodb-log-buffer-size=1M
--max-connections=64
--table-open-cache=200
--table-definition-cache=400

-- flags that differ by file and position

-- account
SET SESSION sql_log_bin = 0
CREATE USER IF NOT EXISTS 'repl'@'%' IDENTIFIED BY 'repl'
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'
CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY 'secret'
GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION
REVOKE READ_ONLY ADMIN ON *.* FROM 'root'@'%', 'root'@'localhost'
SET SESSION sql_log_bin = 1

-- a new replica forgets its own history
STOP SLAVE
RESET SLAVE ALL
RESET MASTER

-- points, GTID
SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos
CHANGE MASTER TO MASTER_HOST = 'db-1', MASTER_PORT = 3306, MASTER_USER = 'repl', MASTER_PASSWORD = 'repl', MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1, MASTER_USE_GTID = slave_pos

-- points, file and position
CHANGE MASTER TO MASTER_HOST = 'db-1', MASTER_PORT = 3306, MASTER_USER = 'repl', MASTER_PASSWORD = 'repl', MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1, MASTER_LOG_FILE = 'mysql-bin.000001', MASTER_LOG_POS = 4, MASTER_USE_GTID = no

-- starts
START SLAVE

-- is asked
SHOW SLAVE STATUS
SHOW MASTER STATUS

-- semi-sync plugins

-- semi-sync primary
SET GLOBAL rpl_semi_sync_master_timeout = 10000
SET GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC
SET GLOBAL rpl_semi_sync_master_enabled = ON
SET GLOBAL rpl_semi_sync_slave_enabled = OFF
SET GLOBAL read_only = OFF

-- semi-sync replica
SET GLOBAL rpl_semi_sync_master_timeout = 10000
SET GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC
SET GLOBAL rpl_semi_sync_master_enabled = OFF
SET GLOBAL rpl_semi_sync_slave_enabled = ON
SET GLOBAL read_only = ON

-- promotion stops receiving
STOP SLAVE IO_THREAD
