#!/usr/bin/env node
import { main } from "./main.js";

// A reader that closes the pipe early (`careproof … | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
