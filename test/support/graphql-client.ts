/** Speaks GraphQL to a server as a frontend would: JSON, and multipart for files. */
import { readFile } from "node:fs/promises";

/** One white pixel, base64: a photo that shows no plate. */
export const WHITE_PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

export interface GraphQLAnswer<Data> {
  status: number;
  data: Data;
  errors?: {
    message: string;
    path?: string[];
    extensions: { code: string; retryable: boolean; [key: string]: unknown };
  }[];
}

export async function graphql<Data = Record<string, never>>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  key: string | null = null,
): Promise<GraphQLAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key !== null && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer<Data>, "status">) };
}

export const RECOGNIZE_UPLOAD = `mutation ($image: Upload!, $options: RecognizeOptions) {
  recognizeUpload(image: $image, options: $options) {
    reused
    request { id status engine source errorCode juheErrorCode orderId fallbackReason externalReference durationMs createdAt
      image { sha256 byteSize format width height } }
    recognitions { id plateNumber province color type confidence brightness direction capturedAt recognizedAt cameraId engine
      boundingBox { left top right bottom } }
  }
}`;

export interface Recognized {
  id: string;
  plateNumber: string;
  province: string | null;
  color: string;
  type: string;
  confidence: number;
  brightness: number | null;
  direction: string;
  capturedAt: string;
  recognizedAt: string;
  cameraId: string | null;
  engine: string;
  boundingBox: { left: number; top: number; right: number; bottom: number } | null;
}

export interface RecognizePayload {
  reused: boolean;
  request: {
    id: string;
    status: string;
    engine: string;
    source: string;
    errorCode: string | null;
    juheErrorCode: number | null;
    orderId: string | null;
    fallbackReason: string | null;
    externalReference: string | null;
    durationMs: number;
    createdAt: string;
    image: { sha256: string; byteSize: number; format: string; width: number; height: number };
  };
  recognitions: Recognized[];
}

/** Uploads one file by the GraphQL multipart request specification. */
export async function upload(
  url: string,
  bytes: Buffer,
  options: Record<string, unknown> | null = null,
  filename = "photo.jpg",
): Promise<GraphQLAnswer<{ recognizeUpload: RecognizePayload }>> {
  const form = new FormData();
  form.append("operations", JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null, options } }));
  form.append("map", JSON.stringify({ photo: ["variables.image"] }));
  form.append("photo", new Blob([new Uint8Array(bytes)], { type: "image/jpeg" }), filename);
  return postForm(url, form);
}

export async function postForm<Data>(url: string, form: FormData): Promise<GraphQLAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "apollo-require-preflight": "true" },
    body: form,
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer<Data>, "status">) };
}

export async function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(`../fixtures/${name}.jpg`, import.meta.url));
}
