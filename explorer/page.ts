/** Entry of the page: the views, the photo panel, the explorer, and Apollo Sandbox where it can be loaded. */
import { element, made } from "./page.elements";
import { startPhotoPanel } from "./photo.panel";
import { loadSandbox } from "./sandbox.embed";

type View = "explorer" | "photo" | "sandbox";

/** Whether the visitor has done something with the page; a view is not replaced under their hands. */
let touched = false;
for (const event of ["pointerdown", "keydown", "dragenter"]) {
  window.addEventListener(event, () => (touched = true), { capture: true, once: true });
}

const buttons = [...document.querySelectorAll<HTMLButtonElement>("nav button")];
for (const button of buttons) button.addEventListener("click", () => show(button.dataset.shows as View));

function show(view: View): void {
  document.body.dataset.view = view;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.shows === view));
}

startPhotoPanel();
void startExplorer();
const place = element("embeddableSandbox");
const { script } = place.dataset;
if (script !== undefined) {
  void loadSandbox(place, script).then(() => {
    for (const button of buttons) button.hidden = false;
    if (!touched) show("sandbox");
  });
}

async function startExplorer(): Promise<void> {
  const root = element("explorer");
  try {
    const { showExplorer } = await import("./graphiql");
    showExplorer(root);
  } catch (error) {
    console.error(error);
    const note = made("p", "The explorer could not be loaded. Reload the page to try again.");
    note.className = "note";
    root.replaceChildren(note);
  }
}
