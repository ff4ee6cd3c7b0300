/** One reading as the server would store it, for the peers' mutations. */
import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { provinceOf } from "../../dist/src/plates/plate-number.js";
import { RECOGNITION_PROPERTIES, trialReadings } from "../../dist/src/commands/seed.rows.js";

export const PARTNER = "00000000-0000-7000-8000-000000000001";

const sha256 = createHash("sha256").update("a photo").digest();

const DRAWN = 10_000;
const PLATE = RECOGNITION_PROPERTIES.indexOf("plateNumber");

/**
 * The next plates of the traffic that a store of so many rows was seeded with: nearly all were seen before, some of them often. Each call has the next of
 * some that were drawn before, which costs no server more than another.
 */
export function trafficOf(rows) {
  const plates = Array.from(trialReadings(PARTNER, rows, 0, DRAWN), ({ recognition }) => recognition[PLATE]);
  let at = 0;
  return () => plates[at++ % DRAWN];
}

export function newReading(plateNumber) {
  const now = new Date();
  const request = {
    partnerId: PARTNER,
    id: uuidv7(),
    status: "SUCCEEDED",
    engine: "LOCAL",
    source: "BASE64",
    imageSha256: sha256,
    imageByteSize: 70,
    imageFormat: "PNG",
    imageWidth: 1,
    imageHeight: 1,
    orderId: null,
    juheErrorCode: null,
    errorCode: null,
    fallbackReason: null,
    externalReference: null,
    rawAnswer: null,
    durationMs: 1,
    createdAt: now,
    cameraId: null,
  };
  const recognition = {
    partnerId: PARTNER,
    id: uuidv7(),
    requestId: request.id,
    rank: 0,
    plateNumber,
    province: provinceOf(plateNumber),
    color: "BLUE",
    type: "BLUE",
    confidence: 97,
    brightness: 120,
    direction: "UNKNOWN",
    boxLeft: 10,
    boxTop: 20,
    boxRight: 150,
    boxBottom: 65,
    capturedAt: now,
    recognizedAt: now,
    cameraId: null,
    engine: "LOCAL",
  };
  return { request, recognition };
}
