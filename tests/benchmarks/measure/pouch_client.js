// The peer's terminal. pouch_client.js MODULES FOLDER PORT BATCH; each line of the input is a name of a database and
// a file of documents, one a line. Prints for each the documents written at the other end and the milliseconds.
"use strict";
const { createRequire } = require("node:module");
const { mkdirSync, readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");

const [, , modules, folder, port, batch] = process.argv;
const PouchDB = createRequire(modules + "/")("pouchdb");
mkdirSync(folder, { recursive: true });
const Databases = PouchDB.defaults({ prefix: folder + "/" });

async function replicate(name, file) {
  const here = new Databases(name);
  const documents = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  for (let start = 0; start < documents.length; start += 500) await here.bulkDocs(documents.slice(start, start + 500));
  const there = new PouchDB(`http://127.0.0.1:${port}/${name}`);
  await there.info();
  const began = performance.now();
  const done = await here.replicate.to(there, { batch_size: Number(batch) });
  const taken = performance.now() - began;
  await here.destroy();
  console.log(`${done.docs_written} ${taken}`);
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, ...file] = line.split(" ");
    await replicate(name, file.join(" "));
  }
  process.exit(0);
})();
