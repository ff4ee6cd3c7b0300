/** Our own server, whole but for the engine, which answers at once: everything around the recognition is measured. */
import { startServer } from "../../../dist/src/app.js";
import { readConfig } from "../../../dist/src/config.js";
import { createLogger } from "../../../dist/src/logger.js";
import { trafficOf } from "../reading.mjs";

const nextPlate = trafficOf(Number(process.env.ROWS));
const reading = {
  color: "BLUE",
  type: "BLUE",
  confidence: 97,
  brightness: 120,
  direction: "UNKNOWN",
  boundingBox: { left: 10, top: 20, right: 150, bottom: 65 },
};
const engine = {
  recognize: async () => ({
    engine: "LOCAL",
    orderId: null,
    juheErrorCode: null,
    rawAnswer: null,
    fallbackReason: null,
    readings: [{ ...reading, plateNumber: nextPlate() }],
  }),
};
const app = await startServer(readConfig(), createLogger("warn"), {
  preferred: engine,
  preferredEngine: "LOCAL",
  byEngine: { LOCAL: engine },
  vendor: null,
});
process.once("SIGTERM", () => app.stop().then(() => process.exit(0)));
console.log(`listening on ${app.url}`);
