/** Our own server, whole but for the recogniser, which answers at once: what is measured is everything around it. */
import { startApp } from "../../../dist/src/app.js";
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
const recognizer = {
  recognize: async () => ({
    engine: "LOCAL",
    orderId: null,
    juheErrorCode: null,
    rawAnswer: null,
    fallbackReason: null,
    readings: [{ ...reading, plateNumber: nextPlate() }],
  }),
};
const app = await startApp(readConfig(), createLogger("warn"), async () => ({
  preferred: recognizer,
  preferredEngine: "LOCAL",
  byEngine: { LOCAL: recognizer },
}));
process.once("SIGTERM", () => app.stop().then(() => process.exit(0)));
console.log(`listening on ${app.url}`);
