/** GraphiQL's side panel with our examples; one that is chosen opens in a tab of its own. */
import { useEditorContext, type GraphiQLPlugin } from "@graphiql/react";
import { exampleOperations, type Example } from "./example.operations";

export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: "Examples",
  icon: () => (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 6h14M5 12h14M5 18h9" />
    </svg>
  ),
  content: Examples,
};

const EXAMPLES = exampleOperations();

function Examples() {
  const editor = useEditorContext({ nonNull: true });
  const { queryEditor, variableEditor } = editor;
  const open = ({ query, variables }: Example): void => {
    editor.addTab();
    // The editors are emptied when the new tab is rendered.
    setTimeout(() => {
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
    });
  };
  return (
    <section aria-label="Examples" className="examples-panel">
      <h2>Examples</h2>
      <ol>
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => open(example)}>
              {example.title}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
