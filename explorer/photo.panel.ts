/** The photo panel: a photo dropped or chosen is sent, shown with its readings, and the request is there to copy. */
import { element, keyHeader } from "./page.elements";
import { drawReadings, readingsTable } from "./photo.view";
import { READ_PHOTO, send, type Answer } from "./recognition.request";
import { snippet, type SnippetKind } from "./request.snippets";

export function startPhotoPanel(): void {
  const drop = element("drop");
  const input = element<HTMLInputElement>("photo-file");
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void read(file);
  });
  for (const event of ["dragenter", "dragover"]) {
    drop.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const event of ["dragleave", "drop"]) drop.addEventListener(event, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (dropped) => {
    dropped.preventDefault();
    const file = dropped.dataTransfer?.files[0];
    if (file !== undefined) void read(file);
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copies]")) {
    button.addEventListener("click", () => void copy(button.dataset.copies as SnippetKind));
  }
}

/** The one that is shown; the answer to an earlier one is dropped. */
let current: File | null = null;

async function read(file: File): Promise<void> {
  current = file;
  say(`Reading ${file.name} …`);
  element("photo-readings").replaceChildren();
  const view = element("photo-view");
  view.hidden = true;
  element("photo-copy").hidden = false;
  element("photo-snippet").textContent = snippetOf("graphql");
  const image = new Image();
  image.alt = `The photo ${file.name}`;
  image.src = URL.createObjectURL(file);
  const [answer, shown] = await Promise.all([
    send({ query: READ_PHOTO, variables: {} }, new Map([["photo", file]])).catch((): Answer => ({
      errors: [{ message: "The server can't be reached." }],
    })),
    image.decode().then(
      () => true,
      () => false,
    ),
  ]);
  URL.revokeObjectURL(image.src);
  if (current !== file) return;
  const { request, recognitions } = answer.data?.recognizeUpload ?? { request: null, recognitions: [] };
  if (shown) drawReadings(view, image, recognitions);
  if (request === null) {
    const [error] = answer.errors ?? [];
    const code = error?.extensions?.code;
    say(`${code === undefined ? "" : `${code}: `}${error?.message ?? "There was no answer."}`);
    return;
  }
  const count = recognitions.length === 1 ? "1 plate" : `${recognitions.length} plates`;
  say(`${recognitions.length === 0 ? "No plate" : count} in ${request.durationMs} ms.`);
  if (recognitions.length > 0) element("photo-readings").replaceChildren(readingsTable(recognitions));
}

async function copy(kind: SnippetKind): Promise<void> {
  const text = snippetOf(kind);
  const shown = element("photo-snippet");
  shown.textContent = text;
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    // Without HTTPS a browser lets no page write to the clipboard, except on the same machine.
    getSelection()?.selectAllChildren(shown);
    say("Selected; copy it with the keyboard.");
  }
}

function snippetOf(kind: SnippetKind): string {
  const endpoint = new URL("/graphql", location.href).href;
  return snippet(kind, endpoint, current?.name ?? "photo.jpg", "authorization" in keyHeader());
}

function say(text: string): void {
  element("photo-status").textContent = text;
}
