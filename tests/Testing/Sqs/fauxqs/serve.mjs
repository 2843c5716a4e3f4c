// Serves SQS on a free port of the loopback address, prints its address, and ends when its input does.
import { buildApp } from "fauxqs";

console.log(await buildApp({ logger: false }).listen({ host: "127.0.0.1", port: 0 }));
process.stdin.on("end", () => process.exit()).resume();
