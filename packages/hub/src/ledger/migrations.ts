/** The tables of a data folder, as the steps that made them. A step that was released is never changed: another one follows it. */

import type { Database } from './sqlite-driver.ts';
import { FolderTrouble } from './trouble.ts';

/**
 * `log` is what is committed: a row for whatever one commit added to one request, its events in `header`, their opaque parts
 * joined in `body` and `attachments`. The first row of a request holds its origin and payload too. `seq` is the last number in
 * the row. The table only ever grows at its end, which halves the price of a commit. `requests` has the ended ones, to find them by (and when they began, which is live state); `open_state` what a log alone can't tell.
 */
const migrations = [
  `create table meta (key text primary key, value) without rowid;
   create table log (
     id integer primary key, request integer not null, seq integer not null, is_chunks integer not null, bytes integer not null,
     header text not null, body text, attachments blob);
   create index log_by_request on log (request, seq);
   create table open_state (request integer primary key, snapshot text, live text);
   create table requests (
     number integer primary key, request_id text not null unique, tenant text not null, subject text not null, service text not null,
     action text not null, state text not null, session_id text not null, parent_id text, tags text, finished_elapsed real not null,
     bytes integer not null, work_began integer not null, started_elapsed real, snapshot text);
   create index requests_by_end on requests (finished_elapsed);
   create index requests_by_session on requests (session_id);
   create index requests_by_service on requests (tenant, service);
   create index requests_by_state on requests (tenant, state);
   create index requests_by_parent on requests (parent_id) where parent_id is not null;
   create table tags (tenant text not null, tag text not null, request integer not null, primary key (tenant, tag, request)) without rowid;
   create table services (tenant text not null, name text not null, seen_elapsed real not null, known text not null, primary key (tenant, name))
     without rowid;`,
  // When a request was created stands in its log; here it can be searched by.
  `alter table requests add column created_at integer not null default 0;
   update requests set created_at = coalesce(
     (select json_extract(header, '$[0].origin.createdAt') from log where request = number order by seq limit 1), 0);`,
  // So do the code of the error that it ended with, and when it was created as hub time has it.
  `alter table requests add column error_code text;
   alter table requests add column total_ms real not null default 0;
   update requests set
     error_code = (select json_extract(header, '$[#-1].event.error.code') from log where request = number order by seq desc limit 1),
     total_ms = finished_elapsed - coalesce(
       (select json_extract(header, '$[0].origin.createdElapsed') from log where request = number order by seq limit 1), finished_elapsed);`,
];

/** The format that this hub writes. */
export const formatVersion = migrations.length;

/** Brings the file to this hub's format, wholly or not at all. */
export function migrate(db: Database, dataDir: string): void {
  const { user_version: version } = db.prepare('pragma user_version').get();
  if (version > formatVersion) {
    throw new FolderTrouble(
      `${dataDir} was written by a newer Conduit (format ${version}, this one knows ${formatVersion}); update this one, or give another --data-dir`,
    );
  }
  if (version === formatVersion) return;
  db.exec('begin immediate');
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.exec(`pragma user_version = ${formatVersion}`);
  db.exec('commit');
}
