/** GraphiQL with our examples, file variables and a way out of the editors for the keyboard. */
import { useEditorContext } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { createRoot } from "react-dom/client";
import { exampleOperations } from "./example.operations";
import { EXAMPLES_PLUGIN } from "./examples.plugin";
import { FileVariables } from "./file.variables";
import { send } from "./recognition.request";
import { operationOf, uploadVariables } from "./document.operations";

export function showExplorer(root: HTMLElement): void {
  const files = new Map<string, File>();
  const place = document.createElement("div");
  const strip = document.createElement("div");
  place.className = "graphiql-place";
  root.replaceChildren(strip, place);
  const [first] = exampleOperations();
  createRoot(place).render(
    <GraphiQL
      fetcher={async ({ query, variables, operationName: named }, options) => {
        const operationName = operationOf(query, named);
        const names = uploadVariables(query, operationName ?? null) ?? [];
        const chosen = new Map([...files].filter(([name]) => names.includes(name)));
        return (await send({ query, variables, operationName }, chosen, options?.headers)) as object;
      }}
      plugins={[EXAMPLES_PLUGIN]}
      defaultTabs={first === undefined ? [] : [{ query: first.query, variables: first.variables }]}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            {createPortal(<FileVariables files={files} />, strip) as ReactNode}
            <EditorsForAll />
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>,
  );
}

/** CodeMirror takes the Tab key for itself, so that a keyboard could never leave an editor, and its fields have no names for a screen reader. */
function EditorsForAll() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const editors = { Query: queryEditor, Variables: variableEditor, Headers: headerEditor, Response: responseEditor };
    for (const [name, editor] of Object.entries(editors)) {
      editor?.addKeyMap({ Tab: false, "Shift-Tab": false });
      editor?.getInputField().setAttribute("aria-label", name);
    }
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  return null;
}
