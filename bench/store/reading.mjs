/** One reading as the server would store it, for the peers' mutations. */
import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";

export const PARTNER = "00000000-0000-7000-8000-000000000001";

const sha256 = createHash("sha256").update("a photo").digest();

export function newReading() {
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
  };
  const recognition = {
    partnerId: PARTNER,
    id: uuidv7(),
    requestId: request.id,
    rank: 0,
    plateNumber: `粤B${String(Math.floor(Math.random() * 100_000)).padStart(5, "0")}`,
    province: "粤",
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
