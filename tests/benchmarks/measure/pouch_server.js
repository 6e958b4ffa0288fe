// The peer's head office: express-pouchdb over LevelDB. pouch_server.js MODULES FOLDER; prints its port.
"use strict";
const { createRequire } = require("node:module");
const { mkdirSync } = require("node:fs");

const [, , modules, folder] = process.argv;
const load = createRequire(modules + "/");
mkdirSync(folder, { recursive: true });
const Databases = load("pouchdb").defaults({ prefix: folder + "/" });
const app = load("express")();
const options = { mode: "minimumForPouchDB", logPath: folder + "/log.txt", configPath: folder + "/config.json" };
app.use("/", load("express-pouchdb")(Databases, options));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
