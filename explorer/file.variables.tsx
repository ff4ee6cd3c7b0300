/** A file input for every variable of type Upload in the document of the open tab. */
import { useEditorContext } from "@graphiql/react";
import { useState } from "react";
import { uploadVariables } from "./document.operations";

/** @param files is written to: the file chosen for each variable */
export function FileVariables({ files }: { files: Map<string, File> }) {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const query = tabs[activeTabIndex]?.query ?? "";
  const found = uploadVariables(query, null);
  // While a document is being typed it can't be parsed; the inputs then stay as they were.
  const [last, setLast] = useState<string[]>([]);
  if (found !== null && found.join() !== last.join()) setLast(found);
  const names = found ?? last;
  if (names.length === 0) return null;
  return (
    <fieldset className="files">
      <legend>File variables</legend>
      {names.map((name) => (
        <label key={name}>
          ${name}{" "}
          <input
            type="file"
            accept="image/*,.csv"
            onChange={({ target }) => {
              const file = target.files?.[0];
              if (file === undefined) files.delete(name);
              else files.set(name, file);
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}
