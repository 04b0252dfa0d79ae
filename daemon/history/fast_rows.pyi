from daemon.history.rows import Rows as Rows
