#!/usr/bin/env bash
# SQLite: a database whose last page is missing
#
# Good guess: rows are read up to the page that is missing, as a killed recorder's or half-copied bag is worth what it holds;
# or at least those of tables that are whole.
# Really: not one row of any table is read. The first statement fails with "database disk image is malformed". After
# PRAGMA writable_schema=ON, which says nothing of this, all that is there is read.
# Why: the header counts the pages; with fewer in the file a database is refused when it is first touched, unless that pragma
# is on.
# Meets: rosbag2's .db3 files on a disk that was full, or whose copy was broken off.
#
# Versions: libsqlite3-0 3.40.1-2+deb12u2 (Debian 12). Seen on 2026-11-29:
#| whole: 1000 messages, 1 topics
#| without its last page: database disk image is malformed, topics: database disk image is malformed
#| with writable_schema: 1000 messages, 1 topics
#| half of it, with writable_schema: 499 messages, then database disk image is malformed
. "$(dirname "$0")/common.bash"
debs libsqlite3-0=3.40.1-2+deb12u2

cat >"$tmp/cut.py" <<'P'
import os
import sqlite3
import sys

file = sys.argv[1] + '/bag_0.db3'
db = sqlite3.connect(file)
db.execute('CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT)')
db.execute('CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, data BLOB)')
db.execute("INSERT INTO topics VALUES (1, '/joint_states')")
for k in range(1000):
    db.execute('INSERT INTO messages (topic_id, timestamp, data) VALUES (1, ?, ?)', (k, bytes(1000)))
db.execute('CREATE INDEX timestamp_idx ON messages (timestamp ASC)')
db.commit()
db.close()


def count(*pragmas):
    db = sqlite3.connect('file:%s?mode=ro&immutable=1' % file, uri=True)
    for pragma in pragmas:
        db.execute(pragma)
    said = []
    for table in 'messages', 'topics':
        read = 0
        try:
            for _ in db.execute('SELECT id, * FROM %s ORDER BY id' % table):
                read += 1
            said.append('%d %s' % (read, table))
        except sqlite3.DatabaseError as e:
            said.append('%d %s, then %s' % (read, table, e) if read else ('' if table == 'messages' else table + ': ') + str(e))
    return said


print('whole: ' + ', '.join(count()))
size = os.path.getsize(file)
os.truncate(file, size - 4096)
print('without its last page: ' + ', '.join(count()))
print('with writable_schema: ' + ', '.join(count('PRAGMA writable_schema=ON')))
os.truncate(file, size // 2 // 4096 * 4096)
print('half of it, with writable_schema: ' + count('PRAGMA writable_schema=ON')[0])
P
/usr/bin/python3 "$tmp/cut.py" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
