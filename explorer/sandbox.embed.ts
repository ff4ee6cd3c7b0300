/** Loads Apollo Sandbox from Apollo's site, after the page; a host that hangs is never waited for. */
import { EXAMPLES, EXAMPLE_VARIABLES } from "./examples";

const SANDBOX_ORIGIN = "https://sandbox.embed.apollographql.com";

interface SandboxWindow {
  /** https://www.apollographql.com/docs/graphos/platform/sandbox#embedding-sandbox */
  EmbeddedSandbox?: new (options: {
    target: HTMLElement;
    initialEndpoint: string;
    initialState: { document: string; variables: Readonly<Record<string, unknown>>; includeCookies: boolean };
    runTelemetry: boolean;
  }) => unknown;
}

/** Resolves once Sandbox itself has spoken from its frame; where it can't be loaded, never. */
export async function loadSandbox(target: HTMLElement, source: string): Promise<void> {
  // A script that hangs would otherwise keep the page's own `load` event waiting.
  if (document.readyState !== "complete") await eventOf(window, "load");
  const script = document.createElement("script");
  script.src = source;
  const loaded = eventOf(script, "load");
  document.head.append(script);
  await loaded;
  const { EmbeddedSandbox } = window as SandboxWindow;
  if (EmbeddedSandbox === undefined) return new Promise(() => undefined);
  const spoken = new Promise<void>((resolve) => {
    window.addEventListener("message", ({ origin }) => {
      if (origin === SANDBOX_ORIGIN) resolve();
    });
  });
  new EmbeddedSandbox({
    target,
    initialEndpoint: new URL("/graphql", location.href).href,
    initialState: { document: EXAMPLES, variables: EXAMPLE_VARIABLES, includeCookies: false },
    runTelemetry: false,
  });
  await spoken;
}

function eventOf(source: EventTarget, name: string): Promise<Event> {
  return new Promise((resolve) => {
    source.addEventListener(name, resolve, { once: true });
  });
}
