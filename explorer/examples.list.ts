/** The examples as text, where GraphiQL is not in the build. */
import { EXAMPLES } from "./examples";
import { made } from "./page.elements";

export function showExamples(root: HTMLElement): void {
  const text = made("pre", EXAMPLES);
  text.tabIndex = 0;
  root.replaceChildren(made("p", "GraphiQL was not installed when this page was built. POST these to /graphql:"), text);
  root.classList.add("examples");
}
