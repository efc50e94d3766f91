# GET / counts a visit in the cache and an order in the database, and says how each went.
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import pymysql
import redis

DB = urlparse(os.environ["DATABASE_URL"])
GREETING = open("/run/secrets/greeting").read().strip()


def order():
    db = pymysql.connect(host=DB.hostname, port=DB.port or 3306, user=DB.username,
                         password=DB.password, database=DB.path[1:], autocommit=True,
                         connect_timeout=2, read_timeout=2, write_timeout=2)
    with db, db.cursor() as cursor:
        cursor.execute("insert into orders () values ()")
        cursor.execute("select count(*) from orders")
        return cursor.fetchone()[0]


def visit():
    cache = redis.Redis(host=os.environ["REDIS_HOST"], socket_timeout=2, socket_connect_timeout=2)
    return cache.incr("visits")


def attempt(work):
    try:
        return work()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"greeting": GREETING, "orders": attempt(order), "visits": attempt(visit)}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


ThreadingHTTPServer(("", 8000), Handler).serve_forever()
